use axum::response::Response;
use registration::{Bulletin, Figures};
use webkit::parts::{BarChart, Figures as Numbers, Table};
use webkit::{Failure, Page, formats};

use crate::blocking::read;
use crate::visit::Visit;

/// `GET …/statistics`: figures by district, small cells hidden, and the bulletins.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let (t, language) = (&visit.t, visit.language());
    let look = |tx: &mut store::Tx<'_>| Ok((Figures::read(tx)?, registration::bulletins(tx, 30)?));
    let (figures, bulletins) = read(&visit.service, "resident.statistics", look).await?;
    let minimum = i64::from(visit.scheme.minimum_cell());
    let mut body = visit.body();
    body.h1(t.get("statistics-title"));
    body.note(t.with("as-at", [("time", formats::date_time(visit.now(), language))]));
    body.part(&Numbers(vec![
        (t.get("statistics-households"), formats::number(figures.total("received"))),
        (t.get("statistics-people"), formats::number(figures.total("people"))),
        (t.get("statistics-delivered"), formats::number(figures.total("delivered"))),
    ]));
    let mut bars: Vec<_> = figures.public_districts(minimum);
    bars.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let bars = bars.into_iter().map(|(district, count)| (district.name(language).to_owned(), count)).collect();
    body.part(&BarChart {
        title: t.get("statistics-by-district"),
        category: t.get("district"),
        unit: t.get("statistics-households"),
        bars,
        withheld: t.get("statistics-withheld"),
    });
    body.p(t.with("statistics-small", [("minimum", minimum)]));
    body.h2(t.get("bulletins-title"));
    if bulletins.is_empty() {
        body.p(t.get("bulletins-none"));
    } else {
        body.part(&table(&visit, &bulletins));
    }
    let page = Page::new(t.get("statistics-title"), body.markup()).current(visit.path("/statistics")).wide();
    Ok(visit.show(page))
}

fn table(visit: &Visit, bulletins: &[Bulletin]) -> Table {
    let t = &visit.t;
    let head = ["bulletins-as-at", "statistics-households", "statistics-people", "bulletins-wait"].map(|key| t.get(key));
    let mut table =
        Table { numeric: vec![1, 2, 3], quiet_caption: true, ..Table::new(t.get("bulletins-title"), head) };
    for bulletin in bulletins {
        let minutes = bulletin.wait_seconds.div_euclid(60);
        let wait = if minutes < 1 { t.get("wait-under-minute") } else { t.with("wait-minutes", [("minutes", minutes)]) };
        table.row([
            formats::date_time(bulletin.at, visit.language()),
            formats::number(bulletin.registrations),
            formats::number(bulletin.people),
            wait,
        ]);
    }
    table
}
