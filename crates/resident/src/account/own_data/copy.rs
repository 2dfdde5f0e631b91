use axum::response::Response;
use kernel::Kind;
use notify::{Block, Sheets};
use serde_json::{Value, json};
use webkit::Failure;

use super::{Own, changes, openings, rows, signatures, standing};
use crate::account::call::Call;
use crate::account::connect::label;
use crate::account::services::attributes;
use crate::blocking::blocking;
use crate::my_data::download;

/// A copy of everything that is held, given, and was given.
pub(super) async fn file(call: &Call, own: &Own, form: &str) -> Result<Response, Failure> {
    if form == "pdf" {
        let font = call.state.font.clone().ok_or_else(|| Failure::of(Kind::Missing))?;
        let sheets = sheets(call, own);
        let pdf = blocking(move || notify::sheets_pdf(&sheets, &font)).await?;
        return Ok(download(pdf, "application/pdf", "my-account.pdf"));
    }
    let json = serde_json::to_vec_pretty(&document(call, own)).map_err(|_| Failure::of(Kind::Broken))?;
    Ok(download(json, "application/json", "my-account.json"))
}

fn document(call: &Call, own: &Own) -> Value {
    let held = own.held.iter().map(|one| {
        let purpose = rows(call, own, one).get(1).map(|(_, text)| text.clone());
        json!({
            "name": one.name.name(),
            "value": one.value.expose(),
            "purpose": purpose,
            "source": one.source.name(),
            "since": one.since.to_string(),
            "until": own.account.expiry.to_string(),
        })
    });
    let shares = own.dealings.shares.iter().map(|share| {
        let until = (!share.lasting).then(|| share.expires.to_string());
        json!({ "service": share.client, "attribute": share.attribute, "since": share.given.to_string(), "until": until })
    });
    let releases = own.dealings.releases.iter().map(|release| {
        json!({
            "at": release.at.to_string(),
            "service": release.client,
            "attributes": release.attributes,
            "journal-entry": release.event.to_string(),
        })
    });
    let openings = own.openings.iter().map(|opening| {
        json!({
            "at": opening.at.to_string(),
            "who": openings::who(call, own, opening),
            "for": opening.aim.name(),
            "journal-entry": opening.event.to_string(),
        })
    });
    let changes = own.changes.iter().map(|change| {
        json!({ "at": change.at.to_string(), "what": change.what.name(), "journal-entry": change.event.to_string() })
    });
    let signed = own.signatures.iter().map(|one| {
        json!({
            "at": one.made.to_string(),
            "asked-by": one.service,
            "form": one.form.name(),
            "document-sha256": kernel::to_hex(&one.document),
            "certificate": kernel::to_hex(&one.serial),
            "revoked": one.revoked.map(|at| at.to_string()),
        })
    });
    json!({
        "format": "lionrock-own-account/1",
        "level": own.account.level.name(),
        "created": own.account.created.to_string(),
        "held": held.collect::<Vec<_>>(),
        "given-from-now-on": shares.collect::<Vec<_>>(),
        "releases": releases.collect::<Vec<_>>(),
        "openings": openings.collect::<Vec<_>>(),
        "signatures": signed.collect::<Vec<_>>(),
        "changes": changes.collect::<Vec<_>>(),
        "issued": call.now().to_string(),
    })
}

fn sheets(call: &Call, own: &Own) -> Sheets {
    let language = call.language();
    let mut blocks = vec![Block::Paragraph(call.say("account-data-lead")), Block::Heading(call.say("my-data-held"))];
    for one in &own.held {
        blocks.push(Block::Heading(label(call, one.name.name())));
        blocks.extend(rows(call, own, one).into_iter().map(|(name, value)| Block::Row(name, value)));
    }
    blocks.push(Block::Heading(call.say("services-title")));
    let standing = standing(call, own);
    if standing.is_empty() {
        blocks.push(Block::Paragraph(call.say("services-none")));
    }
    blocks.extend(standing.into_iter().map(|(service, what)| Block::Row(service, what)));
    blocks.push(Block::Heading(call.say("services-given")));
    if own.dealings.releases.is_empty() {
        blocks.push(Block::Paragraph(call.say("services-given-none")));
    }
    for release in &own.dealings.releases {
        let line = [own.dealings.name(call, &release.client), attributes(call, release), release.event.to_string()].join(" · ");
        blocks.push(Block::Row(call.at(release.at), line));
    }
    blocks.push(Block::Heading(call.say("openings-title")));
    if own.openings.is_empty() {
        blocks.push(Block::Paragraph(call.say("account-openings-none")));
    }
    for one in &own.openings {
        let line = [openings::who(call, own, one), openings::aim(call, one), one.event.to_string()].join(" · ");
        blocks.push(Block::Row(call.at(one.at), line));
    }
    blocks.push(Block::Heading(call.say("signing-history")));
    if own.signatures.is_empty() {
        blocks.push(Block::Paragraph(call.say("signing-history-empty")));
    }
    for one in &own.signatures {
        let line = [one.service.clone(), signatures::form(call, one), kernel::to_hex(&one.document), signatures::state(call, one)];
        blocks.push(Block::Row(call.at(one.made), line.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")));
    }
    blocks.push(Block::Heading(call.say("change-title")));
    if own.changes.is_empty() {
        blocks.push(Block::Paragraph(call.say("change-none")));
    }
    for one in &own.changes {
        let line = [call.say(changes::words(one.what)), one.event.to_string()].join(" · ");
        blocks.push(Block::Row(call.at(one.at), line));
    }
    Sheets {
        language,
        title: call.say("account-data-title"),
        sender: vec![call.charter.department.get(language).to_owned(), call.charter.title.get(language).to_owned()],
        window: Vec::new(),
        date: call.now().day(),
        blocks,
    }
}
