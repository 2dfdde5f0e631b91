//! Promise 11: no page tells a stranger whether a person is registered or matches.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use store::Options;

use crate::city::City;
use crate::client::{Client, Page};
use crate::people::{Household, chan, number, reference, register, up_to_check};

/// The page without what belongs to each registration alone: reference, receipt, and the token of its forms.
fn without_own(page: &Page) -> String {
    let mut html = page.html.replace(&reference(page), "REFERENCE");
    for tag in page.tags("input") {
        let value = tag.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        html = html.replace(&format!("\"{value}\""), "\"\"");
    }
    let from = html.find("<svg role=\"img\"").unwrap();
    let to = from + html[from..].find("</svg>").unwrap();
    html.replace_range(from..to, "");
    html
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_11_match_mismatch_and_duplicate_see_the_same_bytes_and_run_the_same_sql() {
    let trace: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = trace.clone();
    let note = move |name: &'static str, sql: &str| seen.lock().unwrap().push(format!("{name}: {sql}"));
    let city = City::traced("2020-05-06T08:00", Options { trace: Some(Arc::new(note)), ..Options::default() });
    let client = Client(city.app.clone());
    let matching = chan();
    let mismatch = Household { id_number: number("I222222"), year: "1980".into(), members: vec![(number("U222222"), "1980".into())], ..chan() };
    let _ = register(&client, "en", &matching).await;
    city.work();
    let mut answers = Vec::new();
    for who in [&matching, &mismatch, &Household { id_number: number("O333333"), members: vec![(number("O444444"), "1970".into())], ..chan() }] {
        let check = up_to_check(&client, "en", who).await;
        trace.lock().unwrap().clear();
        let done = client.submit(&check, &[]).await;
        let sql = trace.lock().unwrap().clone();
        assert!(!sql.is_empty());
        answers.push((done.status, done.headers.get("content-type").cloned(), without_own(&done), sql));
    }
    assert_eq!(answers[0], answers[1], "a duplicate and a mismatch");
    assert_eq!(answers[1], answers[2], "a mismatch and a match");
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_11_the_door_says_the_same_for_every_reference() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let known = reference(&register(&client, "en", &chan()).await);
    city.work();
    let elsewhere = City::at("2020-05-06T08:00");
    let stranger = Household { id_number: number("O555555"), ..chan() };
    let _ = register(&Client(elsewhere.app.clone()), "en", &chan()).await;
    let unknown = reference(&register(&Client(elsewhere.app.clone()), "en", &stranger).await);
    assert_ne!(known, unknown);
    let mut pages = Vec::new();
    for asked in [&known, &unknown] {
        let page = client.get("/en/masks-2020/status").await;
        let code = client.submit(&page, &[("reference", asked)]).await;
        let wrong = client.submit(&code, &[("code", "000000")]).await;
        let same = |page: &Page| (page.status, page.text().replace(asked.as_str(), "REFERENCE"));
        pages.push((same(&code), same(&wrong)));
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0].1.0, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Whoever asks again and again is held back before anything is looked up: the same page after the same number of times, and the
/// journal does not grow.
#[tokio::test(flavor = "multi_thread")]
async fn promise_11_the_limit_at_the_door_says_the_same_for_every_reference() {
    let trace: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = trace.clone();
    let note = move |name: &'static str, sql: &str| seen.lock().unwrap().push(format!("{name}: {sql}"));
    let city = City::traced("2020-05-06T08:00", Options { trace: Some(Arc::new(note)), ..Options::default() });
    let client = Client(city.app.clone());
    let known = reference(&register(&client, "en", &chan()).await);
    city.work();
    let unknown = registration::Reference::from_number(42).to_string();
    let mut answers = Vec::new();
    for asked in [&known, &unknown] {
        let page = client.get("/en/masks-2020/status").await;
        let code = client.submit(&page, &[("reference", asked)]).await;
        trace.lock().unwrap().clear();
        let mut seen = Vec::new();
        for _ in 0..12 {
            let wrong = client.submit(&code, &[("code", "000000")]).await;
            let sql = std::mem::take(&mut *trace.lock().unwrap());
            seen.push((wrong.status, wrong.text().replace(asked.as_str(), "REFERENCE"), sql));
        }
        answers.push(seen);
    }
    assert_eq!(answers[0], answers[1]);
    let [.., tried, held, _, _] = &answers[0][..] else { panic!("twelve answers") };
    assert_eq!((tried.0, held.0), (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::TOO_MANY_REQUESTS));
    assert!(held.1.contains("tried too often"), "{}", held.1);
    assert!(tried.2.iter().any(|sql| sql.contains("registration.check_code")));
    assert!(!held.2.iter().any(|sql| sql.contains("insert into journal_event")), "{:?}", held.2);
    city.clock.advance_secs(61);
    let page = client.get("/en/masks-2020/status").await;
    assert_eq!(client.submit(&page, &[("reference", &known)]).await.h1(), "Enter the code");
}
