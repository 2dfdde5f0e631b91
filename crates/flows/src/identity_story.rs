//! The identity provider behind the launch gate, and what becomes of it when the program stops.

use assurance::{AddRecord, Digest, OpenGate, SignVersion, Tier, WithdrawReason, WithdrawRecord};
use hongkong::Phone;
use identity::{AskCode, CodeFor, SHIPPED_CHARTER, begin_enrolment, prepare_enrolment};
use journal::Actor;
use kernel::{Id, Language, kinds};
use notify::Mobile;
use people::{EditScheme, Role, Scope, SignGate, SubmitGateRecord, WithdrawGateRecord, authorise};

use crate::rehearsal::{City, document, documents, on_each_engine};

pub(crate) struct Provider {
    scope: Scope,
    version: Id<kinds::SchemeVersion>,
}

pub(crate) fn save(city: &City, text: &str) -> Provider {
    let owner = city.officer(1, Role::SchemeOwner);
    let scope = city.platform().identity().map(|identity| identity.scope());
    let edit = authorise::<EditScheme>(&owner, scope).unwrap();
    let text = text.to_owned();
    let (service, digest) =
        city.act(edit.actor(), move |work| Ok(identity::save_charter(work, &edit, &text).unwrap()));
    let scope = Scope::at_console(service, city.department);
    let edit = authorise::<EditScheme>(&owner, Some(scope)).unwrap();
    let gate = OpenGate { service, digest: Digest::new(digest), tier: Tier::LargeOrHighRisk };
    let version = city.act(edit.actor(), move |work| Ok(assurance::open_gate(work, &edit, gate).unwrap()));
    Provider { scope, version }
}

pub(crate) fn pass_gate(city: &City, provider: &Provider) {
    let (scope, version, today) = (Some(provider.scope), provider.version, city.platform().now().day());
    let owner = city.officer(1, Role::SchemeOwner);
    for kind in documents() {
        let grant = authorise::<SubmitGateRecord>(&owner, scope).unwrap();
        let command = AddRecord { version, record: document(kind, today) };
        city.act(grant.actor(), move |work| Ok(assurance::add_record(work, &grant, command.clone()).unwrap()));
    }
    for officer in [owner, city.officer(2, Role::PrivacyOfficer)] {
        let grant = authorise::<SignGate>(&officer, scope).unwrap();
        city.act(grant.actor(), move |work| {
            let now = work.now();
            let gate = assurance::status(work.tx(), version, now)?.unwrap().gate;
            let sign = SignVersion { version, shown: gate.digest(), records: gate.to_sign(now.day()) };
            Ok(assurance::sign_version(work, &grant, sign).unwrap())
        });
    }
    city.platform().refresh().unwrap();
}

fn withdraw_a_document(city: &City, provider: &Provider) {
    let (scope, version) = (Some(provider.scope), provider.version);
    let grant = authorise::<WithdrawGateRecord>(&city.officer(2, Role::PrivacyOfficer), scope).unwrap();
    city.act(grant.actor(), move |work| {
        let now = work.now();
        let gate = assurance::status(work.tx(), version, now)?.unwrap().gate;
        let record = gate.held().next().unwrap().id;
        let command = WithdrawRecord { version, record, reason: WithdrawReason::Unreliable };
        Ok(assurance::withdraw_record(work, &grant, command).unwrap())
    });
    city.platform().refresh().unwrap();
}

fn ask_for_a_code(city: &City, number: &str) {
    let identity = city.platform().identity().unwrap();
    let ledger = identity.ledger();
    let mobile = Mobile::try_from(Phone::parse(number).unwrap()).unwrap();
    let asked = AskCode {
        aim: CodeFor::SignUp,
        mobile,
        language: Language::En,
        network: "192.0.2.1",
        host: "register.example",
        device: None,
    };
    let made = prepare_enrolment(ledger.keys(), &**ledger.random(), ledger.now(), asked);
    let (_, new) = made.unwrap();
    ledger.write("test.enrol", Actor::Visitor, move |work| begin_enrolment(work, &new)).unwrap();
}

#[test]
fn promise_07_there_is_no_identity_provider_without_its_gate() {
    on_each_engine(|mut city| {
        assert!(city.platform().identity().is_none());
        let provider = save(&city, SHIPPED_CHARTER);
        city.platform().refresh().unwrap();
        assert!(city.platform().identity().is_none(), "a charter alone makes no store");
        pass_gate(&city, &provider);
        let before = city.platform().public_identity().unwrap().charter();
        // A changed charter is another version: the one before goes on until the new one has passed a gate of its own.
        let changed = save(&city, &SHIPPED_CHARTER.replace("keep_months = 24", "keep_months = 12"));
        city.platform().refresh().unwrap();
        assert_eq!(city.platform().public_identity().unwrap().charter(), before);
        pass_gate(&city, &changed);
        assert_eq!(city.platform().public_identity().unwrap().charter().keep_months, 12);
        withdraw_a_document(&city, &changed);
        assert!(city.platform().public_identity().is_none(), "no gate, no service");
        assert!(city.platform().identity().is_some(), "but what is over still goes");
        city.restart();
        assert!(city.platform().public_identity().is_none());
        assert_eq!(city.platform().identity().unwrap().charter().keep_months, 12);
    });
}

#[test]
fn the_work_of_the_identity_provider_is_done_and_survives_a_stop() {
    on_each_engine(|mut city| {
        let provider = save(&city, SHIPPED_CHARTER);
        pass_gate(&city, &provider);
        ask_for_a_code(&city, "5123 4567");
        city.restart();
        let identity = city.platform().public_identity().unwrap();
        city.work();
        let counts = || identity.ledger().read("test.counts", notify::counts).unwrap();
        city.clock.advance_secs(60);
        city.work();
        assert!(format!("{:?}", counts()).contains("status-code"), "{:?}", counts());
        assert!(identity.ledger().size_and_root().unwrap().0 >= 2, "its journal has a tree of its own");
        let rolled = crate::roll_keys(city.platform(), Some("identity")).unwrap();
        assert_eq!(rolled.iter().map(|(name, roll)| (name.as_str(), roll.number)).collect::<Vec<_>>(), [("identity", 1)]);
        let inventory = crate::inventory(city.platform()).unwrap();
        assert!(inventory.iter().any(|one| one.store == "identity" && one.rows.len() > 2));
    });
}
