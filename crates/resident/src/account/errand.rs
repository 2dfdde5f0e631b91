//! What the ways to cancel an account and to a new password have in common: a document, a number and a code. Every answer is the same
//! whether there is such an account.

use std::ops::ControlFlow;

use axum::response::Response;
use identity::{CodeFor, DocumentTag, Ticket};
use webkit::parts::{Button, ButtonStyle, Inset, Warning};
use webkit::{Body, Failure, Page, Values};

use super::call::Call;
use super::code::field;
use super::password_sign_in::often;
use super::sign_up::{Sent, mobile_field, mobile_of, send_code_about};
use super::document;
use crate::faults::Faults;

/// One of the two ways.
#[derive(Clone, Copy)]
pub(super) struct Way {
    /// What its code is for.
    pub(super) aim: CodeFor,
    /// Its first page.
    pub(super) here: &'static str,
    /// The page that asks for the code.
    pub(super) code: &'static str,
    /// Its heading.
    pub(super) title: &'static str,
    /// What comes before the form.
    pub(super) before: fn(&Call, &mut Body),
    /// What comes after it.
    pub(super) after: fn(&Call, &mut Body),
}

/// The first page: who, and where the code goes.
pub(super) fn form(call: &Call, way: &Way, values: &Values, faults: &Faults) -> Response {
    let title = call.say(way.title);
    let mut body = call.body(&title, faults);
    (way.before)(call, &mut body);
    if call.state.platform.environment().synthetic_only() {
        body.part(&Warning(call.say("proof-synthetic")));
    }
    let form = document::fields(call.form(way.here), call, values, faults);
    let field = mobile_field(call, values.get("mobile"), "tel-national", faults);
    body.part(&form.part(&field).part(&Button::new(call.say("account-send-code"))));
    (way.after)(call, &mut body);
    call.show_form(Page::new(title, body.markup()).script("passkey.js").back(call.url("/account")), faults)
}

/// Sends the code to the number that was typed, account or none.
pub(super) async fn ask(call: &Call, way: &Way, values: &Values) -> Result<Response, Failure> {
    if values.switching() {
        return Ok(form(call, way, values, &Faults::none()));
    }
    let (document, mobile) = (document::read(call, values), mobile_of(values.get("mobile")));
    let (Ok(document), Some(mobile)) = (&document, mobile) else {
        let flaws = document.err().unwrap_or_default().into_iter().map(|flaw| document::line(call, flaw));
        let number = mobile.is_none().then(|| ("mobile".to_owned(), call.say("account-mobile-wrong")));
        return Ok(form(call, way, values, &Faults::from_lines(flaws.chain(number).collect())));
    };
    let tag = DocumentTag::of(call.service.ledger().keys(), document);
    Ok(match send_code_about(call, way.aim, (mobile, Some(tag)), way.code).await? {
        Sent::Code(response) => response,
        Sent::TooOften => often(form(call, way, values, &Faults::one("mobile", call.say("account-often")))),
    })
}

/// The ticket, if its code is for this way.
pub(super) fn ticket(call: &Call, way: &Way) -> Option<Ticket> {
    call.ticket.clone().filter(|ticket| ticket.aim() == way.aim)
}

/// The page that asks for the code.
fn code_form(call: &Call, way: &Way, faults: &Faults) -> Response {
    let title = call.say("code-title");
    let mut body = call.body(&title, faults);
    body.part(&Inset(call.t.with("errand-code-sent", [("minutes", usize::from(way.aim.minutes()))]).into()));
    let again = Button::new(call.say("code-again")).style(ButtonStyle::Quiet).sends("act", "again");
    body.part(&call.form(way.code).part(&field(call, faults)).part(&Button::new(call.say("continue"))).part(&again));
    body.note(call.say("account-code-none"));
    call.show_form(Page::new(title, body.markup()).back(call.url(way.here)), faults)
}

/// The page that asks for the code; whoever has asked for none begins.
pub(super) fn code_page(call: &Call, way: &Way) -> Response {
    match ticket(call, way) {
        Some(_) => code_form(call, way, &Faults::none()),
        None => call.go(way.here),
    }
}

/// The ticket whose code was typed, or the answer to whatever else the form was sent for.
pub(super) async fn typed(call: &Call, way: &Way, values: &Values) -> Result<ControlFlow<Response, Ticket>, Failure> {
    let Some(ticket) = ticket(call, way) else { return Ok(ControlFlow::Break(call.go(way.here))) };
    if values.switching() {
        return Ok(ControlFlow::Break(code_form(call, way, &Faults::none())));
    }
    if values.get("act") == "again" {
        return Ok(ControlFlow::Break(again(call, way, &ticket).await?));
    }
    Ok(ControlFlow::Continue(ticket))
}

/// A further code, for the same document and number.
async fn again(call: &Call, way: &Way, ticket: &Ticket) -> Result<Response, Failure> {
    Ok(match send_code_about(call, way.aim, (ticket.mobile(), ticket.document()), way.code).await? {
        Sent::Code(response) => response,
        Sent::TooOften => often(code_form(call, way, &Faults::one("code", call.say("account-often")))),
    })
}

/// The code was not right.
pub(super) fn wrong_code(call: &Call, way: &Way) -> Response {
    code_form(call, way, &Faults::one("code", call.say("account-code-wrong")))
}

/// The last page, the same for everybody.
pub(super) fn done(call: &Call, title: &str, steps: &[&str], next: (&str, &str)) -> Response {
    let title = call.say(title);
    let mut body = call.body(&title, &Faults::none());
    for step in steps {
        body.p(call.say(step));
    }
    let button = Button::link(call.say(next.0), call.url(next.1));
    body.part(&button).note(call.say("errand-help"));
    call.show(Page::new(title, body.markup()))
}
