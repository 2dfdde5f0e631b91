//! The public directory of support stations: a list first, then the hours of a week, to read, to print and for a calendar.

pub(crate) mod leaflet;
pub(crate) mod queue;
mod sheet;
mod spoken;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use hongkong::District;
use kernel::{Day, Kind};
use stations::{Listed, Week, stations_between};
use store::{RunError, StoreError};
use webkit::parts::{Inset, Table};
use webkit::{Body, Failure, Page, Visitor, formats};

use crate::blocking::blocking;
use crate::state::ResidentState;
use crate::texts::texts;

pub(crate) type Shared = State<Arc<ResidentState>>;

/// `GET /stations`: where one is helped, by district, with what is open now.
pub(crate) async fn show(State(state): Shared, visitor: Visitor) -> Result<Response, Failure> {
    list(&state, &visitor, |_, _| true, ("/stations", "stations-title")).await
}

/// `GET /stations/open-now`: only those where somebody is helped at this moment.
pub(crate) async fn open_now(State(state): Shared, visitor: Visitor) -> Result<Response, Failure> {
    let open = |listed: &Listed, now| listed.station.is_open(now);
    list(&state, &visitor, open, ("/stations/open-now", "stations-open-title")).await
}

/// `GET /stations/in/{district}`: those of one district.
pub(crate) async fn of_district(
    State(state): Shared,
    Path(code): Path<String>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let district = District::from_code(&code).ok_or_else(|| Failure::of(Kind::Missing))?;
    let here = move |listed: &Listed, _| listed.station.district() == Some(district);
    list(&state, &visitor, here, ("/stations", "stations-title")).await
}

async fn list(
    state: &Arc<ResidentState>,
    visitor: &Visitor,
    keep: impl Fn(&Listed, kernel::Instant) -> bool,
    (current, title): (&str, &str),
) -> Result<Response, Failure> {
    let (t, language, now) = (texts(visitor.language), visitor.language, state.platform.now());
    let all = look(state, now.day(), now.day().plus(AHEAD_DAYS)).await?;
    let shown: Vec<&Listed> = all.iter().filter(|listed| keep(listed, now)).collect();
    let mut body = Body::new(language);
    body.h1(t.get(title)).lead(t.get("stations-lead"));
    body.note(t.with("as-at", [("time", formats::date_time(now, language))]));
    body.link(t.get("stations-week-link"), visitor.url(&format!("/stations/week/{}", Week::of(now.day()).monday())));
    match current {
        "/stations" => body.link(t.get("stations-open-link"), visitor.url("/stations/open-now")),
        _ => body.link(t.get("stations-all-link"), visitor.url("/stations")),
    };
    if shown.is_empty() {
        body.part(&Inset(t.get("stations-none").into()));
    }
    for district in District::ALL {
        let here: Vec<&&Listed> = shown.iter().filter(|listed| listed.station.district() == Some(district)).collect();
        if !here.is_empty() {
            body.h2(district.name(language));
        }
        for listed in here {
            spoken::station(&mut body, &t, listed, now);
        }
    }
    body.h2(t.get("stations-districts"));
    for district in District::ALL {
        let count = all.iter().filter(|listed| listed.station.district() == Some(district)).count();
        let count = formats::number(i64::try_from(count).unwrap_or(0));
        let words = t.text("stations-district", &[("district", district.name(language).into()), ("count", count.into())]);
        body.link(words, visitor.url(&format!("/stations/in/{district}")));
    }
    body.h2(t.get("stations-more"));
    body.link(t.get("install-title"), visitor.url("/stations/assist/install"));
    body.link(t.get("helpers-title"), visitor.url("/stations/helpers"));
    body.note(hongkong::CREDIT);
    Ok(state.layout.page(visitor, Page::new(t.get(title), body.markup()).current(current.to_owned())))
}

/// `GET /stations/week/{day}`: the hours of the week of that day.
pub(crate) async fn week(State(state): Shared, Path(day): Path<String>, visitor: Visitor) -> Result<Response, Failure> {
    let week = parse(&day)?;
    let (t, language) = (texts(visitor.language), visitor.language);
    let all = look(&state, week.monday(), week.sunday()).await?;
    let mut body = Body::new(language);
    let span = [("from", formats::date(week.monday(), language)), ("until", formats::date(week.sunday(), language))];
    let title = t.with("stations-week-title", span);
    body.h1(&title);
    let forms: &[&str] = if state.font.is_some() { &["pdf", "csv", "ics"] } else { &["csv", "ics"] };
    for form in forms {
        body.link(t.get(&format!("stations-file-{form}")), visitor.url(&format!("/stations/week/{}/{form}", week.monday())));
    }
    for day in week.days() {
        let head = ["stations-place", "stations-hours", "stations-operator"].map(|key| t.get(key));
        let mut table = Table::new(spoken::day(&t, day, language), head);
        table.empty = t.get("stations-closed-all");
        for line in week.open_days(&all).into_iter().filter(|line| line.day == day) {
            let place = format!("{} · {}", line.listed.station.place.name(language), line.listed.station.place.way(language));
            table.row([place, spoken::hours(&t, &line.listed.station, day), line.listed.operator.get(language).to_owned()]);
        }
        body.part(&table);
    }
    for (weeks, key) in [(-1, "stations-week-before"), (1, "stations-week-after")] {
        body.link(t.get(key), visitor.url(&format!("/stations/week/{}", week.plus(weeks).monday())));
    }
    body.note(hongkong::CREDIT);
    Ok(state.layout.page(&visitor, Page::new(title, body.markup()).wide().back(visitor.url("/stations"))))
}

/// `GET /stations/week/{day}/{form}`: the same as lines, for a calendar, or to print.
pub(crate) async fn file(
    State(state): Shared,
    Path((day, form)): Path<(String, String)>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let week = parse(&day)?;
    let language = visitor.language;
    let all = look(&state, week.monday(), week.sunday()).await?;
    let (bytes, kind) = match (form.as_str(), state.font.clone()) {
        ("csv", _) => (format!("\u{feff}{}", stations::week_csv(week, &all, language)).into_bytes(), "text/csv; charset=utf-8"),
        ("ics", _) => {
            let origin = state.platform.ledger().origin().to_owned();
            let host = origin.split('/').next().unwrap_or_default();
            (stations::week_calendar(week, &all, language, host).into_bytes(), "text/calendar; charset=utf-8")
        }
        ("pdf", Some(font)) => {
            let sheets = sheet::of_week(&texts(language), week, &all, state.platform.now().day(), language);
            (blocking(move || notify::sheets_pdf(&sheets, &font)).await?, "application/pdf")
        }
        _ => return Err(Failure::of(Kind::Missing)),
    };
    let name = format!("attachment; filename=\"support-stations-{}.{form}\"", week.monday());
    Ok(([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, name)], bytes).into_response())
}

/// How far ahead a station that is not there yet is shown.
const AHEAD_DAYS: i32 = 14;

fn parse(day: &str) -> Result<Week, Failure> {
    day.parse::<Day>().map(Week::of).map_err(|_| Failure::of(Kind::Missing))
}

async fn look(state: &Arc<ResidentState>, first: Day, last: Day) -> Result<Vec<Listed>, Failure> {
    let platform = state.platform.clone();
    blocking(move || -> Result<_, RunError<StoreError>> {
        platform.ledger().read("resident.stations", |tx| stations_between(tx, first, last))
    })
    .await
}
