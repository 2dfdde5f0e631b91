//! How a service changes: by two officers again, and what was approved goes on meanwhile.

use kernel::Environment;
use openid::RedirectUri;
use people::Role;

use crate::rehearsal::{Provider, Service, on_both};
use crate::*;

fn approve(provider: &Provider, officer: u8, environment: Environment, digest: [u8; 32]) -> bool {
    let grant = Provider::officer(officer, Role::PrivacyOfficer);
    provider.act(move |work| approve_client(work, &grant, environment, "library", digest)).is_ok()
}

#[test]
fn a_change_takes_two_officers_and_what_was_approved_goes_on_meanwhile() {
    on_both(|provider| {
        let library = provider.service("library");
        let propose = |officer: u8, registration: &Registration| {
            let registration = registration.clone();
            provider.act(move |work| propose_change(work, &Provider::officer(officer, Role::SchemeOwner), &registration))
        };
        assert!(propose(1, &library.registration()).is_err(), "nothing would change");
        assert!(propose(1, &Service::new("clinic").registration()).is_err(), "there is none");
        let mut live = library.registration();
        live.standing = Standing::Live;
        let first = propose(1, &live).unwrap();
        live.client.redirect_uris.push(RedirectUri::register("https://library.example/other", false).unwrap());
        let digest = propose(3, &live).unwrap();
        let known = || provider.read(|tx| find_client(tx, "library")).unwrap();
        assert_eq!((known().registration.standing, known().is_in_force()), (Standing::Sandbox, true));
        assert!(provider.push(&library, &[("redirect_uri", "https://library.example/other")]).is_err(), "not approved yet");
        assert!(!approve(provider, 3, Environment::Live, digest), "one's own work");
        assert!(!approve(provider, 2, Environment::Live, first), "a later proposal took its place");
        assert!(approve(provider, 2, Environment::Live, digest));
        assert!(!approve(provider, 2, Environment::Live, digest), "once");
        assert_eq!((known().registration.standing, known().registered_by), (Standing::Live, kernel::Id::from_bytes([3; 16])));
        assert!(provider.push(&library, &[("redirect_uri", "https://library.example/other")]).is_ok());
        assert!(provider.read(|tx| proposed_change(tx, "library")).is_none());
    });
}

#[test]
fn a_sandbox_is_not_let_in_where_people_are_real() {
    on_both(|provider| {
        let registration = Service::new("library").registration();
        let digest = provider.act(move |work| register_client(work, &Provider::officer(1, Role::SchemeOwner), &registration)).unwrap();
        assert!(!approve(provider, 2, Environment::Live, digest));
        assert!(approve(provider, 2, Environment::Demo, digest));
    });
}

#[test]
fn a_picture_is_kept_for_as_long_as_a_service_names_it() {
    on_both(|provider| {
        let library = provider.service("library");
        let change = |byte: u8| {
            let mut registration = library.registration();
            provider.act(move |work| {
                let grant = Provider::officer(1, Role::SchemeOwner);
                let picture = Logo { media_type: "image/png".to_owned(), picture: vec![byte; 9] };
                let digest = keep_logo(work, &grant, "library", &picture)?;
                registration.logo = Some(digest);
                Ok::<_, RegisterClientError>((digest, propose_change(work, &grant, &registration)?))
            })
        };
        let shown = |digest| provider.read(move |tx| logo(tx, "library", digest)).is_some();
        let kept = |digest| provider.read(move |tx| logo_to_review(tx, "library", digest)).is_some();
        let (first, approval) = change(1).unwrap();
        assert!(kept(first) && !shown(first), "nobody but officers sees what is not approved");
        assert!(approve(provider, 2, Environment::Test, approval));
        assert!(shown(first));
        let (second, _) = change(2).unwrap();
        let (third, approval) = change(3).unwrap();
        assert!(shown(first) && !kept(second) && kept(third), "a proposal that gave way takes its picture with it");
        assert!(approve(provider, 2, Environment::Test, approval));
        assert!(shown(third) && !kept(first));
    });
}
