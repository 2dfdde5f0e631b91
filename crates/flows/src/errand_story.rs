//! An account with the wrong address is cancelled by its owner, who registers again at once.

use hongkong::{District, IdNumber, Phone};
use identity::{ActivationDetails, AskCode, CodeFor, Document, DocumentTag, NewPassword, SHIPPED_CHARTER, Ticket, TypedDocument};
use journal::{Actor, Ledger, Work};
use kernel::{Environment, Id, Language, kinds};
use notify::Mobile;
use testkit::canary::{Canary, scan_dir};

use crate::{IdentityService, kept_certificate};
use crate::identity_story::{pass_gate, save};
use crate::rehearsal::{City, on_each_engine};

const NUMBER: &str = "5123 4567";
const PASSWORD: &str = "seven tall junks";

fn document() -> Document {
    let number = IdNumber::from_number("Q123456").unwrap().formatted();
    let typed = TypedDocument { kind: "identity-card", number: &number, issued: ["1", "6", "2019"] };
    Document::parse(&typed, kernel::Day::from_civil(2020, 4, 1).unwrap(), Environment::Test).unwrap()
}

fn asked(aim: CodeFor) -> AskCode<'static> {
    let mobile = Mobile::try_from(Phone::parse(NUMBER).unwrap()).unwrap();
    AskCode { aim, mobile, language: Language::En, network: "192.0.2.1", host: "localhost", device: None }
}

/// Every message, the newest first.
fn messages(ledger: &Ledger) -> Vec<String> {
    let inbox = notify::inbox(ledger, Actor::Visitor, None, 20).unwrap();
    let text = |message: notify::InboxMessage| match message.content {
        Some(notify::Opened::Sms { text, .. }) => text,
        _ => panic!("only text messages are sent here"),
    };
    inbox.into_iter().map(text).collect()
}

fn code(ledger: &Ledger) -> String {
    messages(ledger).first().unwrap().rsplit('#').next().unwrap().to_owned()
}

/// What the number was told of a certificate.
fn told(ledger: &Ledger) -> Option<String> {
    messages(ledger).into_iter().find(|text| text.contains("/account/certificates/"))
}

/// An account with a password that asked for its letter.
fn register(city: &City, service: &IdentityService) -> Id<kinds::Account> {
    city.clock.advance_secs(1);
    let ledger = service.ledger();
    let (ticket, new) = identity::prepare_enrolment(ledger.keys(), &**ledger.random(), ledger.now(), asked(CodeFor::SignUp)).unwrap();
    ledger.write("test.begin", Actor::Visitor, move |work| identity::begin_enrolment(work, &new)).unwrap();
    let (keys, typed, code) = (ledger.keys().clone(), ticket.clone(), code(ledger));
    let check = move |work: &mut Work<'_, '_>| identity::confirm_code(work, &keys, &typed, &code);
    assert_eq!(ledger.write("test.code", Actor::Visitor, check).unwrap().0, identity::Checked::New);
    let password = NewPassword::parse(PASSWORD, None).unwrap();
    let made = identity::create_password_account(ledger, &service.charter(), &ticket, Language::En, &password).unwrap();
    let details = ActivationDetails {
        name_en: "CHAN TAI MAN".to_owned(),
        name_zh: String::new(),
        document: document(),
        address: vec!["1 Wrong Road".to_owned()],
        district: District::KwunTong,
    };
    let new = identity::prepare_activation(ledger, &service.charter(), &made.who, &details).unwrap();
    ledger.write("test.activation", Actor::Visitor, move |work| identity::ask_activation(work, &made.who, &new)).unwrap();
    made.who.account()
}

fn errand(city: &City, ledger: &Ledger, aim: CodeFor) -> (Ticket, String) {
    city.clock.advance_secs(1);
    let made = identity::prepare_errand(ledger.keys(), &**ledger.random(), ledger.now(), asked(aim), DocumentTag::of(ledger.keys(), &document()));
    let (ticket, new) = made.unwrap();
    ledger.write("test.errand", Actor::Visitor, move |work| identity::begin_enrolment(work, &new)).unwrap();
    (ticket, code(ledger))
}

fn cancel(city: &City, ledger: &Ledger) {
    let (ticket, code) = errand(city, ledger, CodeFor::Cancel);
    let keys = ledger.keys().clone();
    let ask = move |work: &mut Work<'_, '_>| identity::ask_to_cancel(work, &keys, &ticket, &code);
    assert!(ledger.write("test.cancel", Actor::Visitor, ask).unwrap().0);
}

fn provider(city: &City) -> std::sync::Arc<IdentityService> {
    let provider = save(city, SHIPPED_CHARTER);
    pass_gate(city, &provider);
    city.platform().public_identity().unwrap()
}

fn stands(ledger: &Ledger, id: Id<kinds::Account>) -> bool {
    ledger.read("test.account", |tx| identity::account(tx, id)).unwrap().is_some()
}

#[test]
fn promise_04_a_cancelled_account_is_erased_with_a_certificate_and_its_owner_registers_again_at_once() {
    on_each_engine(|city| {
        let service = provider(&city);
        let ledger = service.ledger();
        let first = register(&city, &service);
        cancel(&city, ledger);
        assert!(stands(ledger, first), "the answer waits for nothing");
        city.work();
        assert!(!stands(ledger, first));
        let told = told(ledger).unwrap();
        let erasure = told.rsplit('/').next().unwrap().parse().unwrap();
        let certificate = kept_certificate(city.platform(), erasure).unwrap().unwrap();
        let note = certificate["note"].as_str().unwrap();
        assert!(note.contains("never activated") && !note.contains("5123"), "{note}");
        assert_eq!(scan_dir(&city.path(""), &[Canary::new("address", "1 Wrong Road".to_owned())]), []);
        let second = register(&city, &service);
        assert_ne!(first, second);
        city.clock.advance_secs(61);
        city.work();
        assert!(stands(ledger, second), "nothing of the errand is left");
    });
}

#[test]
fn what_fits_no_account_changes_nothing() {
    let city = City::new();
    let service = provider(&city);
    let ledger = service.ledger();
    cancel(&city, ledger);
    city.work();
    let waiting = ledger.read("test.errands", identity::next_cancellation).unwrap();
    assert!(waiting.is_none());
    assert_eq!((messages(ledger).len(), told(ledger)), (1, None), "nobody is told anything but the code");
}

#[test]
fn a_forgotten_password_is_new_with_the_next_round() {
    on_each_engine(|city| {
        let service = provider(&city);
        let ledger = service.ledger();
        let account = register(&city, &service);
        let (ticket, code) = errand(&city, ledger, CodeFor::NewPassword);
        let (keys, asked) = (ledger.keys().clone(), ticket.clone());
        let confirm = move |work: &mut Work<'_, '_>| identity::confirm_password_code(work, &keys, &asked, &code);
        assert!(ledger.write("test.confirm", Actor::Visitor, confirm).unwrap().0);
        let password = NewPassword::parse("eight small sampans", None).unwrap();
        identity::ask_new_password(ledger, &service.charter(), &ticket, &password).unwrap();
        city.work();
        let now = ledger.now();
        let (left, changes) = ledger
            .read("test.after", |tx| Ok::<_, store::StoreError>((identity::sessions(tx, account, now)?, identity::changes(tx, account)?)))
            .unwrap();
        assert!(left.is_empty());
        assert_eq!(changes.len(), 1);
    });
}
