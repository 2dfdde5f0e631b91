//! Rehearsals: whole days of an installation, lived through against the real program, and what they found.
//!
//! [`simulate`] lives through the life of a scheme and checks the promises, [`replay`] through days of the past with their published
//! figures. [`load`] asks as many residents do at once, [`torture`] kills the server or cuts its power and counts what is left. All
//! of them start the program that they are part of, and ask it over its sockets as anybody would.

mod drill_hall;
pub mod load;
pub mod replay;
mod replay_callout;
mod replay_contractor;
mod replay_drill;
mod replay_healthcode;
pub mod simulate;
pub mod torture;
