//! Proofing from the first word to the receipt, and every way in which evidence ends.

use std::sync::Arc;

use hongkong::IdNumber;
use kernel::{Environment, Fault as _, Id, Kind, Text, kinds};
use people::{Grant, ProofIdentity, Role, Scope, SignedIn as Officer, authorise};
use serde_json::Value;
use store::RunError;
use testkit::{Place, SeededRandom, both_engines};
use testkit::canary::{Canary, scan_dir};

use crate::rehearsal::Stage;
use crate::*;

pub(crate) const MOBILE: &str = "5123 4567";
pub(crate) const DOCUMENT: &[u8] = b"the photo of a card, in place of which these words stand: Q123456(A)";
pub(crate) const SELFIE: &[u8] = b"the photo of a face, in place of which these words stand: smiling";
pub(crate) const SOFTWARE: (&str, &str) = ("lionrock test", "https://account.example.hk");

pub(crate) struct Scene {
    pub(crate) stage: Stage,
    pub(crate) evidence: Arc<Evidence>,
    pub(crate) account: Id<kinds::Account>,
}

type Proofed<T> = Result<T, RunError<ProofingError>>;

pub(crate) fn officer(number: u8) -> Grant<ProofIdentity> {
    let id = |byte: u8| Id::from_bytes([byte; 16]);
    let who = Officer::at_console(Id::from_bytes([number; 16]), id(7), vec![Role::CaseOfficer], Text::new("C", "C", "C"));
    authorise(&who, Some(Scope::at_console(Id::from_bytes([8; 16]), id(7)))).unwrap()
}

pub(crate) fn typed() -> TypedDetails<'static> {
    TypedDetails {
        name_en: "CHAN  Siu Ming",
        name_zh: "陳小明",
        number: "Q123456(A)",
        birth: ["3", "2", "1990"],
        sex: "female",
        issued: ["1", "6", "2018"],
        address: "Flat A, 1/F, 1 Test Street",
    }
}

pub(crate) fn number() -> IdNumber {
    IdNumber::from_number("Q123456").unwrap()
}

pub(crate) fn kind<T>(result: Proofed<T>) -> Kind {
    match result {
        Err(RunError::Refused(error)) => error.kind(),
        Err(error) => panic!("the store: {error}"),
        Ok(_) => panic!("not refused"),
    }
}

impl Scene {
    pub(crate) fn at(place: &Place) -> Self {
        let stage = Stage::at(place);
        let account = stage.sign_up(MOBILE).1.who.account();
        let evidence = Self::run(&stage, 1);
        Self { stage, evidence, account }
    }

    pub(crate) fn run(stage: &Stage, seed: u64) -> Arc<Evidence> {
        Arc::new(Evidence::new(stage.files().join("evidence"), Arc::new(SeededRandom::new(seed))))
    }

    fn details(&self) -> Details {
        Details::parse(&TypedDetails { number: &number().formatted(), ..typed() }, self.stage.now().day(), Environment::Test).unwrap()
    }

    fn begin(&self) -> Proofed<Id<kinds::Proofing>> {
        begin_proofing(&self.stage.ledger, &self.evidence, self.account, Channel::Phone, &self.details())
    }

    fn picture(&self, case: Id<kinds::Proofing>, piece: Piece, picture: &[u8]) -> Proofed<()> {
        add_picture(&self.stage.ledger, &self.evidence, self.account, case, (piece, picture))
    }

    fn send(&self, case: Id<kinds::Proofing>) -> Proofed<()> {
        send_proofing(&self.stage.ledger, &self.evidence, self.account, case)
    }

    /// Everything that a resident does.
    pub(crate) fn sent(&self) -> Id<kinds::Proofing> {
        let case = self.begin().unwrap();
        self.picture(case, Piece::Document, DOCUMENT).unwrap();
        self.picture(case, Piece::Selfie, SELFIE).unwrap();
        self.send(case).unwrap();
        case
    }

    pub(crate) fn open(&self, who: u8, case: Id<kinds::Proofing>) -> Proofed<OpenedCase> {
        open_case(&self.stage.ledger, &self.evidence, &officer(who), case)
    }

    pub(crate) fn decide(&self, who: u8, case: Id<kinds::Proofing>, verdict: Verdict) -> Proofed<Decided> {
        decide_case(&self.stage.ledger, &self.evidence, &self.stage.charter, &officer(who), (case, verdict))
    }

    pub(crate) fn verify(&self, case: Id<kinds::Proofing>) {
        self.open(1, case).unwrap();
        self.decide(1, case, Verdict::Verify { number: number() }).unwrap();
    }

    fn finish(&self) {
        let (evidence, now) = (self.evidence.clone(), self.stage.now());
        for case in self.stage.read(move |tx| unfinished_proofings(tx, &evidence, now)) {
            finish_proofing(&self.stage.ledger, &self.evidence, case, SOFTWARE).unwrap();
        }
    }

    fn state(&self) -> ProofState {
        let account = self.account;
        self.stage.read(move |tx| proofings(tx, account))[0].state
    }

    fn receipt(&self, case: Id<kinds::Proofing>) -> Option<String> {
        let account = self.account;
        self.stage.read(move |tx| deletion_receipt(tx, account, case))
    }

    /// Files that hold ciphertext.
    fn spooled(&self) -> usize {
        let runs = std::fs::read_dir(self.stage.files().join("evidence")).into_iter().flatten();
        runs.flat_map(|run| std::fs::read_dir(run.unwrap().path()).unwrap()).count().saturating_sub(1)
    }

    pub(crate) fn is_gone(&self, case: Id<kinds::Proofing>) -> bool {
        let open = details_for_register(&self.stage.ledger, &self.evidence, case);
        self.spooled() == 0 && !self.evidence.holds(case) && kind(open) == Kind::Gone
    }
}

#[test]
fn promise_09_evidence_is_opened_on_record_and_dies_with_the_verdict() {
    both_engines(|place| {
        let scene = Scene::at(place);
        let case = scene.sent();
        assert_eq!(scene.spooled(), 3);
        let opened = scene.open(1, case).unwrap();
        assert_eq!((opened.document.expose().as_slice(), opened.selfie.expose().as_slice()), (DOCUMENT, SELFIE));
        assert_eq!((opened.details.name_en.as_str(), opened.details.number), ("CHAN Siu Ming", number()));
        scene.decide(1, case, Verdict::Verify { number: number() }).unwrap();
        assert!(scene.is_gone(case), "at once, before anything else is done");
        let account = scene.account;
        assert_eq!(scene.stage.read(move |tx| crate::account(tx, account)).unwrap().level, Level::Verified);
        let kept = scene.stage.read(move |tx| attributes(tx, account));
        let kept: Vec<_> = kept.iter().map(|one| (one.name.name(), one.source.name())).collect();
        assert_eq!(kept, [
            ("name", "proofed"),
            ("name#zh-Hant", "proofed"),
            ("hk_identity_number", "proofed"),
            ("birthdate", "proofed"),
            ("gender", "proofed"),
            ("address", "typed"),
            ("phone_number", "confirmed"),
        ]);
        let verbs = scene.stage.verbs();
        for verb in ["proofing_begun", "proofing_sent", "evidence_opened", "proofing_ended", "account_verified"] {
            assert!(verbs.contains(&format!("identity.{verb}")), "{verb}");
        }
        assert_eq!(kind(scene.begin()), Kind::Taken, "who is verified is not proofed again");
    });
}

#[test]
fn promise_09_the_receipt_says_what_was_destroyed_and_is_the_residents_own() {
    both_engines(|place| {
        let scene = Scene::at(place);
        let case = scene.sent();
        scene.verify(case);
        let texts = scene.stage.texts();
        scene.finish();
        let receipt: Value = serde_json::from_str(&scene.receipt(case).unwrap()).unwrap();
        assert_eq!(receipt["format"], EVIDENCE_FORMAT);
        let note = receipt["note"].as_str().unwrap();
        for line in ["lionrock evidence receipt v1", "piece: details ", "piece: document ", "piece: selfie ", "ended: verified", "software: lionrock test"] {
            assert!(note.contains(line), "{line}: {note}");
        }
        let stranger = Id::from_bytes([1; 16]);
        assert_eq!(scene.stage.read(move |tx| deletion_receipt(tx, stranger, case)), None);
        assert_eq!(scene.stage.texts(), texts + 1, "the resident is told by text message");
        scene.finish();
        assert_eq!(scene.stage.texts(), texts + 1, "once");
    });
}

#[test]
fn promise_09_evidence_dies_when_nobody_decides_and_when_it_is_taken_back() {
    both_engines(|place| {
        let scene = Scene::at(place);
        let case = scene.sent();
        scene.stage.clock.advance_secs(EVIDENCE_HOURS * 3600);
        assert_eq!(kind(scene.open(1, case)), Kind::Gone, "at the deadline, whether anybody swept or not");
        assert_eq!(end_overdue(&scene.stage.ledger, &scene.evidence).unwrap(), 1);
        assert!(scene.state() == ProofState::TimedOut && scene.is_gone(case));
        let again = scene.sent();
        withdraw_proofing(&scene.stage.ledger, &scene.evidence, scene.account, again).unwrap();
        assert!(scene.state() == ProofState::Withdrawn && scene.is_gone(again));
        let third = scene.begin().unwrap();
        scene.stage.clock.advance_secs(DRAFT_MINUTES * 60);
        assert_eq!(end_overdue(&scene.stage.ledger, &scene.evidence).unwrap(), 1);
        assert!(scene.is_gone(third));
        scene.finish();
        assert!([case, again, third].into_iter().all(|case| scene.receipt(case).is_some()));
    });
}

#[test]
fn promise_09_evidence_dies_with_its_account() {
    both_engines(|place| {
        let scene = Scene::at(place);
        let case = scene.sent();
        assert_eq!(end_overdue(&scene.stage.ledger, &scene.evidence).unwrap(), 0);
        assert!(scene.evidence.holds(case), "the account lives");
        let account = scene.account;
        scene.stage.act(move |work| crate::storage::account::remove(work.tx(), account)).unwrap();
        end_overdue(&scene.stage.ledger, &scene.evidence).unwrap();
        assert!(!scene.evidence.holds(case) && scene.spooled() == 0, "within a second of its closing");
    });
}

#[test]
fn promise_09_evidence_is_lost_with_the_run_that_held_it() {
    both_engines(|place| {
        let mut scene = Scene::at(place);
        let case = scene.sent();
        let before = std::mem::replace(&mut scene.evidence, Scene::run(&scene.stage, 2));
        assert_eq!(end_lost(&scene.stage.ledger, &scene.evidence).unwrap(), 0, "it still runs");
        Arc::into_inner(before).unwrap().crash();
        assert_eq!(scene.spooled(), 3, "the ciphertext is left");
        assert_eq!(kind(scene.open(1, case)), Kind::Gone, "and worth nothing");
        assert_eq!(end_lost(&scene.stage.ledger, &scene.evidence).unwrap(), 1);
        assert!(scene.state() == ProofState::Lost && scene.is_gone(case));
        scene.finish();
        assert!(scene.receipt(case).unwrap().contains("ended: lost"));
        scene.verify(scene.sent());
    });
}

#[test]
fn only_who_opened_a_case_decides_it_and_only_with_the_number_of_the_card() {
    both_engines(|place| {
        let scene = Scene::at(place);
        let case = scene.sent();
        let verify = |number| Verdict::Verify { number };
        assert_eq!(kind(scene.decide(1, case, verify(number()))), Kind::Missing, "nobody looked at it");
        scene.open(1, case).unwrap();
        let other = IdNumber::from_number("Q654321").unwrap();
        assert_eq!(kind(scene.decide(1, case, verify(other))), Kind::Invalid);
        assert_eq!(kind(scene.decide(2, case, verify(number()))), Kind::Missing, "another officer");
        assert_eq!(kind(scene.decide(2, case, Verdict::Refuse(Refusal::PhotoUnclear))), Kind::Missing);
        assert!(scene.evidence.holds(case));
        scene.decide(1, case, Verdict::Refuse(Refusal::PhotoUnclear)).unwrap();
        assert!(scene.state() == ProofState::Refused && scene.is_gone(case));
        let account = scene.account;
        assert_eq!(scene.stage.read(move |tx| crate::account(tx, account)).unwrap().level, Level::Registered);
        assert_eq!(kind(scene.decide(1, case, verify(number()))), Kind::Gone);
    });
}

#[test]
fn the_register_is_asked_on_record_and_vouches_for_what_it_said() {
    both_engines(|place| {
        let scene = Scene::at(place);
        let case = scene.sent();
        let evidence = scene.evidence.clone();
        assert_eq!(scene.stage.read(|tx| unasked(tx, &evidence)), [case]);
        assert_eq!(details_for_register(&scene.stage.ledger, &scene.evidence, case).unwrap().number, number());
        scene.stage.act(move |work| note_register(work, case, RegisterSays::Agrees)).unwrap();
        assert!(scene.stage.read(|tx| unasked(tx, &evidence)).is_empty());
        scene.verify(case);
        let account = scene.account;
        let kept = scene.stage.read(move |tx| attributes(tx, account));
        let source = |name| kept.iter().find(|one| one.name == name).unwrap().source;
        assert_eq!((source(AttributeName::IdentityNumber), source(AttributeName::NameEn)), (Source::Register, Source::Proofed));
    });
}

#[test]
fn a_proofing_is_sent_whole_by_its_owner_and_five_times_a_week_at_most() {
    both_engines(|place| {
        let scene = Scene::at(place);
        let case = scene.begin().unwrap();
        assert_eq!(kind(scene.send(case)), Kind::Invalid);
        let stranger = scene.stage.sign_up("5123 7654").1.who.account();
        let theirs = add_picture(&scene.stage.ledger, &scene.evidence, stranger, case, (Piece::Selfie, SELFIE));
        assert_eq!(kind(theirs), Kind::Missing);
        let second = scene.sent();
        assert!(!scene.evidence.holds(case), "a new beginning takes the old one back");
        assert_eq!(kind(scene.picture(second, Piece::Selfie, SELFIE)), Kind::Gone, "what was sent stays as it is");
        for _ in 0..3 {
            scene.begin().unwrap();
        }
        assert_eq!(kind(scene.begin()), Kind::Busy);
        scene.stage.clock.advance_days(7);
        scene.begin().unwrap();
    });
}

#[test]
fn promise_01_no_piece_of_evidence_stands_in_any_file() {
    both_engines(|place| {
        let scene = Scene::at(place);
        let case = scene.sent();
        let canaries = [DOCUMENT, SELFIE, b"CHAN Siu Ming", b"Q123456", b"1 Test Street"];
        let canaries = canaries.map(|value| Canary::new("evidence", String::from_utf8(value.to_vec()).unwrap()));
        assert!(scan_dir(scene.stage.files(), &canaries).is_empty());
        scene.verify(case);
        assert!(scan_dir(scene.stage.files(), &canaries).is_empty());
    });
}

#[test]
fn outside_a_live_system_no_real_number_is_typed_and_everything_wrong_is_named() {
    let day = Stage::new().now().day();
    let real = TypedDetails { number: "A123456(3)", ..typed() };
    assert_eq!(Details::parse(&real, day, Environment::Demo).unwrap_err(), [DetailFlaw::RealNumber]);
    assert!(Details::parse(&real, day, Environment::Live).is_ok());
    let synthetic = number().formatted();
    let synthetic = TypedDetails { number: &synthetic, ..typed() };
    assert_eq!(Details::parse(&synthetic, day, Environment::Live).unwrap_err(), [DetailFlaw::Number]);
    let early = TypedDetails { issued: ["1", "1", "1980"], ..synthetic };
    assert_eq!(Details::parse(&early, day, Environment::Demo).unwrap_err(), [DetailFlaw::Issued]);
    let nothing = Details::parse(&TypedDetails::default(), day, Environment::Demo).unwrap_err();
    let required =
        [DetailFlaw::NameEn, DetailFlaw::Number, DetailFlaw::Birth, DetailFlaw::Sex, DetailFlaw::Issued, DetailFlaw::Address];
    assert_eq!(nothing, required);
}

#[test]
fn at_a_counter_the_code_of_a_visit_says_whose_account_it_is_and_no_photo_is_taken() {
    both_engines(|place| {
        let scene = Scene::at(place);
        let (account, details) = (scene.account, scene.details());
        let give = |seed| {
            let (keys, code) = (scene.stage.ledger.keys().clone(), VisitCode::new(&SeededRandom::new(seed)));
            let given = code.clone();
            scene.stage.act(move |work| give_visit_code(work, &keys, account, &given)).unwrap();
            code
        };
        let verify = |code: &str| verify_at_counter(&scene.stage.ledger, &scene.stage.charter, &officer(1), (code, &details));
        let (old, code) = (give(1), give(2));
        assert_eq!(kind(verify(old.text())), Kind::Invalid, "there is one code at a time");
        assert_eq!(kind(verify("")), Kind::Invalid);
        scene.stage.clock.advance_secs(VISIT_MINUTES * 60);
        assert_eq!(kind(verify(code.text())), Kind::Invalid, "too old");
        let code = give(3).text().replace(' ', "");
        let case = verify(&code).unwrap();
        assert_eq!(kind(verify(&code)), Kind::Invalid, "once");
        assert_eq!(scene.stage.read(move |tx| crate::account(tx, account)).unwrap().level, Level::Verified);
        let texts = scene.stage.texts();
        scene.finish();
        assert_eq!((scene.receipt(case), scene.stage.texts()), (None, texts + 1), "told, and nothing was destroyed");
        assert!(scene.stage.verbs().contains(&"identity.verified_at_counter".to_owned()));
    });
}

#[test]
fn a_terminal_is_enrolled_by_its_code_and_takes_whoever_brings_the_code_of_a_visit() {
    both_engines(|place| {
        let scene = Scene::at(place);
        let (ledger, account) = (&scene.stage.ledger, scene.account);
        let keys = ledger.keys().clone();
        let (code, visit) = (VisitCode::new(&SeededRandom::new(5)), VisitCode::new(&SeededRandom::new(6)));
        let (added, given, grant) = (code.clone(), visit.clone(), officer(1));
        let enrolled = keys.clone();
        let terminal = scene.stage.act(move |work| add_terminal(work, &enrolled, &grant, ("Post office", &added))).unwrap();
        assert!(enrol_terminal(ledger, visit.text()).unwrap().is_none());
        let token = enrol_terminal(ledger, code.text()).unwrap().unwrap();
        assert!(enrol_terminal(ledger, code.text()).unwrap().is_none(), "once");
        let known = |token: Token| scene.stage.read(move |tx| find_terminal(tx, &token));
        assert_eq!(known(token.clone()), Some(terminal));
        let giving = keys.clone();
        scene.stage.act(move |work| give_visit_code(work, &giving, account, &given)).unwrap();
        let begin = |text: &str| {
            let (keys, text) = (keys.clone(), text.to_owned());
            scene.stage.act(move |work| begin_visit(work, &keys, terminal, &text))
        };
        assert_eq!(begin("0000 0000").unwrap(), None);
        assert_eq!(begin(visit.text()).unwrap(), Some(account));
        assert_eq!(begin(visit.text()).unwrap(), None, "once");
        for _ in 0..57 {
            assert_eq!(begin("0000 0000").unwrap(), None);
        }
        assert_eq!(kind(begin("0000 0000")), Kind::Busy, "nobody guesses here");
        let grant = officer(1);
        scene.stage.act(move |work| end_terminal(work, &grant, terminal)).unwrap();
        assert_eq!(known(token), None);
        assert!(scene.stage.read(terminals).is_empty());
    });
}
