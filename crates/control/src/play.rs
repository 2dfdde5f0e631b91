//! The players' desk: what came, what is asked, what the team has pinned.

use std::fmt::Write as _;

use axum::response::Response;
use desk::{Answer, Desk, Mistakes, go, link, missing};
use drill::{Asked, Came, Channel, Exercise, Part, Place, TeamNumber};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Inset, LivePart, SummaryList, SummaryRow, Table, Tone};
use webkit::{Body, Failure, Markup, Page};

use crate::play_room::team;
use crate::play_words::{excerpt, gist, paragraphs, player, worth};
use crate::told;
use crate::view::View;
use crate::visit::Visit;

/// How long something is marked as new, on the wall.
const NEW_MILLIS: i64 = 180_000;

/// The desk of a player. Whoever sits there as anything else looks on elsewhere.
pub(crate) fn show(desk: &Desk) -> Answer {
    let visit = Visit::of(desk)?;
    if team(visit.seat).is_none() {
        return Ok(go(&visit.url("/watch")));
    }
    let Some(room) = visit.room()? else { return Ok(before(&visit)) };
    visit.read(&room, |view| page(&visit, view))
}

fn page(visit: &Visit<'_>, view: &View<'_>) -> Answer {
    let desk = view.desk;
    let title = desk.text(&view.drill.title);
    let mut body = desk.body(&title, &Mistakes::default());
    body.note(whose(visit));
    ways(view, &mut body);
    body.part(&LivePart {
        url: view.url("/live?part=play"),
        body: part(view)?,
        again: view.url("/play"),
        again_words: desk.say("play-again"),
    });
    our_team(view, &mut body);
    body.h2(desk.say("play-situation")).push(&paragraphs(&desk.text(&view.exercise.pack().scenario.situation)));
    Ok(desk.show(Page::new(title, body.markup()).script("live.js").back(desk.url("/staff/drills"))))
}

/// Before the start: that it has not begun, and when it is to.
pub(crate) fn before(visit: &Visit<'_>) -> Response {
    let desk = visit.desk;
    let title = desk.text(&visit.record.title);
    let mut body = desk.body(&title, &Mistakes::default());
    body.lead(desk.tell("play-not-begun", [("time", desk.at(visit.record.begins))]));
    body.p(whose(visit));
    body.note(desk.say("play-loads-again"));
    desk.show(Page::new(title, body.markup()).refresh(15).back(desk.url("/staff/drills")))
}

/// Who the visitor is in this exercise; nobody in particular for an officer of a department that holds it.
pub(crate) fn whose(visit: &Visit<'_>) -> String {
    let Some(seat) = visit.seat else { return visit.desk.say("play-you-hold-it") };
    match seat.part() {
        Part::Player { team: number, place } => {
            let place = visit.desk.say(match place {
                Place::Room => "play-in-room",
                Place::Remote => "play-remote",
            });
            let name = crate::view::team(&visit.teams(), number).to_owned();
            visit.desk.tell("play-you-play", [("team", name), ("number", (u32::from(seat.number()) + 1).to_string()), ("place", place)])
        }
        Part::Facilitator => visit.desk.say("play-you-facilitate"),
        Part::Evaluator => visit.desk.say("play-you-evaluate"),
        Part::Observer => visit.desk.say("play-you-observe"),
    }
}

/// Where a player goes from here.
fn ways(view: &View<'_>, body: &mut Body) {
    let way = |key: &str, rest: &str| Button::link(view.desk.say(key), view.url(rest));
    body.part(&ButtonGroup(vec![
        way("play-evidence", "/play/evidence"),
        way("play-discussion", "/discussion").style(ButtonStyle::Secondary),
        way("play-board", "/board").style(ButtonStyle::Secondary),
    ]));
}

/// What changes while the page is open.
pub(crate) fn part(view: &View<'_>) -> Result<Markup, Failure> {
    let (desk, exercise) = (view.desk, view.exercise);
    let team = team(view.seat).ok_or_else(missing)?;
    let mut body = Body::new(desk.language());
    clock(desk, exercise, &mut body);
    let came = exercise.came(team);
    body.h2(desk.say("play-came"));
    if came.is_empty() {
        body.p(desk.say("play-nothing-came"));
    }
    if let Some(last) = came.first() {
        let words = desk.tell("play-just-came", [("title", desk.text(&last.inject.title))]);
        body.push(&Markup::trusted(format!("<div data-live-say=\"{}\"></div>\n", Markup::text(&words))));
    }
    for came in &came {
        body.push(&inject(desk, came));
    }
    questions(view, team, &mut body);
    pins(view, team, &mut body);
    Ok(body.markup())
}

/// The exercise clock, and how it runs.
pub(crate) fn clock(desk: &Desk, exercise: &Exercise, body: &mut Body) {
    let state = exercise.state();
    if state.ended {
        body.part(&Inset(desk.say("play-over").into()));
        return;
    }
    let (shown, rate) = (exercise.shown(desk.now()), state.clock.rate());
    let how = match rate {
        0 => desk.say("play-clock-stands"),
        1 => String::new(),
        rate => desk.tell("play-clock-runs", [("rate", i64::from(rate))]),
    };
    let (label, how) = (Markup::text(&desk.say("play-clock")), Markup::text(&how));
    let (secs, face) = (shown.as_seconds(), told::clock(shown));
    body.push(&Markup::trusted(format!(
        "<p class=\"govuk-body-l\">{label} <strong data-clock=\"{secs}\" data-rate=\"{rate}\">{face}</strong> {how}</p>\n"
    )));
}

/// An inject: how it came, when, whether just now, and what it says.
fn inject(desk: &Desk, came: &Came<'_>) -> Markup {
    let mut signs = format!("{} ", channel(desk, came.inject.channel));
    if desk.now().since(came.at) < NEW_MILLIS {
        let _ = write!(signs, "{} ", desk.tag(desk.say("play-new"), Tone::Active));
    }
    let when = desk.tell("play-came-at", [("clock", told::clock(came.shown)), ("time", webkit::formats::time(came.at, desk.language()))]);
    let late = if came.late { desk.say("play-late") } else { String::new() };
    let (when, late) = (Markup::text(&when), Markup::text(&late));
    let title = Markup::text(&desk.text(&came.inject.title));
    let text = paragraphs(&desk.text(&came.inject.body));
    Markup::trusted(format!(
        "<article class=\"govuk-inset-text\">\n<h3 class=\"govuk-heading-s\">{title}</h3>\n<p class=\"govuk-body-s lr-quiet\">{signs}{when} {late}</p>\n{text}</article>\n"
    ))
}

/// How an inject came, with a colour for what presses.
pub(crate) fn channel(desk: &Desk, channel: Channel) -> Markup {
    let tone = match channel {
        Channel::Telephone | Channel::Mail => Tone::Neutral,
        Channel::Alert => Tone::Bad,
        Channel::News => Tone::Attention,
    };
    desk.tag(told::channel(desk, channel), tone)
}

fn questions(view: &View<'_>, team: TeamNumber, body: &mut Body) {
    let (desk, exercise) = (view.desk, view.exercise);
    body.h2(desk.say("play-questions"));
    let head = ["play-question", "play-aspect", "play-points", "play-time", "play-our-answer"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("play-questions"), head);
    table.quiet_caption = true;
    table.empty = desk.say("play-no-question");
    for asked in exercise.asked(team, desk.now()) {
        let question = asked.question;
        let time = if exercise.state().ended { String::new() } else { worth(desk, asked.worth) };
        table.row([
            link(&desk.text(&question.prompt), &view.url(&format!("/play/answer/{}", question.name))),
            Markup::text(&desk.say(&format!("play-aspect-{}", question.aspect.as_str()))),
            question.points.to_string().into(),
            time.into(),
            answered(desk, &asked),
        ]);
    }
    body.part(&table);
}

fn answered(desk: &Desk, asked: &Asked<'_>) -> Markup {
    match &asked.given {
        None => desk.tag(desk.say("play-unanswered"), Tone::Attention),
        Some(given) => {
            let items: Vec<String> = given_words(desk, asked).iter().map(|item| excerpt(item, &[], 60)).collect();
            let by = desk.tell("play-given-by", [("player", player(desk, given.player)), ("clock", told::clock(given.shown))]);
            let mut html = Markup::text(&items.join(&desk.say("list-comma")));
            html.push(&Markup::trusted(format!("<br><span class=\"lr-quiet\">{}</span>", Markup::text(&by))));
            html
        }
    }
}

/// What an answer says, options by their words.
pub(crate) fn given_words(desk: &Desk, asked: &Asked<'_>) -> Vec<String> {
    let option = |item: &String| asked.question.options.iter().find(|option| option.name.as_str() == item).map(|option| desk.text(&option.text));
    let items = asked.given.iter().flat_map(|given| &given.answer.given);
    items.map(|item| option(item).unwrap_or_else(|| item.clone())).collect()
}

/// What the team has pinned, each with its way down.
fn pins(view: &View<'_>, team: TeamNumber, body: &mut Body) {
    let (desk, exercise) = (view.desk, view.exercise);
    body.h2(desk.say("play-pins"));
    let head = ["play-line", "play-note", "play-text", "play-pinned-by"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("play-pins"), head);
    table.quiet_caption = true;
    table.empty = desk.say("play-no-pin");
    for (citation, pin) in exercise.state().pins(team) {
        let says = exercise.pack().evidence_named(&citation.evidence).map_or_else(String::new, |evidence| gist(evidence, citation.line, &[], 160));
        let cited = String::from(citation.clone());
        table.row([
            link(&cited, &view.url(&format!("/play/evidence/{}/{}", citation.evidence, citation.line))),
            Markup::text(&pin.note),
            Markup::text(&says),
            Markup::text(&player(desk, pin.player)),
        ]);
    }
    body.part(&table);
}

/// How many play in the team, and its exercise case.
fn our_team(view: &View<'_>, body: &mut Body) {
    let desk = view.desk;
    let Some(team) = team(view.seat) else { return };
    let Some(known) = view.exercise.state().teams.get(usize::from(team)) else { return };
    body.h2(desk.say("play-team"));
    let count = |count: u16| count.to_string();
    body.part(&SummaryList::new(vec![
        SummaryRow::new(desk.say("play-players-room"), count(known.in_room)),
        SummaryRow::new(desk.say("play-players-remote"), count(known.remote)),
    ]));
    if let Some(case) = view.drill.cases.get(usize::from(team)).copied().flatten() {
        body.p(desk.say("play-case-lead"));
        body.link(desk.say("play-case"), desk.url(&format!("/staff/incidents/{case}")));
    }
}
