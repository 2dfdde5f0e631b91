//! How far people come on their way to an activated account, by district, and where a station is needed most.

use desk::{Answer, Desk, Mistakes, file, missing};
use hongkong::District;
use identity::{FUNNEL_SMALLEST, Funnel, Step, funnel};
use people::ManageStations;
use stations::stations_between;
use webkit::parts::{Inset, Table};
use webkit::{Failure, Markup, Page, formats};

const HERE: &str = "/staff/stations/funnel";
/// So many districts are proposed.
const PROPOSED: usize = 5;

/// The table, and the districts that want a station first.
pub(crate) fn show(desk: &Desk) -> Answer {
    let funnel = read(desk)?;
    let title = desk.say("funnel-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("funnel-lead")).p(desk.tell("funnel-small", [("smallest", FUNNEL_SMALLEST)]));
    body.part(&Inset(share(desk, &funnel).into()));
    let mut table = Table::new(desk.say("funnel-by-district"), head(desk));
    table.numeric = (1..=Step::ALL.len()).collect();
    for line in lines(desk, &funnel) {
        table.row(line.into_iter().map(|cell| Markup::text(&cell)));
    }
    body.part(&table).link(desk.say("counts-file"), desk.url(&format!("{HERE}/file")));
    proposed(desk, &mut body, &funnel)?;
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff/stations"))))
}

/// The same as lines.
pub(crate) fn csv(desk: &Desk) -> Answer {
    let funnel = read(desk)?;
    let rows: Vec<Vec<String>> = funnel
        .shown(FUNNEL_SMALLEST)
        .into_iter()
        .map(|(district, cells)| {
            let numbers = cells.iter().map(|cell| cell.map(|number| number.to_string()).unwrap_or_default());
            std::iter::once(district.code().to_owned()).chain(numbers).collect()
        })
        .collect();
    let text = stations::table_csv(&head(desk), &rows);
    Ok(file(format!("\u{feff}{text}").into_bytes(), "text/csv; charset=utf-8", "activation-by-district.csv"))
}

fn read(desk: &Desk) -> Result<Funnel, Failure> {
    desk.right::<ManageStations>()?;
    let service = desk.platform().identity().ok_or_else(missing)?;
    Ok(service.ledger().read("staff.funnel", funnel)?)
}

fn head(desk: &Desk) -> Vec<String> {
    std::iter::once(desk.say("funnel-district")).chain(Step::ALL.map(|step| desk.say(words(step)))).collect()
}

const fn words(step: Step) -> &'static str {
    match step {
        Step::Registered => "funnel-registered",
        Step::Printed => "funnel-printed",
        Step::Posted => "funnel-posted",
        Step::Returned => "funnel-returned",
        Step::Activated => "funnel-activated",
        Step::Lapsed => "funnel-lapsed",
        Step::Cancelled => "funnel-cancelled",
        Step::Stuck => "funnel-stuck",
    }
}

fn lines(desk: &Desk, funnel: &Funnel) -> Vec<Vec<String>> {
    let cell = |cell: Option<i64>| cell.map_or_else(|| desk.say("counts-hidden"), formats::number);
    let line = |name: String, cells: [Option<i64>; 8]| std::iter::once(name).chain(cells.map(cell)).collect::<Vec<_>>();
    let mut lines: Vec<_> =
        funnel.shown(FUNNEL_SMALLEST).into_iter().map(|(district, cells)| line(name(desk, district), cells)).collect();
    lines.push(line(desk.say("funnel-city"), funnel.city.map(|sum| (sum == 0 || sum >= FUNNEL_SMALLEST).then_some(sum))));
    lines
}

fn name(desk: &Desk, district: District) -> String {
    district.text().get(desk.language()).to_owned()
}

/// The share of those who are activated, of all who registered.
fn share(desk: &Desk, funnel: &Funnel) -> String {
    let [registered, _, _, _, activated, ..] = funnel.city;
    if registered < FUNNEL_SMALLEST {
        return desk.say("funnel-few");
    }
    desk.tell("funnel-share", [("percent", (activated * 100 + registered / 2) / registered)])
}

/// Where a station is needed most: who is stuck, for each station that stands there within a week, and one more.
fn proposed(desk: &Desk, body: &mut webkit::Body, funnel: &Funnel) -> Result<(), Failure> {
    let today = desk.now().day();
    let open = desk.platform().ledger().read("staff.stations_open", |tx| stations_between(tx, today, today.plus(6)))?;
    let stands = |district: District| open.iter().filter(|listed| listed.station.place.district() == Some(district)).count();
    let shown = funnel.shown(FUNNEL_SMALLEST);
    let stuck = |(district, [.., stuck]): &(District, [Option<i64>; 8])| stuck.filter(|many| *many > 0).map(|many| (*district, many, stands(*district)));
    let mut needs: Vec<_> = shown.iter().filter_map(stuck).collect();
    needs.sort_by_key(|(_, many, stations)| -(many * 1_000 / (i64::try_from(*stations).unwrap_or(i64::MAX - 1) + 1)));
    body.h2(desk.say("funnel-needed")).p(desk.say("funnel-needed-how"));
    let head = ["funnel-district", "funnel-stuck", "funnel-stations"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("funnel-needed"), head);
    table.quiet_caption = true;
    table.numeric = vec![1, 2];
    table.empty = desk.say("funnel-needed-none");
    for (district, many, stations) in needs.into_iter().take(PROPOSED) {
        let stations = formats::number(i64::try_from(stations).unwrap_or(i64::MAX));
        table.row([name(desk, district), formats::number(many), stations].map(|cell| Markup::text(&cell)));
    }
    body.part(&table);
    Ok(())
}
