//! Between a resident and an online service: who asks is shown, each attribute is decided, and the answer goes back.

use std::sync::Mutex;

use axum::http::StatusCode;
use flows::Asking;
use provider::LogoutCarrier;

use crate::accounts::{Answer, Pages};
use crate::online_service::{authorize, parameter, read, redeem, register, registration};

pub const CALLBACK: &str = "https://library.example/cb";
const ALL: &str = "openid phone_number email";

pub struct Stage {
    pub pages: Pages,
    pub cookie: String,
}

impl Stage {
    pub fn new() -> Self {
        let pages = Pages::open_at("http://localhost:8080", true);
        register(&pages, registration("library", CALLBACK));
        let cookie = format!("__Host-account={}", pages.has_account("5123 4567").token.reveal().expose());
        Self { pages, cookie }
    }

    /// Where a request leads first.
    async fn arrive(&self, scope: &str, more: &[(&str, &str)]) -> Answer {
        self.pages.get(&authorize("library", CALLBACK, scope, more), "").await
    }

    /// The page of a request.
    async fn page(&self, scope: &str, more: &[(&str, &str)]) -> (String, Answer) {
        let path = location(&self.arrive(scope, more).await);
        let page = self.pages.get(&path, &self.cookie).await;
        (path, page)
    }

    /// Decides on a page, and where that leads.
    pub async fn decide(&self, scope: &str, fields: &str) -> String {
        let (path, page) = self.page(scope, &[]).await;
        let answer = self.pages.post(&path, &self.cookie, &page, fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.html);
        let refresh = answer.headers["refresh"].to_str().unwrap();
        refresh.strip_prefix("0; url=").unwrap().to_owned()
    }

    fn given(&self, back: &str, asking: Asking) -> serde_json::Value {
        let tokens = redeem(&self.pages, "library", CALLBACK, &parameter(back, "code"));
        let identity = self.pages.city.platform.public_identity().unwrap();
        serde_json::Value::Object(read(identity.ledger(), &tokens, asking).unwrap().claims)
    }
}

pub fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
    answer.headers["location"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_sees_who_asks_and_what_would_be_sent_and_decides() {
    let stage = Stage::new();
    let (path, page) = stage.page(ALL, &[("ui_locales", "zh-HK")]).await;
    assert!(path.starts_with("/zh-hant/account/connect/library/"), "{path}");
    for shown in ["海港圖書館", "康樂及文化", "試行中", "+85251234567", "通知你書籍已到", "library.example", "我們沒有這項資料"] {
        assert!(page.html.contains(shown), "{shown}: {}", page.html);
    }
    assert!(!page.html.contains("checked"), "nothing is chosen beforehand");
    let unanswered = stage.pages.post(&path, &stage.cookie, &page, "").await;
    assert_eq!(unanswered.status, StatusCode::UNPROCESSABLE_ENTITY);
    let back = stage.decide(ALL, "give-0=once").await;
    assert!(back.starts_with("https://library.example/cb?code=") && back.contains("state=s1"), "{back}");
    assert_eq!(parameter(&back, "iss"), "http://localhost:8080");
    let given = stage.given(&back, Asking::Named);
    assert_eq!(given, serde_json::json!({ "phone_number": "+85251234567", "phone_number_verified": true }));
    let refused = stage.decide(ALL, "answer=refuse").await;
    assert_eq!(parameter(&refused, "error"), "access_denied");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_agreed_is_not_asked_again_and_silence_is_an_error() {
    let stage = Stage::new();
    let path = location(&stage.arrive("openid", &[("prompt", "none")]).await);
    let back = location(&stage.pages.get(&path, "").await);
    assert_eq!(parameter(&back, "error"), "login_required");
    let path = location(&stage.arrive("openid", &[("prompt", "none")]).await);
    let back = location(&stage.pages.get(&path, &stage.cookie).await);
    assert_eq!(parameter(&back, "error"), "consent_required");
    stage.decide("openid phone_number", "give-0=lasting").await;
    let path = location(&stage.arrive("openid phone_number", &[("prompt", "none")]).await);
    let back = location(&stage.pages.get(&path, &stage.cookie).await);
    assert_eq!(stage.given(&back, Asking::Named)["phone_number"], "+85251234567");
    stage.pages.city.clock.advance_secs(60);
    let path = location(&stage.arrive("openid", &[("prompt", "login")]).await);
    let away = location(&stage.pages.get(&path, &stage.cookie).await);
    assert!(away.starts_with("/en/account/sign-in?next=/account/connect/library/"), "{away}");
    let (_, low) = stage.page("openid", &[("acr_values", "urn:lionrock:level:verified")]).await;
    assert!(low.html.contains("Your account is not enough"), "{}", low.html);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_filled_without_a_name() {
    let stage = Stage::new();
    let (_, page) = stage.page("anonymous phone_number", &[]).await;
    assert!(page.html.contains("does not learn who you are") && !page.html.contains("value=\"lasting\""), "{}", page.html);
    let back = stage.decide("anonymous phone_number", "give-0=once").await;
    assert_eq!(stage.given(&back, Asking::Anonymous)["phone_number"], "+85251234567");
}

/// What `email` and `address` bring, in the form of OpenID Connect Core 1.0, section 5.1.
#[tokio::test(flavor = "multi_thread")]
async fn the_standard_scopes_bring_the_standard_claims() {
    let pages = Pages::open_at("http://localhost:8080", true);
    let asks = |name: &str| provider::AskedAttribute {
        name: name.to_owned(),
        reason: kernel::Text::new("To write to you", "給你寫信", "给你写信"),
        needed: true,
    };
    let attributes = vec![asks("email"), asks("address")];
    let mut registration = registration("library", CALLBACK);
    registration.client.scope = provider::Registration::scope_of(&attributes).unwrap();
    registration.attributes = attributes;
    register(&pages, registration);
    let signed_in = pages.has_account("5123 4567");
    let ledger = pages.city.platform.public_identity().unwrap().ledger().clone();
    let values = [(identity::AttributeName::Email, "tai-man@example.hk"), (identity::AttributeName::Address, "Flat 1, 8 Harbour Road, Wan Chai")];
    let values = values.map(|(name, value)| (name, kernel::Secret::new(value.to_owned())));
    let sealed = identity::seal_attributes(ledger.keys(), ledger.now(), 24, identity::Source::Typed, &values).unwrap();
    let account = signed_in.who.account();
    let keep = move |work: &mut journal::Work<'_, '_>| identity::keep_attributes(work, account, &sealed);
    ledger.write("test.keep", journal::Actor::Visitor, keep).unwrap();
    let stage = Stage { pages, cookie: format!("__Host-account={}", signed_in.token.reveal().expose()) };
    let back = stage.decide("openid email address", "give-0=once&give-1=once").await;
    let given = serde_json::json!({
        "email": "tai-man@example.hk", "email_verified": false,
        "address": { "formatted": "Flat 1, 8 Harbour Road, Wan Chai", "country": "HK" },
    });
    assert_eq!(stage.given(&back, Asking::Named), given);
}

#[derive(Default)]
struct Ears(Mutex<Vec<String>>);

impl LogoutCarrier for Ears {
    fn carry(&self, address: &str, _: &str) -> Result<(), String> {
        self.0.lock().unwrap().push(address.to_owned());
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_at_a_service_is_asked_goes_back_and_every_service_hears_of_it() {
    let stage = Stage::new();
    let back = stage.decide("openid phone_number", "give-0=lasting").await;
    let tokens = redeem(&stage.pages, "library", CALLBACK, &parameter(&back, "code"));
    let hint = tokens.id_token.clone().unwrap();
    let leave = |to: &str, hint: &str| format!("/oidc/logout?id_token_hint={hint}&post_logout_redirect_uri={to}&state=x1");
    for wrong in [leave("https://evil.example/bye", &hint), leave("https://library.example/bye", &format!("{hint}x"))] {
        let refused = stage.pages.get(&wrong, &stage.cookie).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let path = location(&stage.pages.get(&leave("https://library.example/bye", &hint), &stage.cookie).await);
    let page = stage.pages.get(&path, &stage.cookie).await;
    assert!(page.html.contains("You signed out of Harbour library"), "{}", page.html);
    let identity = stage.pages.city.platform.public_identity().unwrap();
    assert!(read(identity.ledger(), &tokens, Asking::Named).is_some(), "nobody is signed out by an address alone");
    let fields = "client=library&to=https://library.example/bye&state=x1";
    let left = stage.pages.post("/en/account/leave", &stage.cookie, &page, fields).await;
    assert_eq!(left.headers["refresh"], "0; url=https://library.example/bye?state=x1");
    assert!(left.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert!(read(identity.ledger(), &tokens, Asking::Named).is_none(), "its tokens ended");
    let ears = Ears::default();
    assert_eq!(flows::logout_round(&stage.pages.city.platform, &ears, "http://localhost:8080").unwrap(), (1, 0));
    assert_eq!(*ears.0.lock().unwrap(), ["https://library.example/logout"]);
    assert_eq!(flows::logout_round(&stage.pages.city.platform, &ears, "http://localhost:8080").unwrap(), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_to_us_is_sent_nowhere() {
    let stage = Stage::new();
    let wrong = [
        authorize("library", "https://evil.example/cb", "openid", &[]),
        authorize("unknown", CALLBACK, "openid", &[]),
        "/oidc/authorize".to_owned(),
        "/oidc/authorize?client_id=library&request_uri=urn:ietf:params:oauth:request_uri:made-up".to_owned(),
        format!("{}&scope=openid", authorize("library", CALLBACK, "openid", &[])),
    ];
    for address in wrong {
        let answer = stage.pages.get(&address, "").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
        assert!(answer.headers.get("location").is_none());
    }
    let back = location(&stage.arrive("openid identity", &[]).await);
    assert!(back.starts_with("https://library.example/cb?error=invalid_scope"), "{back}");
    let (path, page) = stage.page(ALL, &[]).await;
    let strange = stage.pages.post(&path, "__Host-account=00", &page, "give-0=once").await;
    assert_eq!(strange.status, StatusCode::FORBIDDEN, "a form of another session");
    let other = stage.pages.get("/en/account/connect/library/made-up", &stage.cookie).await;
    assert!(other.html.contains("This request has ended"), "{}", other.html);
}
