//! Residents' signatures that anyone can check, years later and without asking us.
mod authority;
mod certificate;
mod chain;
mod cms;
mod error;
mod moment;
mod name;
pub mod ocsp;
mod oid;
mod revocation;
pub mod timestamp;
#[cfg(test)]
mod authority_story;
#[cfg(test)]
mod rehearsal;

pub use authority::{Addresses, Authority, Person, Root, paths, serial, to_der};
pub use certificate::{ActBinding, act_binding};
pub use chain::Use;
pub use error::SigningError;
pub use revocation::{Reason, Revoked, revoked_on};
pub use timestamp::{StampError, StampingAuthority, Timestamps};
