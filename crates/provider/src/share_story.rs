//! What a resident gives a service, attribute by attribute: this time, until a day, until it is taken back, not at all.

use kernel::Instant;
use openid::ErrorCode;
use testkit::{Place, both_engines};

use crate::rehearsal::{Provider, Service, decision, person};
use crate::*;

const DAY: i64 = 86_400;

struct Stage {
    provider: Provider,
    library: Service,
}

impl Stage {
    fn at(place: &Place) -> Self {
        let provider = Provider::at(place);
        let library = provider.service("library");
        Self { provider, library }
    }

    fn decide(&self, scope: &str, decisions: &[Decision]) -> Result<Tokens, openid::OAuthError> {
        let pushed = self.provider.push(&self.library, &[("scope", scope)]).unwrap();
        let code = self.provider.decide(&self.library, &person(1, self.provider.now()), &pushed, decisions)?;
        self.provider.redeem(&self.library, &code)
    }

    fn next(&self, scope: &str) -> Next {
        let now = self.provider.now();
        let pushed = self.provider.push(&self.library, &[("scope", scope)]).unwrap();
        let asked = self.provider.read(|tx| asked(tx, "library", &pushed.request_uri, now)).unwrap();
        let agreed = self.provider.read(|tx| agreed(tx, [1; 16], "library", now));
        asked.next(Some(&person(1, now)), &agreed, &LEVELS, now, now)
    }

    fn given(&self, access: &str) -> Vec<String> {
        self.provider.uses(&self.library, access).map(|in_use| in_use.attributes).unwrap_or_default()
    }
}

const ALL: &str = "openid address email";

#[test]
fn what_is_given_this_time_is_gone_next_time_and_asked_for_again() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let tokens = stage.decide(ALL, &[decision("address", Some(Term::Once)), decision("email", Some(Term::Lasting))]).unwrap();
        assert_eq!(tokens.scope, ALL);
        assert_eq!(stage.given(tokens.access.expose()), ["address", "email"]);
        stage.provider.clock.advance_secs(400);
        let later = stage.provider.refresh(&stage.library, tokens.refresh.unwrap().expose()).unwrap();
        assert_eq!(stage.given(later.access.expose()), ["email"], "once is once");
        assert_eq!(stage.next("openid email"), Next::Answer);
        assert_eq!(stage.next(ALL), Next::Ask);
    });
}

#[test]
fn what_is_given_until_a_day_ends_on_it() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let until = stage.provider.now().plus_secs(10 * DAY);
        let mut tokens = stage.decide("openid address", &[decision("address", Some(Term::Until(until)))]).unwrap();
        stage.provider.clock.advance_secs(10 * DAY - 60);
        tokens = stage.provider.refresh(&stage.library, tokens.refresh.unwrap().expose()).unwrap();
        assert_eq!(stage.given(tokens.access.expose()), ["address"]);
        stage.provider.clock.advance_secs(60);
        assert_eq!(stage.given(tokens.access.expose()), Vec::<String>::new(), "though the token goes on");
        assert_eq!(stage.next("openid address"), Next::Ask);
        let far = Instant::from_millis(i64::MAX / 2);
        stage.decide("openid address", &[decision("address", Some(Term::Until(far)))]).unwrap();
        let shares = stage.provider.read(|tx| shares(tx, [1; 16], stage.provider.now()));
        assert_eq!(shares[0].expires, stage.provider.now().plus_secs(SHARE_DAYS_MOST * DAY), "a year at most");
    });
}

#[test]
fn what_is_not_needed_can_be_kept_back_and_is_not_asked_for_again() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let tokens = stage.decide(ALL, &[decision("address", Some(Term::Lasting)), decision("email", None)]).unwrap();
        assert_eq!(tokens.scope, "openid address");
        assert_eq!(stage.given(tokens.access.expose()), ["address"]);
        assert_eq!(stage.next(ALL), Next::Answer, "the resident has answered");
        assert!(stage.provider.act(|work| end_share(work, [1; 16], "library", "address")).unwrap());
        assert!(!stage.provider.act(|work| end_share(work, [1; 16], "library", "address")).unwrap());
        assert_eq!(stage.given(tokens.access.expose()), Vec::<String>::new(), "taken back at once");
        assert_eq!(stage.next(ALL), Next::Ask);
    });
}

#[test]
fn without_what_is_needed_the_answer_is_no() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let pushed = stage.provider.push(&stage.library, &[("scope", ALL)]).unwrap();
        let (now, uri) = (stage.provider.now(), pushed.request_uri.clone());
        let permission = Permission {
            client: "library".to_owned(),
            request_uri: uri,
            issuer: "https://id.example".to_owned(),
            subject: "s".to_owned(),
            decided: Some(vec![decision("email", Some(Term::Once))]),
        };
        let address = stage.provider.act(move |work| allow(work, &person(1, now), &permission)).unwrap().unwrap();
        assert!(address.contains("error=access_denied") && !address.contains("code="), "{address}");
    });
}

#[test]
fn a_form_is_filled_once_and_without_any_name() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let tokens = stage.decide("anonymous address", &[decision("address", Some(Term::Lasting))]).unwrap();
        assert!(tokens.refresh.is_none() && tokens.id_token.is_none());
        let access = tokens.access.expose();
        assert_eq!(stage.provider.uses(&stage.library, access), None, "it says nothing of who it is");
        let form = |access: &str| {
            let (shown, access) = (stage.provider.show(&stage.library, Some(access)), access.to_owned());
            stage.provider.act(move |work| use_form_token(work, &access, &shown)).unwrap()
        };
        let first = form(access).unwrap();
        assert_eq!((first.attributes.as_slice(), first.subject.as_str()), (["address".to_owned()].as_slice(), ""));
        assert_eq!(form(access), None, "once");
        assert_eq!(stage.next("anonymous address"), Next::Ask, "nothing is kept of it");
        assert!(stage.provider.read(|tx| shares(tx, [1; 16], stage.provider.now())).is_empty());
        assert!(stage.provider.read(|tx| consents(tx, [1; 16], stage.provider.now())).is_empty());
        let named = stage.decide("openid address", &[decision("address", Some(Term::Once))]).unwrap();
        assert_eq!(form(named.access.expose()), None, "a token with a name fills no anonymous form");
        let both = stage.provider.push(&stage.library, &[("scope", "openid anonymous address")]).unwrap_err();
        assert_eq!(both.code, ErrorCode::InvalidScope);
    });
}

#[test]
fn a_request_waits_longer_once_its_resident_is_here() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let pushed = stage.provider.push(&stage.library, &[]).unwrap();
        let show = |uri: &str| {
            let uri = uri.to_owned();
            stage.provider.act(move |work| show_request(work, "library", &uri)).unwrap()
        };
        let arrived = stage.provider.now();
        assert_eq!(show(&pushed.request_uri).unwrap().shown, Some(arrived));
        stage.provider.clock.advance_secs(ANSWER_SECS - 1);
        assert_eq!(show(&pushed.request_uri).unwrap().shown, Some(arrived), "the first time counts");
        stage.provider.clock.advance_secs(1);
        assert_eq!(show(&pushed.request_uri).unwrap_err().code, ErrorCode::InvalidRequestUri);
        let unseen = stage.provider.push(&stage.library, &[]).unwrap();
        stage.provider.clock.advance_secs(PUSHED_SECS);
        assert!(show(&unseen.request_uri).is_err());
    });
}
