//! The population register: the client, and a simulator of the other end.

mod client;
mod simulator;
mod table;
mod wire;

pub use client::{HttpPopulationRegister, RegisterConfig};
pub use simulator::register_simulator;
pub use table::PopulationTable;
