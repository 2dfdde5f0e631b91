//! Exercises in a store, on each engine.

use kernel::{Id, Text};
use people::Contact;
use store::StoreError;
use testkit::both_engines;

use crate::rehearsal::City;
use crate::*;

const fn player(team: TeamNumber, place: Place) -> Part {
    Part::Player { team, place }
}

#[test]
fn an_exercise_is_planned_seated_started_and_kept_on_both_engines() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let id = city.planned();
        let [ada, ben, cho] = [city.host, city.host, city.other].map(|department| city.officer(department));
        city.seat(id, ada, player(0, Place::Room)).unwrap();
        city.seat(id, ben, player(0, Place::Remote)).unwrap();
        assert!(matches!(city.start(id), Err(DrillError::Empty(team)) if team == "Peak"));
        assert!(matches!(city.seat(id, cho, player(0, Place::Room)), Err(DrillError::Elsewhere)));
        city.seat(id, cho, player(1, Place::Room)).unwrap();
        let eve = city.officer(city.other);
        city.seat(id, eve, Part::Evaluator).unwrap();
        // The first player leaves; the second becomes the first when the clock starts.
        let grant = City::controller(city.host);
        city.act(move |work| unseat(work, &grant, id, ada)).unwrap();
        let mut exercise = city.start(id).unwrap();
        assert_eq!(exercise.state().teams[0], Team { name: "Harbour".into(), in_room: 0, remote: 1 });
        assert_eq!(city.read(|tx| seat_of(tx, id, ben)).map(|seat| (seat.number(), seat.team())), Some((0, Some(0))));
        assert_eq!(city.read(|tx| seat_of(tx, id, ada)), None);
        assert_eq!(city.read(|tx| drills_of(tx, cho)).len(), 1);
        assert_eq!(city.read(running_drills), [id]);
        exercise.send_due(city.now());
        exercise.end(city.now()).unwrap();
        let written = exercise.entries()[1..].to_vec();
        let again = written.clone();
        city.act(move |work| note_entries(work, id, &written)).unwrap();
        let twice = city.act(move |work| note_entries(work, id, &again)).unwrap_err();
        assert!(matches!(twice, StoreError::Unique(_)), "another process was faster: {twice:?}");
        let kept = city.read(|tx| entries_after(tx, id, 0));
        assert_eq!((kept.as_slice(), city.read(|tx| last_entry(tx, id))), (exercise.entries(), 4));
        assert_eq!(Exercise::from_entries(City::pack(), kept).unwrap().state(), exercise.state());
        let record = city.read(|tx| drill(tx, id)).unwrap();
        assert_eq!((record.stage, record.ended.is_some(), record.teams.len()), (DrillStage::Ended, true, 2));
        assert_eq!(city.read(|tx| drills(tx, city.other)).len(), 1, "a team's department sees it");
        let noted = city.ledger.scan(None, 100).unwrap().into_iter().filter(|entry| entry.body.contains("drill.noted"));
        let chains: Vec<bool> = noted.map(|entry| exercise.entries().iter().any(|made| entry.body.contains(&made.chain))).collect();
        assert_eq!(chains, [true, true], "the journal anchors the chain");
    });
}

#[test]
fn a_guest_comes_for_a_time_and_not_after_its_end_on_both_engines() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let (id, grant, now) = (city.planned(), City::controller(city.host), city.now());
        let details = Contact::parse("李博士", "lee@university.example.hk").unwrap();
        let invite = |part, days: i64| {
            let until = now.plus_secs(days * 86_400);
            let details = seal_guest(city.ledger.keys(), (id, until.day()), &details).unwrap();
            let command = InviteGuest { details, part, until };
            city.act(move |work| invite_guest(work, &grant, id, &command))
        };
        assert!(matches!(invite(Part::Evaluator, 31), Err(DrillError::Until)));
        assert!(matches!(invite(Part::Facilitator, 3), Err(DrillError::GuestPart)));
        let (marks, looks) = (invite(Part::Evaluator, 3).unwrap(), invite(Part::Observer, 30).unwrap());
        let sits = |token: &GuestToken, days: i64| city.read(|tx| guest_seat(tx, token, now.plus_secs(days * 86_400)));
        assert_eq!(sits(&marks.token, 2).map(|seat| (seat.part(), seat.sitter())), Some((Part::Evaluator, Sitter::Guest(marks.guest))));
        assert_eq!(sits(&marks.token, 3), None, "its time has passed");
        assert_eq!(sits(&GuestToken::parse(&"0f".repeat(16)).unwrap(), 0), None);
        let guest = marks.guest;
        let (sealed, committed) =
            city.ledger.write("test", grant.actor(), move |work| open_guest(work, &grant, id, guest)).unwrap();
        assert_eq!(sealed.open(&committed, city.ledger.keys()).unwrap().name().expose(), "李博士");
        let other = looks.guest;
        city.act(move |work| end_guest(work, &grant, id, other)).unwrap();
        assert_eq!(sits(&looks.token, 0), None, "ended at once");
        city.clock.advance_days(4);
        assert_eq!(city.act(purge_guests).unwrap(), 1);
        assert!(city.read(|tx| seats(tx, id)).iter().any(|seat| seat.sitter() == Sitter::Guest(guest)), "that somebody came stays");
    });
}

#[test]
fn only_those_who_hold_it_plan_and_change_it() {
    let city = City::new();
    let id = city.planned();
    let stranger = City::controller(city.other);
    let plan = city.plan();
    let refused = city.act(move |work| replan_drill(work, &stranger, id, &plan)).unwrap_err();
    assert!(matches!(refused, DrillError::Missing));
    let (mut plan, grant) = (city.plan(), City::controller(city.host));
    plan.co_hosts = vec![city.other, city.other, city.host];
    city.act(move |work| replan_drill(work, &grant, id, &plan)).unwrap();
    assert_eq!(city.read(|tx| drill(tx, id)).unwrap().co_hosts, [city.other]);
    city.act(move |work| unseat(work, &stranger, id, Id::from_bytes([1; 16]))).map_err(|error| assert!(matches!(error, DrillError::Seat))).unwrap_err();
    let refused = |change: fn(&mut PlanDrill)| {
        let mut plan = city.plan();
        change(&mut plan);
        city.act(move |work| plan_drill(work, &grant, &plan)).unwrap_err().to_string()
    };
    assert!(refused(|plan| plan.title = Text::new("A", " ", "B")).starts_with("a title"));
    assert!(refused(|plan| plan.teams.clear()).starts_with("an exercise has 1 to 400"));
    assert!(refused(|plan| plan.teams[1].name = " harbour ".into()).starts_with("an exercise has 1 to 400"));
    assert!(refused(|plan| plan.teams[1].department = Id::from_bytes([7; 16])).starts_with("an exercise has 1 to 400"));
    assert!(refused(|plan| plan.co_hosts.push(Id::from_bytes([7; 16]))).starts_with("at most 20"));
    assert!(refused(|plan| plan.follows = Some(Id::from_bytes([7; 16]))).starts_with("there is no such earlier"));
    city.act(move |work| cancel_drill(work, &grant, id)).unwrap();
    assert_eq!(city.read(|tx| drill(tx, id)), None);
}

#[test]
fn a_pack_is_kept_once_for_all_that_are_planned_with_it_and_goes_with_the_last_on_both_engines() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let (grant, pack) = (City::controller(city.host), City::pack());
        let digest = pack.digest;
        let kept = || city.read(|tx| kept_pack(tx, digest));
        assert_eq!(kept(), None);
        let (first, second) = (city.planned(), city.planned());
        assert_eq!(kept().as_ref(), Some(&*pack), "every byte of it");
        // Another pack is chosen for the first: the second still needs the old one.
        let other = PlanDrill { pack: std::sync::Arc::new(shipped("ransomware").unwrap().unwrap()), ..city.plan() };
        let ransomware = other.pack.digest;
        city.act(move |work| replan_drill(work, &grant, first, &other)).unwrap();
        assert!(kept().is_some() && city.read(|tx| kept_pack(tx, ransomware)).is_some());
        city.act(move |work| cancel_drill(work, &grant, second)).unwrap();
        assert_eq!(kept(), None, "nobody needs it any more");
        assert!(city.read(|tx| kept_pack(tx, ransomware)).is_some());
        // One that is not what its digest says is not taken for it.
        let spoil = "-- test.spoil\nupdate drill_pack set content = $1 where name = 'marking.toml'";
        city.act(move |work| work.tx().execute(spoil, &[b"key = []".to_vec().into()])).unwrap();
        assert!(city.ledger.read("test", |tx| kept_pack(tx, ransomware)).is_err());
    });
}

#[test]
fn after_the_start_a_player_takes_the_chair_of_one_who_left_and_nobody_changes_parts() {
    let city = City::new();
    let id = city.planned();
    let [ada, ben, cho, dan] = [city.host, city.host, city.other, city.host].map(|department| city.officer(department));
    city.seat(id, ada, player(0, Place::Room)).unwrap();
    assert_eq!(city.seat(id, ben, player(0, Place::Room)).unwrap().number(), 1);
    city.seat(id, cho, player(1, Place::Room)).unwrap();
    city.start(id).unwrap();
    assert!(matches!(city.start(id), Err(DrillError::Started)));
    assert!(matches!(city.seat(id, dan, player(0, Place::Room)), Err(DrillError::NoChair)));
    assert!(matches!(city.seat(id, ada, Part::Evaluator), Err(DrillError::Part)));
    let grant = City::controller(city.host);
    city.act(move |work| unseat(work, &grant, id, ben)).unwrap();
    assert_eq!(city.seat(id, dan, player(0, Place::Remote)).unwrap().number(), 1);
    assert!(matches!(city.seat(id, ben, player(0, Place::Room)), Err(DrillError::NoChair)));
    let (first, second) = (city.officer(city.other), city.officer(city.other));
    assert_eq!(city.seat(id, first, Part::Evaluator).unwrap().number(), 0);
    city.act(move |work| unseat(work, &grant, id, first)).unwrap();
    assert_eq!(city.seat(id, second, Part::Evaluator).unwrap().number(), 1, "marks of the first keep their number");
    let plan = city.plan();
    assert!(matches!(city.act(move |work| replan_drill(work, &grant, id, &plan)), Err(DrillError::Started)));
}
