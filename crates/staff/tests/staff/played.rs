//! A short exercise from the players' side: what comes, what is found, pinned, answered and said; and what nobody may see of it.

use drill::{InviteGuest, Part, PlanDrill, Place, PlannedTeam, shipped};
use flows::DrillAct;
use journal::Work;
use kernel::{Id, Instant, Language, Text, kinds};
use people::{Grant, Role, RunDrill, SignedIn, authorise};

use crate::client::{Client, Reply};
use crate::stage::Stage;

/// An exercise of two teams, with everybody seated who sits in one.
pub struct Theatre {
    pub stage: Stage,
    pub drill: Id<kinds::Drill>,
    pub grant: Grant<RunDrill>,
}

/// Who plays: two of the first department, one of them elsewhere, and one of the second.
pub const PLAYER: (usize, Role) = (0, Role::CaseOfficer);
pub const MATE: (usize, Role) = (0, Role::SecurityOfficer);
pub const RIVAL: (usize, Role) = (1, Role::CaseOfficer);
pub const FACILITATOR: (usize, Role) = (0, Role::SchemeOwner);
pub const EVALUATOR: (usize, Role) = (1, Role::PrivacyOfficer);
pub const OBSERVER: (usize, Role) = (1, Role::Auditor);
pub const STRANGER: (usize, Role) = (1, Role::SchemeOwner);

impl Theatre {
    /// Planned and seated, not begun.
    pub fn planned(stage: Stage) -> Self {
        let controller = officer(&stage, (0, Role::ExerciseController));
        let who = SignedIn::at_console(controller, stage.department(0), vec![Role::ExerciseController], Text::new("a", "a", "a"));
        let grant = authorise::<RunDrill>(&who, None).unwrap();
        let theatre = Self { drill: plan(&stage, &grant), stage, grant };
        for (whom, team, place) in [(PLAYER, 0, Place::Room), (MATE, 0, Place::Remote), (RIVAL, 1, Place::Room)] {
            theatre.seat(whom, Part::Player { team, place });
        }
        theatre.seat(FACILITATOR, Part::Facilitator);
        theatre.seat(EVALUATOR, Part::Evaluator);
        theatre.seat(OBSERVER, Part::Observer);
        theatre
    }

    /// Begun, ten minutes in.
    pub fn begun(stage: Stage) -> Self {
        let theatre = Self::planned(stage);
        theatre.begin();
        theatre.pass(600);
        theatre
    }

    pub fn begin(&self) {
        self.stage.platform.drills().start(&self.grant, self.drill).unwrap();
    }

    /// Lets the clock on the wall go on, and sends what is due.
    pub fn pass(&self, secs: i64) {
        self.stage.clock.advance_secs(secs);
        self.stage.platform.drills().drive(&|id, error| panic!("{id}: {error}"));
    }

    pub fn act(&self, act: DrillAct) {
        self.stage.platform.drills().room(self.drill).unwrap().act(self.grant, act).unwrap();
    }

    pub fn at(&self, rest: &str) -> String {
        format!("/en/staff/drills/{}{rest}", self.drill)
    }

    pub fn client(&self, whom: (usize, Role)) -> Client {
        self.stage.officer(whom.0, whom.1)
    }

    /// A guest, with the secret of the invitation.
    pub fn guest(&self, part: Part, until: Instant) -> (Id<kinds::Guest>, String) {
        let details = people::Contact::parse("Dr Lee", "lee@university.example.hk").unwrap();
        let details = drill::seal_guest(self.stage.platform.ledger().keys(), (self.drill, until.day()), &details).unwrap();
        let command = InviteGuest { details, part, until };
        let (grant, id) = (self.grant, self.drill);
        let invited = self.write(move |work| drill::invite_guest(work, &grant, id, &command));
        (invited.guest, invited.token.reveal().into_exposed())
    }

    fn seat(&self, whom: (usize, Role), part: Part) {
        let (grant, id, officer) = (self.grant, self.drill, officer(&self.stage, whom));
        self.write(move |work| drill::seat_officer(work, &grant, id, officer, part));
    }

    pub fn write<T: Send + 'static>(&self, act: impl Fn(&mut Work<'_, '_>) -> Result<T, drill::DrillError> + Send + 'static) -> T {
        self.stage.platform.ledger().write("test.drill", self.grant.actor(), act).unwrap().0
    }
}

fn plan(stage: &Stage, grant: &Grant<RunDrill>) -> Id<kinds::Drill> {
    let team = |at: usize, name: &str| PlannedTeam { department: stage.department(at), name: name.to_owned() };
    let command = PlanDrill {
        pack: stage.platform.drills().pack("defacement").unwrap(),
        title: Text::new("Night ferry", "夜航", "夜航"),
        begins: stage.platform.now().plus_secs(3_600),
        co_hosts: vec![],
        teams: vec![team(0, "Blue"), team(1, "Red")],
        follows: None,
    };
    let grant = *grant;
    stage.platform.ledger().write("test.plan", grant.actor(), move |work| drill::plan_drill(work, &grant, &command)).unwrap().0
}

fn officer(stage: &Stage, (department, role): (usize, Role)) -> Id<kinds::Officer> {
    let department = stage.department(department);
    let officers = stage.platform.ledger().read("test.officers", |tx| people::officers(tx, department)).unwrap();
    officers.into_iter().find(|officer| officer.roles == [role]).unwrap().id
}

fn answer(client: &Client, theatre: &Theatre, question: &str, pairs: &[(&str, &str)]) -> Reply {
    client.post(&theatre.at(&format!("/play/answer/{question}")), pairs)
}

#[test]
fn a_team_reads_finds_pins_answers_and_talks() {
    let theatre = Theatre::planned(Stage::new());
    let (player, mate) = (theatre.client(PLAYER), theatre.client(MATE));
    let before = player.get(&theatre.at("/play")).text();
    assert!(before.contains("has not begun") && before.contains("You play for Blue, as player 1, in the room"), "{before}");
    theatre.begin();
    theatre.pass(60);
    let desk = player.get(&theatre.at("/play")).text();
    assert!(desk.contains("The duty officer of the pier calls") && desk.contains("lr-tag--active\">New<") && desk.contains("No question is open yet"), "{desk}");
    theatre.pass(240);
    theatre.pass(300);
    let desk = player.get(&theatre.at("/play")).text();
    assert!(desk.contains("Monitoring: an unusual connection") && desk.contains("Full marks for 5 minutes more"), "{desk}");
    assert!(desk.contains("Evaluators mark it") || !desk.contains("/play/answer/public"), "{desk}");
    assert!(desk.contains("/staff/incidents/inc_"), "the team's exercise case");

    let found = player.get(&theatre.at("/play/evidence?q=destinationport%3D1389")).text();
    assert!(found.contains("connections:2") && !found.contains("connections:1<"), "{found}");
    let narrowed = player.get(&theatre.at("/play/evidence?q=bash&from=18:10:22&to=18:10:23&in=processes")).text();
    assert!(narrowed.contains("processes:8") && narrowed.contains("Time line"), "{narrowed}");
    let wrong = player.get(&theatre.at("/play/evidence?q=bash&from=soon"));
    assert!(wrong.status == 422 && wrong.text().contains("value=\"soon\"") && wrong.text().contains("value=\"bash\""), "nothing typed is lost");
    let line = theatre.at("/play/evidence/connections/2");
    let shown = player.get(&line).text();
    assert!(shown.contains("DestinationPort") && !shown.contains("OTRF"), "where it is from may say what is to be found");
    let long = player.post(&line, &[("note", &"x".repeat(501))]);
    assert!(long.status == 422 && long.text().contains(&"x".repeat(501)), "nothing typed is lost");
    assert_eq!(player.post(&line, &[("note", "the stranger's port")]).status, 303);
    let pinned = mate.get(&theatre.at("/play")).text();
    assert!(pinned.contains("the stranger&#39;s port") && pinned.contains("Player 1"), "{pinned}");

    let empty = answer(&player, &theatre, "indicators", &[("given", "  ")]);
    assert!(empty.status == 422 && empty.text().contains("Give an answer"));
    let kept = answer(&player, &theatre, "indicators", &[("given", "192.168.2.6\n1389"), ("line", "connections:2"), ("seen", "")]);
    assert!(kept.location().ends_with("?kept=yes"), "{}", kept.location());
    assert!(player.get(&kept.location()).text().contains("Your answer is kept and counts"));
    let again = answer(&player, &theatre, "indicators", &[("given", "192.168.2.6\n1389"), ("line", "connections:2")]);
    assert!(player.get(&again.location()).text().contains("Nothing changed"));
    // The mate had opened the form before the player answered.
    let over = answer(&mate, &theatre, "indicators", &[("given", "192.168.2.6\n8888"), ("seen", "")]);
    let page = mate.get(&over.location()).text();
    assert!(page.contains("While you were typing, Player 1 had answered: 1389, 192.168.2.6"), "{page}");
    assert!(player.get(&theatre.at("/play")).text().contains("192.168.2.6, 8888"), "both see what counts");
    assert_eq!(player.post(&format!("{line}/unpin"), &[]).status, 303);
    assert_eq!(mate.post(&format!("{line}/unpin"), &[]).status, 303, "a team mate was quicker");
    assert!(mate.get(&theatre.at("/play/answer/indicators")).text().contains("What counts now"));

    assert_eq!(player.post(&theatre.at("/discussion"), &[("text", "look at 1389"), ("to", "team")]).status, 303);
    assert_eq!(player.post(&theatre.at("/discussion"), &[("text", "good evening")]).status, 303, "nothing chosen is said to the team");
    assert_eq!(mate.post(&theatre.at("/discussion"), &[("text", "hello all"), ("to", "all")]).status, 303);
    let blank = player.post(&theatre.at("/discussion"), &[("text", " ")]);
    assert_eq!(blank.status, 422);
    let heard = mate.get(&theatre.at("/discussion")).text();
    assert!(heard.contains("look at 1389") && heard.contains("good evening") && heard.contains("hello all"), "{heard}");
}

#[test]
fn a_team_sees_nothing_of_another_and_observers_what_is_for_all() {
    let theatre = Theatre::begun(Stage::new());
    let (player, rival) = (theatre.client(PLAYER), theatre.client(RIVAL));
    let line = theatre.at("/play/evidence/connections/2");
    player.post(&line, &[("note", "SECRET-PIN")]);
    assert_eq!(answer(&player, &theatre, "host", &[("given", "SECRET-ANSWER"), ("line", "connections:2")]).status, 303);
    player.post(&theatre.at("/discussion"), &[("text", "SECRET-WORD"), ("to", "team")]);
    player.post(&theatre.at("/discussion"), &[("text", "PUBLIC-WORD"), ("to", "all")]);
    theatre.act(DrillAct::Discuss(Some(0)));
    let pages = ["", "/play", "/play/evidence", "/play/evidence/connections/2", "/play/answer/host", "/watch", "/discussion", "/board", "/live?part=board"];
    for whom in [RIVAL, OBSERVER, EVALUATOR, STRANGER] {
        let client = theatre.client(whom);
        // Pages that stay open are read elsewhere; here those that end.
        for page in pages.iter().filter(|page| !page.starts_with("/live")).copied() {
            let text = client.get(&theatre.at(page)).text();
            assert!(!text.contains("SECRET"), "{whom:?} {page}: {text}");
        }
    }
    // The rival has an answer too: the page of one's own answer tells what a team mate had given before, and nothing of others.
    assert_eq!(answer(&rival, &theatre, "host", &[("given", "ours")]).status, 303);
    for entry in 1..60 {
        let text = rival.get(&theatre.at(&format!("/play/answer/host?kept=yes&over={entry}"))).text();
        assert!(!text.contains("SECRET"), "entry {entry}");
    }
    for whom in [RIVAL, OBSERVER, EVALUATOR] {
        assert!(theatre.client(whom).get(&theatre.at("/discussion")).text().contains("PUBLIC-WORD"), "{whom:?}");
    }
    let facilitator = theatre.client(FACILITATOR);
    assert!(facilitator.get(&theatre.at("/discussion")).text().contains("SECRET-WORD"), "whoever runs it hears every room");
    // Nobody acts for another team, nor without a seat, nor by looking on.
    assert_eq!(theatre.client(OBSERVER).post(&line, &[("note", "x")]).status, 404);
    assert_eq!(theatre.client(OBSERVER).post(&theatre.at("/discussion"), &[("text", "x")]).status, 404);
    assert_eq!(answer(&theatre.client(EVALUATOR), &theatre, "host", &[("given", "x")]).status, 404);
    assert_eq!(theatre.client(PLAYER).post(&theatre.at("/discussion/topic"), &[("topic", "1")]).status, 404);
    assert_eq!(facilitator.post(&theatre.at("/discussion/topic"), &[("topic", "1")]).status, 303);
    for page in pages {
        assert_eq!(theatre.client(STRANGER).get(&theatre.at(page)).status, 404, "{page}");
    }
    rival.post(&format!("{line}/unpin"), &[]);
    assert!(player.get(&theatre.at("/play")).text().contains("SECRET-PIN"), "another team's pin stays");
}

/// What a key says, in every language, as pages would write it.
fn key_texts() -> Vec<String> {
    let pack = shipped("defacement").unwrap().unwrap();
    let whys = pack.scenario.questions.iter().filter_map(|question| pack.key(&question.name)).map(|key| key.why.clone());
    let languages = [Language::En, Language::ZhHant, Language::ZhHans];
    let mut texts: Vec<String> = whys.flat_map(|why| languages.map(|language| why.get(language).to_owned())).collect();
    texts.extend(pack.evidence.iter().map(|evidence| evidence.entry.source.clone()));
    texts
}

/// So much of a text that no page says it by chance, without the signs that HTML writes otherwise.
fn pieces(text: &str) -> Vec<String> {
    let plain = text.split(['&', '<', '>', '"', '\'', '`']).map(str::trim).filter(|piece| piece.chars().count() >= 12);
    plain.map(|piece| piece.chars().take(40).collect()).collect()
}

#[test]
fn no_page_of_a_player_or_an_observer_has_a_key_before_the_end() {
    let theatre = Theatre::begun(Stage::new());
    let pack = shipped("defacement").unwrap().unwrap();
    let keys: Vec<String> = key_texts().iter().flat_map(|text| pieces(text)).collect();
    assert!(keys.len() > 20, "{keys:?}");
    let mut pages = vec![String::new(), "/play".into(), "/play/evidence".into(), "/watch".into(), "/discussion".into(), "/board".into(), "/marks".into(), "/control".into()];
    pages.extend(pack.scenario.questions.iter().map(|question| format!("/play/answer/{}", question.name)));
    pages.extend(pack.evidence.iter().map(|evidence| format!("/play/evidence/{}/1", evidence.entry.name)));
    let read = |whom: (usize, Role)| -> String {
        let client = theatre.client(whom);
        let each = pages.iter().flat_map(|page| ["en", "zh-hant", "zh-hans"].map(|language| theatre.at(page).replacen("/en/", &format!("/{language}/"), 1)));
        each.map(|path| client.get(&path).text()).collect()
    };
    let shown = |text: &str| keys.iter().filter(|key| text.contains(key.as_str())).cloned().collect::<Vec<_>>();
    theatre.pass(6_000);
    for whom in [PLAYER, OBSERVER] {
        let text = read(whom);
        assert!(text.len() > 50_000);
        assert_eq!(shown(&text), Vec::<String>::new(), "{whom:?}");
    }
    theatre.act(DrillAct::End);
    let after = theatre.client(PLAYER).get(&theatre.at("/discussion")).text();
    assert!(shown(&after).len() > 5 && after.contains("What was right, and why"), "the search finds keys where they are: {after}");
    let late = answer(&theatre.client(PLAYER), &theatre, "host", &[("given", "too late")]);
    assert!(late.status == 422 && late.text().contains("The exercise is over"), "{}", late.status);
}

#[test]
fn a_guest_takes_the_seat_by_a_post_for_a_time_and_of_one_exercise() {
    let theatre = Theatre::begun(Stage::new());
    let until = theatre.stage.platform.now().plus_secs(7_200);
    let (guest, token) = theatre.guest(Part::Observer, until);
    let link = format!("/en/staff/drills/guest/{token}");
    let browser = theatre.stage.client();
    let shown = browser.get(&link).text();
    for words in ["Department ISD", "Observer", "10:10 am on 6 May 2020", "Night ferry"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(browser.cookie("guest").is_none(), "reading takes no seat");
    assert!(browser.get(&theatre.at("/board")).location().contains("/staff/sign-in"));
    assert_eq!(browser.post_raw(&link, &[]).status, 403, "a post of another site");
    let seated = browser.post(&link, &[]);
    assert_eq!(seated.location(), theatre.at("/watch"));
    let cookie = seated.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Max-Age=7200"), "{cookie}");
    let watch = browser.get(&theatre.at("/watch")).text();
    assert!(watch.contains("The duty officer of the pier calls") && watch.contains("You are an observer"), "{watch}");
    for (page, status) in [("/board", 200), ("/discussion", 200), ("/play/evidence", 200), ("/marks", 404), ("/control", 404), ("/play/answer/host", 404)] {
        assert_eq!(browser.get(&theatre.at(page)).status, status, "{page}");
    }
    for page in ["/en/staff", "/en/staff/drills", "/en/staff/incidents"] {
        assert!(browser.get(page).location().contains("/staff/sign-in"), "{page}");
    }
    let pin = browser.post(&theatre.at("/play/evidence/connections/2"), &[("note", "x")]);
    assert_eq!(pin.status, 404);
    // Of another exercise.
    let other = plan(&theatre.stage, &theatre.grant);
    assert_eq!(browser.get(&format!("/en/staff/drills/{other}/watch")).status, 410);
    // Forged.
    for forged in ["0".repeat(32), format!("{}0", &token[..31]), "x".into(), "0".repeat(64)] {
        let stranger = theatre.stage.client();
        let same = if forged == token { "1".repeat(32) } else { forged };
        assert_eq!(stranger.get(&format!("/en/staff/drills/guest/{same}")).status, 410, "{same}");
        assert_eq!(stranger.post(&format!("/en/staff/drills/guest/{same}"), &[]).status, 410);
        stranger.set_cookie("guest", &same);
        assert!(matches!(stranger.get(&theatre.at("/watch")).status.as_u16(), 303 | 410), "{same}");
    }
    // Ended by whoever invited: at once, for the link and for the cookie.
    let (ended, second) = theatre.guest(Part::Observer, until);
    let early = theatre.stage.client();
    early.post(&format!("/en/staff/drills/guest/{second}"), &[]);
    assert_eq!(early.get(&theatre.at("/watch")).status, 200);
    let (grant, id) = (theatre.grant, theatre.drill);
    theatre.write(move |work| drill::end_guest(work, &grant, id, ended));
    assert_eq!((early.get(&theatre.at("/watch")).status.as_u16(), early.get(&format!("/en/staff/drills/guest/{second}")).status.as_u16()), (410, 410));
    assert_eq!(early.get(&theatre.at("/live?part=board")).status, 410);
    // And by its time.
    theatre.stage.clock.set(until.plus_millis(-1));
    assert_eq!(browser.get(&theatre.at("/watch")).status, 200);
    theatre.stage.clock.set(until);
    assert_eq!((browser.get(&theatre.at("/watch")).status.as_u16(), browser.get(&link).status.as_u16(), browser.post(&link, &[]).status.as_u16()), (410, 410, 410));
    assert_ne!(guest, ended);
}

#[test]
fn an_evaluator_by_invitation_may_mark_and_sees_what_to_look_for() {
    let theatre = Theatre::begun(Stage::new());
    let (_, token) = theatre.guest(Part::Evaluator, theatre.stage.platform.now().plus_secs(7_200));
    let browser = theatre.stage.client();
    assert!(browser.get(&format!("/en/staff/drills/guest/{token}")).text().contains("Evaluator"));
    browser.post(&format!("/en/staff/drills/guest/{token}"), &[]);
    assert_eq!(browser.get(&theatre.at("/marks")).status, 200);
    assert_eq!(browser.post(&theatre.at("/discussion"), &[("text", "from the evaluator"), ("to", "team")]).status, 303);
    let heard = theatre.client(RIVAL).get(&theatre.at("/discussion")).text();
    assert!(heard.contains("from the evaluator") && heard.contains("Evaluator 2"), "{heard}");
}
