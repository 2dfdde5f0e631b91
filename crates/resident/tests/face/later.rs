//! After registering: messages, status, repair, receipts, the end.

use axum::http::StatusCode;
use kernel::Instant;
use people::{OpenRecord, Role, Scope, authorise};

use crate::city::{City, SLUG};
use crate::client::{Client, Page};
use crate::people::{Household, chan, identity, reference, register};

async fn look(client: &Client, city: &City, reference: &str) -> Page {
    let page = client.get("/en/masks-2020/status").await;
    let code = client.submit(&page, &[("reference", &reference.to_lowercase())]).await;
    assert_eq!(code.h1(), "Enter the code");
    city.work();
    client.submit(&code, &[("code", &city.phone.code())]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mismatch_is_repaired_behind_reference_and_code() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let wrong = Household { year: "1980".into(), members: Vec::new(), ..chan() };
    let first = reference(&register(&client, "en", &wrong).await);
    city.work();
    let told = city.phone.texts();
    assert!(told.iter().any(|(_, text)| text.contains("/en/masks-2020/repair")), "{told:?}");
    let view = look(&client, &city, &first).await;
    assert!(view.text().contains("Needs checking") && view.text().contains("No officer has opened"), "{}", view.text());
    let form = client.submit_form(&view, "repair", &[]).await;
    assert_eq!(form.h1(), "About you");
    assert!(!form.has(&wrong.id_number), "the form is empty");
    let page = identity(&client, &form, &chan().id_number, "1970").await;
    let page = client.submit(&page, &[("name", "Chan Tai Man")]).await;
    let page = client.submit(&page, &[("act", "go-manual")]).await;
    let page = client.submit(&page, &[("text", "12 Example Village"), ("district", "ILD")]).await;
    let page = client.submit(&page, &[("mobile", "5123 4567")]).await;
    let check = client.submit(&page, &[]).await;
    assert!(check.has("Accept and send the correction"));
    let second = reference(&client.submit(&check, &[]).await);
    city.work();
    let view = look(&client, &city, &second).await;
    assert!(view.text().contains("An officer will look at your address"), "{}", view.text());
    assert!(!view.has("id=\"repair\""));
    // One code a minute for a registration is enough.
    city.clock.advance_secs(61);
    let old = look(&client, &city, &first).await;
    assert!(old.text().contains("Replaced"), "{}", old.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_opened_a_registration_stands_in_its_status() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let reference = reference(&register(&client, "en", &chan()).await);
    city.work();
    let service = city.platform.public_service(SLUG).unwrap();
    let officer = city.officer(3, Role::CaseOfficer);
    let scope = Scope::at_console(service.id(), city.department);
    let grant = authorise::<OpenRecord>(&officer, Some(scope)).unwrap();
    let found = registration::Reference::parse(&reference).unwrap();
    let household = registration::find(service.ledger(), found).unwrap().unwrap();
    let reason = kernel::Secret::new("The resident called about the <delivery>".to_owned());
    let opened = registration::open_for_officer(service.ledger(), &service.scheme(), grant, household.id, "delivery", &reason);
    assert!(opened.is_ok());
    let view = look(&client, &city, &reference).await;
    let text = view.text();
    assert!(text.contains("Case officer") && text.contains("Innovation Services Department"), "{text}");
    assert!(text.contains("The resident called about the <delivery>"), "{text}");
    let again = client.switch(&view, "zh-hant", &[]).await;
    assert!(again.text().contains("創新服務署"), "{}", again.text());
    city.clock.advance_secs(1900);
    let over = client.submit(&view, &[]).await;
    assert_eq!(over.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(over.text().contains("Half an hour has passed") && !over.text().contains("Case officer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_checked_by_its_line_and_by_its_file() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let done = register(&client, "en", &chan()).await;
    let line = done.field("receipt");
    let check = |text: String| {
        let client = client.clone();
        async move {
            let page = client.get("/en/check-receipt").await;
            client.submit(&page, &[("receipt", &text)]).await
        }
    };
    assert_eq!(check(line.clone()).await.h1(), "This receipt is genuine");
    city.work();
    let merged = check(line.clone()).await;
    assert_eq!(merged.h1(), "This receipt is genuine and on public record");
    assert!(merged.has(&reference(&done)));
    let file = client.submit(&merged, &[]).await;
    assert!(file.headers["content-disposition"].to_str().unwrap().contains("lionrock-receipt.json"));
    let json: serde_json::Value = serde_json::from_str(&file.html).unwrap();
    assert_eq!((json["format"].as_str(), json["inclusion"].is_object()), (Some("lionrock-receipt/1"), true));
    assert_eq!(check(file.html.clone()).await.h1(), "This receipt is genuine and on public record");
    let ask = client.get("/en/check-receipt").await;
    let uploaded = client.submit_file(&ask, file.html.as_bytes()).await;
    assert_eq!(uploaded.h1(), "This receipt is genuine and on public record");
    let switched = client.switch(&uploaded, "zh-hant", &[]).await;
    assert_eq!(switched.h1(), "收據真確，並已列入公開紀錄");
    let long = vec![b' '; 64 * 1024 + 1];
    for (bad, sentence) in [
        (b"".as_slice(), "The file is empty"),
        (&[0xff, 0xfe, 0x00], "This is not a text file"),
        (&long, "larger than 64 KB"),
        (b"{}", "This is not a whole receipt"),
    ] {
        let refused = client.submit_file(&ask, bad).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.has(sentence) && refused.has("id=\"file-error\""), "{sentence}: {}", refused.text());
    }
    let forged = file.html.replace("\\\"people\\\":2", "\\\"people\\\":6");
    assert_ne!(forged, file.html);
    assert_eq!(check(forged).await.h1(), "This receipt is not from us");
    for broken in [&line[..line.len() / 2], "LR1.", "{}", "hello"] {
        assert_eq!(check(broken.to_owned()).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{broken}");
    }
    let chinese = client.switch(&done, "zh-hans", &[]).await;
    assert_eq!((chinese.h1().as_str(), reference(&chinese)), ("我们已收到你的登记", reference(&done)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheme_that_ended_has_its_certificate_and_nothing_else() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let line = register(&client, "en", &chan()).await.field("receipt");
    city.work();
    city.clock.set(Instant::parse_hong_kong("2020-10-05T08:00").unwrap());
    city.work();
    let page = client.get("/en/masks-2020").await;
    assert_eq!(page.h1(), "This service has ended, and its data are erased");
    assert!(page.text().contains("Registrations erased 1"), "{}", page.text());
    let file = client.get("/en/masks-2020/certificate.json").await;
    assert!(file.has("lionrock-certificate/1"));
    for gone in ["status", "register", "trust", "wait", "statistics", "repair"] {
        assert_eq!(client.get(&format!("/en/masks-2020/{gone}")).await.status, StatusCode::NOT_FOUND, "{gone}");
    }
    let ask = client.get("/en/check-receipt").await;
    let ended = client.submit(&ask, &[("receipt", &line)]).await;
    assert_eq!(ended.h1(), "This receipt is genuine; its service has ended");
    assert!(client.get("/zh-hant").await.text().contains("已結束的服務"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_references_are_said_and_codes_run_out() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let good = reference(&register(&client, "en", &chan()).await);
    city.work();
    let page = client.get("/en/masks-2020/status").await;
    for bad in ["", "123", "!!!!-!!!!-!!!!"] {
        let refused = client.submit(&page, &[("reference", bad)]).await;
        assert_eq!((refused.status, refused.field("reference").as_str()), (StatusCode::UNPROCESSABLE_ENTITY, bad));
    }
    let code = client.submit(&page, &[("reference", &good)]).await;
    city.work();
    city.clock.advance_secs(16 * 60);
    let late = client.submit(&code, &[("code", &city.phone.code())]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    let again = client.submit(&late, &[("act", "again")]).await;
    assert_eq!((again.status, again.h1().as_str()), (StatusCode::OK, "Enter the code"));
    city.work();
    let view = client.submit(&again, &[("code", &city.phone.code())]).await;
    assert_eq!(view.h1(), "Your registration");
    let tampered = client.submit(&view, &[("pass", "AAAA")]).await;
    assert_eq!(tampered.status, StatusCode::UNPROCESSABLE_ENTITY);
}
