//! An account is closed at its owner's wish, whatever happens in between.

use std::sync::Arc;

use hongkong::{IdNumber, Phone};
use identity::{AskCode, AttributeName, CodeFor, NewPassword, Resident, SHIPPED_CHARTER, Source};
use journal::{Actor, Work};
use kernel::{Language, Secret};
use notify::Mobile;
use testkit::canary::{Canary, scan_dir};
use vault::ErasureState;

use crate::identity_story::{pass_gate, save};
use crate::rehearsal::{City, on_each_engine};
use crate::{IdentityService, certify_accounts, close_account, kept_certificate};

const NUMBER: &str = "5123 4567";

fn provider(city: &City) -> Arc<IdentityService> {
    let provider = save(city, SHIPPED_CHARTER);
    pass_gate(city, &provider);
    city.platform().public_identity().unwrap()
}

/// An account with a password.
pub(crate) fn registered(service: &IdentityService) -> Resident {
    let ledger = service.ledger();
    let mobile = Mobile::try_from(Phone::parse(NUMBER).unwrap()).unwrap();
    let asked = AskCode { aim: CodeFor::SignUp, mobile, language: Language::En, network: "192.0.2.1", host: "localhost", device: None };
    let (ticket, new) = identity::prepare_enrolment(ledger.keys(), &**ledger.random(), ledger.now(), asked).unwrap();
    ledger.write("test.begin", Actor::Visitor, move |work| identity::begin_enrolment(work, &new)).unwrap();
    let inbox = notify::inbox(ledger, Actor::Visitor, None, 1).unwrap();
    let Some(notify::Opened::Sms { text, .. }) = inbox.into_iter().next().unwrap().content else { panic!() };
    let code = text.rsplit('#').next().unwrap().to_owned();
    let (keys, typed) = (ledger.keys().clone(), ticket.clone());
    let check = move |work: &mut Work<'_, '_>| identity::confirm_code(work, &keys, &typed, &code);
    ledger.write("test.code", Actor::Visitor, check).unwrap();
    let password = NewPassword::parse("seven tall junks", None).unwrap();
    identity::create_password_account(ledger, &service.charter(), &ticket, Language::En, &password).unwrap().who
}

/// A verified account with a password and what is known of its person.
fn account(service: &IdentityService) -> Resident {
    let (ledger, who) = (service.ledger(), registered(service));
    let (keys, account, number) = (ledger.keys().clone(), who.account(), IdNumber::from_number("Q123456").unwrap());
    let known = [(AttributeName::NameEn, Secret::new("CHAN TAI MAN".to_owned()))];
    let sealed = identity::seal_attributes(&keys, ledger.now(), 24, Source::Proofed, &known).unwrap();
    ledger.write("test.verify", Actor::Visitor, move |work| identity::verify_person(work, &keys, account, &number, &sealed)).unwrap();
    who
}

fn is_gone(service: &IdentityService, who: &Resident) -> bool {
    let (id, now) = (who.account(), service.ledger().now());
    service
        .ledger()
        .read("test.gone", |tx| {
            let rest = (identity::account(tx, id)?, identity::password_since(tx, id)?, identity::attributes(tx, id)?.len());
            Ok::<_, store::StoreError>(rest == (None, None, 0) && identity::sessions(tx, id, now)?.is_empty())
        })
        .unwrap()
}

#[test]
fn promise_04_a_closed_account_leaves_no_key_no_row_and_a_certificate() {
    on_each_engine(|city| {
        let service = provider(&city);
        let who = account(&service);
        let tree = || std::fs::read(city.path("keys/identity/tree")).ok();
        let before = tree();
        city.clock.advance_secs(identity::FRESH_MINUTES * 60);
        assert!(matches!(close_account(&service, &who), Err(crate::CloseAccountError::Stale)));
        let again = service.ledger().read("test.again", |tx| identity::account(tx, who.account())).unwrap();
        assert!(again.is_some(), "what matters wants a sign-in of now");
        city.clock.advance_secs(-identity::FRESH_MINUTES * 60);
        let closed = close_account(&service, &who).unwrap();
        assert!(is_gone(&service, &who));
        assert!(matches!(close_account(&service, &who), Err(crate::CloseAccountError::Gone)));
        certify_accounts(city.platform(), &service).unwrap();
        let certificate = kept_certificate(city.platform(), closed.id).unwrap().unwrap();
        let note = certificate["note"].as_str().unwrap();
        assert!(note.contains("one resident account") && !note.contains("5123"), "{note}");
        let brought = vault::opening_file(&closed.openings).to_string();
        assert!(crate::opening_file(&certificate, &brought).is_some(), "and it is about exactly this");
        assert!(before.is_none() || tree() != before);
        assert_eq!(scan_dir(&city.path(""), &[Canary::new("name", "CHAN TAI MAN".to_owned())]), []);
        // The newest of two messages is the later one.
        city.clock.advance_secs(1);
        account(&service);
    });
}

#[test]
fn a_closing_that_a_crash_interrupted_is_finished_before_anything_is_served() {
    on_each_engine(|mut city| {
        let service = provider(&city);
        let who = account(&service);
        let id = who.account();
        let values = service.ledger().read("test.doomed", |tx| identity::doomed(tx, id)).unwrap();
        assert_eq!(values.len(), 3, "number, password, person");
        let order = vault::EraseOrder {
            record: Some(id.bytes()),
            scope: "test".into(),
            households: 1,
            persons: 1,
            targets: Vec::new(),
            cause: vault::Cause::Withdrawal,
        };
        crate::erase::put_on_record(service.ledger(), Actor::Visitor, &values, order).unwrap();
        assert!(!is_gone(&service, &who), "ordered, and no more");
        drop(service);
        city.restart();
        let service = city.platform().public_identity().unwrap();
        assert!(is_gone(&service, &who));
        let open = |state| service.ledger().read("test.open", |tx| vault::open_erasures(tx, state, 10)).unwrap().len();
        assert_eq!((open(ErasureState::Ordered), open(ErasureState::Erased)), (0, 1));
        city.clock.advance_secs(61);
        city.work();
        assert_eq!(open(ErasureState::Erased) + open(ErasureState::Certified), 1);
    });
}
