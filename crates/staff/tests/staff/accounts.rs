//! Accounts of residents, made by the verbs: what officers' pages about them need.

use hongkong::{IdNumber, Phone};
use identity::{ActivationDetails, AskCode, CodeFor, Resident, Ticket, TypedActivation, TypedDocument};
use journal::{Actor, Work};
use kernel::{Environment, Language};
use notify::Mobile;
use people::SoftwarePasskey;

use crate::client::ORIGIN;
use crate::stage::Stage;

/// Asks for a code on the only mobile of these tests.
pub fn ask_code(stage: &Stage, aim: CodeFor) -> Ticket {
    let service = stage.platform.public_identity().unwrap();
    let ledger = service.ledger();
    let mobile = Mobile::try_from(Phone::parse("5123 4567").unwrap()).unwrap();
    let asked = AskCode { aim, mobile, language: Language::En, network: "192.0.2.1", host: "localhost", device: None };
    let (ticket, new) = identity::prepare_enrolment(ledger.keys(), &**ledger.random(), ledger.now(), asked).unwrap();
    ledger.write("test.begin", Actor::Visitor, move |work| identity::begin_enrolment(work, &new)).unwrap();
    ticket
}

/// The code of the newest message.
pub fn code(stage: &Stage) -> String {
    let service = stage.platform.public_identity().unwrap();
    let inbox = notify::inbox(service.ledger(), Actor::Visitor, None, 1).unwrap();
    let Some(notify::Opened::Sms { text, .. }) = inbox.into_iter().next().unwrap().content else { panic!() };
    text.rsplit('#').next().unwrap().to_owned()
}

/// A new account with a passkey.
pub fn sign_up(stage: &Stage) -> Resident {
    let service = stage.platform.public_identity().unwrap();
    let ledger = service.ledger();
    let ticket = ask_code(stage, CodeFor::SignUp);
    let (keys, typed, sent) = (ledger.keys().clone(), ticket.clone(), code(stage));
    let check = move |work: &mut Work<'_, '_>| identity::confirm_code(work, &keys, &typed, &sent);
    ledger.write("test.code", Actor::Visitor, check).unwrap();
    let rp = people::RelyingParty::new(ORIGIN, "Lionrock").unwrap();
    let begun = identity::first_passkey(ledger.keys(), &**ledger.random(), &rp, ledger.now(), &ticket, "Account").unwrap();
    let (_, answer) = SoftwarePasskey::create(ORIGIN, &begun.options).unwrap();
    identity::create_account(ledger, &rp, &service.charter(), &ticket, Language::En, (&begun.sealed, answer)).unwrap().who
}

/// A new account whose letter with the PIN waits to be printed.
pub fn awaits_letter(stage: &Stage) {
    let service = stage.platform.public_identity().unwrap();
    let (ledger, who) = (service.ledger(), sign_up(stage));
    let number = IdNumber::from_number("Q123456").unwrap().formatted();
    let typed = TypedActivation {
        name_en: "CHAN Tai Man",
        name_zh: "陳大文",
        document: TypedDocument { kind: "identity-card", number: &number, issued: ["1", "6", "2019"] },
        address: "Flat B, 12/F\n1 Ngau Tau Kok Road",
        district: "KT",
    };
    let details = ActivationDetails::parse(&typed, ledger.now().day(), Environment::Test).unwrap();
    let new = identity::prepare_activation(ledger, &service.charter(), &who, &details).unwrap();
    ledger.write("test.ask", Actor::Visitor, move |work| identity::ask_activation(work, &who, &new)).unwrap();
    // A register that does not confirm addresses is asked nothing, and the letter waits.
    flows::ask_register(&stage.platform, &*stage.ports.register).unwrap();
}
