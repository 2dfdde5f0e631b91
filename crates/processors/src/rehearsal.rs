//! A platform ledger with two departments, a contractor and a movable clock: where this crate is tried.

use journal::{Actor, Committed, Work};
use kernel::{Day, Environment, Id, Secret, Text, kinds};
use people::{Action, Contact, Grant, Role, Scope, SignedIn, authorise};
use seal::{Ed25519Signer, Signer, age_files};
use store::{Migration, RunError, Store, StoreError};
use testkit::{Rehearsal, memory_store};

use crate::clause::complete;
use crate::*;

pub(crate) struct City {
    rehearsal: Rehearsal,
    pub(crate) rules: LeaseRules,
    pub(crate) signer: Ed25519Signer,
    pub(crate) identity: Secret<String>,
    pub(crate) recipient: String,
}

impl std::ops::Deref for City {
    type Target = Rehearsal;

    fn deref(&self) -> &Rehearsal {
        &self.rehearsal
    }
}

impl City {
    pub(crate) const TABLES: &[&[Migration]] = &[journal::MIGRATIONS, MIGRATIONS];
    pub(crate) const SERVICE: Id<kinds::Service> = Id::from_bytes([4; 16]);

    pub(crate) fn new() -> Self {
        Self::on(memory_store(Self::TABLES))
    }

    pub(crate) fn on(store: Store) -> Self {
        let rehearsal = Rehearsal::on(store, "platform", "2022-03-01T09:00", 17);
        prepare_keys(rehearsal.keys()).unwrap();
        let signer = Ed25519Signer::create(&rehearsal.directory().join("contractor.key"), "contractor").unwrap();
        let (identity, recipient) = age_files::generate_identity();
        Self { rehearsal, rules: LeaseRules::default(), signer, identity, recipient }
    }

    /// Another signing key.
    pub(crate) fn another_signer(&self) -> Ed25519Signer {
        Ed25519Signer::create(&self.directory().join("another.key"), "contractor").unwrap()
    }

    pub(crate) fn grant<A: Action>(department: u8, role: Role) -> Grant<A> {
        let department = Id::from_bytes([department; 16]);
        let post = Text::new("Post", "職位", "职位");
        let who = SignedIn::at_console(Id::from_bytes([9; 16]), department, vec![role], post);
        authorise(&who, Some(Scope::at_console(Self::SERVICE, department))).unwrap()
    }

    pub(crate) fn write<T, E>(
        &self,
        actor: Actor,
        act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<(T, Committed), RunError<E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.ledger.write("test", actor, act)
    }

    pub(crate) fn act<T, E>(
        &self,
        act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, RunError<E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.write(Actor::Job("test"), act).map(|(value, _)| value)
    }

    pub(crate) fn keys_of_contractor(&self) -> ContractorKeys {
        ContractorKeys { signing: self.signer.public_key(), recipient: self.recipient.clone() }
    }

    pub(crate) fn contractor(&self) -> Id<kinds::Contractor> {
        let contact = Contact::parse("Chan Siu Ming", "sm.chan@forms.example.hk").unwrap();
        let contact = seal_contact(self.ledger.keys(), self.now().day(), &contact).unwrap();
        let command = RegisterContractor {
            name: Text::new("Harbour Forms Limited", "海港表格有限公司", "海港表格有限公司"),
            trade: Trade::OnlinePlatform,
            contact,
            keys: Some(self.keys_of_contractor()),
        };
        let grant = Self::grant(1, Role::PrivacyOfficer);
        self.act(move |work| register_contractor(work, &grant, &command)).unwrap()
    }

    pub(crate) fn contract_with(
        &self,
        contractor: Id<kinds::Contractor>,
        department: u8,
        clauses: ClauseRecord,
    ) -> Id<kinds::Contract> {
        let command = RecordContract {
            contractor,
            title: Text::new("Declaration forms", "申報表格", "申报表格"),
            clauses,
            from: "2022-01-01".parse().unwrap(),
            until: "2023-02-28".parse().unwrap(),
        };
        let grant = Self::grant(department, Role::PrivacyOfficer);
        self.act(move |work| record_contract(work, &grant, &command)).unwrap()
    }

    pub(crate) fn contract(&self) -> Id<kinds::Contract> {
        self.contract_with(self.contractor(), 1, complete())
    }

    pub(crate) fn partner(&self, contract: Id<kinds::Contract>, department: u8) -> Partner {
        let grant = Self::grant(department, Role::PrivacyOfficer);
        let issued = self.act(move |work| issue_credential(work, &grant, contract)).unwrap();
        self.ledger.read("test", |tx| find_partner(tx, &issued.token)).unwrap()
    }

    pub(crate) fn lease_command(&self, contract: Id<kinds::Contract>, form: Form) -> GrantLeaseCommand {
        let until: Day = "2023-02-28".parse().unwrap();
        GrantLeaseCommand {
            service: Self::SERVICE,
            contract,
            purpose: "testing-notice".into(),
            groups: vec!["contact".into(), "mobile".into()],
            selection: Chosen::List(vec!["AB12 CD34".into(), "EF56 GH78".into()]),
            records: 2,
            form,
            retention: "2023-12-31".parse().unwrap(),
            key: NewKey::make(self.ledger.keys(), &**self.ledger.random(), until).unwrap(),
        }
    }

    pub(crate) fn lease(&self, contract: Id<kinds::Contract>, department: u8, form: Form) -> Lease {
        let (grant, command) = (Self::grant(department, Role::SchemeOwner), self.lease_command(contract, form));
        self.act(move |work| grant_lease(work, &grant, &command)).unwrap()
    }

    pub(crate) fn found(&self, id: Id<kinds::Lease>) -> Lease {
        self.read(|tx| crate::lease(tx, id)).unwrap()
    }

    /// Goes to the end of the lease, notes it and erases its key, as the daily round does.
    pub(crate) fn pass_end(&self, lease: &Lease) {
        self.clock.set(lease.ends_at().plus_millis(60_000));
        self.ledger.keys().midnight(self.now().day()).unwrap();
        let rules = self.rules.clone();
        self.act(move |work| end_due(work, &rules)).unwrap();
        self.erase_keys();
    }

    pub(crate) fn erase_keys(&self) {
        for lease in self.read(keys_to_erase) {
            let batch: Vec<_> = lease.keys().unwrap().into_iter().map(|target| (target, [0; 32])).collect();
            self.ledger.keys().erase(self.now(), &batch).unwrap();
            self.act(move |work| note_key_died(work, lease.id)).unwrap();
        }
    }

    pub(crate) fn look_up(&self, partner: &Partner, lease: Id<kinds::Lease>, reference: &str) -> Result<Leased, String> {
        let (keys, who, rules) = (self.ledger.keys().clone(), partner.clone(), self.rules.clone());
        let ask = AskLookUp { lease, purpose: "testing-notice".into(), reference: reference.into() };
        let (found, committed) = self
            .write(partner.actor(), move |work| authorise_lookup(work, &keys, &who, &ask, &rules))
            .map_err(|error| error.to_string())?;
        match found {
            LookUp::Granted(pass) => pass.open(&committed, self.ledger.keys()).map_err(|error| error.to_string()),
            LookUp::Refused(refused) => Err(refused.slug().to_owned()),
        }
    }

    pub(crate) fn statement(&self, lease: &Lease) -> Statement {
        Statement {
            lease: lease.id,
            contractor: lease.contractor,
            deleted: self.now(),
            hosts: vec!["forms-01".into()],
            copies: vec![],
            backups: vec![],
            sub_processors: vec![],
        }
    }

    pub(crate) fn file(
        &self,
        partner: &Partner,
        lease: Id<kinds::Lease>,
        text: String,
        signer: &dyn Signer,
    ) -> Result<Filed, RunError<FileStatementError>> {
        let signature = signer.sign(text.as_bytes()).to_vec();
        let (command, who, rules) = (FileStatement { lease, text, signature }, partner.clone(), self.rules.clone());
        self.act(move |work| file_statement(work, &who, &command, &rules))
    }

    pub(crate) fn declare(&self, partner: &Partner, lease: Id<kinds::Lease>, address: &str) {
        let (who, address) = (partner.clone(), address.to_owned());
        let declare = move |work: &mut Work<'_, '_>| {
            declare_address(work, &who, lease, (&address, AddressUse::Data), Environment::Test)
        };
        self.act(declare).unwrap();
    }

    /// Makes the probe that is due, with this result, at the moment that it is due.
    pub(crate) fn probe(&self, lease: Id<kinds::Lease>, source: &str, found: Found) -> Option<Verdict> {
        if let Some(due) = self.found(lease).probe {
            self.clock.set(due.max(self.now()));
        }
        let (order, committed) = self.write(Actor::Job("probe"), move |work| begin_probe(work, lease)).unwrap();
        let order = order?;
        let round = order.round;
        let plan = order.plan(&committed, self.ledger.keys()).unwrap();
        let fetched = |address: &WebAddress| Fetched {
            address: address.to_string(),
            declared: true,
            found,
            digest: None,
            bytes: 0,
        };
        let report = ProbeReport { source: source.into(), fetched: plan.data.iter().map(fetched).collect() };
        let rules = self.rules.clone();
        self.act(move |work| record_probe(work, lease, round, &report, &rules)).unwrap()
    }

    pub(crate) fn overdue(&self) -> Vec<Escalation> {
        let rules = self.rules.clone();
        self.act(move |work| escalate_overdue(work, &rules)).unwrap()
    }

    pub(crate) fn carried(&self) -> Vec<Escalation> {
        let jobs = self.act(|work| claim_escalations(work, 100)).unwrap();
        for job in &jobs {
            let id = job.job;
            self.act(move |work| journal::finish_job(work, id)).unwrap();
        }
        jobs.into_iter().map(|job| job.escalation).collect()
    }
}
