//! What happens in three years: schemes, operations, contractors, officers, requests. Each act leaves doors by which a verb gives
//! something away until a last day.

use std::sync::Arc;

use journal::{Actor, Committed, Work};
use kernel::{Day, Instant, Language, Secret, Text, kinds, Id};
use people::{
    EnterInField, HandleRequests, InviteOfficer, Inviter, ManageContractors, ManageOfficers, OpenContact, OpenRecord,
    ContactReason, Role, Scope, authorise, invite_officer, open_contact, seal_contact,
};
use registration::scheme::{Definition, FieldGroup};
use registration::{Channel, Correction, EnteredBy, HouseholdForm, HouseholdRow, RecordResult, TestResult, open_own, record_result};
use store::StoreError;
use vault::{LodgeRequest, RequestChannel, RequestDetails, RequestKind};

use super::contractors;
use super::passkeys::name_a_passkey;
use crate::rehearsal::{City, form};
use crate::work_round::without_purge::round_without_purge;
use crate::{Service, correct_household};

/// A way by a verb to something personal, and the last day on which it gives it away.
pub struct Door {
    pub what: String,
    pub last: Day,
    pub opens: Box<dyn Fn(&City) -> bool>,
}

/// The first schemes begin a year apart.
const SCHEMES: [(i32, &str); 3] = [(0, "masks-2020"), (365, "masks-2021"), (730, "masks-2022")];
/// Days of a scheme on which people register.
const REGISTERING: i32 = 8;
const OPERATION_EVERY: i32 = 140;

pub struct Course {
    pub city: City,
    pub doors: Vec<Door>,
    /// Whether the purge runs.
    pub purge: bool,
    begin: Day,
    households: usize,
    operations: u32,
}

impl Course {
    pub fn new(city: City, purge: bool) -> Self {
        let begin = city.platform().now().day();
        Self { city, doors: Vec::new(), purge, begin, households: 0, operations: 0 }
    }

    /// The jobs, with or without the purge.
    pub fn work(&self) {
        if self.purge {
            self.city.work();
        } else {
            round_without_purge(self.city.platform(), &self.city.ports);
        }
    }

    /// What people do on a day. Returns whether anything was done that the jobs must follow.
    pub fn live(&mut self, today: Day) -> bool {
        let offset = today.since(self.begin);
        let mut busy = false;
        for (from, slug) in SCHEMES {
            let within = offset - from;
            if within == 0 {
                self.open_scheme(slug, today);
            }
            if (0..REGISTERING).contains(&within) {
                self.register(slug);
                busy = true;
            }
            if within == REGISTERING {
                self.help_residents(slug);
                self.doors.extend(contractors::lend(&self.city, slug));
                busy = true;
            }
        }
        let within = (offset - 30).rem_euclid(OPERATION_EVERY);
        if offset >= 30 && within == 0 {
            self.operation(today);
            busy = true;
        }
        if offset % 100 == 3 {
            self.officer(today);
            self.doors.push(super::team::join(&self.city, today));
            self.doors.push(super::cases::write(&self.city, today));
            self.doors.push(super::subscribers::subscribe(&self.city, today));
            self.doors.push(super::drill_guests::invite(&self.city, today));
            busy = true;
        }
        if offset % 60 == 5 {
            self.request(today);
            busy = true;
        }
        busy
    }

    fn open_scheme(&self, slug: &str, today: Day) {
        let definition = Definition::masks_2020().unwrap().with_slug(slug);
        self.city.launch(&definition.with_window(at(today, 60), at(today.plus(12), 1_200), today.plus(20)));
    }

    fn register(&mut self, slug: &str) {
        for _ in 0..2 {
            self.households += 1;
            let n = self.households;
            let service = self.city.service_of(slug);
            let reference = self.city.submit_to(&service, n, &form(n), (Channel::Online, None));
            self.work();
            let row = registration::find(service.ledger(), reference).unwrap().unwrap();
            self.doors.extend(record_doors(&service, &row));
        }
    }

    /// An officer looks somebody up and opens a record; somebody corrects a name.
    fn help_residents(&mut self, slug: &str) {
        let (city, service) = (&self.city, self.city.service_of(slug));
        let household = *registration_of(&service).first().unwrap();
        open_as_officer(city, &service, household, "delivery").unwrap();
        let grant = authorise::<OpenRecord>(&city.officer(3, Role::CaseOfficer), Some(scope(city, &service))).unwrap();
        let keys = service.ledger().keys().clone();
        let search = move |work: &mut Work<'_, '_>| vault::note_search(work, &keys, &grant, "Canary");
        service.ledger().write::<_, StoreError>("test.search", Actor::Operator, search).unwrap();
        let correction = Correction { name: Some("Canary Corrected".into()), address: None, mobile: None };
        assert!(correct_household(city.platform(), &service, household, &correction).unwrap());
    }

    fn operation(&mut self, today: Day) {
        self.operations += 1;
        let slug = format!("restriction-testing-{:02}", self.operations);
        let definition = Definition::restriction_testing().unwrap().with_slug(&slug);
        let closes = at(today.plus(1), 420);
        self.city.launch(&definition.with_window(at(today, 60), closes, closes.day().plus(1)));
        let service = self.city.service_of(&slug);
        for _ in 0..4 {
            self.households += 1;
            let n = self.households;
            let grant = authorise::<EnterInField>(&self.city.officer(6, Role::FieldOfficer), Some(scope(&self.city, &service)));
            let entered = (Channel::Field, Some(EnteredBy::Field(grant.unwrap())));
            let form = HouseholdForm { members: Vec::new(), vaccination: "3".into(), ..form(n) };
            let reference = self.city.submit_to(&service, n, &form, entered);
            self.work();
            let result = RecordResult { reference, result: TestResult::Negative };
            let grant = authorise::<EnterInField>(&self.city.officer(6, Role::FieldOfficer), Some(scope(&self.city, &service)));
            record_result(service.ledger(), &service.scheme(), grant.unwrap(), result).unwrap();
            let row = registration::find(service.ledger(), reference).unwrap().unwrap();
            self.doors.extend(record_doors(&service, &row));
        }
    }

    fn officer(&mut self, today: Day) {
        let ledger = self.city.platform().ledger();
        let contact = people::Contact::parse("Canary Officer", "canary@itb.example.hk").unwrap();
        let contact = seal_contact(ledger.keys(), today, &contact).unwrap();
        let last = contact.expiry();
        let post = Text::new("Manager", "經理", "经理");
        let command = InviteOfficer { department: self.city.department, post, roles: vec![Role::CaseOfficer], contact };
        let invite = move |work: &mut Work<'_, '_>| invite_officer(work, &Inviter::Operator, command.clone());
        let invited = ledger.write("test.invite", Actor::Operator, invite).unwrap().0;
        let officer = invited.officer;
        self.doors.push(Door {
            what: "an officer's contact".into(),
            last,
            opens: Box::new(move |city| {
                let grant = authorise::<ManageOfficers>(&city.officer(9, Role::Administrator), None).unwrap();
                let command = OpenContact { officer, reason: ContactReason::Account };
                let open = move |work: &mut Work<'_, '_>| open_contact(work, &grant, command);
                let ledger = city.platform().ledger();
                let opened = ledger.write("test.contact", Actor::Operator, open);
                opened.is_ok_and(|(contact, committed)| contact.open(&committed, ledger.keys()).is_ok())
            }),
        });
        self.doors.extend(name_a_passkey(&self.city, &invited));
    }

    fn request(&mut self, today: Day) {
        let ledger = self.city.platform().ledger();
        // Between two schemes there is nobody to ask.
        let Some(service) = self.city.platform().services().first().map(|service| service.id()) else { return };
        let details = RequestDetails {
            reference: String::new(),
            name: "Canary Asker".into(),
            address: "Flat 1, Canary Court".into(),
            text: "What do you hold about me?".into(),
        };
        let details = vault::seal_details(ledger.keys(), today, &details).unwrap();
        let proof = vault::seal_proof(ledger.keys(), today, "image/png", b"Canary picture").unwrap();
        let (kind, channel) = (RequestKind::Access, RequestChannel::Online);
        let command = LodgeRequest { service, kind, channel, language: Language::En, details, proof: Some(proof) };
        let lodge = move |work: &mut Work<'_, '_>| vault::lodge_request(work, &command);
        let row = ledger.write("test.lodge", Actor::Visitor, lodge).unwrap().0;
        let department = self.city.department;
        self.doors.push(Door {
            what: "a formal request".into(),
            last: today.plus_months(vault::DETAILS_MONTHS),
            opens: Box::new(move |city| {
                let own = Some(Scope::at_console(service, department));
                let grant = authorise::<HandleRequests>(&city.officer(2, Role::PrivacyOfficer), own).unwrap();
                let open = move |work: &mut Work<'_, '_>| vault::open_details(work, &grant, row.id);
                let ledger = city.platform().ledger();
                let (read, committed) = ledger.write("test.request", Actor::Operator, open).unwrap();
                read.open(&committed, ledger.keys()).unwrap().is_some()
            }),
        });
    }
}

/// The moment of a day, in minutes after its midnight.
pub fn at(day: Day, minutes: i64) -> Instant {
    Instant::at(day, minutes)
}

pub fn scope(city: &City, service: &Service) -> Scope {
    Scope::at_console(service.id(), city.department)
}

/// Puts something on record as a contractor's privacy officer would.
pub fn manage() -> impl Fn(&City) -> people::Grant<ManageContractors> {
    |city| authorise::<ManageContractors>(&city.officer(2, Role::PrivacyOfficer), None).unwrap()
}

fn registration_of(service: &Service) -> Vec<Id<kinds::Household>> {
    let rows = service.ledger().read("test.households", |tx| tx.query("-- test.households\nselect id from household order by received", &[]));
    rows.unwrap().iter().map(|row| row.get(0).unwrap()).collect()
}

fn open_as_officer(
    city: &City,
    service: &Service,
    household: Id<kinds::Household>,
    purpose: &str,
) -> Result<registration::OpenedRecord, registration::OpenRecordError> {
    let grant = authorise::<OpenRecord>(&city.officer(3, Role::CaseOfficer), Some(scope(city, service))).unwrap();
    let reason = Secret::new("Canary called about the delivery".to_owned());
    registration::open_for_officer(service.ledger(), &service.scheme(), grant, household, purpose, &reason)
}

/// The resident's own page and the officer's, for each group of fields, and the messages.
fn record_doors(service: &Arc<Service>, row: &HouseholdRow) -> Vec<Door> {
    let (slug, id) = (service.slug().to_owned(), row.id);
    let scheme = service.scheme();
    let own = open_own(service.ledger(), id).unwrap();
    let mut doors = Vec::new();
    for held in &own.groups {
        let (group, own_slug, officers_slug) = (held.group, slug.clone(), slug.clone());
        doors.push(Door {
            what: format!("{group:?} of {slug} for the resident"),
            last: held.until,
            opens: Box::new(move |city| {
                let Some(service) = city.platform().service(&own_slug) else { return false };
                open_own(service.ledger(), id).is_ok_and(|own| match group {
                    FieldGroup::Identity => !own.people.is_empty(),
                    FieldGroup::Contact => own.contact.is_some(),
                    FieldGroup::Mobile => own.mobile.is_some(),
                    FieldGroup::Health => own.health.is_some(),
                })
            }),
        });
        let purpose = scheme.group(group).purpose.clone();
        doors.push(Door {
            what: format!("{group:?} of {slug} for an officer"),
            last: held.until,
            opens: Box::new(move |city| {
                let Some(service) = city.platform().service(&officers_slug) else { return false };
                open_as_officer(city, &service, id, &purpose).is_ok_and(|record| match group {
                    FieldGroup::Identity => record.people.is_some(),
                    FieldGroup::Contact => record.contact.is_some(),
                    FieldGroup::Mobile => record.mobile.is_some(),
                    FieldGroup::Health => record.health.is_some(),
                })
            }),
        });
    }
    doors
}

/// Notes something and gives the proof that opens.
pub fn act<T: Send + 'static, E: From<StoreError> + std::fmt::Debug + Send + 'static>(
    city: &City,
    act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
) -> (T, Committed) {
    city.platform().ledger().write("test.act", Actor::Operator, act).unwrap()
}
