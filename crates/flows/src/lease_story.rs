//! Contractors from end to end: what they may read, until when, and what becomes of silence.

use std::sync::Arc;

use journal::{Actor, Work};
use kernel::{Environment, Id, Text, kinds};
use people::{
    ApproveExport, GrantLease, ManageContractors, PersonalDataExport, RequestApproval, RequestExport, Role, approve,
    authorise, request_approval,
};
use processors::*;
use registration::scheme::FieldGroup;
use seal::age_files;
use store::StoreError;

use crate::rehearsal::{City, name};
use crate::*;

fn act<T: Send + 'static, E: From<StoreError> + std::fmt::Debug + Send + 'static>(
    city: &City,
    act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
) -> T {
    city.platform().ledger().write("test", Actor::Operator, act).unwrap().0
}

pub(crate) fn contract(city: &City, recipient: String) -> Id<kinds::Contract> {
    contract_with(city, recipient, Trade::Courier)
}

pub(crate) fn contract_with(city: &City, recipient: String, trade: Trade) -> Id<kinds::Contract> {
    let keys = city.platform().ledger().keys().clone();
    let contact = people::Contact::parse("Chan Siu Ming", "sm.chan@forms.example.hk").unwrap();
    let command = RegisterContractor {
        name: Text::new("Harbour Couriers", "海港速遞", "海港速递"),
        trade,
        contact: seal_contact(&keys, city.platform().now().day(), &contact).unwrap(),
        keys: Some(ContractorKeys { signing: [7; 32], recipient }),
    };
    let grant = || authorise::<ManageContractors>(&city.officer(2, Role::PrivacyOfficer), None).unwrap();
    let may = grant();
    let contractor = act(city, move |work| register_contractor(work, &may, &command));
    let clauses = Clause::ALL.into_iter().map(|clause| (clause, "Clause".to_owned())).collect();
    let command = RecordContract {
        contractor,
        title: Text::new("Delivery", "派遞", "派递"),
        clauses: ClauseRecord { clauses, storage: Storage::OwnMachines, place: "8 Wharf Road".into() },
        from: "2020-05-01".parse().unwrap(),
        until: "2020-06-10".parse().unwrap(),
    };
    let may = grant();
    act(city, move |work| record_contract(work, &may, &command))
}

pub(crate) fn partner(city: &City, contract: Id<kinds::Contract>) -> Partner {
    let grant = authorise::<ManageContractors>(&city.officer(2, Role::PrivacyOfficer), None).unwrap();
    let issued = act(city, move |work| issue_credential(work, &grant, contract));
    city.platform().ledger().read("test", |tx| find_partner(tx, &issued.token)).unwrap()
}

pub(crate) fn give(city: &City, contract: Id<kinds::Contract>, form: Form, groups: &[FieldGroup]) -> Result<Lease, GiveLeaseError> {
    let grant = authorise::<GrantLease>(&city.officer(1, Role::SchemeOwner), Some(city.scope())).unwrap();
    let new = NewLease {
        contract,
        purpose: "delivery".into(),
        groups: groups.to_vec(),
        chosen: Chosen::All,
        form,
    };
    give_lease(city.platform(), &city.service(), grant, &new)
}

fn look(city: &City, partner: &Partner, lease: &Lease, reference: &str) -> Result<LeasedRecord, LookUpFault> {
    let ask = AskLookUp { lease: lease.id, purpose: "delivery".into(), reference: reference.into() };
    lease_look_up(city.platform(), partner, &ask)
}

fn alerts(city: &City, role: Role) -> Vec<response::AlertKind> {
    let department = city.department;
    let alerts = city.platform().ledger().read("test", |tx| response::alerts(tx, department, role)).unwrap();
    alerts.into_iter().map(|alert| alert.kind).collect()
}

#[test]
fn promise_08_a_contractor_reads_what_the_purpose_needs_and_the_resident_sees_it() {
    let city = City::new();
    let (first, _) = (city.register(1), city.register(2));
    let contract = contract(&city, age_files::generate_identity().1);
    let more = give(&city, contract, Form::LookUp, &[FieldGroup::Contact, FieldGroup::Identity]);
    assert!(matches!(more, Err(GiveLeaseError::Groups)), "identity is not collected for delivery");
    let lease = give(&city, contract, Form::LookUp, &[FieldGroup::Contact]).unwrap();
    assert_eq!((lease.records, lease.until.to_string()), (2, "2020-06-10".to_owned()));
    let partner = partner(&city, contract);
    let found = look(&city, &partner, &lease, &first.reference.to_string().to_lowercase()).unwrap();
    assert_eq!(found.record.contact.unwrap().name, name(1));
    assert!(found.record.people.is_none() && found.record.mobile.is_none());
    let seen = city.service().ledger().read("test", |tx| vault::openings_of(tx, first.id.bytes())).unwrap();
    let own: Vec<_> = seen.iter().map(vault::OpeningRow::actor_json).filter(|actor| actor["kind"] == "contractor").collect();
    assert_eq!(own.len(), 1, "the resident's own list names the contractor");
    assert_eq!(own[0]["id"], lease.contractor.to_string());
    let other = AskLookUp { lease: lease.id, purpose: "eligibility".into(), reference: first.reference.to_string() };
    let other = lease_look_up(city.platform(), &partner, &other);
    assert!(matches!(other, Err(LookUpFault::Refused(LookUpRefused::Purpose))));
    let unknown = look(&city, &partner, &lease, "not a reference");
    assert!(matches!(unknown, Err(LookUpFault::Refused(LookUpRefused::NoRecord))));
}

#[test]
fn promise_08_look_ups_stop_at_the_moment_of_the_end_though_no_job_runs() {
    let city = City::new();
    let row = city.register(1);
    let contract = contract(&city, age_files::generate_identity().1);
    let lease = give(&city, contract, Form::LookUp, &[FieldGroup::Contact]).unwrap();
    let partner = partner(&city, contract);
    city.clock.set(lease.ends_at().plus_millis(-1));
    look(&city, &partner, &lease, &row.reference.to_string()).unwrap();
    city.clock.set(lease.ends_at());
    let ended = look(&city, &partner, &lease, &row.reference.to_string());
    assert!(matches!(ended, Err(LookUpFault::Refused(LookUpRefused::Ended))));
}

#[test]
fn promise_08_silence_becomes_an_incident_with_an_alert_to_the_head_of_the_department() {
    let city = City::new();
    city.register(1);
    let contract = contract(&city, age_files::generate_identity().1);
    let lease = give(&city, contract, Form::LookUp, &[FieldGroup::Contact]).unwrap();
    city.clock.set(lease.ends_at().plus_millis(-3 * 86_400_000));
    city.work();
    assert_eq!(alerts(&city, Role::SchemeOwner), [response::AlertKind::LeaseEnds]);
    assert!(alerts(&city, Role::HeadOfDepartment).is_empty());
    city.clock.set(lease.ends_at());
    city.work();
    let found = city.platform().ledger().read("test", |tx| processors::lease(tx, lease.id)).unwrap().unwrap();
    assert_eq!((found.state, found.key_died.is_some()), (LeaseState::StatementDue, true));
    city.clock.advance_days(7);
    city.work();
    assert_eq!(alerts(&city, Role::HeadOfDepartment), [response::AlertKind::Incident]);
    let service = city.service().id();
    let public = city.platform().ledger().read("test", |tx| response::public_incidents(tx, service)).unwrap();
    assert_eq!(public.len(), 1);
    city.clock.advance_days(1);
    city.work();
    assert_eq!(alerts(&city, Role::HeadOfDepartment).len(), 1, "one incident is not told twice");
}

#[test]
fn promise_08_a_package_needs_two_persons_and_holds_the_fields_of_the_lease_and_planted_records() {
    let city = City::new();
    for n in 1..=3 {
        city.register(n);
    }
    let (identity, recipient) = age_files::generate_identity();
    let contract = contract(&city, recipient);
    let lease = give(&city, contract, Form::HandOver, &[FieldGroup::Contact]).unwrap();
    let (service, words) = (city.service(), hand_over_words(&city.service().scheme(), &lease));
    let ask = || Arc::new(authorise::<RequestExport>(&city.officer(4, Role::DeliveryOfficer), Some(city.scope())).unwrap());
    let command = RequestApproval { service: service.id(), what: words };
    let may = ask();
    let asked = service.ledger().write("test", may.actor(), move |work| {
        request_approval::<PersonalDataExport>(work, &may, command.clone())
    });
    let approval = asked.unwrap().0.id;
    let declared = hand_over(city.platform(), &service, &ask(), lease.id, approval);
    assert!(matches!(declared, Err(HandOverFault::Lease(HandOverError::NoAddress))));
    let grant = authorise::<GrantLease>(&city.officer(1, Role::SchemeOwner), Some(city.scope())).unwrap();
    let id = lease.id;
    act(&city, move |work| add_address(work, &grant, id, ("http://127.0.0.1:9/", AddressUse::Data), Environment::Demo));
    let alone = hand_over(city.platform(), &service, &ask(), lease.id, approval);
    assert!(matches!(alone, Err(HandOverFault::Records(registration::ExportError::Approval(_)))), "{alone:?}");
    let second = authorise::<ApproveExport>(&city.officer(5, Role::SupervisingOfficer), Some(city.scope())).unwrap();
    service.ledger().write("test", second.actor(), move |work| approve::<PersonalDataExport>(work, &second, approval)).unwrap();
    let handed = hand_over(city.platform(), &service, &ask(), lease.id, approval).unwrap();
    assert!(handed.records > 3, "planted records are among them");
    let again = hand_over(city.platform(), &service, &ask(), lease.id, approval);
    assert!(matches!(again, Err(HandOverFault::Records(_))), "an approval is used once");
    let partner = partner(&city, contract);
    let fetch = move |work: &mut Work<'_, '_>| fetch_package(work, &partner, handed.id);
    let (pass, committed) = city.platform().ledger().write("test", Actor::Operator, fetch).unwrap();
    let bytes = pass.open(&committed, city.platform().ledger().keys()).unwrap();
    let tar = age_files::decrypt(&identity, &bytes).unwrap();
    let text = String::from_utf8_lossy(tar.expose()).into_owned();
    assert!(text.contains("reference,people,name,address"), "{text}");
    assert!((1..=3).all(|n| text.contains(&name(n))) && text.contains("Harbour House"));
    assert!(!text.contains(&crate::rehearsal::mobile(1)) && !text.contains(&crate::rehearsal::number(2)));
}

/// Looks clean from wherever it looks, each time from another place.
struct SeesNothing;

impl Prober for SeesNothing {
    fn probe(&self, plan: &ProbePlan) -> ProbeReport {
        ProbeReport { source: format!("192.0.2.{}", plan.round), fetched: Vec::new() }
    }
}

#[test]
fn promise_08_a_closed_lease_has_a_signed_record_that_the_verifier_reads_and_a_bad_statement_is_told() {
    let city = City::new();
    city.register(1);
    let contract = contract(&city, age_files::generate_identity().1);
    let signer = seal::Ed25519Signer::create(&city.files.path().join("contractor.key"), "contractor").unwrap();
    let lease = give(&city, contract, Form::LookUp, &[FieldGroup::Contact]).unwrap();
    let keys = ContractorKeys { signing: seal::Signer::public_key(&signer), recipient: age_files::generate_identity().1 };
    let may = authorise::<ManageContractors>(&city.officer(2, Role::PrivacyOfficer), None).unwrap();
    let contractor = lease.contractor;
    act(&city, move |work| replace_keys(work, &may, contractor, &keys));
    let partner = partner(&city, contract);
    city.clock.set(lease.ends_at());
    city.work();
    let file = |text: String, signature: Vec<u8>| {
        let (partner, command) = (partner.clone(), FileStatement { lease: lease.id, text, signature });
        act(&city, move |work| crate::file_statement(work, &partner, &command)).verdict
    };
    let before = alerts(&city, Role::SchemeOwner).len();
    for _ in 0..2 {
        assert_eq!(file("nothing is left".into(), vec![0; 64]), StatementVerdict::Unreadable);
    }
    assert_eq!(alerts(&city, Role::SchemeOwner).len(), before + 1, "a refused statement is told once a day");
    let statement = Statement {
        lease: lease.id,
        contractor,
        deleted: city.platform().now(),
        hosts: vec!["forms-01".into()],
        copies: vec![],
        backups: vec![],
        sub_processors: vec![],
    };
    let text = statement.text();
    let signature = seal::Signer::sign(&signer, text.as_bytes()).to_vec();
    assert_eq!(file(text, signature), StatementVerdict::Accepted);
    let find = || city.platform().ledger().read("test", |tx| processors::closing_record(tx, lease.id)).unwrap();
    // The first probe comes within two days, the second three to five days after it.
    for _ in 0..8 {
        assert!(find().is_none());
        city.clock.advance_days(1);
        probe_round(city.platform(), &SeesNothing).unwrap();
    }
    city.work();
    let record = find().unwrap();
    let key = verifier::Key::parse(&journal::verifier_key(&**city.platform().ledger().signer())).unwrap();
    let said = verifier::check_certificate(&record, &key).unwrap().text(verifier::Language::En);
    assert!(said.contains("in-time") && said.contains("probe: "), "{said}");
    assert!(said.contains("kept no copy"), "{said}");
    assert!(verifier::check_certificate(&record.replace("in-time", "late"), &key).is_err(), "a changed record is worth nothing");
    city.clock.advance_days(1);
    city.work();
    assert_eq!(find().as_deref(), Some(record.as_str()), "one record");
}
