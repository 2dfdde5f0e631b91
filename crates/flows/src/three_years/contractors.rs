//! Contractors and what they may read: a lease that is looked up, and one that is handed over.

use std::sync::Arc;

use kernel::{Environment, Id, Text, kinds};
use people::{
    ApproveExport, GrantLease, PersonalDataExport, RequestApproval, RequestExport, Role, approve, authorise, request_approval,
};
use processors::{
    AddressUse, AskLookUp, Chosen, Clause, ClauseRecord, ContractorKeys, Form, Lease, Partner, RecordContract,
    RegisterContractor, Storage, Trade, add_address, fetch_package, find_partner, issue_credential, open_contact,
    record_contract, register_contractor, seal_contact,
};
use registration::scheme::FieldGroup;
use seal::age_files;

use super::course::{Door, act, manage, scope};
use crate::rehearsal::City;
use crate::{NewLease, Service, give_lease, hand_over, hand_over_words, lease_look_up};

/// Days from today until the contract ends.
const CONTRACT_DAYS: i32 = 40;

/// A courier gets a lease in each form for what a scheme holds now.
pub fn lend(city: &City, slug: &str) -> Vec<Door> {
    let (service, today) = (city.service_of(slug), city.platform().now().day());
    let (identity, recipient) = age_files::generate_identity();
    let contact = people::Contact::parse("Canary Courier", "canary@courier.example.hk").unwrap();
    let contact = seal_contact(city.platform().ledger().keys(), today, &contact).unwrap();
    let mut doors = Vec::new();
    let last = contact.expiry();
    let command = RegisterContractor {
        name: Text::new("Harbour Couriers", "海港速遞", "海港速递"),
        trade: Trade::Courier,
        contact,
        keys: Some(ContractorKeys { signing: [7; 32], recipient }),
    };
    let may = manage()(city);
    let courier = act(city, move |work| register_contractor(work, &may, &command)).0;
    doors.push(Door {
        what: "a contractor's contact".into(),
        last,
        opens: Box::new(move |city| {
            let may = manage()(city);
            let open = move |work: &mut journal::Work<'_, '_>| open_contact(work, &may, courier);
            let ledger = city.platform().ledger();
            let opened = ledger.write("test.contact", journal::Actor::Operator, open);
            opened.is_ok_and(|(contact, committed)| contact.open(&committed, ledger.keys()).is_ok())
        }),
    });
    let signed = contract(city, courier);
    let reference = reference_of(&service);
    let looked_up = give(city, &service, signed, Form::LookUp);
    let handed = give(city, &service, signed, Form::HandOver);
    let package = package(city, &service, &handed);
    doors.push(look_up_door(signed, &looked_up, reference));
    doors.push(Door {
        what: "a package".into(),
        last: handed.until,
        opens: Box::new(move |city| {
            let Some(partner) = partner(city, signed) else { return false };
            let fetch = move |work: &mut journal::Work<'_, '_>| fetch_package(work, &partner, package);
            let ledger = city.platform().ledger();
            let Ok((pass, committed)) = ledger.write("test.fetch", journal::Actor::Operator, fetch) else { return false };
            pass.open(&committed, ledger.keys()).is_ok_and(|bytes| age_files::decrypt(&identity, &bytes).is_ok())
        }),
    });
    doors
}

fn look_up_door(contract: Id<kinds::Contract>, lease: &Lease, reference: String) -> Door {
    let lease_id = lease.id;
    Door {
        what: "a look-up".into(),
        last: lease.until,
        opens: Box::new(move |city| {
            let ask = AskLookUp { lease: lease_id, purpose: "delivery".into(), reference: reference.clone() };
            let Some(partner) = partner(city, contract) else { return false };
            let found = lease_look_up(city.platform(), &partner, &ask);
            found.is_ok_and(|found| found.record.contact.is_some())
        }),
    }
}

fn contract(city: &City, courier: Id<kinds::Contractor>) -> Id<kinds::Contract> {
    let (may, today) = (manage()(city), city.platform().now().day());
    let clauses = Clause::ALL.into_iter().map(|clause| (clause, "Clause".to_owned())).collect();
    let command = RecordContract {
        contractor: courier,
        title: Text::new("Delivery", "派遞", "派递"),
        clauses: ClauseRecord { clauses, storage: Storage::OwnMachines, place: "8 Wharf Road".into() },
        from: today,
        until: today.plus(CONTRACT_DAYS),
    };
    act(city, move |work| record_contract(work, &may, &command)).0
}

/// With a credential of this moment; none when the contract has ended.
fn partner(city: &City, contract: Id<kinds::Contract>) -> Option<Partner> {
    let may = manage()(city);
    let issue = move |work: &mut journal::Work<'_, '_>| issue_credential(work, &may, contract);
    let issued = city.platform().ledger().write("test.credential", journal::Actor::Operator, issue).ok()?.0;
    city.platform().ledger().read("test.partner", |tx| find_partner(tx, &issued.token)).ok()
}

fn give(city: &City, service: &Arc<Service>, contract: Id<kinds::Contract>, form: Form) -> Lease {
    let grant = authorise::<GrantLease>(&city.officer(1, Role::SchemeOwner), Some(scope(city, service))).unwrap();
    let groups = vec![FieldGroup::Contact];
    let new = NewLease { contract, purpose: "delivery".into(), groups, chosen: Chosen::All, form };
    give_lease(city.platform(), service, grant, &new).unwrap()
}

fn package(city: &City, service: &Arc<Service>, lease: &Lease) -> Id<kinds::Export> {
    let own = Some(scope(city, service));
    let ask = || Arc::new(authorise::<RequestExport>(&city.officer(4, Role::DeliveryOfficer), own).unwrap());
    let command = RequestApproval { service: service.id(), what: hand_over_words(&service.scheme(), lease) };
    let may = ask();
    let asked = service.ledger().write("test.ask", may.actor(), move |work| {
        request_approval::<PersonalDataExport>(work, &may, command.clone())
    });
    let approval = asked.unwrap().0.id;
    let grant = authorise::<GrantLease>(&city.officer(1, Role::SchemeOwner), own).unwrap();
    let id = lease.id;
    act(city, move |work| add_address(work, &grant, id, ("http://127.0.0.1:9/", AddressUse::Data), Environment::Demo));
    let second = authorise::<ApproveExport>(&city.officer(5, Role::SupervisingOfficer), own).unwrap();
    service.ledger().write("test.approve", second.actor(), move |work| approve::<PersonalDataExport>(work, &second, approval)).unwrap();
    hand_over(city.platform(), service, &ask(), lease.id, approval).unwrap().id
}

fn reference_of(service: &Service) -> String {
    let first = "-- test.reference\nselect id from household where state = 'confirmed' order by received limit 1";
    let row = service.ledger().read("test.reference", |tx| tx.query(first, &[])).unwrap();
    let id: Id<kinds::Household> = row[0].get(0).unwrap();
    registration::open_own(service.ledger(), id).unwrap().household.reference.to_string()
}
