//! Incidents, and the alerts that officers must not miss.
//!
//! Whatever goes wrong opens an [`Incident`] by itself, once for each cause: the same cause found again by the next round of
//! work is the same incident. Who has to act reads an [`Alert`], addressed to roles of a department and open until one of
//! them acknowledges it. Neither holds anything personal in clear: kinds, ids, counts, sentences in three languages.
//!
//! Every incident has a case file ([`read_case`]), whoever opened it: when things happened ([`note_moment`]), the deadlines that follow
//! from it ([`deadlines`], [`clocks`] are data), entries of eleven kinds, sealed ([`write_entry`]), in rooms that only the
//! commander shares ([`share_room`]). From it come reports ([`fill_form`]) and the pack for a regulator ([`make_pack`]). An exercise is
//! the same with a mark, and tells nobody.

mod acknowledge_alert;
mod alert;
mod case_file;
mod clock;
mod close_incident;
mod command_case;
mod directory;
mod entry;
mod fact;
mod incident;
mod milestone;
mod note_moment;
mod open_case;
mod open_exercise;
mod open_incident;
mod opened_case;
mod pack;
mod playbook;
mod raise_alert;
mod read_case;
mod report_form;
mod room;
mod storage;
mod tell_alert;
mod write_entry;

#[cfg(test)]
mod rehearsal;
#[cfg(test)]
mod story;

use store::Migration;

pub use acknowledge_alert::{AcknowledgeAlert, AcknowledgeAlertError, acknowledge_alert};
pub use alert::{Alert, AlertKind, Outcome};
pub use case_file::{CaseError, CaseFile, KeptDeadline};
pub use clock::{Clock, Deadline, Unit, clock, clocks, deadlines};
pub use close_incident::{CloseIncidentError, close_incident};
pub use command_case::{ShareRoom, end_share, share_room, take_command};
pub use directory::{alert, alerts, incident, incidents, is_raised, open_alerts, public_incidents};
pub use entry::{Entry, EntryError, EntryKind, EntryText, SealedEntry, prepare_keys, seal_entry};
pub use fact::Fact;
pub use incident::{Incident, IncidentKind, PublicIncident};
pub use milestone::{CaseState, Milestone, Moment};
pub use note_moment::{NoteMoment, note_moment, open_deadlines, set_facts};
pub use open_case::{NAME_MOST_CHARS as CASE_NAME_MOST_CHARS, OpenCase, open_case};
pub use open_exercise::{OpenExercise, call_outs_of, has_reached, open_exercise};
pub use open_incident::{OpenIncident, open_incident};
pub use opened_case::{Happened, OpenedCase};
pub use pack::{make_pack, note_pack};
pub use playbook::{Playbook, PlaybookStep, playbooks};
pub use raise_alert::{RaiseAlert, raise_alert};
pub use read_case::read_case;
pub use report_form::{FilledForm, ReportField, ReportForm, Source, fill_form, report_fields, report_forms};
pub use room::{Room, Share};
pub use tell_alert::{ToTell, alerts_to_tell, claim_alerts_to_tell};
pub use write_entry::{WriteEntry, link_call_out, purge_cases, settle_entry, tick_step, write_entry};

/// The platform store's tables of this crate.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "response.0001_response", sql: include_str!("../migrations/0001_response.sql") },
    Migration { name: "response.0002_cases", sql: include_str!("../migrations/0002_cases.sql") },
];
