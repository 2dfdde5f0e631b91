use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use identity::{AddPasskeyError, Device, PasskeyError, Resident, add_passkey, further_passkey, passkeys, remove_passkey};
use kernel::{Id, Kind, kinds};
use serde_json::{Value, json};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Choice, Inset, Radios, Warning};
use webkit::{Failure, Json, Page, Values};

use super::call::{Call, answer_of};
use super::home::device;
use crate::blocking::blocking;
use crate::faults::Faults;

type PasskeyId = Id<kinds::AccountPasskey>;

/// Where somebody says what a passkey is on.
pub(super) fn device_path(passkey: PasskeyId) -> String {
    format!("/account/passkeys/{passkey}/device")
}

/// What the page of the first passkey's device is asked: the account has just been opened.
pub(super) const OPENED: &str = "opened=1";

/// Where a passkey is removed.
pub(super) fn remove_path(passkey: PasskeyId) -> String {
    format!("/account/passkeys/{passkey}/remove")
}

/// `GET /account/passkeys/add`
pub(super) async fn add(call: Call) -> Response {
    let Some(found) = call.found else { return call.away() };
    if !found.who.is_fresh(call.now()) {
        return call.go("/account/sign-in?next=/account/passkeys/add");
    }
    let title = call.say("account-add");
    let mut body = call.body(&title, &Faults::none());
    body.lead(call.say("account-add-lead"));
    body.bullets([call.say("account-add-here"), call.say("account-add-elsewhere")]);
    let form = call
        .form("/account/passkeys/add")
        .registers_passkey(call.url("/account/passkeys/options"), call.url("/account/passkeys/finish"))
        .part(&Button::new(call.say("account-passkey-make")));
    body.part(&form);
    call.show(Page::new(title, body.markup()).script("passkey.js").back(call.url("/account")))
}

/// `POST /account/passkeys/options`
pub(super) async fn options(call: Call, Json(json): Json<Value>) -> Result<Response, Failure> {
    call.check_script_token(&json)?;
    let who = resident(&call)?;
    let (ledger, rp, now) = (call.service.ledger().clone(), call.state.relying_party.clone(), call.now());
    let label = call.charter.title.get(call.language()).to_owned();
    let look = move |tx: &mut store::Tx<'_>| {
        further_passkey(tx, (ledger.keys(), &**ledger.random()), &rp, now, &who, &label)
    };
    Ok(Call::ceremony(call.read("resident.further_passkey", look).await?))
}

/// `POST /account/passkeys/finish`
pub(super) async fn finish(call: Call, Json(json): Json<Value>) -> Result<Response, Failure> {
    let who = resident(&call)?;
    let (ledger, rp) = (call.service.ledger().clone(), call.state.relying_party.clone());
    let (sealed, answer) = answer_of(json);
    let added = blocking(move || add_passkey(&ledger, &rp, &who, (&sealed, answer))).await?;
    Ok(Json(json!({ "next": call.url(&device_path(added)) })).into_response())
}

fn resident(call: &Call) -> Result<Resident, Failure> {
    call.found.map(|found| found.who).ok_or_else(|| Failure::from(AddPasskeyError::Stale))
}

/// `GET /account/passkeys/{passkey}/device`
pub(super) async fn ask_device(call: Call, Path(passkey): Path<String>) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let passkey = parse(&passkey)?;
    let own = call.read("resident.passkeys", move |tx| passkeys(tx, found.who.account())).await?;
    own.iter().find(|one| one.id == passkey).ok_or_else(|| Failure::of(Kind::Missing))?;
    Ok(device_form(&call, passkey, &Faults::none()))
}

fn device_form(call: &Call, passkey: PasskeyId, faults: &Faults) -> Response {
    let title = call.say("account-device-title");
    let mut body = call.body(&title, faults);
    if call.visitor.query.as_deref() == Some(OPENED) {
        body.part(&Inset(call.say("account-opened").into()));
    }
    let choices = Device::ALL.map(|one| Choice::new(one.name(), device(call, one)));
    let question = Radios {
        error: faults.of_field("device"),
        hint: Some(call.say("account-device-hint")),
        ..Radios::new("device", call.say("account-device"), choices.to_vec())
    };
    body.part(&call.form(&device_path(passkey)).part(&question).part(&Button::new(call.say("account-save"))));
    call.show_form(Page::new(title, body.markup()).back(call.url("/account")), faults)
}

/// `POST /account/passkeys/{passkey}/device`
pub(super) async fn tell_device(call: Call, Path(passkey): Path<String>, values: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let passkey = parse(&passkey)?;
    if values.switching() {
        return Ok(device_form(&call, passkey, &Faults::none()));
    }
    let Some(device) = Device::from_name(values.get("device")) else {
        return Ok(device_form(&call, passkey, &Faults::one("device", call.say("account-device-missing"))));
    };
    call.act("resident.tell_device", move |work| identity::tell_device(work, &found.who, passkey, device)).await??;
    Ok(call.go("/account"))
}

/// `GET /account/passkeys/{passkey}/remove`
pub(super) async fn ask_remove(call: Call, Path(passkey): Path<String>) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let passkey = parse(&passkey)?;
    if !found.who.is_fresh(call.now()) {
        return Ok(call.go(&format!("/account/sign-in?next={}", remove_path(passkey))));
    }
    Ok(removal(&call, passkey, &Faults::none()))
}

fn removal(call: &Call, passkey: PasskeyId, faults: &Faults) -> Response {
    let title = call.say("account-remove-title");
    let mut body = call.body(&title, faults);
    body.part(&Warning(call.say("account-remove-warning")));
    body.part(&call.form(&remove_path(passkey)).part(&ButtonGroup(vec![
        Button::new(call.say("account-remove-yes")).style(ButtonStyle::Warning),
        Button::link(call.say("account-cancel"), call.url("/account")).style(ButtonStyle::Quiet),
    ])));
    let page = Page::new(title, body.markup()).back(call.url("/account"));
    call.show(if faults.is_empty() { page } else { page.invalid() })
}

/// `POST /account/passkeys/{passkey}/remove`
pub(super) async fn remove(call: Call, Path(passkey): Path<String>, _: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let passkey = parse(&passkey)?;
    let remove = move |work: &mut journal::Work<'_, '_>| {
        remove_passkey(work, &found.who, passkey, provider::end_session_grants)?;
        Ok::<_, PasskeyError>(flows::forget_signing_passkey(work, found.who.account(), passkey)?)
    };
    let removed = call.act("resident.remove_passkey", remove).await?;
    match removed {
        Ok(()) => Ok(call.go("/account")),
        Err(PasskeyError::Last) => Ok(removal(&call, passkey, &Faults::one("form", call.say("account-last")))),
        Err(PasskeyError::Stale) => Ok(call.go(&format!("/account/sign-in?next={}", remove_path(passkey)))),
        Err(error) => Err(error.into()),
    }
}

fn parse(passkey: &str) -> Result<PasskeyId, Failure> {
    passkey.parse().map_err(|_| Failure::of(Kind::Missing))
}
