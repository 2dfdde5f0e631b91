use axum::http::StatusCode;
use axum::response::Response;
use identity::{
    ChangePasswordError, Checked, CodeFor, CreateAccountError, KnownDevice, NewPassword, PASSWORD_LEAST, PASSWORD_MOST,
    PasswordFault, change_password, create_password_account, password_since, passkeys, remove_password,
};
use kernel::Kind;
use store::{RunError, StoreError};
use webkit::parts::{Button, ButtonStyle, Warning};
use webkit::{Failure, Page, Values};

use super::call::Call;
use super::first_passkey::standing;
use super::password_sign_in::password_field;
use super::sign_in::SESSION_SECS;
use super::{cookies, known_device};
use crate::blocking::blocking;
use crate::faults::Faults;

const FIRST: &str = "/account/sign-up/password";
const OWN: &str = "/account/password";
const REMOVE: &str = "/account/password/remove";

/// `GET /account/sign-up/password`: the other way to an account, for a telephone that keeps no passkey.
pub(super) async fn first(call: Call) -> Result<Response, Failure> {
    Ok(match standing(&call).await? {
        Checked::New => first_form(&call, &Faults::none()),
        Checked::Wrong | Checked::HasAccount => call.go("/account/sign-up/passkey"),
    })
}

/// `POST /account/sign-up/password`: the account is there, and its owner signed in.
pub(super) async fn create(call: Call, values: Values) -> Result<Response, Failure> {
    let ticket = call.ticket.clone().filter(|ticket| ticket.aim() == CodeFor::SignUp);
    let Some(ticket) = ticket else { return Ok(call.go("/account/sign-up")) };
    if values.switching() {
        return Ok(first_form(&call, &Faults::none()));
    }
    let password = match NewPassword::parse(values.get("password"), Some(ticket.mobile())) {
        Ok(password) => password,
        Err(fault) => return Ok(first_form(&call, &wrong(&call, fault))),
    };
    let Some(turn) = call.state.passwords.take().await else { return Ok(busy(first_form(&call, &too_busy(&call)))) };
    let (ledger, charter, language, used) = (call.service.ledger().clone(), call.charter.clone(), call.language(), ticket.clone());
    let made = blocking(move || {
        let _turn = turn;
        match create_password_account(&ledger, &charter, &used, language, &password) {
            Ok(signed_in) => Ok(Some(signed_in)),
            // Too late, or the number got an account in between: the page after the code says which.
            Err(RunError::Refused(CreateAccountError::Over | CreateAccountError::HasAccount)) => Ok(None),
            Err(error) => Err(error),
        }
    });
    let Some(signed_in) = made.await? else { return Ok(call.go("/account/sign-up/passkey")) };
    let mut response = call.go("/account");
    cookies::set(&call.state, &mut response, call.state.session_cookie(), &signed_in.token.reveal(), SESSION_SECS);
    cookies::remove(&call.state, &mut response, call.state.ticket_cookie());
    known_device::remember(&call, &mut response, &KnownDevice::of(call.service.ledger().keys(), &ticket, call.now().day()));
    Ok(response)
}

fn first_form(call: &Call, faults: &Faults) -> Response {
    let title = call.say("account-password-choose");
    let mut body = call.body(&title, faults);
    body.lead(call.say("account-password-lead")).bullets([
        call.say("account-password-how"),
        call.say("account-password-weaker"),
        call.say("account-password-later"),
    ]);
    let field = password_field(call, "new-password", faults);
    body.part(&call.form(FIRST).unremembered().part(&field).part(&Button::new(call.say("account-password-make"))));
    body.note(call.say("account-known-device"));
    call.show_form(Page::new(title, body.markup()).back(call.url("/account/sign-up/passkey")), faults)
}

/// `GET /account/password`
pub(super) async fn own(call: Call) -> Result<Response, Failure> {
    own_form(&call, &Faults::none()).await
}

/// `POST /account/password`
pub(super) async fn change(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    if values.switching() {
        return own_form(&call, &Faults::none()).await;
    }
    let password = match NewPassword::parse(values.get("password"), None) {
        Ok(password) => password,
        Err(fault) => return own_form(&call, &wrong(&call, fault)).await,
    };
    let Some(turn) = call.state.passwords.take().await else { return Ok(busy(own_form(&call, &too_busy(&call)).await?)) };
    let (ledger, charter) = (call.service.ledger().clone(), call.charter.clone());
    let changed = blocking(move || {
        let _turn = turn;
        match change_password(&ledger, &charter, &found.who, &password, provider::end_session_grants) {
            Ok(()) => Ok(true),
            Err(RunError::Refused(ChangePasswordError::Stale)) => Ok(false),
            Err(error) => Err(error),
        }
    });
    Ok(if changed.await? { call.go("/account") } else { again(&call) })
}

/// `POST /account/password/remove`
pub(super) async fn remove(call: Call, _: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    match call.act("resident.remove_password", move |work| remove_password(work, &found.who, provider::end_session_grants)).await? {
        Ok(()) => Ok(call.go("/account")),
        Err(ChangePasswordError::Stale) => Ok(again(&call)),
        Err(ChangePasswordError::Last) => own_form(&call, &Faults::one("password", call.say("account-password-last"))).await,
        Err(error) => Err(error.into()),
    }
}

async fn own_form(call: &Call, faults: &Faults) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    if !found.who.is_fresh(call.now()) {
        return Ok(again(call));
    }
    let account = found.who.account();
    let read = call.read("resident.password", move |tx| {
        Ok::<_, StoreError>((password_since(tx, account)?, passkeys(tx, account)?))
    });
    let (since, keys) = read.await?;
    since.ok_or_else(|| Failure::of(Kind::Missing))?;
    let title = call.say("account-password-change");
    let mut body = call.body(&title, faults);
    body.p(call.say("account-password-ends"));
    let field = password_field(call, "new-password", faults);
    body.part(&call.form(OWN).unremembered().part(&field).part(&Button::new(call.say("account-save"))));
    if keys.iter().any(|one| !one.suspended) {
        body.h2(call.say("account-password-remove")).part(&Warning(call.say("account-password-remove-lead")));
        let button = Button::new(call.say("account-password-remove")).style(ButtonStyle::Warning);
        body.part(&call.form(REMOVE).id("remove").part(&button));
    }
    Ok(call.show_form(Page::new(title, body.markup()).back(call.url("/account")), faults))
}

fn again(call: &Call) -> Response {
    call.go("/account/sign-in?next=/account/password")
}

pub(super) fn wrong(call: &Call, fault: PasswordFault) -> Faults {
    let sentence = match fault {
        PasswordFault::Short => call.t.with("account-password-short", [("least", PASSWORD_LEAST)]),
        PasswordFault::Long => call.t.with("account-password-long", [("most", PASSWORD_MOST)]),
        PasswordFault::Common => call.say("account-password-common"),
        PasswordFault::Mobile => call.say("account-password-mobile"),
    };
    Faults::one("password", sentence)
}

fn too_busy(call: &Call) -> Faults {
    Faults::one("password", call.say("account-password-busy"))
}

fn busy(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}
