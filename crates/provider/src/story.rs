use kernel::{Environment, Text};
use openid::{Compact, ErrorCode, Jwk, OAuthError};
use people::Role;
use seal::JoseAlgorithm;
use serde_json::json;

use crate::rehearsal::{AUDIENCE, ISSUER, Provider, Service, VERIFIER, on_both, person};
use crate::*;

const KNOWN: [&str; 2] = ["registered", "verified"];

fn code_of(error: Result<impl std::fmt::Debug, OAuthError>) -> ErrorCode {
    error.unwrap_err().code
}

#[test]
fn a_resident_signs_in_to_a_service_that_two_officers_let_in() {
    on_both(|provider| {
        let library = provider.service("library");
        let pushed = provider.push(&library, &[]).unwrap();
        let code = provider.allow(&library, &person(1, provider.now()), &pushed).unwrap();
        let tokens = provider.redeem(&library, &code).unwrap();
        assert_eq!((tokens.token_type, tokens.scope.as_str()), ("DPoP", "openid address"));
        let shown = provider.read(|tx| public_keys(tx, provider.now()));
        let keys = Jwk::read_set(&shown).unwrap();
        let token = tokens.id_token.unwrap();
        let claims = Compact::parse(&token, &[JoseAlgorithm::Es256]).unwrap();
        let claims = claims.verified_by(&keys).unwrap();
        assert_eq!((&claims["iss"], &claims["aud"], &claims["nonce"]), (&json!(ISSUER), &json!("library"), &json!("n1")));
        assert_eq!(claims["at_hash"], openid::access_token_hash(tokens.access.expose()));
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("verified"), &json!(["pop", "user"])));
        let used = provider.uses(&library, tokens.access.expose()).unwrap();
        assert_eq!(claims["sub"], used.subject);
        assert_eq!(used.account, [1; 16]);
        provider.clock.advance_secs(300);
        assert_eq!(provider.uses(&library, tokens.access.expose()), None, "five minutes");
        let wanted = ["provider.client_registered", "provider.client_approved", "provider.allowed", "provider.signed_in"];
        let verbs = provider.verbs();
        assert!(wanted.iter().all(|verb| verbs.iter().any(|known| known == verb)), "{verbs:?}");
    });
}

#[test]
fn a_service_of_ed25519_keys_gets_its_id_token_signed_with_eddsa() {
    on_both(|provider| {
        let signer = seal::JoseSigner::generate(JoseAlgorithm::EdDsa).unwrap();
        let mut library = provider.service_with("library", |registration| registration.client.authentication = Service::keys(&signer));
        library.signer = signer;
        let pushed = provider.push(&library, &[]).unwrap();
        let code = provider.allow(&library, &person(1, provider.now()), &pushed).unwrap();
        let token = provider.redeem(&library, &code).unwrap().id_token.unwrap();
        let keys = Jwk::read_set(&provider.read(|tx| public_keys(tx, provider.now()))).unwrap();
        assert!(Compact::parse(&token, &[JoseAlgorithm::Es256]).is_err());
        let claims = Compact::parse(&token, &[JoseAlgorithm::EdDsa]).unwrap();
        assert_eq!(claims.verified_by(&keys).unwrap()["aud"], "library");
    });
}

#[test]
fn promise_12_no_two_services_know_a_resident_by_one_name() {
    on_both(|provider| {
        let services = ["library", "clinic", "transport"].map(|id| provider.service(id));
        let mut names = Vec::new();
        for account in 1..=3 {
            for service in &services {
                let pushed = provider.push(service, &[]).unwrap();
                let code = provider.allow(service, &person(account, provider.now()), &pushed).unwrap();
                let access = provider.redeem(service, &code).unwrap().access;
                names.push(provider.uses(service, access.expose()).unwrap().subject);
            }
        }
        let again = provider.push(&services[0], &[]).unwrap();
        let code = provider.allow(&services[0], &person(1, provider.now()), &again).unwrap();
        let access = provider.redeem(&services[0], &code).unwrap().access;
        assert_eq!(provider.uses(&services[0], access.expose()).unwrap().subject, names[0], "the same person comes back");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 9);
    });
}

#[test]
fn a_code_comes_once_from_who_asked_within_a_minute() {
    on_both(|provider| {
        let (library, clinic) = (provider.service("library"), provider.service("clinic"));
        let code = || {
            let pushed = provider.push(&library, &[]).unwrap();
            provider.allow(&library, &person(1, provider.now()), &pushed).unwrap()
        };
        let once = code();
        let tokens = provider.redeem(&library, &once).unwrap();
        assert_eq!(code_of(provider.redeem(&library, &once)), ErrorCode::InvalidGrant);
        assert_eq!(provider.uses(&library, tokens.access.expose()), None, "what a code that came twice opened is closed");
        assert_eq!(code_of(provider.refresh(&library, tokens.refresh.as_ref().unwrap().expose())), ErrorCode::InvalidGrant);
        let others = code();
        assert_eq!(code_of(provider.redeem(&clinic, &others)), ErrorCode::InvalidGrant);
        assert_eq!(code_of(provider.redeem(&library, &others)), ErrorCode::InvalidGrant, "and is used up by that");
        let late = code();
        provider.clock.advance_secs(60);
        assert_eq!(code_of(provider.redeem(&library, &late)), ErrorCode::InvalidGrant);
        let brought = |code: &str, redirect: &str, verifier: &str| Brought { code: code.to_owned(), redirect_uri: redirect.to_owned(), verifier: verifier.to_owned() };
        let cb = "https://library.example/cb";
        let wrong = VERIFIER.replace('d', "e");
        let other = "https://library.example/other";
        for (redirect, verifier, what) in [(cb, wrong.as_str(), "code_verifier is"), (other, VERIFIER, "redirect_uri is"), (cb, "", "code_verifier is")] {
            let error = provider.bring(&library, brought(&code(), redirect, verifier)).err().unwrap();
            assert!(error.code == ErrorCode::InvalidGrant && error.description.starts_with(what), "{error}");
        }
        let stolen = provider.bring(&clinic, brought(&code(), cb, &wrong)).err().unwrap();
        assert_eq!(stolen.description, "unknown, used or ended", "whoever brings another's code learns nothing");
        assert!(provider.bring(&library, brought(&code(), cb, VERIFIER)).is_ok());
    });
}

#[test]
fn a_code_that_was_asked_for_with_a_key_goes_to_that_key_alone() {
    on_both(|provider| {
        let library = provider.service("library");
        let own = provider.show(&library, None).dpop.unwrap().thumbprint;
        let mut elsewhere = Service::new("library");
        elsewhere.signer = JoseKeys::same(&library);
        for (key, works) in [(own.as_str(), true), ("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I", false)] {
            let pushed = provider.push(&library, &[("dpop_jkt", key)]).unwrap();
            let code = provider.allow(&library, &person(1, provider.now()), &pushed).unwrap();
            assert_eq!(provider.redeem(&library, &code).is_ok(), works);
        }
        let pushed = provider.push(&library, &[]).unwrap();
        let code = provider.allow(&library, &person(1, provider.now()), &pushed).unwrap();
        let tokens = provider.redeem(&library, &code).unwrap();
        assert_eq!(provider.uses(&elsewhere, tokens.access.expose()), None, "a stolen token opens nothing");
        let moved = provider.refresh(&elsewhere, tokens.refresh.as_ref().unwrap().expose()).unwrap();
        assert!(provider.uses(&elsewhere, moved.access.expose()).is_some(), "whoever proves to be the client may change the key of its tokens");
        assert_eq!(provider.uses(&library, moved.access.expose()), None, "and they are bound to the new key alone");
    });
}

#[test]
fn a_proof_beside_a_pushed_request_binds_its_code_to_the_key() {
    on_both(|provider| {
        let library = provider.service("library");
        let mut elsewhere = Service::new("library");
        elsewhere.signer = JoseKeys::same(&library);
        let push = |changes: &[(&str, &str)]| {
            let (proven, shown) = (provider.prove(&library, &provider.fresh()), provider.show(&library, None));
            let parameters = library.parameters(changes);
            provider.act(move |work| push_request(work, &proven, &shown, &parameters)).unwrap()
        };
        for (service, works) in [(&library, true), (&elsewhere, false)] {
            let code = provider.allow(&library, &person(1, provider.now()), &push(&[]).unwrap()).unwrap();
            assert_eq!(provider.redeem(service, &code).is_ok(), works);
        }
        let own = provider.show(&library, None).dpop.unwrap().thumbprint;
        assert!(push(&[("dpop_jkt", &own)]).is_ok());
        assert_eq!(code_of(push(&[("dpop_jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")])), ErrorCode::InvalidDpopProof);
    });
}

/// The same client key in a second holder.
struct JoseKeys;

impl JoseKeys {
    fn same(service: &Service) -> seal::JoseSigner {
        seal::JoseSigner::from_pkcs8(JoseAlgorithm::Es256, service.signer.to_pkcs8().unwrap().expose()).unwrap()
    }
}

#[test]
fn a_refresh_token_survives_a_lost_answer_and_not_a_copy() {
    on_both(|provider| {
        let library = provider.service("library");
        let start = || {
            let pushed = provider.push(&library, &[]).unwrap();
            let code = provider.allow(&library, &person(1, provider.now()), &pushed).unwrap();
            provider.redeem(&library, &code).unwrap().refresh.unwrap()
        };
        let first = start();
        let lost = provider.refresh(&library, first.expose()).unwrap();
        let second = provider.refresh(&library, first.expose()).unwrap();
        let third = provider.refresh(&library, second.refresh.as_ref().unwrap().expose()).unwrap();
        assert!(provider.uses(&library, third.access.expose()).is_some());
        assert_eq!(code_of(provider.refresh(&library, lost.refresh.as_ref().unwrap().expose())), ErrorCode::InvalidGrant, "it was replaced");
        assert_eq!(provider.uses(&library, third.access.expose()), None, "somebody had a copy: everything ends");
        assert_eq!(code_of(provider.refresh(&library, third.refresh.as_ref().unwrap().expose())), ErrorCode::InvalidGrant);
        let first = start();
        let second = provider.refresh(&library, first.expose()).unwrap();
        let third = provider.refresh(&library, second.refresh.as_ref().unwrap().expose()).unwrap();
        assert_eq!(code_of(provider.refresh(&library, first.expose())), ErrorCode::InvalidGrant, "older than the last");
        assert_eq!(code_of(provider.refresh(&library, third.refresh.as_ref().unwrap().expose())), ErrorCode::InvalidGrant);
        assert!(provider.verbs().contains(&"provider.refresh_token_copied".to_owned()));
        let unused = start();
        provider.clock.advance_secs(30 * 86_400);
        assert_eq!(code_of(provider.refresh(&library, unused.expose())), ErrorCode::InvalidGrant, "thirty days");
    });
}

#[test]
fn proofs_and_requests_come_once() {
    on_both(|provider| {
        let library = provider.service("library");
        let (proven, parameters) = (provider.prove(&library, "same"), library.parameters(&[]));
        let push = |shown: Shown, proven: Proven| {
            let parameters = parameters.clone();
            provider.act(move |work| push_request(work, &proven, &shown, &parameters)).unwrap()
        };
        assert!(push(Shown::default(), proven.clone()).is_ok());
        assert_eq!(code_of(push(Shown::default(), proven)), ErrorCode::InvalidClient);
        let shown = provider.show(&library, None);
        assert!(push(shown.clone(), provider.prove(&library, "a")).is_ok());
        assert_eq!(code_of(push(shown, provider.prove(&library, "b"))), ErrorCode::InvalidDpopProof);
        let pushed = provider.push(&library, &[]).unwrap();
        let who = person(1, provider.now());
        assert!(provider.allow(&library, &who, &pushed).is_ok());
        assert_eq!(code_of(provider.allow(&library, &who, &pushed)), ErrorCode::InvalidRequestUri);
        let late = provider.push(&library, &[]).unwrap();
        provider.clock.advance_secs(PUSHED_SECS);
        assert_eq!(code_of(provider.allow(&library, &who, &late)), ErrorCode::InvalidRequestUri);
        let clinic = provider.service("clinic");
        let pushed = provider.push(&library, &[]).unwrap();
        assert_eq!(code_of(provider.allow(&clinic, &who, &pushed)), ErrorCode::InvalidRequestUri, "another's request");
        let refused = provider.push(&library, &[("scope", "openid identity")]);
        assert_eq!(code_of(refused), ErrorCode::InvalidScope);
    });
}

#[test]
fn a_service_needs_two_officers_and_ends_at_once() {
    on_both(|provider| {
        let service = Service::new("library");
        let registration = service.registration();
        let now = provider.now();
        let digest = provider.act({
            let registration = registration.clone();
            move |work| register_client(work, &Provider::officer(1, Role::SchemeOwner), &registration)
        });
        let digest = digest.unwrap();
        let assertion = service.assertion("x", now);
        let proven = || provider.read(|tx| prove(tx, &ClientProof::Assertion(&assertion), Some("library"), AUDIENCE, now));
        assert_eq!(code_of(proven()), ErrorCode::InvalidClient, "not approved yet");
        let approve = |officer: u8, digest: [u8; 32]| {
            provider.act(move |work| approve_client(work, &Provider::officer(officer, Role::PrivacyOfficer), Environment::Test, "library", digest))
        };
        assert!(approve(1, digest).is_err(), "one's own work");
        assert!(approve(2, [0; 32]).is_err(), "something else than what was read");
        assert!(approve(2, digest).is_ok());
        assert!(approve(3, digest).is_err(), "once");
        assert!(proven().is_ok());
        let stranger = Service::new("library").assertion("y", now);
        let forged = provider.read(|tx| prove(tx, &ClientProof::Assertion(&stranger), None, AUDIENCE, now));
        assert_eq!(code_of(forged), ErrorCode::InvalidClient);
        let other = provider.read(|tx| prove(tx, &ClientProof::Assertion(&assertion), Some("clinic"), AUDIENCE, now));
        assert_eq!(code_of(other), ErrorCode::InvalidClient);
        let again = provider.act(move |work| register_client(work, &Provider::officer(1, Role::SchemeOwner), &registration));
        assert!(again.is_err(), "an id is one service's for ever");
        let mut blank = Service::new("clinic").registration();
        blank.attributes[0].reason = Text::new("Because", " ", "因为");
        assert_eq!(blank.faults(), [RegistrationFault::Reason], "each attribute has its reason");
        blank.attributes.clear();
        assert_eq!(blank.faults(), [RegistrationFault::Scope], "nothing is asked for that is no attribute");
        provider.act(|work| end_client(work, &Provider::officer(2, Role::PrivacyOfficer), "library")).unwrap();
        assert_eq!(code_of(proven()), ErrorCode::InvalidClient);
        assert_eq!(provider.read(clients).len(), 1);
    });
}

#[test]
fn a_resident_takes_back_and_a_session_ends() {
    on_both(|provider| {
        let library = provider.service("library");
        let start = |account: u8| {
            let pushed = provider.push(&library, &[]).unwrap();
            let code = provider.allow(&library, &person(account, provider.now()), &pushed).unwrap();
            provider.redeem(&library, &code).unwrap()
        };
        let (first, second) = (start(1), start(2));
        assert_eq!(provider.read(|tx| consents(tx, [1; 16], provider.now())).len(), 1);
        provider.act(|work| end_consent(work, [1; 16], "library")).unwrap();
        assert_eq!(provider.uses(&library, first.access.expose()), None);
        assert_eq!(provider.read(|tx| consents(tx, [1; 16], provider.now())), []);
        assert!(provider.uses(&library, second.access.expose()).is_some(), "another's stays");
        let ended = person(2, provider.now()).session;
        provider.act(move |work| end_session_grants(work, ended)).unwrap();
        assert_eq!(provider.uses(&library, second.access.expose()), None);
        let third = start(3);
        for token in [third.access.expose().clone(), third.refresh.as_ref().unwrap().expose().clone()] {
            let proven = provider.prove(&library, &token[..20]);
            provider.act(move |work| revoke(work, &proven, &token)).unwrap().unwrap();
        }
        assert_eq!(code_of(provider.refresh(&library, third.refresh.as_ref().unwrap().expose())), ErrorCode::InvalidGrant);
    });
}

#[test]
fn what_has_to_happen_next_follows_from_the_request() {
    on_both(|provider| {
        let library = provider.service("library");
        let (now, who) = (provider.now(), person(1, provider.now()));
        let (given, expires) = (now, now.plus_secs(60));
        let share = Share { client: "library".to_owned(), attribute: "address".to_owned(), given, expires, lasting: false };
        let agreed = Agreed {
            consent: Some(Consent { client: "library".to_owned(), scope: "openid".to_owned(), given, expires }),
            shares: vec![share],
        };
        let never = Agreed::default();
        let next = |changes: &[(&str, &str)], person: Option<&Person>, agreed: &Agreed| {
            let pushed = provider.push(&library, changes).unwrap();
            let asked = provider.read(|tx| asked(tx, "library", &pushed.request_uri, now)).unwrap();
            asked.next(person, agreed, &KNOWN, now, now)
        };
        let refuses = |next: Next, code: ErrorCode| matches!(next, Next::Refuse(error) if error.code == code);
        assert_eq!(next(&[], None, &never), Next::SignIn);
        assert_eq!(next(&[], Some(&who), &never), Next::Ask);
        assert_eq!(next(&[], Some(&who), &agreed), Next::Answer);
        assert_eq!(next(&[("prompt", "consent")], Some(&who), &agreed), Next::Ask);
        assert_eq!(next(&[("prompt", "login")], Some(&who), &agreed), Next::SignIn);
        assert_eq!(next(&[("max_age", "59")], Some(&who), &agreed), Next::SignIn);
        assert_eq!(next(&[("max_age", "60")], Some(&who), &agreed), Next::Answer);
        let fresh = Person { signed_in: now, ..who.clone() };
        assert_eq!(next(&[("prompt", "login"), ("max_age", "0")], Some(&fresh), &agreed), Next::Answer, "signed in after the asking");
        assert!(refuses(next(&[("prompt", "none")], None, &agreed), ErrorCode::LoginRequired));
        assert!(refuses(next(&[("prompt", "none")], Some(&who), &never), ErrorCode::ConsentRequired));
        assert_eq!(next(&[("prompt", "none")], Some(&who), &agreed), Next::Answer);
        let low = Person { acr: "registered".to_owned(), ..who.clone() };
        assert!(refuses(next(&[("acr_values", "verified")], Some(&low), &agreed), ErrorCode::UnmetAuthenticationRequirements));
        assert_eq!(next(&[("acr_values", "verified registered")], Some(&low), &agreed), Next::Answer);
        assert_eq!(next(&[("acr_values", "unknown")], Some(&low), &agreed), Next::Answer, "what is not known here is no demand");
        let pushed = provider.push(&library, &[]).unwrap();
        let uri = pushed.request_uri.clone();
        let refusal = OAuthError::new(ErrorCode::AccessDenied, "the resident said no");
        let back = provider.act(move |work| deny(work, "library", &uri, ISSUER, &refusal)).unwrap().unwrap();
        assert!(back.starts_with("https://library.example/cb?error=access_denied&") && back.contains("state=s1"), "{back}");
        assert!(provider.allow(&library, &who, &pushed).is_err(), "answered");
    });
}

#[test]
fn keys_overlap_so_that_no_token_is_without_its_key() {
    let mut provider = Provider::new();
    let library = provider.service("library");
    let kids = |provider: &Provider| {
        let shown = provider.read(|tx| public_keys(tx, provider.now()));
        shown["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kids(&provider).len(), 3);
    let mut seen_before = kids(&provider);
    for day in 1..=70 {
        provider.clock.advance_secs(86_400);
        provider.ledger.keys().midnight(provider.now().day()).unwrap();
        rotate_keys(&provider.ledger, provider.now()).unwrap();
        provider.keys = load_keys(&provider.ledger, provider.now()).unwrap();
        provider.act(sweep).unwrap();
        let pushed = provider.push(&library, &[]).unwrap();
        let code = provider.allow(&library, &person(1, provider.now()), &pushed).unwrap();
        let token = provider.redeem(&library, &code).unwrap().id_token.unwrap();
        let header: serde_json::Value = serde_json::from_slice(&decode(token.split('.').next().unwrap())).unwrap();
        let kid = header["kid"].as_str().unwrap().to_owned();
        assert!(seen_before.contains(&kid), "day {day}: whoever looked yesterday knows the key");
        seen_before = kids(&provider);
        assert!(seen_before.len() <= 6, "day {day}: {seen_before:?}");
        assert_eq!(rotate_keys(&provider.ledger, provider.now()).unwrap(), 0);
    }
}

fn decode(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}

#[test]
fn no_table_grows_without_bound() {
    on_both(|provider| {
        let library = provider.service("library");
        for account in 1..=20 {
            let pushed = provider.push(&library, &[]).unwrap();
            let code = provider.allow(&library, &person(account, provider.now()), &pushed).unwrap();
            let tokens = provider.redeem(&library, &code).unwrap();
            provider.refresh(&library, tokens.refresh.as_ref().unwrap().expose()).unwrap();
            provider.push(&library, &[]).unwrap();
            let in_use = provider.uses(&library, tokens.access.expose()).unwrap();
            provider.act(move |work| note_release(work, &in_use, &in_use.attributes)).unwrap();
        }
        provider.clock.advance_secs(731 * 86_400);
        assert!(provider.act(sweep).unwrap() > 100);
        let left = |sql: &'static str| provider.read(|tx| Ok(tx.query(sql, &[])?.len()));
        for sql in [
            "-- provider.test\nselect tag from provider_pushed limit 9",
            "-- provider.test\nselect id from provider_grant limit 9",
            "-- provider.test\nselect tag from provider_code limit 9",
            "-- provider.test\nselect tag from provider_access limit 9",
            "-- provider.test\nselect tag from provider_refresh limit 9",
            "-- provider.test\nselect tag from provider_seen limit 9",
            "-- provider.test\nselect tag from provider_service_token limit 9",
            "-- provider.test\nselect client from provider_consent limit 9",
            "-- provider.test\nselect client from provider_share limit 9",
            "-- provider.test\nselect client from provider_release limit 9",
            "-- provider.test\nselect kid from provider_key limit 9",
        ] {
            assert_eq!(left(sql), 0, "{sql}");
        }
    });
}
