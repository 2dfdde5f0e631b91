//! No browser is asked to remember what an officer types: every page of every route is looked at, as it is and with mistakes.

use std::collections::BTreeSet;

use people::Role;
use staff::{Guard, Route, Verb, every_route};

use crate::attack::{known, known_charter, path};
use crate::client::{Client, Reply};
use crate::contractors::leased;
use crate::journey::field::{OPERATION, launch};
use crate::journey::register;
use crate::services::register_and_approve;
use crate::stage::{SLUG, Stage};

/// What is typed into: everything but what is chosen, carried along or pressed.
fn is_typed_into(form: &str) -> bool {
    let input = |tag: &str| !["hidden", "radio", "checkbox", "submit"].iter().any(|kind| tag.contains(&format!("type=\"{kind}\"")));
    let inputs = form.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap());
    form.contains("<textarea") || inputs.into_iter().any(input)
}

/// Looks at every form of a page; whether there is one that is typed into.
fn look(reply: &Reply, address: &str) -> bool {
    let text = reply.text();
    let forms = text.split("<form ").skip(1).map(|rest| rest.split("</form>").next().unwrap());
    let typed: Vec<&str> = forms.filter(|form| is_typed_into(form)).collect();
    for form in &typed {
        let tag = form.split('>').next().unwrap();
        assert!(tag.contains(" autocomplete=\"off\""), "{address}: the browser may remember what is typed here: <form {tag}>");
        let (all, off) = (form.matches("autocomplete=\"").count(), form.matches("autocomplete=\"off\"").count());
        assert_eq!(all, off, "{address}: a field of it asks for more");
    }
    !typed.is_empty()
}

/// Addresses with real things in them: a registration, a request, a lease with its contractor and contract, an operation.
fn addresses(stage: &Stage) -> impl Fn(&Route) -> Vec<String> + use<> {
    let gate = stage.launch();
    let lease = leased(stage);
    launch(stage);
    let (charter_gate, charter) = (stage.launch_identity(identity::SHIPPED_CHARTER), known_charter(stage));
    register_and_approve(stage);
    let (digest, officer) = known(stage);
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let at = |rest: &str| format!("/en/staff/schemes/{SLUG}{rest}");
    let filled = [("kind", "access"), ("language", "en"), ("name", "Canary Wong"), ("address", "Here"), ("text", "All")];
    assert_eq!(stage.officer(0, Role::CaseOfficer).post(&at("/requests/new"), &filled).status, 303);
    let id = |page: &str, prefix: &str| format!("{prefix}{}", privacy.get(page).between(prefix, "\""));
    let request = id(&at("/requests"), "dsr_");
    let contractor = id("/en/staff/contractors", "ctr_");
    let contract = id(&format!("/en/staff/contractors/{contractor}"), "ctc_");
    let record = id(&at(&format!("/gates/{gate}")), "gat_");
    let lease = lease.rsplit('/').next().unwrap().to_owned();
    let reference = register(&stage.officer(0, Role::CaseOfficer), "Q234567", "", "1 Ngau Tau Kok Road");
    stage.work();
    stage.work();
    move |route| {
        let real = [("{reference}", reference.as_str()), ("{request}", &request), ("{contractor}", &contractor), ("{contract}", &contract), ("{lease}", &lease), ("{record}", &record)];
        let template = real.iter().fold(route.path.to_owned(), |path, (name, value)| path.replace(name, value));
        let acts: &[&str] = match route.path {
            path if path.contains("/operate/") => &["pause", "rate", "window"],
            path if path.contains("/leases/{lease}/change/") => &["extend", "address", "transfer", "end"],
            path if path.contains("/change/") => &["extend", "end"],
            _ => &["confirm"],
        };
        let schemes = if template.contains("{slug}") { &[SLUG, OPERATION][..] } else { &[SLUG] };
        let each = acts.iter().flat_map(|act| schemes.iter().map(move |slug| (act, slug)));
        let (gate, digest) = if template.starts_with("/staff/identity") { (&charter_gate, &charter) } else { (&gate, &digest) };
        each.map(|(act, slug)| path(&template.replace("{act}", act).replace("{slug}", slug), gate, digest, &officer)).collect()
    }
}

fn who<'a>(officers: &'a [(Role, Client)], route: &Route) -> Option<&'a Client> {
    let rights = match route.guard {
        Guard::Public => return None,
        Guard::Officer | Guard::Seat => &[][..],
        Guard::Right(rights) | Guard::Scheme(rights) | Guard::Identity(rights) => rights,
    };
    let may = |(role, _): &&(Role, Client)| rights.is_empty() || rights.iter().any(|right| role.actions().contains(right));
    officers.iter().find(may).map(|(_, client)| client)
}

#[test]
fn no_form_that_an_officer_types_into_is_remembered_by_the_browser() {
    let stage = Stage::new();
    let addresses = addresses(&stage);
    let officers: Vec<(Role, Client)> = Role::ALL.map(|role| (role, stage.officer(0, role))).into();
    let mut typed = BTreeSet::new();
    for verb in [Verb::Get, Verb::Post] {
        // Pages of mistakes come last: what is sent empty and taken all the same may change what is there.
        for route in every_route().filter(|route| route.verb == verb && (verb == Verb::Get || route.typed)) {
            let Some(client) = who(&officers, route) else { continue };
            for address in addresses(route) {
                let reply = if verb == Verb::Get { client.get(&address) } else { client.post(&address, &[]) };
                if look(&reply, &address) {
                    typed.insert((format!("{verb:?}"), route.path));
                }
            }
        }
    }
    let scheme = |rest: &str| format!("/staff/schemes/{{slug}}{rest}");
    for rest in ["/find", "/records/{reference}", "/register", "/field", "/test-results", "/requests/new", "/erase", "/delivery/results"] {
        assert!(typed.iter().any(|(verb, path)| verb == "Get" && *path == scheme(rest)), "{rest} was not seen: {typed:?}");
    }
    for rest in ["/find", "/register", "/field", "/test-results", "/erase"] {
        assert!(typed.iter().any(|(verb, path)| verb == "Post" && *path == scheme(rest)), "{rest} with mistakes was not seen: {typed:?}");
    }
}
