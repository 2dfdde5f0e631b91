//! Somebody of a department's incident team, with a way to be reached.

use callout::{Details, KeepPerson, QuietHours, keep_person, open_person, seal_details};
use kernel::{Day, Text};
use people::{Duty, ManageTeam, Role, authorise};

use super::course::{Door, act};
use crate::rehearsal::City;

/// Takes somebody into the team; the details are opened by the department's head.
pub fn join(city: &City, today: Day) -> Door {
    let details = Details::parse("Canary Commander", "9123 4567", "", "canary@team.example.hk").unwrap();
    let details = seal_details(city.platform().ledger().keys(), today, &details).unwrap();
    let last = details.expiry();
    let command = KeepPerson {
        person: None,
        post: Text::new("Commander", "指揮官", "指挥官"),
        duties: vec![Duty::Commander],
        quiet: QuietHours { from_minute: 0, until_minute: 0 },
        details,
    };
    let grant = authorise::<ManageTeam>(&city.officer(8, Role::HeadOfDepartment), None).unwrap();
    let person = act(city, move |work| keep_person(work, &grant, &command)).0;
    let opens = Box::new(move |city: &City| {
        let grant = authorise::<ManageTeam>(&city.officer(8, Role::HeadOfDepartment), None).unwrap();
        let ledger = city.platform().ledger();
        let opened = ledger.write("test.person", grant.actor(), move |work| open_person(work, &grant, person));
        opened.is_ok_and(|(details, committed)| details.open(&committed, ledger.keys()).is_ok())
    });
    Door { what: "somebody of an incident team".into(), last, opens }
}
