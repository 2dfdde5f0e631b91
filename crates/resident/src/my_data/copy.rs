use std::sync::Arc;

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flows::{Names, OwnFile};
use kernel::{Kind, Secret};
use notify::{Block, Sheets};
use registration::{OwnData, StatusView};
use serde_json::{Value, json};
use webkit::{Failure, formats};

use super::{download, own_file, view};
use crate::blocking::blocking;
use crate::status::door::Known;
use crate::status::openings;
use crate::visit::Visit;

/// A copy of everything that is held, and of the list of openings.
pub(super) async fn file(visit: &Visit, known: Known, form: &str) -> Result<Response, Failure> {
    let OwnFile { status, own, reasons, names, .. } = own_file(visit, known).await?;
    let status = Arc::new(status);
    let seen = seen(visit, &status, reasons, &names);
    let name = format!("my-data-{}.{}", own.household.reference, if form == "pdf" { "pdf" } else { "json" });
    if form == "pdf" {
        let font = visit.state.font.clone().ok_or_else(|| Failure::of(Kind::Missing))?;
        let sheets = sheets(visit, &own, &seen);
        let pdf = blocking(move || notify::sheets_pdf(&sheets, &font)).await?;
        return Ok(download(pdf, "application/pdf", &name));
    }
    let service = visit.service.clone();
    let proofs = blocking(move || flows::opening_proofs(&service, &status)).await?;
    let json = serde_json::to_vec_pretty(&document(visit, &own, &seen, proofs)).map_err(|_| Failure::of(Kind::Broken))?;
    Ok(download(json, "application/json", &name))
}

/// One opening as the copy lists it.
struct Seen {
    at: String,
    exact: String,
    who: String,
    purpose: String,
    purpose_id: String,
    reason: String,
    records: i64,
    event: String,
}

fn seen(visit: &Visit, status: &StatusView, reasons: Vec<Option<Secret<String>>>, names: &Names) -> Vec<Seen> {
    let single = status.openings.iter().zip(reasons.into_iter().map(Some));
    let batches = status.batches.iter().map(|batch| (batch, None));
    let line = |(opening, reason): (&vault::OpeningRow, Option<Option<Secret<String>>>)| Seen {
        at: formats::date_time(opening.at, visit.language()),
        exact: opening.at.to_string(),
        who: openings::who(visit, opening, names),
        purpose: openings::purpose(visit, &opening.purpose),
        purpose_id: opening.purpose.clone(),
        reason: reason.map_or_else(String::new, |reason| openings::why(visit, opening, reason)),
        records: opening.records,
        event: opening.event.to_string(),
    };
    single.chain(batches).map(line).collect()
}

/// `lionrock-own-data/1` of `docs/formats.md`: `lionrock-verify copy` checks every opening in it against the journal.
fn document(visit: &Visit, own: &OwnData, seen: &[Seen], proofs: Vec<Option<Value>>) -> Value {
    let held: Vec<Value> = own
        .groups
        .iter()
        .map(|group| {
            let values: Vec<Value> = view::values(visit, own, group.group)
                .into_iter()
                .map(|(name, value)| json!({ "name": name, "value": value }))
                .collect();
            json!({
                "values": values,
                "purpose": openings::purpose(visit, &group.purpose),
                "from": view::origin(visit, own, group.corrected),
                "until": group.until.to_string(),
                "sealed": group.sealed.iter().map(|digest| STANDARD.encode(digest)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let seen: Vec<Value> = seen
        .iter()
        .zip(proofs)
        .map(|(one, proof)| {
            let mut line = json!({
                "at": one.exact, "who": one.who, "purpose": one.purpose, "purpose-id": one.purpose_id, "reason": one.reason,
                "records": one.records, "journal-entry": one.event,
            });
            // What waits for its place in the journal has no proof yet.
            if let (Some(line), Some(proof)) = (line.as_object_mut(), proof) {
                line.insert("proof".to_owned(), proof);
            }
            line
        })
        .collect();
    let ledger = visit.service.ledger();
    json!({
        "format": "lionrock-own-data/1",
        "origin": ledger.origin(),
        "checkpoint": ledger.checkpoint(),
        "scheme": visit.scheme.title(visit.language()),
        "reference": own.household.reference.to_string(),
        "state": own.household.state.as_str(),
        "received": own.household.received.to_string(),
        "held": held,
        "openings": seen,
        "issued": visit.now().to_string(),
    })
}

fn sheets(visit: &Visit, own: &OwnData, seen: &[Seen]) -> Sheets {
    let t = &visit.t;
    let mut blocks = vec![
        Block::Paragraph(t.with("my-data-found", [("reference", own.household.reference.to_string())])),
        Block::Heading(t.get("my-data-held")),
    ];
    for group in &own.groups {
        let values = view::values(visit, own, group.group);
        blocks.extend(values.into_iter().map(|(name, value)| Block::Row(name, value)));
        blocks.push(Block::Row(t.get("my-data-purpose"), openings::purpose(visit, &group.purpose)));
        blocks.push(Block::Row(t.get("my-data-from"), view::origin(visit, own, group.corrected)));
        blocks.push(Block::Row(t.get("my-data-until"), formats::date(group.until, visit.language())));
    }
    blocks.push(Block::Heading(t.get("openings-title")));
    if seen.is_empty() {
        blocks.push(Block::Paragraph(t.get("openings-none")));
    }
    for one in seen {
        let what = [one.who.as_str(), &one.purpose, &one.reason, &one.event].into_iter().filter(|part| !part.is_empty());
        blocks.push(Block::Row(one.at.clone(), what.collect::<Vec<_>>().join(" · ")));
    }
    Sheets {
        language: visit.language(),
        title: t.get("my-data-copy"),
        sender: vec![visit.scheme.department(visit.language()).to_owned(), visit.scheme.title(visit.language()).to_owned()],
        window: Vec::new(),
        date: visit.now().day(),
        blocks,
    }
}
