//! The stories of this crate: whole lives of leases, and what is refused on the way.

use journal::Work;
use kernel::{Environment, Id, kinds};
use people::{GrantLease, HandleIncident, ManageContractors, Role};
use testkit::both_engines;

use crate::clause::complete;
use crate::rehearsal::City;
use crate::*;

#[test]
fn from_the_contract_to_the_closing_record_on_both_engines() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let contract = city.contract();
        let partner = city.partner(contract, 1);
        let lease = city.lease(contract, 1, Form::LookUp);
        city.declare(&partner, lease.id, "http://127.0.0.1:9/forms");
        assert_eq!(city.probe(lease.id, "one", Found::Refused { status: 401 }), Some(Verdict::Clean));
        let leased = city.look_up(&partner, lease.id, "ab12-cd34").unwrap();
        assert!(leased.covers("contact") && !leased.covers("identity"));
        assert!(city.read(|tx| leased.admits(tx, "ST")), "on the list");
        let other = city.look_up(&partner, lease.id, "ZZ99 ZZ99").unwrap();
        assert!(!city.read(|tx| other.admits(tx, "ST")), "not on the list");
        assert_eq!(city.read(|tx| look_ups(tx, lease.id)), 2);

        city.pass_end(&lease);
        assert_eq!(city.look_up(&partner, lease.id, "ab12-cd34").unwrap_err(), "ended");
        assert_eq!(city.read(|tx| overview(tx, city.now(), None)).attention, 1);
        let filed = city.file(&partner, lease.id, city.statement(&lease).text(), &city.signer).unwrap();
        assert_eq!(filed, Filed { verdict: StatementVerdict::Accepted, late: false });
        assert_eq!(city.probe(lease.id, "one", Found::Nobody), Some(Verdict::Clean));
        assert_eq!(city.probe(lease.id, "two", Found::Refused { status: 404 }), Some(Verdict::Clean));
        let closed = city.found(lease.id);
        assert_eq!(closed.state, LeaseState::Closed);
        let note = city.read(|tx| Closure::of(tx, &closed)).note();
        assert_eq!(note.lines().filter(|line| line.starts_with("probe: ")).count(), 2, "{note}");
        assert!(note.contains("kept offline") && note.contains("key died") && note.contains("in-time"), "{note}");
        assert!(city.carried().is_empty() && city.read(|tx| overview(tx, city.now(), None)).lines.is_empty());
        for verb in ["processors.looked_up", "processors.lease_key_died", "processors.lease_closed"] {
            assert!(city.verbs().iter().any(|it| it == verb), "{verb}");
        }
    });
}

#[test]
fn no_complete_clause_record_no_credential_and_no_lease() {
    let city = City::new();
    let contractor = city.contractor();
    let mut incomplete = complete();
    incomplete.clauses.remove(&Clause::ReturnAndDestruction);
    let cloud = ClauseRecord { storage: Storage::PublicCloud, ..complete() };
    for clauses in [incomplete, cloud] {
        let contract = city.contract_with(contractor, 1, clauses);
        let grant = City::grant::<ManageContractors>(1, Role::PrivacyOfficer);
        let refused = city.act(move |work| issue_credential(work, &grant, contract)).unwrap_err();
        assert!(matches!(refused, store::RunError::Refused(ContractError::Clauses(_))), "{refused}");
        let (grant, command) = (City::grant::<GrantLease>(1, Role::SchemeOwner), city.lease_command(contract, Form::LookUp));
        let refused = city.act(move |work| grant_lease(work, &grant, &command)).unwrap_err();
        assert!(matches!(refused, store::RunError::Refused(LeaseError::Clauses(_))), "{refused}");
        let grant = City::grant::<ManageContractors>(1, Role::PrivacyOfficer);
        city.act(move |work| amend_clauses(work, &grant, contract, &complete())).unwrap();
        city.partner(contract, 1);
        city.lease(contract, 1, Form::LookUp);
    }
}

#[test]
fn another_departments_officers_and_contractors_find_nothing() {
    let city = City::new();
    let contract = city.contract();
    let lease = city.lease(contract, 1, Form::LookUp);
    let second = city.contract_with(lease.contractor, 2, complete());
    let stranger = city.partner(second, 2);
    assert_eq!(city.look_up(&stranger, lease.id, "AB12 CD34").unwrap_err(), "missing");
    let filed = city.file(&stranger, lease.id, city.statement(&lease).text(), &city.signer);
    assert!(matches!(filed, Err(store::RunError::Refused(FileStatementError::Missing))));
    let (grant, rules) = (City::grant::<GrantLease>(2, Role::SchemeOwner), city.rules.clone());
    assert!(city.act(move |work| end_lease(work, &grant, lease.id, &rules)).is_err());
    let (grant, command) = (City::grant::<GrantLease>(2, Role::SchemeOwner), city.lease_command(contract, Form::LookUp));
    assert!(city.act(move |work| grant_lease(work, &grant, &command)).is_err());
    let grant = City::grant::<ManageContractors>(2, Role::PrivacyOfficer);
    assert!(city.act(move |work| issue_credential(work, &grant, contract)).is_err());
    let revoked = City::grant::<ManageContractors>(2, Role::PrivacyOfficer);
    assert_eq!(city.act(move |work| revoke_credentials(work, &revoked, second)).unwrap(), 1);
}

#[test]
fn promise_08_lookups_stop_at_the_end_though_no_job_runs_and_with_the_key_whatever_the_rows_say() {
    let city = City::new();
    let contract = city.contract();
    let (partner, lease) = (city.partner(contract, 1), city.lease(contract, 1, Form::LookUp));
    city.clock.set(lease.ends_at().plus_millis(-1));
    city.look_up(&partner, lease.id, "AB12 CD34").unwrap();
    city.clock.set(lease.ends_at());
    assert_eq!(city.look_up(&partner, lease.id, "AB12 CD34").unwrap_err(), "ended");
    // Somebody with the database in hand gives the lease another year: its key died at midnight all the same.
    let mut forged = city.found(lease.id);
    forged.until = "2024-02-28".parse().unwrap();
    let mut contract = city.read(|tx| crate::contract(tx, lease.contract)).unwrap();
    contract.until = forged.until;
    city.act(move |work| {
        storage::contractor::update_contract(work.tx(), &contract)?;
        storage::lease::update(work.tx(), &forged)
    })
    .unwrap();
    let dead = city.look_up(&partner, lease.id, "AB12 CD34").unwrap_err();
    assert_eq!(dead, seal::SealError::Gone.to_string());
}

#[test]
fn an_early_end_kills_the_key_and_a_whole_contract_ends_all_its_leases() {
    let city = City::new();
    let contract = city.contract();
    let partner = city.partner(contract, 1);
    let (one, two) = (city.lease(contract, 1, Form::LookUp), city.lease(contract, 1, Form::LookUp));
    let (grant, rules) = (City::grant::<GrantLease>(1, Role::SchemeOwner), city.rules.clone());
    city.act(move |work| end_lease(work, &grant, one.id, &rules)).unwrap();
    assert_eq!(city.look_up(&partner, one.id, "AB12 CD34").unwrap_err(), "ended");
    city.look_up(&partner, two.id, "AB12 CD34").unwrap();
    let (grant, rules) = (City::grant::<ManageContractors>(1, Role::PrivacyOfficer), city.rules.clone());
    let ended = city.act(move |work| end_contract(work, &grant, contract, &rules)).unwrap();
    assert_eq!(ended.iter().map(|lease| lease.id).collect::<Vec<_>>(), [two.id]);
    city.erase_keys();
    assert!(city.read(keys_to_erase).is_empty());
    assert_eq!(city.look_up(&partner, two.id, "AB12 CD34").unwrap_err(), "ended");
    let filed = city.file(&partner, two.id, city.statement(&two).text(), &city.signer).unwrap();
    assert_eq!(filed.verdict, StatementVerdict::Accepted, "what is owed is filed after the contract's end");
}

#[test]
fn an_extension_is_an_officers_act_within_contract_and_retention() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let contract = city.contract();
        let (partner, lease) = (city.partner(contract, 1), city.lease(contract, 1, Form::LookUp));
        let grant = City::grant::<GrantLease>(1, Role::SchemeOwner);
        let extend = |until: &str| extend_lease(&city.ledger, &grant, lease.id, until.parse().unwrap());
        assert!(matches!(extend("2023-03-31"), Err(LeaseError::Days)), "beyond the contract");
        let privacy = City::grant::<ManageContractors>(1, Role::PrivacyOfficer);
        let later = "2024-06-30".parse().unwrap();
        city.act(move |work| extend_contract(work, &privacy, contract, later)).unwrap();
        assert!(matches!(extend("2024-01-31"), Err(LeaseError::Days)), "beyond the retention");
        let extended = extend("2023-06-30").unwrap();
        assert_eq!(extended.keys().unwrap().len(), 2, "the key under the earlier day dies with it too");
        city.clock.set(lease.ends_at().plus_millis(1));
        city.ledger.keys().midnight(city.now().day()).unwrap();
        let leased = city.look_up(&partner, lease.id, "AB12 CD34").unwrap();
        assert!(city.read(|tx| leased.admits(tx, "ST")), "the list is the same");
        city.clock.set(extended.ends_at());
        assert!(matches!(extend("2023-07-30"), Err(LeaseError::Ended)));
    });
}

#[test]
fn a_transfer_ends_one_lease_and_begins_another() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let (first, second) = (city.contract(), city.contract());
        let lease = city.lease(first, 1, Form::LookUp);
        let (old, new) = (city.partner(first, 1), city.partner(second, 1));
        let (grant, rules) = (City::grant::<GrantLease>(1, Role::SchemeOwner), city.rules.clone());
        let contract = city.read(move |tx| contract(tx, second)).unwrap();
        let key = transferred_key(&city.ledger, &grant, &lease, &contract).unwrap();
        let command = TransferLease { contract: second, key, whereabouts: None };
        let test = kernel::Environment::Test;
        let (ended, begun) = city.act(move |work| transfer_lease(work, &grant, lease.id, &command, (&rules, test))).unwrap();
        assert_eq!(ended.state, LeaseState::StatementDue);
        assert_eq!(city.look_up(&old, ended.id, "AB12 CD34").unwrap_err(), "ended");
        let leased = city.look_up(&new, begun.id, "AB12 CD34").unwrap();
        assert!(city.read(|tx| leased.admits(tx, "ST")));
    });
}

#[test]
fn look_ups_are_counted_and_no_contractor_reads_everything_in_a_day() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let contract = city.contract();
        let (partner, lease) = (city.partner(contract, 1), city.lease(contract, 1, Form::LookUp));
        for number in 0..lease.daily_most {
            city.look_up(&partner, lease.id, &format!("R{number}")).unwrap();
        }
        assert_eq!(city.look_up(&partner, lease.id, "AB12 CD34").unwrap_err(), "too-many");
        city.clock.advance_days(1);
        city.look_up(&partner, lease.id, "AB12 CD34").unwrap();
    });
}

#[test]
fn reminders_come_once_each_and_not_four_at_once() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let lease = city.lease(city.contract(), 1, Form::LookUp);
        let remind = || {
            let rules = city.rules.clone();
            let due = city.act(move |work| due_reminders(work, &rules)).unwrap();
            due.into_iter().map(|reminder| reminder.days_left).collect::<Vec<_>>()
        };
        let mut given = Vec::new();
        for _ in 0..400 {
            given.extend(remind());
            assert!(remind().is_empty(), "the same round again");
            assert!(!city.read(|tx| work_waiting(tx, city.now(), &city.rules)) || city.now() >= lease.ends_at());
            city.clock.advance_days(1);
        }
        assert_eq!(given, [30, 14, 7, 1]);
        assert!(city.now() > lease.ends_at());

        let late = City::new();
        late.lease(late.contract(), 1, Form::LookUp);
        late.clock.set(lease.ends_at().plus_millis(-3 * 86_400_000));
        let rules = late.rules.clone();
        let due = late.act(move |work| due_reminders(work, &rules)).unwrap();
        assert_eq!(due.len(), 1, "whoever was late gets one");
        let listed = late.read(|tx| reminders_of(tx, due[0].lease.contractor, late.now(), &late.rules));
        assert_eq!(listed.len(), 1);
    });
}

#[test]
fn every_untrue_statement_is_refused_for_what_it_is() {
    use StatementVerdict as V;
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let contract = city.contract();
        let (partner, lease) = (city.partner(contract, 1), city.lease(contract, 1, Form::LookUp));
        let early = city.file(&partner, lease.id, city.statement(&lease).text(), &city.signer);
        assert!(matches!(early, Err(store::RunError::Refused(FileStatementError::NotEnded))));
        let second = city.lease(contract, 1, Form::LookUp);
        city.pass_end(&lease);
        let good = city.statement(&lease);
        let verdict = |text: String| city.file(&partner, lease.id, text, &city.signer).unwrap().verdict;
        assert_eq!(verdict(good.text() + "extended-until: 2024-12-31\n"), V::Unreadable);
        assert_eq!(verdict(city.statement(&second).text()), V::OtherLease);
        assert_eq!(verdict(Statement { copies: vec!["one, on tape".into()], ..good.clone() }.text()), V::NotDeleted);
        assert_eq!(verdict(Statement { backups: vec!["until May".into()], ..good.clone() }.text()), V::NotDeleted);
        assert_eq!(verdict(Statement { deleted: city.now().plus_millis(1), ..good.clone() }.text()), V::WrongTime);
        assert_eq!(verdict(Statement { deleted: lease.granted.plus_millis(-1), ..good.clone() }.text()), V::WrongTime);
        let (grant, fresh) = (City::grant::<ManageContractors>(1, Role::PrivacyOfficer), city.another_signer());
        let keys = ContractorKeys { signing: seal::Signer::public_key(&fresh), recipient: city.recipient.clone() };
        city.act(move |work| replace_keys(work, &grant, lease.contractor, &keys)).unwrap();
        assert_eq!(verdict(good.text()), V::OldKey);
        assert_eq!(city.found(lease.id).state, LeaseState::StatementDue, "none of these was a statement");
        assert!(city.carried().is_empty());
        assert_eq!(city.file(&partner, lease.id, good.text(), &fresh).unwrap().verdict, V::Accepted);
        let again = city.file(&partner, lease.id, good.text(), &fresh);
        assert!(matches!(again, Err(store::RunError::Refused(FileStatementError::Taken))));
        assert_eq!(city.read(|tx| statements(tx, lease.id)).len(), 8);
    });
}

#[test]
fn a_forged_statement_is_an_incident_at_once() {
    let city = City::new();
    let contract = city.contract();
    let (partner, lease) = (city.partner(contract, 1), city.lease(contract, 1, Form::LookUp));
    city.pass_end(&lease);
    let filed = city.file(&partner, lease.id, city.statement(&lease).text(), &city.another_signer()).unwrap();
    assert_eq!(filed.verdict, StatementVerdict::Forged);
    assert_eq!(city.carried().iter().map(|it| it.cause).collect::<Vec<_>>(), [Cause::StatementForged]);
}

#[test]
fn promise_08_silence_is_escalated_on_its_day_once_and_every_other_lease_there_is_asked_about() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let first = city.contract();
        let lease = city.lease(first, 1, Form::LookUp);
        let second = city.contract_with(lease.contractor, 2, complete());
        let (elsewhere, neighbour) = (city.lease(second, 2, Form::LookUp), city.partner(second, 2));
        let (grant, rules) = (City::grant::<GrantLease>(1, Role::SchemeOwner), city.rules.clone());
        city.act(move |work| end_lease(work, &grant, lease.id, &rules)).unwrap();
        city.clock.advance_days(7);
        let escalated = city.overdue();
        assert_eq!(escalated.iter().map(|it| (it.lease, it.cause)).collect::<Vec<_>>(), [(lease.id, Cause::Silent)]);
        assert!(city.overdue().is_empty(), "once");
        assert_eq!(city.carried(), escalated);
        let link = |escalation: &Escalation| {
            let (escalation, rules) = (escalation.clone(), city.rules.clone());
            city.act(move |work| link_enquiries(work, &escalation, &rules)).unwrap()
        };
        let linked = link(&escalated[0]);
        assert_eq!(linked.iter().map(|(_, lease)| lease.department).collect::<Vec<_>>(), [Id::from_bytes([2; 16])]);
        assert_eq!(linked[0].0.sent.day(), escalated[0].at.day(), "the same day");
        assert!(link(&escalated[0]).is_empty(), "sent once");

        city.clock.advance_days(7);
        let unanswered = city.overdue();
        assert_eq!(unanswered.iter().map(|it| (it.lease, it.cause)).collect::<Vec<_>>(), [(elsewhere.id, Cause::EnquiryUnanswered)]);
        assert!(link(&unanswered[0]).is_empty(), "no enquiry about an enquiry");
        assert!(city.found(elsewhere.id).is_usable(city.now()), "an answer that is late does not stop the work");
        let (enquiry, rules) = (linked[0].0.id, city.rules.clone());
        let answers = Answers { sub_processors: vec!["Cheap Hosting".into()], ..Answers::default() };
        city.act(move |work| answer_enquiry(work, &neighbour, enquiry, &answers, &rules)).unwrap();
        assert_eq!(city.found(elsewhere.id).state, LeaseState::Escalated, "nobody had agreed to them");
        assert_eq!(city.read(|tx| overview(tx, city.now(), None)).overdue, 2);
        assert_eq!(city.read(|tx| escalations(tx, Id::from_bytes([2; 16]), 10)).len(), 2);
    });
}

#[test]
fn after_an_incident_an_officer_decides_how_it_goes_on() {
    let city = City::new();
    let contract = city.contract();
    let (partner, lease) = (city.partner(contract, 1), city.lease(contract, 1, Form::HandOver));
    city.declare(&partner, lease.id, "http://127.0.0.1:9/");
    assert_eq!(city.probe(lease.id, "one", Found::Listing), Some(Verdict::Alive));
    let ended = city.found(lease.id);
    assert_eq!((ended.state, ended.ended.map(|it| it.1)), (LeaseState::Escalated, Some(EndedBy::Breach)));
    assert_eq!(city.probe(lease.id, "one", Found::Nobody), None, "nothing is probed until somebody decides");
    let resume = |department: u8, role: Role| {
        let (grant, rules) = (City::grant::<HandleIncident>(department, role), city.rules.clone());
        city.act(move |work: &mut Work<'_, '_>| resume_lease(work, &grant, lease.id, &rules))
    };
    assert!(resume(2, Role::HeadOfDepartment).is_err());
    assert_eq!(resume(1, Role::HeadOfDepartment).unwrap().state, LeaseState::StatementDue);
    city.file(&partner, lease.id, city.statement(&lease).text(), &city.signer).unwrap();
    city.probe(lease.id, "one", Found::Nobody);
    assert_eq!(city.probe(lease.id, "two", Found::Canary), Some(Verdict::Alive));
    assert_eq!(city.carried().len(), 2, "found again after it was taken up again: another incident");
}

#[test]
fn where_no_address_is_known_probes_prove_nothing_and_an_audit_must() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let contract = city.contract();
        let (partner, lease) = (city.partner(contract, 1), city.lease(contract, 1, Form::HandOver));
        city.pass_end(&lease);
        city.file(&partner, lease.id, city.statement(&lease).text(), &city.signer).unwrap();
        assert_eq!(city.probe(lease.id, "one", Found::Nobody), Some(Verdict::Unclear));
        city.clock.advance_days(31);
        assert_eq!(city.overdue().iter().map(|it| it.cause).collect::<Vec<_>>(), [Cause::ProbesUnclear]);
        let grant = City::grant::<HandleIncident>(1, Role::PrivacyOfficer);
        let closed = city.act(move |work| confirm_on_site(work, &grant, lease.id, [5; 32])).unwrap();
        assert_eq!(closed.state, LeaseState::Closed);
    });
}

#[test]
fn a_package_is_fetched_while_the_lease_lives_and_its_canaries_are_known_for_years() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let contract = city.contract();
        let (partner, lease) = (city.partner(contract, 1), city.lease(contract, 1, Form::HandOver));
        let (keys, today) = (city.ledger.keys().clone(), city.now().day());
        let perch = Perch { reference: "QX77 QX77".into(), building: "Wah Fu Estate".into() };
        let canary = Canary::make(Id::from_bytes([8; 16]), &**city.ledger.random(), today, perch);
        let cargo = Cargo {
            lease: &lease,
            clauses: [1; 32],
            fields: vec!["reference".into(), "name".into()],
            rows: vec![vec!["AB12CD34".into(), "CHAN Tai Man".into()]],
            canaries: std::slice::from_ref(&canary),
        };
        let package = pack(cargo, &city.keys_of_contractor(), city.now(), &**city.ledger.random()).unwrap();
        let command = RecordHandOver {
            lease: lease.id,
            approval: Id::from_bytes([3; 16]),
            digest: package.digest,
            records: package.records,
            package: seal_package(&keys, &lease, 0, &package).unwrap(),
            canaries: vec![canary.seal(&keys, today).unwrap()],
        };
        let grant = City::grant::<people::RequestExport>(1, Role::DeliveryOfficer);
        let hand_over = move |work: &mut Work<'_, '_>| record_hand_over(work, &grant, &command);
        let nowhere = city.act(hand_over.clone()).unwrap_err();
        assert!(matches!(nowhere, store::RunError::Refused(HandOverError::NoAddress)), "{nowhere}");
        city.declare(&partner, lease.id, "http://127.0.0.1:9/");
        let handed = city.act(hand_over).unwrap();
        let who = partner.clone();
        let (pass, committed) = city.write(partner.actor(), move |work| fetch_package(work, &who, handed.id)).unwrap();
        let bytes = pass.open(&committed, &keys).unwrap();
        assert_eq!(bytes, package.bytes);
        assert!(seal::age_files::decrypt(&city.identity, &bytes).is_ok());

        let number = hongkong::IdNumber::from_number(&canary.number).unwrap();
        assert!(city.read(|tx| is_canary(tx, &keys, &number)));
        assert!(!city.read(|tx| is_canary(tx, &keys, &hongkong::IdNumber::from_number("Q000001").unwrap())));
        city.pass_end(&lease);
        let who = partner.clone();
        assert!(city.act(move |work| fetch_package(work, &who, handed.id)).is_err(), "the package died with the lease");
        city.clock.advance_days(365);
        for shown in [number.formatted(), canary.mobile.clone(), "qx77qx77".into()] {
            let (keys, rules) = (keys.clone(), city.rules.clone());
            let sighting = Sighting { shown, address: Some("http://127.0.0.1:8/dump".into()) };
            city.act(move |work| report_canary(work, &keys, &sighting, Environment::Test, &rules)).unwrap();
        }
        assert_eq!(city.carried().iter().map(|it| it.cause).collect::<Vec<_>>(), [Cause::CanarySeen], "one incident");
        assert_eq!(city.read(|tx| addresses(tx, lease.id)).len(), 2, "looked at from now on");
        let nothing = Sighting { shown: "Q000001".into(), address: None };
        let (rules, keys) = (city.rules.clone(), keys.clone());
        assert!(city.act(move |work| report_canary(work, &keys, &nothing, Environment::Test, &rules)).unwrap().is_none());
    });
}

/// A city in which a record has been planted, and the lease under which it was handed over.
fn planted() -> (City, Id<kinds::Contract>, Lease, Canary) {
    let city = City::new();
    let contract = city.contract();
    let handed = city.lease(contract, 1, Form::HandOver);
    let perch = Perch { reference: "QX77 QX77".into(), building: "Wah Fu Estate".into() };
    let canary = Canary::make(Id::from_bytes([8; 16]), &**city.ledger.random(), city.now().day(), perch);
    let sealed = canary.seal(city.ledger.keys(), city.now().day()).unwrap();
    let lease = handed.id;
    let plant = move |work: &mut Work<'_, '_>| {
        let now = work.now();
        storage::planted::plant(work.tx(), lease, std::slice::from_ref(&sealed), now)
    };
    city.act(plant).unwrap();
    (city, contract, handed, canary)
}

#[test]
fn promise_08_whoever_looks_up_a_planted_record_gets_the_answer_of_any_unknown_one_and_is_noticed() {
    let shown: [fn(&Canary) -> String; 3] =
        [|_| "QX77-QX77".into(), |canary| canary.cell("identity-number").unwrap(), |canary| canary.mobile.clone()];
    for show in shown {
        let (city, contract, handed, canary) = planted();
        let (partner, lease) = (city.partner(contract, 1), city.lease(contract, 1, Form::LookUp));
        // Through the pages a reference of no record is told so after the lease has been asked.
        assert_eq!(city.look_up(&partner, lease.id, &show(&canary)).unwrap_err(), LookUpRefused::NoRecord.slug());
        let carried = city.carried();
        assert_eq!(carried.iter().map(|it| (it.lease, it.cause)).collect::<Vec<_>>(), [(handed.id, Cause::CanarySeen)]);
        assert_eq!(city.found(handed.id).state, LeaseState::Escalated);
        assert_eq!(city.found(lease.id).state, LeaseState::Active, "the lease that was asked is another one");
    }
}

#[test]
fn promise_08_a_lease_that_gives_nothing_does_not_tell_planted_records_from_others() {
    type Ask = fn(&City, Id<kinds::Contract>) -> Id<kinds::Lease>;
    let doors: [Ask; 3] = [
        |city, contract| {
            let lease = city.lease(contract, 1, Form::LookUp);
            city.pass_end(&lease);
            lease.id
        },
        |city, contract| city.lease(contract, 1, Form::HandOver).id,
        |_, _| Id::from_bytes([9; 16]),
    ];
    for door in doors {
        let (city, contract, handed, _) = planted();
        let (partner, lease) = (city.partner(contract, 1), door(&city, contract));
        let unknown = city.look_up(&partner, lease, "ZZ99-ZZ99").unwrap_err();
        city.carried();
        assert_eq!(city.look_up(&partner, lease, "QX77-QX77").unwrap_err(), unknown);
        let carried = city.carried();
        assert_eq!(carried.iter().map(|it| (it.lease, it.cause)).collect::<Vec<_>>(), [(handed.id, Cause::CanarySeen)]);
    }
}

#[test]
fn a_breach_that_the_contractor_reports_stops_the_lease_and_is_escalated() {
    let city = City::new();
    let contract = city.contract();
    let (partner, lease) = (city.partner(contract, 1), city.lease(contract, 1, Form::LookUp));
    let report = |partner: &Partner| {
        let (who, rules) = (partner.clone(), city.rules.clone());
        city.act(move |work: &mut Work<'_, '_>| notify_breach(work, &who, lease.id, &rules))
    };
    let stranger = city.partner(city.contract_with(lease.contractor, 2, complete()), 2);
    assert!(report(&stranger).is_err());
    assert_eq!(report(&partner).unwrap().map(|it| it.cause), Some(Cause::BreachReported));
    assert_eq!(report(&partner).unwrap(), None, "the same notice again");
    assert_eq!(city.look_up(&partner, lease.id, "AB12 CD34").unwrap_err(), "ended");
    let (grant, rules) = (City::grant::<HandleIncident>(2, Role::PrivacyOfficer), city.rules.clone());
    assert!(city.act(move |work| report_breach(work, &grant, lease.id, &rules)).is_err(), "another department's");
}

#[test]
fn a_live_system_does_not_look_at_itself() {
    let city = City::new();
    let contract = city.contract();
    let (partner, lease) = (city.partner(contract, 1), city.lease(contract, 1, Form::LookUp));
    for address in ["http://127.0.0.1/", "http://169.254.169.254/latest", "not an address"] {
        let who = partner.clone();
        let declare = move |work: &mut Work<'_, '_>| {
            declare_address(work, &who, lease.id, (address, AddressUse::Data), Environment::Live)
        };
        assert!(city.act(declare).is_err(), "{address}");
    }
}

#[test]
fn contacts_are_sealed_opened_on_record_and_removed_after_their_day() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let contractor = city.contractor();
        let grant = City::grant::<ManageContractors>(1, Role::PrivacyOfficer);
        let (contact, committed) =
            city.write(grant.actor(), move |work| open_contact(work, &grant, contractor)).unwrap();
        let opened = contact.open(&committed, city.ledger.keys()).unwrap();
        assert_eq!(opened.mail().expose(), "sm.chan@forms.example.hk");
        assert_eq!(city.verbs().last().unwrap(), "processors.contact_opened");
        city.clock.advance_days(800);
        assert_eq!(city.act(purge).unwrap(), 1);
        assert!(city.act(move |work| open_contact(work, &grant, contractor)).is_err());
    });
}
