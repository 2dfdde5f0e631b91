//! Acts that span slices.
//!
//! A [`Platform`] is the whole: its own ledger (departments, officers, the gate, the directory of schemes) and every
//! [`Service`] that has one of its own. [`Platform::refresh`] asks the gate which services are in force; the faces route to
//! nothing else, so what is not through the gate does not exist. [`work_round`] does the slow work of every service, and
//! [`end_service`] destroys one whose last day has passed, with a certificate.

mod activation_round;
mod ask_signature;
#[cfg(test)]
mod ask_signature_story;
mod ask_verifier;
#[cfg(test)]
mod ask_verifier_story;
mod call_from_case;
mod certify;
mod close_account;
#[cfg(test)]
mod close_story;
mod contractor_round;
mod correct_household;
mod delivery_results;
mod drill_act;
mod drill_queue;
mod drill_room;
mod drill_rooms;
mod drill_signals;
#[cfg(test)]
mod drill_story;
mod end_service;
mod erase;
mod export_delivery;
mod file_closings;
mod forget_proofs;
mod give_lease;
mod hand_over;
mod holdings;
mod identity_service;
#[cfg(test)]
mod identity_story;
mod inventory;
mod invite_guest;
mod keep_watch;
mod lease_look_up;
mod letter_batch;
mod letter_posting;
#[cfg(test)]
mod letter_story;
mod logout_round;
mod lost_ledger;
#[cfg(test)]
mod lease_story;
mod mail_round;
#[cfg(test)]
mod mail_story;
mod metrics;
mod note_records;
mod own_attributes;
mod own_file;
mod open_platform;
#[cfg(test)]
mod openings_story;
mod platform;
mod proofing;
mod publish_advisory;
#[cfg(test)]
mod rehearsal;
mod release;
mod replay_end;
mod purge_lag;
mod roll_keys;
mod run_errands;
#[cfg(test)]
mod errand_story;
mod roots;
mod service;
mod sign_document;
mod start_drill;
#[cfg(test)]
mod signing_story;
#[cfg(test)]
mod strangers_story;
mod submit_household;
mod transfer_lease;
#[cfg(test)]
mod three_years;
mod tell_contractor;
mod watch_deadlines;
mod watch_openings;
mod watch_requests;
mod watch_retention;
mod watch_rights;
mod watch_training;
mod watch_gates;
mod work_round;

pub use ask_signature::{AskSignatureError, AskedToSign, PURPOSE_MOST, STATE_MOST, ask_signature, cancel_signature, fetch_signature, signature_state};
pub use call_from_case::{CaseCallError, call_from_case};
pub use certify::{certify, certify_accounts, kept_certificate, opening_file};
pub use close_account::{CloseAccountError, close_account, end_rights};
pub use contractor_round::{ContractorRound, contractor_round, erase_lease_keys, probe_round};
pub use correct_household::{CorrectHouseholdError, correct_household};
pub use delivery_results::import_delivery_results;
pub use drill_act::{Done, DrillAct, DrillHand, RoomError};
pub use drill_room::{DrillRoom, Subscription};
pub use drill_rooms::DrillRooms;
pub use end_service::{EndError, end_service};
pub use erase::{EraseError, Erased, apply_erasures, erase_by_officer, erase_day, erase_day_by_two, erase_day_words, erase_household};
pub use export_delivery::{ExportFault, export_contracts, export_delivery, hand_over_exports, standing_export_lease};
pub use forget_proofs::forget_proofs;
pub use give_lease::{GiveLeaseError, NewLease, give_lease, group_name, group_of, lease_groups, lease_rules};
pub use hand_over::{HandOverFault, hand_over, hand_over_words};
pub use holdings::{Holding, holdings, purpose_words};
pub use identity_service::IdentityService;
pub use inventory::{
    CSV_HEAD, Inventory, InventoryError, identity_inventory, inventory, platform_inventory, read_inventory, scheme_inventory,
    service_inventory,
};
pub use invite_guest::invite_guest;
pub use transfer_lease::transfer;
pub use lease_look_up::{LeasedRecord, LookUpFault, lease_look_up};
pub use keep_watch::keep_watch;
pub use letter_batch::{LETTER_GROUPS, LetterBatchError, give_letter_lease, letter_at_hand, letter_contracts, letter_leases, print_letters};
pub use letter_posting::{letters_under, post_letters};
pub use logout_round::logout_round;
pub use mail_round::{MailRound, mail_round};
pub use note_records::{NOTED, RECORDS, RecordError, note_records};
pub use own_attributes::{MailWritten, Writer, own_attributes, send_mail_link_again, write_own_attributes};
pub use own_file::{Names, OwnFile, OwnFileError, entry_proof, ledger_proof, names, opening_proofs, own_file};
pub use open_platform::{PlatformError, PlatformParts, RESTORED_TREE, RESTORING, migrations_of};
pub use platform::Platform;
pub use ask_verifier::{VerifierRound, ask_verifier};
pub use proofing::{ask_register, decide_proofing, finish as finish_proofing, open_proofing, verify_at_counter};
pub use publish_advisory::{publish_advisory, revise_advisory};
pub use release::{Asking, ReleaseError, Released, release};
pub use roll_keys::roll_keys;
pub use roots::{Escrow, Roots};
pub use service::Service;
pub use metrics::metrics;
pub use purge_lag::{PurgeLag, purge_lags};
pub use watch_retention::PURGE_LAG_HOURS;
pub use sign_document::{
    SignDocumentError, SigningOffice, ToSign, bring_document, forget_signing_passkey, leave_signing, read_signing, register_signing, sign_document, signing_options,
    waiting_document,
};
pub use start_drill::exercise_kind;
pub use submit_household::{Acknowledged, Submit, SubmitError, rules, submit_household};
pub use tell_contractor::file_statement;
pub use work_round::{Ports, Round, StepError, work_round};
