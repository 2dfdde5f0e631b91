use axum::extract::Request;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Instant, Kind, from_hex};
use processors::{FileStatement, FileStatementError, Lease, SignedStatement, Statement, StatementVerdict};
use webkit::parts::{Button, ErrorSummary, Form, Inset, TextArea, TextInput, Width};
use webkit::{Body, Failure, FieldErrors, Markup, Page, SentForm, Values};

use crate::statement_file::{self, FILE_MOST_BYTES, Sent, file_field};
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
    Ok(questions(&visit, &lease, &values, &FieldErrors::new(), None))
}

/// `POST /partner/leases/{lease}/statement`: first the answers, which become the exact text; then that text with its signature.
/// Or a file at once, in which both stand.
pub(crate) async fn step(visit: Visit, request: Request) -> Result<Response, Failure> {
    let SentForm { values, file } = SentForm::read(request, FILE_MOST_BYTES).await?;
    let Some(lease) = owed(&visit).await? else { return Ok(back(&visit)) };
    let signing = values.get("stage") == "sign";
    if values.switching() {
        return Ok(if signing { Asked::of(&values).page(&visit, &lease) } else { questions(&visit, &lease, &values, &FieldErrors::new(), None) });
    }
    match statement_file::read(&visit, file).await? {
        Some(Sent::Signed(signed)) => file_signed(&visit, &lease, &values, signed).await,
        Some(Sent::Signature(signature)) if signing => sign(&visit, &lease, &values, Some(signature)).await,
        Some(Sent::Signature(_)) => Ok(wrong_file(&visit, &lease, &values, visit.t.get("statement-file-wrong"))),
        Some(Sent::Wrong(message)) => Ok(wrong_file(&visit, &lease, &values, message)),
        None if signing => sign(&visit, &lease, &values, None).await,
        None => Ok(answered(&visit, &lease, &values)),
    }
}

/// The page that the file came from, with everything that was typed, and what is wrong with the file.
fn wrong_file(visit: &Visit, lease: &Lease, values: &Values, message: String) -> Response {
    if values.get("stage") == "sign" {
        return Asked { file_fault: Some(message), ..Asked::of(values) }.page(visit, lease);
    }
    questions(visit, lease, values, &FieldErrors::new(), Some(message))
}

async fn file_signed(visit: &Visit, lease: &Lease, values: &Values, signed: SignedStatement) -> Result<Response, Failure> {
    let SignedStatement { text, signature } = signed;
    if text.len() > FILE_MOST_BYTES {
        return Ok(wrong_file(visit, lease, values, visit.t.get("statement-file-wrong")));
    }
    match filed(visit, FileStatement { lease: lease.id, text, signature }).await? {
        StatementVerdict::Accepted => Ok(back(visit)),
        verdict => Ok(wrong_file(visit, lease, values, visit.text(&verdict.title()))),
    }
}

/// The answers become the text, or are shown again with what is wrong.
fn answered(visit: &Visit, lease: &Lease, values: &Values) -> Response {
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
    if errors.is_empty() {
        Asked { text, ..Asked::default() }.page(visit, lease)
    } else {
        questions(visit, lease, values, &errors, None)
    }
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

fn questions(
    visit: &Visit,
    lease: &Lease,
    values: &Values,
    errors: &FieldErrors,
    file_fault: Option<String>,
) -> Response {
    let t = &visit.t;
    let title = t.get("statement-title");
    let mut body = Body::new(visit.language());
    let sound = errors.is_empty() && file_fault.is_none();
    let summary = file_fault.as_ref().map(|message| ErrorSummary { lines: vec![("#file".to_owned(), message.clone())] });
    body.maybe(errors.summary(t).as_ref()).maybe(summary.as_ref()).h1(&title).p(t.get("statement-lead"));
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
    body.part(&form.with_file().part(&file_field(visit, file_fault)).part(&Button::new(t.get("continue"))));
    let page = Page::new(title, body.markup()).switch_submits("form").back(visit.lease_url(lease.id, ""));
    visit.show(if sound { page } else { page.invalid() })
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

/// The page that shows the exact text and asks for the signature.
#[derive(Default)]
struct Asked {
    text: String,
    /// As it was typed.
    signature: String,
    fault: Option<String>,
    file_fault: Option<String>,
}

impl Asked {
    /// As it was sent. A form's lines end in CR LF; the text that is signed has none of the former.
    fn of(values: &Values) -> Self {
        let text = values.get("text").replace("\r\n", "\n");
        Self { text, signature: values.get("signature").to_owned(), ..Self::default() }
    }

    fn page(self, visit: &Visit, lease: &Lease) -> Response {
        let t = &visit.t;
        let title = t.get("sign-title");
        let mut body = Body::new(visit.language());
        let faults = [("#signature", &self.fault), ("#file", &self.file_fault)];
        let lines: Vec<_> = faults.into_iter().filter_map(|(at, fault)| Some((at.to_owned(), fault.clone()?))).collect();
        let sound = lines.is_empty();
        if !sound {
            body.part(&ErrorSummary { lines });
        }
        body.h1(&title).p(t.get("sign-lead"));
        body.push(&preformatted(&self.text));
        body.p(t.get("sign-how"));
        let command = "lionrock statement sign --key contractor.key --output signed.txt statement.txt";
        body.part(&Inset(preformatted(command)));
        let field = TextArea {
            hint: Some(t.get("signature-hint")),
            value: self.signature,
            error: self.fault,
            rows: 3,
            ..TextArea::new("signature", t.get("signature"))
        };
        let form = Form::new(&visit.visitor).with_file().hidden("stage", "sign").hidden("text", self.text);
        let form = form.part(&field).part(&file_field(visit, self.file_fault));
        body.part(&form.part(&Button::new(t.get("sign-send"))));
        let page = Page::new(title, body.markup()).switch_submits("form").back(visit.lease_url(lease.id, "/statement"));
        visit.show(if sound { page } else { page.invalid() })
    }
}

fn preformatted(text: &str) -> Markup {
    Markup::trusted(format!("<pre class=\"lr-code\" tabindex=\"0\">{}</pre>\n", Markup::text(text)))
}

/// Files the shown text with the signature of a file, or the one that was typed.
async fn sign(visit: &Visit, lease: &Lease, values: &Values, sent: Option<Vec<u8>>) -> Result<Response, Failure> {
    let asked = Asked::of(values);
    let Some(signature) = sent.or_else(|| signature(&asked.signature)) else {
        return Ok(Asked { fault: Some(visit.t.get("signature-wrong")), ..asked }.page(visit, lease));
    };
    match filed(visit, FileStatement { lease: lease.id, text: asked.text.clone(), signature }).await? {
        StatementVerdict::Accepted => Ok(back(visit)),
        verdict => Ok(Asked { fault: Some(visit.text(&verdict.title())), ..asked }.page(visit, lease)),
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
