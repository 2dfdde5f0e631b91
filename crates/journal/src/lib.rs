//! Evidence that cannot be edited.
//!
//! Every act on a service's data is one [`Work`]: a transaction that carries its time, its actor and its journal. What a
//! unit of work notes is written in the same transaction, as a leaf SHA-256(salt ‖ event); a single integrator later gives
//! the leaves their place in a Merkle tree (RFC 6962 hashing, C2SP `tlog-tiles` layout) and signs a checkpoint. The tiles
//! hold hashes only and outlive the database.
//!
//! Only [`Ledger::write`] and [`Ledger::submit`] mint a [`Committed`], and only after COMMIT; only a `Committed` opens
//! sealed values. So nothing personal is ever read before its reading is on record.
//!
//! What takes a way in away says so with [`Work::removed`]: a ledger beside the tiles outlives the database, and a restored one is told
//! ([`Removed`]) before anything is done with it.

mod actor;
mod audit;
mod checkpoint;
mod committed;
mod event;
mod forget;
mod integrate;
mod ledger;
mod merkle;
mod outbox;
mod receipt;
mod removals;
mod resume;
mod signed_record;
mod storage;
mod tiles;
mod work;

use store::Migration;

pub use actor::Actor;
pub use audit::{Audit, audit};
pub use checkpoint::{Checkpoint, NoteError, sign_note, verifier_key};
pub use committed::Committed;
pub use event::{Event, EventProof};
pub use forget::{forget_link, forget_links};
pub use integrate::{Consistency, Inclusion, Integrated};
pub use ledger::{JournalError, Ledger, LedgerParts};
pub use merkle::{Hash, leaf_hash, root_from_inclusion, tree_root};
pub use outbox::{Job, claim_jobs, finish_job, jobs_waiting, retry_job};
pub use receipt::{Receipt, ReceiptPromise};
pub use removals::{Removal, Removed};
pub use resume::{Restored, Resumed};
pub use signed_record::SignedRecord;
pub use storage::Entry;
pub use work::Work;

/// The tables of the journal and of the outbox; every store that a [`Ledger`] opens has them.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "journal/0001_journal", sql: include_str!("../migrations/0001_journal.sql") },
    Migration { name: "journal/0002_links", sql: include_str!("../migrations/0002_links.sql") },
    Migration { name: "journal/0003_lost", sql: include_str!("../migrations/0003_lost.sql") },
    Migration { name: "journal/0004_removals", sql: include_str!("../migrations/0004_removals.sql") },
];
