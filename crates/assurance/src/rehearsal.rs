//! A gate with documents, and a platform ledger in memory: where this crate is tried.

use journal::{Actor, Work};
use kernel::{Day, Id, Instant, Text, kinds};
use people::{Action, EditScheme, Grant, Role, Scope, SignGate, SignedIn, SubmitGateRecord, authorise};
use store::{Migration, RunError, Store};
use testkit::{Rehearsal, memory_store};

use crate::*;

const NOW: &str = "2020-05-05T12:00";

pub(crate) fn now() -> Instant {
    Instant::parse_hong_kong(NOW).unwrap()
}

pub(crate) fn start() -> Instant {
    now()
}

pub(crate) fn officer(number: u8) -> Id<kinds::Officer> {
    Id::from_bytes([number; 16])
}

pub(crate) fn opening(tier: Tier) -> Opening {
    let (service, digest) = (Id::from_bytes([1; 16]), Digest::of(b"definition"));
    let owner = Text::new("Bureau", "局方", "局方");
    Opening { version: Id::from_bytes([3; 16]), service, digest, tier, owner, at: now() }
}

pub(crate) fn new_record(kind: RecordKind) -> NewRecord {
    NewRecord {
        kind,
        title: "Report".to_owned(),
        author: "Assurance team".to_owned(),
        organisation: "Harbour Assurance Limited".to_owned(),
        dated: "2020-04-20".parse().unwrap(),
        document: Digest::of(kind.slug().as_bytes()),
        expires: None,
    }
}

fn kind_for(requirement: Requirement) -> RecordKind {
    match requirement {
        Requirement::CollectionStatement(language) => RecordKind::CollectionStatement { language },
        Requirement::PrivacyCommissionerConsultation => RecordKind::PrivacyCommissionerConsultation,
        Requirement::PrivacyImpactAssessment => RecordKind::PrivacyImpactAssessment,
        Requirement::SecurityRiskAssessment => RecordKind::SecurityRiskAssessment,
        Requirement::SecurityAudit => RecordKind::SecurityAudit,
        Requirement::PreLaunchTest | Requirement::TwoSignatures => {
            RecordKind::PreLaunchTest { simulated_intrusion: false }
        }
        Requirement::SimulatedIntrusion => RecordKind::PreLaunchTest { simulated_intrusion: true },
    }
}

fn add_on(gate: &mut Gate, record: NewRecord, at: Instant) {
    let number = u8::try_from(gate.held().count() + gate.withdrawn().count()).unwrap();
    let owner = gate.opening().owner.clone();
    let record = record.check(Id::from_bytes([100 + number; 16]), officer(1), &owner, at.day()).unwrap();
    gate.apply(GateEvent::RecordAdded { record, at }).unwrap();
}

/// Puts on record what a requirement needs.
pub(crate) fn add(gate: &mut Gate, requirement: Requirement, simulated_intrusion: bool) {
    let mut kind = kind_for(requirement);
    if let RecordKind::PreLaunchTest { simulated_intrusion: it } = &mut kind {
        *it = simulated_intrusion;
    }
    add_on(gate, new_record(kind), now());
}

/// A gate with every document and no signature.
pub(crate) fn full(tier: Tier) -> Gate {
    let mut gate = Gate::open(opening(tier));
    for requirement in Requirement::documents(tier) {
        add(&mut gate, requirement, tier == Tier::LargeOrHighRisk);
    }
    gate
}

/// New assessments, dated the day before.
pub(crate) fn renew(gate: &mut Gate, at: Instant) {
    let tier = gate.opening().tier;
    for kind in Requirement::documents(tier).map(kind_for).filter(|kind| kind.ages()) {
        let dated: Day = at.day().plus(-1);
        add_on(gate, NewRecord { dated, ..new_record(kind) }, at);
    }
}

pub(crate) fn sign(gate: &mut Gate, number: u8, role: Role) -> Result<(), GateRefused> {
    let signature = gate.signature(officer(number), role, gate.digest(), now());
    gate.apply(GateEvent::Signed(signature))
}

/// One platform ledger in memory, with one department and one service.
pub(crate) struct City {
    rehearsal: Rehearsal,
    department: Id<kinds::Department>,
}

impl std::ops::Deref for City {
    type Target = Rehearsal;

    fn deref(&self) -> &Rehearsal {
        &self.rehearsal
    }
}

impl City {
    pub(crate) const TABLES: &[&[Migration]] = &[journal::MIGRATIONS, people::MIGRATIONS, MIGRATIONS];

    pub(crate) fn new() -> Self {
        Self::on(memory_store(Self::TABLES))
    }

    pub(crate) fn on(store: Store) -> Self {
        let rehearsal = Rehearsal::on(store, "platform", NOW, 11);
        let name = Text::new("Innovation and Technology Bureau", "創新及科技局", "创新及科技局");
        let command = people::CreateDepartment { code: "ITB".to_owned(), name };
        let create = move |work: &mut Work<'_, '_>| people::create_department(work, command.clone());
        let department = rehearsal.act(Actor::Operator, create).unwrap();
        Self { rehearsal, department }
    }

    pub(crate) const SERVICE: Id<kinds::Service> = Id::from_bytes([1; 16]);

    fn who(&self, number: u8, role: Role) -> SignedIn {
        SignedIn::at_console(officer(number), self.department, vec![role], Text::new("Post", "職位", "职位"))
    }

    pub(crate) fn grant<A: Action>(&self, number: u8, role: Role) -> Grant<A> {
        let scope = Scope::at_console(Self::SERVICE, self.department);
        authorise(&self.who(number, role), Some(scope)).unwrap()
    }

    /// A grant for another service of the same department.
    pub(crate) fn elsewhere<A: Action>(&self, role: Role) -> Grant<A> {
        let scope = Scope::at_console(Id::from_bytes([2; 16]), self.department);
        authorise(&self.who(9, role), Some(scope)).unwrap()
    }

    /// The verbs of this crate in the journal, oldest first.
    pub(crate) fn verbs(&self) -> Vec<String> {
        self.rehearsal.verbs().into_iter().filter(|verb| verb.starts_with("assurance.")).collect()
    }

    pub(crate) fn open(&self, definition: &[u8]) -> Result<Id<kinds::SchemeVersion>, RunError<OpenGateError>> {
        let grant = self.grant::<EditScheme>(1, Role::SchemeOwner);
        let (service, digest) = (Self::SERVICE, Digest::of(definition));
        let command = OpenGate { service, digest, tier: Tier::LargeOrHighRisk };
        self.act(grant.actor(), move |work| open_gate(work, &grant, command))
    }

    pub(crate) fn add(
        &self,
        version: Id<kinds::SchemeVersion>,
        record: NewRecord,
    ) -> Result<Id<kinds::GateRecord>, RunError<AddRecordError>> {
        let grant = self.grant::<SubmitGateRecord>(1, Role::SchemeOwner);
        let command = AddRecord { version, record };
        self.act(grant.actor(), move |work| add_record(work, &grant, command.clone()))
    }

    /// Puts every document on record.
    pub(crate) fn fill(&self, version: Id<kinds::SchemeVersion>) {
        for requirement in Requirement::documents(Tier::LargeOrHighRisk) {
            self.add(version, new_record(kind_for(requirement))).unwrap();
        }
    }

    pub(crate) fn sign_over(
        &self,
        version: Id<kinds::SchemeVersion>,
        number: u8,
        role: Role,
        shown: Digest,
        records: Vec<Id<kinds::GateRecord>>,
    ) -> Result<Option<InForce>, RunError<SignGateError>> {
        let grant = self.grant::<SignGate>(number, role);
        let command = SignVersion { version, shown, records };
        self.act(grant.actor(), move |work| sign_version(work, &grant, command.clone()))
    }

    pub(crate) fn sign(
        &self,
        version: Id<kinds::SchemeVersion>,
        number: u8,
        role: Role,
    ) -> Result<Option<InForce>, RunError<SignGateError>> {
        let gate = self.status(version).gate;
        self.sign_over(version, number, role, gate.digest(), gate.to_sign(self.now().day()))
    }

    /// A version with everything, in force.
    pub(crate) fn launch(&self, definition: &[u8]) -> Id<kinds::SchemeVersion> {
        let version = self.open(definition).unwrap();
        self.fill(version);
        self.sign(version, 1, Role::SchemeOwner).unwrap();
        self.sign(version, 2, Role::PrivacyOfficer).unwrap();
        version
    }

    pub(crate) fn status(&self, version: Id<kinds::SchemeVersion>) -> Status {
        let now = self.now();
        self.read(|tx| status(tx, version, now)).unwrap()
    }

    pub(crate) fn open_versions(&self) -> Vec<Id<kinds::SchemeVersion>> {
        let now = self.now();
        let open = self.read(|tx| open_services(tx, now));
        let digest = self.read(|tx| in_force(tx, Self::SERVICE, now));
        assert_eq!(digest, open.first().map(|open| *open.digest.bytes()), "both ways of asking agree");
        open.into_iter().map(|open| open.version).collect()
    }

    /// Writes an event past the verbs, as somebody with the database in hand would: a self-made audit.
    pub(crate) fn forge(&self, version: Id<kinds::SchemeVersion>, record: &NewRecord) {
        let owner = Text::new("Nobody", "無", "无");
        let organisation = "Innovation and Technology Bureau".to_owned();
        let own = NewRecord { organisation, ..record.clone() };
        let record = own.check(Id::from_bytes([77; 16]), officer(1), &owner, self.now().day()).unwrap();
        let event = GateEvent::RecordAdded { record, at: self.now() };
        let next = self.read(|tx| storage::load(tx, version)).unwrap().next;
        let write = move |work: &mut Work<'_, '_>| storage::append(work.tx(), version, next, &event);
        self.act(Actor::Operator, write).unwrap();
    }
}
