//! What becomes of a lease at the desk: handed over, handed on, stopped by a breach, closed after an inspection.

use people::Role;

use crate::contractors::{leased, second_contract};
use crate::stage::{SLUG, Stage};

fn at(rest: &str) -> String {
    format!("/en/staff/schemes/{SLUG}{rest}")
}

fn scene() -> (Stage, String) {
    let stage = Stage::new();
    stage.launch();
    let lease = leased(&stage);
    (stage, lease)
}

fn journal(stage: &Stage) -> Vec<String> {
    let rows = stage.platform.ledger().read("test", |tx| tx.query("-- test\nselect verb from journal_event", &[])).unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

#[test]
fn a_lease_goes_to_another_contract_and_the_first_owes_its_statement() {
    let (stage, lease) = scene();
    let owner = stage.officer(0, Role::SchemeOwner);
    let way = format!("{lease}/change/transfer");
    assert_eq!(owner.post(&way, &[]).status, 422, "to which contract?");
    let contract = second_contract(&stage);
    assert!(owner.get(&way).text().contains(&contract));
    assert_eq!(owner.post(&way, &[("contract", "ctc_other")]).status, 422);
    let done = owner.post(&way, &[("contract", &contract)]);
    assert_eq!(done.status, 303, "{}", done.text());
    assert!(owner.get(&done.location()).text().contains("In force"));
    let first = owner.get(&lease).text();
    assert!(first.contains("Waiting for the deletion statement") && first.contains("Key destroyed"), "{first}");
    assert_eq!(owner.post(&way, &[("contract", &contract)]).status, 422, "it has ended");
    assert_eq!(stage.officer(1, Role::SchemeOwner).post(&way, &[("contract", &contract)]).status, 404);
    assert_eq!(journal(&stage).iter().filter(|verb| *verb == "processors.lease_granted").count(), 2);
}

#[test]
fn promise_08_a_breach_told_on_the_telephone_stops_the_lease_and_opens_an_incident() {
    let (stage, lease) = scene();
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let way = format!("{lease}/breach");
    assert!(privacy.get(&lease).text().contains("Report a breach"));
    assert!(privacy.get(&way).text().contains("The lease stops at once"));
    assert_eq!(stage.officer(0, Role::CaseOfficer).post(&way, &[]).status, 403);
    assert_eq!(privacy.post(&way, &[]).status, 303);
    let page = privacy.get(&lease).text();
    assert!(page.contains("Key destroyed") && !page.contains("Report a breach"), "{page}");
    assert!(privacy.get("/en/staff/incidents").text().contains("Harbour Forms Limited"));
    assert!(journal(&stage).contains(&"processors.breach_reported".to_owned()));
}

#[test]
fn an_inspection_closes_only_what_waits_for_one() {
    let (stage, lease) = scene();
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let way = format!("{lease}/confirm");
    assert_eq!(privacy.get(&way).status, 404, "nothing is wrong with it");
    assert_eq!(privacy.post(&format!("{lease}/breach"), &[]).status, 303);
    assert_eq!(privacy.get(&way).status, 404, "no statement has come");
    state(&stage, &lease);
    assert_eq!(privacy.get(&way).status, 200);
    let on = |day, report| [("inspected-day", day), ("inspected-month", "5"), ("inspected-year", "2020"), ("report", report)];
    assert_eq!(privacy.post(&way, &on("6", "")).status, 422, "a report is named");
    assert_eq!(privacy.post(&way, &on("30", "IR 2020/7")).status, 422, "not in the future");
    assert_eq!(privacy.post(&way, &on("1", "IR 2020/7")).status, 422, "not before the end");
    assert_eq!(privacy.post(&way, &on("6", "IR 2020/7")).status, 303);
    assert!(journal(&stage).contains(&"processors.confirmed_on_site".to_owned()));
    stage.clock.advance_secs(60);
    stage.work();
    let page = privacy.get(&lease).text();
    assert!(page.contains("Closing record"), "{page}");
    let file = crate::client::json(&privacy.get(&format!("{lease}/closing-record")));
    let key = journal::verifier_key(&**stage.platform.ledger().signer());
    let said = verifier::check_certificate(&file.to_string(), &verifier::Key::parse(&key).unwrap()).unwrap();
    assert!(said.stated.iter().any(|line| line.starts_with("inspected: ")), "{said:?}");
}

/// The contractor files its statement after all, though the incident stays open.
fn state(stage: &Stage, lease: &str) {
    let id: kernel::Id<kernel::kinds::Lease> = lease.rsplit('/').next().unwrap().parse().unwrap();
    let mut row = stage.platform.ledger().read("test", |tx| processors::lease(tx, id)).unwrap().unwrap();
    row.statement = Some((stage.platform.now(), false));
    let body = serde_json::to_string(&row).unwrap();
    let at = stage.platform.now();
    let set = move |work: &mut journal::Work<'_, '_>| {
        work.tx().execute(
            "-- test\ninsert into deletion_statement (lease, number, at, verdict, late, digest, body, signature)
values ($1, 1, $2, 'accepted', $3, $4, 'as it came', $4)",
            &[id.into(), at.into(), false.into(), [1_u8; 32].into()],
        )?;
        work.tx().execute("-- test\nupdate lease set body = $2 where id = $1", &[id.into(), body.as_str().into()])
    };
    stage.platform.ledger().write("test", journal::Actor::Operator, set).unwrap();
}

#[test]
fn promise_08_a_package_is_handed_over_by_two_persons() {
    let (stage, _) = scene();
    let delivery = stage.officer(0, Role::DeliveryOfficer);
    let way = at("/delivery/hand-over");
    assert!(delivery.get(&way).text().contains("No lease of this scheme"), "the lease is for looking up");
    let lease = crate::contractors::lease_to_hand_over(&stage);
    let id = lease.rsplit('/').next().unwrap().to_owned();
    assert_eq!(delivery.post(&way, &[]).status, 422);
    assert_eq!(delivery.post(&way, &[("lease", &id)]).status, 303);
    let supervisor = stage.officer(0, Role::SupervisingOfficer);
    let approval = supervisor.get(&at("/delivery")).between(&at("/approvals/"), "\"");
    let run = format!("{way}/{approval}");
    assert_eq!(delivery.get(&run).status, 404, "not before it is approved");
    let decide = at(&format!("/approvals/{approval}"));
    assert!(supervisor.get(&decide).text().contains("Hand over the records of the lease of Harbour Forms Limited"));
    assert_eq!(supervisor.post(&decide, &[("decision", "approve")]).status, 303);
    let nowhere = delivery.post(&run, &[]);
    assert!(nowhere.status == 422 && nowhere.text().contains("where the data will be"), "{}", nowhere.text());
    let address = [("address", "http://127.0.0.1:9/forms"), ("use", "data")];
    assert_eq!(stage.officer(0, Role::SchemeOwner).post(&format!("{lease}/change/address"), &address).status, 303);
    assert!(delivery.get(&at("/delivery")).text().contains(&format!("/delivery/hand-over/{approval}")));
    assert_eq!(delivery.post(&run, &[]).status, 303);
    assert_eq!(delivery.post(&run, &[]).status, 422, "an approval is used once");
    assert!(journal(&stage).contains(&"processors.handed_over".to_owned()));
}
