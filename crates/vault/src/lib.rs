//! Personal data, and every reading of it.
//!
//! A service names its purposes, each from the collection statement in force. To open a sealed record somebody names one
//! of these purposes (and, as an officer, a reason); the opening is journaled, and only the [`journal::Committed`] of that
//! unit of work opens the values. A purpose that the statement does not name is refused, and the refusal is journaled.
//! A batch job writes one entry: job, purpose, count and a root over the records.
//!
//! At the end of a service its keys die, its store is removed and a signed certificate says so.

mod certificate;
mod open;
mod open_batch;
mod owner;
mod purpose;
mod storage;

use store::Migration;

pub use certificate::{Certificate, Erasure, certificate_note};
pub use open::{OpenCommand, OpenError, Opening, Outcome, batches_since, forget_expired, open_record, openings_of};
pub use open_batch::{BatchCommand, BatchOutcome, open_batch};
pub use owner::{covers, owner};
pub use purpose::{Declared, REASONS, declare, declared, is_declared, prepare_keys};
pub use storage::OpeningRow;

/// The vault's tables; every store that holds personal data has them.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "vault/0001_vault", sql: include_str!("../migrations/0001_vault.sql") },
    Migration { name: "vault/0002_owner", sql: include_str!("../migrations/0002_owner.sql") },
];
