//! Gate, waiting room, and pages of a scheme that takes nothing now.

use axum::http::StatusCode;
use kernel::Instant;
use people::{OperateScheme, Role, Scope, authorise};
use registration::Operate;

use crate::city::{City, SLUG, definition};
use crate::client::Client;
use crate::people::{chan, up_to_check};

const PAGES: [&str; 8] =
    ["", "/wait", "/register", "/status", "/repair", "/trust", "/statistics", "/certificate.json"];

#[tokio::test(flavor = "multi_thread")]
async fn promise_07_a_scheme_without_its_gate_has_no_page() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let (service, version) = city.draft(&definition("masks-draft"));
    let unknown = client.get("/en/no-such-scheme").await;
    for page in PAGES {
        let found = client.get(&format!("/en/masks-draft{page}")).await;
        assert_eq!(found.status, StatusCode::NOT_FOUND, "{page}");
    }
    assert_eq!(client.get("/masks-draft/queue.json").await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.get("/en/masks-draft").await.h1(), unknown.h1());
    assert!(!client.get("/en").await.has("masks-draft"));
    city.pass_gate(service, version);
    for page in &PAGES[..7] {
        assert_eq!(client.get(&format!("/en/masks-draft{page}")).await.status, StatusCode::OK, "{page}");
    }
    assert!(client.get("/en").await.has("/en/masks-draft"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_statement_stands_before_any_field() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let service = city.platform.public_service(SLUG).unwrap();
    for language in kernel::Language::ALL {
        let front = client.get(&format!("/{}/masks-2020", language.slug())).await;
        let start = front.html.find("<form method").unwrap();
        let before = crate::client::Page { html: front.html[..start].to_owned(), ..front.clone() }.text();
        for part in service.scheme().statement(language) {
            for words in part.paragraphs.iter().chain(&part.items).chain([&part.heading]) {
                let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(before.contains(&words), "{language}: {words}");
            }
        }
        for row in service.scheme().data_table(language) {
            assert!(before.contains(&row.why) && before.contains(&row.kept_until), "{language}: {}", row.what);
        }
        assert!(!before.contains("<input"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_in_the_queue_is_kept_comes_back_by_its_code_and_leads_in() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let mut slow = definition("masks-slow");
    slow.admission.rate_per_minute = 10;
    city.launch(&slow);
    let service = city.platform.public_service("masks-slow").unwrap();
    for _ in 0..60 {
        let _ = service.arrive(city.platform.now());
    }
    let front = client.get("/en/masks-slow").await;
    let waiting = client.submit(&front, &[]).await;
    assert_eq!(waiting.h1(), "You are in the queue");
    assert!(waiting.has("<noscript><meta http-equiv=\"refresh\"") && waiting.has("still=1"));
    assert!(waiting.text().contains("There is no need to rush") && waiting.text().contains("open until"));
    let code = waiting.html.split("class=\"lr-reference\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let still = waiting.tags("a").into_iter().find(|tag| tag.contains("still=1")).unwrap();
    let still = still.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let still = client.get(&still).await;
    assert!(!still.has("http-equiv=\"refresh\""));
    let door = client.get("/en/masks-slow/wait").await;
    let back = client.submit_form(&door, "resume", &[("code", &code), ("act", "resume")]).await;
    assert!(back.has(&code), "{}", back.text());
    let wrong = client.submit_form(&door, "resume", &[("code", "0000"), ("act", "resume")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..40 {
        city.clock.advance_secs(60);
        let _ = service.room_status(city.platform.now());
    }
    let turn = client.submit_form(&door, "resume", &[("code", &code), ("act", "resume")]).await;
    assert_eq!(turn.h1(), "It is your turn", "{}", turn.text());
    let statement = client.submit(&turn, &[("act", "enter")]).await;
    assert_eq!(statement.h1(), "Before you begin", "a place brought back by its code has not seen the statement");
    let form = client.submit(&statement, &[]).await;
    assert_eq!(form.h1(), "About you");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_object_may_be_cached_and_says_nothing_of_anybody() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let queue = client.get("/masks-2020/queue.json").await;
    assert!(queue.headers["cache-control"].to_str().unwrap().starts_with("public"));
    let json: serde_json::Value = serde_json::from_str(&queue.html).unwrap();
    assert_eq!(json["open"], true);
    assert!(json["people_per_minute"].as_u64().unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_pass_there_is_no_form() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    assert_eq!(client.get("/en/masks-2020/register").await.h1(), "Register");
}

#[tokio::test(flavor = "multi_thread")]
async fn scheduled_paused_and_closed_say_when_and_what_else() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let check = up_to_check(&client, "en", &chan()).await;
    let service = city.platform.public_service(SLUG).unwrap();
    let officer = city.officer(1, Role::SchemeOwner);
    let grant = authorise::<OperateScheme>(&officer, Some(Scope::at_console(service.id(), city.department))).unwrap();
    let pause = move |work: &mut journal::Work<'_, '_>| {
        Ok::<_, store::StoreError>(registration::operate(work, &grant, Operate::Pause).unwrap())
    };
    service.ledger().write("test.pause", grant.actor(), pause).unwrap_or_else(|_| panic!("refused"));
    let paused = client.submit(&check, &[]).await;
    assert_eq!((paused.status, paused.h1().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "Registration is paused"));
    assert!(paused.text().contains("Nothing that you may have typed has been saved"));
    assert!(client.get("/en/masks-2020").await.text().contains("Registration is paused"));
    city.clock.set(Instant::parse_hong_kong("2020-06-07T08:00").unwrap());
    let closed = client.get("/zh-hant/masks-2020/wait").await;
    assert_eq!((closed.status, closed.h1().as_str()), (StatusCode::GONE, "登記已截止"));
    assert!(!client.get("/en/masks-2020").await.has("Start now"));
    let early = City::at("2020-05-06T06:00");
    let page = Client(early.app.clone()).get("/en/masks-2020/wait").await;
    assert!(page.text().contains("Registration opens at 7:00 am on 6 May 2020"), "{}", page.text());
}
