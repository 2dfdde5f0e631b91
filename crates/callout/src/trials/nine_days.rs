//! Nine days of 2023 for 68 departments, by a simulated clock; and the report, as somebody sees it who does not trust us.

use std::collections::BTreeMap;
use std::process::Command;

use hongkong::OfficeHours;
use journal::{Actor, verifier_key};
use kernel::{Id, Instant, Random as _, Text, kinds, to_hex};
use people::{Duty, Grant, Role, RunExercise};
use seal::sha256;
use serde_json::Value;
use store::RunError;
use tempfile::TempDir;
use testkit::SeededRandom;

use super::crashes::judge;
use super::world::{Happened, Taken, World};
use crate::*;

const DEPARTMENTS: usize = 68;
/// After so long without anything due, a person's next page is one of another call.
const CALL_MS: i64 = 3 * 3_600_000;

fn command(world: &World, first: &str) -> PlanExercise {
    PlanExercise {
        title: Text::new("Communication exercise", "通訊演習", "通讯演习"),
        body: Text::new("Acknowledge at once.", "請立即確認。", "请立即确认。"),
        policy: Policy::exercise().unwrap(),
        first: first.parse().unwrap(),
        days: 9,
        calls_a_day: 1,
        departments: world.city.departments.clone(),
    }
}

fn controller(world: &World) -> Grant<RunExercise> {
    world.city.grant(0, Role::ExerciseController)
}

fn plan(world: &World, command: PlanExercise) -> Result<Id<kinds::Exercise>, RunError<ExerciseError>> {
    let grant = controller(world);
    world.city.act(grant.actor(), move |work| plan_exercise(work, &grant, &command))
}

/// People who answer mostly, by link or by telephone, after some seconds or minutes.
struct Crowd {
    random: SeededRandom,
    seen: usize,
    last: BTreeMap<PersonId, Instant>,
    waiting: BTreeMap<(Instant, usize), Taken>,
}

impl Crowd {
    fn look(&mut self, world: &World, owners: &BTreeMap<String, PersonId>) {
        let log = world.phones.log.lock().unwrap();
        for (n, happened) in log.iter().enumerate().skip(self.seen) {
            let Happened::Taken(taken) = happened else { continue };
            let Some(&person) = owners.get(&taken.to) else { continue };
            let known = self.last.get(&person).is_some_and(|last| taken.at.since(*last) < CALL_MS);
            if !known {
                self.last.insert(person, taken.at);
                if self.random.below(100) < 85 {
                    let secs = 7 + 60 * i64::try_from(self.random.below(22)).unwrap();
                    self.waiting.insert((taken.at.plus_secs(secs), n), taken.clone());
                }
            }
        }
        self.seen = log.len();
    }
}

fn live(world: &World, seed: u64) {
    let owners = world.owner_of();
    let mut crowd = Crowd { random: SeededRandom::new(seed), seen: 0, last: BTreeMap::new(), waiting: BTreeMap::new() };
    loop {
        world.round();
        crowd.look(world, &owners);
        let due = world.city.read(next_due);
        let first = crowd.waiting.keys().next().map(|(at, _)| *at);
        let Some(next) = [due, first].into_iter().flatten().min() else { return };
        world.city.clock.set(next.max(world.city.now()));
        while let Some(entry) = crowd.waiting.first_entry().filter(|entry| entry.key().0 <= next) {
            answer(world, &owners, &entry.remove());
        }
    }
}

fn answer(world: &World, owners: &BTreeMap<String, PersonId>, taken: &Taken) {
    let page: Id<kinds::CallPage> = taken.page.parse().unwrap();
    let (keys, code) = (world.city.ledger().keys().clone(), taken.code.clone());
    let done = if taken.channel == Channel::Voice {
        let by_code = move |work: &mut journal::Work<'_, '_>| acknowledge_by_code(work, &keys, (page, &code), None).map(drop);
        world.city.act(Actor::Job("test"), by_code)
    } else {
        world.acknowledge(&taken.token())
    };
    if done.is_ok() {
        let row = world.city.read(move |tx| tx.query_opt("-- test.callout_of\nselect callout from call_page where id = $1", &[page.into()]));
        let callout = row.unwrap().get(0).unwrap();
        world.phones.log.lock().unwrap().push(Happened::Acknowledged { callout, person: owners[&taken.to] });
    }
}

/// What a stranger with Python says of a record.
fn checked(world: &World, record: &Value) -> (bool, String) {
    let files = TempDir::new().unwrap();
    let file = files.path().join("report.json");
    std::fs::write(&file, record.to_string()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/callout-check.py");
    let key = verifier_key(&**world.city.ledger().signer());
    let done = Command::new("python3").arg(script).arg(&file).arg(key).output().unwrap();
    (done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr))
}

fn signed(world: &World, report: &ExerciseReport) -> Value {
    sign_report(world.city.ledger(), Actor::Job("test"), report).unwrap().to_json()
}

#[test]
fn nine_days_run_by_themselves_and_a_stranger_can_check_the_report() {
    let world = World::new(DEPARTMENTS, 2023);
    let id = plan(&world, command(&world, "2023-02-27")).unwrap();
    let before = world.city.read(|tx| exercise(tx, id)).unwrap();
    assert_eq!(before.opened, None, "nobody is told a time");
    assert!(world.city.journal_text().contains(&to_hex(&before.commitment)), "the commitment is on record before the first call");
    live(&world, 27);
    assert!(world.city.now() < Instant::parse_hong_kong("2023-03-08T09:00").unwrap());
    let report = world.city.read(|tx| exercise_report(tx, id)).unwrap();
    assert_eq!((report.calls.len(), report.figures.len()), (9, DEPARTMENTS));
    for (call, day) in report.calls.iter().zip(["27", "28", "01", "02", "03", "04", "05", "06", "07"]) {
        assert!(call.due.day().to_string().ends_with(day), "one each day");
        assert!(!OfficeHours::USUAL.is_office_time(call.due), "{}", call.due);
        assert_eq!(call.call_out.started, call.due);
        judge(&world, call.call_out.id, 0, 0);
    }
    let (_, salt, plan) = report.exercise.opened.clone().unwrap();
    assert_eq!(sha256(&[b"lionrock call-out plan\0", &salt, plan.as_bytes()]), before.commitment);
    let answered: usize = report.figures.iter().map(|figures| figures.acknowledged).sum();
    assert!(answered > 9 * DEPARTMENTS, "{answered}");
    let (good, said) = checked(&world, &signed(&world, &report));
    assert!(good && said.starts_with("good: 68 departments, 9 calls, latest beginning 0 s late"), "{said}");
    refused(&world, &report);
}

/// What we could make up, and what somebody else could.
fn refused(world: &World, report: &ExerciseReport) {
    let figures = {
        let mut made_up = report.clone();
        made_up.figures[5].acknowledged += 1;
        signed(world, &made_up)
    };
    let late = {
        let mut made_up = report.clone();
        made_up.calls[3].due = made_up.calls[3].due.plus_secs(60);
        signed(world, &made_up)
    };
    let plan = {
        let mut made_up = report.clone();
        let (_, _, plan) = made_up.exercise.opened.as_mut().unwrap();
        *plan = plan.replace("2023-03-01T", "2023-03-02T");
        signed(world, &made_up)
    };
    let touched = {
        let mut record = signed(world, report);
        record["note"] = record["note"].as_str().unwrap().replacen("\"met\":", "\"met\":1", 1).into();
        record
    };
    let unrecorded = {
        let mut record = signed(world, report);
        record["salt"] = "AAAAAAAAAAAAAAAAAAAAAA==".into();
        record
    };
    let expected = ["the figures of D05", "the calls are not those", "the plan is not the one", "not signed", "the journal does not hold it"];
    for (record, why) in [figures, late, plan, touched, unrecorded].iter().zip(expected) {
        let (good, said) = checked(world, record);
        assert!(!good && said.contains(why), "{why}: {said}");
    }
}

#[test]
fn an_exercise_is_planned_ahead_and_cannot_be_meant_otherwise() {
    let world = World::new(1, 8);
    let refused = |command: PlanExercise| matches!(plan(&world, command), Err(RunError::Refused(ExerciseError::Days)));
    assert!(refused(command(&world, "2023-02-26")), "today");
    assert!(refused(PlanExercise { days: 32, ..command(&world, "2023-02-27") }));
    assert!(refused(PlanExercise { calls_a_day: 0, ..command(&world, "2023-02-27") }));
    let nobody = PlanExercise { departments: vec![], ..command(&world, "2023-02-27") };
    assert!(matches!(plan(&world, nobody), Err(RunError::Refused(ExerciseError::Call(CallOutError::Departments)))));
    let id = plan(&world, PlanExercise { days: 1, calls_a_day: 4, ..command(&world, "2023-02-27") }).unwrap();
    assert_eq!(world.city.read(exercises).len(), 1);
    // Details that change are fenced until they are listed again.
    let (grant, person) = (world.city.manager(0), world.people[0][0]);
    let post = Text::new("New", "新", "新");
    let details = world.city.details(44);
    let change = KeepPerson { person: Some(person), post, duties: vec![Duty::Point], quiet: QuietHours::default(), details };
    world.city.act(grant.actor(), move |work| keep_person(work, &grant, &change)).unwrap();
    let first = world.city.read(next_due).unwrap();
    world.city.clock.set(first);
    world.round();
    let new = |world: &World| world.phones.taken().iter().filter(|taken| taken.to == "+85251230044").count();
    assert_eq!((world.phones.taken().len(), new(&world)), (3, 0));
    let organiser = controller(&world);
    world.city.act(organiser.actor(), move |work| list_again(work, &organiser, id)).unwrap();
    live(&world, 4);
    assert!(new(&world) > 0);
    let again = world.city.act(organiser.actor(), move |work| list_again(work, &organiser, id));
    assert!(matches!(again, Err(RunError::Refused(ExerciseError::Missing))), "it is over");
}
