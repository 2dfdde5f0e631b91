use flows::Names;
use journal::{Actor, Event};
use kernel::{Id, Language, Secret, kinds};
use people::Role;
use registration::StatusView;
use serde_json::Value;
use store::{RunError, StoreError};
use vault::OpeningRow;
use webkit::parts::Table;
use webkit::{Body, Failure, Markup, formats};

use crate::blocking::blocking;
use crate::visit::Visit;

/// Every single opening by an officer: when, who, for what, why. The reasons are sealed, so showing them is itself a unit
/// of work that the journal records.
pub(super) async fn list(visit: &Visit, view: &StatusView, body: &mut Body) -> Result<(), Failure> {
    let t = &visit.t;
    body.h2(t.get("openings-title")).p(t.get("openings-lead"));
    if view.openings.is_empty() {
        body.p(t.get("openings-none"));
        return Ok(());
    }
    let reasons = reasons(visit, view).await?;
    let names = names(visit).await?;
    let head = ["openings-when", "openings-who", "openings-purpose", "openings-why"].map(|key| t.get(key));
    let mut table = Table { quiet_caption: true, ..Table::new(t.get("openings-title"), head) };
    for (opening, reason) in view.openings.iter().zip(reasons) {
        let reason = why(visit, opening, reason);
        table.row([
            Markup::text(&formats::date_time(opening.at, visit.language())),
            Markup::text(&who(visit, opening, &names)),
            Markup::text(&purpose(visit, &opening.purpose)),
            Markup::text(&reason),
        ]);
    }
    body.part(&table);
    Ok(())
}

/// What the system itself opened, batch by batch.
pub(super) fn batches(visit: &Visit, view: &StatusView, body: &mut Body) {
    if view.batches.is_empty() {
        return;
    }
    let t = &visit.t;
    let head = ["openings-when", "openings-purpose", "batches-size"].map(|key| t.get(key));
    let mut table = Table { numeric: vec![2], ..Table::new(t.get("batches-title"), head) };
    for batch in &view.batches {
        table.row([
            Markup::text(&formats::date_time(batch.at, visit.language())),
            Markup::text(&purpose(visit, &batch.purpose)),
            Markup::text(&formats::number(batch.records)),
        ]);
    }
    body.part(&table);
}

type Reasons = Vec<Option<Secret<String>>>;

async fn reasons(visit: &Visit, view: &StatusView) -> Result<Reasons, Failure> {
    let ledger = visit.service.ledger().clone();
    let (record, openings) = (view.household.id.bytes(), view.openings.clone());
    blocking(move || -> Result<Reasons, RunError<StoreError>> {
        let note = move |work: &mut journal::Work<'_, '_>| {
            work.journal(Event::new("resident.openings_shown").record(record)).map(|_| ())
        };
        let ((), committed) = ledger.write::<_, StoreError>("resident.openings_shown", Actor::Visitor, note)?;
        Ok(openings.iter().map(|opening| opening.reason(&committed, ledger.keys()).ok().flatten()).collect())
    })
    .await
}

async fn names(visit: &Visit) -> Result<Names, Failure> {
    let platform = visit.state.platform.clone();
    blocking(move || flows::names(&platform)).await
}

/// The role and the department, or the contractor; never a person's name.
pub(crate) fn who(visit: &Visit, opening: &OpeningRow, names: &Names) -> String {
    let actor = opening.actor_json();
    let text = |name: &str| actor.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("kind") == "contractor" {
        let id: Option<Id<kinds::Contractor>> = text("id").parse().ok();
        let found = names.contractors.iter().find(|contractor| Some(contractor.id) == id);
        let name = found.map(|contractor| contractor.name.get(visit.language()).to_owned());
        return visit.t.with("openings-contractor", [("name", name.unwrap_or_default())]);
    }
    officer(&actor, names, visit.language()).unwrap_or_else(|| visit.t.get("openings-system"))
}

/// An officer's role and department, if the actor is one.
pub(crate) fn officer(actor: &Value, names: &Names, language: Language) -> Option<String> {
    let text = |name: &str| actor.get(name).and_then(Value::as_str).unwrap_or_default();
    let role: Option<Role> = serde_json::from_value(text("role").into()).ok();
    let role = role.map(|role| role.title().get(language).to_owned());
    let id: Option<Id<kinds::Department>> = text("department").parse().ok();
    let department = names.departments.iter().find(|department| Some(department.id) == id);
    let department = department.map(|department| department.name.get(language).to_owned());
    let parts: Vec<String> = [role, department].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(if language == Language::En { ", " } else { "，" }))
}

/// The reason that was given. A contractor gives none: it may look up what its lease names, and nothing else.
pub(crate) fn why(visit: &Visit, opening: &OpeningRow, reason: Option<Secret<String>>) -> String {
    match reason {
        Some(reason) => reason.expose().clone(),
        None if opening.actor_json().get("kind").and_then(Value::as_str) == Some("contractor") => {
            visit.t.get("openings-lease")
        }
        None => visit.t.get("openings-reason-gone"),
    }
}

pub(crate) fn purpose(visit: &Visit, id: &str) -> String {
    let found = visit.scheme.purposes().iter().find(|purpose| purpose.id == id);
    found.map_or_else(|| id.to_owned(), |purpose| purpose.text.get(visit.language()).to_owned())
}
