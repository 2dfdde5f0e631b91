//! Promise 12: services that lay together what they heard find no resident twice.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openid::RedirectUri;
use serde_json::Value;

use crate::rehearsal::{ISSUER, Provider, Service, on_both, person};
use crate::*;

const RESIDENTS: u16 = 1000;
const SERVICES: u16 = 50;

/// Every text that a service hears about a resident who signs in: code, tokens, the parts of the ID token, what the tokens open. Left out
/// are moments: that somebody signed in within the same second is what a clock tells anybody.
fn heard(provider: &Provider, service: &Service, person: &Person) -> BTreeSet<String> {
    let pushed = provider.push(service, &[("scope", "openid")]).unwrap();
    let code = provider.allow(service, person, &pushed).unwrap();
    let tokens = provider.redeem(service, &code).unwrap();
    let access = tokens.access.expose().clone();
    let in_use = provider.uses(service, &access).unwrap();
    let mut heard = BTreeSet::from([pushed.request_uri, code, access, tokens.refresh.unwrap().expose().clone(), in_use.subject]);
    heard.extend(claims(&tokens.id_token.unwrap()));
    heard
}

fn collect(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => members.values().for_each(|member| collect(member, into)),
        Value::Array(members) => members.iter().for_each(|member| collect(member, into)),
        Value::String(text) => drop(into.insert(text.clone())),
        _ => {}
    }
}

fn resident(number: u16, provider: &Provider) -> Person {
    let (mut account, mut session) = ([7; 16], [9; 16]);
    account[..2].copy_from_slice(&number.to_be_bytes());
    session[..2].copy_from_slice(&number.to_be_bytes());
    Person { account, session, ..person(1, provider.now()) }
}

/// Values that services of more than one kind heard, although not everybody's answer holds them.
fn shared(all: &[(u16, BTreeSet<String>)]) -> BTreeSet<String> {
    let common = all.iter().map(|(_, heard)| heard.clone()).reduce(|common, heard| &common & &heard).unwrap();
    let mut by: BTreeMap<&String, BTreeSet<u16>> = BTreeMap::new();
    for (service, heard) in all {
        for value in heard.difference(&common) {
            by.entry(value).or_default().insert(*service);
        }
    }
    by.into_iter().filter(|(_, services)| services.len() > 1).map(|(value, _)| value.clone()).collect()
}

#[test]
fn promise_12_a_thousand_residents_at_fifty_services_have_nothing_in_common_there() {
    let provider = Provider::new();
    let listens = |number: u16| {
        let hears = RedirectUri::register(&format!("https://service-{number}.example/logout"), false).unwrap();
        provider.service_with(&format!("service-{number}"), |registration| registration.logout_uri = Some(hears))
    };
    let services: Vec<Service> = (0..SERVICES).map(listens).collect();
    let mut all = Vec::new();
    for number in 0..RESIDENTS {
        let person = resident(number, &provider);
        // Each resident at two services, every pair of neighbours and of strangers among them.
        for at in [number % SERVICES, (number / SERVICES * 7 + number + 1) % SERVICES] {
            all.push((at, heard(&provider, &services[usize::from(at)], &person)));
        }
    }
    assert_eq!(shared(&all).len(), 0);
    let said = farewells(&provider);
    assert_eq!(shared(&said).len(), 0, "nor in what they hear at the end");
    let elsewhere = |at: u16, text: &String| text != ISSUER && all.iter().any(|(other, heard)| *other != at && heard.contains(text));
    assert!(said.iter().all(|(at, texts)| !texts.iter().any(|text| elsewhere(*at, text))), "nor between the two");
    let accounts: Vec<String> = (0..RESIDENTS).map(|number| kernel::to_hex(&resident(number, &provider).account)).collect();
    assert!(all.iter().flat_map(|(_, heard)| heard).all(|value| !accounts.contains(value)), "nor the account's own id");
    // The check can fail.
    let leak = "one and the same".to_owned();
    all[0].1.insert(leak.clone());
    all[1].1.insert(leak.clone());
    assert_eq!(shared(&all), BTreeSet::from([leak]));
}

/// What services hear when the sessions of every tenth resident end.
fn farewells(provider: &Provider) -> Vec<(u16, BTreeSet<String>)> {
    for number in (0..RESIDENTS).step_by(10) {
        let session = resident(number, provider).session;
        provider.act(move |work| end_session_grants(work, session)).unwrap();
    }
    let (mut said, keys) = (Vec::new(), provider.keys.clone());
    loop {
        let keys = keys.clone();
        let notices = provider.act(move |work| claim_logouts(work, &keys, ISSUER)).unwrap();
        if notices.is_empty() {
            break;
        }
        for notice in notices {
            let at = notice.address.strip_prefix("https://service-").unwrap().split('.').next().unwrap().parse().unwrap();
            said.push((at, claims(&notice.token)));
            provider.act(move |work| note_logout(work, &notice, true)).unwrap();
        }
    }
    assert!(said.len() > usize::from(RESIDENTS / 10), "some were at one service twice, most at two");
    said
}

/// The texts in the claims of a token.
fn claims(token: &str) -> BTreeSet<String> {
    let plain = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let mut texts = BTreeSet::new();
    collect(&serde_json::from_slice(&plain).unwrap(), &mut texts);
    texts
}

#[test]
fn promise_12_no_two_names_of_anybody_are_alike() {
    on_both(|provider| {
        let keys = provider.ledger.keys();
        let mut names = BTreeSet::new();
        for (number, at) in (0..RESIDENTS).flat_map(|number| (0..SERVICES).map(move |at| (number, at))) {
            let account = resident(number, provider).account;
            let sector = format!("service-{at}.example");
            names.insert(openid::pairwise_subject(|input| keys.prf("provider subject", input), &sector, &account));
            names.insert(issue::session_name(&account, &sector));
        }
        assert_eq!(names.len(), 2 * usize::from(RESIDENTS) * usize::from(SERVICES));
    });
}
