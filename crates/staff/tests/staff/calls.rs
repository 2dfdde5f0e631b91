//! Incident teams, call-outs and exercises at the desk, and the page of whoever is called.

use std::sync::Arc;

use callout::{Channel, Gateways, call_round, next_due};
use connectors::DemoInbox;
use people::Role;
use webtest::Browser;

use crate::browser::{look, look_as, serve};
use crate::client::{Client, json};
use crate::stage::Stage;

const WORDS: [(&str, &str); 6] = [
    ("calls-words-en", "Drill"),
    ("calls-words-zh-hant", "演習"),
    ("calls-words-zh-hans", "演习"),
    ("calls-body-en", "Acknowledge at once."),
    ("calls-body-zh-hant", "請立即確認。"),
    ("calls-body-zh-hans", "请立即确认。"),
];

fn person(duty: &'static str, mobile: &'static str, title: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("team-post-en", title),
        ("team-post-zh-hant", "主任"),
        ("team-post-zh-hans", "主任"),
        ("duty", duty),
        ("name", "Lee Wing"),
        ("mobile", mobile),
        ("voice", mobile),
        ("mail", "duty@dept.example.hk"),
    ]
}

/// A security officer whose department has a team.
fn team(stage: &Stage) -> Client {
    let officer = stage.officer(0, Role::SecurityOfficer);
    for (duty, mobile, title) in [("point", "51230001", "First contact"), ("point", "51230002", "Second contact"), ("commander", "51230003", "Chief")] {
        // In the order of their ids, which grow with time.
        stage.clock.advance_secs(1);
        assert_eq!(officer.post("/en/staff/team/people/new", &person(duty, mobile, title)).status, 303);
    }
    officer
}

fn start(officer: &Client, kind: &str) -> String {
    let mut pairs = WORDS.to_vec();
    pairs.extend([("kind", kind), ("severity", "urgent"), ("goal", "each")]);
    let started = officer.post("/en/staff/call-outs/new", &pairs);
    assert_eq!(started.status, 303, "{}", started.text());
    started.location()
}

fn round(stage: &Stage, inbox: &Arc<DemoInbox>) {
    let line = |channel| Some(inbox.gateway(channel));
    let gateways = Gateways { sms: line(Channel::Sms), mail: line(Channel::Mail), voice: line(Channel::Voice) };
    call_round(stage.platform.ledger(), &gateways, "http://localhost").unwrap();
}

/// The newest message on a channel to this number or address.
fn message(inbox: &DemoInbox, channel: Channel, to: &str) -> String {
    let found = inbox.newest().into_iter().find(|page| page.channel == channel && page.to.ends_with(to));
    found.unwrap().text
}

fn link(text: &str) -> String {
    let at = text.find("/staff/page/").unwrap();
    format!("/en{}", &text[at..at + "/staff/page/".len() + 32])
}

#[test]
fn a_department_keeps_its_team_its_rota_and_its_leaves() {
    let stage = Stage::new();
    let officer = team(&stage);
    let wrong = officer.post("/en/staff/team/people/new", &person("point", "21230001", "Third"));
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("Hong Kong mobile number"), "a fixed line takes no text");
    let list = officer.get("/en/staff/team").text();
    assert!(list.contains("First contact") && list.contains("Reachable") && !list.contains("51230001") && !list.contains("Lee Wing"));
    let rota = [
        ("members", "1, 3"), ("days", "every"), ("from", "18:00"), ("until", "09:00"), ("begins-day", "4"), ("begins-month", "5"),
        ("begins-year", "2020"), ("turn", "7"), ("how", "top"),
    ];
    assert_eq!(officer.post("/en/staff/team/rota", &rota).status, 303);
    assert!(officer.get("/en/staff/team").text().contains("On call at this moment: First contact"), "eight in the morning");
    let nonsense: Vec<_> = rota.into_iter().map(|(name, value)| if name == "members" { (name, "1, 9") } else { (name, value) }).collect();
    assert_eq!(officer.post("/en/staff/team/rota", &nonsense).status, 422);
    let form = officer.get("/en/staff/team/leave");
    let id = format!("cps_{}", form.between("value=\"cps_", "\""));
    let leave = [
        ("person", id.as_str()), ("from-day", "6"), ("from-month", "5"), ("from-year", "2020"), ("until-day", "7"), ("until-month", "5"),
        ("until-year", "2020"),
    ];
    assert_eq!(officer.post("/en/staff/team/leave", &leave).status, 303);
    let away = officer.get("/en/staff/team");
    assert!(away.text().contains("On call at this moment: Chief"), "who is away is passed over");
    let key = away.between("name=\"leave\" value=\"", "\"");
    assert_eq!(officer.post("/en/staff/team/leave/cancel", &[("leave", &key)]).status, 303);
    assert!(officer.get("/en/staff/team").text().contains("On call at this moment: First contact"));
    let head = stage.officer(1, Role::HeadOfDepartment);
    assert_eq!(head.get(&format!("/en/staff/team/people/{id}")).status, 404, "another department's");
    assert_eq!(officer.post(&format!("/en/staff/team/people/{id}/act"), &[("act", "end"), ("sure", "yes")]).status, 303);
    assert!(!officer.get("/en/staff/team").text().contains("First contact"));
}

#[test]
fn a_call_out_is_acknowledged_by_the_button_behind_the_link_and_by_the_code_read_back() {
    let (stage, inbox) = (Stage::new(), Arc::<DemoInbox>::default());
    let officer = team(&stage);
    let page = start(&officer, "exercise");
    round(&stage, &inbox);
    assert_eq!(inbox.newest().len(), 6);
    let somebody = stage.client();
    let address = link(&message(&inbox, Channel::Sms, "51230001"));
    for _ in 0..3 {
        let seen = somebody.get(&address);
        assert!(seen.status == 200 && seen.text().contains("I have received this call") && seen.text().contains("This is an exercise."));
    }
    assert!(!officer.get(&page).text().contains("First contact ("), "looking acknowledges nothing");
    assert_eq!(somebody.post_raw(&address, &[]).status, 403, "nor does a post from elsewhere");
    assert_eq!(somebody.post(&address, &[]).status, 303);
    assert!(somebody.get(&address).text().contains("You acknowledged at"));
    assert_eq!(somebody.post(&address, &[]).status, 303, "twice is no mistake");
    assert_eq!(somebody.get(&format!("/en/staff/page/{}", "0".repeat(32))).status, 404);
    let live = officer.get(&page);
    assert!(live.text().contains("First contact (after 0 s)") && live.text().contains("Not answered yet"));
    let spoken = message(&inbox, Channel::Voice, "51230002");
    let code = &spoken[spoken.len() - 6..];
    let voice = live.text().split("<option value=\"").find(|part| part.contains("Second contact · Telephone call")).unwrap()[..36].to_owned();
    let relay = |code: &str| officer.post(&format!("{page}/code"), &[("page", voice.as_str()), ("code", code)]);
    let wrong = relay("x");
    assert!(wrong.status == 422 && wrong.text().contains("4 more tries"));
    assert_eq!(relay(code).status, 303);
    assert!(officer.get(&page).text().contains("Answered"));
    let other = stage.officer(1, Role::SecurityOfficer);
    assert_eq!(other.get(&page).status, 404, "another department's");
    assert_eq!(stage.officer(0, Role::CaseOfficer).get(&page).status, 403);
    let again = start(&officer, "real");
    round(&stage, &inbox);
    let second = link(&message(&inbox, Channel::Sms, "51230001"));
    assert!(!somebody.get(&second).text().contains("This is an exercise."));
    assert_eq!(officer.post(&format!("{again}/stand-down"), &[("sure", "yes")]).status, 303);
    assert!(somebody.get(&second).text().contains("This call is over."));
    assert!(officer.get(&again).text().contains("Stood down"));
}

#[test]
fn an_exercise_is_planned_runs_by_itself_and_leaves_a_signed_report() {
    let (stage, inbox) = (Stage::new(), Arc::<DemoInbox>::default());
    team(&stage);
    let controller = stage.officer(0, Role::ExerciseController);
    let list = controller.get("/en/staff/call-outs").text();
    assert!(list.contains("Departments that may not be reached"), "all but one");
    let form = controller.get("/en/staff/exercises/new").text();
    let departments: Vec<String> = form.split("value=\"dep_").skip(1).map(|part| format!("dep_{}", &part[..32])).collect();
    let mut pairs = WORDS.to_vec();
    pairs.extend(departments.iter().map(|id| ("department", id.as_str())));
    pairs.extend([("first-day", "7"), ("first-month", "5"), ("first-year", "2020"), ("days", "2"), ("calls", "1")]);
    let today: Vec<_> = pairs.iter().map(|(name, value)| if *name == "first-day" { (*name, "6") } else { (*name, *value) }).collect();
    assert_eq!(controller.post("/en/staff/exercises/new", &today).status, 422);
    let planned = controller.post("/en/staff/exercises/new", &pairs);
    assert_eq!(planned.status, 303);
    let page = planned.location();
    let before = controller.get(&page).text();
    assert!(before.contains("The times are sealed") && before.contains("No call has begun yet.") && !before.contains("2020-05-07T"));
    assert_eq!(controller.post(&format!("{page}/list"), &[]).status, 303);
    while let Some(due) = stage.platform.ledger().read("test", next_due).unwrap() {
        stage.clock.set(due);
        round(&stage, &inbox);
    }
    // The session of an officer does not live for days.
    let anew = |role| {
        let client = stage.client();
        client.join(&stage.invite(0, role));
        client
    };
    let controller = anew(Role::ExerciseController);
    let after = controller.get(&page).text();
    assert!(after.contains("2020-05-07T") && after.contains("2020-05-08T"), "opened: {after}");
    let report = json(&controller.get(&format!("{page}/report")));
    assert!(report["note"].as_str().unwrap().starts_with("lionrock-callout-report/1\n"));
    assert_eq!(anew(Role::SecurityOfficer).get(&page).status, 403);
}

#[test]
fn axe_finds_nothing_on_the_pages_of_call_outs_and_exercises() {
    let (stage, origin) = serve();
    let inbox = Arc::<DemoInbox>::default();
    let officer = team(&stage);
    let live = start(&officer, "exercise");
    round(&stage, &inbox);
    let person = format!("/staff/team/people/cps_{}", officer.get("/en/staff/team").between("/staff/team/people/cps_", "\""));
    let controller = stage.officer(0, Role::ExerciseController);
    let mut pairs = WORDS.to_vec();
    let department = format!("dep_{}", controller.get("/en/staff/exercises/new").between("value=\"dep_", "\""));
    pairs.extend([("department", department.as_str()), ("first-day", "7"), ("first-month", "5"), ("first-year", "2020"), ("days", "2"), ("calls", "1")]);
    let exercise = controller.post("/en/staff/exercises/new", &pairs).location();
    let browser = Browser::launch().unwrap();
    let mut found = Vec::new();
    let plain = |path: &str| path.trim_start_matches("/en").to_owned();
    let own = ["/staff/team", &person, "/staff/team/rota", "/staff/team/leave", "/staff/call-outs", "/staff/call-outs/new", &plain(&live)];
    for path in own {
        found.extend(look_as(&browser, &stage, &origin, Role::SecurityOfficer, path));
    }
    for path in ["/staff/call-outs", "/staff/exercises/new", &plain(&exercise)] {
        found.extend(look_as(&browser, &stage, &origin, Role::ExerciseController, path));
    }
    let page = browser.page().unwrap();
    let called = link(&message(&inbox, Channel::Sms, "51230001"));
    look(&page, &origin, Role::SecurityOfficer, &plain(&called), &mut found);
    assert_eq!(found, Vec::<String>::new());
}
