//! Getting an account back: as strong as making it, heard of on the number, and stopped by whoever is signed in.

use hongkong::IdNumber;
use journal::Work;
use kernel::{Id, Language, Text};
use people::{Grant, ProofIdentity, Role, Scope, SoftwarePasskey, authorise};
use store::{RunError, StoreError};
use testkit::both_engines;

use crate::rehearsal::{ORIGIN, Stage};
use crate::*;

const MOBILE: &str = "5123 4567";
const OTHER: &str = "5123 7654";
const HERE: (&str, Option<&KnownDevice>) = ("192.0.2.1", None);

#[expect(clippy::unnecessary_wraps, reason = "the signature that a recoverer wants")]
fn nothing_else(_: &mut Work<'_, '_>, _: [u8; 16]) -> Result<u64, StoreError> {
    Ok(0)
}

fn recoverer(ticket: &Ticket) -> Recoverer<'_> {
    Recoverer { ticket, language: Language::En, host: "localhost", alongside: nothing_else, keep_months: 24 }
}

impl Stage {
    /// Asks for the account of a number back, with the right code.
    pub(crate) fn recover(&self, number: &str) -> Ticket {
        let ticket = self.ask_code(CodeFor::Recovery, number, HERE).unwrap();
        assert!(self.begin(&ticket, &self.code()));
        ticket
    }

    fn begin(&self, ticket: &Ticket, code: &str) -> bool {
        let (keys, asked, typed) = (self.ledger.keys().clone(), ticket.clone(), code.to_owned());
        let new = prepare_recovery(&keys, &**self.ledger.random(), self.now(), ticket, Language::En, "localhost").unwrap();
        self.act(move |work| begin_recovery(work, &keys, &asked, &typed, &new)).unwrap()
    }

    pub(crate) fn step(&self, ticket: &Ticket) -> RecoveryStep {
        let now = self.now();
        self.read(|tx| recovery_step(tx, self.keys(), ticket, now))
    }

    pub(crate) fn by_passkey(&self, ticket: &Ticket) -> Result<(SoftwarePasskey, SignedIn), RunError<RecoverError>> {
        let (now, chance) = (self.now(), self.ledger.random().clone());
        let begun = self.ledger.read("test", |tx| recovery_passkey(tx, (self.keys(), &*chance), &self.rp, now, ticket, "Account"))?;
        let (passkey, answer) = SoftwarePasskey::create(ORIGIN, &begun.options).unwrap();
        let back = recover_with_passkey(&self.ledger, &self.rp, recoverer(ticket), (&begun.sealed, answer))?;
        Ok((passkey, back))
    }

    fn vouch(&self, officer: u8, reference: &str, number: &'static str) -> Vouched {
        let (keys, grant, reference) = (self.ledger.keys().clone(), officer_of(officer), reference.to_owned());
        let number = IdNumber::from_number(number).unwrap();
        self.act(move |work| vouch_for_recovery(work, &keys, &grant, &reference, &number)).unwrap()
    }
}

fn officer_of(number: u8) -> Grant<ProofIdentity> {
    let (department, service) = (Id::from_bytes([9; 16]), Id::from_bytes([8; 16]));
    let post = Text::new("Officer", "主任", "主任");
    let officer = people::SignedIn::at_console(Id::from_bytes([number; 16]), department, vec![Role::CaseOfficer], post);
    authorise::<ProofIdentity>(&officer, Some(Scope::at_console(service, department))).unwrap()
}

fn over<T>(result: &Result<T, RunError<RecoverError>>) -> bool {
    matches!(result, Err(RunError::Refused(RecoverError::Over)))
}

#[test]
fn an_account_comes_back_by_code_and_patience_and_its_earlier_ways_in_are_gone_on_both_engines() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let (mut lost, first) = stage.sign_up(MOBILE);
        let ticket = stage.recover(MOBILE);
        let RecoveryStep::Waiting(recovery) = stage.step(&ticket) else { panic!("{:?}", stage.step(&ticket)) };
        assert_eq!(recovery.due, stage.now().plus_secs(RECOVERY_HOURS * 3600));
        assert!(over(&stage.by_passkey(&ticket)), "not yet");
        assert!(stage.notice().contains(&recovery.reference), "the number hears of it: {}", stage.notice());
        stage.clock.advance_secs(RECOVERY_HOURS * 3600);
        assert_eq!(stage.step(&ticket), RecoveryStep::Wrong, "the code is of three days ago");
        let ticket = stage.recover(MOBILE);
        assert!(matches!(stage.step(&ticket), RecoveryStep::Ready(_)), "and begins nothing anew");
        let (mut found, back) = stage.by_passkey(&ticket).unwrap();
        assert_eq!(back.who.account(), first.who.account());
        assert!(stage.notice().contains("was recovered"));
        assert!(stage.try_sign_in(&mut lost).is_err() && stage.find(&first.token).is_none());
        stage.sign_in(&mut found);
        assert!(over(&stage.by_passkey(&ticket)), "once");
        let verbs = stage.verbs();
        for verb in ["recovery_begun", "owner_found", "account_recovered"] {
            assert!(verbs.contains(&format!("identity.{verb}")), "{verb}: {verbs:?}");
        }
    });
}

#[test]
fn whoever_is_signed_in_sees_a_recovery_and_stops_it() {
    let stage = Stage::new();
    let (mut passkey, _) = stage.sign_up(MOBILE);
    let ticket = stage.recover(MOBILE);
    let (who, now) = (stage.sign_in(&mut passkey).who, stage.now());
    let seen = stage.read(|tx| recovery_of(tx, who.account(), now)).unwrap();
    assert!(stage.step(&ticket) == RecoveryStep::Waiting(seen));
    let other = stage.sign_up(OTHER).1.who;
    assert!(!stage.act(move |work| stop_recovery(work, &other)).unwrap(), "another's");
    assert!(stage.act(move |work| stop_recovery(work, &who)).unwrap());
    assert!(!stage.act(move |work| stop_recovery(work, &who)).unwrap());
    assert_eq!(stage.step(&ticket), RecoveryStep::Wrong);
    stage.clock.advance_secs(RECOVERY_HOURS * 3600);
    let again = stage.recover(MOBILE);
    assert!(matches!(stage.step(&again), RecoveryStep::Waiting(_)), "what was stopped begins anew");
}

#[test]
fn a_recovery_ends_by_itself_and_gets_nothing_of_a_later_account() {
    let stage = Stage::new();
    stage.recover(MOBILE);
    stage.clock.advance_secs((RECOVERY_HOURS + RECOVERY_OPEN_HOURS) * 3600);
    let late = stage.recover(MOBILE);
    assert!(matches!(stage.step(&late), RecoveryStep::Waiting(_)), "over, so it begins anew");
    stage.clock.advance_secs(RECOVERY_HOURS * 3600);
    let patient = stage.recover(MOBILE);
    assert_eq!(stage.step(&patient), RecoveryStep::NoAccount);
    stage.sign_up(MOBILE);
    assert_eq!(stage.step(&patient), RecoveryStep::Wrong);
    assert!(over(&stage.by_passkey(&patient)));
}

#[test]
fn what_was_verified_with_a_document_comes_back_with_one_seen_by_two_officers() {
    let stage = Stage::new();
    let account = stage.sign_up(MOBILE).1.who.account();
    let (keys, number) = (stage.ledger.keys().clone(), IdNumber::from_number("Q123456").unwrap());
    stage.act(move |work| verify_person(work, &keys, account, &number, &[])).unwrap();
    let RecoveryStep::Waiting(recovery) = stage.step(&stage.recover(MOBILE)) else { panic!() };
    let typed = recovery.reference.to_lowercase().replace('-', " ");
    assert_eq!(stage.vouch(1, &typed, "Q654321"), Vouched::Refused, "another person");
    assert_eq!(stage.vouch(1, "2222-2222", "Q123456"), Vouched::Refused, "another recovery");
    stage.clock.advance_secs(RECOVERY_HOURS * 3600);
    let ticket = stage.recover(MOBILE);
    assert!(matches!(stage.step(&ticket), RecoveryStep::NeedsProof(_)));
    assert!(over(&stage.by_passkey(&ticket)), "a code and patience are not enough");
    assert_eq!(stage.vouch(1, &typed, "Q123456"), Vouched::First);
    assert_eq!(stage.vouch(1, &typed, "Q123456"), Vouched::Again, "one officer is one");
    assert!(matches!(stage.step(&ticket), RecoveryStep::NeedsProof(_)));
    assert_eq!(stage.vouch(2, &typed, "Q123456"), Vouched::Both);
    let password = NewPassword::parse("seven tall junks", None).unwrap();
    let weak = recover_with_password(&stage.ledger, &stage.charter, recoverer(&ticket), &password);
    assert!(matches!(weak, Err(RunError::Refused(RecoverError::Weak))));
    let back = stage.by_passkey(&ticket).unwrap().1;
    assert_eq!((back.who.account(), back.who.means()), (account, Means::Passkey));
    let given_back = stage.read(|tx| crate::account(tx, account)).unwrap();
    assert_eq!(given_back.level, Level::Verified);
    assert!(given_back.needs_proofing(), "before it signs, it is proofed again");
    let (keys, number) = (stage.ledger.keys().clone(), IdNumber::from_number("Q123456").unwrap());
    stage.act(move |work| verify_person(work, &keys, account, &number, &[])).unwrap();
    assert!(!stage.read(|tx| crate::account(tx, account)).unwrap().needs_proofing());
}

#[test]
fn a_forgotten_password_is_chosen_anew() {
    let stage = Stage::new();
    let first = stage.sign_up(MOBILE).1;
    stage.recover(MOBILE);
    stage.clock.advance_secs(RECOVERY_HOURS * 3600);
    let ticket = stage.recover(MOBILE);
    let password = NewPassword::parse("seven tall junks", None).unwrap();
    let back = recover_with_password(&stage.ledger, &stage.charter, recoverer(&ticket), &password).unwrap();
    assert_eq!((back.who.account(), back.who.means()), (first.who.account(), Means::Password));
    let now = stage.now();
    assert!(stage.read(|tx| passkeys(tx, back.who.account())).is_empty());
    assert_eq!(stage.read(|tx| sessions(tx, back.who.account(), now)).len(), 1);
}

#[test]
fn promise_11_a_recovery_is_the_same_sql_with_and_without_an_account_on_both_engines() {
    both_engines(|place| {
        let stage = Stage::at(place);
        stage.sign_up(MOBILE);
        let mut seen = Vec::new();
        for number in [MOBILE, OTHER] {
            stage.take_sql();
            let ticket = stage.ask_code(CodeFor::Recovery, number, HERE).unwrap();
            let asked = stage.take_sql();
            let code = stage.code();
            let wrong = if code == "111111" { "222222" } else { "111111" };
            let tries = [wrong, code.as_str()].map(|code| {
                stage.take_sql();
                let begun = stage.begin(&ticket, code);
                (begun, stage.take_sql())
            });
            let step = matches!(stage.step(&ticket), RecoveryStep::Waiting(_));
            seen.push((asked, tries, step, stage.take_sql(), stage.notice().len()));
        }
        assert!(seen[0].1[1].0 && seen[0].2);
        // Whether there is an account is looked up by the job of the notices only: a row that names one takes longer to write.
        assert!(!seen[0].1[1].1.iter().any(|text| text.contains("identity.account_of_mobile")), "{:?}", seen[0].1[1].1);
        assert_eq!(seen[0], seen[1]);
    });
}

const NEW: &str = "5123 1111";

impl Stage {
    /// Asks for the account of a person back, with a new number and the right code.
    pub(crate) fn way_back(&self, number: &'static str, mobile: &str) -> Ticket {
        let mobile = notify::Mobile::try_from(hongkong::Phone::parse(mobile).unwrap()).unwrap();
        let asked = AskCode { aim: CodeFor::WayBack, mobile, language: Language::En, network: HERE.0, host: "localhost", device: None };
        let person = DocumentTag::of_person(self.keys(), &IdNumber::from_number(number).unwrap());
        let (ticket, new) = prepare_errand(self.keys(), &**self.ledger.random(), self.now(), asked, person).unwrap();
        self.act(move |work| begin_enrolment(work, &new)).unwrap();
        assert!(self.begin(&ticket, &self.code()));
        ticket
    }

    pub(crate) fn verified(&self, mobile: &str) -> (SoftwarePasskey, SignedIn) {
        let (passkey, signed_in) = self.sign_up(mobile);
        let (keys, account) = (self.ledger.keys().clone(), signed_in.who.account());
        let number = IdNumber::from_number("Q123456").unwrap();
        self.act(move |work| verify_person(work, &keys, account, &number, &[])).unwrap();
        (passkey, signed_in)
    }

    fn reference(&self, ticket: &Ticket) -> String {
        match self.step(ticket) {
            RecoveryStep::Waiting(recovery) | RecoveryStep::NeedsProof(recovery) | RecoveryStep::Ready(recovery) => recovery.reference,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_lost_number_is_left_behind_with_a_document_two_officers_and_patience_on_both_engines() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let (mut lost, first) = stage.verified(MOBILE);
        let before = stage.texts();
        let ticket = stage.way_back("Q123456", NEW);
        let reference = stage.reference(&ticket);
        assert_eq!(stage.texts() - before, 3, "code and notice to the new number, and a notice to the lost one");
        assert_eq!([1, 2].map(|officer| stage.vouch(officer, &reference, "Q123456")), [Vouched::First, Vouched::Both]);
        assert!(matches!(stage.step(&ticket), RecoveryStep::Waiting(_)), "officers shorten nothing");
        stage.clock.advance_secs(RECOVERY_HOURS * 3600);
        let ticket = stage.way_back("Q123456", NEW);
        let password = NewPassword::parse("seven tall junks", None).unwrap();
        let weak = recover_with_password(&stage.ledger, &stage.charter, recoverer(&ticket), &password);
        assert!(matches!(weak, Err(RunError::Refused(RecoverError::Weak))));
        let before = stage.texts();
        let (mut found, back) = stage.by_passkey(&ticket).unwrap();
        assert_eq!(back.who.account(), first.who.account());
        assert_eq!(stage.texts() - before, 2, "the new number and the lost one");
        assert!(stage.try_sign_in(&mut lost).is_err() && stage.find(&first.token).is_none());
        stage.sign_in(&mut found);
        let other = stage.sign_up(MOBILE).1.who.account();
        assert_ne!(other, first.who.account(), "the lost number is free for whoever gets it next");
        let again = stage.ask(NEW);
        assert_eq!(stage.check(&again, &stage.code()), Checked::HasAccount);
    });
}

#[test]
fn the_way_back_waits_for_officers_and_any_living_session_stops_it() {
    let stage = Stage::new();
    let (mut passkey, _) = stage.verified(MOBILE);
    stage.way_back("Q123456", NEW);
    stage.way_back("Q123456", "5123 2222");
    let (who, now) = (stage.sign_in(&mut passkey).who, stage.now());
    assert!(stage.read(|tx| recovery_of(tx, who.account(), now)).is_some(), "its owner sees it");
    stage.clock.advance_secs(RECOVERY_HOURS * 3600);
    let ticket = stage.way_back("Q123456", NEW);
    assert!(matches!(stage.step(&ticket), RecoveryStep::NeedsProof(_)));
    assert!(over(&stage.by_passkey(&ticket)), "a number, a code and patience are not enough");
    let who = stage.sign_in(&mut passkey).who;
    assert!(stage.act(move |work| stop_recovery(work, &who)).unwrap());
    assert_eq!(stage.step(&ticket), RecoveryStep::Wrong);
    assert!(stage.read(|tx| recovery_of(tx, who.account(), stage.now())).is_none(), "both are stopped");
}

#[test]
fn whoever_asks_by_a_number_of_a_card_learns_nothing_and_gets_nothing_of_somebody_elses() {
    let stage = Stage::new();
    stage.verified(MOBILE);
    let mut traces = Vec::new();
    for (number, mobile) in [("Q123456", NEW), ("Q654321", "5123 2222")] {
        let ticket = {
            stage.take_sql();
            stage.way_back(number, mobile)
        };
        let sql: Vec<_> = stage.take_sql().into_iter().filter(|line| line.contains("recover") || line.contains("outbox")).collect();
        traces.push((sql, matches!(stage.step(&ticket), RecoveryStep::Waiting(_))));
    }
    assert_eq!(traces[0], traces[1]);
    stage.clock.advance_secs(RECOVERY_HOURS * 3600);
    for (number, mobile) in [("Q123456", NEW), ("Q654321", "5123 2222")] {
        let step = stage.step(&stage.way_back(number, mobile));
        assert!(matches!(step, RecoveryStep::NeedsProof(_)), "patience tells no more: {number} {step:?}");
    }
    let other = stage.way_back("Q654321", NEW);
    assert!(matches!(stage.step(&other), RecoveryStep::Waiting(_)), "another person begins anew");
    stage.sign_up("5123 3333");
    let taken = stage.way_back("Q123456", "5123 3333");
    let reference = stage.reference(&taken);
    assert_eq!([1, 2].map(|officer| stage.vouch(officer, &reference, "Q123456")), [Vouched::First, Vouched::Both]);
    stage.clock.advance_secs(RECOVERY_HOURS * 3600);
    let taken = stage.way_back("Q123456", "5123 3333");
    assert!(matches!(stage.by_passkey(&taken), Err(RunError::Refused(RecoverError::NumberTaken))), "a number has one account");
}
