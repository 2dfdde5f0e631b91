//! An external verifier between the register and the officer, through the platform.

use std::sync::{Arc, Mutex};

use hongkong::IdNumber;
use identity::{
    Channel, Charter, Details, IdentityVerifier, Piece, Presented, ProofState, Proofing, Refusal, SHIPPED_CHARTER, TypedDetails,
    VerifierAnswer, VerifierFault, VerifierSays,
};
use kernel::{Day, Environment, Id, kinds};
use registration::matching::{Answer, PopulationRegister, Question, RegisterUnavailable};

use crate::close_story::registered;
use crate::identity_story::{pass_gate, save};
use crate::rehearsal::{City, on_each_engine};
use crate::{IdentityService, ask_register, ask_verifier, metrics};

const DOCUMENT: &[u8] = b"\xff\xd8\xff the photo of a card";
const NAMED: &str = "\n[verifier]\nen = \"City verifier\"\nzh-hant = \"城市核實中心\"\nzh-hans = \"城市核实中心\"\n";

struct Known;

impl PopulationRegister for Known {
    fn check(&self, _: &str, questions: &[Question]) -> Result<Vec<Answer>, RegisterUnavailable> {
        Ok(vec![Answer::Resident; questions.len()])
    }
}

/// Answers from a list, in turn, and keeps what it was shown.
#[derive(Default)]
struct Scripted {
    answers: Mutex<Vec<Result<VerifierAnswer, VerifierFault>>>,
    shown: Mutex<Vec<(String, Day, Vec<u8>)>>,
}

impl Scripted {
    fn new(answers: impl IntoIterator<Item = Result<VerifierAnswer, VerifierFault>>) -> Self {
        Self { answers: Mutex::new(answers.into_iter().collect()), shown: Mutex::default() }
    }

    fn shown(&self) -> usize {
        self.shown.lock().unwrap().len()
    }
}

impl IdentityVerifier for Scripted {
    fn compare(&self, presented: &Presented<'_>) -> Result<VerifierAnswer, VerifierFault> {
        assert!(presented.seconds_left > 3600);
        let one = (presented.name_en.to_owned(), presented.birth, presented.document.to_vec());
        self.shown.lock().unwrap().push(one);
        self.answers.lock().unwrap().remove(0)
    }
}

fn number() -> IdNumber {
    IdNumber::from_number("Q123456").unwrap()
}

fn service(city: &City, charter: &str) -> Arc<IdentityService> {
    pass_gate(city, &save(city, charter));
    city.platform().public_identity().unwrap()
}

/// A resident sends everything.
fn sent(city: &City, service: &IdentityService, who: Id<kinds::Account>) -> Id<kinds::Proofing> {
    city.clock.advance_secs(1);
    let (ledger, evidence) = (service.ledger(), service.evidence());
    let typed = TypedDetails {
        name_en: "CHAN Siu Ming",
        number: &number().formatted(),
        birth: ["3", "2", "1990"],
        sex: "female",
        issued: ["1", "6", "2018"],
        address: "Flat A, 1 Test Street",
        ..TypedDetails::default()
    };
    let details = Details::parse(&typed, ledger.now().day(), Environment::Test).unwrap();
    let case = identity::begin_proofing(ledger, evidence, who, Channel::Phone, &details).unwrap();
    for piece in [Piece::Document, Piece::Selfie] {
        identity::add_picture(ledger, evidence, who, case, (piece, DOCUMENT)).unwrap();
    }
    identity::send_proofing(ledger, evidence, who, case).unwrap();
    case
}

fn found(service: &IdentityService, case: Id<kinds::Proofing>) -> Proofing {
    service.ledger().read("test.case", |tx| identity::proofing(tx, case)).unwrap().unwrap()
}

#[test]
fn promise_09_a_verifier_is_asked_after_the_register_and_its_answer_ends_the_evidence_with_a_receipt() {
    on_each_engine(|city| {
        let service = service(&city, &format!("{SHIPPED_CHARTER}{NAMED}"));
        let who = registered(&service).account();
        let case = sent(&city, &service, who);
        let verifier = Scripted::new([Ok(VerifierAnswer::Matches { number: number() })]);
        assert_eq!(ask_verifier(city.platform(), &verifier).unwrap().answered, 0);
        assert_eq!(verifier.shown(), 0, "the register comes first");
        assert_eq!(ask_register(city.platform(), &Known).unwrap(), 1);
        let round = ask_verifier(city.platform(), &verifier).unwrap();
        assert_eq!((round.answered, round.fault), (1, None));
        let shown = verifier.shown.lock().unwrap()[0].clone();
        assert_eq!((shown.0.as_str(), shown.2.as_slice()), ("CHAN Siu Ming", DOCUMENT));
        assert!(!service.evidence().holds(case) && found(&service, case).state == ProofState::Verified);
        let receipt = service.ledger().read("test.receipt", |tx| identity::deletion_receipt(tx, who, case)).unwrap();
        assert!(receipt.unwrap().contains("ended: verified"));
    });
}

#[test]
fn promise_09_without_a_name_in_the_charter_no_photo_leaves() {
    on_each_engine(|city| {
        let service = service(&city, SHIPPED_CHARTER);
        assert_eq!(Charter::parse(SHIPPED_CHARTER).unwrap().verifier, None);
        sent(&city, &service, registered(&service).account());
        ask_register(city.platform(), &Known).unwrap();
        let verifier = Scripted::new([Ok(VerifierAnswer::Unsure)]);
        ask_verifier(city.platform(), &verifier).unwrap();
        assert_eq!(verifier.shown(), 0);
    });
}

#[test]
fn a_verifier_that_is_away_is_asked_three_times_and_one_that_lies_once_and_then_an_officer_decides() {
    on_each_engine(|city| {
        let service = service(&city, &format!("{SHIPPED_CHARTER}{NAMED}"));
        let who = registered(&service).account();
        let case = sent(&city, &service, who);
        ask_register(city.platform(), &Known).unwrap();
        let away = || VerifierFault::Away("connection refused".into());
        let verifier = Scripted::new([Err(away()), Err(away()), Err(away())]);
        for _ in 0..3 {
            assert_eq!(ask_verifier(city.platform(), &verifier).unwrap().fault, Some(away()));
        }
        assert_eq!(ask_verifier(city.platform(), &verifier).unwrap().fault, None);
        assert!(verifier.shown() == 3 && found(&service, case).verifier == VerifierSays::Nothing);
        let second = sent(&city, &service, who);
        ask_register(city.platform(), &Known).unwrap();
        let lying = Scripted::new([Err(VerifierFault::Unusable("it is about other pictures".into()))]);
        assert!(ask_verifier(city.platform(), &lying).unwrap().fault.is_some());
        assert_eq!(ask_verifier(city.platform(), &lying).unwrap().fault, None);
        let left = found(&service, second);
        assert_eq!((left.state, left.verifier, lying.shown()), (ProofState::Waiting, VerifierSays::Silent, 1));
        assert!(service.evidence().holds(second), "an officer looks");
        let figures = metrics(city.platform()).unwrap();
        assert!(figures.contains("lionrock_identity_cases{verifier=\"silent\"} 1"), "{figures}");
        let third = sent(&city, &service, who);
        ask_register(city.platform(), &Known).unwrap();
        let refusing = Scripted::new([Ok(VerifierAnswer::Differs(Refusal::PhotoUnclear))]);
        assert_eq!(ask_verifier(city.platform(), &refusing).unwrap().answered, 1);
        assert_eq!(found(&service, third).refusal, Some(Refusal::PhotoUnclear));
    });
}
