//! An exercise from its start to its report, with the shipped pack.

use std::sync::Arc;

use kernel::{Instant, Random as _};
use testkit::SeededRandom;

use crate::*;

const T0: Instant = Instant::from_millis(1_679_450_400_000);

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn span(text: &str) -> Span {
    text.parse().unwrap()
}

fn answer(given: &[&str], lines: &[&str]) -> Answer {
    Answer::new(given.iter().map(|&text| text.to_owned()), lines.iter().map(|&line| Citation::try_from(line.to_owned()).unwrap()))
}

fn pack() -> Arc<Pack> {
    Arc::new(shipped("defacement").unwrap().unwrap())
}

fn started(teams: usize) -> Exercise {
    let team = |number| Team { name: format!("Department {number}"), in_room: 2, remote: 1 };
    Exercise::start(pack(), (0..teams).map(team).collect(), T0).unwrap()
}

fn sent(exercise: &Exercise) -> Vec<(u16, String, String, bool)> {
    let sent = exercise.entries().iter().filter_map(|entry| match &entry.event {
        Event::Sent { inject, team, due, late } => Some((*team, inject.to_string(), due.to_string(), *late)),
        _ => None,
    });
    sent.collect()
}

#[test]
fn injects_come_at_their_moment_once_and_what_was_solved_keeps_its_hint_away() {
    let mut exercise = started(2);
    assert_eq!(exercise.send_due(T0), 2);
    assert_eq!(exercise.send_due(T0), 0, "once");
    assert_eq!(exercise.next_due(), Some(T0.plus_secs(300)));
    exercise.send_due(T0.plus_secs(300));
    let way_in = answer(&["lookup"], &["connections:2", "processes:6", "processes:7"]);
    assert_eq!(exercise.answer(T0.plus_secs(900), (0, 2), &name("way-in"), way_in), Ok(true));
    exercise.send_due(T0.plus_secs(3_000));
    let hints: Vec<_> = sent(&exercise).into_iter().filter(|(_, inject, ..)| inject == "hint").collect();
    assert_eq!(hints, [(1, "hint".to_owned(), "50m".to_owned(), false)], "the other team alone");
    let reporter: Vec<_> = sent(&exercise).into_iter().filter(|(_, inject, ..)| inject == "reporter").collect();
    assert!(reporter.len() == 2 && reporter.iter().all(|(.., late)| *late), "25 minutes late, said so, and not dropped");
    assert_eq!(exercise.state().score(0, &name("way-in")), 25_000);
}

#[test]
fn a_pause_stops_what_is_due_and_a_jump_brings_it_late() {
    let mut exercise = started(1);
    exercise.send_due(T0);
    exercise.run_at(T0.plus_secs(60), 0).unwrap();
    assert_eq!((exercise.next_due(), exercise.send_due(T0.plus_secs(90_000))), (None, 0));
    exercise.run_at(T0.plus_secs(90_000), 60).unwrap();
    assert_eq!(exercise.next_due(), Some(T0.plus_secs(90_004)), "four minutes at sixty times the pace");
    exercise.send_due(T0.plus_secs(90_004));
    exercise.jump(T0.plus_secs(90_005), span("2h")).unwrap();
    assert_eq!(exercise.send_due(T0.plus_secs(90_005)), 4, "and what follows the operator keeps its distance");
    assert!(exercise.jump(T0.plus_secs(90_006), span("1h")).is_err());
    exercise.end(T0.plus_secs(90_010)).unwrap();
    assert_eq!((exercise.send_due(T0.plus_secs(99_000)), exercise.run_at(T0, 1)), (0, Err(Refusal::Over)));
}

#[test]
fn the_latest_answer_counts_and_the_same_one_again_is_none() {
    let mut exercise = started(1);
    exercise.send_due(T0.plus_secs(300));
    let (host, at) = (name("host"), |seconds| T0.plus_secs(seconds));
    let right = || answer(&["UBUNTU5"], &["processes:6", "processes:8", "connections:1"]);
    assert_eq!(exercise.answer(at(400), (0, 0), &host, answer(&["192.168.2.6"], &[])), Ok(true));
    assert_eq!(exercise.state().score(0, &host), 0);
    assert_eq!(exercise.answer(at(500), (0, 1), &host, right()), Ok(true));
    let score = exercise.state().score(0, &host);
    assert_eq!(score, 10_000);
    for again in 0..100 {
        assert_eq!(exercise.answer(at(4_000 + again), (0, 2), &host, right()), Ok(false), "racing duplicates score once");
    }
    assert_eq!(exercise.state().score(0, &host), score, "the first time of the same answer stays");
}

#[test]
fn what_cannot_be_is_refused_in_words() {
    let mut exercise = started(1);
    exercise.send_due(T0);
    let host = name("host");
    let mut refused = |who, question: &Name, answer: Answer| exercise.answer(T0.plus_secs(10), who, question, answer).unwrap_err();
    assert_eq!(refused((0, 0), &host, answer(&["ubuntu5"], &[])), Refusal::NotOpen);
    assert_eq!(refused((1, 0), &name("report"), Answer::default()), Refusal::Unknown("team 1".into()));
    assert_eq!(refused((0, 3), &name("report"), Answer::default()), Refusal::Unknown("player 3".into()));
    assert_eq!(refused((0, 0), &name("never"), Answer::default()), Refusal::Unknown("never".into()));
    exercise.send_due(T0.plus_secs(300));
    let mut refused = |who, question: &Name, answer: Answer| exercise.answer(T0.plus_secs(310), who, question, answer).unwrap_err();
    assert_eq!(refused((0, 0), &name("report"), answer(&[&"長".repeat(2_001)], &[])), Refusal::TooLong);
    assert_eq!(refused((0, 0), &name("report"), answer(&["hour"], &["audit:51"])), Refusal::NoSuchLine("audit:51".into()));
    assert_eq!(exercise.mark(T0, 0, 0, &name("report"), 5), Err(Refusal::NothingToMark), "its key marks it");
    let nobody = vec![Team { name: "Empty".into(), in_room: 0, remote: 0 }];
    assert_eq!(Exercise::start(pack(), nobody, T0).unwrap_err(), Refusal::Teams);
}

#[test]
fn evaluators_see_each_others_marks_after_their_own_and_a_third_looks_where_they_differ() {
    let mut exercise = started(1);
    exercise.send_due(T0.plus_secs(1_500));
    let (words, at) = (name("words"), T0.plus_secs(1_600));
    exercise.answer(at, (0, 0), &words, answer(&["We know that the page was changed; the times hang at the piers."], &[])).unwrap();
    exercise.mark(at, 1, 0, &words, 16).unwrap();
    let pack = pack();
    assert_eq!((exercise.state().spread(1, 0, &words), exercise.state().spread(2, 0, &words)), (Some((16, 16)), None));
    exercise.mark(at, 2, 0, &words, 8).unwrap();
    assert_eq!(exercise.state().spread(2, 0, &words), Some((8, 16)));
    assert!(exercise.state().needs_mark(&pack, 0, &words), "eight points of twenty apart");
    exercise.end(at).unwrap();
    exercise.mark(at, 3, 0, &words, 12).unwrap();
    assert!(!exercise.state().needs_mark(&pack, 0, &words));
    assert_eq!(exercise.state().score(0, &words), 12_000);
    assert_eq!(exercise.mark(at, 3, 0, &words, 21), Err(Refusal::Points(20)));
}

#[test]
fn a_frozen_board_stands_still_while_the_exercise_goes_on() {
    let mut exercise = started(1);
    exercise.send_due(T0.plus_secs(300));
    exercise.answer(T0.plus_secs(310), (0, 0), &name("account"), answer(&["tomcat"], &["audit:35"])).unwrap();
    exercise.freeze(T0.plus_secs(320)).unwrap();
    let board = exercise.board().clone();
    exercise.answer(T0.plus_secs(330), (0, 0), &name("host"), answer(&["ubuntu5"], &["processes:6"])).unwrap();
    exercise.send_due(T0.plus_secs(3_300));
    exercise.freeze(T0.plus_secs(3_400)).unwrap();
    assert_eq!(*exercise.board(), board);
    assert_ne!(*exercise.state(), board);
}

/// Somebody presses every button at random, the process dies at random, and entries are lost to no one.
#[test]
fn every_inject_comes_once_over_restarts_and_the_same_entries_give_the_same_report() {
    let seed = u64::try_from(T0.millis()).unwrap();
    println!("seed {seed}");
    let dice = SeededRandom::new(seed);
    let pack = pack();
    for run in 0..30 {
        let (mut exercise, mut now) = (started(3), T0);
        for _ in 0..120 {
            now = now.plus_secs(i64::try_from(dice.below(200)).unwrap());
            act(&mut exercise, &dice, now);
            if dice.below(4) == 0 {
                let written = serde_json::to_string(exercise.entries()).unwrap();
                exercise = Exercise::from_entries(Arc::clone(&pack), serde_json::from_str(&written).unwrap()).unwrap();
            }
        }
        let _ = exercise.run_at(now, 1);
        let _ = exercise.jump(now, span("10h"));
        exercise.send_due(now);
        let mut all = sent(&exercise);
        let count = all.len();
        all.sort();
        all.dedup_by_key(|(team, inject, ..)| (*team, inject.clone()));
        assert_eq!(all.len(), count, "run {run}: none twice");
        for (team, inject) in (0..3).flat_map(|team| ["first-call", "monitoring", "reporter", "operator", "morning"].map(|name| (team, name))) {
            assert!(all.iter().any(|(to, name, ..)| (*to, name.as_str()) == (team, inject)), "run {run}: {inject} for {team}");
        }
        let again = Exercise::from_entries(Arc::clone(&pack), exercise.entries().to_vec()).unwrap();
        let bytes = |exercise: &Exercise| serde_json::to_vec(&Report::of(exercise)).unwrap();
        assert_eq!(bytes(&again), bytes(&exercise), "run {run}");
    }
}

fn act(exercise: &mut Exercise, dice: &SeededRandom, now: Instant) {
    let team = u16::try_from(dice.below(3)).unwrap();
    let questions = ["host", "account", "way-in", "contain", "words"];
    let question = name(questions[usize::try_from(dice.below(5)).unwrap()]);
    let given = ["ubuntu5", "tomcat", "lookup", "restart", "a sentence"][usize::try_from(dice.below(5)).unwrap()];
    // What is refused is refused; the exercise goes on.
    match dice.below(8) {
        0 | 1 => drop(exercise.answer(now, (team, 0), &question, answer(&[given], &["processes:8"]))),
        2 => drop(exercise.run_at(now, [0, 1, 5][usize::try_from(dice.below(3)).unwrap()])),
        3 => drop(exercise.jump(now, exercise.shown(now).plus(Span::seconds(60)))),
        4 => drop(exercise.mark(now, 1, team, &question, 5)),
        _ => drop(exercise.send_due(now)),
    }
}

#[test]
fn one_changed_byte_of_what_happened_is_found() {
    let mut exercise = started(2);
    exercise.send_due(T0.plus_secs(300));
    exercise.answer(T0.plus_secs(310), (0, 0), &name("account"), answer(&["tomcat"], &["audit:35"])).unwrap();
    exercise.send_due(T0.plus_secs(4_000));
    let pack = pack();
    let whole: Vec<Entry> = exercise.entries().to_vec();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at].at = changed[at].at.plus_millis(1);
        assert!(Exercise::from_entries(Arc::clone(&pack), changed).is_err(), "a moment of entry {at}");
        let mut missing = whole.clone();
        missing.remove(at);
        if at + 1 < whole.len() {
            assert!(Exercise::from_entries(Arc::clone(&pack), missing).is_err(), "entry {at} is gone");
        }
    }
    assert!(Exercise::from_entries(pack, whole).is_ok());
}

#[test]
fn every_flaw_of_a_pack_is_named_with_its_place() {
    let file = |name: &str| std::fs::read(format!("{}/packs/defacement/{name}", env!("CARGO_MANIFEST_DIR"))).ok();
    let spoilt = |which: &'static str, from: &str, to: &str| {
        let text = String::from_utf8(file(which).unwrap()).unwrap();
        assert!(text.contains(from), "{from}");
        let changed = text.replacen(from, to, 1);
        let read = |name: &str| if name == which { Some(changed.clone().into_bytes()) } else { file(name) };
        let flaws = Pack::read(&read).unwrap_err();
        flaws.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    for (which, from, to, says) in [
        ("pack.toml", "when = \"at(5m)\"", "when = \"at(5 minutes)\"", "says no moment"),
        ("pack.toml", "after(monitoring, 30m)", "after(monitor, 30m)", "operator: it waits for an inject"),
        ("pack.toml", "solved(way-in)", "solved(words)", "hint: it waits for an inject, or a question with right answers"),
        ("pack.toml", "when = \"at(25m)\"", "when = \"after(reporter, 1m)\"", "reporter: it waits for itself"),
        ("pack.toml", "name = \"typed\"", "name = \"host\"", "host: the name is there twice"),
        ("pack.toml", "points = 15", "points = 0", "typed: a question earns 1 to 1,000 points"),
        ("pack.toml", "opens = \"reporter\"", "opens = \"nobody\"", "words: it opens with an inject that is not there"),
        ("pack.toml", "zh-hans = \"服务器的连接记录\"", "zh-hans = \" \"", "connections: a text is blank"),
        ("pack.toml", "sha256 = \"92af", "sha256 = \"92ae", "connections: its file is not the one"),
        ("pack.toml", "evidence/audit.jsonl", "evidence/none.jsonl", "evidence/none.jsonl is missing"),
        ("pack.toml", "length =", "lenght =", "pack.toml: "),
        ("marking.toml", "question = \"typed\"", "question = \"host\"", "two keys are of the same question"),
        ("marking.toml", "question = \"typed\"", "question = \"spoken\"", "spoken: no question has this name"),
        ("marking.toml", "[[\"lookup\"]]", "[[\"luck\"]]", "way-in: its key names an option that is not offered"),
        ("marking.toml", "right = [[\"lookup\"]]", "right = []", "way-in: options need a key"),
        ("marking.toml", "[[\"tomcat\"]]", "[[]]", "account: an item of its key has no spelling"),
        ("marking.toml", "audit:35", "audit:51", "its key cites a line that is not there"),
        ("marking.toml", "until = \"40m\"", "until = \"4m\"", "host: the time for half the marks"),
        ("marking.toml", "enough = 3", "enough = 7", "indicators: more lines are to be enough"),
    ] {
        let flaws = spoilt(which, from, to);
        assert!(flaws.contains(says), "{from} -> {to}: {flaws}");
    }
    assert_eq!(Pack::read(&|_: &str| None).unwrap_err().len(), 2);
}
