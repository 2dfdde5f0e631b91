use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::{Checked, CreateAccountError, KnownDevice, SignedIn, create_account, enrolment_stands, first_passkey};
use kernel::Kind;
use serde_json::{Value, json};
use webkit::parts::Button;
use webkit::{Failure, Json, Page};

use super::call::{Call, answer_of};
use super::sign_in::{SESSION_SECS, form};
use super::{cookies, known_device, passkeys};
use crate::blocking::blocking;
use crate::faults::Faults;

/// `GET /account/sign-up/passkey`: only who typed the right code hears whether the number has an account.
pub(super) async fn show(call: Call) -> Result<Response, Failure> {
    Ok(match standing(&call).await? {
        Checked::Wrong => call.go("/account/sign-up"),
        Checked::New => make(&call),
        Checked::HasAccount => has_account(&call),
    })
}

pub(super) async fn standing(call: &Call) -> Result<Checked, Failure> {
    let Some(ticket) = call.ticket.clone() else { return Ok(Checked::Wrong) };
    let (keys, now) = (call.service.ledger().keys().clone(), call.now());
    call.read("resident.enrolment", move |tx| enrolment_stands(tx, &keys, &ticket, now)).await
}

fn make(call: &Call) -> Response {
    let title = call.say("account-passkey-title");
    let mut body = call.body(&title, &Faults::none());
    body.lead(call.say("account-passkey-lead"));
    body.bullets([call.say("account-passkey-how"), call.say("account-passkey-stays"), call.say("account-passkey-needs")]);
    let form = call
        .form("/account/sign-up/passkey")
        .registers_passkey(call.url("/account/sign-up/passkey/options"), call.url("/account/sign-up/passkey/finish"))
        .part(&Button::new(call.say("account-passkey-make")));
    body.part(&form).note(call.say("account-passkey-fails"));
    body.link(call.say("account-password-rather"), call.url("/account/sign-up/password"));
    call.show(Page::new(title, body.markup()).script("passkey.js"))
}

fn has_account(call: &Call) -> Response {
    let title = call.say("account-exists-title");
    let mut body = call.body(&title, &Faults::none());
    body.lead(call.say("account-exists-lead"));
    body.part(&form(call, None).part(&Button::new(call.say("account-sign-in"))));
    body.link(call.say("account-password-instead"), call.url("/account/sign-in/password"));
    body.link(call.say("recover-link"), call.url("/account/recover"));
    body.p(call.t.with("account-exists-lost", [("months", call.charter.keep_months)]));
    call.show(Page::new(title, body.markup()).script("passkey.js"))
}

/// `POST /account/sign-up/passkey/options`
pub(super) async fn options(call: Call, Json(json): Json<Value>) -> Result<Response, Failure> {
    call.check_script_token(&json)?;
    if standing(&call).await? != Checked::New {
        return Err(Failure::of(Kind::Gone));
    }
    let ticket = call.ticket.clone().ok_or_else(|| Failure::of(Kind::Gone))?;
    let ledger = call.service.ledger();
    let label = call.charter.title.get(call.language());
    let rp = &call.state.relying_party;
    Ok(Call::ceremony(first_passkey(ledger.keys(), &**ledger.random(), rp, call.now(), &ticket, label)?))
}

/// `POST /account/sign-up/passkey/finish`: the account is there, and its owner signed in.
pub(super) async fn finish(call: Call, Json(json): Json<Value>) -> Result<Response, Failure> {
    let ticket = call.ticket.clone().ok_or_else(|| Failure::from(CreateAccountError::Over))?;
    let (ledger, rp, charter) = (call.service.ledger().clone(), call.state.relying_party.clone(), call.charter.clone());
    let language = call.language();
    let (sealed, answer) = answer_of(json);
    let device = KnownDevice::of(ledger.keys(), &ticket, call.now().day());
    let made = blocking(move || create_account(&ledger, &rp, &charter, &ticket, language, (&sealed, answer)));
    let signed_in = made.await?;
    let next = signed_in.passkey.map_or_else(|| "/account".to_owned(), |passkey| format!("{}?{}", passkeys::device_path(passkey), passkeys::OPENED));
    let mut response = welcome(&call, &signed_in, &next);
    cookies::remove(&call.state, &mut response, call.state.ticket_cookie());
    known_device::remember(&call, &mut response, &device);
    Ok(response)
}

/// The answer to a ceremony that signed somebody in: where to go, and the cookie of the new session.
pub(super) fn welcome(call: &Call, signed_in: &SignedIn, next: &str) -> Response {
    let mut response = (StatusCode::OK, Json(json!({ "next": call.url(next) }))).into_response();
    cookies::set(&call.state, &mut response, call.state.session_cookie(), &signed_in.token.reveal(), SESSION_SECS);
    response
}
