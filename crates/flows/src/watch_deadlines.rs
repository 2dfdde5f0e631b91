use journal::Actor;
use kernel::{Id, Instant, Text, kinds};
use people::Role;
use response::{AlertKind, Incident, KeptDeadline, RaiseAlert, open_deadlines, raise_alert};
use store::StoreError;

use crate::{Platform, StepError};

/// Who hears of a deadline.
const TOLD: [Role; 3] = [Role::SecurityOfficer, Role::PrivacyOfficer, Role::HeadOfDepartment];
/// Longer than a quarter of the longest clock.
const AHEAD_MS: i64 = 31 * 86_400_000;
/// Deadlines looked at in one round.
const MOST: usize = 500;

/// Tells of deadlines of incidents: once when three quarters of the time have passed, and once when all of it has. Those of an exercise
/// stand on its pages and are told to nobody.
pub(crate) fn watch_deadlines(platform: &Platform) -> Result<(), StepError> {
    let now = platform.now();
    let due = platform.ledger().read("flows.deadlines_due", |tx| {
        let mut due = Vec::new();
        for (id, deadline) in open_deadlines(tx, now.plus_millis(AHEAD_MS), MOST)? {
            let Some(stage) = stage(&deadline, now) else { continue };
            let key = format!("deadline:{id}:{}:{}:{stage}", deadline.clock, deadline.due.millis());
            if !response::is_raised(tx, &key)?
                && let Some(incident) = response::incident(tx, id)?
            {
                due.push(alert(&incident, &deadline, stage, key));
            }
        }
        Ok::<_, StoreError>(due)
    })?;
    for alert in due {
        platform.ledger().write("flows.alert_deadline", Actor::Job("watch"), move |work| raise_alert(work, &alert))?;
    }
    Ok(())
}

fn stage(deadline: &KeptDeadline, now: Instant) -> Option<&'static str> {
    let left = deadline.due.since(now);
    if left < 0 {
        return Some("passed");
    }
    (left <= deadline.due.since(deadline.start) / 4).then_some("near")
}

fn alert(incident: &Incident, deadline: &KeptDeadline, stage: &str, key: String) -> RaiseAlert {
    let (id, due): (Id<kinds::Incident>, String) = (incident.id, deadline.due.hong_kong_minute());
    let what = deadline.rule().map_or_else(|| Text::new("Deadline", "限期", "限期"), |clock| clock.title.clone());
    let text = if stage == "passed" {
        Text::new(
            format!("{}: the time ended on {due}, and nothing is on record ({id}).", what.en),
            format!("{}：限期已於{due}屆滿，仍未有記錄（{id}）。", what.zh_hant),
            format!("{}：限期已于{due}届满，仍未有记录（{id}）。", what.zh_hans),
        )
    } else {
        Text::new(
            format!("{}: by {due} ({id}).", what.en),
            format!("{}：限期為{due}（{id}）。", what.zh_hant),
            format!("{}：限期为{due}（{id}）。", what.zh_hans),
        )
    };
    let department = incident.department.or(incident.lead);
    RaiseAlert { kind: AlertKind::Deadline, department, service: incident.service, to: TOLD.into(), key, text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use people::{HandleIncident, authorise};
    use response::{EntryText, IncidentKind, Milestone, NoteMoment, OpenCase, note_moment, open_case, seal_entry};

    fn aware(city: &City, is_exercise: bool) {
        let platform = city.platform();
        let grant = authorise::<HandleIncident>(&city.officer(8, Role::SecurityOfficer), None).unwrap();
        let text = EntryText { title: "certain".into(), ..EntryText::default() };
        let (at, why) = (platform.now(), seal_entry(platform.ledger().keys(), platform.now().day(), &text, None).unwrap());
        let act = move |work: &mut journal::Work<'_, '_>| {
            let command = OpenCase { kind: IncidentKind::Ransomware, name: "Monday".into(), is_exercise };
            let incident = open_case(work, &grant, &command)?;
            note_moment(work, &grant, &NoteMoment { incident, milestone: Milestone::Aware, at, why: why.clone() })
        };
        platform.ledger().write("test", grant.actor(), act).unwrap();
    }

    #[test]
    fn promise_14_officers_hear_of_a_real_deadline_twice_and_of_an_exercise_never() {
        let city = City::new();
        let heard = |city: &City| {
            watch_deadlines(city.platform()).unwrap();
            watch_deadlines(city.platform()).unwrap();
            let who = city.officer(8, Role::SecurityOfficer);
            city.platform().ledger().read("test", |tx| response::open_alerts(tx, &who)).unwrap().len()
        };
        aware(&city, true);
        city.clock.advance_secs(3_700);
        assert_eq!(heard(&city), 0, "nobody outside an exercise is told");
        aware(&city, false);
        assert_eq!(heard(&city), 0);
        city.clock.advance_secs(50 * 60);
        assert_eq!(heard(&city), 1);
        city.clock.advance_secs(11 * 60);
        assert_eq!(heard(&city), 2);
    }
}
