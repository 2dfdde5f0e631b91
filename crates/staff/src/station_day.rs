use axum::response::Response;
use desk::{Answer, Desk, Mistakes, date, day, line, named, three};
use people::ManageStations;
use stations::{Change, Listed, change_station};
use webkit::Page;
use webkit::parts::{Button, ButtonGroup, ButtonStyle};

use crate::station_form::{flawed, span};
use crate::stations::find;

/// Asks how one day differs.
pub(crate) fn ask(desk: &Desk) -> Answer {
    Ok(page(desk, &find(desk)?, &Mistakes::default()))
}

fn page(desk: &Desk, listed: &Listed, mistakes: &Mistakes) -> Response {
    let (title, base) = (desk.say("station-day-title"), desk.url(&format!("/staff/stations/{}", listed.id)));
    let mut body = desk.body(&title, mistakes);
    body.p(listed.station.place.name(desk.language())).p(desk.say("station-day-lead"));
    let mut form = desk
        .form()
        .part(&date(desk, mistakes, "day", "station-day"))
        .part(&line(desk, mistakes, "hours", "station-day-hours"));
    for input in three(desk, mistakes, "station-why") {
        form = form.part(&input);
    }
    body.part(&form.part(&ButtonGroup(vec![
        Button::new(desk.say("station-keep")),
        Button::link(desk.say("cancel"), &base).style(ButtonStyle::Quiet),
    ])));
    desk.show_form(Page::new(title, body.markup()).back(base), mistakes)
}

/// Notes it; what was noted of that day before is replaced.
pub(crate) fn keep(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageStations>()?;
    let listed = find(desk)?;
    if desk.values.switching() {
        return Ok(page(desk, &listed, &Mistakes::default()));
    }
    let mut mistakes = Mistakes::default();
    let changed_day = day(desk, &mut mistakes, "day");
    let hours = span(desk, &mut mistakes, "hours");
    let why = named(desk, &mut mistakes, "station-why");
    let (Some(day), true) = (changed_day, mistakes.is_empty()) else { return Ok(page(desk, &listed, &mistakes)) };
    let mut station = listed.station.clone();
    station.changes.retain(|change| change.day != day);
    station.changes.push(Change { day, hours, why });
    station.changes.sort_by_key(|change| change.day);
    let id = listed.id;
    let kept = desk
        .platform()
        .ledger()
        .write("staff.station_day", grant.actor(), move |work| change_station(work, &grant, id, &station));
    match kept {
        Ok(_) => Ok(desk.done("done-public", &desk.url(&format!("/staff/stations/{id}")))),
        Err(error) => Ok(page(desk, &listed, &flawed(desk, error)?)),
    }
}
