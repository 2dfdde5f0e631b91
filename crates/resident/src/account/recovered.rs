use axum::http::StatusCode;
use axum::response::Response;
use identity::{
    KnownDevice, NewPassword, RecoverError, Recoverer, RecoveryStep, SignedIn, Ticket, recover_with_passkey,
    recover_with_password, recovery_passkey,
};
use kernel::Kind;
use serde_json::Value;
use store::RunError;
use webkit::parts::{Button, Warning};
use webkit::{Failure, Json, Page, Values};

use super::call::{Call, answer_of};
use super::first_passkey::welcome;
use super::password::wrong;
use super::password_sign_in::password_field;
use super::recover::{standing, ticket};
use super::sign_in::SESSION_SECS;
use super::{cookies, known_device, passkeys};
use crate::blocking::blocking;
use crate::faults::Faults;

const PASSWORD: &str = "/account/recover/password";

/// `POST /account/recover/passkey/options`
pub(super) async fn options(call: Call, Json(json): Json<Value>) -> Result<Response, Failure> {
    call.check_script_token(&json)?;
    let ticket = ready(&call).await?.ok_or_else(|| Failure::of(Kind::Gone))?;
    let (ledger, rp, now) = (call.service.ledger().clone(), call.state.relying_party.clone(), call.now());
    let label = call.charter.title.get(call.language()).to_owned();
    let begun = blocking(move || {
        let random = ledger.random().clone();
        ledger.read("resident.recovery_passkey", |tx| {
            recovery_passkey(tx, (ledger.keys(), &*random), &rp, now, &ticket, &label)
        })
    });
    Ok(Call::ceremony(begun.await?))
}

/// `POST /account/recover/passkey/finish`: the account is its owner's again, and every earlier way in is gone.
pub(super) async fn finish(call: Call, Json(json): Json<Value>) -> Result<Response, Failure> {
    let ticket = ticket(&call).ok_or_else(|| Failure::of(Kind::Gone))?;
    let (ledger, rp, language) = (call.service.ledger().clone(), call.state.relying_party.clone(), call.language());
    let host = call.state.platform.sender().host.clone();
    let ((sealed, answer), used, keep_months) = (answer_of(json), ticket.clone(), call.charter.keep_months);
    let back = blocking(move || {
        let recoverer = Recoverer { ticket: &used, language, host: &host, alongside: flows::end_rights, keep_months };
        recover_with_passkey(&ledger, &rp, recoverer, (&sealed, answer))
    });
    let signed_in = back.await?;
    let next = signed_in.passkey.map_or_else(|| "/account".to_owned(), passkeys::device_path);
    let response = welcome(&call, &signed_in, &next);
    Ok(leave(&call, response, &ticket))
}

/// `GET /account/recover/password`
pub(super) async fn choose(call: Call) -> Result<Response, Failure> {
    Ok(match ready(&call).await? {
        Some(_) => form(&call, &Faults::none()),
        None => call.go("/account/recover/step"),
    })
}

/// `POST /account/recover/password`
pub(super) async fn change(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(ticket) = ready(&call).await? else { return Ok(call.go("/account/recover/step")) };
    if values.switching() {
        return Ok(form(&call, &Faults::none()));
    }
    let password = match NewPassword::parse(values.get("password"), Some(ticket.mobile())) {
        Ok(password) => password,
        Err(fault) => return Ok(form(&call, &wrong(&call, fault))),
    };
    let Some(turn) = call.state.passwords.take().await else {
        let mut busy = form(&call, &Faults::one("password", call.say("account-password-busy")));
        *busy.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        return Ok(busy);
    };
    let (ledger, charter, language, used) = (call.service.ledger().clone(), call.charter.clone(), call.language(), ticket.clone());
    let host = call.state.platform.sender().host.clone();
    let back = blocking(move || -> Result<Option<SignedIn>, RunError<RecoverError>> {
        let (_turn, keep_months) = (turn, charter.keep_months);
        let recoverer = Recoverer { ticket: &used, language, host: &host, alongside: flows::end_rights, keep_months };
        match recover_with_password(&ledger, &charter, recoverer, &password) {
            Ok(signed_in) => Ok(Some(signed_in)),
            Err(RunError::Refused(RecoverError::Weak)) => Ok(None),
            Err(error) => Err(error),
        }
    });
    let Some(signed_in) = back.await? else {
        return Ok(form(&call, &Faults::one("password", call.say("recover-weak"))));
    };
    let mut response = call.go("/account");
    cookies::set(&call.state, &mut response, call.state.session_cookie(), &signed_in.token.reveal(), SESSION_SECS);
    Ok(leave(&call, response, &ticket))
}

/// The ticket, if its recovery can be brought to an end now.
async fn ready(call: &Call) -> Result<Option<Ticket>, Failure> {
    let open = matches!(standing(call).await?, RecoveryStep::Ready(_));
    Ok(ticket(call).filter(|_| open))
}

fn leave(call: &Call, mut response: Response, ticket: &Ticket) -> Response {
    cookies::remove(&call.state, &mut response, call.state.ticket_cookie());
    let device = KnownDevice::of(call.service.ledger().keys(), ticket, call.now().day());
    known_device::remember(call, &mut response, &device);
    response
}

fn form(call: &Call, faults: &Faults) -> Response {
    let title = call.say("account-password-choose");
    let mut body = call.body(&title, faults);
    body.lead(call.say("account-password-lead")).p(call.say("account-password-weaker"));
    body.part(&Warning(call.say("recover-ready-ends")));
    let field = password_field(call, "new-password", faults);
    body.part(&call.form(PASSWORD).unremembered().part(&field).part(&Button::new(call.say("account-save"))));
    call.show_form(Page::new(title, body.markup()).back(call.url("/account/recover/step")), faults)
}
