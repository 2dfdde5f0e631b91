//! Somebody without a way in sends photos to get an account back: the same for everybody until two officers agree, and every way in which
//! it ends.

use std::sync::Arc;

use hongkong::IdNumber;
use kernel::{Environment, Id, Kind, Language, kinds};
use store::RunError;
use testkit::canary::{Canary, scan_dir};
use testkit::{Place, both_engines};

use crate::proofing_story::{DOCUMENT, SELFIE, SOFTWARE, Scene, kind, number, officer, typed};
use crate::rehearsal::Stage;
use crate::*;

const MOBILE: &str = "5123 4567";
const OTHER: &str = "5123 7654";
const NEW: &str = "5123 1111";
const LINK: &str = "https://id.example/account/recover";
const HERE: &str = "192.0.2.1";

/// A provider with the evidence of one run.
struct Scenery {
    stage: Stage,
    evidence: Arc<Evidence>,
}

type Proofed<T> = Result<T, RunError<ProofingError>>;

impl Scenery {
    fn at(place: &Place) -> Self {
        let stage = Stage::at(place);
        Self { evidence: Scene::run(&stage, 1), stage }
    }

    fn card(&self, number: &'static str) -> Details {
        let number = IdNumber::from_number(number).unwrap().formatted();
        let card = TypedDetails { number: &number, address: "", ..typed() };
        Details::parse_card(&card, self.stage.now().day(), Environment::Test).unwrap()
    }

    fn begin_from(&self, ticket: &Ticket, number: &'static str, network: &str) -> Proofed<Id<kinds::Proofing>> {
        begin_recovery_proofing(&self.stage.ledger, &self.evidence, (ticket, network), &self.card(number))
    }

    fn begin(&self, ticket: &Ticket) -> Proofed<Id<kinds::Proofing>> {
        self.begin_from(ticket, "Q123456", HERE)
    }

    fn photos(&self, ticket: &Ticket, case: Id<kinds::Proofing>) -> Proofed<()> {
        let holder = self.seen(ticket)[0].account;
        for (piece, picture) in [(Piece::Document, DOCUMENT), (Piece::Selfie, SELFIE)] {
            add_picture(&self.stage.ledger, &self.evidence, holder, case, (piece, picture))?;
        }
        send_recovery_proofing(&self.stage.ledger, &self.evidence, (ticket, case), (Language::En, LINK))
    }

    /// Everything that somebody without a way in does.
    fn sent(&self, ticket: &Ticket) -> Id<kinds::Proofing> {
        let case = self.begin(ticket).unwrap();
        self.photos(ticket, case).unwrap();
        case
    }

    fn seen(&self, ticket: &Ticket) -> Vec<Proofing> {
        let now = self.stage.now();
        let found = self.stage.read(|tx| recovery_proofings(tx, self.stage.keys(), ticket, now));
        found.map(|(_, proofings)| proofings).unwrap_or_default()
    }

    fn open(&self, who: u8, case: Id<kinds::Proofing>) -> Proofed<OpenedCase> {
        open_case(&self.stage.ledger, &self.evidence, &officer(who), case)
    }

    /// An officer looks and decides.
    fn says(&self, who: u8, case: Id<kinds::Proofing>, verdict: Verdict) -> Proofed<Decided> {
        self.open(who, case)?;
        decide_case(&self.stage.ledger, &self.evidence, &self.stage.charter, &officer(who), (case, verdict))
    }

    fn agrees(&self, who: u8, case: Id<kinds::Proofing>) -> Proofed<Decided> {
        self.says(who, case, Verdict::Verify { number: number() })
    }

    /// What the watch does each second.
    fn watch(&self) {
        end_overdue(&self.stage.ledger, &self.evidence).unwrap();
        end_lost(&self.stage.ledger, &self.evidence).unwrap();
        let (evidence, now) = (self.evidence.clone(), self.stage.now());
        for case in self.stage.read(move |tx| unfinished_proofings(tx, &evidence, now)) {
            finish_proofing(&self.stage.ledger, &self.evidence, case, SOFTWARE).unwrap();
        }
    }

    fn wait(&self) {
        self.stage.clock.advance_secs(RECOVERY_HOURS * 3_600);
        self.watch();
    }

    /// The messages that came meanwhile.
    fn texts_since(&self, before: usize) -> usize {
        self.stage.texts() - before
    }
}

#[test]
fn a_verified_account_comes_back_by_photos_that_two_officers_compared_on_both_engines() {
    both_engines(|place| {
        let scene = Scenery::at(place);
        let (mut lost, first) = scene.stage.verified(MOBILE);
        let ticket = scene.stage.recover(MOBILE);
        let case = scene.sent(&ticket);
        assert_eq!(scene.agrees(1, case).unwrap(), Decided::OneOfTwo);
        assert!(scene.evidence.holds(case), "it waits for somebody else");
        assert_eq!(kind(scene.open(1, case)), Kind::Taken, "one officer is one, and has no more to see");
        scene.stage.clock.advance_secs(3_600);
        let before = scene.stage.texts();
        assert_eq!(scene.agrees(2, case).unwrap(), Decided::Ended);
        assert!(!scene.evidence.holds(case));
        scene.watch();
        assert_eq!(scene.texts_since(before), 2, "the owner, and whoever sent the photos");
        let RecoveryStep::Waiting(recovery) = scene.stage.step(&scene.stage.recover(MOBILE)) else { panic!() };
        assert_eq!((recovery.proofed, recovery.due), (true, scene.stage.now().plus_secs(RECOVERY_HOURS * 3_600)), "the delay begins anew");
        scene.wait();
        let ticket = scene.stage.recover(MOBILE);
        let (mut found, back) = scene.stage.by_passkey(&ticket).unwrap();
        let account = first.who.account();
        assert!(scene.stage.try_sign_in(&mut lost).is_err() && back.who.account() == account);
        scene.stage.sign_in(&mut found);
        let own = scene.stage.read(move |tx| proofings(tx, account));
        assert_eq!((own.len(), own[0].id, own[0].state), (1, case, ProofState::Verified), "the account takes over what was sent");
        let receipt = scene.stage.read(move |tx| deletion_receipt(tx, account, case)).unwrap();
        assert!(receipt.contains("ended: verified"));
        let opened = scene.stage.read(move |tx| evidence_openings(tx, account));
        assert_eq!(opened.iter().filter(|one| one.aim == OpenedFor::Verdict).count(), 4, "two officers, to look and to decide");
        assert!(scene.stage.read(move |tx| crate::account(tx, account)).unwrap().needs_proofing(), "before it signs, it is proofed again");
    });
}

#[test]
fn promise_11_photos_are_the_same_sql_with_and_without_an_account_on_both_engines() {
    both_engines(|place| {
        let scene = Scenery::at(place);
        scene.stage.verified(MOBILE);
        scene.stage.sign_up(OTHER);
        let mut traces = Vec::new();
        for mobile in [MOBILE, OTHER, NEW] {
            let ticket = scene.stage.recover(mobile);
            scene.stage.take_sql();
            let case = scene.begin(&ticket).unwrap();
            let begun = scene.stage.take_sql();
            scene.photos(&ticket, case).unwrap();
            let now = scene.stage.now();
            scene.stage.read(|tx| recovery_proofings(tx, scene.stage.keys(), &ticket, now)).unwrap();
            traces.push((begun, scene.stage.take_sql()));
        }
        assert!(!traces[0].0.is_empty() && !traces[0].1.is_empty());
        let all: Vec<&String> = traces[0].0.iter().chain(&traces[0].1).collect();
        let looks = ["identity_account", "identity_mobile", "identity_person"];
        assert!(!all.iter().any(|text| looks.iter().any(|table| text.contains(table))), "no account is looked up: {all:?}");
        assert_eq!(traces[0], traces[1]);
        assert_eq!(traces[0], traces[2]);
    });
}

#[test]
fn promise_09_without_an_account_or_with_another_persons_the_photos_die_at_the_first_verdict() {
    both_engines(|place| {
        let scene = Scenery::at(place);
        scene.stage.verified(OTHER);
        scene.stage.sign_up(MOBILE);
        for mobile in [NEW, MOBILE] {
            let ticket = scene.stage.recover(mobile);
            let case = scene.sent(&ticket);
            let before = scene.stage.texts();
            assert_eq!(scene.agrees(1, case).unwrap(), Decided::Unmatched, "{mobile}");
            assert!(!scene.evidence.holds(case));
            scene.watch();
            assert_eq!(scene.texts_since(before), 1, "whoever sent them hears that they are gone, and nobody else");
            let seen = scene.seen(&ticket).remove(0);
            assert_eq!((seen.state, seen.refusal), (ProofState::Refused, Some(Refusal::Unmatched)));
            assert!(!Refusal::Unmatched.is_told() && seen.destroyed.is_some());
            scene.stage.clock.advance_secs(60);
        }
        assert_eq!(Refusal::from_name(Refusal::Unmatched.name()), None, "nobody chooses it");
    });
}

#[test]
fn promise_09_photos_die_when_the_owner_stops_it_and_in_every_other_way() {
    both_engines(|place| {
        let mut scene = Scenery::at(place);
        let (mut passkey, _) = scene.stage.verified(MOBILE);
        let case = scene.sent(&scene.stage.recover(MOBILE));
        scene.agrees(1, case).unwrap();
        let who = scene.stage.sign_in(&mut passkey).who;
        assert!(scene.stage.act(move |work| stop_recovery(work, &who)).unwrap());
        assert_eq!(kind(scene.agrees(2, case)), Kind::Gone, "the second officer comes too late, also before the watch");
        scene.watch();
        assert!(!scene.evidence.holds(case), "within a second");
        let ticket = scene.stage.recover(MOBILE);
        assert!(scene.seen(&ticket).is_empty(), "what begins anew knows nothing of it");
        let late = scene.sent(&ticket);
        scene.stage.clock.advance_secs(EVIDENCE_HOURS * 3_600);
        assert_eq!(kind(scene.open(1, late)), Kind::Gone);
        scene.watch();
        let ticket = scene.stage.recover(MOBILE);
        assert_eq!(scene.seen(&ticket)[0].state, ProofState::TimedOut);
        let taken = scene.sent(&ticket);
        withdraw_proofing(&scene.stage.ledger, &scene.evidence, scene.seen(&ticket)[0].account, taken).unwrap();
        scene.watch();
        let crashed = scene.sent(&ticket);
        let before = std::mem::replace(&mut scene.evidence, Scene::run(&scene.stage, 2));
        Arc::into_inner(before).unwrap().crash();
        // Whoever starts a program at this moment holds the lock of the run a little longer; the watch comes again each second.
        for _ in 0..1_000 {
            scene.watch();
            if scene.seen(&ticket)[0].state == ProofState::Lost {
                break;
            }
        }
        // Two of them are of one frozen millisecond, so their order is chance.
        let by_id = |mut states: Vec<_>| {
            states.sort_by_key(|(id, _): &(_, ProofState)| *id);
            states
        };
        let states = by_id(scene.seen(&ticket).iter().map(|one| (one.id, one.state)).collect());
        assert_eq!(states, by_id(vec![(crashed, ProofState::Lost), (taken, ProofState::Withdrawn), (late, ProofState::TimedOut)]));
        assert!(scene.seen(&ticket).iter().all(|one| one.destroyed.is_some()));
        scene.stage.clock.advance_days(31);
        scene.stage.act(purge).unwrap();
        let left = scene.stage.read(|tx| crate::storage::proofing::unfinished(tx, 10));
        let gone = scene.stage.read(|tx| proofing(tx, crashed));
        assert!(left.is_empty() && gone.is_none(), "and what came of it is forgotten");
    });
}

#[test]
fn photos_are_asked_of_whoever_typed_the_code_lately_and_so_often_at_most() {
    both_engines(|place| {
        let scene = Scenery::at(place);
        scene.stage.verified(MOBILE);
        let unconfirmed = scene.stage.ask_code(CodeFor::Recovery, MOBILE, (HERE, None)).unwrap();
        assert_eq!(kind(scene.begin(&unconfirmed)), Kind::Missing, "no code was typed");
        assert_eq!(kind(scene.begin(&scene.stage.ask(OTHER))), Kind::Missing, "a code for something else");
        let back = scene.stage.way_back("Q123456", NEW);
        assert_eq!(kind(scene.begin_from(&back, "Q654321", HERE)), Kind::Invalid, "whoever asks by a person proofs that person");
        let ticket = scene.stage.recover(MOBILE);
        let case = scene.begin(&ticket).unwrap();
        assert_eq!(kind(send_recovery_proofing(&scene.stage.ledger, &scene.evidence, (&ticket, case), (Language::En, LINK))), Kind::Invalid);
        let theirs = send_recovery_proofing(&scene.stage.ledger, &scene.evidence, (&back, case), (Language::En, LINK));
        assert_eq!(kind(theirs), Kind::Missing, "another's");
        scene.stage.clock.advance_secs((DRAFT_MINUTES - 1) * 60);
        assert_eq!(scene.seen(&ticket).len(), 1, "the code is good until the photos must have come");
        for _ in 1..5 {
            scene.begin(&ticket).unwrap();
        }
        assert!(!scene.evidence.holds(case), "a new beginning takes the old one back");
        assert_eq!(kind(scene.begin(&ticket)), Kind::Busy, "five a week");
        scene.stage.clock.advance_secs(DRAFT_MINUTES * 60);
        assert_eq!(kind(scene.begin(&ticket)), Kind::Missing, "and no longer");
        scene.watch();
        scene.stage.clock.advance_days(7);
        scene.begin(&scene.stage.recover(MOBILE)).unwrap();
    });
}

#[test]
fn one_network_sends_thirty_an_hour_and_keeps_nobody_else_out() {
    let scene = Scenery::at_sqlite();
    let mobiles: Vec<String> = (0..31).map(|number| format!("5123 {number:04}")).collect();
    let last = mobiles.iter().map(|mobile| scene.begin_from(&scene.stage.recover(mobile), "Q123456", "198.51.100.7")).enumerate();
    for (number, begun) in last {
        assert_eq!(begun.is_ok(), number < 30, "{number}");
    }
    scene.begin(&scene.stage.recover(MOBILE)).unwrap();
}

#[test]
fn a_lost_number_is_left_behind_with_photos_too() {
    let scene = Scenery::at_sqlite();
    let first = scene.stage.verified(MOBILE).1;
    let ticket = scene.stage.way_back("Q123456", NEW);
    let case = scene.sent(&ticket);
    assert_eq!([1, 2].map(|who| scene.agrees(who, case).unwrap()), [Decided::OneOfTwo, Decided::Ended]);
    assert_eq!(kind(scene.begin(&ticket)), Kind::Taken, "there is no more to compare");
    scene.watch();
    scene.wait();
    let (_, back) = scene.stage.by_passkey(&scene.stage.way_back("Q123456", NEW)).unwrap();
    assert_eq!(back.who.account(), first.who.account());
}

#[test]
fn either_officer_refuses_and_none_sees_the_number_that_was_typed() {
    let scene = Scenery::at_sqlite();
    scene.stage.verified(MOBILE);
    let ticket = scene.stage.recover(MOBILE);
    let case = scene.sent(&ticket);
    let other = IdNumber::from_number("Q654321").unwrap();
    assert_eq!(kind(scene.says(1, case, Verdict::Verify { number: other })), Kind::Invalid);
    scene.agrees(1, case).unwrap();
    assert_eq!(scene.says(2, case, Verdict::Refuse(Refusal::PhotoUnclear)).unwrap(), Decided::Ended);
    assert!(!scene.evidence.holds(case));
    assert_eq!(scene.seen(&ticket)[0].refusal, Some(Refusal::PhotoUnclear));
    let again = scene.sent(&ticket);
    assert_eq!(scene.agrees(1, again).unwrap(), Decided::OneOfTwo, "the word for the earlier photos counts for no others");
}

#[test]
fn promise_01_what_somebody_without_a_way_in_sent_stands_in_no_file() {
    let scene = Scenery::at_sqlite();
    let case = scene.sent(&scene.stage.recover(NEW));
    let canaries = [DOCUMENT, SELFIE, b"CHAN Siu Ming", b"Q123456", b"51231111"];
    let canaries = canaries.map(|value| Canary::new("evidence", String::from_utf8(value.to_vec()).unwrap()));
    assert!(scan_dir(scene.stage.files(), &canaries).is_empty());
    scene.agrees(1, case).unwrap();
    scene.watch();
    assert!(scan_dir(scene.stage.files(), &canaries).is_empty());
}

#[test]
fn the_external_verifier_is_not_asked_about_somebody_who_wants_an_account_back() {
    let scene = Scenery::at_sqlite();
    scene.stage.verified(MOBILE);
    let case = scene.sent(&scene.stage.recover(MOBILE));
    let name = kernel::Text::new("Verifier", "核實機構", "核实机构");
    let charter = Charter { verifier: Some(name), ..scene.stage.charter.clone() };
    scene.stage.act(move |work| note_register(work, case, RegisterSays::Agrees)).unwrap();
    let evidence = scene.evidence.clone();
    assert!(scene.stage.read(move |tx| unverified(tx, &evidence, &charter)).is_empty());
    assert_eq!(kind(open_for_verifier(&scene.stage.ledger, &scene.evidence, case)), Kind::Gone);
}

impl Scenery {
    fn at_sqlite() -> Self {
        let stage = Stage::new();
        Self { evidence: Scene::run(&stage, 1), stage }
    }
}

#[test]
fn people_without_a_way_in_never_keep_out_whoever_is_signed_in() {
    let scene = Scenery::at_sqlite();
    let (chance, now) = (scene.stage.ledger.random().clone(), scene.stage.now());
    let begin = |recovery| scene.evidence.begin(Id::new(now, &*chance), now.plus_secs(60), recovery);
    let somebody: Id<kinds::Recovery> = Id::new(now, &*chance);
    for _ in 0..300 {
        begin(Some(somebody)).unwrap();
    }
    assert!(matches!(begin(Some(somebody)), Err(EvidenceError::Full)));
    begin(None).unwrap();
}
