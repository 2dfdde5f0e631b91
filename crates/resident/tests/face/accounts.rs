//! The pages of accounts: they stand behind the gate, and say the same to everybody (promises 7 and 11).

use std::sync::Arc;

use assurance::{Digest, OpenGate, Tier};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use flows::{Platform, SigningOffice};
use hongkong::Phone;
use http_body_util::BodyExt;
use identity::{Checked, SHIPPED_CHARTER};
use journal::Actor;
use kernel::{Environment, Id, Language, Random, kinds};
use notify::Mobile;
use people::{EditScheme, RelyingParty, Role, Scope, SoftwarePasskey, authorise};
use resident::AccountState;
use tower::ServiceExt;
use webkit::{FormKeys, Shell};

use crate::city::City;
use crate::office::office;

pub const ORIGIN: &str = "http://localhost:8080";

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

/// The pages around a city's identity provider.
pub struct Pages {
    pub city: City,
    pub app: Router,
    pub rp: RelyingParty,
    /// What documents are signed with.
    pub office: Arc<SigningOffice>,
}

impl Pages {
    fn new() -> Self {
        Self::at(ORIGIN, true)
    }

    fn at(origin: &str, secure: bool) -> Self {
        Self::of(City::at("2020-05-06T08:00"), origin, secure)
    }

    fn of(city: City, origin: &str, secure: bool) -> Self {
        let rp = RelyingParty::new(origin, "Lionrock").unwrap();
        let office = office(origin);
        let state = AccountState { platform: city.platform.clone(), relying_party: rp.clone(), secure, font: city.state.font.clone(), passwords: resident::Turns::default(), pictures: resident::Pictures::default(), signing: Some(office.clone()) };
        let cookie = state.session_cookie();
        let keys = Arc::new(Keys(city.platform.clone()));
        let layout = Arc::new(resident::account_layout(Environment::Demo));
        let shell = Shell::new(layout, keys, city.clock.clone(), &Chance).session_cookie(cookie).forms_of_others(&resident::FROM_SERVICES);
        let routes = resident::routes(city.state.clone()).merge(resident::account_routes(Arc::new(state)));
        Self { app: shell.wrap(routes), city, rp, office }
    }

    /// Saves the shipped charter and opens its gate.
    fn draft(&self) -> (Id<kinds::Service>, Id<kinds::SchemeVersion>) {
        let owner = self.city.officer(1, Role::SchemeOwner);
        let edit = authorise::<EditScheme>(&owner, None).unwrap();
        let save = move |work: &mut journal::Work<'_, '_>| Ok(identity::save_charter(work, &edit, SHIPPED_CHARTER).unwrap());
        let (service, digest) = self.city.act(Actor::Operator, save);
        let scope = Scope::at_console(service, self.city.department);
        let edit = authorise::<EditScheme>(&owner, Some(scope)).unwrap();
        let gate = OpenGate { service, digest: Digest::new(digest), tier: Tier::LargeOrHighRisk };
        (service, self.city.act(Actor::Operator, move |work| Ok(assurance::open_gate(work, &edit, gate).unwrap())))
    }

    pub fn open() -> Self {
        Self::open_at(ORIGIN, true)
    }

    /// The same pages on a platform that is none for demonstrations.
    pub fn tested() -> Self {
        let pages = Self::of(City::made("2020-05-06T08:00", store::Options::default(), Environment::Test), ORIGIN, true);
        let (service, version) = pages.draft();
        pages.city.pass_gate(service, version);
        pages
    }

    /// The pages of a site whose identity provider is through its gate.
    pub fn open_at(origin: &str, secure: bool) -> Self {
        let pages = Self::at(origin, secure);
        let (service, version) = pages.draft();
        pages.city.pass_gate(service, version);
        pages
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, html: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.send(Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap()).await
    }

    /// Posts a form that stands on a page of another site.
    pub async fn post_from_outside(&self, path: &str, cookie: &str, fields: &str) -> Answer {
        let request = Request::post(path).header("cookie", cookie).header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("origin", "https://library.example").header("sec-fetch-site", "cross-site");
        self.send(request.body(Body::from(fields.to_owned())).unwrap()).await
    }

    /// Posts a form of a page with its token.
    pub async fn post(&self, path: &str, cookie: &str, page: &Answer, fields: &str) -> Answer {
        let token = page.html.split("name=\"_token\" value=\"").nth(1);
        let token = token.unwrap_or_else(|| panic!("no form: {} {:?} {}", page.status, page.headers, page.html)).split('"').next().unwrap();
        let request = Request::post(path).header("cookie", cookie).header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(format!("_token={token}&{fields}"))).unwrap()).await
    }

    /// Signs up at once, below the pages.
    pub fn has_account(&self, number: &str) -> identity::SignedIn {
        self.makes_account(number).1
    }

    /// The same, and the passkey.
    pub fn makes_account(&self, number: &str) -> (SoftwarePasskey, identity::SignedIn) {
        let identity = self.city.platform.public_identity().unwrap();
        let (ledger, charter, ticket) = (identity.ledger(), identity.charter(), self.confirmed(number));
        let chance = ledger.random();
        let begun = identity::first_passkey(ledger.keys(), &**chance, &self.rp, ledger.now(), &ticket, "Account").unwrap();
        let (passkey, answer) = SoftwarePasskey::create(ORIGIN, &begun.options).unwrap();
        let made = identity::create_account(ledger, &self.rp, &charter, &ticket, Language::En, (&begun.sealed, answer));
        (passkey, made.unwrap())
    }

    /// A number whose code was typed.
    fn confirmed(&self, number: &str) -> identity::Ticket {
        let identity = self.city.platform.public_identity().unwrap();
        let (ledger, ticket) = (identity.ledger(), self.asked(number, identity::CodeFor::SignUp));
        let (keys, typed, code) = (ledger.keys().clone(), ticket.clone(), self.city.phone.code());
        let check = move |work: &mut journal::Work<'_, '_>| identity::confirm_code(work, &keys, &typed, &code);
        assert_eq!(ledger.write("test.code", Actor::Visitor, check).unwrap().0, Checked::New);
        ticket
    }

    /// A number that was sent a code.
    fn asked(&self, number: &str, aim: identity::CodeFor) -> identity::Ticket {
        let identity = self.city.platform.public_identity().unwrap();
        let ledger = identity.ledger();
        let mobile = Mobile::try_from(Phone::parse(number).unwrap()).unwrap();
        let asked = identity::AskCode {
            aim,
            mobile,
            language: Language::En,
            network: "192.0.2.1",
            host: "localhost",
            device: None,
        };
        let made = identity::prepare_enrolment(ledger.keys(), &**ledger.random(), ledger.now(), asked);
        let (ticket, new) = made.unwrap();
        ledger.write("test.begin", Actor::Visitor, move |work| identity::begin_enrolment(work, &new)).unwrap();
        self.city.work();
        ticket
    }

    /// Signs in with the password that [`Pages::has_password`] chose.
    pub fn enters_by_password(&self, number: &str) -> identity::SignedIn {
        self.enters_with(number, "seven tall junks").unwrap()
    }

    /// Signs in with a password, if it is the right one.
    pub fn enters_with(&self, number: &str, password: &str) -> Option<identity::SignedIn> {
        let (identity, ticket) = (self.city.platform.public_identity().unwrap(), self.asked(number, identity::CodeFor::SignIn));
        let typed = (self.city.phone.code(), password);
        let none = (None, provider::end_session_grants as identity::Alongside);
        identity::sign_in_by_password(identity.ledger(), &identity.charter(), &ticket, (&typed.0, typed.1), none).ok()
    }

    /// Whoever reads the messages of a number gets its account back with a new passkey, below the pages.
    pub fn recovers(&self, number: &str) -> identity::SignedIn {
        let identity = self.city.platform.public_identity().unwrap();
        let ledger = identity.ledger();
        let ask = || {
            let ticket = self.asked(number, identity::CodeFor::Recovery);
            let (keys, chance, asked) = (ledger.keys().clone(), ledger.random().clone(), ticket.clone());
            let new = identity::prepare_recovery(&keys, &*chance, ledger.now(), &ticket, Language::En, "localhost").unwrap();
            let code = self.city.phone.code();
            let begin = move |work: &mut journal::Work<'_, '_>| identity::begin_recovery(work, &keys, &asked, &code, &new);
            assert!(ledger.write("test.recover", Actor::Visitor, begin).unwrap().0);
            ticket
        };
        ask();
        self.city.clock.advance_secs(identity::RECOVERY_HOURS * 3_600);
        let (ticket, chance) = (ask(), ledger.random());
        let now = ledger.now();
        let begun = ledger.read("test.begin", |tx| identity::recovery_passkey(tx, (ledger.keys(), &**chance), &self.rp, now, &ticket, "Account"));
        let begun = begun.unwrap();
        let (_, answer) = SoftwarePasskey::create(ORIGIN, &begun.options).unwrap();
        let recoverer = identity::Recoverer { ticket: &ticket, language: Language::En, host: "localhost", alongside: flows::end_rights, keep_months: 24 };
        identity::recover_with_passkey(ledger, &self.rp, recoverer, (&begun.sealed, answer)).unwrap()
    }

    /// Signs up with the password "seven tall junks".
    pub fn has_password(&self, number: &str) -> identity::SignedIn {
        let identity = self.city.platform.public_identity().unwrap();
        let (ledger, charter, ticket) = (identity.ledger(), identity.charter(), self.confirmed(number));
        let password = identity::NewPassword::parse("seven tall junks", None).unwrap();
        identity::create_password_account(ledger, &charter, &ticket, Language::En, &password).unwrap()
    }
}

pub fn ticket(answer: &Answer) -> String {
    let line = answer.headers["set-cookie"].to_str().unwrap();
    assert!(line.starts_with("__Host-sign-up=") && line.contains("; Secure; HttpOnly; SameSite=Lax"), "{line}");
    line.split(';').next().unwrap().to_owned()
}

/// A page without its form tokens.
pub fn bare(answer: &Answer) -> String {
    let mut html = answer.html.clone();
    while let Some(at) = html.find("name=\"_token\" value=\"") {
        let from = at + "name=\"_token\" value=\"".len();
        let to = from + html[from..].find('"').unwrap();
        html.replace_range(at..to, "TOKEN");
    }
    html
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_07_the_pages_of_accounts_do_not_exist_without_the_gate() {
    let pages = Pages::new();
    let paths = ["/en/account", "/zh-hant/account/sign-in", "/en/account/sign-up", "/en/account/passkeys/add"];
    for path in paths {
        assert_eq!(pages.get(path, "").await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let (service, version) = pages.draft();
    pages.city.platform.refresh().unwrap();
    assert_eq!(pages.get("/en/account", "").await.status, StatusCode::NOT_FOUND, "a charter is not enough");
    pages.city.pass_gate(service, version);
    assert_eq!(pages.get("/en/account", "").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_11_signing_up_says_the_same_for_a_number_with_and_without_an_account() {
    let pages = Pages::open();
    pages.has_account("5123 4567");
    let mut seen = Vec::new();
    for number in ["51234567", "51237654"] {
        let form = pages.get("/en/account/sign-up", "").await;
        let begun = pages.post("/en/account/sign-up", "", &form, &format!("mobile={number}")).await;
        let cookie = ticket(&begun);
        let asked = pages.get("/en/account/sign-up/code", &cookie).await;
        let wrong = pages.post("/en/account/sign-up/code", &cookie, &asked, "code=000000").await;
        let early = pages.get("/en/account/sign-up/passkey", &cookie).await;
        let lines = [begun.status, asked.status, wrong.status, early.status];
        assert_eq!(lines.map(|status| status.as_u16()), [303, 200, 422, 303]);
        seen.push((begun.headers["location"].clone(), cookie.len(), bare(&asked), bare(&wrong), early.headers["location"].clone()));
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_11_signing_in_with_a_password_says_the_same_with_and_without_an_account() {
    let pages = Pages::open();
    pages.has_account("5123 4567");
    pages.has_password("5123 0000");
    let mut seen = Vec::new();
    for number in ["51234567", "51237654", "51230000"] {
        let form = pages.get("/en/account/sign-in/password", "").await;
        let begun = pages.post("/en/account/sign-in/password", "", &form, &format!("mobile={number}")).await;
        let cookie = ticket(&begun);
        let asked = pages.get("/en/account/sign-in/code", &cookie).await;
        pages.city.work();
        let code = pages.city.phone.code();
        let wrong_code = pages.post("/en/account/sign-in/code", &cookie, &asked, "code=000000&password=seven+tall+junks").await;
        let wrong_password = pages.post("/en/account/sign-in/code", &cookie, &asked, &format!("code={code}&password=wrong")).await;
        let lines = [begun.status, asked.status, wrong_code.status, wrong_password.status];
        assert_eq!(lines.map(|status| status.as_u16()), [303, 200, 422, 422]);
        assert!(wrong_password.headers.get("set-cookie").is_none());
        seen.push((begun.headers["location"].clone(), cookie.len(), bare(&asked), bare(&wrong_code), bare(&wrong_password)));
    }
    assert!(seen.iter().all(|one| *one == seen[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_11_asking_for_an_account_back_says_the_same_with_and_without_one() {
    let pages = Pages::open();
    pages.has_account("5123 4567");
    let mut seen = Vec::new();
    for number in ["51234567", "51237654"] {
        let form = pages.get("/en/account/recover", "").await;
        let begun = pages.post("/en/account/recover", "", &form, &format!("mobile={number}")).await;
        let cookie = ticket(&begun);
        let asked = pages.get("/en/account/recover/code", &cookie).await;
        pages.city.work();
        let code = pages.city.phone.code();
        let wrong = pages.post("/en/account/recover/code", &cookie, &asked, "code=000000").await;
        let right = pages.post("/en/account/recover/code", &cookie, &asked, &format!("code={code}")).await;
        let step = pages.get("/en/account/recover/step", &cookie).await;
        let lines = [begun.status, asked.status, wrong.status, right.status, step.status];
        assert_eq!(lines.map(|status| status.as_u16()), [303, 200, 422, 303, 200]);
        seen.push((begun.headers["location"].clone(), cookie.len(), bare(&asked), bare(&wrong), bare(&step).len()));
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_strangers_and_made_up_cookies_do_nothing() {
    let pages = Pages::open();
    let form = pages.get("/en/account/sign-up", "").await;
    let other = format!("__Host-account={}", "07".repeat(32));
    let refused = pages.post("/en/account/sign-up", &other, &form, "mobile=51234567").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "a token of another session");
    let lapsed = pages.get("/en/account/passkeys/add", &other).await;
    assert_eq!(lapsed.headers["location"], "/en/account/sign-in?ended=1");
    let made_up = format!("__Host-sign-up={}", "07".repeat(90));
    assert_eq!(pages.get("/en/account/sign-up/code", &made_up).await.headers["location"], "/en/account/sign-up");
    let landline = pages.post("/en/account/sign-up", "", &form, "mobile=21234567").await;
    assert_eq!(landline.status, StatusCode::UNPROCESSABLE_ENTITY);
    let switched = pages.post("/zh-hant/account/sign-up", "", &form, "mobile=5123&_switch=zh-hant").await;
    assert!(switched.status == StatusCode::OK && switched.html.contains("value=\"5123\""), "nothing typed is lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_was_asked_too_often_is_told_to_wait_with_and_without_an_account() {
    let pages = Pages::open();
    pages.has_account("5123 4567");
    let mut answers = Vec::new();
    for number in ["51234567", "51237654"] {
        let form = pages.get("/en/account/sign-up", "").await;
        let mut last = None;
        for _ in 0..6 {
            last = Some(pages.post("/en/account/sign-up", "", &form, &format!("mobile={number}")).await);
        }
        let last = last.unwrap();
        answers.push((last.status, bare(&last).replace(number, "NUMBER")));
    }
    assert_eq!(answers[0].0, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answers[0], answers[1]);
}

struct Keys(Arc<Platform>);

impl FormKeys for Keys {
    fn mac(&self, label: &str, bytes: &[u8]) -> [u8; 32] {
        self.0.ledger().keys().prf(label, bytes)
    }
}

struct Chance;

impl Random for Chance {
    fn fill(&self, out: &mut [u8]) {
        out.fill(7);
    }
}
