//! People who do not exist.
//!
//! A [`Population`] follows from its seed: household number 17 of seed 7 is always the same people, wherever and in whatever
//! order they are asked for, so that a simulator, a register and a checker agree without sharing a file. Their
//! identity-card numbers have only the prefixes Q, U, I, O and pairs of them, which are believed never issued.

mod chance;
mod household;
mod naming;
mod numbers;
mod population;

pub use household::{Household, Place, Resident, Unit};
pub use population::{NoPlaces, Population};
