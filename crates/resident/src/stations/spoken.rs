//! A station in words.

use hongkong::{DayKind, day_kind};
use kernel::{Day, Instant, Language};
use stations::{Closed, DayHours, Listed, Station};
use webkit::{Body, L10n, Markup, formats};

/// Name, way, what holds now, what people are helped with.
pub(super) fn station(body: &mut Body, t: &L10n, listed: &Listed, now: Instant) {
    let (station, language) = (&listed.station, t.language());
    body.h3(station.place.name(language));
    body.p(station.place.way(language));
    body.p(state(t, station, now, language));
    body.p(t.with("stations-operated", [("department", listed.operator.get(language))]));
    let help: Vec<String> = station.help.iter().map(|help| t.get(&format!("stations-help-{}", help.slug()))).collect();
    body.bullets(help.into_iter().map(|text| Markup::text(&text)));
    if station.step_free {
        body.p(t.get("stations-step-free"));
    }
}

/// "Open now, until 6:00 pm", "Closed. Opens on Monday, 3 January 2022 at 9:00 am."
fn state(t: &L10n, station: &Station, now: Instant, language: Language) -> String {
    match (station.hours_on(now.day()), station.next_opening(now)) {
        (DayHours::Open(hours), _) if station.is_open(now) => {
            t.with("stations-open", [("until", formats::time(Instant::at(now.day(), hours.until_minute), language))])
        }
        (_, Some(next)) => {
            let at = formats::time(Instant::at(next.day, next.from_minute), language);
            t.text("stations-opens", &[("day", day(t, next.day, language).into()), ("time", at.into())])
        }
        (_, None) => t.get("stations-closed-for-long"),
    }
}

/// The hours of a day, or why there are none.
pub(super) fn hours(t: &L10n, station: &Station, day: Day) -> String {
    let language = t.language();
    match station.hours_on(day) {
        DayHours::Open(hours) => {
            let clock = |minute| formats::time(Instant::at(day, minute), language);
            t.text("stations-span", &[("from", clock(hours.from_minute).into()), ("until", clock(hours.until_minute).into())])
        }
        DayHours::Closed(Closed::Holiday(name)) => name.get(language).to_owned(),
        DayHours::Closed(Closed::Changed(why)) => why.get(language).to_owned(),
        DayHours::Closed(Closed::Weekly | Closed::NotThere) => t.get("stations-closed"),
    }
}

/// "Monday, 3 January 2022", with the holiday where it is one.
pub(super) fn day(t: &L10n, day: Day, language: Language) -> String {
    let weekday = t.get(&format!("stations-weekday-{}", day.weekday()));
    let date = formats::date(day, language);
    match day_kind(day) {
        DayKind::Holiday(name) => {
            t.text("stations-holiday", &[("weekday", weekday.into()), ("date", date.into()), ("name", name.get(language).into())])
        }
        _ => t.text("stations-day", &[("weekday", weekday.into()), ("date", date.into())]),
    }
}
