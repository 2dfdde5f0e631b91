//! A week of the department's stations: who is where, and with which devices.

use desk::{Answer, Desk, Mistakes, date, day, line, missing};
use kernel::{Day, Id, kinds};
use people::{ManageStations, Officer};
use stations::{DayHours, Device, Listed, PlanShift, PlanShiftError, Shift, Week, cancel_shift, devices_of, plan_shift, shifts_of, stations_of};
use store::{RunError, StoreError};
use webkit::parts::{Button, ButtonStyle, Choice, Select, Table, TextInput, Width};
use webkit::{Failure, Markup, Page, formats};

use crate::station_form::{span, typed};

struct Known {
    stations: Vec<Listed>,
    devices: Vec<Device>,
    officers: Vec<Officer>,
    shifts: Vec<Shift>,
}

/// The week of the address.
pub(crate) fn week_of(desk: &Desk) -> Result<Week, Failure> {
    desk.param("day").parse::<Day>().map(Week::of).map_err(|_| missing())
}

/// The week, day by day, with the form for another shift.
pub(crate) fn show(desk: &Desk) -> Answer {
    page(desk, &Mistakes::default())
}

fn known(desk: &Desk, week: Week) -> Result<Known, Failure> {
    let department = desk.right::<ManageStations>()?.department();
    Ok(desk.platform().ledger().read("staff.station_week", |tx| {
        let officers = people::officers(tx, department)?;
        let (stations, devices) = (stations_of(tx, department)?, devices_of(tx, department)?);
        Ok::<_, StoreError>(Known { stations, devices, officers, shifts: shifts_of(tx, department, week)? })
    })?)
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let week = week_of(desk)?;
    let known = known(desk, week)?;
    let language = desk.language();
    let span = [("from", formats::date(week.monday(), language)), ("until", formats::date(week.sunday(), language))];
    let title = desk.tell("week-title", span);
    let mut body = desk.body(&title, mistakes);
    for day in week.days() {
        body.part(&table(desk, &known, day));
    }
    for (weeks, key) in [(-1, "week-before"), (1, "week-after")] {
        body.link(desk.say(key), desk.url(&format!("/staff/stations/week/{}", week.plus(weeks).monday())));
    }
    body.h2(desk.say("shift-add"));
    body.part(&form(desk, &known, mistakes));
    Ok(desk.show_form(Page::new(title, body.markup()).wide().back(desk.url("/staff/stations")), mistakes))
}

/// The stations that are open on a day, or have somebody there; an open one without anybody says so.
fn table(desk: &Desk, known: &Known, day: Day) -> Table {
    let head = ["stations-place", "week-hours", "week-team", "week-devices"].map(|key| desk.say(key));
    let mut table = Table::new(formats::date(day, desk.language()), head);
    table.empty = desk.say("week-closed");
    for listed in &known.stations {
        let shifts: Vec<&Shift> = known.shifts.iter().filter(|shift| shift.day == day && shift.station == listed.id).collect();
        let hours = match listed.station.hours_on(day) {
            DayHours::Open(hours) => typed(Some((hours.from_minute, hours.until_minute))),
            DayHours::Closed(_) if shifts.is_empty() => continue,
            DayHours::Closed(_) => desk.say("stations-closed"),
        };
        let names: Vec<String> = known.devices.iter().filter(|device| device.station == Some(listed.id)).map(|it| it.name.clone()).collect();
        let place = listed.station.place.name(desk.language());
        table.row([Markup::text(&place), Markup::text(&hours), team(desk, known, &shifts), Markup::text(&names.join(&desk.say("list-comma")))]);
    }
    table
}

fn team(desk: &Desk, known: &Known, shifts: &[&Shift]) -> Markup {
    if shifts.is_empty() {
        return desk.tag(desk.say("week-nobody"), webkit::parts::Tone::Attention);
    }
    let mut all = Markup::default();
    for shift in shifts {
        let words = format!("{} {}", typed(Some(shift.minutes)), post(desk, known, shift.officer));
        all.push(&Markup::trusted(format!("<p class=\"govuk-body\">{}</p>", Markup::text(&words))));
        let cancel = desk.form().to(desk.url(&format!("/staff/stations/shifts/{}/cancel", shift.id))).id(format!("cancel-{}", shift.id));
        let label = desk.tell("shift-cancel", [("shift", words)]);
        let cancel = cancel.hidden("day", shift.day.to_string()).part(&Button::new(label).style(ButtonStyle::Quiet));
        all.push(&desk.html(&cancel));
    }
    all
}

fn post(desk: &Desk, known: &Known, officer: Id<kinds::Officer>) -> String {
    let found = known.officers.iter().find(|one| one.id == officer);
    found.map_or_else(|| desk.say("week-left"), |one| desk.text(&one.post))
}

fn form(desk: &Desk, known: &Known, mistakes: &Mistakes) -> webkit::parts::Form {
    let stations = known.stations.iter().map(|listed| Choice::new(listed.id.to_string(), listed.station.place.name(desk.language())));
    let officers = known.officers.iter().zip(1..).map(|(one, number)| Choice::new(one.id.to_string(), format!("{number}. {}", desk.text(&one.post))));
    let select = |name: &str, label: &str, choices: Vec<Choice>| Select {
        value: desk.values.get(name).into(),
        error: mistakes.of(name),
        empty: desk.say("shift-choose"),
        ..Select::new(name, desk.say(label), choices)
    };
    desk.form()
        .part(&select("station", "stations-place", stations.collect()))
        .part(&select("officer", "shift-officer", officers.collect()))
        .part(&date(desk, mistakes, "on", "station-day"))
        .part(&TextInput { width: Width::Ten, ..line(desk, mistakes, "hours", "shift-hours") })
        .part(&Button::new(desk.say("shift-add")))
}

/// Plans a shift.
pub(crate) fn plan(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageStations>()?;
    week_of(desk)?;
    if desk.values.switching() {
        return page(desk, &Mistakes::default());
    }
    let mut mistakes = Mistakes::default();
    let station = chosen(desk, &mut mistakes, "station");
    let officer = chosen(desk, &mut mistakes, "officer");
    let on = day(desk, &mut mistakes, "on");
    let minutes = span(desk, &mut mistakes, "hours");
    if minutes.is_none() && mistakes.of("hours").is_none() {
        mistakes.add("hours", desk.say("station-hours-wrong"));
    }
    let (Some(station), Some(officer), Some(day), Some(minutes)) = (station, officer, on, minutes) else { return page(desk, &mistakes) };
    let plan = PlanShift { station, officer, day, minutes };
    let planned = desk.platform().ledger().write("staff.plan_shift", grant.actor(), move |work| plan_shift(work, &grant, plan));
    let refused = |field: &str, key: &str| page(desk, &Mistakes::one(field, desk.say(key)));
    match planned {
        Ok(_) => Ok(desk.done("done-shift", &to_week(desk, day))),
        Err(RunError::Refused(PlanShiftError::Clash)) => refused("hours", "shift-clash"),
        Err(RunError::Refused(PlanShiftError::NotThere)) => refused("on", "shift-not-there"),
        Err(error) => Err(error.into()),
    }
}

fn chosen<T: std::str::FromStr>(desk: &Desk, mistakes: &mut Mistakes, name: &str) -> Option<T> {
    let id = desk.values.get(name).parse().ok();
    if id.is_none() {
        mistakes.add(name, desk.say("shift-choose"));
    }
    id
}

/// Takes a shift off the plan.
pub(crate) fn cancel(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageStations>()?;
    let shift: Id<kinds::Shift> = desk.id("shift")?;
    desk.platform().ledger().write("staff.cancel_shift", grant.actor(), move |work| cancel_shift(work, &grant, shift))?;
    let day = desk.values.get("day").parse().unwrap_or_else(|_| desk.now().day());
    Ok(desk.done("done-shift-gone", &to_week(desk, day)))
}

fn to_week(desk: &Desk, day: Day) -> String {
    desk.url(&format!("/staff/stations/week/{}", Week::of(day).monday()))
}
