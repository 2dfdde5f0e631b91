use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Instant, Kind, from_hex};
use processors::{FileStatement, FileStatementError, Lease, Statement, StatementVerdict};
use webkit::parts::{Button, Form, Inset, TextArea, TextInput, Width};
use webkit::{Body, Failure, FieldErrors, Markup, Page, Values};

use crate::visit::Visit;

/// The lists of a statement and of an answer to an enquiry.
pub(crate) const LISTS: [&str; 4] = ["hosts", "copies", "backups", "sub-processors"];

/// `GET /partner/leases/{lease}/statement`: what has to be stated.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let lease = owed(&visit).await?;
    let Some(lease) = lease else { return Ok(back(&visit)) };
    let mut values = Values::default();
    let now = visit.now().to_string();
    values.set("deleted", now.get(..16).unwrap_or_default());
    Ok(questions(&visit, &lease, &values, &FieldErrors::new()))
}

/// `POST /partner/leases/{lease}/statement`: first the answers, which become the exact text; then that text with its signature.
pub(crate) async fn step(visit: Visit, values: Values) -> Result<Response, Failure> {
    let Some(lease) = owed(&visit).await? else { return Ok(back(&visit)) };
    if values.get("stage") == "sign" {
        return sign(&visit, &lease, &values).await;
    }
    if values.switching() {
        return Ok(questions(&visit, &lease, &values, &FieldErrors::new()));
    }
    let mut errors = FieldErrors::new();
    let deleted = Instant::parse_hong_kong(values.get("deleted").trim());
    if deleted.is_none() {
        errors.add("deleted", "deleted-wrong");
    }
    let statement = Statement {
        lease: lease.id,
        contractor: lease.contractor,
        deleted: deleted.unwrap_or_else(|| visit.now()),
        hosts: lines(values.get("hosts")),
        copies: lines(values.get("copies")),
        backups: lines(values.get("backups")),
        sub_processors: lines(values.get("sub-processors")),
    };
    let text = statement.text();
    if Statement::parse(&text).is_err() {
        errors.add("hosts", "lines-wrong");
    }
    if errors.is_empty() { Ok(to_sign(&visit, &lease, &text, None)) } else { Ok(questions(&visit, &lease, &values, &errors)) }
}

/// The lines of a field, without empty ones.
pub(crate) fn lines(typed: &str) -> Vec<String> {
    typed.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The lease, if a statement about it can be filed.
async fn owed(visit: &Visit) -> Result<Option<Lease>, Failure> {
    let lease = visit.lease().await?;
    Ok((lease.ended.is_some() && lease.statement.is_none()).then_some(lease))
}

fn back(visit: &Visit) -> Response {
    Redirect::to(&visit.url(&format!("/partner/leases/{}", visit.param("lease")))).into_response()
}

fn questions(visit: &Visit, lease: &Lease, values: &Values, errors: &FieldErrors) -> Response {
    let t = &visit.t;
    let title = t.get("statement-title");
    let mut body = Body::new(visit.language());
    body.maybe(errors.summary(t).as_ref()).h1(&title).p(t.get("statement-lead"));
    let deleted = TextInput {
        hint: Some(t.get("deleted-hint")),
        value: values.get("deleted").to_owned(),
        error: errors.message("deleted", t),
        width: Width::Twenty,
        verbatim: true,
        autocomplete: Some("off"),
        ..TextInput::new("deleted", t.get("deleted"))
    };
    let mut form = Form::new(&visit.visitor).part(&deleted);
    for name in LISTS {
        form = form.part(&list_field(visit, name, values, errors));
    }
    body.part(&form.part(&Button::new(t.get("continue"))));
    let page = Page::new(title, body.markup()).switch_submits("form").back(visit.lease_url(lease.id, ""));
    visit.show(if errors.is_empty() { page } else { page.invalid() })
}

/// A field with one thing a line.
pub(crate) fn list_field(visit: &Visit, name: &str, values: &Values, errors: &FieldErrors) -> TextArea {
    TextArea {
        hint: Some(visit.t.get(&format!("list-{name}-hint"))),
        value: values.get(name).to_owned(),
        error: errors.message(name, &visit.t),
        rows: 3,
        ..TextArea::new(name, visit.t.get(&format!("list-{name}")))
    }
}

/// The exact text, how to sign it, and the field for the signature.
fn to_sign(visit: &Visit, lease: &Lease, text: &str, fault: Option<&str>) -> Response {
    let t = &visit.t;
    let title = t.get("sign-title");
    let mut body = Body::new(visit.language());
    if let Some(message) = fault {
        body.part(&webkit::parts::ErrorSummary { lines: vec![("#signature".to_owned(), message.to_owned())] });
    }
    body.h1(&title).p(t.get("sign-lead"));
    body.push(&preformatted(text));
    body.p(t.get("sign-how"));
    body.part(&Inset(preformatted("lionrock statement sign --key contractor.key statement.txt")));
    let field = TextArea {
        hint: Some(t.get("signature-hint")),
        error: fault.map(str::to_owned),
        rows: 3,
        ..TextArea::new("signature", t.get("signature"))
    };
    let form = Form::new(&visit.visitor).hidden("stage", "sign").hidden("text", text);
    body.part(&form.part(&field).part(&Button::new(t.get("sign-send"))));
    let page = Page::new(title, body.markup()).switch_submits("form").back(visit.lease_url(lease.id, "/statement"));
    visit.show(if fault.is_some() { page.invalid() } else { page })
}

fn preformatted(text: &str) -> Markup {
    Markup::trusted(format!("<pre class=\"lr-code\" tabindex=\"0\">{}</pre>\n", Markup::text(text)))
}

async fn sign(visit: &Visit, lease: &Lease, values: &Values) -> Result<Response, Failure> {
    // A form's lines end in CR LF; the text that is signed has none of the former.
    let text = values.get("text").replace("\r\n", "\n");
    if values.switching() {
        return Ok(to_sign(visit, lease, &text, None));
    }
    let Some(signature) = signature(values.get("signature")) else {
        return Ok(to_sign(visit, lease, &text, Some(&visit.t.get("signature-wrong"))));
    };
    match filed(visit, FileStatement { lease: lease.id, text: text.clone(), signature }).await? {
        StatementVerdict::Accepted => Ok(back(visit)),
        verdict => Ok(to_sign(visit, lease, &text, Some(&visit.text(&verdict.title())))),
    }
}

async fn filed(visit: &Visit, command: FileStatement) -> Result<StatementVerdict, Failure> {
    let partner = visit.partner.clone();
    let file = visit.act("partner.file_statement", move |work| {
        flows::file_statement(work, &partner, &command).map(|filed| filed.verdict)
    });
    match file.await? {
        Ok(verdict) => Ok(verdict),
        Err(FileStatementError::TooLong) => Err(Failure::of(Kind::Invalid)),
        Err(error) => Err(error.into()),
    }
}

/// 64 bytes in hexadecimal, however they were wrapped.
pub(crate) fn signature(typed: &str) -> Option<Vec<u8>> {
    let digits: String = typed.split_whitespace().collect();
    from_hex(&digits).ok().filter(|bytes| bytes.len() == 64)
}
