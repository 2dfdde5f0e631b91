//! SQLite: a file for a store, one connection that writes, some that read.

mod copy;
mod engine;
mod session;

pub(crate) use copy::{back_up, inspect, move_aside, names, restore};
pub(crate) use engine::{exists, open, open_in_memory};
