use openid::{ErrorCode, Scope};

use crate::rehearsal::{Provider, Service, on_both, person};
use crate::*;

fn token_of(provider: &Provider, service: &Service, id: &str, scope: Option<&str>) -> Result<ServiceToken, ErrorCode> {
    let (proven, shown) = (provider.prove(service, id), provider.show(service, None));
    let scope = scope.map(|scope| Scope::parse(scope).unwrap());
    provider.act(move |work| issue_to_service(work, &proven, &shown, scope.as_ref())).unwrap().map_err(|error| error.code)
}

fn seen_by(provider: &Provider, service: &Service, id: &str, token: &str) -> Option<Introspected> {
    let (proven, token) = (provider.prove(service, id), token.to_owned());
    provider.act(move |work| introspect(work, &proven, &token)).unwrap().unwrap()
}

#[test]
fn a_service_gets_a_token_for_itself_that_opens_nothing_of_anybody() {
    on_both(|provider| {
        let (library, clinic) = (provider.service("library"), provider.service("clinic"));
        let token = token_of(provider, &library, "a", Some("address")).unwrap();
        assert_eq!((token.token_type, token.scope.as_deref()), ("DPoP", Some("address")));
        assert_eq!(provider.uses(&library, token.access.expose()), None);
        let seen = seen_by(provider, &clinic, "b", token.access.expose()).unwrap();
        assert_eq!((seen.client.as_str(), seen.subject, seen.scope.as_str()), ("library", None, "address"));
        assert!(matches!(seen.bound, Bound::Dpop(_)));
        assert_eq!(token_of(provider, &library, "c", Some("openid")).unwrap_err(), ErrorCode::InvalidScope, "openid is about a person");
        assert_eq!(token_of(provider, &library, "d", Some("identity")).unwrap_err(), ErrorCode::InvalidScope);
        assert_eq!(token_of(provider, &library, "a", None).unwrap_err(), ErrorCode::InvalidClient, "the assertion came before");
        let give_back = |service: &Service, id: &str| {
            let (proven, token) = (provider.prove(service, id), token.access.expose().clone());
            provider.act(move |work| revoke(work, &proven, &token)).unwrap().unwrap();
        };
        give_back(&clinic, "e");
        assert!(seen_by(provider, &clinic, "f", token.access.expose()).is_some(), "nobody gives back what is another's");
        give_back(&library, "g");
        assert_eq!(seen_by(provider, &clinic, "h", token.access.expose()), None);
        let ended = token_of(provider, &library, "i", None).unwrap();
        provider.clock.advance_secs(300);
        assert_eq!(seen_by(provider, &clinic, "j", ended.access.expose()), None, "five minutes");
    });
}

#[test]
fn promise_12_a_residents_token_is_described_to_its_own_service_only() {
    on_both(|provider| {
        let (library, clinic) = (provider.service("library"), provider.service("clinic"));
        let pushed = provider.push(&library, &[]).unwrap();
        let code = provider.allow(&library, &person(1, provider.now()), &pushed).unwrap();
        let tokens = provider.redeem(&library, &code).unwrap();
        let first = tokens.refresh.unwrap();
        for (round, token) in [tokens.access.expose(), first.expose()].into_iter().enumerate() {
            let seen = seen_by(provider, &library, &format!("own {round}"), token).unwrap();
            assert_eq!((seen.client.as_str(), seen.subject.is_some()), ("library", true));
            assert_eq!(seen_by(provider, &clinic, &format!("other {round}"), token), None);
        }
        let second = provider.refresh(&library, first.expose()).unwrap().refresh.unwrap();
        assert!(seen_by(provider, &library, "lost answer", first.expose()).is_some(), "it works until the next one is used");
        provider.refresh(&library, second.expose()).unwrap();
        assert_eq!(seen_by(provider, &library, "old", first.expose()), None);
        let (proven, unknown) = (provider.prove(&library, "again"), "unknown".to_owned());
        let twice = proven.clone();
        assert_eq!(provider.act(move |work| introspect(work, &proven, &unknown)).unwrap().unwrap(), None);
        let refused = provider.act(move |work| introspect(work, &twice, "unknown")).unwrap().unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidClient);
    });
}
