//! The wall board: what everybody may see, large enough for a projector.

use desk::{Answer, Desk, Mistakes};
use drill::{Aspect, Event, Part, Span};
use webkit::parts::{LineChart, LivePart, Notification, Series, Table};
use webkit::{Body, Density, Failure, Markup, Page};

use crate::control_room::clock;
use crate::told;
use crate::view::{View, team};
use crate::visit::Visit;

/// The board, for whoever has a seat or holds the exercise.
pub(crate) fn show(desk: &Desk) -> Answer {
    let visit = Visit::of(desk)?;
    let room = visit.started()?;
    let title = desk.text(&visit.record.title);
    let mut body = desk.body(&title, &Mistakes::default());
    let part = visit.read(&room, part)?;
    body.part(&LivePart {
        url: visit.url("/live?part=board"),
        body: part,
        again: visit.url("/board"),
        again_words: desk.say("drill-again"),
    });
    let page = Page::new(title, body.markup()).wide().density(Density::Kiosk).refresh(REFRESH_SECS).script("live.js");
    Ok(desk.show(page.back(visit.url(""))))
}

/// The clock, the scores, the time line and what came last; as it stood, once it was frozen.
pub(crate) fn part(view: &View<'_>) -> Result<Markup, Failure> {
    let (desk, names) = (view.desk, view.teams()?);
    let mut body = Body::new(desk.language());
    body.push(&clock(view)?);
    let frozen = frozen_at(view);
    if let Some(at) = frozen {
        let words = desk.tell("drill-board-frozen", [("time", told::clock(at))]);
        body.part(&Notification { title: desk.say("drill-frozen"), body: Markup::text(&words), success: false });
    }
    body.part(&scores(view, &names)).part(&time_line(view)).part(&latest(view, frozen));
    Ok(body.markup())
}

fn frozen_at(view: &View<'_>) -> Option<Span> {
    view.exercise.entries().iter().find(|entry| entry.event == Event::Frozen).map(|entry| entry.shown)
}

/// The teams, the first first.
fn scores(view: &View<'_>, names: &[String]) -> Table {
    let (desk, board) = (view.desk, view.exercise.board());
    let head = ["drill-rank", "drill-team", "drill-prevent", "drill-detect", "drill-respond", "drill-sum"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("drill-board-scores"), head);
    table.numeric = (2..6).collect();
    let mut rows: Vec<(u64, u16, [u64; 3])> = Vec::new();
    for number in (0..).take(names.len()) {
        let totals = Aspect::ALL.map(|aspect| board.total(number, aspect));
        rows.push((totals.iter().sum(), number, totals));
    }
    rows.sort_unstable_by_key(|(sum, number, _)| (std::cmp::Reverse(*sum), *number));
    for (sum, number, totals) in &rows {
        let rank = rows.iter().filter(|(other, ..)| other > sum).count() + 1;
        let mut row = vec![told::count(rank), team(names, *number).to_owned()];
        row.extend(totals.map(told::points));
        row.push(told::points(*sum));
        table.row(row);
    }
    table
}

/// What all teams together have for each aspect, over the time of the exercise.
fn time_line(view: &View<'_>) -> LineChart {
    let (desk, board) = (view.desk, view.exercise.board());
    let end = frozen_at(view).unwrap_or_else(|| {
        if board.ended { view.exercise.entries().last().map_or(Span::default(), |last| last.shown) } else { view.exercise.shown(desk.now()) }
    });
    let end = end.as_seconds();
    let moments: Vec<u32> = (0..=STEPS).map(|step| end / STEPS * step + end % STEPS * step / STEPS).collect();
    let series = Aspect::ALL.map(|aspect| Series {
        name: desk.say(&format!("drill-{}", aspect.as_str())),
        values: moments.iter().map(|moment| sum_at(view, aspect, *moment)).collect(),
    });
    LineChart {
        id: "drill-time-line".to_owned(),
        title: desk.say("drill-time-line"),
        axis: desk.say("drill-clock"),
        moments: moments.iter().map(|moment| told::clock(Span::seconds(*moment))).collect(),
        series: series.into(),
        ..LineChart::default()
    }
}

/// Whole points of all teams together at a moment.
fn sum_at(view: &View<'_>, aspect: Aspect, moment: u32) -> i64 {
    let board = view.exercise.board();
    let mut latest: Vec<u64> = vec![0; board.teams.len()];
    for point in board.series.iter().filter(|point| point.aspect == aspect && point.shown.as_seconds() <= moment) {
        if let Some(team) = latest.get_mut(usize::from(point.team)) {
            *team = point.thousandths;
        }
    }
    i64::try_from(latest.iter().sum::<u64>() / 1_000).unwrap_or(i64::MAX)
}

/// The injects that came last. A player sees those that reached the own team only: what another team set off would tell its answer.
fn latest(view: &View<'_>, frozen: Option<Span>) -> Table {
    let (desk, exercise) = (view.desk, view.exercise);
    let own = view.seat.and_then(|seat| if let Part::Player { team, .. } = seat.part() { Some(team) } else { None });
    let mut table = Table::new(desk.say("drill-board-latest"), ["drill-clock", "drill-inject"].map(|key| desk.say(key)));
    table.empty = desk.say("drill-board-none");
    let mut seen = Vec::new();
    for entry in exercise.entries().iter().rev() {
        let Event::Sent { inject, team, .. } = &entry.event else { continue };
        let hidden = own.is_some_and(|own| own != *team) || frozen.is_some_and(|frozen| entry.shown > frozen);
        if hidden || seen.contains(&inject) {
            continue;
        }
        seen.push(inject);
        let title = told::inject_title(desk, exercise.pack(), inject);
        table.row([told::clock(entry.shown).into(), if seen.len() == 1 { said(&title) } else { Markup::text(&title) }]);
        if seen.len() == LATEST {
            break;
        }
    }
    table
}

/// The newest is read aloud when it comes.
fn said(title: &str) -> Markup {
    let title = Markup::text(title);
    Markup::trusted(format!("<span data-live-say=\"{title}\">{title}</span>"))
}

const REFRESH_SECS: u32 = 10;
const STEPS: u32 = 24;
const LATEST: usize = 6;
