//! Whatever ends a session ends what online services were given in it, and they hear of it: by a real receiver, over a socket.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use axum::http::StatusCode;
use connectors::{LogoutCaller, ServicesAt};
use flows::{Asking, IdentityService};
use identity::{Found, SignIn, SignedIn, Token};
use openid::{Compact, Jwk, RedirectUri};
use people::SoftwarePasskey;
use provider::Tokens;
use seal::JoseAlgorithm;
use serde_json::Value;

use crate::accounts::{Answer, ORIGIN, Pages};
use crate::online_service::{authorize, parameter, read, redeem, register, registration};

const CALLBACK: &str = "https://library.example/cb";
const NUMBER: &str = "5123 4567";

/// A service that listens for the ends of sessions.
struct Library {
    address: String,
    heard: Receiver<String>,
}

impl Library {
    fn listens() -> Self {
        Self::answers(&[])
    }

    /// Answers with these, one after the other, and with 200 from then on.
    fn answers(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://127.0.0.1:{}/logout", listener.local_addr().unwrap().port());
        let (tell, heard) = channel();
        std::thread::spawn(move || {
            for (stream, number) in listener.incoming().zip(0..) {
                let status = statuses.get(number).unwrap_or(&200);
                let mut reader = BufReader::new(stream.unwrap());
                let (mut line, mut length) = (String::new(), 0);
                while reader.read_line(&mut line).unwrap() > 2 {
                    let lower = line.to_ascii_lowercase();
                    length = lower.strip_prefix("content-length:").map_or(length, |text| text.trim().parse().unwrap());
                    line.clear();
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                write!(reader.get_mut(), "HTTP/1.1 {status} so\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
                if tell.send(String::from_utf8(body).unwrap()).is_err() {
                    break;
                }
            }
        });
        Self { address, heard }
    }
}

struct Stage {
    pages: Pages,
    library: Library,
    passkey: SoftwarePasskey,
    first: SignedIn,
}

impl Stage {
    fn new() -> Self {
        Self::with(Library::listens())
    }

    fn with(library: Library) -> Self {
        let pages = Pages::open_at(ORIGIN, true);
        let mut known = registration("library", CALLBACK);
        known.logout_uri = Some(RedirectUri::register(&library.address, true).unwrap());
        register(&pages, known);
        let (passkey, first) = pages.makes_account(NUMBER);
        Self { pages, library, passkey, first }
    }

    fn identity(&self) -> std::sync::Arc<IdentityService> {
        self.pages.city.platform.public_identity().unwrap()
    }

    /// Signs in with the passkey, in a browser that has this session or none.
    fn signs_in(&mut self, replaces: Option<Token>) -> SignIn {
        let (identity, rp) = (self.identity(), &self.pages.rp);
        let (ledger, charter) = (identity.ledger(), identity.charter());
        let begun = identity::begin_sign_in(ledger.keys(), &**ledger.random(), rp, ledger.now()).unwrap();
        let answer = self.passkey.get(ORIGIN, &begun.options).unwrap();
        let earlier = (replaces, provider::end_session_grants as identity::Alongside);
        identity::sign_in(ledger, rp, &charter, earlier, (&begun.sealed, answer)).unwrap()
    }

    fn welcome(&mut self, replaces: Option<Token>) -> SignedIn {
        match self.signs_in(replaces) {
            SignIn::Welcome(signed_in) => signed_in,
            SignIn::Suspended => panic!("suspended"),
        }
    }

    /// A session in which the library is given something.
    async fn at_the_library(&self, cookie: &str) -> Tokens {
        let arrived = self.pages.get(&authorize("library", CALLBACK, "openid phone_number", &[]), "").await;
        let path = arrived.headers["location"].to_str().unwrap().to_owned();
        let page = self.pages.get(&path, cookie).await;
        // What was agreed to before is not asked again.
        let back = if let Some(back) = page.headers.get("location") {
            back.to_str().unwrap().to_owned()
        } else {
            let answer = self.pages.post(&path, cookie, &page, "give-0=lasting").await;
            answer.headers["refresh"].to_str().unwrap().strip_prefix("0; url=").unwrap().to_owned()
        };
        redeem(&self.pages, "library", CALLBACK, &parameter(&back, "code"))
    }

    async fn submits(&self, cookie: &str, (page, path): (&str, &str), fields: &str) -> Answer {
        let page = self.pages.get(page, cookie).await;
        self.pages.post(path, cookie, &page, fields).await
    }

    /// The library hears of the end of just this session, in a token that it can check, and what it was given opens nothing.
    fn assert_heard(&self, tokens: &Tokens, why: &str) {
        let identity = self.identity();
        assert!(read(identity.ledger(), tokens, Asking::Named).is_none(), "{why}: its token opens nothing");
        let caller = caller();
        assert_eq!(flows::logout_round(&self.pages.city.platform, &caller, ORIGIN).unwrap(), (1, 0), "{why}");
        let heard = self.library.heard.recv_timeout(Duration::from_secs(20)).unwrap();
        let told = self.claims(heard.strip_prefix("logout_token=").unwrap());
        let own = self.claims(tokens.id_token.as_deref().unwrap());
        assert_eq!((&told["sid"], &told["aud"]), (&own["sid"], &own["aud"]), "{why}");
        assert_eq!(told["iss"], ORIGIN);
        assert!(told["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());
        assert_eq!(flows::logout_round(&self.pages.city.platform, &caller, ORIGIN).unwrap(), (0, 0), "{why}: once");
    }

    fn claims(&self, token: &str) -> Value {
        let identity = self.identity();
        let ledger = identity.ledger();
        let keys = ledger.read("test.keys", |tx| provider::public_keys(tx, ledger.now())).unwrap();
        let token = Compact::parse(token, &[JoseAlgorithm::Rs256]).unwrap();
        Value::Object(token.verified_by(&Jwk::read_set(&keys).unwrap()).unwrap().clone())
    }
}

fn caller() -> LogoutCaller {
    LogoutCaller::new(None, ServicesAt::Anywhere).unwrap()
}

fn cookie(signed_in: &SignedIn) -> String {
    format!("__Host-account={}", signed_in.token.reveal().expose())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_passkey_ends_its_sessions_at_services() {
    let mut stage = Stage::new();
    let given = stage.at_the_library(&cookie(&stage.first)).await;
    assert_eq!(stage.claims(given.id_token.as_deref().unwrap())["amr"], serde_json::json!(["pop", "user", "mfa"]));
    let old = stage.first.passkey.unwrap();
    let identity = stage.identity();
    let (ledger, rp, who) = (identity.ledger(), stage.pages.rp.clone(), stage.first.who);
    let chance = ledger.random();
    let further = |tx: &mut store::Tx<'_>| identity::further_passkey(tx, (ledger.keys(), &**chance), &rp, ledger.now(), &who, "Account");
    let begun = ledger.read("test.further", further).unwrap();
    let (second, answer) = SoftwarePasskey::create(ORIGIN, &begun.options).unwrap();
    identity::add_passkey(ledger, &rp, &who, (&begun.sealed, answer)).unwrap();
    stage.passkey = second;
    let other = cookie(&stage.welcome(None));
    let path = format!("/en/account/passkeys/{old}/remove");
    let removed = stage.submits(&other, (&path, &path), "").await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.html);
    stage.assert_heard(&given, "the passkey went");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_and_a_removed_one_end_its_sessions_at_services() {
    let stage = Stage::new();
    stage.pages.has_password("5123 0000");
    let [given, changing] = [stage.pages.enters_by_password("5123 0000"), stage.pages.enters_by_password("5123 0000")];
    let tokens = stage.at_the_library(&cookie(&given)).await;
    assert_eq!(stage.claims(tokens.id_token.as_deref().unwrap())["amr"], serde_json::json!(["pwd", "sms", "mfa"]));
    let here = "/en/account/password";
    let changed = stage.submits(&cookie(&changing), (here, here), "password=nine+small+boats").await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.html);
    stage.assert_heard(&tokens, "the password changed");
    let own = stage.at_the_library(&cookie(&changing)).await;
    assert!(read(stage.identity().ledger(), &own, Asking::Named).is_some(), "the session that changed it goes on");
    let ended = stage.submits(&cookie(&changing), ("/en/account", "/en/account/sign-out"), "").await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER);
    stage.assert_heard(&own, "signed out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_fails_is_told_again_after_a_pause_with_a_token_of_that_moment() {
    let stage = Stage::with(Library::answers(&[503]));
    let mine = cookie(&stage.first);
    let given = stage.at_the_library(&mine).await;
    stage.submits(&mine, ("/en/account", "/en/account/sign-out"), "").await;
    let round = || flows::logout_round(&stage.pages.city.platform, &caller(), ORIGIN).unwrap();
    let told = || stage.claims(stage.library.heard.recv_timeout(Duration::from_secs(20)).unwrap().strip_prefix("logout_token=").unwrap());
    assert_eq!((round(), round()), ((0, 1), (0, 0)), "refused, and not asked again at once");
    let first = told();
    stage.pages.city.clock.advance_secs(20);
    stage.assert_heard(&given, "the second time");
    let now = stage.identity().ledger().now().millis() / 1000;
    assert_eq!(first["iat"], now - 20, "each token is of its moment");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_account_ends_its_sessions_at_services() {
    let stage = Stage::new();
    let mine = cookie(&stage.first);
    let given = stage.at_the_library(&mine).await;
    let closed = stage.submits(&mine, ("/en/account/close", "/en/account/close"), "act=close").await;
    assert_eq!(closed.status, StatusCode::OK, "{}", closed.html);
    stage.assert_heard(&given, "the account was closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_came_back_to_its_owner_ends_the_sessions_at_services() {
    let stage = Stage::new();
    let given = stage.at_the_library(&cookie(&stage.first)).await;
    stage.pages.recovers(NUMBER);
    stage.assert_heard(&given, "the account was recovered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_passkey_ends_every_session_at_services() {
    let mut stage = Stage::new();
    let copy = stage.passkey.copied().unwrap();
    let signed_in = stage.welcome(None);
    let given = stage.at_the_library(&cookie(&signed_in)).await;
    stage.passkey = copy;
    assert!(matches!(stage.signs_in(None), SignIn::Suspended));
    stage.assert_heard(&given, "the passkey exists twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn showing_the_passkey_again_keeps_what_services_were_given_and_somebody_elses_sign_in_ends_it() {
    let mut stage = Stage::new();
    let given = stage.at_the_library(&cookie(&stage.first)).await;
    let again = stage.welcome(Some(stage.first.token.clone()));
    assert!(read(stage.identity().ledger(), &given, Asking::Named).is_some(), "the same session under a new cookie");
    assert!(found(&stage, &stage.first.token).is_none(), "the earlier cookie opens nothing");
    let ended = stage.submits(&cookie(&again), ("/en/account", "/en/account/sign-out"), "").await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER);
    stage.assert_heard(&given, "what was given before the passkey was shown again");
    let mine = stage.welcome(None);
    let given = stage.at_the_library(&cookie(&mine)).await;
    let (other, _) = stage.pages.makes_account("5123 9999");
    stage.passkey = other;
    stage.welcome(Some(mine.token));
    stage.assert_heard(&given, "somebody else signed in with the same browser");
}

fn found(stage: &Stage, token: &Token) -> Option<Found> {
    let identity = stage.identity();
    let ledger = identity.ledger();
    ledger.read("test.find", |tx| identity::find_session(tx, token, ledger.now())).unwrap()
}
