use std::sync::Arc;

use axum::response::Response;
use journal::Actor;
use store::StoreError;
use vault::{LodgeError, LodgeRequest, RequestChannel, RequestDetails, RequestKind, RequestRow};
use webkit::parts::{Button, Choice, FileInput, Form, Panel, Radios, TextArea, TextInput};
use webkit::{Failure, FileKind, Page, SentForm, Values, formats};

use super::{picture, status_of};
use crate::blocking::blocking;
use crate::received::print_button;
use crate::faults::Faults;
use crate::status::door::Known;
use crate::status::pass_of;
use crate::visit::Visit;

/// A formal request for access or correction: the form, and its number and last day.
pub(super) async fn step(visit: Visit, sent: &SentForm, known: Known) -> Result<Response, Failure> {
    let values = &sent.values;
    if values.get("act") != "lodge" || values.switching() {
        return page(&visit, values, known, &Faults::none());
    }
    let kind = match (RequestKind::parse(values.get("kind")), faults_of(&visit, values)) {
        (Some(kind), faults) if faults.is_empty() => kind,
        (_, faults) => return page(&visit, values, known, &faults),
    };
    let reference = status_of(&visit, known).await?.household.reference.to_string();
    let value = |name: &str| values.get(name).trim().to_owned();
    let details = RequestDetails { reference, name: value("name"), address: value("address"), text: value("text") };
    let visit = Arc::new(visit);
    let picture = match (&sent.file, visit.clone()) {
        (None, _) => None,
        (Some(file), visit) => {
            let file = file.clone();
            Some(blocking(move || Ok::<_, StoreError>(picture::take(&visit, &file))).await?)
        }
    };
    let picture = match picture.transpose() {
        Ok(picture) => picture,
        Err(sentence) => return page(&visit, values, known, &Faults::one("picture", sentence)),
    };
    let (platform, service, language) = (visit.state.platform.clone(), visit.service.id(), visit.language());
    let lodged = blocking(move || -> Result<_, LodgeError> {
        let (ledger, today) = (platform.ledger(), platform.now().day());
        let proof = picture.map(|it| vault::seal_proof(ledger.keys(), today, it.media_type, &it.bytes)).transpose()?;
        let details = match vault::seal_details(ledger.keys(), today, &details) {
            Err(LodgeError::Details) => return Ok(None),
            sealed => sealed?,
        };
        let command = LodgeRequest { service, kind, channel: RequestChannel::Online, language, details, proof };
        let lodged = ledger.write("resident.lodge_request", Actor::Visitor, move |work| vault::lodge_request(work, &command));
        match lodged {
            Ok((row, _)) => Ok(Some(row)),
            Err(store::RunError::Refused(error)) => Err(error),
            Err(store::RunError::Store(error)) => Err(error.into()),
            Err(store::RunError::Busy { .. }) => Err(LodgeError::Busy),
        }
    })
    .await?;
    match lodged {
        Some(row) => Ok(done(&visit, &row)),
        None => page(&visit, values, known, &Faults::one("text", visit.t.with("request-too-long", [("most", vault::TEXT_MOST)]))),
    }
}

/// Everything that is missing or too long, so that it is mended in one go.
fn faults_of(visit: &Visit, values: &Values) -> Faults {
    let t = &visit.t;
    let mut lines = Vec::new();
    if RequestKind::parse(values.get("kind")).is_none() {
        lines.push(("kind".to_owned(), t.get("request-choose")));
    }
    for (field, most) in [("name", vault::NAME_MOST), ("address", vault::ADDRESS_MOST), ("text", vault::TEXT_MOST)] {
        let typed = values.get(field).trim();
        if typed.is_empty() {
            lines.push((field.to_owned(), t.get(&format!("request-missing-{field}"))));
        } else if typed.chars().count() > most {
            lines.push((field.to_owned(), t.with("request-too-long", [("most", most)])));
        }
    }
    Faults::from_lines(lines)
}

fn page(visit: &Visit, values: &Values, known: Known, faults: &Faults) -> Result<Response, Failure> {
    let t = &visit.t;
    let title = t.get("my-data-formal");
    let mut body = visit.body();
    body.maybe(faults.summary().as_ref()).h1(&title).p(t.get("request-lead"));
    let kinds = RequestKind::ALL.iter();
    let kinds = kinds.map(|kind| Choice::new(kind.as_str(), kind.title().get(visit.language()))).collect();
    let area = |name: &'static str, key: &str, rows| TextArea {
        value: values.get(name).to_owned(),
        error: faults.of_field(name),
        rows,
        ..TextArea::new(name, t.get(key))
    };
    let form = Form::new(&visit.visitor)
        .to(visit.url("/my-data/request"))
        .hidden("pass", pass_of(visit, known)?)
        .hidden("act", "lodge")
        .with_file()
        .part(&Radios {
            value: values.get("kind").into(),
            error: faults.of_field("kind"),
            ..Radios::new("kind", t.get("request-kind"), kinds)
        })
        .part(&TextInput {
            value: values.get("name").to_owned(),
            error: faults.of_field("name"),
            autocomplete: Some("name"),
            ..TextInput::new("name", t.get("request-name"))
        })
        .part(&area("address", "request-address", 3))
        .part(&area("text", "request-text", 5))
        .part(&FileInput {
            hint: Some(t.get("request-picture-hint")),
            error: faults.of_field("picture"),
            ..FileInput::new("picture", t.get("request-picture"), FileKind::Picture)
        })
        .part(&Button::new(t.get("request-lodge")));
    body.part(&form);
    let page = Page::new(&title, body.markup()).switch_submits("form").back(visit.url("/my-data"));
    Ok(visit.show(if faults.is_empty() { page } else { page.invalid() }))
}

fn done(visit: &Visit, row: &RequestRow) -> Response {
    let t = &visit.t;
    let mut body = visit.body();
    body.part(&Panel { title: t.get("request-done"), label: t.get("request-number"), reference: row.printed() });
    body.p(t.with("request-due", [("day", formats::date(row.due, visit.language()))]));
    body.p(t.get("request-keep")).push(&print_button(&t.get("received-print")));
    body.link(t.get("view-leave"), visit.url(""));
    visit.show(Page::new(t.get("request-done"), body.markup()).without_switch())
}
