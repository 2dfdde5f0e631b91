use journal::Actor;
use kernel::{Day, Id, Text, kinds};
use people::Role;
use response::{AlertKind, RaiseAlert, raise_alert};
use store::StoreError;
use vault::RequestRow;

use crate::{Platform, StepError};

/// Days before the last day of a request on which its officers are told.
const AHEAD_DAYS: i32 = 10;
/// Requests looked at in one round.
const MOST: usize = 500;

/// Tells of formal requests that nobody has answered: once ten days before the last of their forty days, and once on that day, when
/// the head of the department hears of it too.
pub(crate) fn watch_requests(platform: &Platform) -> Result<(), StepError> {
    let today = platform.now().day();
    let due = platform.ledger().read("flows.requests_due", |tx| {
        let mut due = Vec::new();
        for row in vault::due_requests(tx, today.plus(AHEAD_DAYS), MOST)? {
            let key = key(&row, today);
            if response::is_raised(tx, &key)? {
                continue;
            }
            let owner = people::owner_of(tx, row.service)?;
            due.extend(owner.map(|scope| alert(&row, today, scope.department(), key)));
        }
        Ok::<_, StoreError>(due)
    })?;
    for alert in due {
        platform.ledger().write("flows.alert_request", Actor::Job("watch"), move |work| raise_alert(work, &alert))?;
    }
    Ok(())
}

fn is_late(row: &RequestRow, today: Day) -> bool {
    row.due <= today
}

fn key(row: &RequestRow, today: Day) -> String {
    format!("request:{}:{}", row.id, if is_late(row, today) { "due" } else { "soon" })
}

fn alert(row: &RequestRow, today: Day, department: Id<kinds::Department>, key: String) -> RaiseAlert {
    let (number, due) = (row.printed(), row.due);
    let late = is_late(row, today);
    let text = if late {
        Text::new(
            format!("Request {number} has no answer, and the last of its forty days is {due}."),
            format!("編號{number}的要求仍未答覆，四十日期限為{due}。"),
            format!("编号{number}的要求仍未答复，四十日期限为{due}。"),
        )
    } else {
        Text::new(
            format!("Request {number} is to be answered by {due}."),
            format!("須於{due}或之前答覆編號{number}的要求。"),
            format!("须于{due}或之前答复编号{number}的要求。"),
        )
    };
    let mut to = vec![Role::PrivacyOfficer];
    to.extend(late.then_some(Role::HeadOfDepartment));
    RaiseAlert { kind: AlertKind::RequestDue, department: Some(department), service: Some(row.service), to, key, text }
}

#[cfg(test)]
mod tests {
    use vault::{LodgeRequest, RequestChannel, RequestDetails, RequestKind, lodge_request, seal_details};

    use super::*;
    use crate::rehearsal::City;

    fn alerts(city: &City, role: Role) -> Vec<String> {
        let department = city.department;
        let alerts = city.platform().ledger().read("test", |tx| response::alerts(tx, department, role)).unwrap();
        let own = alerts.into_iter().filter(|alert| alert.kind == AlertKind::RequestDue);
        own.map(|alert| alert.text.en).collect()
    }

    #[test]
    fn a_request_that_nobody_answers_is_told_once_ahead_and_once_on_its_day() {
        let city = City::new();
        let (service, ledger) = (city.service().id(), city.platform().ledger());
        let details = RequestDetails {
            reference: String::new(),
            name: "Chan Tai Man".into(),
            address: "1 Nowhere Road".into(),
            text: "What do you hold?".into(),
        };
        let sealed = seal_details(ledger.keys(), city.platform().now().day(), &details).unwrap();
        let command = LodgeRequest {
            service,
            kind: RequestKind::Access,
            channel: RequestChannel::Online,
            language: kernel::Language::En,
            details: sealed,
            proof: None,
        };
        ledger.write("test", Actor::Visitor, move |work| lodge_request(work, &command)).unwrap();
        city.clock.advance_days(29);
        city.work();
        assert!(alerts(&city, Role::PrivacyOfficer).is_empty());
        for _ in 0..3 {
            city.clock.advance_days(1);
            city.work();
        }
        let told = alerts(&city, Role::PrivacyOfficer);
        assert!(told.len() == 1 && told[0].contains("is to be answered by"), "{told:?}");
        assert!(alerts(&city, Role::HeadOfDepartment).is_empty());
        city.clock.advance_days(8);
        city.work();
        city.clock.advance_days(1);
        city.work();
        assert_eq!((alerts(&city, Role::PrivacyOfficer).len(), alerts(&city, Role::HeadOfDepartment).len()), (2, 1));
    }
}
