use desk::{Answer, Desk, Mistakes, file, missing};
use people::ManageStations;
use registration::suppress;
use stations::{Help, HelpCounts, Listed, help_counts, stations_of};
use store::StoreError;
use webkit::parts::Table;
use webkit::{Failure, Markup, Page, formats};

use crate::station_week::week_of;

/// Counts from 1 to one less are not shown: who knows who stood there that week could work out what for.
const SMALLEST: i64 = 10;

/// A line of the page and of the file: the place, all turns, and by kind of help.
struct Counted {
    place: String,
    cells: Vec<Option<i64>>,
}

/// How many were helped in a week, by station and kind of help.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (week, counted) = (week_of(desk)?, counted(desk)?);
    let language = desk.language();
    let span = [("from", formats::date(week.monday(), language)), ("until", formats::date(week.sunday(), language))];
    let title = desk.tell("counts-title", span);
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.tell("counts-lead", [("smallest", SMALLEST)]));
    let mut table = Table::new(title.clone(), head(desk));
    table.quiet_caption = true;
    table.numeric = (1..=Help::ALL.len() + 1).collect();
    table.empty = desk.say("counts-none");
    for line in counted {
        let cells = line.cells.iter().map(|cell| Markup::text(&cell.map_or_else(|| desk.say("counts-hidden"), formats::number)));
        table.row(std::iter::once(Markup::text(&line.place)).chain(cells));
    }
    body.part(&table).link(desk.say("counts-file"), desk.url(&format!("/staff/stations/counts/{}/file", week.monday())));
    for (weeks, key) in [(-1, "week-before"), (1, "week-after")] {
        let monday = week.plus(weeks).monday();
        if monday <= desk.now().day() {
            body.link(desk.say(key), desk.url(&format!("/staff/stations/counts/{monday}")));
        }
    }
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff/stations"))))
}

/// The same as lines.
pub(crate) fn csv(desk: &Desk) -> Answer {
    let (week, counted) = (week_of(desk)?, counted(desk)?);
    let rows: Vec<Vec<String>> = counted
        .into_iter()
        .map(|line| std::iter::once(line.place).chain(line.cells.iter().map(|cell| cell.map(|it| it.to_string()).unwrap_or_default())).collect())
        .collect();
    let text = stations::table_csv(&head(desk), &rows);
    Ok(file(format!("\u{feff}{text}").into_bytes(), "text/csv; charset=utf-8", &format!("support-stations-{}-counts.csv", week.monday())))
}

fn head(desk: &Desk) -> Vec<String> {
    let kinds = Help::ALL.map(|help| desk.say(&format!("station-help-{}", help.slug())));
    [desk.say("stations-place"), desk.say("counts-turns")].into_iter().chain(kinds).collect()
}

fn counted(desk: &Desk) -> Result<Vec<Counted>, Failure> {
    let department = desk.right::<ManageStations>()?.department();
    let week = week_of(desk)?;
    if week.monday() > desk.now().day() {
        return Err(missing());
    }
    let (stations, counts) = desk.platform().ledger().read("staff.help_counts", |tx| {
        Ok::<_, StoreError>((stations_of(tx, department)?, help_counts(tx, week)?))
    })?;
    let line = |listed: &Listed| counts.get(&listed.id).map(|counts| Counted { place: listed.station.place.name(desk.language()), cells: cells(counts) });
    Ok(stations.iter().filter_map(line).collect())
}

/// The turns alone, the kinds among each other: one turn counts under several kinds, so neither is the sum of the others.
fn cells(counts: &HelpCounts) -> Vec<Option<i64>> {
    let turns = (counts.sessions == 0 || counts.sessions >= SMALLEST).then_some(counts.sessions);
    std::iter::once(turns).chain(suppress(&counts.kinds, SMALLEST)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_counts_are_not_shown_and_cannot_be_worked_out() {
        let counts = HelpCounts { sessions: 40, kinds: [30, 3, 12, 0, 0, 0] };
        assert_eq!(cells(&counts), [Some(40), Some(30), None, None, Some(0), Some(0), Some(0)]);
        let few = HelpCounts { sessions: 9, kinds: [9, 0, 0, 0, 0, 0] };
        assert_eq!(cells(&few)[0], None);
        assert_eq!(cells(&few)[1], None);
    }
}
