//! The launch gate: no gate, no service.
//!
//! Each version of a scheme's definition goes through a [`Gate`] of its own, named by the digest of the definition: a
//! changed field, purpose or recipient is another digest, and needs another gate, while the version before it keeps
//! running. A gate is in force while the approved collection statement in three languages, the consultation with the
//! Privacy Commissioner, the independent privacy impact assessment, the security risk assessment, the independent audit
//! and the pre-launch test are on record, none has expired or been withdrawn, and two officers of different roles have
//! signed over exactly this definition and exactly these records. [`Gate::apply`] is the whole of the rules and does no
//! I/O; the verbs store its events, and [`open_services`] is what the router asks.
//!
//! [`TrustFacts`] is what a service's public trust page says, from the same records.

mod add_record;
mod components;
mod digest;
mod event;
mod gate;
mod open_gate;
mod record;
mod requirement;
mod sign_gate;
mod status;
mod storage;
mod trust;
mod withdraw_record;

#[cfg(test)]
mod rehearsal;
#[cfg(test)]
mod story;

use store::Migration;

pub use add_record::{AddRecord, AddRecordError, add_record};
pub use components::{Component, ComponentsError, parse_components};
pub use digest::{Digest, DigestError};
pub use event::{GateEvent, Opening, Signature, Tier, WithdrawReason};
pub use gate::{Gate, GateRefused, InForce};
pub use open_gate::{OpenGate, OpenGateError, find_version, open_gate};
pub use record::{ASSESSMENT_MONTHS, GateRecord, NewRecord, RecordKind, RecordRefused};
pub use requirement::{Missing, Requirement};
pub use sign_gate::{SignGateError, SignVersion, sign_version};
pub use status::{GateName, OpenService, Status, gates, in_force, open_services, status, unreadable_gates};
pub use trust::{
    Contractor, Incident, Retention, TrustFacts, TrustRecord, TrustSignature, TrustSupplement, trust_facts,
};
pub use withdraw_record::{WithdrawRecord, WithdrawRecordError, withdraw_record};

/// The platform store's tables of this crate.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "assurance.0001_gate", sql: include_str!("../migrations/0001_gate.sql") }];
