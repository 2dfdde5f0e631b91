//! Promise 8 at the desk: no clauses, no credential; a lease is need-only; what is overdue is read at a glance.

use people::Role;

use crate::client::Client;
use crate::journey::register_one;
use crate::stage::{SLUG, Stage};

const CLAUSES: [&str; 6] =
    ["security", "breach-notice", "return-and-destruction", "audit-right", "no-sub-processing", "place-of-storage"];

/// Registers the courier with the key that the scheme names, and a contract in force with it; answers with the contract's id.
pub fn courier_contract(stage: &Stage) -> String {
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let page = privacy.get("/en/staff/contractors");
    let contractor = if page.text().contains("/en/staff/contractors/ctr_") {
        format!("/en/staff/contractors/ctr_{}", page.between("/en/staff/contractors/ctr_", "\""))
    } else {
        registered(&privacy)
    };
    let keys = [("signing", "0f".repeat(32)), ("recipient", stage.recipient.clone())];
    let keys = keys.each_ref().map(|(name, value)| (*name, value.as_str()));
    let done = privacy.post(&format!("{contractor}/keys"), &keys);
    assert_eq!(done.status, 303, "{}", done.text());
    contracted(&privacy, &contractor, "").rsplit('/').next().unwrap().to_owned()
}

fn registered(privacy: &Client) -> String {
    registered_as(privacy, "online-platform")
}

/// The contract of a print bureau that has given its keys: its id.
pub fn print_bureau(stage: &Stage) -> String {
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let bureau = registered_as(&privacy, "print-bureau");
    let signing = "0f".repeat(32);
    let done = privacy.post(&format!("{bureau}/keys"), &[("signing", signing.as_str()), ("recipient", stage.recipient.as_str())]);
    assert_eq!(done.status, 303, "{}", done.text());
    contracted(&privacy, &bureau, "").rsplit('/').next().unwrap().to_owned()
}

fn registered_as(privacy: &Client, trade: &str) -> String {
    let pairs = [
        ("contractor-name-en", "Harbour Forms Limited"),
        ("contractor-name-zh-hant", "海港表格有限公司"),
        ("contractor-name-zh-hans", "海港表格有限公司"),
        ("trade", trade),
        ("contact", "Chan Siu Ming"),
        ("mail", "sm.chan@forms.example.hk"),
    ];
    assert_eq!(privacy.post("/en/staff/contractors/new", &pairs[..4]).status, 422, "nobody to speak to");
    let done = privacy.post("/en/staff/contractors/new", &pairs);
    assert_eq!(done.status, 303, "{}", done.text());
    done.location()
}

fn clauses(but: &str) -> Vec<(String, &'static str)> {
    let named = CLAUSES.into_iter().filter(|clause| *clause != but);
    named.map(|clause| (format!("clause-{clause}"), "Clause 14")).collect()
}

fn contracted(privacy: &Client, contractor: &str, but: &str) -> String {
    let clauses = clauses(but);
    let mut pairs = vec![
        ("contract-title-en", "Declaration forms"),
        ("contract-title-zh-hant", "申報表格"),
        ("contract-title-zh-hans", "申报表格"),
        ("from-day", "1"),
        ("from-month", "5"),
        ("from-year", "2020"),
        ("until-day", "31"),
        ("until-month", "5"),
        ("until-year", "2020"),
        ("storage", "own-machines"),
        ("place", "8 Wharf Road"),
    ];
    pairs.extend(clauses.iter().map(|(name, value)| (name.as_str(), *value)));
    let done = privacy.post(&format!("{contractor}/contracts/new"), &pairs);
    assert_eq!(done.status, 303, "{}", done.text());
    done.location()
}

fn lease_pairs(contract: &str) -> Vec<(&str, &str)> {
    let id = contract.rsplit('/').next().unwrap();
    vec![("contract", id), ("purpose", "delivery"), ("group", "contact"), ("form", "look-up"), ("which", "all")]
}

/// A stage with one registration, a contract and a lease on it; where the lease is.
pub fn leased(stage: &Stage) -> String {
    register_one(stage);
    stage.work();
    stage.work();
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let contract = contracted(&privacy, &registered(&privacy), "");
    let owner = stage.officer(0, Role::SchemeOwner);
    let given = owner.post(&format!("/en/staff/schemes/{SLUG}/leases/new"), &lease_pairs(&contract));
    assert_eq!(given.status, 303, "{}", given.text());
    given.location()
}

/// A second contract with the same contractor: its id.
pub fn second_contract(stage: &Stage) -> String {
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let contractor = privacy.get("/en/staff/contractors").between("/en/staff/contractors/ctr_", "\"");
    let contract = contracted(&privacy, &format!("/en/staff/contractors/ctr_{contractor}"), "");
    contract.rsplit('/').next().unwrap().to_owned()
}

/// A lease under which records are handed over, with a contractor that has given its keys: where it is.
pub fn lease_to_hand_over(stage: &Stage) -> String {
    let contract = courier_contract(stage);
    let mut pairs = lease_pairs(&contract);
    pairs[3].1 = "hand-over";
    let owner = stage.officer(0, Role::SchemeOwner);
    let given = owner.post(&format!("/en/staff/schemes/{SLUG}/leases/new"), &pairs);
    assert_eq!(given.status, 303, "{}", given.text());
    given.location()
}

fn stage() -> Stage {
    let stage = Stage::new();
    stage.launch();
    stage
}

#[test]
fn promise_08_without_every_clause_there_is_no_credential_and_no_lease() {
    let stage = stage();
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let contractor = registered(&privacy);
    let contract = contracted(&privacy, &contractor, "return-and-destruction");
    let page = privacy.get(&contract).text();
    assert!(page.contains("says nothing about: Return and destruction"), "{page}");
    let issue = format!("{contract}/change/credential");
    let refused = privacy.post(&issue, &[]);
    assert!(refused.status == 422 && refused.text().contains("Return and destruction"), "{}", refused.text());
    let owner = stage.officer(0, Role::SchemeOwner);
    let give = format!("/en/staff/schemes/{SLUG}/leases/new");
    assert!(owner.get(&give).text().contains("no contract in force"));
    assert_eq!(owner.post(&give, &lease_pairs(&contract)).status, 200, "there is nothing to give it under");

    let clauses = clauses("");
    let mut pairs = vec![("storage", "public-cloud"), ("place", "8 Wharf Road")];
    pairs.extend(clauses.iter().map(|(name, value)| (name.as_str(), *value)));
    assert_eq!(privacy.post(&format!("{contract}/clauses"), &pairs).status, 303);
    assert!(privacy.post(&issue, &[]).text().contains("public cloud"));
    pairs[0].1 = "department";
    assert_eq!(privacy.post(&format!("{contract}/clauses"), &pairs).status, 303);
    let shown = privacy.post(&issue, &[]);
    assert_eq!(shown.status, 200);
    let token = shown.between("<code class=\"lr-code\">", "</code>");
    assert_eq!(token.len(), 64);
    assert!(!privacy.get(&contract).text().contains(&token), "shown once");
    assert_eq!(privacy.post(&format!("{contract}/change/revoke"), &[]).status, 303);
    assert!(privacy.get(&contract).text().contains("No credential is in force."));
}

#[test]
fn a_lease_is_given_extended_within_the_contract_and_ended_early() {
    let stage = stage();
    let lease = leased(&stage);
    let owner = stage.officer(0, Role::SchemeOwner);
    let page = owner.get(&lease).text();
    assert!(page.contains("Lease of Harbour Forms Limited") && page.contains("Name and address"), "{page}");
    assert!(!page.contains("Identity card number"), "need-only");
    let extend = format!("{lease}/change/extend");
    let day = |day| [("until-day", day), ("until-month", "6"), ("until-year", "2020")];
    assert_eq!(owner.post(&extend, &day("10")).status, 422, "beyond the contract");
    let address = format!("{lease}/change/address");
    assert_eq!(owner.post(&address, &[("address", "nowhere"), ("use", "data")]).status, 422);
    assert_eq!(owner.post(&address, &[("address", "http://127.0.0.1:9/forms"), ("use", "data")]).status, 303);
    assert_eq!(owner.post(&format!("{lease}/change/end"), &[]).status, 303);
    let page = owner.get(&lease).text();
    assert!(page.contains("Waiting for the deletion statement") && page.contains("Key destroyed"), "{page}");
    assert_eq!(stage.officer(1, Role::SchemeOwner).get(&lease).status, 404, "another department's");
}

#[test]
fn promise_08_what_is_overdue_stands_first_in_words_and_silence_is_an_incident_that_is_closed_by_hand() {
    let stage = stage();
    let lease = leased(&stage);
    let owner = stage.officer(0, Role::SchemeOwner);
    let page = owner.get("/en/staff/contractors").text();
    assert!(page.contains("Nothing is overdue.") && page.contains("1 contractor holds 1 record."), "{page}");
    stage.clock.set(kernel::Instant::parse_hong_kong("2020-06-08T00:01").unwrap());
    flows::contractor_round(&stage.platform).unwrap();
    stage.clock.advance_secs(8 * 24 * 3600);
    flows::contractor_round(&stage.platform).unwrap();
    let head = stage.client();
    head.join(&stage.invite(0, Role::HeadOfDepartment));
    let page = head.get("/en/staff/contractors").text();
    assert!(page.contains("Overdue: 1 lease.") && page.contains("Incident open"), "{page}");
    assert!(head.get(&lease).text().contains("No deletion statement has come"));
    let incidents = head.get("/en/staff/incidents");
    let incident = incidents.between("/en/staff/incidents/inc_", "\"");
    let incident = format!("/en/staff/incidents/inc_{incident}");
    assert!(head.get(&incident).text().contains("Harbour Forms Limited"));
    assert_eq!(head.post(&format!("{lease}/resume"), &[]).status, 303);
    assert_eq!(head.post(&incident, &[]).status, 200, "whether it is to be closed is asked first");
    assert_eq!(head.post(&incident, &[("sure", "yes")]).status, 303);
    assert!(head.get("/en/staff/incidents").text().contains("Closed"));
}

#[test]
fn every_page_about_contractors_is_whole_in_three_languages() {
    let stage = stage();
    let lease = leased(&stage);
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let owner = stage.officer(0, Role::SchemeOwner);
    let contractor = privacy.get("/en/staff/contractors").between("/en/staff/contractors/ctr_", "\"");
    let contractor = format!("/en/staff/contractors/ctr_{contractor}");
    let contract = privacy.get(&contractor).between("/en/staff/contracts/ctc_", "\"");
    let contract = format!("/en/staff/contracts/ctc_{contract}");
    let acts = ["credential", "revoke", "extend", "consent", "end"].map(|act| format!("{contract}/change/{act}"));
    let mut pages = vec![
        (&privacy, "/en/staff/contractors".to_owned()),
        (&privacy, "/en/staff/contractors/new".to_owned()),
        (&privacy, contractor.clone()),
        (&privacy, format!("{contractor}/keys")),
        (&privacy, format!("{contractor}/contracts/new")),
        (&privacy, contract.clone()),
        (&privacy, format!("{contract}/clauses")),
        (&privacy, "/en/staff/incidents".to_owned()),
        (&owner, format!("/en/staff/schemes/{SLUG}/leases/new")),
        (&owner, lease.clone()),
        (&privacy, format!("{lease}/breach")),
    ];
    pages.extend(acts.map(|act| (&privacy, act)));
    pages.extend(["extend", "address", "transfer", "end"].map(|act| (&owner, format!("{lease}/change/{act}"))));
    for (who, page) in pages {
        for language in ["en", "zh-hant", "zh-hans"] {
            let reply = who.get(&page.replacen("/en/", &format!("/{language}/"), 1));
            assert_eq!(reply.status, 200, "{page}");
            assert!(!reply.text().contains("{ $"), "{page}");
        }
    }
}
