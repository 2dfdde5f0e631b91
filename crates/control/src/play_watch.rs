//! What those see who do not play: the situation, and what has reached the teams.

use desk::{Answer, Desk, Mistakes, go};
use drill::{Inject, Part};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, LivePart};
use webkit::{Body, Failure, Markup, Page};

use crate::play::{before, channel, clock, whose};
use crate::play_room::team;
use crate::play_words::paragraphs;
use crate::told;
use crate::view::View;
use crate::visit::Visit;

/// The page of a guest, an observer, an evaluator; players have their own.
pub(crate) fn show(desk: &Desk) -> Answer {
    let visit = Visit::of(desk)?;
    if team(visit.seat).is_some() {
        return Ok(go(&visit.url("/play")));
    }
    let Some(room) = visit.room()? else { return Ok(before(&visit)) };
    visit.read(&room, |view| page(&visit, view))
}

fn page(visit: &Visit<'_>, view: &View<'_>) -> Answer {
    let desk = view.desk;
    let title = desk.text(&view.drill.title);
    let mut body = desk.body(&title, &Mistakes::default());
    body.note(whose(visit));
    if let Some(until) = visit.seat.and_then(|seat| seat.until()) {
        body.note(desk.tell("play-guest-until", [("time", desk.at(until))]));
    }
    ways(visit, &mut body);
    body.part(&LivePart {
        url: view.url("/live?part=watch"),
        body: part(view)?,
        again: view.url("/watch"),
        again_words: desk.say("play-again"),
    });
    body.h2(desk.say("play-situation")).push(&paragraphs(&desk.text(&view.exercise.pack().scenario.situation)));
    let page = Page::new(title, body.markup()).script("live.js");
    Ok(desk.show(if desk.signed_in().is_some() { page.back(desk.url("/staff/drills")) } else { page }))
}

fn ways(visit: &Visit<'_>, body: &mut Body) {
    let way = |key: &str, rest: &str| Button::link(visit.desk.say(key), visit.url(rest));
    let mut ways = Vec::new();
    if visit.part() == Some(Part::Evaluator) {
        ways.push(way("play-marks", "/marks"));
    }
    ways.push(way("play-board", "/board"));
    ways.push(way("play-discussion", "/discussion").style(ButtonStyle::Secondary));
    ways.push(way("play-evidence", "/play/evidence").style(ButtonStyle::Secondary));
    body.part(&ButtonGroup(ways));
}

/// What has reached at least one team, in the order of the pack.
#[expect(clippy::unnecessary_wraps, reason = "every part of the table of live parts may fail")]
pub(crate) fn part(view: &View<'_>) -> Result<Markup, Failure> {
    let (desk, exercise) = (view.desk, view.exercise);
    let mut body = Body::new(desk.language());
    clock(desk, exercise, &mut body);
    body.h2(desk.say("play-came-to-teams"));
    let teams = exercise.state().teams.len();
    let mut came: Vec<(u64, Markup)> = exercise.pack().scenario.injects.iter().filter_map(|inject| reached(view, inject, teams)).collect();
    came.sort_by_key(|(entry, _)| std::cmp::Reverse(*entry));
    if came.is_empty() {
        body.p(desk.say("play-nothing-came"));
    }
    for (_, inject) in &came {
        body.push(inject);
    }
    Ok(body.markup())
}

/// An inject with how many teams it has reached, and the moment of the first.
fn reached(view: &View<'_>, inject: &Inject, teams: usize) -> Option<(u64, Markup)> {
    let (desk, state) = (view.desk, view.exercise.state());
    let numbers = 0..u16::try_from(teams).unwrap_or(u16::MAX);
    let times: Vec<drill::Span> = numbers.filter_map(|team| state.sent_at(team, &inject.name)).collect();
    let first = times.iter().min()?;
    let words = desk.tell("play-reached", [("count", told::count(times.len())), ("teams", told::count(teams)), ("clock", told::clock(*first))]);
    let (title, text) = (Markup::text(&desk.text(&inject.title)), paragraphs(&desk.text(&inject.body)));
    let (sign, words) = (channel(desk, inject.channel), Markup::text(&words));
    let html = format!(
        "<article class=\"govuk-inset-text\">\n<h3 class=\"govuk-heading-s\">{title}</h3>\n<p class=\"govuk-body-s lr-quiet\">{sign} {words}</p>\n{text}</article>\n"
    );
    Some((first.as_seconds().into(), Markup::trusted(html)))
}
