use journal::{Work, claim_jobs};
use kernel::{Id, Instant, kinds};
use people::Role;
use serde_json::json;
use store::{StoreError, Tx};

use crate::{Alert, storage};

const JOB: &str = "response.tell";

/// An alert that its officers have not been told of: tell them, then `journal::finish_job`.
#[derive(Clone, Debug)]
pub struct ToTell {
    /// The job.
    pub job: Id<kinds::Job>,
    /// The alert.
    pub alert: Alert,
    /// For whom it is.
    pub to: Vec<Role>,
}

/// Puts a fresh alert into the outbox: whoever is not at the desk hears of it all the same.
pub(crate) fn announce(work: &mut Work<'_, '_>, alert: Id<kinds::Alert>) -> Result<(), StoreError> {
    let now = work.now();
    work.outbox(JOB, &format!("tell {alert}"), now, &json!({ "alert": alert.to_string() })).map(drop)
}

/// Whether an alert waits to be told: a look, so that an idle round writes nothing.
pub fn alerts_to_tell(tx: &mut Tx<'_>, now: Instant) -> Result<bool, StoreError> {
    journal::jobs_waiting(tx, JOB, now)
}

/// Takes alerts from the outbox, each for a minute.
pub fn claim_alerts_to_tell(work: &mut Work<'_, '_>, limit: usize) -> Result<Vec<ToTell>, StoreError> {
    let mut found = Vec::new();
    for job in claim_jobs(work, JOB, limit, 60_000)? {
        let id = job.body.get("alert").and_then(|id| id.as_str()).and_then(|id| id.parse().ok());
        let alert = id.map(|id| storage::alert(work.tx(), id)).transpose()?.flatten();
        match alert {
            Some(alert) => {
                let to = storage::alert_roles(work.tx(), alert.id)?;
                found.push(ToTell { job: job.id, alert, to });
            }
            None => journal::finish_job(work, job.id)?,
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::{AlertKind, RaiseAlert, raise_alert};
    use journal::Actor;
    use kernel::Text;

    #[test]
    fn an_alert_is_told_once_to_the_roles_that_it_is_for() {
        let city = City::new();
        let raise = || {
            let alert = RaiseAlert {
                kind: AlertKind::ManyOpenings,
                department: Some(City::DEPARTMENT),
                service: None,
                to: vec![Role::SupervisingOfficer, Role::PrivacyOfficer],
                key: "many".into(),
                text: Text::new("Many", "大量", "大量"),
            };
            city.act(Actor::Job("test"), move |work| raise_alert(work, &alert)).unwrap()
        };
        assert_eq!(raise(), raise());
        let claim = || city.act(Actor::Job("test"), |work| claim_alerts_to_tell(work, 10)).unwrap();
        let waiting = claim();
        let [one] = waiting.as_slice() else { panic!("{waiting:?}") };
        assert_eq!((one.alert.kind, one.to.len()), (AlertKind::ManyOpenings, 2));
        assert!(claim().is_empty(), "taken for a minute");
        let job = one.job;
        city.act(Actor::Job("test"), move |work| journal::finish_job(work, job)).unwrap();
        raise();
        assert!(claim().is_empty(), "the same alert is not told again");
    }
}
