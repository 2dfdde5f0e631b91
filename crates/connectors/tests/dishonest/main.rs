//! Twelve dishonest contractors, each a real server on loopback, and an honest one: whoever keeps data is caught as soon as
//! anything of it surfaces, and whoever does not is left in peace.

#[cfg(test)]
mod contractor;
#[cfg(test)]
mod town;

use contractor::{Conduct, Phase};
use kernel::Instant;
use people::Role;
use processors::{Cause, Closure, LeaseState, StatementVerdict, not_proven};
use response::{AlertKind, IncidentKind};
use town::{Held, Town};

const DAY_MS: i64 = 86_400_000;

/// The one incident, opened at most a day after what gave the contractor away, and the head of the department knows.
#[cfg(test)]
fn caught(town: &Town, held: &Held, kind: IncidentKind, since: Instant) {
    let incidents = town.incidents();
    assert_eq!(incidents.iter().map(|it| it.kind).collect::<Vec<_>>(), [kind], "{:?}", held.contractor.conduct());
    let after = incidents[0].opened.since(since);
    assert!((0..=DAY_MS).contains(&after), "opened {after} ms after it surfaced");
    assert_eq!(town.found(held).state, LeaseState::Escalated);
    for role in [Role::HeadOfDepartment, Role::PrivacyOfficer] {
        let alerts = town.alerts(1, role);
        assert_eq!(alerts.iter().map(|it| it.kind).collect::<Vec<_>>(), [AlertKind::Incident], "{role}");
    }
}

/// The end passes, the contractor says the right words, and a week goes by.
#[cfg(test)]
fn ends_and_states(conduct: Conduct) -> (Town, Held) {
    let town = Town::new();
    let held = town.hands_over_to(conduct);
    town.round();
    town.passes_the_end(&held);
    town.days(1);
    (town, held)
}

#[test]
fn an_honest_contractor_is_left_in_peace() {
    let (town, held) = ends_and_states(Conduct::Honest);
    assert_eq!(town.states(&held).verdict, StatementVerdict::Accepted);
    town.days(14);
    let lease = town.found(&held);
    assert_eq!(lease.state, LeaseState::Closed);
    assert!(town.incidents().is_empty());
    assert_eq!(held.contractor.askers(), 2, "looked at from two addresses");
    let note = town.read(|tx| Closure::of(tx, &lease)).note();
    assert!(note.contains("from 127.0.0.1") && note.contains("from 127.0.0.2"), "{note}");
    assert!(note.contains(&not_proven().en), "{note}");
}

#[test]
fn promise_08_01_a_hidden_copy_is_caught_when_a_record_of_it_turns_up() {
    let (town, held) = ends_and_states(Conduct::HiddenCopy);
    town.states(&held);
    town.days(14);
    let lease = town.found(&held);
    assert_eq!(lease.state, LeaseState::Closed, "nothing has surfaced yet");
    assert!(town.read(|tx| Closure::of(tx, &lease)).note().contains("kept offline"), "and the record says so");
    town.clock.advance_days(300);
    town.round();
    let surfaced = town.now();
    town.somebody_reports(&held.canary.cell("identity-number").unwrap(), None);
    caught(&town, &held, IncidentKind::CanarySeen, surfaced);
}

#[test]
fn promise_08_02_a_soft_delete_is_caught_by_asking_for_what_is_hidden() {
    let (town, held) = ends_and_states(Conduct::SoftDeletes);
    caught(&town, &held, IncidentKind::DataAlive, held.lease.ends_at());
}

#[test]
fn promise_08_03_an_open_address_is_caught_the_moment_the_contract_ends() {
    let town = Town::new();
    let held = town.hands_over_to(Conduct::LeavesOpen);
    town.passes_the_end(&held);
    caught(&town, &held, IncidentKind::DataAlive, held.lease.ends_at());
    assert_eq!(town.incidents()[0].opened, held.lease.ends_at());
    assert!(town.saw_canary(&held), "not only some people's numbers: ours");
}

#[test]
fn promise_08_04_a_forged_statement_is_caught_when_it_is_filed() {
    let (town, held) = ends_and_states(Conduct::ForgesStatement);
    assert_eq!(town.states(&held).verdict, StatementVerdict::Forged);
    let filed = town.now();
    town.round();
    caught(&town, &held, IncidentKind::StatementForged, filed);
}

#[test]
fn promise_08_05_a_late_statement_comes_after_the_incident_and_does_not_undo_it() {
    let (town, held) = ends_and_states(Conduct::Late);
    let due = town.found(&held).due.unwrap();
    town.days(9);
    caught(&town, &held, IncidentKind::ContractorSilent, due);
    let filed = town.states(&held);
    assert_eq!((filed.verdict, filed.late), (StatementVerdict::Accepted, true));
    town.days(3);
    caught(&town, &held, IncidentKind::ContractorSilent, due);
}

#[test]
fn promise_08_06_an_old_key_signs_nothing_any_more() {
    let (town, held) = ends_and_states(Conduct::OldKey);
    assert_eq!(town.states(&held).verdict, StatementVerdict::OldKey);
    let due = town.found(&held).due.unwrap();
    town.days(8);
    caught(&town, &held, IncidentKind::ContractorSilent, due);
}

#[test]
fn promise_08_07_data_that_comes_back_after_the_first_probe_meets_the_second() {
    let (town, held) = ends_and_states(Conduct::Revives);
    town.states(&held);
    let rounds = town.found(&held).rounds;
    while town.found(&held).rounds == rounds {
        town.days(1);
    }
    assert_eq!(town.found(&held).state, LeaseState::Probing);
    held.contractor.goes_on_to(Phase::Revived);
    let second = town.found(&held).probe.unwrap();
    town.days(7);
    caught(&town, &held, IncidentKind::DataAlive, second);
}

#[test]
fn promise_08_08_an_extension_that_nobody_gave_is_none() {
    let (town, held) = ends_and_states(Conduct::ClaimsExtension);
    assert_eq!(town.states(&held).verdict, StatementVerdict::Unreadable);
    let due = town.found(&held).due.unwrap();
    town.days(8);
    caught(&town, &held, IncidentKind::ContractorSilent, due);
}

#[test]
fn promise_08_09_silence_is_caught_on_the_day_the_statement_was_due() {
    let (town, held) = ends_and_states(Conduct::Silent);
    let due = town.found(&held).due.unwrap();
    town.days(8);
    caught(&town, &held, IncidentKind::ContractorSilent, due);
}

#[test]
fn promise_08_10_whoever_shows_only_us_an_empty_page_is_seen_from_elsewhere() {
    let (town, held) = ends_and_states(Conduct::ShowsUsOnlyNothing);
    if town.found(&held).state != LeaseState::Escalated {
        town.states(&held);
        town.days(10);
    }
    let incidents = town.incidents();
    assert_eq!(incidents.len(), 1, "caught by the first look from the other address");
    assert_eq!(incidents[0].kind, IncidentKind::DataAlive);
    assert!(town.found(&held).closed.is_none());
}

#[test]
fn promise_08_11_data_that_moved_next_door_is_found_there() {
    let (town, held) = ends_and_states(Conduct::Moves);
    caught(&town, &held, IncidentKind::DataAlive, held.lease.ends_at());
}

#[test]
fn promise_08_12_a_sub_processor_that_nobody_agreed_to_is_caught_with_the_contractor() {
    let (town, held) = ends_and_states(Conduct::Honest);
    let other = contractor::Contractor::start(Conduct::SubProcessor);
    other.goes_on_to(Phase::Ended);
    other.takes(format!("name,number\r\n{},{}\r\n", held.canary.name, held.canary.number));
    town.states(&held);
    let surfaced = town.now();
    town.somebody_reports(&held.canary.number, Some(other.at("/dump")));
    caught(&town, &held, IncidentKind::CanarySeen, surfaced);
    let grant = Town::head();
    let (lease, rules) = (held.lease.id, town.rules.clone());
    town.write(move |work| processors::resume_lease(work, &grant, lease, &rules)).unwrap();
    town.days(1);
    assert_eq!(town.incidents().last().unwrap().kind, IncidentKind::DataAlive, "and the address is looked at from now on");
}

#[test]
fn one_contractors_incident_is_every_departments_enquiry_the_same_day() {
    let town = Town::new();
    let held = town.hands_over_to(Conduct::LeavesOpen);
    town.lease(held.lease.contractor, 2, processors::Form::LookUp);
    town.passes_the_end(&held);
    let caught = town.incidents()[0].opened;
    let alerts = town.alerts(2, Role::PrivacyOfficer);
    assert_eq!(alerts.iter().map(|it| it.kind).collect::<Vec<_>>(), [AlertKind::LinkedEnquiry]);
    assert_eq!(alerts[0].raised.day(), caught.day());
    assert_eq!(alerts[0].text, Cause::DataAlive.title());
}
