//! A first day at the desk: what waits, where everything is, what an act says when it is done, and what is asked before one that cannot
//! be taken back.

use std::collections::BTreeSet;

use people::Role;

use crate::client::{Client, Reply};
use crate::stage::Stage;
use crate::stations::tests::{STATION, opened};

const TEAM: &str = "/en/staff/team";

/// Somebody for the team; the page of the one who is not first.
fn joins(officer: &Client) -> Reply {
    officer.post("/en/staff/team/people/new", &[
        ("team-post-en", "Night contact"), ("team-post-zh-hant", "夜間聯絡人"), ("team-post-zh-hans", "夜间联络人"), ("duty", "point"),
        ("name", "Chan Tai Man"), ("mobile", "61234567"), ("voice", ""), ("mail", ""), ("quiet-from", ""), ("quiet-until", ""),
    ])
}

/// Where a page leads within the desk.
fn ways(page: &Reply) -> BTreeSet<String> {
    let text = page.text();
    let links = text.split("href=\"").skip(1).filter_map(|rest| rest.split(['"', '#']).next());
    links.filter(|link| link.starts_with("/en/staff")).map(str::to_owned).collect()
}

#[test]
fn what_was_done_is_said_once_on_the_page_that_follows_and_nowhere_else() {
    let stage = Stage::new();
    let officer = stage.officer(0, Role::SecurityOfficer);
    assert_eq!(joins(&officer).status, 303);
    let said = "Check the details with this person each quarter";
    assert!(!officer.get("/en/staff").text().contains(said), "another page");
    assert!(officer.get(TEAM).text().contains(said));
    assert!(!officer.get(TEAM).text().contains(said), "a second time");
    // A cookie that somebody else wrote says only what we say.
    for (text, says) in [("done-saved /en/staff/team", true), ("team-title /en/staff/team", false), ("done-nothing /en/staff/team", false)] {
        officer.set_cookie("told", &kernel::to_hex(text.as_bytes()));
        assert_eq!(officer.get(TEAM).text().contains("govuk-notification-banner"), says, "{text}");
    }
}

#[test]
fn what_cannot_be_taken_back_is_asked_first_and_two_of_one_name_are_told_apart() {
    let stage = Stage::new();
    let officer = stage.officer(0, Role::SecurityOfficer);
    for _ in 0..2 {
        assert_eq!(joins(&officer).status, 303);
    }
    let leave = officer.get("/en/staff/team/leave").text();
    assert!(leave.contains("1. Night contact") && leave.contains("2. Night contact"), "{leave}");
    let act = format!("{TEAM}/people/cps_{}/act", officer.get(TEAM).between("/people/cps_", "\""));
    let asked = officer.post(&act, &[("act", "end")]);
    assert!(asked.status == 200 && asked.text().contains("Nobody calls this person any more"), "{}", asked.text());
    assert!(asked.text().contains("name=\"act\" value=\"end\"") && asked.text().contains("name=\"sure\" value=\"yes\""), "the answer carries the act");
    assert!(officer.get("/en/staff/team/leave").text().contains("2. Night contact"), "asking does nothing");
    assert_eq!(officer.post(&act, &[("act", "end"), ("sure", "yes")]).status, 303);
    assert!(!officer.get("/en/staff/team/leave").text().contains("2. Night contact"));
}

#[test]
fn the_first_page_says_what_waits_and_leads_only_where_the_officer_may_go() {
    let stage = Stage::new();
    for role in Role::ALL {
        let officer = stage.officer(0, role);
        let mut seen = BTreeSet::new();
        for way in ways(&officer.get("/en/staff")) {
            let page = officer.get(&way);
            assert_eq!(page.status, 200, "{role}: {way}");
            // One step further nothing is shut, either.
            for next in ways(&page) {
                if seen.insert(next.clone()) {
                    assert_eq!(officer.get(&next).status, 200, "{role}: {way} leads to {next}");
                }
            }
        }
    }
    let security = stage.officer(0, Role::SecurityOfficer);
    assert!(security.get("/en/staff").text().contains("Training that you lack"));
    let words = [("name", "A strange letter"), ("kind", "other")];
    assert_eq!(security.post("/en/staff/incidents/new", &words).status, 303);
    let home = security.get("/en/staff").text();
    assert!(home.contains("Open incidents"), "{home}");
    assert!(!stage.officer(0, Role::Auditor).get("/en/staff").text().contains("Open incidents"), "whoever does not handle them");
}

#[test]
fn of_two_officers_at_one_form_the_later_is_told_and_keeps_what_was_typed() {
    let stage = Stage::new();
    let (first, second) = (stage.officer(0, Role::CaseOfficer), stage.officer(0, Role::CaseOfficer));
    let page = format!("/en/staff/stations/{}", opened(&first));
    let seen = [&first, &second].map(|officer| officer.get(&page).between("name=\"_seen\" value=\"", "\""));
    let sends = |officer: &Client, seen: &str, way: &str| {
        let mut pairs: Vec<(&str, &str)> = STATION.iter().filter(|(name, _)| *name != "station-way-en").copied().collect();
        pairs.extend([("station-way-en", way), ("_seen", seen)]);
        officer.post(&page, &pairs)
    };
    assert_eq!(sends(&first, &seen[0], "Exit A").status, 303);
    let told = sends(&second, &seen[1], "Exit B");
    assert!(told.status == 422 && told.text().contains("Another officer has changed this"), "{}", told.text());
    assert!(told.text().contains("value=\"Exit B\""), "what was typed stays");
    assert!(first.get(&page).text().contains("value=\"Exit A\""), "nothing is replaced unseen");
    let anew = told.between("name=\"_seen\" value=\"", "\"");
    assert_eq!(sends(&second, &anew, "Exit B").status, 303, "now it is known what is replaced");
    assert!(first.get(&page).text().contains("value=\"Exit B\""));
    // Every form over something that two may change carries the mark.
    let administrator = stage.officer(0, Role::Administrator);
    let officer = format!("/en/staff/officers/off_{}", administrator.get("/en/staff/officers").between("/en/staff/officers/off_", "\""));
    assert!(administrator.get(&officer).text().contains("name=\"_seen\""));
}
