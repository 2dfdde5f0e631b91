use desk::{Answer, Desk, Mistakes, link, missing};
use people::ManageStations;
use stations::{DayHours, Listed, Week, stations_of};
use webkit::parts::{Button, Table};
use webkit::{Failure, Page, formats};

/// The department's support stations, as the public sees them, with the way to change each.
pub(crate) fn show(desk: &Desk) -> Answer {
    let department = desk.right::<ManageStations>()?.department();
    let listed = desk.platform().ledger().read("staff.stations", |tx| stations_of(tx, department))?;
    let title = desk.say("stations-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.lead(desk.say("stations-lead"));
    let mut table = Table::new(title.clone(), ["stations-place", "stations-today", "stations-from", "stations-until"].map(|key| desk.say(key)));
    table.quiet_caption = true;
    table.empty = desk.say("stations-none");
    for station in &listed {
        let until = station.station.last_day.map_or_else(|| desk.say("stations-no-end"), |day| formats::date(day, desk.language()));
        table.row([
            link(&station.station.place.name(desk.language()), &desk.url(&format!("/staff/stations/{}", station.id))),
            today(desk, station).into(),
            formats::date(station.station.first_day, desk.language()).into(),
            until.into(),
        ]);
    }
    body.part(&table);
    body.part(&Button::link(desk.say("station-new-title"), desk.url("/staff/stations/new")));
    let monday = Week::of(desk.now().day()).monday();
    body.link(desk.say("devices-title"), desk.url("/staff/stations/devices"));
    body.link(desk.say("week-link"), desk.url(&format!("/staff/stations/week/{monday}")));
    if desk.platform().identity().is_some() {
        body.link(desk.say("funnel-link"), desk.url("/staff/stations/funnel"));
    }
    body.link(desk.say("briefings-title"), desk.url("/staff/stations/briefings"));
    body.link(desk.say("counts-link"), desk.url(&format!("/staff/stations/counts/{monday}")));
    if desk.state.letter_font.is_some() {
        body.link(desk.say("stations-leaflet"), "/stations/leaflet.pdf");
    }
    body.link(desk.say("stations-public"), desk.url("/stations"));
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff"))))
}

fn today(desk: &Desk, listed: &Listed) -> String {
    match listed.station.hours_on(desk.now().day()) {
        DayHours::Open(hours) => crate::station_form::typed(Some((hours.from_minute, hours.until_minute))),
        DayHours::Closed(_) => desk.say("stations-closed"),
    }
}

/// The station of the address, if it is of the officer's department.
pub(crate) fn find(desk: &Desk) -> Result<Listed, Failure> {
    let department = desk.right::<ManageStations>()?.department();
    let id = desk.id("station")?;
    let found = desk.platform().ledger().read("staff.station", |tx| stations::station(tx, id))?;
    found.filter(|listed| listed.department == department).ok_or_else(missing)
}
