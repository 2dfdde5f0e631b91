//! An exercise in its room: a start, acts of many at once, programs that die or fail, and two that run it at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use drill::{
    Answer, Citation, DrillStage, Event, Exercise, Name, Pack, Part, Place, PlanDrill, PlannedTeam, Refusal, Report, Seat, Span, plan_drill,
    seat_officer,
};
use journal::Work;
use kernel::{Id, Text, kinds};
use people::{
    Contact, CreateDepartment, Grant, HandleIncident, InviteOfficer, Inviter, Role, RunDrill, SignedIn, authorise, seal_contact,
};
use response::{EntryText, Milestone, NoteMoment, note_moment, seal_entry, take_command};
use store::StoreError;
use tempfile::TempDir;

use crate::rehearsal::City;
use crate::{DrillAct, DrillRoom, DrillRooms, RoomError};

/// A started exercise of two teams, with somebody for each part.
struct Played {
    city: City,
    id: Id<kinds::Drill>,
    grant: Grant<RunDrill>,
    players: [Seat; 2],
    facilitator: Seat,
    evaluator: Seat,
    observer: Seat,
}

impl Played {
    fn started() -> Self {
        Self::on(City::on_disk(TempDir::new().unwrap()))
    }

    fn on(city: City) -> Self {
        let other = city.act(journal::Actor::Operator, |work| {
            let name = Text::new("Peak", "山頂", "山顶");
            Ok(people::create_department(work, CreateDepartment { code: "PEK".into(), name }).unwrap())
        });
        let (grant, host) = (controller(city.department), city.department);
        let team = |department, name: &str| PlannedTeam { department, name: name.into() };
        let plan = PlanDrill {
            pack: city.platform().drills().pack("defacement").unwrap(),
            title: Text::new("March drill", "三月演習", "三月演习"),
            begins: city.platform().now(),
            co_hosts: Vec::new(),
            teams: vec![team(host, "Harbour"), team(other, "Peak")],
            follows: None,
        };
        let id = city.act(grant.actor(), move |work| Ok(plan_drill(work, &grant, &plan).unwrap()));
        let player = |team| Part::Player { team, place: Place::Room };
        let seat = |department, part| {
            let officer = officer(&city, department);
            city.act(grant.actor(), move |work| Ok(seat_officer(work, &grant, id, officer, part).unwrap()))
        };
        let players = [seat(host, player(0)), seat(other, player(1))];
        let [facilitator, evaluator, observer] = [Part::Facilitator, Part::Evaluator, Part::Observer].map(|part| seat(host, part));
        city.platform().drills().start(&grant, id).unwrap();
        Self { city, id, grant, players, facilitator, evaluator, observer }
    }

    fn room(&self) -> Arc<DrillRoom> {
        self.city.platform().drills().room(self.id).unwrap()
    }

    fn bytes(&self) -> Vec<u8> {
        self.room().read(|exercise| serde_json::to_vec(&(exercise.entries(), Report::of(exercise))).unwrap()).unwrap()
    }

    /// The host's team takes its case and notes that something happened.
    fn note(&self, case: Id<kinds::Incident>, milestone: Milestone) {
        let grant = authorise::<HandleIncident>(&self.city.officer(8, Role::SecurityOfficer), None).unwrap();
        let (at, keys) = (self.city.platform().now(), self.city.platform().ledger().keys());
        let why = seal_entry(keys, at.day(), &EntryText { title: "sent".into(), ..EntryText::default() }, None).unwrap();
        let command = NoteMoment { incident: case, milestone, at, why };
        self.city.act(grant.actor(), move |work| {
            take_command(work, &grant, case).unwrap();
            note_moment(work, &grant, &command).unwrap();
            Ok(())
        });
    }

    fn drive(&self) {
        self.city.platform().drills().drive(&|id, error| panic!("{id}: {error}"));
    }
}

fn controller(department: Id<kinds::Department>) -> Grant<RunDrill> {
    let post = Text::new("Post", "職位", "职位");
    authorise(&SignedIn::at_console(Id::from_bytes([9; 16]), department, vec![Role::ExerciseController], post), None).unwrap()
}

fn officer(city: &City, department: Id<kinds::Department>) -> Id<kinds::Officer> {
    let contact = Contact::parse("Chan", "chan@itb.example.hk").unwrap();
    let contact = seal_contact(city.platform().ledger().keys(), city.platform().now().day(), &contact).unwrap();
    let command = InviteOfficer { department, post: Text::new("Post", "職位", "职位"), roles: vec![Role::SecurityOfficer], contact };
    let invite = move |work: &mut Work<'_, '_>| Ok(people::invite_officer(work, &Inviter::Operator, command.clone()).unwrap().officer);
    city.act(journal::Actor::Operator, invite)
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn answer(question: &str, given: &str) -> DrillAct {
    DrillAct::Answer { question: name(question), answer: Answer::new([given.to_owned()], []) }
}

fn answers(exercise: &Exercise) -> usize {
    exercise.entries().iter().filter(|entry| matches!(entry.event, Event::Answered { .. })).count()
}

#[test]
fn a_restart_gives_the_same_exercise_and_what_was_due_meanwhile_comes_late() {
    let mut played = Played::started();
    let record = played.city.platform().ledger().read("test", |tx| drill::drill(tx, played.id)).unwrap().unwrap();
    assert!(record.stage == DrillStage::Running && record.cases.iter().all(Option::is_some), "each team has its case");
    played.city.clock.advance_secs(300);
    played.drive();
    played.room().act(played.players[0], answer("account", "tomcat")).unwrap();
    played.room().act(played.players[1], DrillAct::Say { team: Some(1), text: "look at processes".into() }).unwrap();
    let before = played.bytes();
    played.city.restart();
    assert_eq!(played.bytes(), before, "byte for byte");
    played.city.platform = None;
    played.city.clock.advance_secs(1_500);
    played.city.restart();
    played.drive();
    let late = played.room().read(|exercise| Report::of(exercise).late.count).unwrap();
    assert_eq!(late, 2, "the reporter for both teams, late and not dropped");
    played.drive();
    let injects = played.room().read(|exercise| Report::of(exercise).injects.count).unwrap();
    assert_eq!(injects, 6, "and once");
}

/// The shipped pack after an upgrade: other words, another moment, fewer points.
fn changed_pack() -> Pack {
    let file = |name: &str| {
        let text = std::fs::read_to_string(format!("{}/../drill/packs/defacement/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        Some(text.replace("at(25m)", "at(26m)").replace("points = 10", "points = 9").into_bytes())
    };
    Pack::read(&file).unwrap()
}

#[test]
fn an_exercise_opens_runs_on_and_reports_the_same_after_an_upgrade_that_changed_its_pack() {
    let mut played = Played::started();
    let record = |played: &Played| played.city.platform().ledger().read("test", |tx| drill::drill(tx, played.id)).unwrap().unwrap();
    let planned = played.city.platform().drills().pack_of(&record(&played)).unwrap();
    played.city.clock.advance_secs(300);
    played.drive();
    played.room().act(played.players[0], answer("account", "tomcat")).unwrap();
    let before = played.bytes();
    let upgrade = |played: &mut Played| {
        played.city.restart();
        played.city.platform().drills().add_pack(changed_pack());
        assert_ne!(played.city.platform().drills().pack("defacement").unwrap().digest, planned.digest);
    };
    upgrade(&mut played);
    assert_eq!(played.city.platform().drills().pack_of(&record(&played)).unwrap(), planned);
    assert_eq!(played.bytes(), before, "byte for byte");
    played.city.clock.advance_secs(1_200);
    played.drive();
    let injects = played.room().read(|exercise| Report::of(exercise).injects.count).unwrap();
    assert_eq!(injects, 6, "the reporter calls at 25 minutes, as it was planned");
    played.room().act(played.facilitator, DrillAct::End).unwrap();
    let ended = played.bytes();
    upgrade(&mut played);
    assert_eq!(played.bytes(), ended);
}

#[test]
fn ten_thousand_racing_duplicates_score_once() {
    let played = Played::started();
    played.city.clock.advance_secs(300);
    played.drive();
    let (room, told) = (played.room(), Arc::new(AtomicU64::new(0)));
    let seen = Arc::clone(&told);
    let subscription = room.subscribe(Box::new(move |last| {
        seen.fetch_max(last, Ordering::SeqCst);
    }));
    let noted = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let done = room.act(played.players[0], answer("account", "tomcat")).unwrap();
                    noted.fetch_add(u64::from(done.noted), Ordering::SeqCst);
                }
            });
        }
    });
    let (count, score, last) = room
        .read(|exercise| (answers(exercise), exercise.state().score(0, &name("account")), exercise.entries().last().unwrap().number))
        .unwrap();
    assert_eq!((count, noted.into_inner()), (1, 1));
    assert!(score > 0);
    assert_eq!(told.load(Ordering::SeqCst), last, "whoever subscribes hears of it");
    drop(subscription);
    room.act(played.players[1], answer("account", "root")).unwrap();
    assert_eq!(told.load(Ordering::SeqCst), last, "and nothing after the end of the subscription");
}

#[test]
fn a_group_that_the_store_does_not_keep_leaves_nothing_behind() {
    let played = Played::started();
    played.city.clock.advance_secs(300);
    played.drive();
    let before = played.bytes();
    let store = played.city.platform().ledger().store();
    store.write("test.break", |tx| tx.execute("-- test.break\nalter table drill_entry rename to put_aside", &[])).unwrap();
    let failed = played.room().act(played.players[0], answer("account", "tomcat")).unwrap_err();
    assert!(matches!(failed, RoomError::Store(StoreError::Engine(_))), "{failed:?}");
    assert!(played.room().read(answers).is_err(), "nothing is shown that may not be true");
    store.write("test.mend", |tx| tx.execute("-- test.mend\nalter table put_aside rename to drill_entry", &[])).unwrap();
    assert_eq!(played.bytes(), before);
    assert!(played.room().act(played.players[0], answer("account", "tomcat")).unwrap().noted);
}

#[test]
fn two_programs_run_the_same_exercise_and_neither_loses_or_doubles_anything() {
    for city in [City::on_disk(TempDir::new().unwrap()), City::on_postgres()] {
        let played = Played::on(city);
        let beside = DrillRooms::new(Arc::clone(played.city.platform().ledger()));
        let (one, two) = (played.room(), beside.room(played.id).unwrap());
        one.read(answers).unwrap();
        two.read(answers).unwrap();
        played.city.clock.advance_secs(300);
        std::thread::scope(|scope| {
            for (room, player) in [(&one, 0), (&two, 1)] {
                let (played, beside) = (&played, &beside);
                scope.spawn(move || {
                    played.drive();
                    beside.drive(&|id, error| panic!("{id}: {error}"));
                    for turn in 0..25 {
                        room.act(played.players[player], answer("account", &format!("guess {turn}"))).unwrap();
                    }
                });
            }
        });
        played.city.clock.advance_secs(1);
        played.drive();
        beside.drive(&|id, error| panic!("{id}: {error}"));
        let seen = |room: &DrillRoom| room.read(|exercise| exercise.entries().to_vec()).unwrap();
        assert_eq!(seen(&one), seen(&two), "a second later both know everything");
        assert_eq!(one.read(answers).unwrap(), 50);
        assert_eq!(one.read(|exercise| Report::of(exercise).injects.count).unwrap(), 4, "each once");
    }
}

#[test]
fn everybody_does_what_the_part_does_and_nothing_else() {
    let played = Played::started();
    played.city.clock.advance_secs(300);
    played.drive();
    let room = played.room();
    let line = || Citation::try_from("processes:6".to_owned()).unwrap();
    let plays = || [answer("account", "x"), DrillAct::Pin { line: line(), note: "first".into() }, DrillAct::Unpin { line: line() }];
    let controls = || {
        [
            DrillAct::Rate(2),
            DrillAct::Jump(Span::seconds(400)),
            DrillAct::Signal(name("go"), None),
            DrillAct::Discuss(Some(0)),
            DrillAct::Freeze,
            DrillAct::End,
        ]
    };
    let marks = || DrillAct::Mark { team: 0, question: name("words"), points: 1 };
    let denied = |seat: Seat, act: DrillAct| assert!(matches!(room.act(seat, act), Err(RoomError::Denied)));
    for seat in [played.facilitator, played.evaluator, played.observer] {
        for act in plays() {
            denied(seat, act);
        }
    }
    for seat in [played.players[0], played.evaluator, played.observer] {
        for act in controls() {
            denied(seat, act);
        }
    }
    for seat in [played.players[0], played.facilitator, played.observer] {
        denied(seat, marks());
    }
    denied(played.players[0], DrillAct::Say { team: Some(1), text: "let us in".into() });
    denied(played.observer, DrillAct::Say { team: None, text: "hello".into() });
    for act in plays() {
        room.act(played.players[0], act).unwrap();
    }
    let stranger = controller(Id::from_bytes([7; 16]));
    assert!(matches!(room.act(stranger, DrillAct::End), Err(RoomError::Missing)));
    assert!(matches!(room.act(played.evaluator, marks()), Err(RoomError::Refused(Refusal::NothingToMark))));
    for act in controls() {
        room.act(played.facilitator, act).unwrap();
    }
    assert!(matches!(room.act(played.grant, DrillAct::Rate(1)), Err(RoomError::Refused(Refusal::Over))));
    room.act(played.evaluator, DrillAct::Say { team: None, text: "well done".into() }).unwrap();
    let journal = played.city.platform().ledger().scan(None, 1_000).unwrap();
    let controlled = journal.iter().filter(|entry| entry.body.contains("drill.controlled")).count();
    assert_eq!(controlled, 6, "who moved the clock stands in the journal");
    let record = played.city.platform().ledger().read("test", |tx| drill::drill(tx, played.id)).unwrap().unwrap();
    assert_eq!(record.stage, DrillStage::Ended);
}

#[test]
fn a_frozen_board_stands_still_over_restarts() {
    let mut played = Played::started();
    played.city.clock.advance_secs(300);
    played.drive();
    played.room().act(played.players[0], answer("account", "tomcat")).unwrap();
    played.room().act(played.facilitator, DrillAct::Freeze).unwrap();
    let board = |played: &Played| played.room().read(|exercise| exercise.board().clone()).unwrap();
    let before = board(&played);
    played.room().act(played.players[1], answer("account", "tomcat")).unwrap();
    assert_eq!(board(&played), before);
    played.city.restart();
    played.city.clock.advance_secs(4_000);
    played.drive();
    assert_eq!(board(&played), before);
    assert_ne!(played.room().read(|exercise| exercise.state().clone()).unwrap(), before);
}

#[test]
fn whoever_rests_wakes_when_something_happens() {
    let played = Played::started();
    let drills = played.city.platform().drills();
    drills.rest(None, Duration::ZERO);
    std::thread::scope(|scope| {
        let resting = scope.spawn(|| drills.rest(None, Duration::from_mins(10)));
        played.room().act(played.grant, DrillAct::Rate(60)).unwrap();
        resting.join().unwrap();
    });
}

/// The shipped pack, but that a hint comes by this signal.
fn pack_that_waits_for(signal: &'static str) -> Pack {
    let file = |name: &str| {
        let text = std::fs::read_to_string(format!("{}/../drill/packs/defacement/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        Some(text.replace("at(50m) unless solved(way-in)", &format!("signal({signal})")).into_bytes())
    };
    Pack::read(&file).unwrap()
}

#[test]
fn what_a_team_does_on_the_platform_itself_is_a_signal_in_the_exercise() {
    let city = City::on_disk(TempDir::new().unwrap());
    city.platform().drills().add_pack(pack_that_waits_for("case-reported"));
    let played = Played::on(city);
    let hint = |played: &Played| {
        played.city.clock.advance_secs(2);
        played.drive();
        let sent = |team| played.room().read(|exercise| exercise.state().was_sent(team, &name("hint"))).unwrap();
        [sent(0), sent(1)]
    };
    assert_eq!(hint(&played), [false, false]);
    let record = played.city.platform().ledger().read("test", |tx| drill::drill(tx, played.id)).unwrap().unwrap();
    played.note(record.cases[0].unwrap(), Milestone::Preliminary);
    assert_eq!(hint(&played), [true, false], "its own team alone");
}

/// A gateway that writes down where it was sent and what.
#[derive(Default)]
struct Line(std::sync::Mutex<Vec<(String, String)>>);

impl callout::Gateway for Line {
    fn hand_over(&self, page: &callout::OutgoingPage) -> Result<(), notify::CarrierError> {
        self.0.lock().unwrap().push((page.to.expose().expose().clone(), page.text.expose().clone()));
        Ok(())
    }
}

/// A contact of the host's team, and a call-out that the team begins from its case.
fn call_from_the_case(played: &Played, case: Id<kinds::Incident>) {
    let (security, ledger) = (played.city.officer(8, Role::SecurityOfficer), played.city.platform().ledger());
    let team = authorise::<people::ManageTeam>(&security, None).unwrap();
    let details = callout::Details::parse("Chan Siu Ming", "51230001", "", "duty@dept.example.hk").unwrap();
    let details = callout::seal_details(ledger.keys(), ledger.now().day(), &details).unwrap();
    let (post, quiet) = (Text::new("First contact", "首名聯絡人", "首名联络人"), callout::QuietHours::default());
    let command = callout::KeepPerson { person: None, post, duties: vec![people::Duty::Point], quiet, details };
    played.city.act(team.actor(), move |work| {
        callout::keep_person(work, &team, &command).map(drop).unwrap();
        Ok(())
    });
    let handle = authorise::<HandleIncident>(&security, None).unwrap();
    let call = authorise::<people::StartCallOut>(&security, None).unwrap();
    let command = callout::StartCallOut {
        title: Text::new("Come to the room", "請到指揮室", "请到指挥室"),
        body: Text::new("Now.", "請即前往。", "请即前往。"),
        severity: callout::Severity::Urgent,
        policy: callout::Policy::guide().unwrap(),
        departments: vec![played.city.department],
        exercise: true,
    };
    played.city.act(call.actor(), move |work| {
        crate::call_from_case(work, (&handle, &call), (case, &command)).map(drop).unwrap();
        Ok(())
    });
}

#[test]
fn whoever_acknowledges_a_call_out_of_the_teams_case_gives_the_signal_to_that_team() {
    let city = City::on_disk(TempDir::new().unwrap());
    city.platform().drills().add_pack(pack_that_waits_for("call-acknowledged"));
    let played = Played::on(city);
    let hint = || {
        played.city.clock.advance_secs(2);
        played.drive();
        [0, 1].map(|team| played.room().read(|exercise| exercise.state().was_sent(team, &name("hint"))).unwrap())
    };
    let record = played.city.platform().ledger().read("test", |tx| drill::drill(tx, played.id)).unwrap().unwrap();
    call_from_the_case(&played, record.cases[0].unwrap());
    let line = Arc::new(Line::default());
    let gateways = callout::Gateways { sms: Some(line.clone()), ..callout::Gateways::default() };
    callout::call_round(played.city.platform().ledger(), &gateways, "https://lionrock.example").unwrap();
    let sent = line.0.lock().unwrap().clone();
    let [(to, text)] = sent.as_slice() else { panic!("{sent:?}") };
    assert!(to == "+85251230001" && text.starts_with("[演習 EXERCISE]"), "{to} {text}");
    assert_eq!(hint(), [false, false], "called, and nobody has answered");
    let at = text.find("/staff/page/").unwrap() + "/staff/page/".len();
    let token = callout::PageToken::parse(&text[at..at + 32]).unwrap();
    played.city.act(journal::Actor::Visitor, move |work| {
        callout::acknowledge_by_link(work, &token).unwrap();
        Ok(())
    });
    assert_eq!(hint(), [true, false], "its own team alone");
    assert_eq!(hint(), [true, false], "and once");
    let signals = played.room().read(|exercise| exercise.entries().iter().filter(|entry| matches!(entry.event, Event::Signalled { .. })).count());
    assert_eq!(signals.unwrap(), 1);
}

#[test]
fn promise_14_a_whole_exercise_tells_nobody_outside_its_own_pages() {
    let played = Played::started();
    let record = played.city.platform().ledger().read("test", |tx| drill::drill(tx, played.id)).unwrap().unwrap();
    played.note(record.cases[0].unwrap(), Milestone::Aware);
    played.drive();
    // Long enough for every moment of the pack, and for the clocks of its cases to run out.
    for _ in 0..12 {
        played.city.clock.advance_secs(900);
        played.drive();
        played.city.work();
    }
    let room = played.room();
    room.act(played.players[0], answer("account", "tomcat")).unwrap();
    room.act(played.players[0], DrillAct::Say { team: None, text: "everybody".into() }).unwrap();
    room.act(played.facilitator, DrillAct::Freeze).unwrap();
    room.act(played.facilitator, DrillAct::End).unwrap();
    played.city.work();
    let sent = room.read(|exercise| Report::of(exercise).injects.count).unwrap();
    assert!(sent >= 12, "{sent}: the exercise was played");
    let ledger = played.city.platform().ledger();
    let mails = ledger.read("test", |tx| notify::mails(tx, None, 10)).unwrap();
    assert!(mails.is_empty(), "{mails:?}");
    for role in Role::ALL.iter().copied() {
        let who = played.city.officer(8, role);
        let alerts = ledger.read("test", |tx| response::open_alerts(tx, &who)).unwrap();
        assert!(alerts.is_empty(), "{role:?}: {alerts:?}");
    }
    let called = ledger.read("test", |tx| callout::call_outs(tx, None, 10)).unwrap();
    assert!(called.is_empty(), "{called:?}");
}

/// A mail server that writes down address, subject and text.
#[derive(Default)]
struct Post(std::sync::Mutex<Vec<(String, String, String)>>);

impl notify::MailCarrier for Post {
    fn send(&self, mail: &notify::OutgoingMail) -> Result<notify::Sent, notify::CarrierError> {
        self.0.lock().unwrap().push((mail.to.expose().clone(), mail.subject.clone(), mail.text.clone()));
        Ok(notify::Sent)
    }
}

impl Post {
    fn new_mails(&self, city: &City) -> Vec<(String, String, String)> {
        crate::mail_round(city.platform(), Some(self)).unwrap();
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Invites somebody to look on at an exercise for a week.
fn invite(city: &City, id: Id<kinds::Drill>, mail: &str, by_mail: bool) -> drill::InvitedGuest {
    let (grant, until) = (controller(city.department), city.platform().now().plus_secs(7 * 86_400));
    let details = Contact::parse("Dr Lee", mail).unwrap();
    let details = drill::seal_guest(city.platform().ledger().keys(), (id, until.day()), &details).unwrap();
    let command = drill::InviteGuest { details, part: Part::Observer, until };
    city.act(grant.actor(), move |work| Ok(crate::invite_guest(work, &grant, id, (&command, by_mail)).unwrap()))
}

#[test]
fn promise_14_an_invitation_goes_to_the_guest_of_the_exercises_list_and_to_nobody_else() {
    for city in [City::on_disk(TempDir::new().unwrap()), City::on_postgres()] {
        let (played, post) = (Played::on(city), Post::default());
        let invited = invite(&played.city, played.id, "lee@university.example.hk", true);
        invite(&played.city, played.id, "by-hand@university.example.hk", false);
        let ledger = played.city.platform().ledger();
        let queued = ledger.read("test", |tx| notify::mails(tx, None, 10)).unwrap();
        let secret = invited.token.reveal();
        assert!(queued.len() == 1 && !format!("{queued:?}").contains(secret.expose()), "the queue does not hold the link: {queued:?}");
        let mails = post.new_mails(&played.city);
        let [(to, subject, text)] = mails.as_slice() else { panic!("{mails:?}") };
        assert!(to == "lee@university.example.hk" && subject.starts_with("[演習 EXERCISE] Invitation: March drill"), "{to} {subject}");
        assert!(text.contains(&format!("/zh-hant/staff/drills/guest/{}\n", secret.expose())) && text.contains("演習"), "{text}");
        assert!(post.new_mails(&played.city).is_empty(), "once");
        // Who was let out before the mail went is not invited any more.
        let gone = invite(&played.city, played.id, "gone@university.example.hk", true).guest;
        let (grant, id) = (played.grant, played.id);
        played.city.act(grant.actor(), move |work| {
            drill::end_guest(work, &grant, id, gone).unwrap();
            Ok(())
        });
        assert!(post.new_mails(&played.city).is_empty());
    }
}

#[test]
fn promise_14_an_address_that_somebody_put_into_the_list_by_hand_gets_no_invitation() {
    let played = Played::started();
    let post = Post::default();
    let invite_and = |meddle: &'static str| {
        let other = invite(&played.city, played.id, "elsewhere@university.example.hk", false).guest;
        let guest = invite(&played.city, played.id, "lee@university.example.hk", true).guest;
        let store = played.city.platform().ledger().store();
        store.write("test.meddle", move |tx| tx.execute(meddle, &[guest.into(), other.into()])).unwrap();
        post.new_mails(&played.city).into_iter().map(|(to, ..)| to).collect::<Vec<_>>()
    };
    // Both are guests of the exercise, and still the one's link is not the other's.
    let details = "-- test.meddle_details\n\
        update drill_guest set sealed = (select o.sealed from drill_guest o where o.id = $2), \
        sealed_record = (select o.sealed_record from drill_guest o where o.id = $2), \
        sealed_expiry = (select o.sealed_expiry from drill_guest o where o.id = $2) where id = $1";
    assert_eq!(invite_and(details), Vec::<String>::new());
    let tag = "-- test.meddle_tag\nupdate drill_guest set tag = (select o.tag from drill_guest o where o.id = $2) where id = $1";
    assert_eq!(invite_and(tag), Vec::<String>::new());
    let harmless = "-- test.meddle_nothing\nupdate drill_guest set invited = invited where id = $1 or id = $2";
    assert_eq!(invite_and(harmless), ["lee@university.example.hk"], "nothing else kept them back");
}
