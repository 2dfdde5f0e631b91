//! Devices that stations lend to residents: enrolled by a code, lent, reported missing; and the turns at them, of which an officer sees
//! that one has begun, and nothing else.

use std::collections::HashMap;

use desk::{Answer, Desk, Mistakes, Question, line, link, missing};
use kernel::{Id, kinds};
use people::ManageStations;
use stations::{
    CODE_MINUTES, Device, DeviceCode, DeviceError, DeviceState, Help, Listed, StartTurnError, TurnState, add_device, devices_of, end_device,
    lend_device, renew_device, start_turn, stations_of, turns_of,
};
use store::{RunError, StoreError};
use webkit::parts::{Button, ButtonStyle, Checkboxes, Choice, Panel, Select, SummaryList, SummaryRow, Table, Tone};
use webkit::{Body, Failure, Markup, Page};

const HOME: &str = "/staff/stations/devices";

type States = HashMap<Id<kinds::Device>, TurnState>;

/// The department's devices, and the form for another one.
pub(crate) fn show(desk: &Desk) -> Answer {
    page(desk, &Mistakes::default())
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let (devices, stations, states) = known(desk)?;
    let title = desk.say("devices-title");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("devices-lead"));
    let mut table = Table::new(title.clone(), ["device-name", "device-station", "state", "device-turn"].map(|key| desk.say(key)));
    table.quiet_caption = true;
    table.empty = desk.say("devices-none");
    for device in &devices {
        table.row([
            link(&device.name, &desk.url(&format!("{HOME}/{}", device.id))),
            Markup::text(&place(desk, &stations, device)),
            state(desk, device),
            turn(desk, device, &states),
        ]);
    }
    body.part(&table).h2(desk.say("device-add"));
    body.part(&desk.form().part(&line(desk, mistakes, "name", "device-name")).part(&Button::new(desk.say("device-add"))));
    body.h2(desk.say("device-program")).p(desk.say("device-program-text"));
    body.link(desk.say("device-program-get"), "/stations/device/station-device.sh");
    Ok(desk.show_form(Page::new(title, body.markup()).wide().back(desk.url("/staff/stations")), mistakes))
}

fn known(desk: &Desk) -> Result<(Vec<Device>, Vec<Listed>, States), Failure> {
    let (department, now) = (desk.right::<ManageStations>()?.department(), desk.now());
    Ok(desk.platform().ledger().read("staff.devices", |tx| {
        let turns = turns_of(tx, department, now)?;
        let states = turns.into_iter().map(|turn| (turn.device, turn.state)).collect();
        Ok::<_, StoreError>((devices_of(tx, department)?, stations_of(tx, department)?, states))
    })?)
}

fn place(desk: &Desk, stations: &[Listed], device: &Device) -> String {
    let found = stations.iter().find(|listed| Some(listed.id) == device.station);
    found.map_or_else(|| desk.say("device-store-room"), |listed| listed.station.place.name(desk.language()))
}

fn state(desk: &Desk, device: &Device) -> Markup {
    let tone = match device.state {
        DeviceState::New => Tone::Attention,
        DeviceState::Enrolled => Tone::Good,
        DeviceState::Missing => Tone::Bad,
        DeviceState::Retired => Tone::Neutral,
    };
    desk.tag(desk.say(&format!("device-state-{}", device.state.slug())), tone)
}

fn turn(desk: &Desk, device: &Device, states: &States) -> Markup {
    let said = match states.get(&device.id) {
        Some(TurnState::Waiting) => desk.say("device-waits"),
        Some(TurnState::Helping(until)) => desk.tell("device-helps", [("time", webkit::formats::time(*until, desk.language()))]),
        Some(TurnState::Over) | None => desk.say("device-off"),
    };
    Markup::text(&said)
}

/// Adds a device and shows its code once.
pub(crate) fn add(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageStations>()?;
    if desk.values.switching() {
        return page(desk, &Mistakes::default());
    }
    let (name, code) = (desk.values.get("name").to_owned(), DeviceCode::new(&**desk.platform().ledger().random()));
    let shown = code.clone();
    let added = desk.platform().ledger().write("staff.add_device", grant.actor(), move |work| add_device(work, &grant, (&name, &code)));
    match added {
        Ok(_) => Ok(code_page(desk, &shown)),
        Err(RunError::Refused(DeviceError::Name)) => page(desk, &Mistakes::one("name", desk.say("device-name-wrong"))),
        Err(error) => Err(error.into()),
    }
}

fn code_page(desk: &Desk, code: &DeviceCode) -> axum::response::Response {
    let title = desk.say("device-code");
    let mut body = Body::new(desk.language());
    body.part(&Panel { title: title.clone(), label: desk.say("device-code-label"), reference: code.text().to_owned() });
    body.p(desk.tell("device-code-how", [("minutes", CODE_MINUTES)]));
    desk.show(Page::new(title, body.markup()).without_switch().back(desk.url(HOME)))
}

/// One device with what can be done with it.
pub(crate) fn one(desk: &Desk) -> Answer {
    one_page(desk, &Mistakes::default())
}

fn one_page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let id: Id<kinds::Device> = desk.id("device")?;
    let (devices, stations, states) = known(desk)?;
    let device = devices.into_iter().find(|device| device.id == id).ok_or_else(missing)?;
    let base = desk.url(&format!("{HOME}/{id}"));
    let mut body = desk.body(&device.name, mistakes);
    body.part(&SummaryList::new(vec![
        SummaryRow::new(desk.say("state"), state(desk, &device)),
        SummaryRow::new(desk.say("device-station"), place(desk, &stations, &device)),
        SummaryRow::new(desk.say("device-turn"), turn(desk, &device, &states)),
    ]));
    if states.get(&id) == Some(&TurnState::Waiting) {
        start_form(desk, &mut body, mistakes);
    }
    if device.state != DeviceState::Retired {
        let mut choices = vec![Choice::new("none", desk.say("device-store-room"))];
        choices.extend(stations.iter().map(|listed| Choice::new(listed.id.to_string(), listed.station.place.name(desk.language()))));
        let value = device.station.map_or_else(|| "none".to_owned(), |station| station.to_string());
        let select = Select { value, ..Select::new("station", desk.say("device-station"), choices) };
        body.h2(desk.say("device-lend"));
        body.part(&desk.form().to(format!("{base}/lend")).id("lend").part(&select).part(&Button::new(desk.say("device-lend-now"))));
        body.h2(desk.say("device-end"));
        for (act, style) in [("missing", ButtonStyle::Warning), ("retire", ButtonStyle::Quiet), ("renew", ButtonStyle::Quiet)] {
            body.p(desk.say(&format!("device-{act}-text")));
            let form = desk.form().to(format!("{base}/{}", if act == "renew" { "renew" } else { "end" })).id(act).hidden("act", act);
            body.part(&form.part(&Button::new(desk.say(&format!("device-{act}"))).style(style)));
        }
    }
    let page = Page::new(device.name.clone(), body.markup()).back(desk.url(HOME));
    Ok(desk.show(if mistakes.is_empty() { page } else { page.invalid() }))
}

fn start_form(desk: &Desk, body: &mut Body, mistakes: &Mistakes) {
    let choices = Help::ALL.map(|help| Choice::new(help.slug(), desk.say(&format!("station-help-{}", help.slug()))));
    let kinds = Checkboxes {
        values: desk.values.all("help").map(str::to_owned).collect(),
        error: mistakes.of("help"),
        ..Checkboxes::new("help", desk.say("station-help"), choices.into())
    };
    body.h2(desk.say("device-start")).p(desk.say("device-start-text"));
    let form = desk.form().to(desk.url(&format!("{HOME}/{}/help", desk.param("device")))).id("start");
    body.part(&form.part(&kinds).part(&Button::new(desk.say("device-start"))));
}

/// Lets a turn begin.
pub(crate) fn help(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageStations>()?;
    let id: Id<kinds::Device> = desk.id("device")?;
    let help: Vec<Help> = Help::ALL.into_iter().filter(|help| desk.values.all("help").any(|slug| slug == help.slug())).collect();
    let started = desk.platform().ledger().write("staff.start_turn", grant.actor(), move |work| start_turn(work, &grant, (id, &help)));
    let refused = |field: &str, key: &str| one_page(desk, &Mistakes::one(field, desk.say(key)));
    match started {
        Ok(_) => Ok(desk.done("done-turn", &desk.url(HOME))),
        Err(RunError::Refused(StartTurnError::NoHelp)) => refused("help", "station-help-missing"),
        Err(RunError::Refused(StartTurnError::NotWaiting)) => refused("main", "device-not-waiting"),
        Err(RunError::Refused(StartTurnError::NotLent)) => refused("lend", "device-not-lent"),
        Err(error) => Err(error.into()),
    }
}

/// Lends it, or takes it back.
pub(crate) fn lend(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageStations>()?;
    let id: Id<kinds::Device> = desk.id("device")?;
    let typed = desk.values.get("station");
    let to = if typed == "none" { None } else { Some(typed.parse().map_err(|_| missing())?) };
    desk.platform().ledger().write("staff.lend_device", grant.actor(), move |work| lend_device(work, &grant, (id, to)))?;
    Ok(desk.done("done-lent", &desk.url(HOME)))
}

/// Reports it missing, or retires it.
pub(crate) fn end(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageStations>()?;
    let (id, retire) = (desk.id("device")?, desk.values.get("act") == "retire");
    let (act, warning) = if retire { ("device-retire", "device-retire-text") } else { ("device-missing", "device-missing-text") };
    let back = desk.url(&format!("{HOME}/{}", desk.param("device")));
    if let Some(page) = desk.unless_sure(&Question { act, warning, back }) {
        return Ok(page);
    }
    desk.platform().ledger().write("staff.end_device", grant.actor(), move |work| end_device(work, &grant, (id, retire)))?;
    Ok(desk.done("done-device-gone", &desk.url(HOME)))
}

/// Gives it a new code.
pub(crate) fn renew(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageStations>()?;
    let (id, code) = (desk.id("device")?, DeviceCode::new(&**desk.platform().ledger().random()));
    let shown = code.clone();
    desk.platform().ledger().write("staff.renew_device", grant.actor(), move |work| renew_device(work, &grant, (id, &code)))?;
    Ok(code_page(desk, &shown))
}
