use axum::http::StatusCode;
use axum::http::header::{HeaderName, HeaderValue, LOCATION};
use axum::response::{IntoResponse, Response};
use journal::Work;
use kernel::Kind;
use openid::OAuthError;
use provider::{Asked, Decision, Permission, Person, subject_at};
use store::StoreError;
use webkit::parts::{Button, ButtonStyle, Form};
use webkit::{Failure, Page};

use super::{Call, Way, ended};
use crate::faults::Faults;

const REFRESH: HeaderName = HeaderName::from_static("refresh");

/// Answers a request to which everything was agreed before.
pub(super) async fn answer(call: &Call, way: &Way, asked: &Asked, person: &Person) -> Result<Response, Failure> {
    match allow(call, way, asked, person, None).await? {
        Ok(address) => see(&address),
        Err(error) => Ok(ended(call, &error)),
    }
}

/// Where the resident goes with the answer to what was decided, or to what was agreed to before.
pub(super) async fn allow(
    call: &Call,
    way: &Way,
    asked: &Asked,
    person: &Person,
    decided: Option<Vec<Decision>>,
) -> Result<Result<String, OAuthError>, Failure> {
    let permission = Permission {
        client: way.client.clone(),
        request_uri: way.request_uri(),
        issuer: call.state.relying_party.origin(),
        subject: subject_at(call.service.ledger().keys(), asked, person),
        decided,
    };
    let person = person.clone();
    Ok(call.act("resident.allow", move |work: &mut Work<'_, '_>| provider::allow(work, &person, &permission)).await??)
}

/// Sends an error back.
pub(super) async fn refuse(call: &Call, way: &Way, error: &OAuthError) -> Result<Response, Failure> {
    match deny(call, way, error.clone()).await? {
        Ok(address) => see(&address),
        Err(error) => Ok(ended(call, &error)),
    }
}

/// Where the resident goes with an error.
pub(super) async fn deny(call: &Call, way: &Way, error: OAuthError) -> Result<Result<String, OAuthError>, Failure> {
    let (client, uri, issuer) = (way.client.clone(), way.request_uri(), call.state.relying_party.origin());
    let act = move |work: &mut Work<'_, '_>| provider::deny(work, &client, &uri, &issuer, &error);
    Ok(call.act::<_, StoreError>("resident.deny", act).await??)
}

/// A button that goes back with a refusal.
pub(super) fn refuse_form(call: &Call, way: &Way, why: &str, words: String) -> Form {
    let button = Button::new(words).style(ButtonStyle::Secondary).sends("answer", why);
    call.form(&way.path()).id("refuse").part(&button)
}

/// Another address, by the method GET.
pub(in crate::account) fn see(address: &str) -> Result<Response, Failure> {
    let value = HeaderValue::from_str(address).map_err(|_| Failure::of(Kind::Broken))?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, value)]).into_response())
}

/// The way back after a form. A redirect would be stopped wherever it leads: browsers hold `form-action` against every step that
/// follows a form, also against those that the service adds. A page that moves on by itself, with a link for whoever waits, is not.
pub(in crate::account) fn go_on(call: &Call, name: &str, address: &str) -> Result<Response, Failure> {
    let title = call.t.with("connect-leaving", [("service", name)]);
    let mut body = call.body(&title, &Faults::none());
    body.lead(call.say("connect-leaving-lead"));
    body.part(&Button::link(call.t.with("connect-leaving-link", [("service", name)]), address));
    let mut response = call.show(Page::new(title, body.markup()).without_switch());
    let refresh = HeaderValue::from_str(&format!("0; url={address}")).map_err(|_| Failure::of(Kind::Broken))?;
    response.headers_mut().insert(REFRESH, refresh);
    Ok(response)
}
