//! Mass registration of households: one scheme, from its opening to the end of its data.
//!
//! A scheme is a definition ([`scheme`]) that has passed the launch gate. A household is parsed once ([`Household::parse`]),
//! sealed before the transaction ([`prepare`]) and taken in two rows ([`register`]); the answer is the same for
//! everybody. Matching follows in batches ([`match_batch`]) and tells each household one of two things by message. What
//! needs checking is repaired by the resident behind reference and code ([`request_code`], [`check_code`]) or by an
//! officer ([`resolve`], [`tell_resolved`]). Confirmed households go to the courier in need-only exports
//! ([`delivery_cargo`], [`record_export`]). At the end the values are removed and the scheme's end is noted ([`purge_expired`], [`remains`]).

mod correct;
mod directory;
mod erase;
mod export;
mod fault;
mod field_queue;
mod form;
mod health;
mod household;
mod inventory;
mod leased;
pub mod matching;
mod messages;
mod own_data;
mod paper;
mod places;
mod recall_export;
mod record_result;
mod reference;
mod register;
mod resolve;
mod results;
mod retire;
pub mod scheme;
mod sealing;
mod state;
mod statistics;
mod status;
mod storage;
mod tell;

use store::Migration;

pub use correct::{CorrectError, Corrected, Correction, correct};
pub use directory::{
    SaveError, SchemeService, SchemeVersion, compile, create_scheme, note_ended, note_ending, save_version, scheme_by_slug, schemes, version_by_digest, versions,
};
pub use erase::{ERASED_AT_ONCE, ErasePlan, EraseWhat, apply_erasures, apply_record_erasures, plan_day, plan_erasure};
pub use export::{
    AskDelivery, DeliveryCargo, ExportError, ExportFile, delivery_cargo, export_file, export_words, exports,
    exports_to_hand_over, exports_to_withdraw, note_handed_over, note_withdrawn, record_export,
};
pub use fault::{FieldFault, FieldProblem};
pub use field_queue::{
    FIELD_QUEUE, OpenQueueError, OpenedEntry, QUEUE_MOST, QueueFault, QueueKey, QueuedEntry, open_queue, queue_key,
};
pub use form::{AddressForm, BirthForm, HouseholdForm, PersonForm};
pub use health::{Health, TestResult, VACCINATIONS_MOST};
pub use household::{Address, Asked, Household, Part, Person, Places, Rules, check_part};
pub use inventory::{ON_PHONES, inventory};
pub use leased::{AskCargo, LeasedCargo, OpenLeased, count_leasable, leased_cargo, open_leased, unused_reference};
pub use matching::{AddressState, Batch, MatchError, Matcher, Reason, State, match_batch};
pub use messages::Sender;
pub use own_data::{OwnData, OwnGroup, open_own, open_own_and};
pub use paper::{PAPER_DAYS, Paper, PaperEntry, PaperError, PaperState, begin_paper, compare_paper, paper_destroyed, paper_entered, papers};
pub use recall_export::recall_export;
pub use record_result::{RecordResult, RecordResultError, TESTS_MOST, record_result};
pub use reference::Reference;
pub use register::{Channel, EnteredBy, Received, Register, RegisterError, Submission, prepare, register};
pub use resolve::{
    OpenRecordError, OpenedRecord, Resolution, ResolveError, exceptions, find, open_for_officer, resolve,
    unknown_addresses,
};
pub use results::{ImportedResults, UNKNOWN_REFERENCE, import_results};
pub use retire::{Remains, count_unmatched, may_be_destroyed, note_end, prepare_end, purge_expired, remains};
pub use sealing::Contact;
pub use state::{Operate, OperateError, SchemeState, Status, close_early, close_words, current_state, operate, put_in_force, room_snapshot, save_room_snapshot};
pub use statistics::{Bulletin, Figures, backlog, bulletin_due, bulletins, publish_bulletin, suppress};
pub use status::{CodeError, StatusView, check_code, request_code, send_codes, status};
pub use storage::export::ExportRow;
pub use storage::household::HouseholdRow;
pub use tell::tell_resolved;

/// The tables of a scheme's store, beside those of the journal, the vault and the messages.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "registration/0001_registration", sql: include_str!("../migrations/0001_registration.sql") },
    Migration { name: "registration/0003_erasure", sql: include_str!("../migrations/0003_erasure.sql") },
    Migration { name: "registration/0004_register_wait", sql: include_str!("../migrations/0004_register_wait.sql") },
    Migration { name: "registration/0005_health", sql: include_str!("../migrations/0005_health.sql") },
    Migration { name: "registration/0006_export_lease", sql: include_str!("../migrations/0006_export_lease.sql") },
    Migration { name: "registration/0007_export_recalled", sql: include_str!("../migrations/0007_export_recalled.sql") },
    Migration { name: "registration/0008_paper", sql: include_str!("../migrations/0008_paper.sql") },
];

/// The tables of the platform's store: the directory of schemes and the versions of their definitions.
pub const PLATFORM_MIGRATIONS: &[Migration] =
    &[Migration { name: "registration/0002_directory", sql: include_str!("../migrations/0002_directory.sql") }];
