use axum::http::StatusCode;
use axum::response::Response;
use identity::{CodeFor, KnownDevice, PasswordSignInError, Ticket, sign_in_by_password};
use store::RunError;
use webkit::parts::{Button, ButtonStyle, Inset, TextInput, Width};
use webkit::{Failure, Page, Values};

use super::call::Call;
use super::code::field;
use super::sign_in::SESSION_SECS;
use super::sign_up::{Sent, mobile_field, mobile_of, send_code};
use super::{cookies, known_device};
use crate::blocking::blocking;
use crate::faults::Faults;

const HERE: &str = "/account/sign-in/password";
const CODE: &str = "/account/sign-in/code";

/// `GET /account/sign-in/password`: for telephones that keep no passkey.
pub(super) async fn show(call: Call) -> Response {
    form(&call, "", &Faults::none())
}

/// `POST /account/sign-in/password`: the answer is the same whether the number has an account or not.
pub(super) async fn begin(call: Call, values: Values) -> Result<Response, Failure> {
    let typed = values.get("mobile");
    if values.switching() {
        return Ok(form(&call, typed, &Faults::none()));
    }
    let Some(mobile) = mobile_of(typed) else {
        return Ok(form(&call, typed, &Faults::one("mobile", call.say("account-mobile-wrong"))));
    };
    match send_code(&call, CodeFor::SignIn, mobile, &call.with_next(CODE)).await? {
        Sent::Code(response) => Ok(response),
        Sent::TooOften => Ok(often(form(&call, typed, &Faults::one("mobile", call.say("account-often"))))),
    }
}

fn form(call: &Call, typed: &str, faults: &Faults) -> Response {
    let title = call.say("account-password-sign-in");
    let mut body = call.body(&title, faults);
    body.p(call.say("account-password-sign-in-lead"));
    let field = mobile_field(call, typed, "tel-national", faults);
    body.part(&call.form(&call.with_next(HERE)).part(&field).part(&Button::new(call.say("account-send-code"))));
    body.link(call.say("forgot-link"), call.url("/account/forgot"));
    body.link(call.say("recover-link"), call.url("/account/recover"));
    call.show_form(Page::new(title, body.markup()).back(call.url(&call.with_next("/account/sign-in"))), faults)
}

/// `GET /account/sign-in/code`
pub(super) async fn ask(call: Call) -> Response {
    match ticket(&call) {
        Some(_) => second(&call, &Faults::none()),
        None => call.go(HERE),
    }
}

/// `POST /account/sign-in/code`: code and password together, and one answer for whatever is wrong with them.
pub(super) async fn finish(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(ticket) = ticket(&call) else { return Ok(call.go(HERE)) };
    if values.switching() {
        return Ok(second(&call, &Faults::none()));
    }
    if values.get("act") == "again" {
        return Ok(match send_code(&call, CodeFor::SignIn, ticket.mobile(), &call.with_next(CODE)).await? {
            Sent::Code(response) => response,
            Sent::TooOften => often(second(&call, &Faults::one("code", call.say("account-often")))),
        });
    }
    let Some(turn) = call.state.passwords.take().await else {
        let mut busy = second(&call, &Faults::one("password", call.say("account-password-busy")));
        *busy.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        return Ok(busy);
    };
    let (ledger, charter, replaces) = (call.service.ledger().clone(), call.charter.clone(), call.token.clone());
    let (code, password, used) = (values.get("code").to_owned(), values.get("password").to_owned(), ticket.clone());
    let done = blocking(move || {
        let _turn = turn;
        match sign_in_by_password(&ledger, &charter, &used, (&code, &password), (replaces, provider::end_session_grants)) {
            Ok(signed_in) => Ok(Some(signed_in)),
            Err(RunError::Refused(PasswordSignInError::Refused)) => Ok(None),
            Err(error) => Err(error),
        }
    });
    let Some(signed_in) = done.await? else {
        return Ok(second(&call, &Faults::one("code", call.say("account-password-wrong"))));
    };
    let mut response = call.go(call.next().unwrap_or("/account"));
    cookies::set(&call.state, &mut response, call.state.session_cookie(), &signed_in.token.reveal(), SESSION_SECS);
    cookies::remove(&call.state, &mut response, call.state.ticket_cookie());
    known_device::remember(&call, &mut response, &KnownDevice::of(call.service.ledger().keys(), &ticket, call.now().day()));
    Ok(response)
}

fn ticket(call: &Call) -> Option<Ticket> {
    call.ticket.clone().filter(|ticket| ticket.aim() == CodeFor::SignIn)
}

fn second(call: &Call, faults: &Faults) -> Response {
    let title = call.say("account-password-code-title");
    let mut body = call.body(&title, faults);
    body.part(&Inset(call.say("account-code-sent").into()));
    let again = Button::new(call.say("code-again")).style(ButtonStyle::Quiet).sends("act", "again");
    let form = call.form(&call.with_next(CODE)).part(&field(call, faults)).part(&password_field(call, "current-password", faults));
    body.part(&form.part(&Button::new(call.say("account-sign-in-title"))).part(&again));
    body.note(call.say("account-known-device")).note(call.say("account-code-none"));
    call.show_form(Page::new(title, body.markup()).back(call.url(&call.with_next(HERE))), faults)
}

/// Where a password is typed. What was typed is never sent back to the browser.
pub(super) fn password_field(call: &Call, autocomplete: &'static str, faults: &Faults) -> TextInput {
    let new = autocomplete == "new-password";
    TextInput {
        hint: new.then(|| call.t.with("account-password-hint", [("least", identity::PASSWORD_LEAST)])),
        error: faults.of_field("password"),
        width: Width::Twenty,
        verbatim: true,
        kind: Some("password"),
        autocomplete: Some(autocomplete),
        ..TextInput::new("password", call.say(if new { "account-password-new" } else { "account-password" }))
    }
}

/// The page for whoever asked for too many codes.
pub(super) fn often(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response
}
