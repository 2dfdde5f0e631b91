//! What made somebody hesitate who came for the first time: each was mended once, and is held here.

use axum::http::StatusCode;

use crate::city::City;
use crate::client::Client;
use crate::my_data::{enter, registered};
use crate::people::{identity, number};

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_the_household_says_how_many_more_may_be_added() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let front = client.get("/en/masks-2020").await;
    let page = client.submit(&front, &[]).await;
    assert!(page.text().contains("with the digit or letter in brackets") && !page.text().contains("child without a card"), "{}", page.text());
    let page = identity(&client, &page, &number("Q123456"), "1970").await;
    let page = client.submit(&page, &[("name", "Chan Tai Man")]).await;
    let page = client.submit(&page, &[("act", "go-manual")]).await;
    let page = client.submit(&page, &[("text", "12 Example Village"), ("district", "ST")]).await;
    let mut page = client.submit(&page, &[("mobile", "5123 4567")]).await;
    for (left, who) in [(5, "U654321"), (4, "Q223456"), (3, "Q323456"), (2, "Q423456"), (1, "Q523456")] {
        let people = if left == 1 { "1 more person" } else { &format!("{left} more people") };
        assert!(page.text().contains(people), "{people} is missing in {}", page.text());
        let form = client.submit(&page, &[("act", "add")]).await;
        assert!(form.text().contains("For a child without a card"), "{}", form.text());
        page = identity(&client, &form, &number(who), "1970").await;
    }
    assert!(page.text().contains("Nobody more can be added here"), "{}", page.text());
    let check = client.submit(&page, &[]).await.text();
    assert!(check.contains("Number of people") && check.contains("6 people in all"), "{check}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_formal_request_is_told_everything_that_is_missing_at_once_and_keeps_what_was_typed() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let reference = registered(&city, &client).await;
    let view = enter(&client, &city, &reference).await;
    let form = client.submit_form(&view, "request", &[]).await;
    let answer = client.submit(&form, &[]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = ["Enter your name", "Enter the address to which the answer goes", "Say what you ask for"];
    for wanted in words {
        assert_eq!(answer.text().matches(wanted).count(), 2, "{wanted}: above the form and beside the field: {}", answer.text());
    }
    let long = "x".repeat(2_001);
    let answer = client.submit(&form, &[("kind", "access"), ("name", "Chan Tai Man"), ("address", "1 Test Street"), ("text", &long)]).await;
    assert!(answer.text().contains("at most 2000 characters") || answer.text().contains("at most 2,000 characters"), "{}", answer.text());
    assert!(answer.html.contains(&long) && answer.html.contains("1 Test Street"), "what was typed is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_not_typed_is_asked_for_and_not_called_wrong() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let reference = registered(&city, &client).await;
    let page = client.get("/en/masks-2020/status").await;
    let page = client.submit(&page, &[("reference", &reference)]).await;
    let answer = client.submit(&page, &[("code", " ")]).await;
    assert!(answer.text().contains("Enter the six digits of the code") && !answer.text().contains("is not right"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_chinese_sees_the_address_as_it_was_chosen_beside_the_one_that_is_held() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let reference = registered(&city, &client).await;
    let page = client.get("/zh-hant/masks-2020/my-data").await;
    let code = client.submit(&page, &[("reference", &reference)]).await;
    city.work();
    let view = client.submit(&code, &[("code", &city.phone.code())]).await.text();
    assert!(view.contains("12樓A室") && view.contains("KWUN TONG DISTRICT"), "{view}");
}
