//! Incidents, and the alerts that officers must not miss.
//!
//! Whatever goes wrong opens an [`Incident`] by itself, once for each cause: the same cause found again by the next round of
//! work is the same incident. Who has to act reads an [`Alert`], addressed to roles of a department and open until one of
//! them acknowledges it. Neither holds anything personal: kinds, ids, counts, sentences in three languages.
//!
//! Clocks, call-outs and the engine of notices belong to a later issue; this is the part that the other slices' findings
//! need to be heard, brought here by `flows`.

mod acknowledge_alert;
mod alert;
mod close_incident;
mod directory;
mod incident;
mod open_incident;
mod raise_alert;
mod storage;
mod tell_alert;

#[cfg(test)]
mod rehearsal;
#[cfg(test)]
mod story;

use store::Migration;

pub use acknowledge_alert::{AcknowledgeAlert, AcknowledgeAlertError, acknowledge_alert};
pub use alert::{Alert, AlertKind, Outcome};
pub use close_incident::{CloseIncidentError, close_incident};
pub use directory::{alert, alerts, incident, incidents, is_raised, open_alerts, public_incidents};
pub use incident::{Incident, IncidentKind, PublicIncident};
pub use open_incident::{OpenIncident, open_incident};
pub use raise_alert::{RaiseAlert, raise_alert};
pub use tell_alert::{ToTell, alerts_to_tell, claim_alerts_to_tell};

/// The platform store's tables of this crate.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "response.0001_response", sql: include_str!("../migrations/0001_response.sql") }];
