use std::time::Duration;

use connectors::{Manner, ProbeConfig, WebProber};
use journal::Actor;
use kernel::{Day, Id, Instant, Secret, Text, kinds};
use ::people::{Contact, GrantLease, ManageContractors, RequestExport, Role};
use processors::{
    AddressUse, AskLookUp, Canary, Cargo, Cause, Chosen, Clause, ClauseRecord, ContractorKeys, Fetched, Form, Found, GrantLeaseCommand,
    Lease, LeaseState, LookUp, NewKey, Partner, Perch, ProbePlan, ProbeReport, Prober, RecordContract, RecordHandOver,
    RegisterContractor, Storage, Trade, Verdict, WebAddress,
};
use response::{AlertKind, IncidentKind};
use seal::{Ed25519Signer, Signer as _, age_files};

use super::contractor::Contractor;
use super::department::{Department, SERVICE};
use super::people::{FIELDS, lists, reference};
use super::told::Told;
use crate::simulate::{Failure, Findings};

/// Operations of which data leaked.
pub const OPERATIONS: usize = 14;
const PURPOSE: &str = "testing-notice";
const PATH: &str = "/forms/operation-";
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// The course of things under Lionrock, and what was seen on the way.
pub struct Course {
    town: Department,
    contractor: Contractor,
    prober: Box<dyn Prober>,
    records: usize,
    seed: u64,
    partner: Option<Partner>,
    leases: Vec<Lease>,
    packages: Vec<Id<kinds::Export>>,
    now: Vec<(Instant, String)>,
    findings: Findings,
}

/// Sees nothing, ever: the sabotage.
struct Blind;

impl Prober for Blind {
    fn probe(&self, plan: &ProbePlan) -> ProbeReport {
        let clean = |address: &WebAddress| Fetched { address: address.to_string(), declared: true, found: Found::Nobody, digest: None, bytes: 0 };
        ProbeReport { source: format!("blind {}", plan.round % 2), fetched: plan.data.iter().map(clean).collect() }
    }
}

fn prober() -> Result<WebProber, Failure> {
    let manner = |last, agent: &str| Manner { source: Some([127, 0, 0, last].into()), agent: agent.to_owned(), language: "zh-HK".to_owned() };
    Ok(WebProber::new(ProbeConfig {
        manners: vec![manner(1, "department"), manner(2, "somebody")],
        ports: vec![],
        timeout: Duration::from_secs(10),
        private: true,
        ..ProbeConfig::default()
    })?)
}

fn moment(text: &str) -> Result<Instant, Failure> {
    Instant::parse_hong_kong(text).ok_or_else(|| format!("{text} is no moment").into())
}

/// The last day of the contract: the contractor was told that the service ended at the end of February 2023 (fact E2).
fn last_day() -> Result<Day, Failure> {
    Ok("2023-02-28".parse()?)
}

impl Course {
    /// A department, and a contractor of this conduct.
    pub fn begin(records: usize, seed: u64, blind: bool) -> Result<Self, Failure> {
        let town = Department::open(moment("2022-02-01T09:00")?)?;
        let prober: Box<dyn Prober> = if blind { Box::new(Blind) } else { Box::new(prober()?) };
        let (now, findings) = (Vec::new(), Findings::default());
        let contractor = Contractor::start()?;
        let (partner, leases, packages) = (None, Vec::new(), Vec::new());
        Ok(Self { town, contractor, prober, records, seed, partner, leases, packages, now, findings })
    }

    fn tell(&mut self, what: impl Into<String>) {
        self.now.push((self.town.now(), what.into()));
    }

    /// Register, contract, and fourteen leases in 2022: thirteen handed over, the last one looked up record by record.
    pub fn hand_out(&mut self) -> Result<(), Failure> {
        let signer = Ed25519Signer::create(&self.town.folder.path().join("contractor.key"), "contractor")?;
        let (identity, recipient) = age_files::generate_identity();
        let keys = ContractorKeys { signing: signer.public_key(), recipient };
        let id = self.register(keys.clone())?;
        let partner = self.contract(id, self.town.ours)?;
        self.tell("contract until 28 February 2023, all six clauses on record");
        for (operation, rows) in lists(self.records, self.seed, OPERATIONS)?.into_iter().enumerate() {
            let day = i64::try_from(operation)? * 20 * DAY_MS;
            self.town.clock.set(moment("2022-03-01T09:00")?.plus_millis(day));
            self.round()?;
            let lease = self.operation(operation, rows, &partner, &keys, &identity)?;
            let form = if lease.form == Form::HandOver { "handed over with planted records" } else { "looked up one by one" };
            self.tell(format!("operation {}: lease on {} records, {form}", operation + 1, lease.records));
            self.leases.push(lease);
        }
        let elsewhere = self.contract(id, self.town.other)?;
        self.lease(&elsewhere, self.town.other, Chosen::All, 1, Form::LookUp)?;
        self.partner = Some(partner);
        let (leases, held) = (self.leases.len(), self.leases.iter().map(|lease| lease.records).sum::<u64>());
        let all = leases == OPERATIONS && held == u64::try_from(self.records)?;
        let until = last_day()?;
        let ends = self.leases.iter().all(|lease| lease.until == until);
        self.findings.note(8, "every record is in a lease that ends with the contract", all && ends, format!("{leases} leases on {held} records, until {until}"));
        Ok(())
    }

    fn register(&self, keys: ContractorKeys) -> Result<Id<kinds::Contractor>, Failure> {
        let contact = Contact::parse("Chan Siu Ming", "sm.chan@forms.example.hk")?;
        let command = RegisterContractor {
            name: Text::new("Harbour Forms Limited", "海港表格有限公司", "海港表格有限公司"),
            trade: Trade::OnlinePlatform,
            contact: processors::seal_contact(self.town.platform.ledger().keys(), self.town.now().day(), &contact)?,
            keys: Some(keys),
        };
        let grant = Department::grant::<ManageContractors>(self.town.ours, Role::PrivacyOfficer)?;
        Ok(self.town.act(grant.actor(), move |work| processors::register_contractor(work, &grant, &command))?.0)
    }

    fn contract(&self, contractor: Id<kinds::Contractor>, department: Id<kinds::Department>) -> Result<Partner, Failure> {
        let clauses = Clause::ALL.into_iter().zip(1..).map(|(clause, number)| (clause, format!("Clause {number}"))).collect();
        let command = RecordContract {
            contractor,
            title: Text::new("Declaration forms", "申報表格", "申报表格"),
            clauses: ClauseRecord { clauses, storage: Storage::OwnMachines, place: "8 Wharf Road".to_owned() },
            from: "2022-02-01".parse()?,
            until: last_day()?,
        };
        let grant = Department::grant::<ManageContractors>(department, Role::PrivacyOfficer)?;
        let contract = self.town.act(grant.actor(), move |work| processors::record_contract(work, &grant, &command))?.0;
        let issued = self.town.act(grant.actor(), move |work| processors::issue_credential(work, &grant, contract))?.0;
        let found = self.town.platform.ledger().read("replay.partner", |tx| processors::find_partner(tx, &issued.token));
        found.map_err(|error| error.to_string().into())
    }

    fn lease(&self, partner: &Partner, department: Id<kinds::Department>, chosen: Chosen, records: usize, form: Form) -> Result<Lease, Failure> {
        let ledger = self.town.platform.ledger();
        let command = GrantLeaseCommand {
            service: SERVICE,
            contract: partner.contract().id,
            purpose: PURPOSE.to_owned(),
            groups: ["identity", "contact", "mobile"].map(str::to_owned).into(),
            selection: chosen,
            records: u64::try_from(records)?,
            form,
            retention: "2023-12-31".parse()?,
            key: NewKey::make(ledger.keys(), &**ledger.random(), last_day()?)?,
        };
        let grant = Department::grant::<GrantLease>(department, Role::SchemeOwner)?;
        Ok(self.town.act(grant.actor(), move |work| processors::grant_lease(work, &grant, &command))?.0)
    }

    fn operation(
        &mut self,
        operation: usize,
        rows: Vec<Vec<String>>,
        partner: &Partner,
        keys: &ContractorKeys,
        identity: &Secret<String>,
    ) -> Result<Lease, Failure> {
        let count = rows.len();
        if operation + 1 == OPERATIONS {
            let references = (0..count).map(|place| reference(operation, place)).collect();
            return self.lease(partner, self.town.ours, Chosen::List(references), count, Form::LookUp);
        }
        let lease = self.lease(partner, self.town.ours, Chosen::All, count, Form::HandOver)?;
        let path = format!("{PATH}{operation}");
        let (who, id, address) = (partner.clone(), lease.id, self.contractor.address(&path));
        let environment = self.town.platform.environment();
        self.town.act(partner.actor(), move |work| {
            processors::declare_address(work, &who, id, (&address, AddressUse::Data), environment)
        })?;
        let csv = self.hand_over(&lease, rows, partner, keys, identity)?;
        self.contractor.takes(&path, csv);
        Ok(lease)
    }

    /// Packs, puts on record, lets the contractor fetch and unpack: the list as it then lies on its machine.
    fn hand_over(
        &mut self,
        lease: &Lease,
        rows: Vec<Vec<String>>,
        partner: &Partner,
        to: &ContractorKeys,
        identity: &Secret<String>,
    ) -> Result<String, Failure> {
        let ledger = self.town.platform.ledger();
        let (random, keys, now) = (&**ledger.random(), ledger.keys().clone(), self.town.now());
        let make = |place: usize| {
            let perch = Perch { reference: reference(99, place + self.packages.len() * 100), building: "Wah Fu Estate".to_owned() };
            Canary::make(Id::new(now, random), random, now.day(), perch)
        };
        let canaries: Vec<Canary> = (0..processors::canary_count(rows.len(), random)).map(make).collect();
        let cargo = Cargo { lease, clauses: partner.contract().clauses.digest(), fields: FIELDS.map(str::to_owned).into(), rows, canaries: &canaries };
        let package = processors::pack(cargo, to, now, random)?;
        let command = RecordHandOver {
            lease: lease.id,
            approval: Id::new(now, random),
            digest: package.digest,
            records: package.records,
            package: processors::seal_package(&keys, lease, 0, &package)?,
            canaries: canaries.iter().map(|canary| canary.seal(&keys, now.day())).collect::<Result<_, _>>()?,
        };
        let grant = Department::grant::<RequestExport>(self.town.ours, Role::DeliveryOfficer)?;
        let handed = self.town.act(grant.actor(), move |work| processors::record_hand_over(work, &grant, &command))?.0;
        self.packages.push(handed.id);
        let who = partner.clone();
        let (pass, committed) = self.town.act(partner.actor(), move |work| processors::fetch_package(work, &who, handed.id))?;
        let tar = age_files::decrypt(identity, &pass.open(&committed, &keys)?)?;
        list_of(tar.expose()).ok_or_else(|| "the package holds no list".into())
    }

    /// What the worker does once a minute.
    fn round(&self) -> Result<(), Failure> {
        self.town.platform.ledger().keys().midnight(self.town.now().day())?;
        flows::contractor_round(&self.town.platform)?;
        flows::probe_round(&self.town.platform, &*self.prober)?;
        flows::contractor_round(&self.town.platform)?;
        Ok(())
    }

    /// Every day of the last five weeks, so that each reminder has its day.
    pub fn live_through_the_contract(&mut self) -> Result<(), Failure> {
        let mut today = last_day()?.plus(-35);
        while today <= last_day()? {
            self.town.clock.set(Instant::at(today, 1));
            self.round()?;
            today = today.plus(1);
        }
        let alerts = self.alerts(Role::PrivacyOfficer, AlertKind::LeaseEnds)?;
        let due = OPERATIONS * flows::lease_rules().reminders.len();
        self.findings.note(8, "reminders 30, 14, 7 and 1 days before the end", alerts == due, format!("{alerts} reminders of {due}"));
        let quiet = self.incidents()?.is_empty();
        self.findings.expect("nothing is found while the contractor keeps its password", quiet, "no incident in 2022");
        self.town.clock.set(Instant::at(last_day()?, 23 * 60 + 59));
        let granted = self.look_up()?;
        self.findings.expect("a look-up is possible in the last minute of the contract", granted, if granted { "granted" } else { "refused" });
        self.tell(format!("{alerts} reminders have gone out; the last look-up is granted"));
        Ok(())
    }

    /// The first minutes after the contract: nothing has run yet when look-ups stop.
    pub fn pass_the_end(&mut self) -> Result<(), Failure> {
        let end = Instant::at(last_day()?.plus(1), 0);
        self.town.clock.set(end);
        self.contractor.walks_away();
        let (granted, fetched) = (self.look_up()?, self.fetch_again());
        self.findings.note(8, "look-ups and packages stop at the very moment, before any job has run", !granted && !fetched, "refused at 00:00");
        self.tell("look-ups and packages are refused; the contractor walks away and leaves its address open");
        self.town.clock.set(end.plus_millis(MINUTE_MS));
        self.round()?;
        let dead = self.found()?.iter().filter(|lease| lease.key_died.is_some()).count();
        self.findings.note(8, "the keys of the leases die in the first round", dead == OPERATIONS, format!("{dead} of {OPERATIONS} keys"));
        self.tell(format!("{dead} lease keys are dead; the first probe looks at every address without credentials"));
        let caught: Vec<_> = self.incidents()?.into_iter().filter(|(kind, _)| *kind == IncidentKind::DataAlive).collect();
        let at = caught.first().map(|(_, at)| *at);
        let same = at.is_some_and(|at| (0..DAY_MS).contains(&at.since(end))) && caught.len() == OPERATIONS - 1;
        let seen = at.map_or_else(|| "nothing was found".to_owned(), |at| format!("{} incidents at {}", caught.len(), at.hong_kong_minute()));
        self.findings.note(8, "data left open is an incident as the contract ends", same, seen.clone());
        self.tell(format!("the open address is found: {seen}"));
        let told = self.alerts(Role::HeadOfDepartment, AlertKind::Incident)?;
        self.findings.note(8, "the head of the department is told with the incident", told == OPERATIONS - 1, format!("{told} alerts"));
        let other = self.town.other;
        let linked = self.town.read(|tx| response::alerts(tx, other, Role::PrivacyOfficer))?;
        let linked = linked.iter().filter(|alert| alert.kind == AlertKind::LinkedEnquiry).count();
        self.findings.note(8, "the other department at this contractor is told the same day", linked > 0, format!("{linked} linked enquiries"));
        self.tell(format!("head of department: {told} alerts; another department with the same contractor: {linked} enquiries"));
        Ok(())
    }

    /// The look-up lease has no address that could be seen open: there the silence itself is found.
    pub fn wait_for_silence(&mut self) -> Result<(), Failure> {
        let days = i32::try_from(flows::lease_rules().statement_days)?;
        let due = last_day()?.plus(1 + days);
        self.town.clock.set(Instant::at(due, 1));
        self.round()?;
        let (ours, last) = (self.town.ours, self.leases.last().map(|lease| lease.id));
        let escalations = self.town.read(|tx| processors::escalations(tx, ours, 500))?;
        let silent = escalations.iter().any(|one| Some(one.lease) == last && one.cause == Cause::Silent);
        let carried = self.incidents()?.iter().any(|(kind, _)| *kind == IncidentKind::ContractorSilent);
        self.findings.note(8, "silence becomes an incident by itself", silent && carried, format!("no statement within {days} days"));
        self.tell(format!("no signed deletion statement after {days} days: an incident for silence too"));
        let open = self.found()?.iter().filter(|lease| lease.state == LeaseState::Escalated).count();
        self.findings.note(8, "no lease closes without statement and clean probes", open == OPERATIONS, format!("{open} leases stay open"));
        Ok(())
    }

    /// The other course: the same open address, and nobody who looks.
    pub fn replays_what_was(self) -> Result<Told, Failure> {
        let (end, found) = (Instant::at(last_day()?.plus(1), 0), moment("2024-04-30T12:00")?);
        let people = self.anybody_sees()?;
        self.town.clock.set(found);
        let still = self.anybody_sees()?;
        let mut findings = self.findings;
        findings.expect("as it was, the address is open to anyone from the end of the contract to the day it was noticed", people && still, "fetched without credentials");
        let then = vec![
            (moment("2022-03-01T00:00")?, format!("{} people's data collected through the contractor", self.records)),
            (end, "service ended; assumed deleted, nobody looks".to_owned()),
            (end.plus_millis(30 * DAY_MS), "the address is open to anyone; nobody asks".to_owned()),
            (found, "noticed open to anyone, without a password".to_owned()),
        ];
        let caught = self.now.iter().find(|(_, what)| what.starts_with("the open address is found") && !what.contains("nothing"));
        let days = |until: Instant| until.day().since(end.day());
        let open_days = (days(found), caught.map_or_else(|| days(found), |(at, _)| days(*at)));
        Ok(Told { then, now: self.now, findings, open_days })
    }

    fn anybody_sees(&self) -> Result<bool, Failure> {
        let address = WebAddress::parse(&self.contractor.address(&format!("{PATH}0")))?;
        let plan = ProbePlan { round: 0, data: vec![address], look_ups: vec![], canaries: vec![] };
        let report = prober()?.probe(&plan);
        // A run with a handful of people shows too few numbers to be judged as people: then the answer itself is enough.
        let answered = report.fetched.iter().any(|one| one.declared && matches!(one.found, Found::Nothing { status: 200 }));
        Ok(report.verdict() == Verdict::Alive || answered)
    }

    fn look_up(&self) -> Result<bool, Failure> {
        let (Some(partner), Some(lease)) = (self.partner.clone(), self.leases.last()) else { return Ok(false) };
        let keys = self.town.platform.ledger().keys().clone();
        let ask = AskLookUp { lease: lease.id, purpose: PURPOSE.to_owned(), reference: reference(OPERATIONS - 1, 0) };
        let rules = flows::lease_rules();
        let (found, committed) = self.town.act(partner.actor(), move |work| processors::authorise_lookup(work, &keys, &partner, &ask, &rules))?;
        Ok(match found {
            LookUp::Granted(pass) => pass.open(&committed, self.town.platform.ledger().keys()).is_ok(),
            LookUp::Refused(_) => false,
        })
    }

    fn fetch_again(&self) -> bool {
        let (Some(partner), Some(&package)) = (self.partner.clone(), self.packages.first()) else { return true };
        self.town.act(Actor::Job("replay"), move |work| processors::fetch_package(work, &partner, package)).is_ok()
    }

    fn found(&self) -> Result<Vec<Lease>, Failure> {
        let ids: Vec<_> = self.leases.iter().map(|lease| lease.id).collect();
        let found = self.town.read(|tx| ids.iter().map(|id| processors::lease(tx, *id)).collect::<Result<Vec<_>, _>>())?;
        Ok(found.into_iter().flatten().collect())
    }

    fn incidents(&self) -> Result<Vec<(IncidentKind, Instant)>, Failure> {
        let ours = self.town.ours;
        let incidents = self.town.read(|tx| response::incidents(tx, ours))?;
        Ok(incidents.into_iter().map(|incident| (incident.kind, incident.opened)).collect())
    }

    fn alerts(&self, role: Role, kind: AlertKind) -> Result<usize, Failure> {
        let ours = self.town.ours;
        Ok(self.town.read(|tx| response::alerts(tx, ours, role))?.iter().filter(|alert| alert.kind == kind).count())
    }
}

/// The list in a package, as the contractor unpacks it.
fn list_of(tar: &[u8]) -> Option<String> {
    let mut rest = tar;
    loop {
        let head = rest.get(..512)?;
        let size = std::str::from_utf8(head.get(124..135)?).ok()?;
        let size = usize::from_str_radix(size.trim_matches(['\0', ' ']), 8).ok()?;
        if head.starts_with(b"records.csv\0") {
            return String::from_utf8(rest.get(512..512 + size)?.to_vec()).ok();
        }
        rest = rest.get(512 + size.div_ceil(512) * 512..)?;
    }
}
