use axum::http::StatusCode;
use axum::response::Response;
use hongkong::Phone;
use identity::{BeginError, CODE_MINUTES, begin_enrolment, prepare_enrolment};
use journal::Actor;
use notify::Mobile;
use store::RunError;
use webkit::parts::{Button, ButtonStyle, TextInput, Width};
use webkit::{Failure, Page, Values};

use super::call::Call;
use super::{cookies, sign_in, statement};
use crate::blocking::blocking;
use crate::faults::Faults;

/// `GET /account/sign-up`
pub(super) async fn show(call: Call) -> Response {
    if call.found.is_some() {
        return call.go("/account");
    }
    form(&call, "", &Faults::none())
}

/// `POST /account/sign-up`: the answer is the same whether the number has an account or not.
pub(super) async fn begin(call: Call, values: Values) -> Result<Response, Failure> {
    let typed = values.get("mobile");
    if values.switching() {
        return Ok(form(&call, typed, &Faults::none()));
    }
    let mobile = Phone::parse(typed).ok().and_then(|phone| Mobile::try_from(phone).ok());
    let Some(mobile) = mobile else {
        return Ok(form(&call, typed, &Faults::one("mobile", call.say("account-mobile-wrong"))));
    };
    if let Some(sent) = send_code(&call, mobile).await? {
        return Ok(sent);
    }
    let mut response = form(&call, typed, &Faults::one("mobile", call.say("account-often")));
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    Ok(response)
}

/// Sends a code and goes to the page that asks for it; nothing when too many were asked for.
pub(super) async fn send_code(call: &Call, mobile: Mobile) -> Result<Option<Response>, Failure> {
    let (ledger, language, network) = (call.service.ledger().clone(), call.language(), call.network.clone());
    let host = call.state.platform.sender().host.clone();
    let done = blocking(move || {
        let now = ledger.now();
        let made = prepare_enrolment(ledger.keys(), &**ledger.random(), now, mobile, language, (&network, &host));
        let (ticket, new) = made.map_err(RunError::Refused)?;
        let text = ticket.write(ledger.keys(), now.day()).map_err(|error| RunError::Refused(error.into()))?;
        match ledger.write("resident.begin_enrolment", Actor::Visitor, move |work| begin_enrolment(work, &new)) {
            Ok(_) => Ok(Some(text)),
            Err(RunError::Refused(BeginError::Often)) => Ok(None),
            Err(error) => Err(error),
        }
    });
    let Some(text) = done.await? else { return Ok(None) };
    let mut response = call.go("/account/sign-up/code");
    // Typing the code and making the passkey have a quarter of an hour each.
    cookies::set(&call.state, &mut response, call.state.ticket_cookie(), &text, 2 * 60 * u32::from(CODE_MINUTES));
    Ok(Some(response))
}

fn form(call: &Call, typed: &str, faults: &Faults) -> Response {
    let title = call.say("account-sign-up-title");
    let mut body = call.body(&title, faults);
    body.lead(call.say("account-sign-up-lead"));
    body.steps([call.say("account-step-mobile"), call.say("account-step-code"), call.say("account-step-passkey")]);
    statement::whole(call, &mut body);
    let field = TextInput {
        hint: Some(call.say("account-mobile-hint")),
        value: typed.to_owned(),
        error: faults.of_field("mobile"),
        width: Width::Ten,
        verbatim: true,
        // A browser that keeps a passkey for this site offers it here: whoever has an account need not sign up.
        autocomplete: Some("tel-national webauthn"),
        inputmode: Some("tel"),
        ..TextInput::new("mobile", call.say("account-mobile"))
    };
    body.h2(call.say("account-begin"));
    body.part(&call.form("/account/sign-up").part(&field).part(&Button::new(call.say("account-send-code"))));
    body.h2(call.say("account-have-one"));
    body.part(&sign_in::form(call, None).part(&Button::new(call.say("account-sign-in")).style(ButtonStyle::Secondary)));
    let page = Page::new(title, body.markup()).script("passkey.js").back(call.url("/account"));
    call.show_form(page, faults)
}
