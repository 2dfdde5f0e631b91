//! SQLite: a file for a store, one connection that writes, some that read.

mod engine;
mod session;

pub(crate) use engine::{exists, open, open_in_memory};
