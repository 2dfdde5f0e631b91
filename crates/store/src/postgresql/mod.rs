//! PostgreSQL: a schema for a store, several writers, readers.
//!
//! A `postgres::Client` runs a little runtime of its own: connecting or dropping one on a thread that drives an
//! asynchronous runtime panics. So every client is born, used and dropped on a thread of this module: writers own
//! theirs, readers are asked through a channel ([`remote`]), and everything else borrows a thread for the moment.
//!
//! What we log never holds a value of a row. The server's own log can: a violated rule is logged with the failing row
//! unless the operator sets `log_error_verbosity = terse`, which only a superuser may.

mod address;
mod connect;
mod copy;
mod engine;
mod remote;
mod session;
mod value;

pub(crate) use address::check as check_address;
pub(crate) use copy::{back_up, inspect, move_aside, names, restore};
pub(crate) use engine::{exists, open};
