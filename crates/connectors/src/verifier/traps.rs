//! A verifier that answers, and every way in which one can fail, be slow or lie.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use hongkong::IdNumber;
use identity::{IdentityVerifier as _, Presented, Refusal, Sex, VerifierAnswer, VerifierFault};
use kernel::{Day, Instant};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::SeededRandom;

use super::simulator::{Said, router};
use super::{HttpIdentityVerifier, VerifierConfig};
use crate::simulated::serve_on_a_thread;
use crate::{TestPki, make_test_pki};

const DOCUMENT: &[u8] = b"\x89PNG the photo of a card";
const SELFIE: &[u8] = b"\xff\xd8\xff the photo of a face";

fn presented(seconds_left: u64) -> Presented<'static> {
    let day = |year| Day::from_civil(year, 2, 3).unwrap();
    Presented {
        deadline: Instant::from_millis(1_600_000_000_000),
        seconds_left,
        document: DOCUMENT,
        selfie: SELFIE,
        name_en: "CHAN Siu Ming",
        name_zh: "陳小明",
        birth: day(1990),
        sex: Sex::Female,
        issued: day(2018),
    }
}

struct Scene {
    pki: TestPki,
    _files: TempDir,
}

impl Scene {
    fn new() -> Self {
        let files = tempfile::tempdir().unwrap();
        Self { pki: make_test_pki(files.path()).unwrap(), _files: files }
    }

    fn client(&self, address: SocketAddr) -> HttpIdentityVerifier {
        client(&self.pki, address)
    }

    fn ask(&self, router: Router) -> Result<VerifierAnswer, VerifierFault> {
        self.client(serve_on_a_thread(router, &self.pki)).compare(&presented(60))
    }
}

fn client(pki: &TestPki, address: SocketAddr) -> HttpIdentityVerifier {
    let config = VerifierConfig {
        url: format!("https://localhost:{}/v1/compare", address.port()),
        authority: pki.authority.clone(),
        certificate: pki.client_certificate.clone(),
        key: pki.client_key.clone(),
        timeout: Duration::from_secs(10),
    };
    HttpIdentityVerifier::new(&config, Arc::new(SeededRandom::new(1))).unwrap()
}

type Lie = fn(&Value) -> Response;

/// A verifier that makes its answer of the question.
fn liar(lie: Lie) -> Router {
    Router::new().route("/v1/compare", post(move |Json(asked): Json<Value>| async move { lie(&asked) }))
}

/// A true answer, but for what a lie changes.
fn answer(asked: &Value, lie: impl FnOnce(&mut Value)) -> Response {
    let pictures = super::wire::pictures(DOCUMENT, SELFIE);
    let mut answer = json!({ "nonce": asked["nonce"], "pictures": pictures, "verdict": { "is": "unsure" }, "kept": "nothing" });
    lie(&mut answer);
    Json(answer).into_response()
}

fn unusable(said: &Result<VerifierAnswer, VerifierFault>, why: &str) {
    let Err(VerifierFault::Unusable(reason)) = said else { panic!("{said:?}") };
    assert!(reason.contains(why), "{reason}");
}

fn away(said: &Result<VerifierAnswer, VerifierFault>) {
    assert!(matches!(said, Err(VerifierFault::Away(_))), "{said:?}");
}

#[test]
fn the_verifier_sees_two_photos_and_what_the_card_is_to_say_and_answers_one_of_three() {
    let scene = Scene::new();
    let number = IdNumber::from_number("Q123456").unwrap();
    let said = [Said::Matches(number.formatted()), Said::Differs(Refusal::DetailsDiffer), Said::Unsure];
    let wanted =
        [VerifierAnswer::Matches { number }, VerifierAnswer::Differs(Refusal::DetailsDiffer), VerifierAnswer::Unsure];
    for (said, wanted) in said.into_iter().zip(wanted) {
        let script = router(Arc::new(move |shown: &super::Shown| {
            let seen = (shown.document.as_slice(), shown.selfie.as_slice(), shown.name.as_str());
            if seen == (DOCUMENT, SELFIE, "CHAN Siu Ming") { said.clone() } else { Said::Matches("seen nothing".into()) }
        }));
        assert_eq!(scene.ask(script), Ok(wanted));
    }
}

/// `docs/formats.md` says what it may receive; the number and the address are not among it, and nothing that names the account.
#[test]
fn promise_09_nothing_leaves_beside_what_the_format_says() {
    let (scene, heard) = (Scene::new(), Arc::new(Mutex::new(Vec::new())));
    let hear = |State(heard): State<Arc<Mutex<Vec<Value>>>>, Json(asked): Json<Value>| async move {
        heard.lock().unwrap().push(asked);
        StatusCode::INTERNAL_SERVER_ERROR
    };
    away(&scene.ask(Router::new().route("/v1/compare", post(hear)).with_state(heard.clone())));
    let heard = heard.lock().unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(heard.len(), 1, "once");
    assert_eq!(keys(&heard[0]), ["answer_by", "document", "format", "nonce", "selfie", "typed"]);
    assert_eq!(keys(&heard[0]["document"]), ["bytes", "media_type"]);
    assert_eq!(heard[0]["document"]["media_type"], "image/png");
    assert_eq!(keys(&heard[0]["typed"]), ["date_of_birth", "date_of_issue", "name", "name_zh", "sex"]);
}

#[test]
fn a_lying_verifier_is_not_believed() {
    let scene = Scene::new();
    let lies: [(Lie, &str); 8] = [
        (|asked| answer(asked, |lie| lie["nonce"] = json!("00".repeat(16))), "another question"),
        (|asked| answer(asked, |lie| lie["pictures"] = json!("00".repeat(32))), "other pictures"),
        (|asked| answer(asked, |lie| lie["kept"] = json!("the photos, for training")), "nothing was kept"),
        (|asked| answer(asked, |lie| lie["verdict"] = json!({ "is": "matches", "number": "Q123456(0)" })), "number"),
        (|asked| answer(asked, |lie| lie["verdict"] = json!({ "is": "matches" })), "form"),
        (|asked| answer(asked, |lie| lie["score"] = json!(0.98)), "form"),
        (|asked| answer(asked, |lie| lie["verdict"]["template"] = json!("AAAA")), "form"),
        (|_| "CHAN Siu Ming looks like somebody".into_response(), "form"),
    ];
    for (lie, why) in lies {
        let said = scene.ask(liar(lie));
        unusable(&said, why);
        assert!(!format!("{said:?}").contains("CHAN"), "{said:?}");
    }
    assert_eq!(scene.ask(liar(|asked| answer(asked, |_| {}))), Ok(VerifierAnswer::Unsure), "the truth is believed");
}

#[test]
fn an_answer_to_an_earlier_proofing_is_none_to_this_one() {
    let (scene, first) = (Scene::new(), Arc::new(Mutex::new(None::<Value>)));
    let replay = |State(first): State<Arc<Mutex<Option<Value>>>>, Json(asked): Json<Value>| async move {
        let nonce = first.lock().unwrap().get_or_insert_with(|| asked["nonce"].clone()).clone();
        answer(&asked, |lie| lie["nonce"] = nonce)
    };
    let address = serve_on_a_thread(Router::new().route("/v1/compare", post(replay)).with_state(first), &scene.pki);
    let client = scene.client(address);
    assert_eq!(client.compare(&presented(60)), Ok(VerifierAnswer::Unsure));
    unusable(&client.compare(&presented(60)), "another question");
}

#[test]
fn an_answer_that_is_too_large_or_an_error_or_a_way_elsewhere_is_none() {
    let scene = Scene::new();
    unusable(&scene.ask(liar(|_| Body::from(Bytes::from(vec![b' '; 1 << 20])).into_response())), "too long");
    unusable(&scene.ask(liar(|_| StatusCode::FORBIDDEN.into_response())), "HTTP 403");
    away(&scene.ask(liar(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())));
    let elsewhere = liar(|_| (StatusCode::TEMPORARY_REDIRECT, [("location", "http://127.0.0.1:9/")]).into_response());
    unusable(&scene.ask(elsewhere), "HTTP 307");
}

#[test]
fn a_slow_verifier_is_waited_for_as_long_as_the_evidence_lives_and_a_dead_one_says_so() {
    let scene = Scene::new();
    let silent = Router::new().route("/v1/compare", post(std::future::pending::<StatusCode>));
    let client = scene.client(serve_on_a_thread(silent, &scene.pki));
    let began = std::time::Instant::now();
    away(&client.compare(&presented(1)));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    away(&scene.client(nowhere).compare(&presented(60)));
}

#[test]
fn a_verifier_with_another_certificate_is_shown_nothing() {
    let (ours, theirs, heard) = (Scene::new(), Scene::new(), Arc::new(Mutex::new(0)));
    let counted = heard.clone();
    let count = router(Arc::new(move |_: &super::Shown| {
        *counted.lock().unwrap() += 1;
        Said::Unsure
    }));
    let address = serve_on_a_thread(count, &ours.pki);
    let misled = TestPki { authority: theirs.pki.authority.clone(), ..ours.pki.clone() };
    away(&client(&misled, address).compare(&presented(60)));
    let forged = TestPki { authority: ours.pki.authority.clone(), ..theirs.pki.clone() };
    away(&client(&forged, address).compare(&presented(60)));
    assert_eq!(*heard.lock().unwrap(), 0);
    assert!(ours.client(address).compare(&presented(60)).is_ok());
    assert_eq!(*heard.lock().unwrap(), 1);
    let plain = VerifierConfig {
        url: "http://verifier.example/v1/compare".into(),
        authority: ours.pki.authority.clone(),
        certificate: ours.pki.client_certificate.clone(),
        key: ours.pki.client_key.clone(),
        timeout: Duration::from_secs(1),
    };
    let refused = HttpIdentityVerifier::new(&plain, Arc::new(SeededRandom::new(1))).err().unwrap();
    assert!(refused.to_string().contains("must begin with https://"), "{refused}");
}
