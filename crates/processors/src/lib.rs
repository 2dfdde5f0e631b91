//! Contractors who cannot keep anything.
//!
//! A contractor stands on a register that all departments share. A department's [`Contract`] records where each required
//! clause stands; without a complete record there is no credential and no lease. A [`Lease`] names field groups of records of
//! one service, one purpose and one last day, and has a key of its own that dies with it. Records are looked up one by one
//! ([`authorise_lookup`]), each an opening, or handed over as a [`Package`] with planted [`Canary`] records.
//!
//! At the end the look-ups stop by themselves, a [`Statement`] signed with the contractor's key is due, and two clean
//! [`Prober`] probes from different sources, days apart, close the lease. Silence, a forged statement, data found alive or a
//! canary seen is an [`Escalation`]: `flows` carries it from the outbox to the head of the department and opens the incident.
//! Every act of this crate runs in the platform's store.

mod address;
mod answer_enquiry;
mod canary;
mod cause;
mod clause;
mod closure;
mod contact;
mod contract;
mod contractor;
mod declare_address;
mod end_lease;
mod escalate;
mod file_statement;
mod grant_lease;
mod hand_over;
mod key;
mod lease;
mod lease_exports;
mod letters;
mod line;
mod look_up;
mod overview;
mod package;
mod partner;
mod partner_session;
mod probe;
mod probe_lease;
mod record_contract;
mod register_contractor;
mod remind;
mod report_breach;
mod report_canary;
mod resume_lease;
mod rules;
mod signed_statement;
mod statement;
mod storage;
mod transfer_lease;
mod work_waiting;

#[cfg(test)]
mod rehearsal;
#[cfg(test)]
mod story;

use store::Migration;

pub use address::{AddressError, WebAddress, is_public_ip};
pub use answer_enquiry::{AnswerError, Answers, Enquiry, answer_enquiry, enquiries};
pub use canary::{Canary, Perch, SealedCanary};
pub use cause::{Cause, Escalation};
pub use clause::{Clause, ClauseFlaw, ClauseRecord, Storage};
pub use closure::{CLOSURE_FORMAT, Closure, JournalAt, closings_to_file, closing_record, keep_closing_record, not_proven};
pub use contact::{SealedContact, seal_contact};
pub use contract::{Contract, SubProcessor};
pub use contractor::{Contractor, ContractorKeys, KeysError, Trade};
pub use declare_address::{AddressUse, Declared, DeclareError, add_address, addresses, declare_address};
pub use end_lease::{end_due, end_lease, keys_to_erase, note_key_died};
pub use escalate::{
    ToCarry, claim_escalations, escalate_overdue, escalations, escalations_waiting, link_enquiries,
};
pub use file_statement::{FileStatement, FileStatementError, Filed, StatementRow, file_statement, statements};
pub use grant_lease::{Chosen, GrantLeaseCommand, LeaseError, extend_lease, grant_lease, last_day};
pub use hand_over::{
    HandOverError, HandedOver, PackagePass, RecordHandOver, fetch_package, hand_overs, has_fetched, never_fetched, record_hand_over, seal_package, settle_package,
};
pub use key::{NewKey, prepare_keys};
pub use lease_exports::{
    ExportHandedOver, LeaseExports, LeaseExportsError, Whereabouts, export_lease, hand_over_export, is_planted_reference,
    lease_exports, plant_canaries, withdraw_package,
};
pub use lease::{CleanProbe, EndedBy, Form, Lease, LeaseState, Next, Selection};
pub use letters::{Sheaf, pack_letters};
pub use look_up::{AskLookUp, Leased, LookUp, LookUpPass, LookUpRefused, authorise_lookup};
pub use overview::{
    Level, Overview, OverviewLine, contract, contractor, contractors, contracts, credentials, lease,
    leases_of_contract, leases_of_contractor, leases_of_service, look_ups, overview,
};
pub use package::{Cargo, Package, PackageError, canary_count, pack};
pub use partner::{
    IssuedCredential, Partner, PartnerError, PartnerToken, end_restored, find_partner, issue_credential, revoke_credentials,
};
pub use partner_session::{
    PartnerSession, find_partner_session, keep_partner_session, sign_in_partner, sign_out_partner,
};
pub use probe::{Fetched, Found, ProbePlan, ProbeReport, Prober, Verdict};
pub use probe_lease::{ProbeOrder, ProbeRow, begin_probe, due_probes, probes, record_probe};
pub use record_contract::{
    ContractError, RecordContract, amend_clauses, consent_to_sub_processor, end_contract, extend_contract,
    record_contract,
};
pub use register_contractor::{
    RegisterContractor, RegisterError, contact_for_mail, open_contact, register_contractor, renew_contact, replace_keys,
};
pub use remind::{Reminder, due_reminders, reminders_of};
pub use report_breach::{ReportBreachError, notify_breach, report_breach};
pub use report_canary::{Sighting, is_canary, purge, report_canary};
pub use resume_lease::{ResumeError, confirm_on_site, resume_lease};
pub use rules::LeaseRules;
pub use signed_statement::SignedStatement;
pub use statement::{Statement, StatementError, StatementVerdict};
pub use transfer_lease::{TransferLease, transfer_lease, transferred_key};
pub use work_waiting::work_waiting;

/// The platform store's tables of this crate.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "processors.0001_processors", sql: include_str!("../migrations/0001_processors.sql") },
    Migration { name: "processors.0002_partner_sessions", sql: include_str!("../migrations/0002_partner_sessions.sql") },
    Migration { name: "processors.0003_closing_record", sql: include_str!("../migrations/0003_closing_record.sql") },
    Migration { name: "processors.0004_fetched", sql: include_str!("../migrations/0004_fetched.sql") },
];
