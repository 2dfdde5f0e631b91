use axum::extract::Path;
use axum::response::Response;
use flows::{CloseAccountError, Erased};
use store::RunError;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Inset, Warning};
use webkit::{Failure, Page, Values};

use super::call::Call;
use super::cookies;
use crate::blocking::blocking;
use crate::faults::Faults;
use crate::my_data::{certificate_file, certified, opening_file};

const HERE: &str = "/account/close";

/// `GET /account/close`: what it means, asked once more.
pub(super) async fn ask(call: Call) -> Response {
    let Some(found) = call.found else { return call.away() };
    if !found.who.is_fresh(call.now()) {
        return again(&call);
    }
    let title = call.say("close-title");
    let mut body = call.body(&title, &Faults::none());
    body.p(call.say("close-lead")).bullets(["close-keys", "close-services", "close-number"].map(|key| call.say(key)));
    body.part(&Warning(call.say("withdraw-warning")));
    body.part(&call.form(HERE).part(&ButtonGroup(vec![
        Button::new(call.say("close-yes")).style(ButtonStyle::Warning).sends("act", "close"),
        Button::link(call.say("close-no"), call.url("/account")).style(ButtonStyle::Quiet),
    ])));
    call.show(Page::new(title, body.markup()).switch_submits("form").back(call.url("/account")))
}

/// `POST /account/close`: at once, with the certificate to keep.
pub(super) async fn close(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    if values.get("act") != "close" || values.switching() {
        return Ok(ask(call).await);
    }
    let (platform, service) = (call.state.platform.clone(), call.service.clone());
    let closed = blocking(move || -> Result<_, RunError<CloseAccountError>> {
        let erased = match flows::close_account(&service, &found.who) {
            Ok(erased) => erased,
            Err(CloseAccountError::Stale) => return Ok(None),
            Err(error) => return Err(RunError::Refused(error)),
        };
        let refused = |error| RunError::Refused(CloseAccountError::Erase(error));
        flows::certify_accounts(&platform, &service).map_err(refused)?;
        Ok(Some((flows::kept_certificate(&platform, erased.id).map_err(refused)?, erased)))
    });
    let Some((certificate, erased)) = closed.await? else { return Ok(again(&call)) };
    let note = certificate.as_ref().and_then(|certificate| certificate.get("note")?.as_str());
    done(call, &erased, note)
}

/// Nobody is signed in any more, so the page says nothing of a session, and its cookies go.
fn done(mut call: Call, erased: &Erased, note: Option<&str>) -> Result<Response, Failure> {
    call.found = None;
    let certificate = call.url(&format!("/account/certificates/{}", erased.id));
    let mut body = webkit::Body::new(call.language());
    certified(&mut body, (&call.t, &call.visitor), &certificate, (erased, note))?;
    body.part(&Inset(call.say("close-limits").into()));
    let mut response = call.show(Page::new(call.say("withdraw-done"), body.markup()).without_switch());
    for name in [call.state.session_cookie(), call.state.device_cookie()] {
        cookies::remove(&call.state, &mut response, name);
    }
    Ok(response)
}

/// `GET /account/certificates/{erasure}`
pub(super) async fn certificate(call: Call, Path(erasure): Path<String>) -> Result<Response, Failure> {
    certificate_file(call.state.platform.clone(), &erasure).await
}

/// `POST /account/certificates/{erasure}`
pub(super) async fn opening(call: Call, Path(erasure): Path<String>, values: Values) -> Result<Response, Failure> {
    opening_file(call.state.platform.clone(), &erasure, &values).await
}

fn again(call: &Call) -> Response {
    call.go("/account/sign-in?next=/account/close")
}
