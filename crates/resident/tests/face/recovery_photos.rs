//! Photos of somebody without a way in: the same pages for everybody, and one sentence beside whatever is wrong.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use hongkong::IdNumber;

use crate::accounts::{Answer, Pages, bare, ticket};
use crate::proofing_browser::photo;

const BACK: &str = "/en/account/recover/photos";
const MINE: &str = "51234567";

fn card(number: &str) -> String {
    let number = number.replace('(', "%28").replace(')', "%29");
    format!(
        "name_en=CHAN+Siu+Ming&name_zh=&number={number}&birth-day=3&birth-month=2&birth-year=1990&sex=female\
         &issued-day=1&issued-month=6&issued-year=2018"
    )
}

fn number() -> String {
    IdNumber::from_number("Q123456").unwrap().formatted()
}

/// Asks for an account back, by its number or with another one, and types the code; the cookie.
async fn asked(pages: &Pages, path: &str, fields: &str) -> String {
    let form = pages.get(path, "").await;
    let cookie = ticket(&pages.post(path, "", &form, fields).await);
    let asked = pages.get("/en/account/recover/code", &cookie).await;
    pages.city.work();
    let code = pages.city.phone.code();
    let right = pages.post("/en/account/recover/code", &cookie, &asked, &format!("code={code}")).await;
    assert_eq!(right.headers["location"], "/en/account/recover/step");
    cookie
}

async fn details(pages: &Pages, cookie: &str, fields: &str) -> Answer {
    let path = format!("{BACK}/details");
    let form = pages.get(&path, cookie).await;
    pages.post(&path, cookie, &form, fields).await
}

/// Sends a file with the form of the page.
async fn file(pages: &Pages, cookie: &str, piece: &str, bytes: &[u8]) -> Answer {
    let path = format!("{BACK}/photo/{piece}");
    let form = pages.get(&path, cookie).await;
    let token = form.html.split("name=\"_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut body = format!("--XX\r\nContent-Disposition: form-data; name=\"_token\"\r\n\r\n{token}\r\n").into_bytes();
    body.extend(b"--XX\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a.jpg\"\r\n\r\n");
    body.extend(bytes);
    body.extend(b"\r\n--XX--\r\n");
    let request = Request::post(path).header("cookie", cookie).header("content-type", "multipart/form-data; boundary=XX");
    pages.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_11_photos_are_taken_with_the_same_words_with_and_without_an_account() {
    let pages = Pages::open();
    pages.has_account(MINE);
    let mut seen = Vec::new();
    for mobile in [MINE, "51237654"] {
        let cookie = asked(&pages, "/en/account/recover", &format!("mobile={mobile}")).await;
        let before = pages.get(BACK, &cookie).await;
        let typed = details(&pages, &cookie, &card(&number())).await;
        let photos = [file(&pages, &cookie, "document", &photo([90, 20, 20])).await, file(&pages, &cookie, "selfie", &photo([20, 90, 20])).await];
        let ready = pages.get(BACK, &cookie).await;
        let sent = pages.post(&format!("{BACK}/send"), &cookie, &ready, "").await;
        let waits = pages.get(BACK, &cookie).await;
        let goes = [&typed, &photos[0], &photos[1], &sent].map(|answer| answer.headers["location"].clone());
        assert!(goes.iter().all(|to| to == BACK), "{goes:?}");
        assert!(waits.html.contains("Two officers will look at it"), "{}", waits.html);
        seen.push((bare(&before), bare(&ready), bare(&waits)));
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_code_that_was_typed_lately_there_is_nothing() {
    let pages = Pages::open();
    let form = pages.get("/en/account/recover", "").await;
    let early = ticket(&pages.post("/en/account/recover", "", &form, &format!("mobile={MINE}")).await);
    for cookie in ["", early.as_str()] {
        for path in ["", "/details"] {
            assert_eq!(pages.get(&format!("{BACK}{path}"), cookie).await.headers["location"], "/en/account/recover", "{path}");
        }
        let receipt = format!("{BACK}/prf_01890b0e2c5b7d1e9f3a5c7b9d1e3f5a/receipt.json");
        assert_eq!(pages.get(&receipt, cookie).await.headers["location"], "/en/account/recover");
        assert_eq!(pages.get(&format!("{BACK}/photo/selfie"), cookie).await.headers["location"], BACK);
        for act in ["send", "withdraw"] {
            assert_eq!(pages.post(&format!("{BACK}/{act}"), cookie, &form, "").await.headers["location"], BACK, "{act}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_bad_answer_is_one_sentence_beside_it() {
    let pages = Pages::open();
    let cookie = asked(&pages, "/en/account/recover", &format!("mobile={MINE}")).await;
    let empty = details(&pages, &cookie, "").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["Enter your name in English", "character in brackets", "Enter your date of birth", "Choose what stands on the card", "Enter the date of issue"] {
        assert!(empty.html.matches(words).count() >= 2, "{words}");
    }
    assert!(!empty.html.contains("name=\"address\""), "no address is asked");
    let real = details(&pages, &cookie, &card("A123456(3)")).await;
    assert!(real.status == StatusCode::UNPROCESSABLE_ENTITY && real.html.contains("Q, U, I or O"));
    assert_eq!(pages.get(&format!("{BACK}/photo/document"), &cookie).await.headers["location"], BACK, "details come first");
    assert_eq!(details(&pages, &cookie, &card(&number())).await.headers["location"], BACK);
    assert_eq!(pages.get(&format!("{BACK}/photo/details"), &cookie).await.status, StatusCode::NOT_FOUND);
    for (bytes, words) in [(&b""[..], "The file is empty"), (b"no picture at all", "picture")] {
        let wrong = file(&pages, &cookie, "document", bytes).await;
        let said = wrong.html.split("govuk-error-summary__list").nth(1).unwrap_or_default();
        assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && said.contains(words), "{said}");
    }
    let form = pages.get(&format!("{BACK}/photo/document"), &cookie).await;
    let unsent = pages.post(&format!("{BACK}/send"), &cookie, &form, "").await;
    assert_eq!(unsent.headers["location"], BACK);
    assert!(pages.get(BACK, &cookie).await.html.contains("To do"), "nothing is sent that is not whole");
    let unknown = pages.get(&format!("{BACK}/prf_01890b0e2c5b7d1e9f3a5c7b9d1e3f5a/receipt.json"), &cookie).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    for _ in 1..5 {
        details(&pages, &cookie, &card(&number())).await;
    }
    assert_eq!(details(&pages, &cookie, &card(&number())).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_by_a_person_sends_that_persons_card() {
    let pages = Pages::open();
    let number = number();
    let fields = format!("number={}&mobile=51231111", number.replace('(', "%28").replace(')', "%29"));
    let cookie = asked(&pages, "/en/account/recover/number", &fields).await;
    let other = IdNumber::from_number("Q654321").unwrap().formatted();
    let wrong = details(&pages, &cookie, &card(&other)).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.html.contains("the number with which you asked"), "{}", wrong.html);
    assert_eq!(details(&pages, &cookie, &card(&number)).await.headers["location"], BACK);
}
