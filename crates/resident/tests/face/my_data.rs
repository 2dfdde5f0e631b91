//! "My data": seen, copied, checked, corrected, withdrawn.

use std::process::Command;

use axum::http::StatusCode;
use people::{OpenRecord, Role, Scope, authorise};

use crate::city::{City, SLUG};
use crate::client::{Client, Page};
use crate::people::{chan, reference, register};

pub async fn enter(client: &Client, city: &City, reference: &str) -> Page {
    let page = client.get("/en/masks-2020/my-data").await;
    assert_eq!(page.h1(), "My data");
    let code = client.submit(&page, &[("reference", reference)]).await;
    city.work();
    client.submit(&code, &[("code", &city.phone.code())]).await
}

pub async fn registered(city: &City, client: &Client) -> String {
    let reference = reference(&register(client, "en", &chan()).await);
    city.work();
    reference
}

fn open_by_officer(city: &City, reference: &str) {
    let service = city.platform.public_service(SLUG).unwrap();
    let scope = Scope::at_console(service.id(), city.department);
    let grant = authorise::<OpenRecord>(&city.officer(3, Role::CaseOfficer), Some(scope)).unwrap();
    let found = registration::Reference::parse(reference).unwrap();
    let household = registration::find(service.ledger(), found).unwrap().unwrap();
    let reason = kernel::Secret::new("The resident asked where it is".to_owned());
    registration::open_for_officer(service.ledger(), &service.scheme(), grant, household.id, "delivery", &reason).unwrap();
}

fn verified(kind: &str, document: &str, city: &City) -> (bool, String) {
    check(kind, document, &[], city)
}

fn verified_with(document: &str, others: &[(&str, &str)], city: &City) -> (bool, String) {
    check("certificate", document, others, city)
}

fn check(kind: &str, document: &str, others: &[(&str, &str)], city: &City) -> (bool, String) {
    let program = std::env::current_exe().unwrap().parent().unwrap().join("../lionrock-verify");
    assert!(program.exists(), "build it first: cargo build -p verifier");
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("document.json");
    std::fs::write(&file, document).unwrap();
    let key = journal::verifier_key(&**city.platform.ledger().signer());
    let mut command = Command::new(program);
    command.arg(kind).arg(&file).args(["--key", &key]);
    for (option, document) in others {
        let path = folder.path().join(option);
        std::fs::write(&path, document).unwrap();
        command.arg(option).arg(path);
    }
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_03_a_resident_sees_everything_that_is_held_and_every_opening_with_its_proof() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let reference = registered(&city, &client).await;
    open_by_officer(&city, &reference);
    city.work();
    let view = enter(&client, &city, &reference).await;
    let text = view.text();
    for expected in [chan().name.as_str(), "You sent it on", "Kept until", "Case officer", "The resident asked where it is"] {
        assert!(text.contains(expected), "{expected} is missing in {text}");
    }
    let mark = "id=\"proof-evt_";
    let at = view.html.find(mark).unwrap() + "id=\"".len();
    let id: String = view.html[at..].chars().take_while(|c| *c != '"').collect();
    let proof = client.submit_form(&view, &id, &[]).await;
    let (good, said) = verified("receipt", &proof.html, &city);
    assert!(good, "{said}");
    assert!(!verified("receipt", &proof.html.replace("vault.opened", "vault.0pened"), &city).0);
    let foreign = client.submit_form(&view, &id, &[("event", "evt_00000000000000000000000000000000")]).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    // The reading by the resident is itself on record.
    let service = city.platform.public_service(SLUG).unwrap();
    let entries = service.ledger().scan(None, 10_000).unwrap();
    assert!(entries.iter().any(|entry| entry.body.contains("resident.data_shown")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_given_at_once_as_json_and_as_a_document() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let reference = registered(&city, &client).await;
    open_by_officer(&city, &reference);
    city.work();
    let view = enter(&client, &city, &reference).await;
    let copy = client.submit_form(&view, "json", &[]).await;
    let json: serde_json::Value = serde_json::from_str(&copy.html).unwrap();
    assert_eq!(json["reference"], reference.as_str());
    assert_eq!(json["held"].as_array().unwrap().len(), 3);
    assert!(copy.html.contains(&chan().name));
    // Every opening in it is checked offline, and one flipped byte is noticed.
    let (good, said) = verified("copy", &copy.html, &city);
    assert!(good && said.contains("4 openings in the list stand in the journal") && said.contains("vault.opened"), "{said}");
    for (from, to) in [("\"records\": 1,", "\"records\": 2,"), ("vault.opened", "vault.0pened"), ("\"purpose-id\": \"d", "\"purpose-id\": \"e")] {
        assert!(copy.html.contains(from) && !verified("copy", &copy.html.replacen(from, to, 1), &city).0, "{from}");
    }
    let document = client.submit_form(&view, "pdf", &[]).await;
    assert!(document.html.starts_with("%PDF-"), "a document is given where there is a font");
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_04_a_correction_erases_what_was_wrong() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let reference = registered(&city, &client).await;
    let view = enter(&client, &city, &reference).await;
    let form = client.submit_form(&view, "correct", &[]).await;
    assert_eq!(form.h1(), "Correct my data");
    let empty = client.submit(&form, &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = client.submit(&form, &[("mobile", "12")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let saved = client.submit(&form, &[("name", "Chan Tai-man Peter"), ("mobile", "6123 4567")]).await;
    assert_eq!(saved.h1(), "Your data are corrected");
    let again = client.submit(&saved, &[]).await;
    let text = again.text();
    assert!(text.contains("Chan Tai-man Peter") && text.contains("6123 4567") && text.contains("You corrected it"), "{text}");
    assert!(!text.contains(&chan().name), "what was wrong is gone");
    let service = city.platform.public_service(SLUG).unwrap();
    assert_eq!(service.ledger().keys().erasures_since(0).unwrap().len(), 2, "one line for each old value");
    // The next code goes to the new number.
    city.clock.advance_secs(61);
    enter(&client, &city, &reference).await;
    assert!(city.phone.texts().last().unwrap().0.contains("61234567"), "{:?}", city.phone.texts());
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_04_a_withdrawal_erases_at_once_and_gives_a_certificate_that_verifies() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let reference = registered(&city, &client).await;
    let view = enter(&client, &city, &reference).await;
    let copy = client.submit_form(&view, "json", &[]).await;
    let sure = client.submit_form(&view, "withdraw", &[]).await;
    assert!(sure.text().contains("This cannot be undone"), "{}", sure.text());
    let done = client.submit(&sure, &[("act", "erase")]).await;
    assert!(done.text().contains("Your data are erased"), "{}", done.text());
    let link = done.tags("a").into_iter().find(|tag| tag.contains("/certificates/")).unwrap();
    let href: String = link.split("href=\"").nth(1).unwrap().chars().take_while(|c| *c != '"').collect();
    let certificate = client.get(&href).await;
    let (good, said) = verified("certificate", &certificate.html, &city);
    assert!(good, "{said}");
    assert!(said.contains("all personal data of one registration"), "{said}");
    assert!(!verified("certificate", &certificate.html.replace("households: 1", "households: 2"), &city).0);
    // The opening stands on this page only; with the copy from before it shows that these very data are gone.
    let opening = client.submit_form(&done, "opening", &[]).await;
    let (good, said) = verified_with(&certificate.html, &[("--opening", &opening.html), ("--copy", &copy.html)], &city);
    assert!(good && said.contains("exactly the sealed values that your opening names"), "{said}");
    assert!(said.contains("4 sealed values are among those that were erased"), "{said}");
    let salt = opening.html.split("\"salt\":\"").nth(1).unwrap().split('"').next().unwrap();
    let (platform, service) = (city.platform.ledger(), city.platform.public_service(SLUG).unwrap());
    for ledger in [platform, service.ledger()] {
        assert!(!ledger.scan(None, 10_000).unwrap().iter().any(|entry| entry.body.contains(salt)), "the salt is in no journal");
    }
    let forged = client.submit_form(&done, "opening", &[("opening", &opening.html.replacen("\"salt\":\"", "\"salt\":\"AAAA", 1))]).await;
    assert_eq!(forged.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Nobody can come in any more: there is no number to which a code could go.
    let before = city.phone.texts().len();
    city.clock.advance_secs(61);
    let page = client.get("/en/masks-2020/my-data").await;
    let code = client.submit(&page, &[("reference", &reference)]).await;
    assert_eq!(code.h1(), "Enter the code", "the answer says nothing");
    city.work();
    assert_eq!(city.phone.texts().len(), before);
    // The pass that is still good shows that nothing is left.
    let nothing = client.submit_form(&view, "form", &[]).await;
    assert!(!nothing.text().contains(&chan().name), "{}", nothing.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_formal_request_has_forty_days_and_stands_in_the_log_book() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let reference = registered(&city, &client).await;
    let view = enter(&client, &city, &reference).await;
    let form = client.submit_form(&view, "request", &[]).await;
    let missing = client.submit(&form, &[("kind", "access"), ("name", "Chan"), ("address", "Here")]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let filled = [("kind", "access"), ("name", "Chan"), ("address", "Here"), ("text", "All you have")];
    let done = client.submit(&form, &filled).await;
    assert!(done.text().contains("2020/0001") && done.text().contains("15 June 2020"), "{}", done.text());
    let service = city.platform.public_service(SLUG).unwrap().id();
    let (rows, log) = city.platform.ledger().read("test.requests", |tx| {
        Ok::<_, store::StoreError>((vault::requests(tx, service, 10)?, vault::log_book(tx, service, 10)?))
    }).unwrap();
    assert_eq!((rows.len(), rows[0].days_left(city.platform.now().day())), (1, Some(40)));
    assert_eq!(log[0].step, "lodged");
}
