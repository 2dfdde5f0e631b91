//! One story of this crate on each engine.

use journal::Actor;
use people::Role;
use testkit::both_engines;

use crate::rehearsal::City;
use crate::*;

#[test]
fn what_goes_wrong_is_heard_once_by_whom_it_concerns_on_both_engines() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let incident = city.open(IncidentKind::ContractorSilent, "lease 7 silent");
        assert_eq!(city.open(IncidentKind::ContractorSilent, "lease 7 silent"), incident);
        let both = [Role::HeadOfDepartment, Role::PrivacyOfficer];
        let alert = city.raise("lease 7 silent", &both);
        assert_eq!(city.raise("lease 7 silent", &both), alert);
        let head = City::officer(1, &both);
        assert_eq!(city.read(|tx| open_alerts(tx, &head)).iter().map(|it| it.id).collect::<Vec<_>>(), [alert]);
        assert!(city.read(|tx| open_alerts(tx, &City::officer(2, &both))).is_empty());
        assert!(city.read(|tx| alerts(tx, City::DEPARTMENT, Role::CaseOfficer)).is_empty());
        let (who, command) = (head.clone(), AcknowledgeAlert { alert, outcome: Outcome::PassedOn });
        city.act(Actor::Operator, move |work| acknowledge_alert(work, &who, command)).unwrap();
        assert!(city.read(|tx| open_alerts(tx, &head)).is_empty());
        let listed = city.read(|tx| alerts(tx, City::DEPARTMENT, Role::PrivacyOfficer));
        assert_eq!(listed[0].acknowledged.map(|it| it.2), Some(Outcome::PassedOn));
        let public = city.read(|tx| public_incidents(tx, City::SERVICE));
        assert_eq!((public.len(), public[0].title.clone()), (1, IncidentKind::ContractorSilent.title()));
        assert_eq!(city.read(|tx| incidents(tx, City::DEPARTMENT)).len(), 1);
        assert!(city.read(|tx| incidents(tx, kernel::Id::from_bytes([2; 16]))).is_empty());
    });
}

#[test]
fn a_case_is_opened_timed_written_and_shared_on_both_engines() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let (one, two) = (city.department(1), city.department(2));
        let (commander, helper) = (City::handler_of(one, 9), City::handler_of(two, 7));
        let id = city.open_case(&commander, false);
        let aware = city.now().plus_secs(-7_200);
        city.note(&commander, (id, Milestone::Aware), aware).unwrap();
        city.act(commander.actor(), move |work| set_facts(work, &commander, (id, &[Fact::PersonalData]))).unwrap();
        city.attach(&commander, (id, Room::Technical), b"log");
        let task = city.write(&commander, (id, EntryKind::Task, Room::Technical), "block it");
        let share = ShareRoom { incident: id, room: Room::Technical, department: two };
        city.act(commander.actor(), move |work| share_room(work, &commander, share)).unwrap();
        city.act(helper.actor(), move |work| settle_entry(work, &helper, (id, task))).unwrap();
        let call_out = kernel::Id::from_bytes([3; 16]);
        city.act(commander.actor(), move |work| link_call_out(work, &commander, (id, call_out))).unwrap();
        let seen = city.opened(&helper, id);
        assert_eq!((seen.file.entries.len(), seen.file.leads, seen.file.state()), (2, false, CaseState::Aware));
        let whole = city.opened(&commander, id);
        assert_eq!((whole.file.entries.len(), whole.timeline().len(), whole.file.call_outs.len()), (3, 4, 1));
        let late = city.read(|tx| open_deadlines(tx, city.now(), 10));
        assert_eq!(late.iter().map(|(_, one)| one.clock.as_str()).collect::<Vec<_>>(), ["office-phone"]);
        city.clock.advance_days(1_200);
        assert_eq!(city.act(Actor::Job("purge"), purge_cases).unwrap(), 3);
        city.act(commander.actor(), move |work| close_incident(work, &commander, id)).unwrap();
        assert!(city.read(|tx| open_deadlines(tx, city.now(), 10)).is_empty(), "nothing is owed of what is closed");
    });
}
