//! Promise 3, the other half: who opens too much, at night, or looks for one person again and again is seen.

use people::Role;

use crate::client::Client;
use crate::journey::register_one;
use crate::stage::{SLUG, Stage};

fn at(rest: &str) -> String {
    format!("/en/staff/schemes/{SLUG}{rest}")
}

/// A stage whose scheme was launched at this time of a working day: nobody has signed in before.
fn stage_at(time: &str) -> Stage {
    let stage = Stage::new();
    set(&stage, time);
    stage.launch();
    stage
}

fn set(stage: &Stage, time: &str) {
    stage.clock.set(kernel::Instant::parse_hong_kong(&format!("2020-05-06T{time}")).unwrap());
}

/// One registration that waits for nothing.
fn registered(stage: &Stage) -> String {
    let reference = register_one(stage);
    stage.work();
    stage.work();
    reference
}

/// One more officer of this role, who has just signed in.
fn another(stage: &Stage, department: usize, role: Role) -> Client {
    let client = stage.client();
    client.join(&stage.invite(department, role));
    client
}

fn open(case: &Client, reference: &str, times: usize) {
    for _ in 0..times {
        let pairs = [("purpose", "delivery"), ("why", "The resident asks on the telephone")];
        let opened = case.post(&at(&format!("/records/{reference}")), &pairs);
        assert_eq!(opened.status, 200, "{}", opened.text());
    }
}

/// What the officer of this role has to look at.
fn alerts(stage: &Stage, officer: &Client) -> String {
    stage.clock.advance_secs(60);
    stage.work();
    officer.get("/en/staff/alerts").text()
}

#[test]
fn a_normal_day_of_work_raises_no_alert() {
    let stage = stage_at("09:30");
    let reference = registered(&stage);
    let case = stage.officer(0, Role::CaseOfficer);
    open(&case, &reference, 40);
    assert_eq!(case.post(&at("/find"), &[("reference", &reference)]).status, 303);
    assert!(alerts(&stage, &stage.officer(0, Role::SupervisingOfficer)).contains("There are no alerts for you."));
}

#[test]
fn promise_03_unusual_openings_reach_the_supervisor_and_the_privacy_officer_once() {
    let stage = stage_at("09:30");
    let reference = registered(&stage);
    open(&stage.officer(0, Role::CaseOfficer), &reference, 61);
    set(&stage, "22:15");
    let case = another(&stage, 0, Role::CaseOfficer);
    open(&case, &reference, 2);
    for _ in 0..6 {
        assert_eq!(case.post(&at("/find"), &[("reference", &reference)]).status, 303);
    }
    let seen = alerts(&stage, &another(&stage, 0, Role::SupervisingOfficer));
    for text in ["61 records", "2 times out of office hours", "6 times in a week"] {
        assert!(seen.contains(text), "{text}: {seen}");
    }
    let privacy = another(&stage, 0, Role::PrivacyOfficer);
    assert_eq!(alerts(&stage, &privacy).matches("/en/staff/alerts/alt_").count(), 3, "found again, told once");
    assert!(privacy.get("/en/staff").text().contains("Alerts to look at"));
    assert!(!case.get("/en/staff/alerts").text().contains("61 records"), "not for whom it is about");
    assert!(!another(&stage, 1, Role::SupervisingOfficer).get("/en/staff/alerts").text().contains("61 records"));
}

#[test]
fn an_alert_is_acknowledged_with_what_becomes_of_it() {
    let stage = stage_at("22:15");
    open(&stage.officer(0, Role::CaseOfficer), &registered(&stage), 1);
    let page = alerts(&stage, &stage.officer(0, Role::SupervisingOfficer));
    let id = page.split("/en/staff/alerts/").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/en/staff/alerts/{id}");
    let supervisor = stage.officer(0, Role::SupervisingOfficer);
    assert_eq!(supervisor.post(&path, &[]).status, 422, "what becomes of it must be said");
    assert_eq!(supervisor.post(&path, &[("outcome", "explained")]).status, 303);
    assert!(supervisor.get("/en/staff/alerts").text().contains("Explained: ordinary work"));
    assert_eq!(stage.officer(0, Role::PrivacyOfficer).get(&path).status, 404, "acknowledged for all");
}

#[test]
fn access_is_reviewed_on_one_page_and_what_is_not_needed_ends() {
    let stage = Stage::new();
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let page = privacy.get("/en/staff/access-review").text();
    let names: Vec<&str> =
        page.split("name=\"off_").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let mut names: Vec<String> = names.into_iter().map(|id| format!("off_{id}")).collect();
    names.dedup();
    assert_eq!(names.len(), Role::ALL.len() - 1, "everybody but the reviewer");
    let mut pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "keep")).collect();
    assert_eq!(privacy.post("/en/staff/access-review", &pairs[1..]).status, 422, "one was left out");
    let case = stage.officer(0, Role::CaseOfficer);
    for pair in &mut pairs {
        pair.1 = "end";
    }
    assert_eq!(privacy.post("/en/staff/access-review", &pairs).status, 303);
    assert_eq!(case.get(&at("/exceptions")).status, 403, "the rights ended in the living session");
    assert!(case.get("/en/staff").text().contains("Your rights ended on"));
}
