//! What somebody sees who has registered: the same for everybody, whatever the register will say.

use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Instant, Kind};
use webkit::parts::{Button, ButtonStyle, Form, Inset, Panel};
use webkit::{Failure, Markup, Page, Values, formats, qr};

use crate::receipt::Held;
use crate::visit::Visit;

/// `POST …/received`: the confirmation again, in another language.
pub(crate) async fn show(visit: Visit, values: Values) -> Result<Response, Failure> {
    page(visit, values.get("receipt"))
}

/// `GET …/received`: a page that was the answer to a form cannot be opened by its address.
pub(crate) async fn elsewhere(visit: Visit) -> Response {
    Redirect::to(&visit.url("/status")).into_response()
}

/// The confirmation of a receipt of ours.
pub(crate) fn page(visit: Visit, line: &str) -> Result<Response, Failure> {
    let visit = visit.on_page("/received");
    let (t, language, ledger) = (&visit.t, visit.language(), visit.service.ledger());
    let held = Held::parse(line).filter(|held| held.origin == ledger.origin() && held.is_signed_by(&**ledger.signer()));
    let held = held.ok_or_else(|| Failure::of(Kind::Invalid).because("not a receipt of this service"))?;
    let reference = held.detail("reference").and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
    let people = held.detail("people").and_then(|value| value.as_i64()).unwrap_or(1);
    let at = held.id().map(|id| formats::date_time(moment(id.bytes()), language)).unwrap_or_default();
    let mut body = visit.body();
    body.part(&Panel { title: t.get("received-title"), label: t.get("received-reference"), reference: reference.clone() });
    body.p(t.text("received-at", &[("time", at.into()), ("people", people.into())]));
    body.h2(t.get("received-next")).steps(next_steps(&visit));
    body.part(&Inset(t.get("received-keep").into()));
    body.h2(t.get("received-receipt")).p(t.get("received-receipt-text"));
    body.push(&qr(line, &t.get("received-qr")));
    let form = Form::new(&visit.visitor).to(visit.visitor.url("/check-receipt/file")).hidden("receipt", line);
    body.part(&form.part(&Button::new(t.get("received-download")).style(ButtonStyle::Secondary)));
    body.push(&print_button(&t.get("received-print")));
    body.link(t.get("received-status"), visit.url("/status"));
    Ok(visit.show(Page::new(t.get("received-title"), body.markup()).switch_submits("form")))
}

/// Prints the page; shown only where a script can.
pub(crate) fn print_button(words: &str) -> Markup {
    Markup::trusted(format!(
        "<p><button class=\"lr-text-button\" type=\"button\" data-print hidden>{}</button></p>",
        Markup::text(words)
    ))
}

/// The time inside an event's id (UUIDv7 begins with its milliseconds).
fn moment(id: [u8; 16]) -> Instant {
    let millis = id.iter().take(6).fold(0_i64, |all, &byte| all << 8 | i64::from(byte));
    Instant::from_millis(millis)
}

fn next_steps(visit: &Visit) -> Vec<String> {
    let t = &visit.t;
    let mut steps = vec![t.get("received-next-check"), t.get("received-next-sms")];
    if let Some(courier) = visit.scheme.courier() {
        steps.push(t.with("received-next-delivery", [("days", courier.days.get(visit.language()))]));
    }
    steps
}
