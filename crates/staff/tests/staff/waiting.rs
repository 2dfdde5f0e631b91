//! Entries that waited sealed on an officer's phone, from the side of the desk. What the phone's script does is done here by
//! `seal::hpke`, another implementation of the same RFC.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flows::Service;
use people::Role;
use registration::scheme::{Definition, Operation};
use registration::{Figures, Reference, find, open_own};
use seal::hpke::seal_to;
use serde_json::{Value, json};
use testkit::SeededRandom;

use crate::client::{self, Client, Reply};
use crate::journey::field::{OPERATION, launch};
use crate::journey::number;
use crate::stage::Stage;

const NAME: &str = "Chan Tai Man";

fn at(rest: &str) -> String {
    format!("/en/staff/schemes/{OPERATION}{rest}")
}

fn operation() -> (Stage, Arc<Service>, Client) {
    let stage = Stage::new();
    launch(&stage);
    let service = stage.platform.public_service(OPERATION).unwrap();
    let officer = stage.officer(0, Role::FieldOfficer);
    (stage, service, officer)
}

/// What a page carries.
#[derive(Clone)]
struct Key {
    public: [u8; 65],
    stamp: String,
    about: String,
}

fn key(officer: &Client) -> Key {
    let reply = officer.get(&at("/field/queue"));
    assert_eq!(reply.status, 200, "{}", reply.text());
    let json = client::json(&reply);
    let text = |name: &str| json[name].as_str().unwrap().to_owned();
    let public = URL_SAFE_NO_PAD.decode(text("public")).unwrap().try_into().unwrap();
    Key { public, stamp: text("stamp"), about: text("about") }
}

/// The form as it is typed.
fn typed(service: &Service, digits: &str, day: &str) -> Value {
    json!({
        "version": kernel::to_hex(&service.scheme().digest()),
        "id_number": number(digits),
        "birth-day": day, "birth-month": "2", "birth-year": "1950",
        "name": NAME,
        "address.flat": "9F", "address.floor": "17",
        "mobile": "51234567", "vaccination": "3", "language": "zh-hant",
    })
}

fn sealed(key: &Key, id: &str, form: &Value) -> Value {
    let plain = json!({ "at": 1_500_000_000_000_i64, "form": form }).to_string();
    let bound = format!("{id}\n{}", key.stamp);
    let bytes = seal_to(&key.public, key.about.as_bytes(), bound.as_bytes(), plain.as_bytes(), &SeededRandom::new(3)).unwrap();
    json!({ "id": id, "stamp": key.stamp, "sealed": URL_SAFE_NO_PAD.encode(bytes) })
}

fn send(officer: &Client, entries: &[Value]) -> Reply {
    officer.post_json(&at("/field/queue"), &json!({ "_token": officer.token(), "entries": entries }))
}

fn results(officer: &Client, entries: &[Value]) -> Vec<Value> {
    let reply = send(officer, entries);
    assert_eq!(reply.status, 200, "{}", reply.text());
    client::json(&reply)["results"].as_array().unwrap().clone()
}

fn id(number: u8) -> String {
    format!("{number:032x}")
}

fn received(stage: &Stage, service: &Service) -> i64 {
    stage.work();
    service.ledger().read("test.figures", Figures::read).unwrap().total("received")
}

#[test]
fn what_waited_is_entered_as_if_it_had_been_typed_now_and_once_however_often_it_is_sent() {
    let (stage, service, officer) = operation();
    let key = key(&officer);
    stage.clock.advance_secs(3 * 3600);
    let officer = next(&stage);
    let entries: Vec<Value> =
        [(1, "Q123456"), (2, "U654321"), (3, "I111111")].map(|(n, digits)| sealed(&key, &id(n), &typed(&service, digits, "1"))).to_vec();
    let first = results(&officer, &entries);
    assert!(first.iter().all(|result| result["state"] == "kept"), "{first:?}");
    assert_eq!(results(&officer, &entries), first, "sent again, the same references");
    assert_eq!(received(&stage, &service), 3);
    let reference = Reference::parse(first[0]["reference"].as_str().unwrap()).unwrap();
    let row = find(service.ledger(), reference).unwrap().unwrap();
    let own = open_own(service.ledger(), row.id).unwrap();
    assert_eq!(own.contact.unwrap().address.line, "9F, 17, Harbour House, 1 Example Road, Kwun Tong");
    assert_eq!(row.language, kernel::Language::ZhHant);
    let journal: Vec<Value> =
        service.ledger().page(None, 100).unwrap().iter().map(|entry| serde_json::from_str(&entry.body).unwrap()).collect();
    let opened: Vec<&Value> = journal.iter().filter(|event| event["verb"] == "registration.queue_opened").collect();
    assert_eq!(opened.len(), 2, "{journal:?}");
    assert_eq!(opened[0]["details"]["entries"], 3);
    let received = journal.iter().find(|event| event["verb"] == "registration.received").unwrap();
    assert_eq!(received["details"]["claimed"], 1_500_000_000_000_i64, "the phone's own time is a claim beside ours");
    assert_eq!(received["details"]["channel"], "field");
}

/// The next officer, when the session of the one before has ended.
fn next(stage: &Stage) -> Client {
    let client = stage.client();
    client.join(&stage.invite(0, Role::FieldOfficer));
    client
}

#[test]
fn whoever_is_signed_out_sends_after_signing_in_again_and_loses_nothing() {
    let (stage, service, officer) = operation();
    let entry = sealed(&key(&officer), &id(1), &typed(&service, "Q123456", "1"));
    assert_eq!(officer.post("/en/staff/sign-out", &[]).status, 303);
    assert_eq!(send(&officer, std::slice::from_ref(&entry)).status, 401);
    let other = next(&stage);
    let stranger = officer.post_json(&at("/field/queue"), &json!({ "_token": other.token(), "entries": [entry] }));
    assert_eq!(stranger.status, 401);
    let forged = other.post_json(&at("/field/queue"), &json!({ "_token": officer.token(), "entries": [entry] }));
    assert_eq!(forged.status, 403, "a token of another session");
    assert_eq!(results(&other, &[entry])[0]["state"], "kept");
    assert_eq!(received(&stage, &service), 1);
}

#[test]
fn each_entry_has_its_own_answer_and_nothing_but_a_whole_one_of_here_is_opened() {
    let (stage, service, officer) = operation();
    let here = key(&officer);
    let good = |n: u8| sealed(&here, &id(n), &typed(&service, "Q123456", "1"));
    let flipped = {
        let mut entry = good(2);
        let mut bytes = URL_SAFE_NO_PAD.decode(entry["sealed"].as_str().unwrap()).unwrap();
        bytes[100] ^= 1;
        entry["sealed"] = URL_SAFE_NO_PAD.encode(bytes).into();
        entry
    };
    let renamed = {
        let mut entry = good(3);
        entry["id"] = id(33).into();
        entry
    };
    let mine = service.ledger().keys().prf("registration field stamp", b"no");
    let forged_stamp = Key { stamp: format!("1588719600000.{}", kernel::to_hex(&mine[..16])), ..here.clone() };
    let strange = seal::hpke::Receiver::derive(&[8; 32]).unwrap();
    let wrong_key = Key { public: *strange.public(), ..here.clone() };
    let elsewhere = Key { about: here.about.replace("-01", "-02"), ..here.clone() };
    let mut long = typed(&service, "Q123456", "1");
    long["name"] = "x".repeat(9_000).into();
    let unreadable = [
        flipped,
        renamed,
        sealed(&forged_stamp, &id(4), &typed(&service, "Q123456", "1")),
        sealed(&wrong_key, &id(5), &typed(&service, "Q123456", "1")),
        sealed(&elsewhere, &id(6), &typed(&service, "Q123456", "1")),
        sealed(&here, &id(7), &long),
        sealed(&here, &id(8), &json!("no form")),
        sealed(&here, "short", &typed(&service, "Q123456", "1")),
        json!({ "id": id(9), "stamp": "", "sealed": "" }),
        json!({ "id": id(10), "stamp": here.stamp, "sealed": "*" }),
    ];
    let found = results(&officer, &unreadable);
    for result in &found {
        let answer = (&result["state"], &result["why"], &result["mend"]);
        assert_eq!(answer, (&json!("refused"), &json!("unreadable"), &json!(false)), "{result}");
    }
    let mixed = [good(1), sealed(&here, &id(11), &typed(&service, "Q123456", "31"))];
    let found = results(&officer, &mixed);
    assert_eq!(found[0]["state"], "kept");
    assert_eq!((&found[1]["why"], &found[1]["mend"]), (&json!("fields"), &json!(true)), "the 31st of February");
    assert!(!send(&officer, &mixed).text().contains(NAME), "an answer names nobody");
    assert_eq!(received(&stage, &service), 1);
    assert_eq!(send(&officer, &vec![good(1); 51]).status, 422);
    for nonsense in [json!({ "entries": 3 }), json!({ "entries": ["x"] }), json!({})] {
        let mut body = nonsense;
        body["_token"] = officer.token().into();
        assert_eq!(officer.post_json(&at("/field/queue"), &body).status, 422);
    }
}

#[test]
fn what_comes_after_a_day_is_refused_and_its_key_dies_with_that_day() {
    let (stage, service, officer) = operation();
    let entry = sealed(&key(&officer), &id(1), &typed(&service, "Q123456", "1"));
    stage.clock.advance_secs(24 * 3600 - 1);
    let officer = next(&stage);
    let late = results(&officer, std::slice::from_ref(&entry));
    assert_eq!((&late[0]["why"], &late[0]["mend"]), (&json!("closed"), &json!(true)), "it opens, but the operation is over");
    stage.clock.advance_secs(1);
    for days in [0, 1] {
        stage.clock.advance_days(days);
        let officer = next(&stage);
        let found = results(&officer, std::slice::from_ref(&entry));
        assert_eq!((&found[0]["why"], &found[0]["mend"]), (&json!("old"), &json!(false)));
    }
    assert_eq!(received(&stage, &service), 0);
}

#[test]
fn a_refused_entry_is_shown_by_the_server_and_mended_under_the_same_id() {
    let (stage, service, officer) = operation();
    let here = key(&officer);
    let wrong = sealed(&here, &id(1), &typed(&service, "Q123456", "31"));
    assert_eq!(results(&officer, std::slice::from_ref(&wrong))[0]["state"], "refused");
    let page = officer.post(&at("/field/mend"), &[("entry", &wrong.to_string())]);
    assert_eq!(page.status, 422);
    let html = page.text();
    assert!(html.contains(NAME) && html.contains("value=\"31\"") && html.contains("id=\"birth-error\""), "{html}");
    assert!(html.contains(&format!("name=\"key\" value=\"{}\"", id(1))) && html.contains("data-again"));
    assert_eq!(received(&stage, &service), 0, "showing it enters nobody");
    let mended = sealed(&here, &id(1), &typed(&service, "Q123456", "1"));
    assert_eq!(results(&officer, &[mended])[0]["state"], "kept");
    assert_eq!(received(&stage, &service), 1);
    let broken = json!({ "id": id(2), "stamp": here.stamp, "sealed": "AAAA" }).to_string();
    let page = officer.post(&at("/field/mend"), &[("entry", &broken)]);
    assert!(page.status == 422 && page.text().contains("cannot be opened"));
    assert_eq!(officer.post(&at("/field/mend"), &[("entry", "no entry")]).status, 422);
}

/// Another operation beside the usual one.
fn launch_other(stage: &Stage, change: impl Fn(&mut Operation)) -> Arc<Service> {
    let moment = |text| kernel::Instant::parse_hong_kong(text).unwrap();
    let (opens, closes) = (moment("2020-05-06T07:00"), moment("2020-05-07T07:00"));
    let definition = Definition::restriction_testing().unwrap().with_slug("restriction-testing-02");
    let mut definition = definition.with_window(opens, closes, closes.day().plus(1));
    change(definition.operation.as_mut().unwrap());
    stage.launch_scheme("restriction-testing-02", &definition.to_toml().unwrap());
    stage.platform.public_service("restriction-testing-02").unwrap()
}

#[test]
fn whoever_gave_a_mobile_number_is_told_unless_the_operation_says_no() {
    let (stage, service, officer) = operation();
    let silent = launch_other(&stage, |operation| operation.confirmation = false);
    for service in [&service, &silent] {
        let form = typed(service, "Q123456", "1");
        let mut pairs: Vec<(&str, &str)> =
            form.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let key = id(1);
        pairs.push(("key", &key));
        let entered = officer.post(&format!("/en/staff/schemes/{}/field", service.slug()), &pairs);
        assert_eq!(entered.status, 200, "{}", entered.text());
    }
    stage.work();
    let told = |service: &Service| service.ledger().read("test.counts", notify::counts).unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!((told(&service), told(&silent)), (vec!["registration-confirmed".to_owned()], Vec::new()));
    let opened = |service: &Service| service.ledger().page(None, 100).unwrap().iter().any(|entry| entry.body.contains("vault.batch_opened"));
    assert!(opened(&service) && !opened(&silent), "nobody's number is opened for nothing");
}

#[test]
fn promise_01_the_page_that_phones_keep_names_nobody_and_holds_no_token() {
    let (stage, _, officer) = operation();
    let page = officer.get(&at("/field/offline"));
    let html = page.text();
    assert_eq!(page.status, 200, "{html}");
    assert!(html.contains("name=\"_token\" value=\"\"") && !html.contains("Sign out") && !html.contains("Field officer"), "{html}");
    assert!(html.contains("autocomplete=\"off\""), "the browser is asked to remember nothing");
    let worker = officer.get(&at("/field/worker.js"));
    assert_eq!(worker.headers["service-worker-allowed"], at("/field").as_str(), "it has this one page in its care");
    assert_eq!(worker.headers["content-type"], "text/javascript; charset=utf-8");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    // An operation in which nothing may wait has neither key nor queue.
    launch_other(&stage, |operation| operation.queue_hours = None);
    let officer = stage.officer(0, Role::FieldOfficer);
    let other = at("/field").replace("-01", "-02");
    assert!(!officer.get(&other).text().contains("data-queue"));
    assert_eq!(officer.get(&format!("{other}/queue")).status, 404);
    let nothing = json!({ "_token": officer.token(), "entries": [] });
    assert_eq!(officer.post_json(&format!("{other}/queue"), &nothing).status, 404);
}
