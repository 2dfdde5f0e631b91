use axum::response::Response;
use desk::{Answer, Desk, LANGUAGES, Mistakes, date, day, line, three};
use hongkong::{District, MtrStation};
use kernel::Text;
use people::ManageStations;
use stations::{Help, KeepStationError, OnHolidays, Place, Station, StationFlaw, WeekHours, change_station, open_station};
use store::RunError;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Checkboxes, Choice, DateValue, Radios, Select, SummaryList, SummaryRow, TextInput};
use webkit::{Failure, Page, Values, formats};

use crate::stations::find;

/// Asks for a new station.
pub(crate) fn ask_new(desk: &Desk) -> Answer {
    desk.right::<ManageStations>()?;
    Ok(page(desk, None, &desk.values, &Mistakes::default()))
}

/// Puts it on the list.
pub(crate) fn open(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageStations>()?;
    if desk.values.switching() {
        return Ok(page(desk, None, &desk.values, &Mistakes::default()));
    }
    let station = match read(desk, &[]) {
        Ok(station) => station,
        Err(mistakes) => return Ok(page(desk, None, &desk.values, &mistakes)),
    };
    let opened = desk.platform().ledger().write("staff.open_station", grant.actor(), move |work| open_station(work, &grant, &station));
    match opened {
        Ok(_) => Ok(desk.done("done-public", &desk.url("/staff/stations"))),
        Err(error) => Ok(page(desk, None, &desk.values, &flawed(desk, error)?)),
    }
}

/// A station with what can be changed about it.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let listed = find(desk)?;
    Ok(page(desk, Some(&listed.station), &values_of(&listed.station), &Mistakes::default()))
}

/// Changes it; its single days stay.
pub(crate) fn change(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageStations>()?;
    let listed = find(desk)?;
    if desk.values.switching() {
        return Ok(page(desk, Some(&listed.station), &desk.values, &Mistakes::default()));
    }
    let station = match read(desk, &listed.station.changes) {
        Ok(station) => station,
        Err(mistakes) => return Ok(page(desk, Some(&listed.station), &desk.values, &mistakes)),
    };
    if let Some(mistakes) = desk.changed_meanwhile(&state(&listed.station)) {
        return Ok(page(desk, Some(&listed.station), &desk.values, &mistakes));
    }
    let id = listed.id;
    let changed = desk
        .platform()
        .ledger()
        .write("staff.change_station", grant.actor(), move |work| change_station(work, &grant, id, &station));
    match changed {
        Ok(_) => Ok(desk.done("done-public", &desk.url("/staff/stations"))),
        Err(error) => Ok(page(desk, Some(&listed.station), &desk.values, &flawed(desk, error)?)),
    }
}

fn page(desk: &Desk, station: Option<&Station>, values: &Values, mistakes: &Mistakes) -> Response {
    let title = station.map_or_else(|| desk.say("station-new-title"), |station| station.place.name(desk.language()));
    let mut body = desk.body(&title, mistakes);
    let shown = |input: TextInput| TextInput { value: values.get(&input.name).into(), ..input };
    let form = station.map_or_else(|| desk.form(), |station| desk.form_over(&state(station)));
    let mut form = form.part(&mtr(desk, values, mistakes)).part(&district(desk, values, mistakes));
    for input in three(desk, mistakes, "station-name").into_iter().chain(three(desk, mistakes, "station-way")) {
        form = form.part(&shown(input));
    }
    for (name, label) in [("first", "station-first"), ("last", "station-last")] {
        let mut input = date(desk, mistakes, name, label);
        input.value = DateValue::of(values, name);
        form = form.part(&input);
    }
    for weekday in 1..=7 {
        let name = format!("hours-{weekday}");
        form = form.part(&shown(line(desk, mistakes, &name, &format!("station-hours-{weekday}"))));
    }
    body.p(desk.say("station-lead"));
    let form = form
        .part(&holidays(desk, values))
        .part(&help(desk, values, mistakes))
        .part(&step_free(desk, values))
        .part(&ButtonGroup(vec![
            Button::new(desk.say("station-keep")),
            Button::link(desk.say("cancel"), desk.url("/staff/stations")).style(ButtonStyle::Quiet),
        ]));
    body.part(&form);
    if let Some(station) = station {
        changes(desk, &mut body, station);
    }
    desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff/stations")), mistakes)
}

/// What the form was made from.
fn state(station: &Station) -> String {
    format!("{:?}", values_of(station))
}

/// Single days that differ, with the way to add one.
fn changes(desk: &Desk, body: &mut webkit::Body, station: &Station) {
    body.h2(desk.say("station-days-title"));
    let rows = station.changes.iter().map(|change| {
        let hours = if change.hours.is_some() { typed(change.hours) } else { desk.say("stations-closed") };
        SummaryRow::new(formats::date(change.day, desk.language()), format!("{hours} · {}", desk.text(&change.why)))
    });
    let rows: Vec<SummaryRow> = rows.collect();
    if rows.is_empty() {
        body.p(desk.say("station-days-none"));
    } else {
        body.part(&SummaryList::new(rows));
    }
    body.part(&Button::link(desk.say("station-day-title"), desk.url(&format!("/staff/stations/{}/day", desk.param("station")))));
    body.link(desk.say("numbers-title"), desk.url(&format!("/staff/stations/{}/queue", desk.param("station"))));
}

fn mtr(desk: &Desk, values: &Values, mistakes: &Mistakes) -> Select {
    let language = desk.language();
    let mut all: Vec<&MtrStation> = MtrStation::all().iter().collect();
    all.sort_by_key(|station| (station.district(), station.name(kernel::Language::En).to_owned()));
    let choices = all.into_iter().map(|station| {
        Choice::new(station.code(), format!("{} · {}", station.district().name(language), station.name(language)))
    });
    Select {
        hint: Some(desk.say("station-mtr-hint")),
        value: values.get("mtr").into(),
        error: mistakes.of("mtr"),
        empty: desk.say("station-mtr-none"),
        ..Select::new("mtr", desk.say("station-mtr"), choices.collect())
    }
}

fn district(desk: &Desk, values: &Values, mistakes: &Mistakes) -> Select {
    let choices = District::ALL.map(|district| Choice::new(district.code(), district.name(desk.language())));
    Select {
        hint: Some(desk.say("station-district-hint")),
        value: values.get("district").into(),
        error: mistakes.of("district"),
        empty: desk.say("station-mtr-none"),
        ..Select::new("district", desk.say("station-district"), choices.into())
    }
}

const HOLIDAYS: [(&str, OnHolidays); 3] =
    [("closed", OnHolidays::Closed), ("as-sunday", OnHolidays::AsSunday), ("as-usual", OnHolidays::AsUsual)];

fn holidays(desk: &Desk, values: &Values) -> Radios {
    let choices = HOLIDAYS.map(|(slug, _)| Choice::new(slug, desk.say(&format!("station-holidays-{slug}"))));
    let chosen = if values.has("holidays") { values.get("holidays") } else { "closed" };
    Radios { value: chosen.into(), ..Radios::new("holidays", desk.say("station-holidays"), choices.into()) }
}

fn help(desk: &Desk, values: &Values, mistakes: &Mistakes) -> Checkboxes {
    let choices = Help::ALL.map(|help| Choice::new(help.slug(), desk.say(&format!("station-help-{}", help.slug()))));
    Checkboxes {
        values: values.all("help").map(str::to_owned).collect(),
        error: mistakes.of("help"),
        ..Checkboxes::new("help", desk.say("station-help"), choices.into())
    }
}

fn step_free(desk: &Desk, values: &Values) -> Checkboxes {
    let choice = Choice::new("yes", desk.say("station-step-free"));
    let values = values.all("step-free").map(str::to_owned).collect();
    Checkboxes { values, ..Checkboxes::new("step-free", desk.say("station-access"), vec![choice]) }
}

/// The station as typed, or what is wrong with it.
fn read(desk: &Desk, changes: &[stations::Change]) -> Result<Station, Mistakes> {
    let mut mistakes = Mistakes::default();
    let place = place(desk, &mut mistakes);
    let first_day = day(desk, &mut mistakes, "first");
    let last_day = if DateValue::of(&desk.values, "last").is_blank() { None } else { day(desk, &mut mistakes, "last") };
    let mut week = WeekHours::default();
    for (hours, weekday) in week.0.iter_mut().zip(1..) {
        *hours = span(desk, &mut mistakes, &format!("hours-{weekday}"));
    }
    let chosen = desk.values.get("holidays");
    let holidays = HOLIDAYS.iter().find(|(slug, _)| *slug == chosen).map_or(OnHolidays::Closed, |(_, rule)| *rule);
    let help: Vec<Help> = Help::ALL.into_iter().filter(|help| desk.values.all("help").any(|slug| slug == help.slug())).collect();
    if help.is_empty() {
        mistakes.add("help", desk.say("station-help-missing"));
    }
    let (Some(place), Some(first_day), true) = (place, first_day, mistakes.is_empty()) else { return Err(mistakes) };
    let step_free = desk.values.has("step-free");
    Ok(Station { place, first_day, last_day, hours: week, holidays, changes: changes.to_vec(), help, step_free })
}

fn place(desk: &Desk, mistakes: &mut Mistakes) -> Option<Place> {
    let way = three_of(desk, mistakes, "station-way");
    if desk.values.has("mtr") {
        let code = desk.values.get("mtr").to_owned();
        return Some(Place::Mtr { code, spot: way });
    }
    let district = District::from_code(desk.values.get("district"));
    if district.is_none() {
        mistakes.add("mtr", desk.say("station-place-missing"));
    }
    let name = three_of(desk, mistakes, "station-name");
    Some(Place::Other { district: district?, name, address: way })
}

fn three_of(desk: &Desk, mistakes: &mut Mistakes, label: &str) -> Text {
    desk::named(desk, mistakes, label)
}

/// `09:00-18:00`, or nothing for a day on which it is closed. Full-width colons and dashes are read too.
pub(crate) fn span(desk: &Desk, mistakes: &mut Mistakes, name: &str) -> Option<(i64, i64)> {
    let typed = desk.values.get(name).trim();
    if typed.is_empty() {
        return None;
    }
    let hours = parse_span(typed);
    if hours.is_none() {
        mistakes.add(name, desk.say("station-hours-wrong"));
    }
    hours
}

fn parse_span(typed: &str) -> Option<(i64, i64)> {
    let plain = typed.replace(['：', '．', '.'], ":").replace(['–', '—', '－', '至'], "-");
    let (from, until) = plain.split_once('-')?;
    let (from, until) = (minute(from)?, minute(until)?);
    (from < until).then_some((from, until))
}

fn minute(text: &str) -> Option<i64> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
    let whole = |text: &str, most: i64| text.parse::<i64>().ok().filter(|number| digits(text) && *number <= most);
    let (hour, minute) = (whole(hour, 24)?, whole(minute, 59)?);
    (hour * 60 + minute <= 24 * 60).then_some(hour * 60 + minute)
}

/// As [`span`] reads it.
pub(crate) fn typed(hours: Option<(i64, i64)>) -> String {
    let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
    hours.map(|(from, until)| format!("{}-{}", clock(from), clock(until))).unwrap_or_default()
}

fn values_of(station: &Station) -> Values {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut texts = |label: &str, text: &Text| {
        let all = [&text.en, &text.zh_hant, &text.zh_hans];
        pairs.extend(LANGUAGES.iter().zip(all).map(|(language, text)| (format!("{label}-{language}"), text.clone())));
    };
    match &station.place {
        Place::Mtr { spot, .. } => texts("station-way", spot),
        Place::Other { name, address, .. } => {
            texts("station-name", name);
            texts("station-way", address);
        }
    }
    match &station.place {
        Place::Mtr { code, .. } => pairs.push(("mtr".into(), code.clone())),
        Place::Other { district, .. } => pairs.push(("district".into(), district.code().into())),
    }
    for (name, day) in [("first", Some(station.first_day)), ("last", station.last_day)] {
        let value = day.map(DateValue::from).unwrap_or_default();
        let parts = [("day", value.day), ("month", value.month), ("year", value.year)];
        pairs.extend(parts.map(|(part, text)| (format!("{name}-{part}"), text)));
    }
    let hours = station.hours.0.iter().zip(1..).map(|(hours, weekday)| (format!("hours-{weekday}"), typed(*hours)));
    pairs.extend(hours);
    let rule = HOLIDAYS.iter().find(|(_, rule)| *rule == station.holidays).map_or("closed", |(slug, _)| *slug);
    pairs.push(("holidays".into(), rule.into()));
    pairs.extend(station.help.iter().map(|help| ("help".into(), help.slug().into())));
    if station.step_free {
        pairs.push(("step-free".into(), "yes".into()));
    }
    Values::from_pairs(pairs)
}

/// A flaw that the fields did not show, as a sentence; other failures stay failures.
pub(crate) fn flawed(desk: &Desk, error: RunError<KeepStationError>) -> Result<Mistakes, Failure> {
    let RunError::Refused(KeepStationError::Flaw(flaw)) = error else { return Err(Failure::from(error)) };
    let (field, key) = match flaw {
        StationFlaw::Place => ("mtr", "station-place-missing"),
        StationFlaw::Days => ("last", "station-days-wrong"),
        StationFlaw::Hours => ("hours-1", "station-hours-wrong"),
        StationFlaw::NeverOpen => ("hours-1", "station-never-open"),
        StationFlaw::Changes => ("day", "station-changes-wrong"),
        StationFlaw::Help => ("help", "station-help-missing"),
    };
    Ok(Mistakes::one(field, desk.say(key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_people_type_them() {
        for (text, hours) in [
            ("09:00-18:00", Some((540, 1080))),
            ("9:30 – 24:00", Some((570, 1440))),
            ("9：30至18：00", Some((570, 1080))),
            ("18:00-09:00", None),
            ("9-18", None),
            ("09:60-18:00", None),
            ("09:00-24:30", None),
            ("+9:00-18:00", None),
        ] {
            assert_eq!(parse_span(text), hours, "{text}");
        }
        assert_eq!(parse_span(&typed(Some((540, 1440)))), Some((540, 1440)));
    }
}
