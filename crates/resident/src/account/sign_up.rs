use axum::response::Response;
use hongkong::Phone;
use identity::{
    AskCode, BeginError, CODE_MINUTES, CodeFor, DocumentTag, begin_enrolment, prepare_enrolment, prepare_errand,
};
use journal::Actor;
use notify::Mobile;
use store::RunError;
use webkit::parts::{Button, ButtonStyle, TextInput, Width};
use webkit::{Failure, Page, Values};

use super::call::Call;
use super::password_sign_in::often;
use super::{code, cookies, sign_in, statement};
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
    let Some(mobile) = mobile_of(typed) else {
        return Ok(form(&call, typed, &Faults::one("mobile", call.say("account-mobile-wrong"))));
    };
    Ok(match send_code(&call, CodeFor::SignUp, mobile, code::HERE).await? {
        Sent::Code(response) => response,
        Sent::TooOften => often(form(&call, typed, &Faults::one("mobile", call.say("account-often")))),
    })
}

/// The number that was typed, if it is a Hong Kong mobile number.
pub(super) fn mobile_of(typed: &str) -> Option<Mobile> {
    Mobile::try_from(Phone::parse(typed).ok()?).ok()
}

/// What became of a request for a code.
pub(super) enum Sent {
    /// It is on its way; this leads to the page that asks for it.
    Code(Response),
    /// Too many were asked for.
    TooOften,
}

/// Sends a code and goes to the page that asks for it.
pub(super) async fn send_code(call: &Call, aim: CodeFor, mobile: Mobile, next: &str) -> Result<Sent, Failure> {
    send_code_about(call, aim, (mobile, None), next).await
}

/// The same with the document that was typed beside the number.
pub(super) async fn send_code_about(
    call: &Call,
    aim: CodeFor,
    (mobile, document): (Mobile, Option<DocumentTag>),
    next: &str,
) -> Result<Sent, Failure> {
    let (ledger, language, network) = (call.service.ledger().clone(), call.language(), call.network.clone());
    let (host, device) = (call.state.platform.sender().host.clone(), call.device.clone());
    let done = blocking(move || {
        let now = ledger.now();
        let asked = AskCode { aim, mobile, language, network: &network, host: &host, device: device.as_ref() };
        let (keys, random) = (ledger.keys(), &**ledger.random());
        let made = match document {
            Some(document) => prepare_errand(keys, random, now, asked, document),
            None => prepare_enrolment(keys, random, now, asked),
        };
        let (ticket, new) = made.map_err(RunError::Refused)?;
        let text = ticket.write(ledger.keys(), now.day()).map_err(|error| RunError::Refused(error.into()))?;
        match ledger.write("resident.begin_enrolment", Actor::Visitor, move |work| begin_enrolment(work, &new)) {
            Ok(_) => Ok(Some(text)),
            Err(RunError::Refused(BeginError::Often)) => Ok(None),
            Err(error) => Err(error),
        }
    });
    let Some(text) = done.await? else { return Ok(Sent::TooOften) };
    let mut response = call.go(next);
    // Typing the code and making the passkey have a quarter of an hour each.
    cookies::set(&call.state, &mut response, call.state.ticket_cookie(), &text, 2 * 60 * u32::from(CODE_MINUTES));
    Ok(Sent::Code(response))
}

/// Where a mobile number is typed.
pub(super) fn mobile_field(call: &Call, typed: &str, autocomplete: &'static str, faults: &Faults) -> TextInput {
    TextInput {
        hint: Some(call.say("account-mobile-hint")),
        value: typed.to_owned(),
        error: faults.of_field("mobile"),
        width: Width::Ten,
        verbatim: true,
        autocomplete: Some(autocomplete),
        inputmode: Some("tel"),
        ..TextInput::new("mobile", call.say("account-mobile"))
    }
}

fn form(call: &Call, typed: &str, faults: &Faults) -> Response {
    let title = call.say("account-sign-up-title");
    let mut body = call.body(&title, faults);
    body.lead(call.say("account-sign-up-lead"));
    body.steps([call.say("account-step-mobile"), call.say("account-step-code"), call.say("account-step-passkey")]);
    statement::whole(call, &mut body);
    // A browser that keeps a passkey for this site offers it here: whoever has an account need not sign up.
    let field = mobile_field(call, typed, "tel-national webauthn", faults);
    body.h2(call.say("account-begin"));
    body.part(&call.form("/account/sign-up").part(&field).part(&Button::new(call.say("account-send-code"))));
    body.h2(call.say("account-have-one"));
    body.part(&sign_in::form(call, None).part(&Button::new(call.say("account-sign-in")).style(ButtonStyle::Secondary)));
    let page = Page::new(title, body.markup()).script("passkey.js").back(call.url("/account"));
    call.show_form(page, faults)
}
