use axum::response::Response;
use identity::{Checked, CodeFor, confirm_code};
use webkit::parts::{Button, ButtonStyle, Inset, TextInput, Width};
use webkit::{Failure, Page, Values};

use super::call::Call;
use super::password_sign_in::often;
use super::sign_up::{Sent, send_code};
use crate::faults::Faults;

pub(super) const HERE: &str = "/account/sign-up/code";

/// `GET /account/sign-up/code`
pub(super) async fn show(call: Call) -> Response {
    if call.ticket.as_ref().is_none_or(|ticket| ticket.aim() != CodeFor::SignUp) {
        return call.go("/account/sign-up");
    }
    form(&call, &Faults::none())
}

/// `POST /account/sign-up/code`
pub(super) async fn check(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(ticket) = call.ticket.clone() else { return Ok(call.go("/account/sign-up")) };
    if values.switching() {
        return Ok(form(&call, &Faults::none()));
    }
    if values.get("act") == "again" {
        return Ok(match send_code(&call, CodeFor::SignUp, ticket.mobile(), HERE).await? {
            Sent::Code(response) => response,
            Sent::TooOften => often(form(&call, &Faults::one("code", call.say("account-often")))),
        });
    }
    if values.get("code").trim().is_empty() {
        return Ok(form(&call, &Faults::one("code", call.say("code-missing"))));
    }
    let (keys, typed) = (call.service.ledger().keys().clone(), values.get("code").to_owned());
    let verb = move |work: &mut journal::Work<'_, '_>| confirm_code(work, &keys, &ticket, &typed);
    Ok(match call.act("resident.confirm_code", verb).await?? {
        Checked::Wrong => form(&call, &Faults::one("code", call.say("account-code-wrong"))),
        Checked::New | Checked::HasAccount => call.go("/account/sign-up/passkey"),
    })
}

fn form(call: &Call, faults: &Faults) -> Response {
    let title = call.say("code-title");
    let mut body = call.body(&title, faults);
    body.part(&Inset(call.say("account-code-sent").into()));
    let again = Button::new(call.say("code-again")).style(ButtonStyle::Quiet).sends("act", "again");
    let form = call.form(HERE).part(&field(call, faults)).part(&Button::new(call.say("continue"))).part(&again);
    body.part(&form).note(call.say("account-code-none"));
    call.show_form(Page::new(title, body.markup()).back(call.url("/account/sign-up")), faults)
}

/// Where a code is typed.
pub(super) fn field(call: &Call, faults: &Faults) -> TextInput {
    TextInput {
        hint: Some(call.say("account-code-hint")),
        error: faults.of_field("code"),
        width: Width::Ten,
        verbatim: true,
        autocomplete: Some("one-time-code"),
        inputmode: Some("numeric"),
        ..TextInput::new("code", call.say("code"))
    }
}
