//! A session ends, and the services that want to hear of it do, sooner or later.

use openid::{Compact, Jwk, RedirectUri};
use seal::JoseAlgorithm;
use serde_json::Value;

use crate::rehearsal::{ISSUER, Provider, Service, on_both, person};
use crate::*;

fn told(provider: &Provider) -> Vec<LogoutNotice> {
    let keys = provider.keys.clone();
    provider.act(move |work| claim_logouts(work, &keys, ISSUER)).unwrap()
}

fn note(provider: &Provider, notice: &LogoutNotice, delivered: bool) {
    let notice = notice.clone();
    provider.act(move |work| note_logout(work, &notice, delivered)).unwrap();
}

fn signed_in(provider: &Provider, service: &Service) -> (String, [u8; 16]) {
    let person = person(1, provider.now());
    let pushed = provider.push(service, &[]).unwrap();
    let code = provider.allow(service, &person, &pushed).unwrap();
    (provider.redeem(service, &code).unwrap().id_token.unwrap(), person.session)
}

fn claims(provider: &Provider, token: &str) -> serde_json::Map<String, Value> {
    let keys = provider.read(|tx| public_keys(tx, provider.now()));
    let token = Compact::parse(token, &[JoseAlgorithm::Es256]).unwrap();
    token.verified_by(&Jwk::read_set(&keys).unwrap()).unwrap().clone()
}

#[test]
fn the_end_of_a_session_is_told_once_it_is_heard() {
    on_both(|provider| {
        let service = provider.service_with("library", |registration| {
            registration.logout_uri = Some(RedirectUri::register("https://library.example/logout", false).unwrap());
        });
        let quiet = provider.service("museum");
        let (token, session) = signed_in(provider, &service);
        signed_in(provider, &quiet);
        provider.act(move |work| end_session_grants(work, session)).unwrap();
        let notices = told(provider);
        assert_eq!(notices.len(), 1, "only who wants to hear");
        assert_eq!(notices[0].address, "https://library.example/logout");
        assert_eq!(Compact::parse(&notices[0].token, &[JoseAlgorithm::Es256]).unwrap().kind().as_deref(), Some("logout+jwt"));
        let (heard, own) = (claims(provider, &notices[0].token), claims(provider, &token));
        assert_eq!((&heard["sid"], &heard["aud"], &heard["iss"]), (&own["sid"], &own["aud"], &own["iss"]));
        assert!(heard["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object() && !heard.contains_key("nonce"));
        assert!(told(provider).is_empty(), "leased");
        note(provider, &notices[0], false);
        provider.clock.advance_secs(19);
        assert!(told(provider).is_empty(), "after a pause");
        provider.clock.advance_secs(1);
        let again = told(provider);
        note(provider, &again[0], true);
        provider.clock.advance_secs(86_400);
        assert!(told(provider).is_empty());
    });
}

#[test]
fn a_service_that_never_answers_is_given_up_on_record() {
    on_both(|provider| {
        let service = provider.service_with("library", |registration| {
            registration.logout_uri = Some(RedirectUri::register("https://library.example/logout", false).unwrap());
        });
        let (_, session) = signed_in(provider, &service);
        provider.act(move |work| end_session_grants(work, session)).unwrap();
        let mut tries = 0;
        while let [notice] = told(provider).as_slice() {
            note(provider, notice, false);
            provider.clock.advance_secs(3 * 3600);
            tries += 1;
        }
        assert_eq!(tries, 10);
        assert!(provider.verbs().contains(&"provider.logout_not_heard".to_owned()));
        assert!(!provider.read(|tx| logouts_waiting(tx, provider.now())));
    });
}
