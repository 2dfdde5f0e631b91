//! A resident signs, once for each act, and only what is the resident's own.

use std::sync::Arc;

use hongkong::{IdNumber, Phone};
use identity::{AskCode, AttributeName, CodeFor, Level, Resident, SHIPPED_CHARTER, Source};
use journal::{Actor, Work};
use kernel::{Id, Language, Random, Secret, kinds};
use notify::Mobile;
use people::{RelyingParty, SoftwarePasskey};
use seal::{CertificateKey, Es256Signer};
use serde_json::Value;
use signing::ocsp::State;
use signing::{
    ActError, Addresses, Authority, DrawError, Form, Part, Reason, Renderer, RequestError, Root, SignError, StampingAuthority, Trust, to_der,
};
use store::RunError;
use testkit::SeededRandom;
use testkit::canary::{Canary, scan_dir};

use crate::identity_story::{pass_gate, save};
use crate::rehearsal::{City, on_each_engine};
use crate::{
    IdentityService, SignDocumentError, SigningOffice, ToSign, bring_document, forget_signing_passkey, leave_signing, read_signing, register_signing, sign_document,
    signing_options,
};

const ORIGIN: &str = "http://localhost:8080";

/// Draws nothing: what stands in for the pictures is enough for their digests.
struct Sketch;

impl Renderer for Sketch {
    fn name(&self) -> &'static str {
        "sketch 1"
    }

    fn resolution(&self) -> u32 {
        72
    }

    fn draw(&self, document: &[u8]) -> Result<Vec<Vec<u8>>, DrawError> {
        Ok(vec![document.len().to_be_bytes().to_vec()])
    }
}

pub(crate) fn office(city: &City) -> SigningOffice {
    let (random, now) = (Arc::new(SeededRandom::new(5)), city.platform().now());
    let addresses = Addresses { base: ORIGIN.into() };
    let [root_key, issuing, stamping] = [0, 1, 2].map(|_| Arc::new(Es256Signer::generate().unwrap()));
    let point = |key: &Arc<Es256Signer>| CertificateKey::public_point(&**key);
    let root = Root::make(&*root_key, ("Lionrock", &addresses), &*random, now).unwrap();
    let below = [root.certify_issuing(point(&issuing), &*random, now), root.certify_stamping(point(&stamping), &*random, now)];
    let [issuing_der, stamping_der] = below.map(|one| to_der(&one.unwrap()).unwrap());
    let root = root.certificate().clone();
    SigningOffice {
        authority: Authority::open(issuing, &to_der(&root).unwrap(), &issuing_der, &addresses).unwrap(),
        earlier: Vec::new(),
        stamping: StampingAuthority::open(stamping, &stamping_der).unwrap(),
        elsewhere: None,
        renderer: Arc::new(Sketch),
        root_list: Vec::new(),
        trust: Trust { roots: vec![root], stamping: Vec::new(), revoked: Vec::new(), site: ORIGIN.into() },
        random: random as Arc<dyn Random>,
    }
}

/// Somebody with an account, and the passkey of it.
pub(crate) struct Person {
    pub(crate) who: Resident,
    pub(crate) id: Id<kinds::AccountPasskey>,
    pub(crate) passkey: SoftwarePasskey,
}

pub(crate) fn person(service: &IdentityService, number: &str) -> Person {
    let (ledger, rp) = (service.ledger(), RelyingParty::new(ORIGIN, "Lionrock").unwrap());
    let mobile = Mobile::try_from(Phone::parse(number).unwrap()).unwrap();
    let asked = AskCode { aim: CodeFor::SignUp, mobile, language: Language::En, network: "192.0.2.1", host: "localhost", device: None };
    let (ticket, new) = identity::prepare_enrolment(ledger.keys(), &**ledger.random(), ledger.now(), asked).unwrap();
    ledger.write("test.begin", Actor::Visitor, move |work| identity::begin_enrolment(work, &new)).unwrap();
    // Messages of one moment stand in any order.
    let sent = notify::inbox(ledger, Actor::Visitor, None, 20).unwrap().into_iter().find_map(|message| match message.content {
        Some(notify::Opened::Sms { to, text }) if to == number => Some(text),
        _ => None,
    });
    let code = sent.unwrap().rsplit('#').next().unwrap().to_owned();
    let (keys, typed) = (ledger.keys().clone(), ticket.clone());
    let check = move |work: &mut Work<'_, '_>| identity::confirm_code(work, &keys, &typed, &code);
    ledger.write("test.code", Actor::Visitor, check).unwrap();
    let begun = identity::first_passkey(ledger.keys(), &**ledger.random(), &rp, ledger.now(), &ticket, "Account").unwrap();
    let (passkey, answer) = SoftwarePasskey::create(ORIGIN, &begun.options).unwrap();
    let made = identity::create_account(ledger, &rp, &service.charter(), &ticket, Language::En, (&begun.sealed, answer)).unwrap();
    Person { who: made.who, id: made.passkey.unwrap(), passkey }
}

pub(crate) fn verify(service: &IdentityService, person: &Person, number: &str) {
    let ledger = service.ledger();
    let (keys, account, number) = (ledger.keys().clone(), person.who.account(), IdNumber::from_number(number).unwrap());
    let known = [(AttributeName::NameEn, Secret::new("CHAN TAI MAN".to_owned()))];
    let sealed = identity::seal_attributes(&keys, ledger.now(), 24, Source::Proofed, &known).unwrap();
    ledger.write("test.verify", Actor::Visitor, move |work| identity::verify_person(work, &keys, account, &number, &sealed)).unwrap();
}

fn level(service: &IdentityService, person: &Person) -> Level {
    let account = person.who.account();
    service.ledger().read("test.level", |tx| identity::account(tx, account)).unwrap().unwrap().level
}

fn to_sign(text: &str, form: Form) -> ToSign {
    ToSign { document: testkit::pdf(&[text]), title: "Return".into(), form, service: "tax.example.hk".into() }
}

pub(crate) fn answer(service: &IdentityService, office: &SigningOffice, person: &mut Person, id: Id<kinds::SigningRequest>) -> Value {
    let options = signing_options(service.ledger(), office, &person.who, id).unwrap();
    person.passkey.get(ORIGIN, &options).unwrap()
}

#[test]
fn an_assertion_signs_its_own_document_once_and_nobody_elses() {
    on_each_engine(|city| {
        let provider = save(&city, SHIPPED_CHARTER);
        pass_gate(&city, &provider);
        let service = city.platform().public_identity().unwrap();
        let (ledger, office) = (service.ledger(), office(&city));
        let (mut mine, other) = (person(&service, "5123 4567"), person(&service, "5123 7654"));
        let early = register_signing(ledger, &mine.who, mine.id);
        assert!(matches!(early, Err(RunError::Refused(SignDocumentError::Level))), "registered is not enough");
        verify(&service, &mine, "Q123456");
        verify(&service, &other, "Q654321");
        let foreign = register_signing(ledger, &mine.who, other.id);
        assert!(matches!(foreign, Err(RunError::Refused(SignDocumentError::NoKey))), "another's passkey");
        register_signing(ledger, &mine.who, mine.id).unwrap();
        assert_eq!(level(&service, &mine), Level::Plus);

        let one = bring_document(ledger, &office, &mine.who, &to_sign("canary one", Form::Pdf)).unwrap();
        let two = bring_document(ledger, &office, &mine.who, &to_sign("canary two", Form::Detached)).unwrap();
        let said = answer(&service, &office, &mut mine, one);
        let refused = |id, said: &Value, who: &Resident| match sign_document(ledger, &office, who, (id, said)) {
            Err(RunError::Refused(error)) => error,
            other => panic!("{other:?}"),
        };
        let crossed = refused(two, &said, &mine.who);
        assert!(matches!(crossed, SignDocumentError::Sign(SignError::Act(ActError::Challenge))), "taken from another act: {crossed}");
        assert!(matches!(refused(one, &said, &other.who), SignDocumentError::NoKey));
        assert!(read_signing(ledger, &other.who, one, Part::Body).is_err(), "another's document");
        sign_document(ledger, &office, &mine.who, (one, &said)).unwrap();
        assert!(matches!(refused(one, &said, &mine.who), SignDocumentError::Request(RequestError::Made)), "a second time");
        let signed = read_signing(ledger, &mine.who, one, Part::Signed).unwrap();
        let known = |serial: &[u8]| ledger.read("test.state", |tx| signing::state(tx, serial)).unwrap();
        let judge = || signing::judge_pdf(signed.expose(), &office.trust, city.platform().now(), known);
        let verdict = judge().unwrap();
        assert_eq!((verdict.name.as_str(), verdict.statement.service.as_str()), ("CHAN TAI MAN", "tax.example.hk"));
        let (account, serial) = (other.who.account(), verdict.serial.clone());
        let foreign = ledger.write("test.revoke", Actor::Visitor, move |work| signing::revoke(work, account, &serial, Reason::Disowned));
        assert!(matches!(foreign, Err(RunError::Refused(signing::RevokeError::Missing))));
        let (account, serial) = (mine.who.account(), verdict.serial);
        ledger.write("test.revoke", Actor::Visitor, move |work| signing::revoke(work, account, &serial, Reason::Disowned)).unwrap();
        assert!(matches!(judge(), Err(signing::Unsound::Revoked(..))));
        assert_eq!(scan_dir(&city.path(""), &["canary one", "CHAN TAI MAN"].map(|text| Canary::new("document", text.to_owned()))), []);
    });
}

#[test]
fn documents_and_their_pictures_end_by_themselves_and_the_state_of_certificates_stays() {
    on_each_engine(|city| {
        let provider = save(&city, SHIPPED_CHARTER);
        pass_gate(&city, &provider);
        let service = city.platform().public_identity().unwrap();
        let (ledger, office) = (service.ledger(), office(&city));
        let mut mine = person(&service, "5123 4567");
        verify(&service, &mine, "Q123456");
        register_signing(ledger, &mine.who, mine.id).unwrap();
        let waits = bring_document(ledger, &office, &mine.who, &to_sign("one", Form::Pdf)).unwrap();
        let signs = bring_document(ledger, &office, &mine.who, &to_sign("two", Form::Detached)).unwrap();
        let said = answer(&service, &office, &mut mine, signs);
        sign_document(ledger, &office, &mine.who, (signs, &said)).unwrap();
        let account = mine.who.account();
        let history = || ledger.read("test.history", |tx| signing::history(tx, account)).unwrap();
        let serial = history().remove(0).serial;
        for _ in 2..5 {
            bring_document(ledger, &office, &mine.who, &to_sign("more", Form::Pdf)).unwrap();
        }
        let many = bring_document(ledger, &office, &mine.who, &to_sign("more", Form::Pdf));
        assert!(matches!(many, Err(RunError::Refused(SignDocumentError::Request(RequestError::TooMany)))));
        city.clock.advance_secs(31 * 60);
        assert!(read_signing(ledger, &mine.who, waits, Part::Body).is_err(), "half an hour is over");
        assert!(read_signing(ledger, &mine.who, signs, Part::Signed).is_ok(), "a day to fetch it");
        city.clock.advance_secs(25 * 3600);
        city.work();
        assert!(read_signing(ledger, &mine.who, signs, Part::Signed).is_err());
        assert_eq!(history().len(), 1);
        let passkey = mine.id;
        ledger.write("test.removed", Actor::Visitor, move |work| forget_signing_passkey(work, account, passkey)).unwrap();
        assert_eq!(level(&service, &mine), Level::Verified, "the passkey that signed was removed");
        register_signing(ledger, &mine.who, mine.id).unwrap();
        leave_signing(ledger, &mine.who).unwrap();
        assert_eq!(level(&service, &mine), Level::Verified);
        city.clock.advance_secs(3 * 365 * 86_400);
        city.work();
        assert_eq!(history(), []);
        assert_eq!(ledger.read("test.state", |tx| signing::state(tx, &serial)).unwrap(), State::Good, "it leads to nobody, and stays");
    });
}

#[test]
fn a_passkey_that_exists_twice_signs_nothing_and_is_out() {
    on_each_engine(|city| {
        let provider = save(&city, SHIPPED_CHARTER);
        pass_gate(&city, &provider);
        let service = city.platform().public_identity().unwrap();
        let (ledger, office) = (service.ledger(), office(&city));
        let mut mine = person(&service, "5123 4567");
        verify(&service, &mine, "Q123456");
        register_signing(ledger, &mine.who, mine.id).unwrap();
        let [early, late] = ["early", "late"].map(|text| bring_document(ledger, &office, &mine.who, &to_sign(text, Form::Pdf)).unwrap());
        let (first, second) = (answer(&service, &office, &mut mine, early), answer(&service, &office, &mut mine, late));
        sign_document(ledger, &office, &mine.who, (late, &second)).unwrap();
        let copied = sign_document(ledger, &office, &mine.who, (early, &first));
        assert!(matches!(copied, Err(RunError::Refused(SignDocumentError::Copied))), "an older counter: {copied:?}");
        let account = mine.who.account();
        assert_eq!(level(&service, &mine), Level::Verified, "and nothing more is signed with it");
        assert_eq!(ledger.read("test.history", move |tx| signing::history(tx, account)).unwrap().len(), 1);
        let kept = ledger.read("test.passkeys", move |tx| identity::passkeys(tx, account)).unwrap();
        assert!(kept[0].suspended && kept[0].last_used.is_some());
        let again = register_signing(ledger, &mine.who, mine.id);
        assert!(matches!(again, Err(RunError::Refused(SignDocumentError::NoKey))), "a suspended passkey is not taken up again");
    });
}

#[test]
fn an_account_that_was_given_back_signs_after_its_person_was_proofed_again() {
    on_each_engine(|city| {
        let provider = save(&city, SHIPPED_CHARTER);
        pass_gate(&city, &provider);
        let service = city.platform().public_identity().unwrap();
        let ledger = service.ledger();
        let mine = person(&service, "5123 4567");
        verify(&service, &mine, "Q123456");
        register_signing(ledger, &mine.who, mine.id).unwrap();
        let account = mine.who.account();
        // What a recovery does at its end, short of the passkeys.
        let give_back = move |work: &mut Work<'_, '_>| {
            crate::end_rights(work, account.bytes())?;
            let now = work.now();
            work.tx().execute("-- test.give_back\nupdate identity_account set recovered = $2 where id = $1", &[account.into(), now.into()])
        };
        ledger.write("test.give_back", Actor::Visitor, give_back).unwrap();
        assert_eq!(level(&service, &mine), Level::Verified);
        let early = register_signing(ledger, &mine.who, mine.id);
        assert!(matches!(early, Err(RunError::Refused(SignDocumentError::Level))), "proofed before it was lost is not enough");
        verify(&service, &mine, "Q123456");
        register_signing(ledger, &mine.who, mine.id).unwrap();
        assert_eq!(level(&service, &mine), Level::Plus);
    });
}
