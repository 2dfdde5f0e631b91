//! A department, its platform and the daily round of work, on a simulated clock.

use std::time::Duration;

use connectors::{Manner, ProbeConfig, WebProber};
use journal::{Actor, Committed, Work};
use kernel::{Environment, Id, Instant, Secret, Text, kinds};
use people::{Action, Contact, Grant, GrantLease, HandleIncident, ManageContractors, RequestExport, Role, Scope, SignedIn, authorise};
use processors::*;
use response::{Alert, AlertKind, Incident, IncidentKind, OpenIncident, RaiseAlert};
use seal::{Ed25519Signer, Signer, age_files};
use store::{Migration, RunError, StoreError};
use testkit::{Rehearsal, memory_store};

use crate::contractor::{Conduct, Contractor, Phase};

const HOUR_MS: i64 = 3_600_000;

pub struct Town {
    rehearsal: Rehearsal,
    pub rules: LeaseRules,
    prober: WebProber,
}

impl std::ops::Deref for Town {
    type Target = Rehearsal;

    fn deref(&self) -> &Rehearsal {
        &self.rehearsal
    }
}

/// A lease in a contractor's hands, with everything the contractor has.
pub struct Held {
    pub contractor: Contractor,
    pub partner: Partner,
    pub lease: Lease,
    pub canary: Canary,
    signer: Ed25519Signer,
    old_signer: Ed25519Signer,
    id: Id<kinds::Contractor>,
}

impl Town {
    const TABLES: &[&[Migration]] = &[journal::MIGRATIONS, response::MIGRATIONS, processors::MIGRATIONS];
    pub const SERVICE: Id<kinds::Service> = Id::from_bytes([4; 16]);

    pub fn new() -> Self {
        let rehearsal = Rehearsal::on(memory_store(Self::TABLES), "platform", "2023-02-20T09:00", 2023);
        prepare_keys(rehearsal.keys()).unwrap();
        let manner = |source: [u8; 4], agent: &str| Manner {
            source: Some(source.into()),
            agent: agent.into(),
            language: "zh-HK".into(),
        };
        let config = ProbeConfig {
            manners: vec![manner([127, 0, 0, 1], "department"), manner([127, 0, 0, 2], "somebody")],
            ports: vec![],
            timeout: Duration::from_secs(10),
            private: true,
            ..ProbeConfig::default()
        };
        Self { rehearsal, rules: LeaseRules::default(), prober: WebProber::new(config).unwrap() }
    }

    fn grant<A: Action>(department: u8, role: Role) -> Grant<A> {
        let (department, post) = (Id::from_bytes([department; 16]), Text::new("Post", "職位", "职位"));
        let who = SignedIn::at_console(Id::from_bytes([9; 16]), department, vec![role], post);
        authorise(&who, Some(Scope::at_console(Self::SERVICE, department))).unwrap()
    }

    /// The head of the first department.
    pub fn head() -> Grant<HandleIncident> {
        Self::grant(1, Role::HeadOfDepartment)
    }

    pub fn write<T, E>(
        &self,
        act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<(T, Committed), RunError<E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.ledger.write("test", Actor::Job("test"), act)
    }

    /// A contract and a lease on twenty records, handed over to a contractor of this conduct.
    pub fn hands_over_to(&self, conduct: Conduct) -> Held {
        let contractor = Contractor::start(conduct);
        let signer = self.signer("contractor.key");
        let old_signer = self.signer("old.key");
        let (identity, recipient) = age_files::generate_identity();
        let keys = |signer: &Ed25519Signer| ContractorKeys { signing: signer.public_key(), recipient: recipient.clone() };
        let id = self.register(keys(&old_signer));
        let (grant, new) = (Self::grant::<ManageContractors>(1, Role::PrivacyOfficer), keys(&signer));
        self.write(move |work| replace_keys(work, &grant, id, &new)).unwrap();
        let (partner, lease) = self.lease(id, 1, Form::HandOver);
        self.declare(&partner, lease.id, &contractor.at("/forms"), AddressUse::Data);
        self.declare(&partner, lease.id, &contractor.at("/find"), AddressUse::LookUp);
        let (canary, csv) = self.hand_over(&partner, &lease, &keys(&signer), &identity);
        contractor.takes(csv);
        Held { contractor, partner, lease, canary, signer, old_signer, id }
    }

    fn signer(&self, name: &str) -> Ed25519Signer {
        Ed25519Signer::create(&self.directory().join(name), "contractor").unwrap()
    }

    fn register(&self, keys: ContractorKeys) -> Id<kinds::Contractor> {
        let contact = Contact::parse("Chan Siu Ming", "sm.chan@forms.example.hk").unwrap();
        let command = RegisterContractor {
            name: Text::new("Harbour Forms Limited", "海港表格有限公司", "海港表格有限公司"),
            trade: Trade::OnlinePlatform,
            contact: seal_contact(self.ledger.keys(), self.now().day(), &contact).unwrap(),
            keys: Some(keys),
        };
        let grant = Self::grant::<ManageContractors>(1, Role::PrivacyOfficer);
        self.write(move |work| register_contractor(work, &grant, &command)).unwrap().0
    }

    /// A contract until the last day of February, its credential, and a lease under it.
    pub fn lease(&self, contractor: Id<kinds::Contractor>, department: u8, form: Form) -> (Partner, Lease) {
        let clauses = Clause::ALL.into_iter().zip(1..).map(|(clause, n)| (clause, format!("Clause {n}"))).collect();
        let command = RecordContract {
            contractor,
            title: Text::new("Declaration forms", "申報表格", "申报表格"),
            clauses: ClauseRecord { clauses, storage: Storage::OwnMachines, place: "8 Wharf Road".into() },
            from: "2022-01-01".parse().unwrap(),
            until: "2023-02-28".parse().unwrap(),
        };
        let grant = Self::grant::<ManageContractors>(department, Role::PrivacyOfficer);
        let contract = self.write(move |work| record_contract(work, &grant, &command)).unwrap().0;
        let issued = self.write(move |work| issue_credential(work, &grant, contract)).unwrap().0;
        let partner = self.ledger.read("test", |tx| find_partner(tx, &issued.token)).unwrap();
        let until = "2023-02-28".parse().unwrap();
        let command = GrantLeaseCommand {
            service: Self::SERVICE,
            contract,
            purpose: "testing-notice".into(),
            groups: vec!["identity".into(), "contact".into(), "mobile".into()],
            selection: Chosen::All,
            records: 20,
            form,
            retention: "2023-12-31".parse().unwrap(),
            key: NewKey::make(self.ledger.keys(), &**self.ledger.random(), until).unwrap(),
        };
        let grant = Self::grant::<GrantLease>(department, Role::SchemeOwner);
        let lease = self.write(move |work| grant_lease(work, &grant, &command)).unwrap().0;
        (partner, lease)
    }

    fn declare(&self, partner: &Partner, lease: Id<kinds::Lease>, address: &str, use_for: AddressUse) {
        let (partner, address) = (partner.clone(), address.to_owned());
        self.write(move |work| declare_address(work, &partner, lease, (&address, use_for), Environment::Test)).unwrap();
    }

    /// Hands the package over, and gives one of its canaries and the list as the contractor unpacks it.
    fn hand_over(
        &self,
        partner: &Partner,
        lease: &Lease,
        to: &ContractorKeys,
        identity: &Secret<String>,
    ) -> (Canary, String) {
        let (random, today) = (&**self.ledger.random(), self.now().day());
        let make = |n: u8| {
            let perch = Perch { reference: format!("QX{n:02}-QX77"), building: "Wah Fu Estate".into() };
            Canary::make(Id::new(self.now(), random), random, today, perch)
        };
        let canaries: Vec<Canary> = (0..3).map(make).collect();
        let fields = ["reference", "name", "identity-number", "mobile"].map(str::to_owned).to_vec();
        // One true record, of somebody who does not exist either.
        let rows = vec![["AB12-CD34", "LEE Ka Yan", "Q000001(5)", "60000000"].map(str::to_owned).to_vec()];
        let cargo = Cargo { lease, clauses: [1; 32], fields, rows, canaries: &canaries };
        let package = pack(cargo, to, self.now(), random).unwrap();
        let keys = self.ledger.keys().clone();
        let command = RecordHandOver {
            lease: lease.id,
            approval: Id::from_bytes([3; 16]),
            digest: package.digest,
            records: package.records,
            package: seal_package(&keys, lease, 0, &package).unwrap(),
            canaries: canaries.iter().map(|canary| canary.seal(&keys, today).unwrap()).collect(),
        };
        let grant = Self::grant::<RequestExport>(1, Role::DeliveryOfficer);
        let handed = self.write(move |work| record_hand_over(work, &grant, &command)).unwrap().0;
        let who = partner.clone();
        let (pass, committed) = self.write(move |work| fetch_package(work, &who, handed.id)).unwrap();
        let tar = age_files::decrypt(identity, &pass.open(&committed, &keys).unwrap()).unwrap();
        (canaries[0].clone(), untar(tar.expose(), "records.csv"))
    }

    /// One round of the daily work, as the platform does it.
    pub fn round(&self) {
        self.ledger.keys().midnight(self.now().day()).unwrap();
        let rules = self.rules.clone();
        self.write(move |work| end_due(work, &rules)).unwrap();
        for lease in self.read(keys_to_erase) {
            let batch: Vec<_> = lease.keys().unwrap().into_iter().map(|target| (target, [0; 32])).collect();
            self.ledger.keys().erase(self.now(), &batch).unwrap();
            self.write(move |work| note_key_died(work, lease.id)).unwrap();
        }
        let rules = self.rules.clone();
        self.write(move |work| escalate_overdue(work, &rules)).unwrap();
        let now = self.now();
        for lease in self.read(|tx| due_probes(tx, now, 100)) {
            self.probe(lease);
        }
        self.carry();
    }

    fn probe(&self, lease: Id<kinds::Lease>) {
        let (order, committed) = self.write(move |work| begin_probe(work, lease)).unwrap();
        let Some(order) = order else { return };
        let round = order.round;
        let report = self.prober.probe(&order.plan(&committed, self.ledger.keys()).unwrap());
        let rules = self.rules.clone();
        self.write(move |work| record_probe(work, lease, round, &report, &rules)).unwrap();
    }

    /// Takes escalations to the incidents, to the head of the department, and to the other departments.
    fn carry(&self) {
        for ToCarry { job, escalation } in self.write(|work| claim_escalations(work, 100)).unwrap().0 {
            let rules = self.rules.clone();
            let carry = move |work: &mut Work<'_, '_>| {
                response::open_incident(work, &incident(&escalation))?;
                response::raise_alert(work, &alert(&escalation.key, &escalation, AlertKind::Incident, escalation.department))?;
                for (enquiry, lease) in link_enquiries(work, &escalation, &rules)? {
                    let key = enquiry.id.to_string();
                    response::raise_alert(work, &alert(&key, &escalation, AlertKind::LinkedEnquiry, lease.department))?;
                }
                journal::finish_job(work, job)
            };
            self.write(carry).unwrap();
        }
    }

    /// Rounds every six hours until this moment.
    pub fn until(&self, moment: Instant) {
        while self.now() < moment {
            let next = self.now().plus_millis(6 * HOUR_MS).min(moment);
            self.clock.set(next);
            self.round();
        }
    }

    pub fn days(&self, days: i64) {
        self.until(self.now().plus_millis(days * 24 * HOUR_MS));
    }

    pub fn incidents(&self) -> Vec<Incident> {
        let mut incidents = self.read(|tx| response::incidents(tx, Id::from_bytes([1; 16])));
        incidents.sort_by_key(|incident| incident.id);
        incidents
    }

    pub fn alerts(&self, department: u8, role: Role) -> Vec<Alert> {
        self.read(|tx| response::alerts(tx, Id::from_bytes([department; 16]), role))
    }

    /// Whether the newest probe met a planted record.
    pub fn saw_canary(&self, held: &Held) -> bool {
        let newest = self.read(|tx| probes(tx, held.lease.id)).into_iter().next().unwrap();
        newest.fetched.iter().any(|one| one.found == Found::Canary)
    }

    pub fn found(&self, held: &Held) -> Lease {
        self.read(|tx| lease(tx, held.lease.id)).unwrap()
    }

    /// The contractor states, in the words of an honest one, that everything is deleted.
    pub fn states(&self, held: &Held) -> Filed {
        let statement = Statement {
            lease: held.lease.id,
            contractor: held.id,
            deleted: self.now(),
            hosts: vec!["forms-01".into()],
            copies: vec![],
            backups: vec![],
            sub_processors: vec![],
        };
        let text = match held.contractor.conduct() {
            Conduct::ClaimsExtension => statement.text() + "extended-until: 2024-12-31\n",
            _ => statement.text(),
        };
        let signer: &dyn Signer = match held.contractor.conduct() {
            Conduct::OldKey => &held.old_signer,
            Conduct::ForgesStatement => &self.signer("somebody.key"),
            _ => &held.signer,
        };
        let command = FileStatement { lease: held.lease.id, signature: signer.sign(text.as_bytes()).to_vec(), text };
        let (partner, rules) = (held.partner.clone(), self.rules.clone());
        self.write(move |work| file_statement(work, &partner, &command, &rules)).unwrap().0
    }

    /// Somebody shows a record that was seen at an address.
    pub fn somebody_reports(&self, shown: &str, address: Option<String>) {
        let (keys, rules) = (self.ledger.keys().clone(), self.rules.clone());
        let sighting = Sighting { shown: shown.to_owned(), address };
        self.write(move |work| report_canary(work, &keys, &sighting, Environment::Test, &rules)).unwrap();
        self.round();
    }

    /// Lives through the end of the lease: the contractor behaves, and states, on the day after.
    pub fn passes_the_end(&self, held: &Held) {
        self.until(held.lease.ends_at().plus_millis(-HOUR_MS));
        held.contractor.goes_on_to(Phase::Ended);
        self.until(held.lease.ends_at());
    }
}

fn incident(escalation: &Escalation) -> OpenIncident {
    let kind = match escalation.cause {
        Cause::StatementForged => IncidentKind::StatementForged,
        Cause::DataAlive => IncidentKind::DataAlive,
        Cause::CanarySeen => IncidentKind::CanarySeen,
        Cause::UndeclaredSubProcessor => IncidentKind::UndeclaredSubProcessor,
        Cause::BreachReported => IncidentKind::ContractorBreach,
        Cause::Silent | Cause::EnquiryUnanswered | Cause::ProbesUnclear => IncidentKind::ContractorSilent,
    };
    OpenIncident {
        kind,
        department: Some(escalation.department),
        service: Some(escalation.service),
        contractor: Some(escalation.contractor),
        cause_key: escalation.key.clone(),
        summary: escalation.cause.title(),
    }
}

fn alert(key: &str, escalation: &Escalation, kind: AlertKind, department: Id<kinds::Department>) -> RaiseAlert {
    RaiseAlert {
        kind,
        department: Some(department),
        service: Some(escalation.service),
        to: vec![Role::HeadOfDepartment, Role::PrivacyOfficer],
        key: key.to_owned(),
        text: escalation.cause.title(),
    }
}

/// The content of one file of a tar file.
fn untar(tar: &[u8], wanted: &str) -> String {
    let mut at = 0;
    loop {
        let header = &tar[at..at + 512];
        let name = header[..100].split(|byte| *byte == 0).next().unwrap();
        let size = std::str::from_utf8(&header[124..135]).unwrap();
        let size = usize::from_str_radix(size, 8).unwrap();
        let content = &tar[at + 512..at + 512 + size];
        if name == wanted.as_bytes() {
            return String::from_utf8(content.to_vec()).unwrap();
        }
        at += 512 + size.div_ceil(512) * 512;
    }
}
