//! An outside expert who is invited to an exercise.

use drill::{InviteGuest, Part, PlanDrill, PlannedTeam, invite_guest, open_guest, plan_drill, seal_guest};
use kernel::{Day, Text};
use people::{Contact, Role, RunDrill, authorise};

use super::course::{Door, act};
use crate::rehearsal::City;

/// Plans an exercise and invites somebody; an exercise controller opens who it is.
pub fn invite(city: &City, today: Day) -> Door {
    let grant = authorise::<RunDrill>(&city.officer(8, Role::ExerciseController), None).unwrap();
    let plan = PlanDrill {
        pack: city.platform().drills().pack("defacement").unwrap(),
        title: Text::new("Drill", "演習", "演习"),
        begins: city.platform().now(),
        co_hosts: Vec::new(),
        teams: vec![PlannedTeam { department: city.department, name: "One".into() }],
        follows: None,
    };
    let id = act(city, move |work| plan_drill(work, &grant, &plan)).0;
    let until = city.platform().now().plus_secs(20 * 86_400);
    let details = Contact::parse("Canary Guest", &format!("canary{}@guest.example.hk", today.number())).unwrap();
    let details = seal_guest(city.platform().ledger().keys(), (id, until.day()), &details).unwrap();
    let command = InviteGuest { details, part: Part::Observer, until };
    let guest = act(city, move |work| invite_guest(work, &grant, id, &command)).0.guest;
    let opens = Box::new(move |city: &City| {
        let grant = authorise::<RunDrill>(&city.officer(8, Role::ExerciseController), None).unwrap();
        let ledger = city.platform().ledger();
        let opened = ledger.write("test.guest", grant.actor(), move |work| open_guest(work, &grant, id, guest));
        opened.is_ok_and(|(details, committed)| details.open(&committed, ledger.keys()).is_ok())
    });
    Door { what: "a guest of an exercise".into(), last: until.day(), opens }
}
