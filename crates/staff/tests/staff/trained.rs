//! Training at the desk: a workshop with its code, a quiz, a certificate, and who lacks what.

use kernel::{Id, kinds};
use people::Role;
use webtest::Browser;

use crate::browser::{look_as, serve};
use crate::client::{Client, Reply};
use crate::stage::Stage;

const HOME: &str = "/en/staff/training";
const WORKSHOP: &str = "/en/staff/training/courses/incident-response";
const READING: &str = "/en/staff/training/courses/personal-data";

const PLAN: [(&str, &str); 9] = [
    ("course", "incident-response"), ("on-day", "6"), ("on-month", "5"), ("on-year", "2020"), ("begins", "08:10"),
    ("minutes", "90"), ("capacity", "2"), ("room", "Training room, 12/F"), ("link", "https://meet.example.hk/drill"),
];

/// Plans a session that begins in ten minutes, so that its code is shown; its page.
fn plan(host: &Client) -> String {
    let planned = host.post("/en/staff/training/held", &PLAN);
    assert_eq!(planned.status, 303, "{}", planned.text());
    planned.location()
}

/// Begins a quiz; its page.
fn begin(officer: &Client, course: &str) -> String {
    let begun = officer.post(&format!("{course}/quiz"), &[]);
    assert_eq!(begun.status, 303, "{}", begun.text());
    begun.location()
}

/// Hands a try in, with everything right or the last option chosen everywhere.
fn hand_in(stage: &Stage, officer: &Client, page: &str, knows: bool) -> Reply {
    let id: Id<kinds::QuizTry> = page.rsplit('/').next().unwrap().parse().unwrap();
    let begun = stage.platform.ledger().read("test", |tx| training::quiz_try(tx, id)).unwrap().unwrap();
    let quiz = &training::course(&begun.course).unwrap().quiz;
    let key = quiz.key(begun.seed);
    let chosen: Vec<(String, String)> = (0..quiz.count())
        .flat_map(|at| {
            let right = &key[&at];
            let wrong = (0..4).find(|option| !right.contains(option)).unwrap();
            let options: Vec<usize> = if knows { right.iter().copied().collect() } else { vec![wrong] };
            options.into_iter().map(move |option| (format!("q{at}"), option.to_string()))
        })
        .collect();
    let pairs: Vec<(&str, &str)> = chosen.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    officer.post(page, &pairs)
}

/// Every answer's explanation of a course, as it stands in a page.
fn explained(page: &str, slug: &str) -> usize {
    training::course(slug).unwrap().quiz.explained().iter().filter(|one| page.contains(&one.why.en.replace('\'', "&#39;"))).count()
}

#[test]
fn an_officer_comes_to_a_workshop_passes_the_quiz_and_takes_the_certificate_along() {
    let stage = Stage::new();
    let (host, learner) = (stage.officer(0, Role::SecurityOfficer), stage.officer(1, Role::HeadOfDepartment));
    assert!(learner.get(HOME).text().contains("You lack: Incident response for officers"));
    let session = plan(&host);
    assert!(learner.get(HOME).text().contains("Places free"));
    assert!(!learner.get(&session).text().contains("meet.example.hk"), "only with a place");
    assert_eq!(learner.post(&format!("{session}/enrol"), &[]).status, 303);
    assert!(learner.get(&session).text().contains("meet.example.hk") && host.get(&session).text().contains("Was there: Head of department"));
    assert_eq!(learner.get(&format!("{session}/screen")).status, 404, "another department's session");
    let screen = host.get(&format!("{session}/screen"));
    let code = screen.between(&format!("{session}/code/"), "</p>");
    let wrong = learner.post(&format!("{session}/attend"), &[("code", "AAAAAA")]);
    assert!(wrong.status == 422 && wrong.text().contains("You may try 9 more times"));
    assert!(learner.get(&format!("{session}/code/{code}")).text().contains(&format!("value=\"{code}\"")), "the picture fills the code in");
    assert_eq!(learner.post(&format!("{session}/attend"), &[("code", &code.to_lowercase())]).status, 303);
    assert!(host.get(&session).text().contains("Attended"));
    let page = begin(&learner, WORKSHOP);
    assert_eq!(hand_in(&stage, &learner, &page, true).location(), page);
    let passed = learner.get(&page).text();
    assert!(passed.contains("Passed") && explained(&passed, "incident-response") == 10, "{passed}");
    assert!(!passed.contains("As soon as you have attended"), "that was done before");
    let home = learner.get(HOME).text();
    assert!(home.contains("You have every training that your posts require"), "{home}");
    let record = format!("{HOME}/records/trc_{}", learner.get(HOME).between("/records/trc_", "\""));
    let certificate = learner.get(&record).text();
    assert!(certificate.contains("6 May 2021") && certificate.contains("10 of 10"), "{certificate}");
    let file = learner.get(&format!("{record}/certificate")).text();
    let key = verifier::Key::parse(&journal::verifier_key(&**stage.platform.ledger().signer())).unwrap();
    assert!(verifier::check_certificate(&file, &key).is_ok_and(|report| !report.stated.iter().any(|line| line.starts_with("name: "))));
    let named = learner.post(&format!("{record}/certificate"), &[]).text();
    let stated = verifier::check_certificate(&named, &key).unwrap().stated;
    assert!(stated.iter().any(|line| line.starts_with("name: ")), "{stated:?}");
    let opened = stage.platform.ledger().scan(None, 10_000).unwrap();
    assert!(opened.iter().any(|entry| entry.body.contains("people.contact_opened") && entry.body.contains("own details")));
    assert_eq!(host.post(&format!("{record}/certificate"), &[]).status, 404);
    assert_eq!(host.get(&record).status, 404, "somebody else's");
    assert_eq!(host.get(&format!("{record}/certificate")).status, 404);
}

#[test]
fn a_quiz_shows_no_key_before_it_is_passed_and_nobody_elses_try() {
    let stage = Stage::new();
    let (learner, other) = (stage.client(), stage.officer(0, Role::SchemeOwner));
    let mut passkey = learner.join(&stage.invite(0, Role::CaseOfficer));
    let page = begin(&learner, READING);
    let sheet = learner.get(&page).text();
    assert_eq!(explained(&sheet, "personal-data"), 0);
    assert_eq!(other.get(&page).status, 404);
    assert_eq!(hand_in(&stage, &other, &page, true).status, 404);
    let half = learner.post(&page, &[("q0", "1")]);
    assert!(half.status == 422 && half.text().contains("Question 2: choose an answer") && half.text().contains("checked"), "nothing is lost");
    assert_eq!(hand_in(&stage, &learner, &page, false).status, 303);
    let failed = learner.get(&page).text();
    assert!(failed.contains("are needed") && explained(&failed, "personal-data") == 0, "{failed}");
    let early = learner.post(&format!("{READING}/quiz"), &[]);
    assert!(early.status == 422 && early.text().contains("You may try again from"), "{}", early.text());
    stage.clock.advance_secs(1800);
    learner.sign_in(&mut passkey);
    let page = begin(&learner, READING);
    hand_in(&stage, &learner, &page, true);
    assert_eq!(explained(&learner.get(&page).text(), "personal-data"), 10);
    let again = learner.post(&format!("{READING}/quiz"), &[]);
    assert!(again.status == 422 && again.text().contains("You have passed this quiz"));
}

#[test]
fn a_department_sees_who_lacks_what_and_takes_it_along_as_a_table() {
    let stage = Stage::new();
    let (manager, learner) = (stage.officer(0, Role::PrivacyOfficer), stage.officer(0, Role::Administrator));
    learner.get(HOME);
    let matrix = manager.get("/en/staff/training/matrix").text();
    assert!(matrix.contains("officers lack a training") && matrix.contains("Missing"), "{matrix}");
    let before = manager.get("/en/staff/training/matrix.csv").text();
    let line = before.lines().find(|line| line.contains("administrator") && line.contains("incident-response")).unwrap();
    assert!(line.ends_with(",never,"), "{line}");
    let page = format!("/en/staff/training/officers/{}", line.split(',').next().unwrap());
    assert_eq!(stage.officer(1, Role::PrivacyOfficer).get(&page).status, 404, "another department's");
    assert_eq!(manager.post(&page, &[("duty", "commander"), ("duty", "weather")]).status, 303);
    let after = manager.get("/en/staff/training/matrix.csv").text();
    assert!(after.contains(",administrator,commander,incident-response,commander,never,"), "{after}");
    assert!(learner.get(HOME).text().contains("You lack: Incident response for officers"));
    assert_eq!(learner.get("/en/staff/training/matrix").status, 403);
}

#[test]
fn mistakes_in_a_plan_are_named_and_a_session_is_held_by_its_host_alone() {
    let stage = Stage::new();
    let (host, other) = (stage.officer(0, Role::ExerciseController), stage.officer(1, Role::ExerciseController));
    for (field, value, words) in [
        ("on-year", "2019", "begins in the future"), ("begins", "25:00", "Enter a time"), ("minutes", "5", "10 to 600 minutes"),
        ("capacity", "0", "1 to 2,000 places"), ("link", "http://meet.example.hk", "begins with https://"), ("course", "weather", "Choose one"),
    ] {
        let pairs = PLAN.map(|(name, own)| if name == field { (name, value) } else { (name, own) });
        let refused = host.post("/en/staff/training/held", &pairs);
        assert!(refused.status == 422 && refused.text().contains(words), "{field}: {}", refused.text());
    }
    let session = plan(&host);
    let learners = [Role::CaseOfficer, Role::SchemeOwner, Role::Auditor].map(|role| stage.officer(1, role));
    for learner in learners.iter().take(2) {
        assert_eq!(learner.post(&format!("{session}/enrol"), &[]).status, 303);
    }
    let full = learners[2].post(&format!("{session}/enrol"), &[]);
    assert!(full.status == 422 && full.text().contains("Every place of this session is taken"));
    for act in ["tick", "cancel"] {
        assert_eq!(other.post(&format!("{session}/{act}"), &[]).status, 404, "{act}");
    }
    assert_eq!(host.post(&format!("{session}/cancel"), &[("sure", "yes")]).status, 303);
    assert!(learners[0].get(&session).text().contains("Called off"));
    assert_eq!(learners[2].post(&format!("{session}/enrol"), &[]).status, 422);
}

#[test]
fn browser_axe_finds_nothing_on_the_pages_of_training_in_any_language() {
    let (stage, origin) = serve();
    let host = stage.officer(0, Role::SecurityOfficer);
    let session = plan(&host);
    assert_eq!(host.post(&format!("{session}/enrol"), &[]).status, 303);
    let open = begin(&host, READING);
    let officer = host.get("/en/staff/training/matrix").between("/training/officers/", "\"");
    let passed = begin(&host, WORKSHOP);
    hand_in(&stage, &host, &passed, true);
    let code = host.get(&format!("{session}/screen")).between(&format!("{session}/code/"), "</p>");
    host.post(&format!("{session}/attend"), &[("code", &code)]);
    let record = format!("{HOME}/records/trc_{}", host.get(HOME).between("/records/trc_", "\""));
    let officer = format!("{HOME}/officers/{officer}");
    let screen = format!("{session}/screen");
    let (held, matrix) = (format!("{HOME}/held"), format!("{HOME}/matrix"));
    let browser = Browser::launch().unwrap();
    let mut found = Vec::new();
    for path in [HOME, WORKSHOP, &open, &passed, &session, &screen, &record, &held, &matrix, &officer] {
        found.extend(look_as(&browser, &stage, &origin, Role::SecurityOfficer, path.trim_start_matches("/en")));
    }
    assert_eq!(found, Vec::<String>::new());
}
