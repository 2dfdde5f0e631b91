//! Personal data, and every reading of it.
//!
//! A service names its purposes, each from the collection statement in force. To open a sealed record somebody names one
//! of these purposes (and, as an officer, a reason); the opening is journaled, and only the [`journal::Committed`] of that
//! unit of work opens the values. A purpose that the statement does not name is refused, and the refusal is journaled.
//! A batch job writes one entry: job, purpose, count and a root over the records.
//!
//! What is held, why and until when stands in the inventory ([`InventoryRow`]). What is to go before its time is ordered
//! ([`order_erasure`]), and every step after that can be finished after a crash. A resident's formal request for access or
//! correction has its forty days and its place in the log book ([`lodge_request`]).
//!
//! At the end of a service its keys die, its store is removed and a signed certificate says so.

mod certificate;
mod erasure;
mod inventory;
mod open;
mod open_batch;
mod open_leased;
mod owner;
mod purpose;
mod request;
mod storage;
mod watch;

use store::Migration;

pub use certificate::{CERTIFICATE_FORMAT, EarlyErasure, Erasure, certificate_note};
/// A certificate as a file: anyone checks it with `lionrock-verify certificate`.
pub use journal::SignedRecord as Certificate;
pub use erasure::{
    Cause, Committing, EraseOrder, ErasureRow, ErasureState, applied, apply_erasures, certificate_of,
    commit, forget_record, keep_certificate, note_certified, note_erased, open_erasures, opening_file, order_erasure, read_opening, reasons_of,
    reopen_erasures, set_applied, targets_of,
};
pub use inventory::{InventoryRow, Until, inventory, oldest_expired};
pub use open::{OpenCommand, OpenError, Opening, Outcome, batches_since, forget_expired, open_record, openings_of};
pub use open_batch::{BatchCommand, BatchOutcome, open_batch};
pub use open_leased::{LeasedCommand, LeasedError, open_leased};
pub use owner::{covers, owner};
pub use purpose::{Declared, REASONS, declare, declared, is_declared, prepare_keys};
pub use request::{
    ADDRESS_MOST, DETAILS_MONTHS, LOG_MONTHS, NAME_MOST, PROOF_MONTHS, REQUESTS, REQUEST_DAYS, TEXT_MOST, DecideError, DecidedProof, Ground, LetterText, LodgeError,
    LodgeRequest, LogEntry, ReadDetails, ReadProof, RequestChannel, RequestDetails, RequestKind, RequestLetter,
    RequestRow, RequestState, SealedDetails, SealedProof, answer_request, decided_proofs, due_requests, has_proof,
    lodge_request, log_book, open_details, open_proof, prepare_request_keys, purge_requests, refuse_request,
    remove_proofs, request, request_inventory, request_letter, requests, seal_details, seal_proof,
};
pub use storage::OpeningRow;
pub use storage::expiry::is_watched;
pub use watch::{Finding, Unusual, WatchLimits, forget_searches, has_old_searches, note_search, unusual_use};

/// The vault's tables; every store that holds personal data has them.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "vault/0001_vault", sql: include_str!("../migrations/0001_vault.sql") },
    Migration { name: "vault/0002_owner", sql: include_str!("../migrations/0002_owner.sql") },
    Migration { name: "vault/0002_erasure", sql: include_str!("../migrations/0002_erasure.sql") },
    Migration { name: "vault/0005_watch", sql: include_str!("../migrations/0005_watch.sql") },
    Migration { name: "vault/0007_batch", sql: include_str!("../migrations/0007_batch.sql") },
    Migration { name: "vault/0008_by_id", sql: include_str!("../migrations/0008_by_id.sql") },
];

/// The tables of the platform's store: what outlives a service.
pub const PLATFORM_MIGRATIONS: &[Migration] = &[
    Migration { name: "vault/0003_certificates", sql: include_str!("../migrations/0003_certificates.sql") },
    Migration { name: "vault/0004_requests", sql: include_str!("../migrations/0004_requests.sql") },
    Migration { name: "vault/0006_request_proof", sql: include_str!("../migrations/0006_request_proof.sql") },
];
