//! An exercise from the side of those who hold it: planned, seated, begun, run, marked, and frozen.

use drill::{Answer, Part, Seat};
use flows::DrillAct;
use people::Role;

use crate::client::{Client, Reply};
use crate::played::{EVALUATOR, FACILITATOR, OBSERVER, PLAYER, RIVAL, STRANGER, Theatre};
use crate::stage::Stage;

const NEW: &str = "/en/staff/drills/new";
const TITLES: [(&str, &str); 3] = [("drill-title-en", "Night ferry"), ("drill-title-zh-hant", "夜航"), ("drill-title-zh-hans", "夜航")];
const BEGINS: [(&str, &str); 4] = [("begins-day", "20"), ("begins-month", "5"), ("begins-year", "2020"), ("begins-time", "09:30")];

/// The ids of the two departments, in the order of their codes.
fn departments(page: &Reply) -> Vec<String> {
    let text = page.text();
    text.split("name=\"team\" type=\"checkbox\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

fn plan(controller: &Client, teams: &[String]) -> String {
    let mut pairs = [&[("pack", "defacement")][..], &TITLES, &BEGINS].concat();
    pairs.extend(teams.iter().map(|team| ("team", team.as_str())));
    let planned = controller.post(NEW, &pairs);
    assert_eq!(planned.status, 303, "{}", planned.text());
    planned.location()
}

#[test]
fn a_plan_with_mistakes_loses_nothing_and_says_each() {
    let stage = Stage::new();
    let controller = stage.officer(0, Role::ExerciseController);
    let blank = controller.post(NEW, &[]);
    assert_eq!(blank.status, 422);
    for sentence in ["Choose a scenario.", "Title in English: please fill this in", "Enter a real date", "Enter a time of the day", "Tick at least one department"] {
        assert!(blank.text().contains(sentence), "{sentence}: {}", blank.text());
    }
    let mut half = [&TITLES[..], &[("begins-time", "25:00"), ("begins-day", "20"), ("pack", "defacement")]].concat();
    let teams = departments(&controller.get(NEW));
    half.push(("team", &teams[1]));
    let again = controller.post(NEW, &half).text();
    for kept in ["value=\"Night ferry\"", "value=\"夜航\"", "value=\"25:00\"", "value=\"20\"", "value=\"defacement\" checked", &format!("value=\"{}\" checked", teams[1])] {
        assert!(again.contains(kept), "{kept} is lost");
    }
    assert!(controller.get("/en/staff/drills").text().contains("holds no exercise yet"), "nothing was planned");
}

#[test]
fn an_exercise_is_planned_changed_seated_and_begun() {
    let stage = Stage::new();
    let controller = stage.officer(0, Role::ExerciseController);
    let teams = departments(&controller.get(NEW));
    let drill = plan(&controller, &teams);
    let page = controller.get(&drill).text();
    assert!(page.contains("Nobody plays in") && !page.contains("Start the exercise"), "{page}");
    assert!(page.contains("Fewer than two contacts"), "no team has contacts");
    let refused = controller.post(&format!("{drill}/start"), &[]);
    assert!(refused.status == 422 && refused.text().contains("Nobody plays in"));
    // One team only after all; the plan is read back as it was typed.
    let form = controller.get(&format!("{drill}/plan")).text();
    assert!(form.contains("value=\"09:30\"") && form.contains(&format!("value=\"{}\" checked", teams[0])));
    let changed = [&[("pack", "defacement"), ("team", teams[0].as_str())][..], &TITLES, &BEGINS].concat();
    assert_eq!(controller.post(&format!("{drill}/plan"), &changed).status, 303);
    let own = controller.get(&drill).between("/seats/dep_", "\"");
    let bench = format!("{drill}/seats/dep_{own}");
    let text = controller.get(&bench).text();
    let officers: Vec<&str> = text.split("name=\"seat-").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let fields: Vec<String> = officers.iter().map(|officer| format!("seat-{officer}")).collect();
    let seated = controller.post(&bench, &[(&fields[0], "0-room"), (&fields[1], "0-remote"), (&fields[2], "evaluator")]);
    assert_eq!(seated.status, 303, "{}", seated.text());
    let shown = controller.get(&bench).text();
    assert!(shown.contains("value=\"0-room\" selected") && shown.contains("value=\"evaluator\" selected"), "{shown}");
    // Who is left out has no seat any more.
    assert_eq!(controller.post(&bench, &[(&fields[0], "0-room"), (&fields[2], "evaluator")]).status, 303);
    assert!(!controller.get(&bench).text().contains("value=\"0-remote\" selected"));
    assert!(controller.get(&drill).text().contains("Start the exercise"));
    let begun = controller.post(&format!("{drill}/start"), &[]);
    assert_eq!(begun.location(), format!("{drill}/control"), "{}", begun.text());
    let page = controller.get(&drill).text();
    assert!(page.contains("/staff/incidents/inc_") && !page.contains(&format!("{drill}/plan")), "each team has its exercise case");
    assert_eq!(controller.get(&format!("{drill}/plan")).status, 404, "what has started is not planned anew");
    assert!(controller.get("/en/staff").text().contains("href=\"/en/staff/drills\""), "the desk shows the way");
    assert!(!stage.officer(1, Role::CaseOfficer).get("/en/staff").text().contains("/staff/drills"), "and not to whoever has no seat");
}

/// The pack that the exercises of these tests are planned with, after an upgrade.
fn changed_pack() -> drill::Pack {
    let file = |name: &str| {
        let text = std::fs::read_to_string(format!("{}/../drill/packs/defacement/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        Some(text.replace("at(25m)", "at(26m)").into_bytes())
    };
    drill::Pack::read(&file).unwrap()
}

#[test]
fn scenarios_are_listed_without_what_players_must_not_know() {
    let stage = Stage::new();
    let controller = stage.officer(0, Role::ExerciseController);
    assert!(controller.get("/en/staff/drills").text().contains("href=\"/en/staff/packs\""));
    assert_eq!(stage.officer(0, Role::CaseOfficer).get("/en/staff/packs").status, 403);
    let page = controller.get("/en/staff/packs").text().replace("&#39;", "'").replace("&quot;", "\"");
    for pack in stage.platform.drills().packs() {
        let digest = kernel::to_hex(&pack.digest);
        assert!(page.contains(&pack.scenario.title.en) && page.contains(&digest), "{page}");
        for inject in &pack.scenario.injects {
            assert!(!page.contains(&inject.body.en), "{}", inject.name);
        }
        for question in &pack.scenario.questions {
            assert!(!page.contains(&question.prompt.en) && !page.contains(&pack.key(&question.name).unwrap().why.en), "{}", question.name);
        }
    }
    assert!(page.contains("It comes with the product") && !page.contains("One of your own") && !page.contains("Not finished"), "{page}");
    let chosen = controller.get(&format!("{NEW}?pack=ransomware")).text();
    assert!(chosen.contains("value=\"ransomware\" checked"), "{chosen}");
    stage.platform.drills().add_pack(changed_pack());
    assert!(controller.get("/en/staff/packs").text().contains("One of your own"));
}

#[test]
fn a_plan_whose_scenario_has_changed_since_starts_with_the_one_it_was_planned_with() {
    let theatre = Theatre::planned(Stage::new());
    let controller = theatre.client((0, Role::ExerciseController));
    let told = "The scenario has changed since the exercise was planned.";
    assert!(!controller.get(&theatre.at("")).text().contains(told));
    theatre.stage.platform.drills().add_pack(changed_pack());
    assert!(controller.get(&theatre.at("")).text().contains(told));
    assert_eq!(controller.post(&theatre.at("/start"), &[]).location(), theatre.at("/control"));
    theatre.pass(25 * 60);
    let room = theatre.stage.platform.drills().room(theatre.drill).unwrap();
    let call = room.pack().scenario.injects.iter().find(|inject| inject.title.en == "A reporter calls the general number").unwrap().name.clone();
    assert!(room.read(|exercise| exercise.state().was_sent(0, &call)).unwrap(), "after 25 minutes, as it was planned");
}

#[test]
fn a_guest_is_sent_the_link_as_well_if_the_host_wants_it() {
    let theatre = Theatre::planned(Stage::new());
    let controller = theatre.client((0, Role::ExerciseController));
    let (new, mails) = (theatre.at("/guests/new"), || theatre.stage.platform.ledger().read("test", |tx| notify::mails(tx, None, 10)).unwrap());
    let guest = [("name", "Dr Lee"), ("mail", "lee@university.example.hk"), ("part", "observer"), ("until-day", "20"), ("until-month", "5"), ("until-year", "2020")];
    let by_hand = controller.post(&new, &guest).text();
    assert!(by_hand.contains("/staff/drills/guest/") && !by_hand.contains("by mail, marked as an exercise") && mails().is_empty(), "{by_hand}");
    let mut wrong = guest.to_vec();
    wrong[3] = ("until-day", "");
    wrong.push(("by-mail", "yes"));
    assert!(controller.post(&new, &wrong).text().contains("value=\"yes\" checked"), "nothing chosen is lost");
    let invited = controller.post(&new, &[&guest[..], &[("by-mail", "yes")]].concat()).text();
    assert!(invited.contains("/staff/drills/guest/") && invited.contains("by mail, marked as an exercise") && mails().len() == 1, "{invited}");
}

#[test]
fn a_guest_has_a_link_that_is_shown_once() {
    let theatre = Theatre::planned(Stage::new());
    let controller = theatre.client((0, Role::ExerciseController));
    let new = theatre.at("/guests/new");
    let late = [("name", "Dr Lee"), ("mail", "lee@university.example.hk"), ("part", "evaluator"), ("until-day", "1"), ("until-month", "8"), ("until-year", "2020")];
    let refused = controller.post(&new, &late);
    assert!(refused.status == 422 && refused.text().contains("less than 30 days") && refused.text().contains("Dr Lee"));
    let good = [&late[..3], &[("until-day", "20"), ("until-month", "5"), ("until-year", "2020")]].concat();
    let invited = controller.post(&new, &good);
    assert_eq!(invited.status, 200, "{}", invited.text());
    let token = invited.between("/staff/drills/guest/", "<");
    let page = controller.get(&theatre.at(""));
    assert!(page.text().contains("Guest evaluator") && !page.text().contains(&token) && !page.text().contains("Dr Lee"));
    let guest = page.between("/guests/gst_", "/who");
    let who = controller.post(&theatre.at(&format!("/guests/gst_{guest}/who")), &[]);
    assert!(who.status == 200 && who.text().contains("lee@university.example.hk"));
    let client = theatre.stage.client();
    client.post(&format!("/en/staff/drills/guest/{token}"), &[]);
    theatre.begin();
    assert_eq!(client.get(&theatre.at("/board")).status, 200);
    assert_eq!(controller.post(&theatre.at(&format!("/guests/gst_{guest}/end")), &[("sure", "yes")]).status, 303);
    assert!(client.get(&theatre.at("/board")).status != 200, "ended is ended at once");
}

#[test]
fn the_control_room_does_what_a_facilitator_says_and_says_what_cannot_be() {
    let theatre = Theatre::begun(Stage::new());
    let (facilitator, control) = (theatre.client(FACILITATOR), theatre.at("/control"));
    let page = facilitator.get(&control).text();
    assert!(page.contains("data-clock=\"600\" data-rate=\"1\">0:10:00<"), "{page}");
    assert!(page.contains("The duty officer of the pier calls") && page.contains("2 of 2"));
    let act = |pairs: &[(&str, &str)]| facilitator.post(&control, pairs);
    assert_eq!(act(&[("act", "rate"), ("rate", "0")]).status, 303);
    theatre.pass(60);
    assert!(facilitator.get(&control).text().contains("data-clock=\"600\" data-rate=\"0\""), "it pauses");
    for (to, sentence) in [("0:05", "never goes back"), ("soon", "such as 1:30:00")] {
        let refused = act(&[("act", "jump"), ("to", to)]);
        assert!(refused.status == 422 && refused.text().contains(sentence) && refused.text().contains(&format!("value=\"{to}\"")), "{to}");
    }
    assert_eq!(act(&[("act", "jump"), ("to", "1:00:00")]).status, 303);
    assert_eq!(act(&[("act", "rate"), ("rate", "3601")]).status, 422);
    assert_eq!(act(&[("act", "signal"), ("signal", "nothing-of-the-kind")]).status, 422);
    assert_eq!(act(&[("act", "discuss"), ("topic", "0")]).status, 303);
    let team = facilitator.get(&format!("{control}?team=1")).text();
    assert!(team.contains("Sent late, at 1:00:00"), "{team}");
    // An officer of the department that holds it may do the same without a seat; nobody else knows that it is there.
    assert_eq!(theatre.client((0, Role::ExerciseController)).get(&control).status, 200);
    for whom in [PLAYER, EVALUATOR, OBSERVER, STRANGER, (1, Role::ExerciseController)] {
        let client = theatre.client(whom);
        assert_eq!(client.get(&control).status, 404, "{whom:?}");
        assert_eq!(client.post(&control, &[("act", "rate"), ("rate", "0")]).status, 404, "{whom:?}");
        assert_eq!(client.get(&theatre.at("/live?part=control")).status, 404, "{whom:?}");
    }
    assert_eq!(theatre.client(STRANGER).get(&theatre.at("/live?part=board")).status, 404);
    assert_eq!(facilitator.get(&theatre.at("/control/freeze")).status, 200);
    assert_eq!(facilitator.post(&theatre.at("/control/freeze"), &[]).status, 303);
    assert!(facilitator.get(&control).text().contains("Board frozen"));
    assert_eq!(facilitator.post(&theatre.at("/control/end"), &[]).status, 303);
    assert_eq!(facilitator.post(&theatre.at("/control/end"), &[]).status, 404);
    let ended = facilitator.get(&control).text();
    assert!(ended.contains("data-rate=\"0\"") && !ended.contains("name=\"rate\""), "an exercise that is over has no clock to set");
}

fn answers(theatre: &Theatre, team: (usize, Role), question: &str, text: &str) {
    let sitter = theatre.client(team);
    let way = theatre.at(&format!("/play/answer/{question}"));
    let sent = sitter.post(&way, &[("given", text)]);
    assert_eq!(sent.status, 303, "{}", sent.text());
}

/// The name of a question that evaluators mark and that is open, by playing until there is one.
fn open_question(theatre: &Theatre) -> (String, u32) {
    let pack = theatre.stage.platform.drills().pack("defacement").unwrap();
    let question = pack.scenario.questions.iter().find(|question| pack.key(&question.name).unwrap().is_open()).unwrap();
    theatre.act(DrillAct::Jump(pack.scenario.length));
    theatre.pass(1);
    (question.name.to_string(), question.points)
}

#[test]
fn evaluators_mark_what_no_key_can_and_see_the_spread_afterwards() {
    let theatre = Theatre::begun(Stage::new());
    let (question, points) = open_question(&theatre);
    answers(&theatre, PLAYER, &question, "Patch the library, and let nothing out that it has no need of.");
    let evaluator = theatre.client(EVALUATOR);
    let queue = evaluator.get(&theatre.at("/marks"));
    assert!(queue.text().contains("Answers that wait for a mark: 1"), "{}", queue.text());
    let one = theatre.at(&format!("/marks/0/{question}"));
    let page = evaluator.get(&one).text();
    assert!(page.contains("let nothing out") && page.contains("What to look for") && !page.contains("From lowest"), "{page}");
    for bad in ["", "x", "-1", "1.5", &(points + 1).to_string()] {
        let refused = evaluator.post(&one, &[("points", bad)]);
        assert!(refused.status == 422 && refused.text().contains("Enter a whole number"), "{bad}");
    }
    assert_eq!(evaluator.post(&one, &[("points", "3")]).status, 303);
    // A guest marks too; neither sees the other's mark beforehand.
    let (_, token) = theatre.guest(Part::Evaluator, theatre.stage.platform.now().plus_secs(86_400));
    let guest = theatre.stage.client();
    guest.post(&format!("/en/staff/drills/guest/{token}"), &[]);
    assert!(!guest.get(&one).text().contains("3 to 3"));
    assert_eq!(guest.post(&one, &[("points", &points.to_string())]).status, 303);
    assert!(evaluator.get(&one).text().contains(&format!("3 to {points}")));
    for whom in [PLAYER, RIVAL, OBSERVER, STRANGER] {
        assert_eq!(theatre.client(whom).get(&one).status, 404, "{whom:?}");
        assert_eq!(theatre.client(whom).post(&one, &[("points", "1")]).status, 404, "{whom:?}");
    }
    let facilitator = theatre.client(FACILITATOR);
    assert_eq!((facilitator.get(&one).status.as_u16(), facilitator.post(&one, &[("points", "1")]).status.as_u16()), (200, 404));
}

fn seat(theatre: &Theatre, (department, role): (usize, Role)) -> Seat {
    let (department, id) = (theatre.stage.department(department), theatre.drill);
    let find = |tx: &mut store::Tx<'_>| {
        let officer = people::officers(tx, department)?.into_iter().find(|officer| officer.roles == [role]).unwrap();
        drill::seat_of(tx, id, officer.id)
    };
    theatre.stage.platform.ledger().read("test.seat", find).unwrap().unwrap()
}

#[test]
fn the_frozen_board_stays_frozen_and_a_player_sees_no_other_teams_injects() {
    let theatre = Theatre::begun(Stage::new());
    let board = |whom| theatre.client(whom).get(&theatre.at("/board")).text();
    assert!(board(OBSERVER).contains("Blue") && board(PLAYER).contains("Points by team"));
    theatre.act(DrillAct::Freeze);
    let frozen = board(OBSERVER);
    assert!(frozen.contains("The board stands as it stood at 0:10:00"));
    let (question, points) = open_question(&theatre);
    answers(&theatre, PLAYER, &question, "Everything at once.");
    let room = theatre.stage.platform.drills().room(theatre.drill).unwrap();
    let (name, answer) = (question.parse().unwrap(), Answer::new(["Nothing at all.".to_owned()], []));
    room.act(seat(&theatre, RIVAL), DrillAct::Answer { question: name, answer }).unwrap();
    let mark = DrillAct::Mark { team: 0, question: question.parse().unwrap(), points };
    room.act(seat(&theatre, EVALUATOR), mark).unwrap();
    let scores = |page: &str| page.split("<tbody").nth(1).unwrap().split("</tbody").next().unwrap().to_owned();
    assert_eq!(scores(&board(OBSERVER)), scores(&frozen));
    assert!(theatre.client(FACILITATOR).get(&theatre.at("/control")).text().contains(&format!("{points}.0")), "the control room goes on");
}
