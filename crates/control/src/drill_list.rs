use desk::{Answer, Desk, Mistakes, link};
use drill::{DrillRecord, Part, Seat};
use people::RunDrill;
use store::StoreError;
use webkit::parts::{Button, Table};
use webkit::{Markup, Page};

use crate::{report_page, told};

/// The exercises in which the officer has a seat, and those that the department holds or plays in.
pub(crate) fn show(desk: &Desk) -> Answer {
    let who = desk.who()?;
    let (officer, department) = (who.officer(), who.department());
    let runs = desk.may::<RunDrill>();
    let (own, held) = desk.platform().ledger().read("control.drills", |tx| {
        let held = if runs { drill::drills(tx, department)? } else { Vec::new() };
        Ok::<_, StoreError>((drill::drills_of(tx, officer)?, held))
    })?;
    let title = desk.say("drill-list");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("drill-list-lead"));
    if runs {
        body.part(&Button::link(desk.say("drill-new"), desk.url("/staff/drills/new")));
        body.link(desk.say("pack-list"), desk.url("/staff/packs"));
    }
    if !own.is_empty() || !runs {
        body.part(&seats(desk, &own));
    }
    if runs {
        let mut table = Table::new(desk.say("drill-list-held"), ["drill-title", "drill-begins", "drill-teams", "drill-stage"].map(|key| desk.say(key)));
        table.numeric = vec![2];
        table.empty = desk.say("drill-list-none");
        for record in held.iter().filter(|record| record.is_held_by(department)) {
            table.row([named(desk, record), desk.at(record.begins).into(), told::count(record.teams.len()).into(), told::stage(desk, record.stage)]);
        }
        body.part(&table);
        report_page::open(desk, &mut body)?;
    }
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff"))))
}

fn seats(desk: &Desk, own: &[(DrillRecord, Seat)]) -> Table {
    let mut table = Table::new(desk.say("drill-list-seats"), ["drill-title", "drill-begins", "drill-your-part", "drill-stage"].map(|key| desk.say(key)));
    table.empty = desk.say("drill-list-no-seat");
    for (record, seat) in own {
        let part = match seat.part() {
            Part::Player { .. } => desk.say("drill-part-of-team"),
            other => desk.say(&format!("drill-part-{}", other.slug())),
        };
        table.row([named(desk, record), desk.at(record.begins).into(), Markup::text(&part), told::stage(desk, record.stage)]);
    }
    table
}

fn named(desk: &Desk, record: &DrillRecord) -> Markup {
    link(&desk.text(&record.title), &desk.url(&format!("/staff/drills/{}", record.id)))
}
