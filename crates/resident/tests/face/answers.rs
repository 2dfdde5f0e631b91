//! What was typed is never lost, and what is wrong is said beside it.

use axum::http::StatusCode;

use crate::city::City;
use crate::client::{Client, Page};
use crate::people::{Household, chan, identity, number, reference, up_to_check};

async fn first_page(client: &Client, language: &str) -> Page {
    let front = client.get(&format!("/{language}/masks-2020")).await;
    client.submit(&front, &[]).await
}

/// The page is shown again with the sentence in its summary and beside the field, and with what was typed.
fn refused(page: &Page, sentence: &str, kept: &[(&str, &str)]) {
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text());
    assert!(page.text().matches(sentence).count() >= 2, "{sentence}: {}", page.text());
    for (field, value) in kept {
        assert_eq!(page.field(field), *value);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_bad_answer_is_one_sentence_beside_it_and_stays() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let page = first_page(&client, "en").await;
    let bad = identity(&client, &page, "Q123456(9)", "1970").await;
    refused(&bad, "Check the identity card number: a letter or digit does not fit", &[("id_number", "Q123456(9)")]);
    assert!(bad.has("<title>Error: "), "{}", bad.text());
    let bad = identity(&client, &bad, "A123456(3)", "1970").await;
    refused(&bad, "never a real one", &[("id_number", "A123456(3)"), ("birth-year", "1970")]);
    let bad = identity(&client, &bad, &number("Q123456"), "2015").await;
    refused(&bad, "at least 18 years old", &[("birth-year", "2015")]);
    let page = identity(&client, &bad, "ｑ１２３４５６ " , "１９７０").await;
    refused(&page, "the character in brackets", &[("birth-year", "１９７０")]);
    let page = identity(&client, &page, &number("Q123456").to_lowercase(), "１９７０").await;
    let bad = client.submit(&page, &[("name", "<script>alert(1)</script>")]).await;
    refused(&bad, "letters or Chinese characters only", &[("name", "<script>alert(1)</script>")]);
    assert!(!bad.has("<script>alert"), "markup is escaped");
    let page = client.submit(&bad, &[("name", "O'Brien & \u{9673}")]).await;
    let bad = client.submit(&page, &[("query", "zzzz qqqq")]).await;
    refused(&bad, "We found no address", &[("query", "zzzz qqqq")]);
    let page = client.submit(&bad, &[("act", "go-manual")]).await;
    let bad = client.submit(&page, &[("text", "Hut 3"), ("floor", "G")]).await;
    refused(&bad, "Choose the district", &[("text", "Hut 3"), ("floor", "G")]);
    let page = client.submit(&bad, &[("district", "YL")]).await;
    let bad = client.submit(&page, &[("mobile", "+44 7911 123456")]).await;
    refused(&bad, "other countries", &[("mobile", "+44 7911 123456")]);
    let page = client.submit(&bad, &[("mobile", "9123 4567")]).await;
    let page = client.submit(&page, &[("act", "add")]).await;
    let bad = identity(&client, &page, &number("Q123456"), "1970").await;
    refused(&bad, "already in the household", &[]);
    let page = client.submit(&bad, &[("act", "back")]).await;
    let page = client.submit(&page, &[]).await;
    assert!(page.has("O&#39;Brien &amp; \u{9673}") && page.has("Hut 3"), "{}", page.html);
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_and_switching_the_language_keep_every_answer() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let page = first_page(&client, "en").await;
    let typed = [("id_number", "Q12"), ("birth-day", "x"), ("birth-month", ""), ("birth-year", "19")];
    let chinese = client.switch(&page, "zh-hant", &typed).await;
    assert_eq!((chinese.status, chinese.h1().as_str()), (StatusCode::OK, "關於你"));
    for (field, value) in typed {
        assert_eq!(chinese.field(field), value);
    }
    let page = identity(&client, &chinese, &number("Q123456"), "1970").await;
    let page = client.submit(&page, &[("name", "陳大文")]).await;
    let back = client.submit(&page, &[("query", "觀塘道"), ("act", "back")]).await;
    assert_eq!((back.h1().as_str(), back.field("name").as_str()), ("你的姓名是甚麼？", "陳大文"));
    let page = client.submit(&back, &[]).await;
    assert_eq!(page.field("query"), "觀塘道", "an answer that was not sent yet is kept too");
    let page = client.submit(&page, &[]).await;
    let english = client.switch(&page, "en", &[]).await;
    assert_eq!(english.h1(), "Which is your building?");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_can_be_changed_and_leads_back_to_the_check() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let check = up_to_check(&client, "en", &chan()).await;
    assert_eq!(check.h1(), "Check your answers and send them");
    let page = client.submit(&check, &[("act", "go-name")]).await;
    let check = client.submit(&page, &[("name", "Chan Siu Ming")]).await;
    assert!(check.has("Chan Siu Ming") && !check.has("Chan Tai Man"), "{}", check.text());
    let page = client.submit(&check, &[("act", "go-mobile")]).await;
    let check = client.submit(&page, &[("mobile", "6123 4567")]).await;
    assert!(check.has("6123 4567"));
    let page = client.submit(&check, &[("act", "go-member-0")]).await;
    let list = identity(&client, &page, &number("U111111"), "1970").await;
    let check = client.submit(&list, &[]).await;
    assert!(check.has(&number("U111111")));
    let list = client.submit(&check, &[("act", "go-members")]).await;
    let list = client.submit(&list, &[("act", "remove-0")]).await;
    let check = client.submit(&list, &[]).await;
    assert!(check.has("Nobody else"), "{}", check.text());
    let page = client.submit(&check, &[("act", "go-address")]).await;
    let page = client.submit(&page, &[("act", "go-manual")]).await;
    let check = client.submit(&page, &[("text", "12 Example Village"), ("district", "ILD")]).await;
    assert!(check.has("12 Example Village, Islands District"), "{}", check.text());
    let done = client.submit(&check, &[]).await;
    assert_eq!(reference(&done).len(), 14);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_check_finds_wrong_leads_to_its_page() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let check = up_to_check(&client, "en", &chan()).await;
    let page = client.submit(&check, &[("act", "go-mobile")]).await;
    // Back does not judge, so the check page may hold something that is wrong.
    let check = client.submit(&page, &[("mobile", "123"), ("act", "back")]).await;
    let page = client.submit(&check, &[]).await;
    refused(&page, "eight digits", &[("mobile", "123")]);
    let check = client.submit(&page, &[("mobile", "5123 4567")]).await;
    assert_eq!(client.submit(&check, &[]).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_older_than_a_day_or_of_another_scheme_starts_again() {
    let city = City::at("2020-05-06T23:50");
    let client = Client(city.app.clone());
    let page = up_to_check(&client, "en", &chan()).await;
    let broken = client.submit(&page, &[("draft", "AAAA")]).await;
    assert_eq!((broken.status, broken.h1().as_str()), (StatusCode::GONE, "Please start again"));
    city.clock.advance_secs(900);
    assert_eq!(client.submit(&page, &[]).await.status, StatusCode::OK, "past midnight is not a day");
    city.launch(&crate::city::definition("masks-other"));
    let (_, fields) = page.form("form");
    let other = client.post("/en/masks-other/register", &fields).await;
    assert_eq!(other.status, StatusCode::GONE);
    city.clock.advance_days(1);
    let (_, fields) = page.form("form");
    let fresh = client.get("/en/masks-2020").await.form("form").1;
    let fields: Vec<_> = fresh.into_iter().chain(fields.into_iter().filter(|(name, _)| name == "draft")).collect();
    assert_eq!(client.post("/en/masks-2020/register", &fields).await.status, StatusCode::GONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_in_the_form_is_renewed_unseen_when_nobody_waits() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let check = up_to_check(&client, "en", &chan()).await;
    city.clock.advance_secs(3700);
    let done = client.submit(&check, &[]).await;
    assert_eq!(done.h1(), "We have received your registration");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_household_of_the_largest_size_and_no_larger() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let members = (1..=5).map(|n| (number(&format!("U10000{n}")), "1970".to_owned())).collect();
    let check = up_to_check(&client, "en", &Household { members, ..chan() }).await;
    let list = client.submit(&check, &[("act", "go-members")]).await;
    assert!(!list.has("value=\"add\""), "nobody more can be added");
    let one_more = client.submit(&list, &[("act", "add")]).await;
    let refused = identity(&client, &one_more, &number("U200000"), "1970").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}
