//! Advisories at the desk, and whoever takes over in a rota.

use people::Role;
use webtest::Browser;

use crate::browser::{look_as, serve};
use crate::client::Client;
use crate::stage::Stage;

fn words(public: bool) -> Vec<(&'static str, &'static str)> {
    let mut pairs = vec![
        ("kind", "warning"),
        ("advisory-title-en", "Weak library"), ("advisory-title-zh-hant", "程式庫漏洞"), ("advisory-title-zh-hans", "程序库漏洞"),
        ("advisory-body-en", "Look at port 8443.\nThen mend it."), ("advisory-body-zh-hant", "請檢查。"), ("advisory-body-zh-hans", "请检查。"),
    ];
    if public {
        pairs.extend([("advisory-public-en", "Mend it."), ("advisory-public-zh-hant", "請修補。"), ("advisory-public-zh-hans", "请修补。")]);
        pairs.extend([("audience", "industry"), ("audience", "schools")]);
    }
    pairs
}

fn publish(officer: &Client, public: bool) -> String {
    let published = officer.post("/en/staff/advisories/new", &words(public));
    assert_eq!(published.status, 303, "{}", published.text());
    published.location()
}

#[test]
fn an_advisory_is_written_once_and_each_department_confirms_it() {
    let stage = Stage::new();
    let (writer, reader) = (stage.officer(0, Role::SecurityOfficer), stage.officer(1, Role::SecurityOfficer));
    let mut half = words(true);
    half.retain(|(name, _)| *name != "advisory-public-zh-hans");
    let refused = writer.post("/en/staff/advisories/new", &half);
    assert!(refused.status == 422 && refused.text().contains("in all three languages, or in none"));
    let mut nothing = words(false);
    nothing.push(("audience", "public"));
    assert_eq!(writer.post("/en/staff/advisories/new", &nothing).status, 422, "there is nothing for them to read");
    let page = publish(&writer, true);
    assert!(reader.get("/en/staff/alerts").text().contains("Weak library"), "everybody is told");
    assert!(reader.get("/en/staff/advisories").text().contains("Not confirmed yet"));
    let seen = reader.get(&page).text();
    assert!(seen.contains("Look at port 8443.") && !seen.contains("What departments say"), "{seen}");
    assert_eq!(reader.post(&page, &[]).status, 422);
    assert_eq!(reader.post(&page, &[("impact", "concerned")]).status, 303);
    assert!(reader.get("/en/staff/advisories").text().contains("Concerned, not mended yet"));
    let answers = writer.get(&page).text();
    assert!(answers.contains("What departments say") && answers.contains("Concerned, not mended yet") && answers.contains("Not confirmed yet"));
    assert_eq!(reader.post(&format!("{page}/withdraw"), &[]).status, 404, "who did not publish it");
    let asked = writer.post(&format!("{page}/withdraw"), &[]);
    assert!(asked.status == 200 && writer.get(&page).text().contains("Withdraw it"), "asked first, nothing done yet");
    assert_eq!(writer.post(&format!("{page}/withdraw"), &[("sure", "yes")]).status, 303);
    assert!(reader.get(&page).text().contains("Withdrawn"));
    assert_eq!(reader.post(&page, &[("impact", "none")]).status, 404);
}

fn correction(revision: &'static str, asks: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut pairs: Vec<_> = words(true).into_iter().filter(|(name, _)| !["kind", "audience"].contains(name)).collect();
    pairs.retain(|(name, _)| *name != "advisory-body-en");
    pairs.extend([("revision", revision), ("asks", asks), ("advisory-body-en", "Look at port 8444.")]);
    pairs.extend([("advisory-changes-en", "The port."), ("advisory-changes-zh-hant", "埠。"), ("advisory-changes-zh-hans", "端口。")]);
    pairs
}

#[test]
fn an_advisory_is_corrected_and_departments_are_asked_again_if_the_officer_says_so() {
    let stage = Stage::new();
    let (writer, reader) = (stage.officer(0, Role::SecurityOfficer), stage.officer(1, Role::SecurityOfficer));
    let page = publish(&writer, true);
    reader.post(&page, &[("impact", "none")]);
    let form = format!("{page}/correct");
    assert_eq!(reader.get(&form).status, 404, "who did not publish it");
    assert_eq!(reader.post(&form, &correction("1", "no")).status, 404);
    let shown = writer.get(&form).text();
    assert!(shown.contains("Look at port 8443.") && shown.contains("value=\"Weak library\""), "{shown}");
    let mut half = correction("1", "no");
    half.retain(|(name, _)| *name != "advisory-changes-en" && *name != "asks");
    let refused = writer.post(&form, &half);
    assert!(refused.status == 422 && refused.text().contains("Look at port 8444."), "nothing typed is lost");
    assert_eq!(writer.post(&form, &correction("1", "no")).location(), page);
    let late = writer.post(&form, &correction("1", "no"));
    assert!(late.status == 422 && late.text().contains("Somebody corrected it while you were writing"), "{}", late.text());
    let seen = reader.get(&page).text();
    assert!(seen.contains("What has changed: The port.") && seen.contains("Not concerned") && !seen.contains("8443"), "{seen}");
    let same = writer.post(&form, &correction("2", "no"));
    assert!(same.text().contains("Nothing was changed"));
    let again: Vec<_> = correction("2", "yes").into_iter().map(|(name, value)| (name, value.replace("8444", "8445"))).collect();
    let again: Vec<(&str, &str)> = again.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(writer.post(&form, &again).status, 303);
    assert!(reader.get("/en/staff/advisories").text().contains("Correction not confirmed yet"));
    assert!(reader.get("/en/staff/alerts").text().contains("Corrected: Weak library"), "departments are told");
    assert_eq!(reader.post(&page, &[("impact", "mended")]).status, 303);
    assert!(!reader.get("/en/staff/advisories").text().contains("Correction not confirmed yet"));
    let old = reader.get(&format!("{page}/revisions/1")).text();
    assert!(old.contains("Look at port 8443.") && old.contains("This is an earlier version"), "{old}");
    assert_eq!(reader.get(&format!("{page}/revisions/4")).status, 404);
    writer.post(&format!("{page}/withdraw"), &[("sure", "yes")]);
    assert_eq!(writer.get(&form).status, 404, "what is withdrawn is not corrected");
}

fn hire(officer: &Client, title: &'static str, mobile: &'static str) {
    let pairs = [
        ("team-post-en", title), ("team-post-zh-hant", "主任"), ("team-post-zh-hans", "主任"), ("duty", "point"),
        ("name", "Lee Wing"), ("mobile", mobile), ("voice", mobile), ("mail", "duty@dept.example.hk"),
    ];
    assert_eq!(officer.post("/en/staff/team/people/new", &pairs).status, 303);
}

const TAKES_OVER: [(&str, &str); 8] = [
    ("from-day", "6"), ("from-month", "5"), ("from-year", "2020"), ("from-time", "07:00"),
    ("until-day", "6"), ("until-month", "5"), ("until-year", "2020"), ("until-time", "19:00"),
];

#[test]
fn somebody_takes_over_for_a_while_and_gives_back() {
    let stage = Stage::new();
    let officer = stage.officer(0, Role::SecurityOfficer);
    hire(&officer, "First contact", "51230001");
    let page = "/en/staff/team/rota/override";
    let person = format!("cps_{}", officer.get(page).between("value=\"cps_", "\""));
    assert!(officer.get("/en/staff/team").text().contains("On call at this moment: nobody"), "{}", officer.get("/en/staff/team").text());
    let mut pairs = TAKES_OVER.to_vec();
    pairs.push(("person", person.as_str()));
    let backwards: Vec<_> = pairs.iter().map(|(name, value)| if *name == "until-time" { (*name, "06:00") } else { (*name, *value) }).collect();
    assert!(officer.post(page, &backwards).text().contains("The end comes after the beginning"));
    assert_eq!(officer.post(page, &pairs).status, 303);
    assert!(officer.get("/en/staff/team").text().contains("On call at this moment: First contact"));
    let key = officer.get(page).between("name=\"override\" value=\"", "\"");
    let foreign = stage.officer(1, Role::SecurityOfficer);
    assert_eq!(foreign.post(&format!("{page}/cancel"), &[("override", &key)]).status, 404, "another department's");
    assert_eq!(officer.post(&format!("{page}/cancel"), &[("override", &key)]).status, 303);
    assert!(!officer.get("/en/staff/team").text().contains("On call at this moment: First contact"));
}

#[test]
fn axe_finds_nothing_on_the_pages_of_advisories_and_overrides() {
    let (stage, origin) = serve();
    let officer = stage.officer(0, Role::SecurityOfficer);
    hire(&officer, "First contact", "51230001");
    let person = format!("cps_{}", officer.get("/en/staff/team/rota/override").between("value=\"cps_", "\""));
    let mut pairs = TAKES_OVER.to_vec();
    pairs.push(("person", person.as_str()));
    officer.post("/en/staff/team/rota/override", &pairs);
    let page = publish(&officer, true);
    officer.post(&format!("{page}/correct"), &correction("1", "yes"));
    let browser = Browser::launch().unwrap();
    let mut found = Vec::new();
    let one = page.trim_start_matches("/en");
    let (correct, old) = (format!("{one}/correct"), format!("{one}/revisions/1"));
    for path in ["/staff/advisories", "/staff/advisories/new", one, &correct, &old, "/staff/team/rota/override"] {
        found.extend(look_as(&browser, &stage, &origin, Role::SecurityOfficer, path));
    }
    assert_eq!(found, Vec::<String>::new());
}
