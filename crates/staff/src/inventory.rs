use desk::{Answer, Desk, Mistakes, link, missing};
use flows::Inventory;
use kernel::{Kind, Text};
use people::ReadInventory;
use vault::{InventoryRow, Until};
use webkit::parts::{SummaryList, SummaryRow};
use webkit::{Failure, Page, formats};

/// What personal data a scheme holds: what, why, on what ground, since when, until when, who may open it, who else has it.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<ReadInventory>()?;
    let service = case.live()?;
    let inventory = flows::read_inventory(&desk.state.platform, service, &grant)?;
    let title = desk.say("inventory-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("inventory-lead"));
    let lag = service.purge_lag_hours();
    if lag > 0 {
        body.p(desk.tell("inventory-lag", [("hours", lag)]));
    } else {
        body.p(desk.say("inventory-no-lag"));
    }
    for row in &inventory.rows {
        body.h2(desk.text(&row.what));
        body.part(&SummaryList::new(facts(desk, row)));
    }
    body.h2(desk.say("inventory-files"));
    let files = ["csv", "json"].map(|form| {
        link(&desk.say(&format!("inventory-{form}")), &desk.scheme_url(&case, &format!("/inventory/file/{form}")))
    });
    body.bullets(files);
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.scheme_url(&case, ""))))
}

fn facts(desk: &Desk, row: &InventoryRow) -> Vec<SummaryRow> {
    let list = |texts: &[Text]| {
        let names: Vec<String> = texts.iter().map(|text| desk.text(text)).collect();
        names.join(if desk.language() == kernel::Language::En { ", " } else { "、" })
    };
    let until = match &row.until {
        Until::Day(day) => formats::date(*day, desk.language()),
        Until::Rule(rule) => desk.text(rule),
    };
    let mut rows = vec![
        SummaryRow::new(desk.say("inventory-why"), desk.text(&row.why)),
        SummaryRow::new(desk.say("inventory-ground"), desk.text(&row.ground)),
    ];
    rows.extend(row.since.map(|day| SummaryRow::new(desk.say("inventory-since"), formats::date(day, desk.language()))));
    rows.push(SummaryRow::new(desk.say("inventory-until"), until));
    rows.push(SummaryRow::new(desk.say("inventory-openers"), list(&row.openers)));
    let contractors = row.contractors.as_deref().filter(|contractors| !contractors.is_empty());
    let contractors = contractors.map_or_else(|| desk.say("inventory-nobody"), list);
    rows.push(SummaryRow::new(desk.say("inventory-contractors"), contractors));
    rows
}

/// The same as a file.
pub(crate) fn file(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<ReadInventory>()?;
    let form = desk.param("form");
    if !["csv", "json"].contains(&form) {
        return Err(missing());
    }
    let service = case.live()?;
    let inventory = flows::read_inventory(&desk.state.platform, service, &grant)?;
    let name = format!("{}-inventory.{form}", case.listed.slug);
    if form == "csv" {
        let text = format!("\u{feff}{}{}", flows::CSV_HEAD, inventory.to_csv(desk.language()));
        return Ok(desk::file(text.into_bytes(), "text/csv; charset=utf-8", &name));
    }
    let mut json = Inventory::to_json(&inventory, desk.language());
    if let Some(members) = json.as_object_mut() {
        members.insert("purge_lag_hours".to_owned(), service.purge_lag_hours().into());
    }
    let text = serde_json::to_vec_pretty(&json).map_err(|_| Failure::of(Kind::Broken))?;
    Ok(desk::file(text, "application/json", &name))
}
