use journal::Actor;
use kernel::Id;
use people::{OpenRecord, ResolveException, Role};
use registration::{AddressForm, BirthForm, Channel, Resolution, resolve, tell_resolved};
use testkit::both_engines;

use crate::stage::{Stage, birth, form, grant, number};

/// Fifty households, among them everything that goes wrong in life, and what becomes of each.
#[test]
fn fifty_households_are_received_silently_and_decided_in_batches() {
    both_engines(|place| {
        let mut stage = Stage::at(place);
        stage.population.not_residents = vec![2 * 45];
        let good: Vec<_> = (0..40).map(|n| stage.register(&n.to_string(), &form(n))).collect();
        for (n, first) in good.iter().take(10).enumerate() {
            let again = stage.register(&n.to_string(), &form(n));
            assert_eq!(again.reference, first.reference, "a resend has the same reference");
        }
        let mut late = form(40);
        late.members[0].id_number = number(7);
        late.members[0].birth = BirthForm::Iso(birth(7));
        let duplicate = stage.register("40", &late);
        let mut wrong = form(41);
        wrong.birth = BirthForm::Iso("1950-12-30".into());
        let mismatch = stage.register("41", &wrong);
        let stranger = stage.register("45", &form(45));
        let mut unknown = form(46);
        unknown.address =
            AddressForm { text: "Hut 3, Canary Village".into(), district: "YL".into(), ..AddressForm::default() };
        let unknown = stage.register("46", &unknown);
        let mut letter = form(47);
        letter.mobile.clear();
        let letter = stage.try_register("47", &letter, Channel::Letter, None).unwrap().0;
        let mut shared = form(48);
        shared.mobile = form(1).mobile;
        let shared = stage.register("48", &shared);

        assert!(registration::find(&stage.ledger, mismatch.reference).unwrap().is_none(), "nothing is decided yet");
        let sum = stage.match_all();
        assert_eq!((sum.taken, sum.twins, sum.confirmed, sum.checking), (56, 10, 43, 3));
        for received in good.iter().chain([&unknown, &letter, &shared]) {
            assert_eq!(stage.state(received), "confirmed");
        }
        assert_eq!(stage.state(&duplicate), "checking duplicate");
        assert_eq!(stage.state(&mismatch), "checking mismatch");
        assert_eq!(stage.state(&stranger), "checking not-resident");
        let figures = stage.figures();
        let totals = ["received", "people", "confirmed", "checking"].map(|name| figures.total(name));
        assert_eq!(totals, [46, 92, 43, 3]);
        assert_eq!(figures.bucket("received-by-district", "YL"), 1);
        assert_eq!(figures.bucket("received-by-district", "KT"), 45);
        assert_eq!((stage.queued("registration-confirmed"), stage.queued("needs-checking")), (42, 3));
        let letters = stage.ledger.read("test.letters", |tx| notify::letters_to_post(tx, 10)).unwrap();
        assert_eq!(letters.len(), 1);
        // Two texts, and the second one is the same for all three reasons.
        let mut kinds: Vec<String> = stage.texts().into_iter().map(|(_, text)| masked(&text)).collect();
        kinds.sort();
        kinds.dedup();
        assert_eq!(kinds.len(), 2, "{kinds:?}");
        assert_eq!(stage.match_all().taken, 0);
        officers_look(&stage, &duplicate, &good[3], &mismatch, &unknown);
    });
}

/// The text without its reference.
fn masked(text: &str) -> String {
    text.split_whitespace().filter(|word| registration::Reference::parse(word.trim_matches(|c: char| !c.is_ascii_alphanumeric())).is_none()).collect::<String>()
        .chars().filter(|c| !c.is_ascii_uppercase() && !c.is_ascii_digit() && *c != '-').collect()
}

fn officers_look(
    stage: &Stage,
    duplicate: &registration::Received,
    earlier: &registration::Received,
    mismatch: &registration::Received,
    unknown: &registration::Received,
) {
    let may = grant::<ResolveException>(1, Role::CaseOfficer);
    let decide = |household, resolution| stage.act(may.actor(), move |work| resolve(work, &may, household, resolution));
    assert_eq!(registration::exceptions(&stage.ledger, None, 50).unwrap().len(), 3);
    let displaced = decide(duplicate.household, Resolution::ConfirmWithProof).unwrap();
    assert_eq!(displaced, [earlier.household]);
    assert_eq!((stage.state(duplicate), stage.state(earlier)), ("confirmed".into(), "checking displaced".into()));
    assert!(decide(duplicate.household, Resolution::ConfirmWithProof).is_err(), "it has been decided");
    decide(mismatch.household, Resolution::Reject).unwrap();
    assert_eq!(stage.state(mismatch), "rejected mismatch");
    assert_eq!(registration::unknown_addresses(&stage.ledger, 10).unwrap().len(), 1);
    decide(unknown.household, Resolution::AcceptAddress).unwrap();
    assert!(registration::unknown_addresses(&stage.ledger, 10).unwrap().is_empty());
    assert!(decide(unknown.household, Resolution::RefuseAddress).is_err());
    assert!(decide(Id::from_bytes([9; 16]), Resolution::Reject).is_err());
    let told = tell_resolved(&stage.ledger, &stage.scheme, &stage.sender, 10).unwrap();
    assert_eq!(told, 2, "the one who proved it and the one who lost it");
    assert_eq!(tell_resolved(&stage.ledger, &stage.scheme, &stage.sender, 10).unwrap(), 0);
    assert_eq!((stage.queued("registration-confirmed"), stage.queued("needs-checking")), (43, 4));
    let figures = stage.figures();
    assert_eq!(["confirmed", "checking", "rejected"].map(|name| figures.total(name)), [43, 2, 1]);
    assert_eq!(stage.count("registration.displaced"), 1);
}

#[test]
fn a_refused_address_keeps_the_household_from_the_courier_until_it_is_repaired() {
    let stage = Stage::on_disk();
    let mut typed = form(1);
    typed.address = AddressForm { text: "Nowhere 1".into(), district: "YL".into(), ..AddressForm::default() };
    let received = stage.register("1", &typed);
    stage.match_all();
    let may = grant::<ResolveException>(1, Role::CaseOfficer);
    let id = received.household;
    stage.act(may.actor(), move |work| resolve(work, &may, id, Resolution::RefuseAddress)).unwrap();
    assert_eq!(stage.state(&received), "checking address");
    let (repair, _) = stage.try_register("2", &form(1), Channel::Online, Some(id)).unwrap();
    stage.match_all();
    assert_eq!((stage.state(&received), stage.state(&repair)), ("replaced".into(), "confirmed".into()));
    let figures = stage.figures();
    let totals = ["received", "people", "confirmed", "checking", "replaced", "repaired"].map(|name| figures.total(name));
    assert_eq!(totals, [1, 2, 1, 0, 1, 1]);
    assert_eq!(["YL", "KT"].map(|code| figures.bucket("received-by-district", code)), [0, 1]);
}

#[test]
fn an_officer_sees_only_the_fields_of_the_purpose_that_was_named() {
    let stage = Stage::on_disk();
    let received = stage.register("1", &form(1));
    stage.match_all();
    let may = grant::<OpenRecord>(1, Role::CaseOfficer);
    let reason = kernel::Secret::new("The resident is on the telephone".to_owned());
    let open = |purpose: &str| {
        registration::open_for_officer(&stage.ledger, &stage.scheme, may, received.household, purpose, &reason)
    };
    let eligibility = open("eligibility").unwrap();
    assert_eq!(eligibility.people.unwrap()[0].id_number.formatted(), number(2));
    assert!(eligibility.contact.is_none() && eligibility.mobile.is_none());
    let delivery = open("delivery").unwrap();
    assert!(delivery.contact.unwrap().address.line.contains("Flat F1"));
    assert!(delivery.people.is_none() && delivery.mobile.is_none());
    assert_eq!(open("messages").unwrap().mobile.unwrap().digits(), "51230001");
    assert!(matches!(open("curiosity"), Err(registration::OpenRecordError::Purpose)));
    assert_eq!((stage.count("vault.opened"), stage.count("vault.opening_refused")), (3, 1));
    let short = kernel::Secret::new("hm".to_owned());
    let nothing = registration::open_for_officer(&stage.ledger, &stage.scheme, may, received.household, "delivery", &short);
    assert!(nothing.is_err());
    let view = stage.ledger.read("test.status", |tx| registration::status(tx, received.household)).unwrap().unwrap();
    assert_eq!(view.openings.len(), 3, "the resident sees them");
}

#[test]
fn one_record_that_does_not_open_does_not_hold_up_the_others() {
    let stage = Stage::on_disk();
    let received: Vec<_> = (0..5).map(|n| stage.register(&n.to_string(), &form(n))).collect();
    stage.run_sql("-- test.spoil\nupdate household_submission set identity = (select identity from household_submission order by record desc limit 1) where record = (select min(record) from household_submission)").unwrap();
    let sum = stage.match_all();
    assert_eq!((sum.confirmed, sum.checking), (4, 1));
    assert_eq!(stage.state(&received[0]), "checking unreadable");
}

#[test]
fn nothing_is_passed_over_when_the_clock_is_set_back() {
    let stage = Stage::on_disk();
    let first = stage.register("1", &form(1));
    stage.clock.advance_secs(-30);
    let second = stage.register("2", &form(2));
    assert_eq!(stage.match_all().taken, 2);
    assert_eq!((stage.state(&first), stage.state(&second)), ("confirmed".into(), "confirmed".into()));
}

#[test]
fn a_silent_register_loses_nothing() {
    let stage = Stage::on_disk();
    stage.register("1", &form(1));
    stage.population.silent.store(true, std::sync::atomic::Ordering::SeqCst);
    assert!(matches!(stage.match_some(10), Err(registration::MatchError::Register(_))));
    assert_eq!(stage.figures().total("received"), 0);
    stage.population.silent.store(false, std::sync::atomic::Ordering::SeqCst);
    stage.clock.advance_secs(2);
    assert_eq!(stage.match_all().confirmed, 1);
}

/// A register that is down for a day costs a few hundred openings and not one every two seconds.
#[test]
fn a_register_that_stays_silent_is_left_alone_for_longer_and_longer() {
    let stage = Stage::on_disk();
    stage.register("1", &form(1));
    let silent = |silent| stage.population.silent.store(silent, std::sync::atomic::Ordering::SeqCst);
    silent(true);
    let mut asked = 0;
    for _ in 0..1800 {
        asked += usize::from(stage.match_some(10).is_err());
        stage.clock.advance_secs(2);
    }
    assert!((15..=22).contains(&asked), "asked {asked} times in an hour");
    assert_eq!(stage.count("vault.batch_opened"), 2 * asked, "nothing is opened while it waits");
    assert_eq!(stage.count("registration.register_silent"), asked);
    silent(false);
    stage.clock.advance_secs(300);
    assert_eq!(stage.match_all().confirmed, 1);
    assert_eq!(stage.count("registration.register_answers"), 1);
    // And it begins with two seconds again.
    stage.register("2", &form(2));
    silent(true);
    assert!(stage.match_some(10).is_err());
    silent(false);
    stage.clock.advance_secs(2);
    assert_eq!(stage.match_all().confirmed, 1);
}

#[test]
fn matching_for_a_purpose_that_the_statement_does_not_name_is_refused_and_journaled() {
    let stage = Stage::on_disk();
    stage.register("1", &form(1));
    let other = vault::Declared { service: crate::stage::service(), statement: [1; 32], purposes: vec!["messages".into()] };
    stage.act(Actor::Operator, move |work| vault::declare(work, &other)).unwrap();
    let refused = stage.match_some(10);
    assert!(matches!(refused, Err(registration::MatchError::Purpose(purpose)) if purpose == "eligibility"));
    assert_eq!(stage.count("vault.opening_refused"), 1);
    assert!(stage.population.asked.lock().unwrap().is_empty());
}

/// At most five households may name a person; after that nothing more is sent about that person.
#[test]
fn attempts_are_limited_and_the_limit_tells_nobody_anything() {
    let stage = Stage::on_disk();
    let mut wrong = form(1);
    wrong.birth = BirthForm::Iso("1950-12-30".into());
    for n in 0..7 {
        let mut attempt = wrong.clone();
        attempt.mobile = format!("5123{:04}", 100 + n);
        stage.register(&n.to_string(), &attempt);
    }
    stage.match_all();
    assert_eq!(stage.queued("needs-checking"), 5);
    assert_eq!(stage.figures().bucket("checking-by-reason", "limited"), 2);
}

/// Somebody who mistypes again and again repairs one registration; it does not lock itself out, nor after an officer's no.
#[test]
fn replaced_and_rejected_registrations_do_not_count_as_attempts() {
    let stage = Stage::on_disk();
    let mut wrong = form(1);
    wrong.birth = BirthForm::Iso("1950-12-30".into());
    let mut last = stage.register("0", &wrong);
    for n in 1..8 {
        stage.match_all();
        assert_eq!(stage.state(&last), "checking mismatch", "attempt {n}");
        last = stage.try_register(&n.to_string(), &wrong, Channel::Online, Some(last.household)).unwrap().0;
    }
    stage.match_all();
    assert_eq!(stage.state(&last), "checking mismatch");
    let may = grant::<ResolveException>(1, Role::CaseOfficer);
    for n in 20..28 {
        let id = last.household;
        stage.act(may.actor(), move |work| resolve(work, &may, id, Resolution::Reject)).unwrap();
        last = stage.register(&n.to_string(), &wrong);
        stage.match_all();
        assert_eq!(stage.state(&last), "checking mismatch", "attempt {n}");
    }
}
