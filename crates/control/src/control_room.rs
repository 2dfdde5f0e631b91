//! The control room: the clock, what went to whom, what comes back, and everything that a facilitator does.

use std::fmt::Write as _;

use desk::{Answer, Desk, Mistakes, link};
use drill::{Aspect, DrillStage, Event, Exercise, Fact, Inject, Span, TeamNumber};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Choice, Details, Form, Inset, LivePart, Part as _, Select, Table, TextInput, Tone, Width};
use webkit::{Body, Failure, Markup, Page};

use crate::told;
use crate::view::{View, team};
use crate::visit::Visit;

/// The control room.
pub(crate) fn show(desk: &Desk) -> Answer {
    page(&Visit::run(desk)?, &Mistakes::default())
}

/// The page, with what kept an act from being done.
pub(crate) fn page(visit: &Visit<'_>, mistakes: &Mistakes) -> Answer {
    let (desk, room) = (visit.desk, visit.started()?);
    let title = desk.tell("drill-control-title", [("title", desk.text(&visit.record.title))]);
    let mut body = desk.body(&title, mistakes);
    visit.read(&room, |view| {
        body.part(&live(view, "clock", clock(view)?));
        ways(view, &mut body);
        if visit.record.stage == DrillStage::Running {
            acts(view, &mut body, mistakes)?;
        } else {
            discussion(view, &mut body);
        }
        body.part(&live(view, "control", tables(view)?));
        one_team(view, &mut body)
    })?;
    let page = Page::new(title, body.markup()).wide().script("live.js").back(visit.url(""));
    Ok(desk.show_form(page.switch_submits(""), mistakes))
}

fn live(view: &View<'_>, part: &str, body: Markup) -> LivePart {
    LivePart {
        url: view.url(&format!("/live?part={part}")),
        body,
        again: view.url("/control"),
        again_words: view.desk.say("drill-again"),
    }
}

/// The exercise clock, large, with how it runs.
#[expect(clippy::unnecessary_wraps, reason = "a part may fail; this one does not")]
pub(crate) fn clock(view: &View<'_>) -> Result<Markup, Failure> {
    let (desk, exercise) = (view.desk, view.exercise);
    let state = exercise.state();
    let rate = if state.ended { 0 } else { state.clock.rate() };
    let shown = if state.ended { exercise.entries().last().map_or(Span::default(), |last| last.shown) } else { exercise.shown(desk.now()) };
    let mut html = String::new();
    let _ = writeln!(
        html,
        "<p class=\"lr-clock\"><span class=\"govuk-visually-hidden\">{}</span> <span data-clock=\"{}\" data-rate=\"{rate}\">{}</span></p>",
        Markup::text(&desk.say("drill-clock")),
        shown.as_seconds(),
        told::clock(shown),
    );
    let running = match (state.ended, rate) {
        (true, _) => desk.tag(desk.say("drill-clock-ended"), Tone::Neutral),
        (false, 0) => desk.tag(desk.say("drill-clock-paused"), Tone::Attention),
        (false, 1) => desk.tag(desk.say("drill-clock-runs"), Tone::Active),
        (false, rate) => desk.tag(desk.tell("drill-clock-fast", [("rate", rate.to_string())]), Tone::Active),
    };
    let _ = write!(html, "<p class=\"govuk-body\">{running} ");
    if exercise.is_frozen() {
        let _ = write!(html, "{} ", desk.tag(desk.say("drill-frozen"), Tone::Attention));
    }
    let of = desk.tell("drill-clock-of", [("length", told::clock(exercise.pack().scenario.length))]);
    let _ = writeln!(html, "{}</p>", Markup::text(&of));
    Ok(Markup::trusted(html))
}

fn ways(view: &View<'_>, body: &mut Body) {
    let way = |key: &str, rest: &str| Button::link(view.desk.say(key), view.url(rest)).style(ButtonStyle::Quiet);
    body.part(&ButtonGroup(vec![way("drill-board", "/board"), way("drill-discussion", "/discussion"), way("drill-marks", "/marks")]));
}

/// Everything that a facilitator does, each its own form.
fn acts(view: &View<'_>, body: &mut Body, mistakes: &Mistakes) -> Result<(), Failure> {
    let desk = view.desk;
    let sends = |rate: u16, label: String, style: ButtonStyle| Button::new(label).style(style).sends("rate", rate.to_string());
    let fast = |rate: u16| sends(rate, desk.tell("drill-run-fast", [("rate", rate.to_string())]), ButtonStyle::Secondary);
    let pauses = view.exercise.state().clock.rate() == 0;
    let main = if pauses {
        sends(1, desk.say("drill-run"), ButtonStyle::Main)
    } else {
        sends(0, desk.say("drill-pause"), ButtonStyle::Main)
    };
    let mut rates = vec![main];
    if !pauses && view.exercise.state().clock.rate() != 1 {
        rates.push(sends(1, desk.say("drill-run-once"), ButtonStyle::Secondary));
    }
    rates.extend([10, 60].map(fast));
    body.part(&form(view, "rate").part(&ButtonGroup(rates)));
    let mut more = Body::new(desk.language());
    more.part(&jump(view, mistakes));
    signal(view, &mut more, mistakes)?;
    discussion(view, &mut more);
    let confirm = |key: &str, act: &str| Button::link(desk.say(key), view.url(&format!("/control/{act}"))).style(ButtonStyle::Secondary);
    let mut ends = Vec::new();
    if !view.exercise.is_frozen() {
        ends.push(confirm("drill-freeze", "freeze"));
    }
    ends.push(confirm("drill-end", "end"));
    more.part(&ButtonGroup(ends));
    body.part(&Details { summary: desk.say("drill-acts"), body: more.markup(), open: !mistakes.is_empty() });
    Ok(())
}

fn form(view: &View<'_>, act: &str) -> Form {
    view.desk.form().to(view.url("/control")).id(act).hidden("act", act)
}

fn jump(view: &View<'_>, mistakes: &Mistakes) -> Form {
    let desk = view.desk;
    let to = TextInput {
        value: desk.values.get("to").to_owned(),
        hint: Some(desk.say("drill-jump-hint")),
        error: mistakes.of("to"),
        width: Width::Ten,
        ..TextInput::new("to", desk.say("drill-jump-to"))
    };
    form(view, "jump").part(&to).part(&Button::new(desk.say("drill-jump")).style(ButtonStyle::Secondary))
}

/// The signals for which an inject of the pack waits.
fn signal(view: &View<'_>, body: &mut Body, mistakes: &Mistakes) -> Result<(), Failure> {
    let desk = view.desk;
    let mut names: Vec<String> = signals(view.exercise);
    names.dedup();
    if names.is_empty() {
        return Ok(());
    }
    let teams = view.teams()?;
    let choice = |(number, name): (usize, &String)| Choice::new(number.to_string(), name.clone());
    let which = Select {
        value: desk.values.get("signal").to_owned(),
        error: mistakes.of("signal"),
        ..Select::new("signal", desk.say("drill-signal-which"), names.iter().map(|name| Choice::new(name.clone(), name.clone())).collect())
    };
    let to = Select {
        value: desk.values.get("team").to_owned(),
        empty: desk.say("drill-everybody"),
        ..Select::new("team", desk.say("drill-signal-to"), teams.iter().enumerate().map(choice).collect())
    };
    body.part(&form(view, "signal").part(&which).part(&to).part(&Button::new(desk.say("drill-signal")).style(ButtonStyle::Secondary)));
    Ok(())
}

/// The names of the signals for which injects wait, in order.
pub(crate) fn signals(exercise: &Exercise) -> Vec<String> {
    let facts = exercise.pack().scenario.injects.iter().flat_map(|inject| inject.when.facts());
    let mut names: Vec<String> = facts.filter_map(|fact| if let Fact::Signal(name) = fact { Some(name.to_string()) } else { None }).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Opens a topic of the discussion, or closes the one that is open; also after the end.
fn discussion(view: &View<'_>, body: &mut Body) {
    let desk = view.desk;
    let topics = view.exercise.pack().scenario.discussion.iter().enumerate();
    let topic = Select {
        value: view.exercise.state().topic.map_or_else(String::new, |topic| topic.to_string()),
        empty: desk.say("drill-topic-none"),
        ..Select::new("topic", desk.say("drill-topic"), topics.map(|(number, text)| Choice::new(number.to_string(), desk.text(text))).collect())
    };
    body.part(&form(view, "discuss").part(&topic).part(&Button::new(desk.say("drill-discuss")).style(ButtonStyle::Secondary)));
}

/// Injects, teams and the latest answers.
pub(crate) fn tables(view: &View<'_>) -> Result<Markup, Failure> {
    let (desk, names) = (view.desk, view.teams()?);
    let mut body = Body::new(desk.language());
    body.part(&injects(view, names.len())).part(&teams(view, &names)).part(&answers(view, &names));
    Ok(body.markup())
}

/// Injects with how many teams they reached; those that wait say for what.
fn injects(view: &View<'_>, count: usize) -> Table {
    let (desk, exercise) = (view.desk, view.exercise);
    let head = ["drill-inject", "drill-when", "drill-sent", "drill-late", "drill-next"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("drill-injects"), head);
    table.numeric = vec![2, 3];
    let lates = lates(exercise);
    for inject in &exercise.pack().scenario.injects {
        let numbers = || 0..u16::try_from(count).unwrap_or(u16::MAX);
        let sent = numbers().filter(|number| exercise.state().was_sent(*number, &inject.name)).count();
        let next = numbers().filter_map(|number| exercise.due(number, &inject.name)).min();
        let late = lates.iter().filter(|(name, _)| *name == inject.name.as_str()).count();
        table.row([
            named(view, inject),
            told::trigger(desk, exercise.pack(), &inject.when).into(),
            desk.tell("drill-sent-of", [("sent", told::count(sent)), ("teams", told::count(count))]).into(),
            told::count(late).into(),
            next_words(view, sent == count, next),
        ]);
    }
    table
}

fn named(view: &View<'_>, inject: &Inject) -> Markup {
    let mut body = Body::new(view.desk.language());
    body.p(view.desk.text(&inject.body));
    let summary = format!("{} ({})", view.desk.text(&inject.title), told::channel(view.desk, inject.channel));
    Details { summary, body: body.markup(), open: false }.html(view.desk.language())
}

/// Injects that came late, with the team.
fn lates(exercise: &Exercise) -> Vec<(&str, TeamNumber)> {
    let late = |event: &'_ Event| matches!(event, Event::Sent { late: true, .. });
    let all = exercise.entries().iter().filter(|entry| late(&entry.event));
    all.filter_map(|entry| if let Event::Sent { inject, team, .. } = &entry.event { Some((inject.as_str(), *team)) } else { None }).collect()
}

fn next_words(view: &View<'_>, all: bool, next: Option<Span>) -> Markup {
    let desk = view.desk;
    match next {
        _ if all => desk.tag(desk.say("drill-all-sent"), Tone::Good),
        Some(due) => Markup::text(&desk.tell("drill-due", [("time", told::clock(due))])),
        None => desk.tag(desk.say("drill-waits"), Tone::Neutral),
    }
}

fn teams(view: &View<'_>, names: &[String]) -> Table {
    let (desk, exercise) = (view.desk, view.exercise);
    let head = ["drill-team", "drill-sent", "drill-answered", "drill-prevent", "drill-detect", "drill-respond"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("drill-teams"), head);
    table.numeric = (1..6).collect();
    let scenario = &exercise.pack().scenario;
    for (number, name) in (0..).zip(names) {
        let sent = scenario.injects.iter().filter(|inject| exercise.state().was_sent(number, &inject.name)).count();
        let answered = scenario.questions.iter().filter(|question| exercise.state().answer_of(number, &question.name).is_some()).count();
        let mut row = vec![
            link(name, &view.url(&format!("/control?team={number}#team"))),
            told::count(sent).into(),
            format!("{} / {}", told::count(answered), told::count(scenario.questions.len())).into(),
        ];
        row.extend(Aspect::ALL.map(|aspect| Markup::text(&told::points(exercise.state().total(number, aspect)))));
        table.row(row);
    }
    table
}

/// The latest answers, newest first.
fn answers(view: &View<'_>, names: &[String]) -> Table {
    let (desk, exercise) = (view.desk, view.exercise);
    let head = ["drill-clock", "drill-team", "drill-question", "drill-answer", "drill-score"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("drill-answers"), head);
    table.numeric = vec![4];
    table.empty = desk.say("drill-answers-none");
    let latest = exercise.entries().iter().rev().filter_map(|entry| match &entry.event {
        Event::Answered { question, team, answer, .. } => Some((entry, question, *team, answer)),
        _ => None,
    });
    for (entry, question, number, answer) in latest.take(ANSWERS_SHOWN) {
        let given: Vec<&str> = answer.given.iter().map(String::as_str).collect();
        let counts = exercise.state().answer_of(number, question) == Some(answer);
        let score = if counts { told::points(exercise.state().score(number, question)) } else { desk.say("drill-replaced") };
        let question = desk.tell("drill-question-number", [("number", told::question_number(exercise.pack(), question))]);
        table.row([told::clock(entry.shown), team(names, number).to_owned(), question, short(&given.join(" · ")), score]);
    }
    table
}

/// What fits a cell.
fn short(text: &str) -> String {
    let mut short: String = text.chars().take(CELL_CHARS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// One team's injects, when its name was followed: sent, late, or waiting.
fn one_team(view: &View<'_>, body: &mut Body) -> Result<(), Failure> {
    let (desk, exercise, names) = (view.desk, view.exercise, view.teams()?);
    let Some(number) = desk.query("team").parse::<TeamNumber>().ok().filter(|number| usize::from(*number) < names.len()) else {
        return Ok(());
    };
    let title = desk.tell("drill-team-injects", [("team", team(&names, number).to_owned())]);
    let mut table = Table::new(title, ["drill-inject", "drill-when", "drill-stage"].map(|key| desk.say(key)));
    let lates = lates(exercise);
    for inject in &exercise.pack().scenario.injects {
        let late = lates.contains(&(inject.name.as_str(), number));
        let state = match (exercise.state().sent_at(number, &inject.name), exercise.due(number, &inject.name)) {
            (Some(at), _) if late => desk.tag(desk.tell("drill-sent-late", [("time", told::clock(at))]), Tone::Attention),
            (Some(at), _) => desk.tag(desk.tell("drill-sent-at", [("time", told::clock(at))]), Tone::Good),
            (None, Some(due)) => desk.tag(desk.tell("drill-due", [("time", told::clock(due))]), Tone::Active),
            (None, None) => desk.tag(desk.say("drill-waits"), Tone::Neutral),
        };
        table.row([desk.text(&inject.title).into(), told::trigger(desk, exercise.pack(), &inject.when).into(), state]);
    }
    let mut part = Body::new(desk.language());
    part.push(&Markup::trusted("<div id=\"team\"></div>")).part(&table);
    body.part(&Inset(part.markup()));
    Ok(())
}

const ANSWERS_SHOWN: usize = 20;
const CELL_CHARS: usize = 120;
