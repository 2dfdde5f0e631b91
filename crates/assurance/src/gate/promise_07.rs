//! Promise 7, "no gate, no service", against a model: random events happen to a gate and to a plain list of facts, and
//! after each of them the gate is in force exactly when the facts say so.

use kernel::Language;
use proptest::prelude::*;

use super::*;
use crate::rehearsal::{officer, opening, start};
use crate::{NewRecord, RecordKind, Tier};

/// What one random act tries.
#[derive(Clone, Copy, Debug)]
enum Act {
    Add { kind: RecordKind, organisation: bool, age_days: i32, life_days: Option<i32> },
    Withdraw { nth: usize },
    Sign { officer: u8, role: Role, right_digest: bool, forget: bool },
    Supersede,
    Wait { days: i32 },
}

/// The facts, kept without any of the gate's code.
#[derive(Default)]
struct Facts {
    records: Vec<(Id<kinds::GateRecord>, RecordKind, Day, bool)>,
    signatures: Vec<(Id<kinds::Officer>, Role, Vec<Id<kinds::GateRecord>>)>,
    superseded: bool,
}

impl Facts {
    fn live(&self, id: Id<kinds::GateRecord>, today: Day) -> Option<RecordKind> {
        let found = self.records.iter().find(|(record, _, until, gone)| *record == id && today <= *until && !gone);
        found.map(|(_, kind, ..)| *kind)
    }

    fn say_in_force(&self, tier: Tier, today: Day) -> bool {
        !self.superseded
            && self.signatures.iter().any(|one| {
                self.signatures.iter().any(|two| {
                    let shared: Vec<_> = one.2.iter().filter(|id| two.2.contains(id)).collect();
                    let kinds: Vec<_> = shared.into_iter().filter_map(|id| self.live(*id, today)).collect();
                    one.0 != two.0 && one.1 != two.1 && is_complete(tier, &kinds)
                })
            })
    }
}

fn is_complete(tier: Tier, kinds: &[RecordKind]) -> bool {
    let intrusion = kinds.contains(&RecordKind::PreLaunchTest { simulated_intrusion: true });
    let plain = kinds.contains(&RecordKind::PreLaunchTest { simulated_intrusion: false });
    Language::ALL.into_iter().all(|language| kinds.contains(&RecordKind::CollectionStatement { language }))
        && kinds.contains(&RecordKind::PrivacyCommissionerConsultation)
        && kinds.contains(&RecordKind::PrivacyImpactAssessment)
        && kinds.contains(&RecordKind::SecurityRiskAssessment)
        && kinds.contains(&RecordKind::SecurityAudit)
        && (intrusion || (plain && tier == Tier::Ordinary))
}

fn kinds_of_record() -> impl Strategy<Value = RecordKind> {
    prop_oneof![
        prop::sample::select(Language::ALL.to_vec()).prop_map(|language| RecordKind::CollectionStatement { language }),
        Just(RecordKind::PrivacyCommissionerConsultation),
        Just(RecordKind::PrivacyImpactAssessment),
        Just(RecordKind::SecurityRiskAssessment),
        Just(RecordKind::SecurityAudit),
        any::<bool>().prop_map(|simulated_intrusion| RecordKind::PreLaunchTest { simulated_intrusion }),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let role = prop::sample::select(Role::ALL.to_vec());
    let add = (kinds_of_record(), prop::bool::weighted(0.9), -5..800_i32, prop::option::weighted(0.3, 0..800_i32))
        .prop_map(|(kind, organisation, age_days, life_days)| Act::Add { kind, organisation, age_days, life_days });
    let sign = (1_u8..4, role, prop::bool::weighted(0.9), prop::bool::weighted(0.1))
        .prop_map(|(officer, role, right_digest, forget)| Act::Sign { officer, role, right_digest, forget });
    prop_oneof![
        8 => add,
        2 => (0_usize..20).prop_map(|nth| Act::Withdraw { nth }),
        12 => sign,
        1 => Just(Act::Supersede),
        2 => (0..300_i32).prop_map(|days| Act::Wait { days }),
    ]
}

/// A file that is complete, so that random runs get to the signatures.
fn complete_file() -> Vec<Act> {
    let add = |kind| Act::Add { kind, organisation: true, age_days: 10, life_days: None };
    let statements = Language::ALL.into_iter().map(|language| RecordKind::CollectionStatement { language });
    let others = [
        RecordKind::PrivacyCommissionerConsultation,
        RecordKind::PrivacyImpactAssessment,
        RecordKind::SecurityRiskAssessment,
        RecordKind::SecurityAudit,
        RecordKind::PreLaunchTest { simulated_intrusion: true },
    ];
    statements.chain(others).map(add).collect()
}

struct Run {
    gate: Gate,
    facts: Facts,
    now: Instant,
    made: u8,
    ever: bool,
}

impl Run {
    fn step(&mut self, act: Act) {
        match act {
            Act::Add { kind, organisation, age_days, life_days } => self.add(kind, organisation, age_days, life_days),
            Act::Withdraw { nth } => self.withdraw(nth),
            Act::Sign { officer, role, right_digest, forget } => self.sign(officer, role, right_digest, forget),
            Act::Supersede => {
                self.facts.superseded |= self.gate.apply(GateEvent::Superseded { at: self.now }).is_ok();
            }
            Act::Wait { days } => self.now = self.now.plus_secs(i64::from(days) * 86_400),
        }
    }

    fn add(&mut self, kind: RecordKind, independent: bool, age_days: i32, life_days: Option<i32>) {
        let today = self.now.day();
        let dated = today.plus(-age_days);
        self.made += 1;
        let record = GateRecord {
            id: Id::from_bytes([self.made; 16]),
            kind,
            title: "Title".to_owned(),
            author: "Team".to_owned(),
            organisation: if independent { "Outside Limited" } else { "Bureau, IT section" }.to_owned(),
            dated,
            document: Digest::of(b"document"),
            expires: life_days.map(|days| dated.plus(days)),
            by: officer(1),
        };
        let id = record.id;
        // What the verb does: the default expiry is filled in before the event is made.
        let new = NewRecord { expires: record.expires, ..as_new(&record) };
        let checked = new.check(id, officer(1), &opening(Tier::Ordinary).owner, today);
        let event = GateEvent::RecordAdded { record: checked.clone().unwrap_or(record), at: self.now };
        let happened = self.gate.apply(event).is_ok();
        if happened {
            assert!(dated <= today, "nothing from the future");
            let outside = matches!(kind, RecordKind::PrivacyImpactAssessment | RecordKind::SecurityAudit);
            assert!(independent || !outside, "nobody assesses himself");
            let two_years = dated.plus_months(24);
            let ages =
                !matches!(kind, RecordKind::CollectionStatement { .. } | RecordKind::PrivacyCommissionerConsultation);
            let forever = Day::from_number(i32::MAX);
            let until = life_days.map_or(if ages { two_years } else { forever }, |days| dated.plus(days));
            assert!(!ages || until <= two_years, "no assessment holds longer than two years");
            self.facts.records.push((id, kind, until, false));
        }
    }

    fn withdraw(&mut self, nth: usize) {
        let Some((id, ..)) = self.facts.records.get(nth).copied() else { return };
        let event = GateEvent::RecordWithdrawn { record: id, reason: WithdrawReason::Outdated, at: self.now };
        if self.gate.apply(event).is_ok() {
            self.facts.records[nth].3 = true;
        }
    }

    fn sign(&mut self, number: u8, role: Role, right_digest: bool, forget: bool) {
        let digest = if right_digest { self.gate.digest() } else { Digest::of(b"another definition") };
        let mut signature = self.gate.signature(officer(number), role, digest, self.now);
        if forget {
            signature.records.pop();
        }
        let records = signature.records.clone();
        if self.gate.apply(GateEvent::Signed(signature)).is_ok() {
            assert!(right_digest, "nobody signs another definition");
            let signs = [Role::SchemeOwner, Role::PrivacyOfficer, Role::SecurityOfficer];
            assert!(signs.contains(&role), "{role} signed");
            self.facts.signatures.push((officer(number), role, records));
        }
    }

    fn check(&mut self, tier: Tier) {
        let today = self.now.day();
        let in_force = self.gate.in_force(self.now);
        assert_eq!(in_force.is_some(), self.facts.say_in_force(tier, today), "on {today}: {:?}", self.gate);
        assert_eq!(in_force.is_some(), self.gate.missing(self.now).is_empty());
        if let Some(InForce { until: None, .. }) = in_force {
            assert!(self.facts.say_in_force(tier, today.plus(100_000)), "endless only if nothing ends");
        }
        if let Some(InForce { until: Some(until), .. }) = in_force {
            assert!(today <= until);
            assert!(!self.facts.say_in_force(tier, until.plus(1)), "it ends when it says");
            assert!(self.facts.say_in_force(tier, until));
        }
        self.ever |= in_force.is_some();
    }
}

fn as_new(record: &GateRecord) -> NewRecord {
    let GateRecord { kind, title, author, organisation, dated, document, expires, .. } = record.clone();
    NewRecord { kind, title, author, organisation, dated, document, expires }
}

fn run(tier: Tier, acts: Vec<Act>) -> bool {
    let mut run = Run { gate: Gate::open(opening(tier)), facts: Facts::default(), now: start(), made: 0, ever: false };
    for act in acts {
        run.step(act);
        run.check(tier);
    }
    run.ever
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn promise_07_in_force_means_every_document_and_two_signatures(
        high in any::<bool>(),
        prepared in prop::bool::weighted(0.8),
        acts in prop::collection::vec(act(), 0..40),
    ) {
        let tier = if high { Tier::LargeOrHighRisk } else { Tier::Ordinary };
        let before = if prepared { complete_file() } else { Vec::new() };
        run(tier, before.into_iter().chain(acts).collect());
    }
}

/// The property above would be empty if no random run ever opened a gate.
#[test]
fn promise_07_random_runs_do_open_gates() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let opened = (0..200).filter(|_| {
        let acts = prop::collection::vec(act(), 0..40).new_tree(&mut runner).unwrap().current();
        run(Tier::LargeOrHighRisk, complete_file().into_iter().chain(acts).collect())
    });
    assert!(opened.count() >= 20);
}
