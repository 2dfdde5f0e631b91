//! One's own data by account: what is held, where it comes from, why and until when; who was given or has read something, with proof; a
//! copy of it all.

mod changes;
mod copy;
mod openings;
pub(super) mod signatures;

use axum::response::Response;
use flows::Names;
use identity::{Account, Attribute, AttributeName, Changed, EvidenceOpening, Source, evidence_openings};
use kernel::{Id, Instant, Kind, kinds};
use signing::Signature;
use store::StoreError;
use webkit::parts::{Button, ButtonStyle, Part as _, SummaryList, SummaryRow, Table};
use webkit::{Body, Failure, Markup, Page, Values, formats};

use super::call::Call;
use super::connect::{label, written};
use super::services::{Dealings, attributes, term};
use crate::blocking::blocking;
use crate::faults::Faults;
use crate::my_data::download;

/// Everything that a resident is shown of the own account: the page and the copies say nothing else.
struct Own {
    account: Account,
    held: Vec<Attribute>,
    dealings: Dealings,
    /// What was changed by somebody who was not signed in.
    changes: Vec<Changed>,
    /// Who opened what was sent for the comparison.
    openings: Vec<EvidenceOpening>,
    /// What was signed.
    signatures: Vec<Signature>,
    names: Names,
}

async fn own(call: &Call) -> Result<Option<Own>, Failure> {
    let Some(found) = call.found else { return Ok(None) };
    let (ledger, id, now) = (call.service.ledger().clone(), found.who.account(), call.now());
    let read = call.read("resident.own_account", move |tx| {
        Ok::<_, StoreError>((identity::account(tx, id)?, Dealings::of(tx, id.bytes(), now)?, (evidence_openings(tx, id)?, identity::changes(tx, id)?, signing::history(tx, id)?)))
    });
    let (Some(account), dealings, (openings, changes, signatures)) = read.await? else { return Ok(None) };
    let held = blocking(move || flows::own_attributes(&ledger, id)).await?;
    let platform = call.state.platform.clone();
    let names = blocking(move || flows::names(&platform)).await?;
    Ok(Some(Own { account, held, dealings, changes, openings, signatures, names }))
}

/// `GET /account/data`
pub(super) async fn show(call: Call) -> Result<Response, Failure> {
    let Some(own) = own(&call).await? else { return Ok(call.away()) };
    let title = call.say("account-data-title");
    let mut body = call.body(&title, &Faults::none());
    body.lead(call.say("account-data-lead"));
    held(&call, &own, &mut body);
    given(&call, &own, &mut body);
    signatures::list(&call, &own, &mut body);
    changes::list(&call, &own, &mut body);
    openings::list(&call, &own, &mut body);
    body.h2(call.say("my-data-copy")).p(call.say("my-data-copy-text"));
    for form in ["pdf", "json"].into_iter().filter(|form| *form == "json" || call.state.font.is_some()) {
        let key = if form == "pdf" { "my-data-copy-pdf" } else { "my-data-copy-json" };
        let button = Button::new(call.say(key)).style(ButtonStyle::Secondary);
        body.part(&call.form("/account/data/file").id(form).hidden("form", form).part(&button));
    }
    Ok(call.show(Page::new(title, body.markup()).back(call.url("/account")).current("/account").wide()))
}

fn held(call: &Call, own: &Own, body: &mut Body) {
    body.h2(call.say("my-data-held"));
    for attribute in &own.held {
        body.h3(label(call, attribute.name.name())).part(&SummaryList::new(
            rows(call, own, attribute).into_iter().map(|(name, value)| SummaryRow::new(name, value)).collect(),
        ));
    }
    body.link(call.say("details-title"), call.url("/account/details"));
}

/// What is said of one attribute, on the page and in the copies.
fn rows(call: &Call, own: &Own, attribute: &Attribute) -> Vec<(String, String)> {
    let charter = &call.charter;
    let purpose = match attribute.name {
        AttributeName::Mobile => &charter.account,
        name if name.is_of_choosing() => &charter.release,
        _ => &charter.identity,
    };
    vec![
        (call.say("account-data-value"), written(call, attribute)),
        (call.say("my-data-purpose"), purpose.text.get(call.language()).to_owned()),
        (call.say("my-data-from"), call.t.with(source_words(attribute.source), [("time", call.at(attribute.since))])),
        (call.say("my-data-until"), formats::date(own.account.expiry, call.language())),
    ]
}

const fn source_words(source: Source) -> &'static str {
    match source {
        Source::Typed => "account-from-typed",
        Source::Confirmed => "account-from-confirmed",
        Source::Proofed => "account-from-proofed",
        Source::Register => "account-from-register",
    }
}

fn given(call: &Call, own: &Own, body: &mut Body) {
    let dealings = &own.dealings;
    body.h2(call.say("services-given")).p(call.say("services-given-lead"));
    let head = ["openings-when", "services-who", "services-what", "my-data-proof"].map(|key| call.say(key));
    let mut table = Table::new(call.say("services-given"), head);
    table.quiet_caption = true;
    table.empty = call.say("services-given-none");
    for release in &dealings.releases {
        table.row([
            Markup::text(&call.at(release.at)),
            Markup::text(&dealings.name(call, &release.client)),
            Markup::text(&attributes(call, release)),
            proof_button(call, release.event, release.at),
        ]);
    }
    body.part(&table);
    body.link(call.say("services-title"), call.url("/account/services"));
}

/// Fetches the proof of an entry.
fn proof_button(call: &Call, event: Id<kinds::Event>, at: Instant) -> Markup {
    let form = call.form("/account/data/proof").id(format!("proof-{event}")).hidden("event", event.to_string());
    let button = Button::new(call.t.with("my-data-proof-get", [("time", call.at(at))])).style(ButtonStyle::Quiet);
    form.part(&button).html(call.language())
}

/// What is given to which service from now on, in words.
fn standing(call: &Call, own: &Own) -> Vec<(String, String)> {
    let line = |share: &provider::Share| {
        let what = format!("{} · {}", label(call, &share.attribute), term(call, share));
        (own.dealings.name(call, &share.client), what)
    };
    own.dealings.shares.iter().map(line).collect()
}

/// `POST /account/data/file`: a copy of everything, as PDF or JSON.
pub(super) async fn file(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(own) = own(&call).await? else { return Ok(call.away()) };
    copy::file(&call, &own, values.get("form")).await
}

/// `POST /account/data/proof`: the proof that an entry of one's own list stands in the journal; `lionrock-verify receipt` reads it.
pub(super) async fn proof(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let wanted: Id<kinds::Event> = values.get("event").parse().map_err(|_| Failure::of(Kind::Missing))?;
    let account = found.who.account();
    let own = call.read("resident.own_entries", move |tx| {
        let released = provider::releases(tx, account.bytes())?.into_iter().map(|release| release.event);
        let changed = identity::changes(tx, account)?.into_iter().map(|change| change.event);
        let opened = evidence_openings(tx, account)?.into_iter().map(|one| one.event);
        Ok::<_, StoreError>(released.chain(opened).chain(changed).collect::<Vec<_>>())
    });
    if !own.await?.contains(&wanted) {
        return Err(Failure::of(Kind::Missing));
    }
    let ledger = call.service.ledger().clone();
    let found = blocking(move || flows::ledger_proof(&ledger, wanted)).await?;
    let document = found.ok_or_else(|| Failure::of(Kind::Busy).because("not yet in the journal"))?;
    Ok(download(document.to_string().into_bytes(), "application/json", &format!("{wanted}.json")))
}
