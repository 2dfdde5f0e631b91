//! Ways for those who have no way in: an account that was never activated is cancelled, a forgotten password chosen anew. Every page
//! says the same to everybody.

use axum::http::StatusCode;
use hongkong::{District, IdNumber};
use identity::{ActivationDetails, Document, TypedDocument};
use journal::Actor;

use crate::accounts::{Answer, Pages, bare, ticket};

const MINE: &str = "51230000";
const NOBODYS: &str = "51237654";

fn card() -> String {
    IdNumber::from_number("Q123456").unwrap().formatted()
}

/// What the form posts.
fn typed(mobile: &str) -> String {
    let number = card().replace('(', "%28").replace(')', "%29");
    format!("document=identity-card&number={number}&issued-day=1&issued-month=6&issued-year=2019&mobile={mobile}")
}

/// Somebody with a password whose account waits for its letter.
pub fn waits(pages: &Pages) -> identity::Resident {
    let who = pages.has_password(MINE).who;
    let identity = pages.city.platform.public_identity().unwrap();
    let number = card();
    let document = TypedDocument { kind: "identity-card", number: &number, issued: ["1", "6", "2019"] };
    let today = identity.ledger().now().day();
    let details = ActivationDetails {
        name_en: "CHAN TAI MAN".to_owned(),
        name_zh: String::new(),
        document: Document::parse(&document, today, pages.city.platform.environment()).unwrap(),
        address: vec!["1 Wrong Road".to_owned()],
        district: District::KwunTong,
    };
    let new = identity::prepare_activation(identity.ledger(), &identity.charter(), &who, &details).unwrap();
    identity.ledger().write("test.ask", Actor::Visitor, move |work| identity::ask_activation(work, &who, &new)).unwrap();
    who
}

async fn right_code(pages: &Pages, way: &str, cookie: &str) -> Answer {
    let asked = pages.get(&format!("/en/account/{way}/code"), cookie).await;
    pages.city.work();
    let code = pages.city.phone.code();
    pages.post(&format!("/en/account/{way}/code"), cookie, &asked, &format!("code={code}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_11_cancelling_says_the_same_with_and_without_an_account() {
    let pages = Pages::open();
    waits(&pages);
    let mut seen = Vec::new();
    for number in [MINE, NOBODYS] {
        let form = pages.get("/en/account/cancel", "").await;
        let begun = pages.post("/en/account/cancel", "", &form, &typed(number)).await;
        let cookie = ticket(&begun);
        let asked = pages.get("/en/account/cancel/code", &cookie).await;
        let wrong = pages.post("/en/account/cancel/code", &cookie, &asked, "code=000000").await;
        let right = right_code(&pages, "cancel", &cookie).await;
        let done = pages.get("/en/account/cancel/done", "").await;
        assert_eq!([&begun, &asked, &wrong, &right, &done].map(|page| page.status.as_u16()), [303, 200, 422, 303, 200]);
        seen.push((begun.headers["location"].clone(), cookie.len(), bare(&asked), bare(&wrong), right.headers.clone().get("location").cloned(), bare(&done)));
        pages.city.work();
    }
    assert_eq!(seen[0], seen[1]);
    assert!(pages.enters_with(MINE, "seven tall junks").is_none(), "the account is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_11_a_forgotten_password_says_the_same_with_and_without_an_account() {
    let pages = Pages::open();
    waits(&pages);
    let mut seen = Vec::new();
    for number in [MINE, NOBODYS] {
        let form = pages.get("/en/account/forgot", "").await;
        assert!(form.html.contains("data-passkey"), "whoever has a passkey is offered it first");
        let begun = pages.post("/en/account/forgot", "", &form, &typed(number)).await;
        let cookie = ticket(&begun);
        let early = pages.get("/en/account/forgot/password", &cookie).await;
        let right = right_code(&pages, "forgot", &cookie).await;
        let choose = pages.get("/en/account/forgot/password", &cookie).await;
        let weak = pages.post("/en/account/forgot/password", &cookie, &choose, "password=password1234").await;
        let chosen = pages.post("/en/account/forgot/password", &cookie, &choose, "password=eight+small+sampans").await;
        let twice = pages.post("/en/account/forgot/password", &cookie, &choose, "password=nine+small+sampans").await;
        let done = pages.get("/en/account/forgot/done", "").await;
        let all = [&begun, &early, &right, &choose, &weak, &chosen, &twice, &done];
        assert_eq!(all.map(|page| page.status.as_u16()), [303, 303, 303, 200, 422, 303, 303, 200]);
        assert_eq!(twice.headers["location"], "/en/account/forgot", "a code is used once");
        seen.push((cookie.len(), bare(&choose), bare(&weak), chosen.headers["location"].clone(), bare(&done)));
        pages.city.work();
    }
    assert_eq!(seen[0], seen[1]);
    let entered = pages.enters_with(MINE, "eight small sampans").unwrap();
    let data = pages.get("/en/account/data", &format!("__Host-account={}", entered.token.reveal().expose())).await;
    assert!(data.html.contains("A new password was chosen"), "the resident finds it on the own list");
    assert!(pages.enters_with(MINE, "seven tall junks").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_document_is_said_beside_its_field() {
    let pages = Pages::open();
    for way in ["cancel", "forgot"] {
        let path = format!("/en/account/{way}");
        let form = pages.get(&path, "").await;
        let empty = pages.post(&path, "", &form, "document=&number=&mobile=").await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        for words in ["Choose the kind of document", "Enter the number as it is printed", "Enter the date of issue"] {
            assert!(empty.html.contains(words), "{way}: {words}");
        }
        for step in ["code", "password"].iter().take(if way == "forgot" { 2 } else { 1 }) {
            let straight = pages.get(&format!("{path}/{step}"), "").await;
            assert_eq!(straight.headers["location"], path.as_str());
        }
    }
}
