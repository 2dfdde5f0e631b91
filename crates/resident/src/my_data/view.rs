use axum::response::Response;
use flows::{Holding, Names, OwnFile};
use kernel::{Language, Secret};
use registration::scheme::{FieldGroup, FieldKind};
use registration::{Channel, OwnData, StatusView};
use vault::OpeningRow;
use webkit::parts::{Button, ButtonStyle, Form, Part as _, SummaryList, SummaryRow, Table};
use webkit::{Body, Failure, Markup, Page, formats};

use super::own_file;
use crate::status::door::Known;
use crate::status::{openings, pass_of};
use crate::visit::Visit;

/// The page: what is held, who has seen it, and what can be done.
pub(super) async fn show(visit: &Visit, known: Known) -> Result<Response, Failure> {
    let t = &visit.t;
    let OwnFile { status, own, reasons, names, holdings } = own_file(visit, known).await?;
    let pass = pass_of(visit, known)?;
    let mut body = visit.body();
    body.h1(t.get("my-data-title"));
    body.lead(t.with("my-data-found", [("reference", own.household.reference.to_string())]));
    held(visit, &own, &mut body);
    seen(visit, &status, (reasons, &names), &pass, &mut body);
    contractors(visit, &own, holdings, &mut body);
    if !own.is_empty() {
        copy(visit, &pass, &mut body);
        change(visit, &pass, &mut body);
    }
    body.h2(t.get("my-data-formal")).p(t.get("my-data-formal-text"));
    body.part(&way(visit, "/my-data/request", "request", &pass, "my-data-formal-button", ButtonStyle::Secondary));
    let again = Button::new(t.get("view-again")).style(ButtonStyle::Quiet);
    body.part(&Form::new(&visit.visitor).to(visit.url("/my-data")).hidden("pass", &pass).part(&again));
    body.note(t.with("view-until", [("time", formats::time(known.until, visit.language()))]));
    body.link(t.get("view-leave"), visit.url(""));
    let page = Page::new(t.get("my-data-title"), body.markup()).switch_submits("form").wide();
    Ok(visit.show(page.back(visit.url("/status"))))
}

/// A form with one button that leads on with the pass.
pub(super) fn way(visit: &Visit, page: &str, id: &str, pass: &str, key: &str, style: ButtonStyle) -> Form {
    let button = Button::new(visit.t.get(key)).style(style);
    Form::new(&visit.visitor).id(id).to(visit.url(page)).hidden("pass", pass).part(&button)
}

fn held(visit: &Visit, own: &OwnData, body: &mut Body) {
    let t = &visit.t;
    body.h2(t.get("my-data-held"));
    if own.groups.is_empty() {
        body.p(t.get("my-data-nothing"));
        return;
    }
    for group in &own.groups {
        let labels: Vec<&str> = group.group.kinds().iter().map(|kind| kind.label(visit.language())).collect();
        body.h3(labels.join(if visit.language() == Language::En { ", " } else { "、" }));
        let mut rows: Vec<SummaryRow> =
            values(visit, own, group.group).into_iter().map(|(name, value)| SummaryRow::new(name, value)).collect();
        rows.push(SummaryRow::new(t.get("my-data-purpose"), openings::purpose(visit, &group.purpose)));
        rows.push(SummaryRow::new(t.get("my-data-from"), origin(visit, own, group.corrected)));
        rows.push(SummaryRow::new(t.get("my-data-until"), formats::date(group.until, visit.language())));
        body.part(&SummaryList::new(rows));
    }
}

/// The values of a group, each with its name.
pub(super) fn values(visit: &Visit, own: &OwnData, group: FieldGroup) -> Vec<(String, String)> {
    let (t, language) = (&visit.t, visit.language());
    match group {
        FieldGroup::Identity => own
            .people
            .iter()
            .zip(1_i64..)
            .map(|(person, number)| {
                let name = t.with("my-data-person", [("number", number)]);
                (name, format!("{} · {}", person.id_number.formatted(), formats::date(person.birth, language)))
            })
            .collect(),
        FieldGroup::Contact => own.contact.iter().flat_map(|contact| {
            let kinds = registration::scheme::FieldGroup::Contact.kinds();
            let labels = kinds.iter().map(|kind| kind.label(language).to_owned());
            labels.zip([contact.name.clone(), address_in_words(visit, &contact.address)]).collect::<Vec<_>>()
        }).collect(),
        FieldGroup::Mobile => {
            let label = FieldGroup::Mobile.kinds().first().map(|kind| kind.label(language).to_owned()).unwrap_or_default();
            own.mobile.iter().map(|mobile| (label.clone(), mobile.formatted())).collect()
        }
        FieldGroup::Health => own.health.iter().flat_map(|health| health_values(health, language)).collect(),
    }
}

/// The address as it is held; for who reads Chinese as the register of addresses writes it, and as it is held beside it.
fn address_in_words(visit: &Visit, address: &registration::Address) -> String {
    let premises = address.key.as_deref().and_then(|key| visit.state.gazetteer.get(key));
    match premises.filter(|_| visit.language() != Language::En) {
        Some(premises) => {
            let unit = hongkong::Unit::from_boxes(&address.flat, &address.floor, "");
            format!("{} ({})", hongkong::format_line(premises, &unit, visit.language()), address.line)
        }
        None => address.line.clone(),
    }
}

fn health_values(health: &registration::Health, language: Language) -> Vec<(String, String)> {
    let [doses, test] = [FieldKind::Vaccination, FieldKind::TestResult].map(|kind| kind.label(language).to_owned());
    let results = health.results.iter().map(|(result, day)| {
        let outcome = result.text();
        (test.clone(), format!("{} · {}", outcome.get(language), formats::date(*day, language)))
    });
    health.doses.iter().map(|count| (doses.clone(), count.to_string())).chain(results).collect()
}

/// Where the data came from.
pub(super) fn origin(visit: &Visit, own: &OwnData, corrected: bool) -> String {
    let key = match (corrected, own.household.channel) {
        (true, _) => "my-data-from-correction",
        (false, Channel::Online) => "my-data-from-online",
        (false, Channel::Officer) => "my-data-from-officer",
        (false, Channel::Letter) => "my-data-from-letter",
        (false, Channel::Field) => "my-data-from-field",
    };
    visit.t.with(key, [("time", formats::date_time(own.household.received, visit.language()))])
}

/// Every single opening with its proof, then the batches with theirs.
fn seen(
    visit: &Visit,
    status: &StatusView,
    (reasons, names): (Vec<Option<Secret<String>>>, &Names),
    pass: &str,
    body: &mut Body,
) {
    let t = &visit.t;
    body.h2(t.get("openings-title")).p(t.get("my-data-seen"));
    if status.openings.is_empty() {
        body.p(t.get("openings-none"));
    } else {
        let head = ["openings-when", "openings-who", "openings-purpose", "openings-why", "my-data-proof"].map(|key| t.get(key));
        let mut table = Table { quiet_caption: true, ..Table::new(t.get("openings-title"), head) };
        for (opening, reason) in status.openings.iter().zip(reasons) {
            let reason = openings::why(visit, opening, reason);
            table.row([
                Markup::text(&formats::date_time(opening.at, visit.language())),
                Markup::text(&openings::who(visit, opening, names)),
                Markup::text(&openings::purpose(visit, &opening.purpose)),
                Markup::text(&reason),
                proof(visit, opening, pass),
            ]);
        }
        body.part(&table);
    }
    if !status.batches.is_empty() {
        let head = ["openings-when", "openings-purpose", "batches-size", "my-data-proof"].map(|key| t.get(key));
        let mut table = Table { numeric: vec![2], ..Table::new(t.get("batches-title"), head) };
        for batch in &status.batches {
            table.row([
                Markup::text(&formats::date_time(batch.at, visit.language())),
                Markup::text(&openings::purpose(visit, &batch.purpose)),
                Markup::text(&formats::number(batch.records)),
                proof(visit, batch, pass),
            ]);
        }
        body.part(&table);
    }
}

fn proof(visit: &Visit, opening: &OpeningRow, pass: &str) -> Markup {
    let form = Form::new(&visit.visitor)
        .id(format!("proof-{}", opening.event))
        .to(visit.url("/my-data/proof"))
        .hidden("pass", pass)
        .hidden("event", opening.event.to_string());
    let time = formats::date_time(opening.at, visit.language());
    let button = Button::new(visit.t.with("my-data-proof-get", [("time", time)])).style(ButtonStyle::Quiet);
    form.part(&button).html(visit.language())
}

/// Who holds, or may look up, something of this household: those whose lease is for its district, or for a list it may be in.
fn contractors(visit: &Visit, own: &OwnData, mut holdings: Vec<Holding>, body: &mut Body) {
    let t = &visit.t;
    body.h2(t.get("my-data-contractors"));
    holdings.retain(|holding| holding.may_concern(&own.household.district));
    for holding in &holdings {
        let (name, until) = (holding.contractor.get(visit.language()), holding.lease.until);
        let task = holding.task().get(visit.language()).to_owned();
        let until = formats::date(until, visit.language());
        body.p(t.with("my-data-leased", [("name", name.to_owned()), ("task", task), ("until", until)]));
    }
    match (visit.scheme.courier(), own.household.export) {
        (Some(courier), Some(_)) => {
            let name = courier.name.get(visit.language()).to_owned();
            let until = formats::date(visit.scheme.expiry(FieldGroup::Contact), visit.language());
            body.p(t.with("my-data-contractor", [("name", name), ("until", until)]));
        }
        _ if holdings.is_empty() => {
            body.p(t.get("my-data-no-contractor"));
        }
        _ => {}
    }
}

fn copy(visit: &Visit, pass: &str, body: &mut Body) {
    let t = &visit.t;
    body.h2(t.get("my-data-copy")).p(t.get("my-data-copy-text"));
    for form in ["pdf", "json"].into_iter().filter(|form| *form == "json" || visit.state.font.is_some()) {
        let key = if form == "pdf" { "my-data-copy-pdf" } else { "my-data-copy-json" };
        let way = way(visit, "/my-data/file", form, pass, key, ButtonStyle::Secondary).hidden("form", form);
        body.part(&way);
    }
}

fn change(visit: &Visit, pass: &str, body: &mut Body) {
    let t = &visit.t;
    body.h2(t.get("my-data-correct")).p(t.get("my-data-correct-text"));
    body.part(&way(visit, "/my-data/correct", "correct", pass, "my-data-correct-button", ButtonStyle::Secondary));
    body.h2(t.get("my-data-withdraw")).p(t.get("my-data-withdraw-text"));
    body.part(&way(visit, "/my-data/withdraw", "withdraw", pass, "my-data-withdraw-button", ButtonStyle::Warning));
}
