use desk::{Answer, Case, Desk, Mistakes, link};
use people::ResolveException;
use registration::HouseholdRow;
use webkit::parts::{Pagination, Table};
use webkit::{Markup, Page, formats};

const PAGE: usize = 50;

/// What needs an officer: registrations to check, and addresses that the gazetteer does not know. Nothing personal is in
/// the lists; opening one asks for a purpose.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ResolveException>()?;
    let ledger = case.live()?.ledger();
    let after = desk.query("after").parse().ok();
    let rows = registration::exceptions(ledger, after, PAGE)?;
    let title = desk.say("exceptions-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("exceptions-lead"));
    body.part(&table(desk, &case, "exceptions-checking", &rows));
    let next = rows.last().filter(|_| rows.len() == PAGE);
    let next = next.map(|row| desk.scheme_url(&case, &format!("/exceptions?after={}", row.id)));
    let previous = after.is_some().then(|| desk.scheme_url(&case, "/exceptions"));
    if next.is_some() || previous.is_some() {
        body.part(&Pagination { previous, next, place: String::new() });
    }
    body.part(&table(desk, &case, "exceptions-addresses", &registration::unknown_addresses(ledger, PAGE)?));
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.scheme_url(&case, ""))))
}

fn table(desk: &Desk, case: &Case, caption: &str, rows: &[HouseholdRow]) -> Table {
    let head = ["reference", "state", "reason", "address", "district", "people", "received"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say(caption), head);
    table.numeric = vec![5];
    table.empty = desk.say("exceptions-none");
    for row in rows {
        let reference = row.reference.to_string();
        table.row([
            link(&reference, &desk.scheme_url(case, &format!("/records/{reference}"))),
            desk.household_state(row.state),
            Markup::text(&desk.reason(row.reason)),
            desk.address_state(row.address).into(),
            desk.district(&row.district).into(),
            formats::number(row.people).into(),
            desk.at(row.received).into(),
        ]);
    }
    table
}
