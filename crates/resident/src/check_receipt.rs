use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Kind;
use webkit::parts::{Button, ButtonStyle, FileInput, Form, Inset, Notification, SummaryList, SummaryRow, TextArea};
use webkit::{Body, Failure, FileKind, L10n, Markup, Page, SentForm, Values, Visitor};

use crate::faults::Faults;
use crate::receipt::{Found, Held};
use crate::state::ResidentState;
use crate::texts::texts;

/// A receipt has one or two kilobytes, most of them its way up the tree.
const RECEIPT_MAX_BYTES: usize = 64 * 1024;

/// What a receipt turned out to be.
enum Verdict {
    /// Not signed by our log, or changed.
    Forged,
    /// Ours; its service has ended and its data are erased.
    Ended,
    /// Ours, with what the journal knows.
    Ours(Found),
}

/// `GET /check-receipt`
pub(crate) async fn show(State(state): State<Arc<ResidentState>>, visitor: Visitor) -> Response {
    ask(&state, &visitor, "", &Faults::none())
}

/// `POST /check-receipt`: pasted, or as the file that was downloaded. A file is read in memory and kept nowhere.
pub(crate) async fn check(
    State(state): State<Arc<ResidentState>>,
    visitor: Visitor,
    request: Request,
) -> Result<Response, Failure> {
    let SentForm { values, file } = SentForm::read(request, RECEIPT_MAX_BYTES).await?;
    let t = texts(visitor.language);
    let typed = values.get("receipt");
    if values.switching() && values.get("answered").is_empty() {
        return Ok(ask(&state, &visitor, typed, &Faults::none()));
    }
    let text = match file.as_ref().map(|file| file.content(FileKind::Text)).transpose() {
        Ok(None) => Cow::Borrowed(typed),
        Ok(Some(bytes)) => String::from_utf8_lossy(bytes),
        Err(flaw) => return Ok(ask(&state, &visitor, typed, &Faults::one("file", flaw.sentence(&visitor.texts())))),
    };
    let Some(held) = Held::parse(&text) else {
        if file.is_some() {
            return Ok(ask(&state, &visitor, typed, &Faults::one("file", t.get("receipt-unreadable"))));
        }
        let text = typed;
        let key = if text.trim().is_empty() { "receipt-empty" } else { "receipt-unreadable" };
        return Ok(ask(&state, &visitor, text, &Faults::one("receipt", t.get(key))));
    };
    let verdict = judge(&state, held.clone()).await?;
    Ok(answer(&state, &visitor, &t, &held, &verdict, &text))
}

/// `POST /check-receipt/file`: the receipt as a file, completed by its inclusion proof when there is one.
pub(crate) async fn download(
    State(state): State<Arc<ResidentState>>,
    values: Values,
) -> Result<Response, Failure> {
    let held = Held::parse(values.get("receipt")).ok_or_else(|| Failure::of(Kind::Invalid))?;
    let inclusion = match judge(&state, held.clone()).await? {
        Verdict::Forged => return Err(Failure::of(Kind::Invalid).because("not our signature")),
        Verdict::Ours(Found::Merged(inclusion)) => Some(inclusion),
        Verdict::Ours(_) | Verdict::Ended => None,
    };
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CONTENT_DISPOSITION, "attachment; filename=\"lionrock-receipt.json\""),
    ];
    Ok((headers, held.to_json(inclusion.as_ref()).to_string()).into_response())
}

/// `GET /check-receipt/file`: only a form leads there.
pub(crate) async fn elsewhere(visitor: Visitor) -> Response {
    Redirect::to(&visitor.url("/check-receipt")).into_response()
}

async fn judge(state: &Arc<ResidentState>, held: Held) -> Result<Verdict, Failure> {
    let platform = state.platform.clone();
    if !held.is_signed_by(&**platform.ledger().signer()) {
        return Ok(Verdict::Forged);
    }
    let service = platform.services().into_iter().find(|service| service.ledger().origin() == held.origin);
    let Some(service) = service else { return Ok(Verdict::Ended) };
    let ledger = service.ledger().clone();
    let found = tokio::task::spawn_blocking(move || held.look_up(&ledger)).await;
    Ok(Verdict::Ours(found.map_err(|_| Failure::of(Kind::Broken))??))
}

fn ask(state: &ResidentState, visitor: &Visitor, text: &str, faults: &Faults) -> Response {
    let t = texts(visitor.language);
    let mut body = Body::new(visitor.language);
    body.maybe(faults.summary().as_ref()).h1(t.get("receipt-title")).p(t.get("receipt-lead"));
    let field = TextArea {
        hint: Some(t.get("receipt-hint")),
        value: text.to_owned(),
        error: faults.of_field("receipt"),
        rows: 8,
        ..TextArea::new("receipt", t.get("receipt-field"))
    };
    let file = FileInput {
        hint: Some(t.get("receipt-file-hint")),
        error: faults.of_field("file"),
        ..FileInput::new("file", t.get("receipt-file"), FileKind::Text)
    };
    let form = Form::new(visitor).to(visitor.url("/check-receipt")).with_file();
    body.part(&form.part(&field).part(&file).part(&Button::new(t.get("receipt-check"))));
    body.note(t.get("receipt-offline"));
    let page = Page::new(t.get("receipt-title"), body.markup()).current("/check-receipt").switch_submits("form");
    state.layout.page(visitor, if faults.is_empty() { page } else { page.invalid() })
}

fn answer(
    state: &ResidentState,
    visitor: &Visitor,
    t: &L10n,
    held: &Held,
    verdict: &Verdict,
    text: &str,
) -> Response {
    let (key, good) = match verdict {
        Verdict::Forged => ("forged", false),
        Verdict::Ended => ("ended", true),
        Verdict::Ours(Found::Merged(_)) => ("merged", true),
        Verdict::Ours(Found::Waiting) => ("waiting", true),
        Verdict::Ours(Found::Nowhere) => ("nowhere", false),
    };
    let title = t.get(&format!("receipt-is-{key}"));
    let mut body = Body::new(visitor.language);
    body.h1(&title);
    let words = Markup::text(&t.get(&format!("receipt-means-{key}")));
    if good {
        let body_of = Markup::trusted(format!("<p class=\"govuk-notification-banner__heading\">{words}</p>"));
        body.part(&Notification { body: body_of, success: true, ..Notification::default() });
    } else {
        body.part(&Inset(words));
    }
    let mut form = Form::new(visitor).to(visitor.url("/check-receipt/file")).hidden("receipt", text).hidden("answered", "1");
    if good {
        body.part(&facts(t, held, verdict));
        form = form.part(&Button::new(t.get("receipt-download")).style(ButtonStyle::Secondary));
    }
    body.part(&form).link(t.get("receipt-another"), visitor.url("/check-receipt"));
    state.layout.page(visitor, Page::new(title, body.markup()).current("/check-receipt").switch_submits("form"))
}

fn facts(t: &L10n, held: &Held, verdict: &Verdict) -> SummaryList {
    let reference = held.detail("reference").and_then(|value| value.as_str().map(str::to_owned));
    let mut rows = vec![SummaryRow::new(t.get("receipt-log"), held.origin.as_str())];
    if let Some(reference) = reference {
        rows.push(SummaryRow::new(t.get("receipt-reference"), reference));
    }
    rows.push(SummaryRow::new(t.get("receipt-signed"), held.at.as_str()));
    if let Verdict::Ours(Found::Merged(inclusion)) = verdict {
        let place = webkit::formats::number(i64::try_from(inclusion.index).unwrap_or(i64::MAX));
        rows.push(SummaryRow::new(t.get("receipt-place"), place));
    }
    SummaryList::new(rows)
}
