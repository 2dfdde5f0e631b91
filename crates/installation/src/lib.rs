//! An installation: what its configuration says, and the house opened from it.
//!
//! [`config`] names every key. [`runtime`] opens the stores, the keys and the outside world that a configuration names, [`office`] what
//! signs for residents. [`backup`] and [`restore`] copy an installation away and put it back. [`seed`] and [`synth`] make what a
//! demonstration or a rehearsal begins with: officers, a scheme behind its gate, a city of people who do not exist.
//!
//! The wall clock is read here ([`ambient`]) and nowhere else; everything further in gets it as an argument.

pub mod addresses;
pub mod ambient;
mod apart;
pub mod backup;
mod clock_guard;
pub mod config;
mod forms;
mod misread;
pub mod office;
mod open_places;
pub mod packs;
pub mod restore;
pub mod runtime;
mod say;
pub mod seed;
pub mod synth;

pub use clock_guard::look_at_clock;
pub use open_places::open_places;
pub use say::{complain, say};
