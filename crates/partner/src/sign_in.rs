use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use journal::Actor;
use kernel::Secret;
use processors::{sign_in_partner, sign_out_partner};
use webkit::parts::{Button, Form, TextInput};
use webkit::{Body, Failure, FieldErrors, Page, Values, Visitor};

use crate::blocking::blocking;
use crate::state::{PartnerState, layout};
use crate::texts::texts;
use crate::visit::{partner_of, session_token, set};

/// `GET /partner/sign-in`
pub(crate) async fn show(State(state): State<Arc<PartnerState>>, visitor: Visitor) -> Response {
    form(&state, &visitor, &FieldErrors::new())
}

/// `POST /partner/sign-in`: the credential, once. That somebody came in is on record.
pub(crate) async fn enter(
    State(state): State<Arc<PartnerState>>,
    visitor: Visitor,
    headers: HeaderMap,
    values: Values,
) -> Result<Response, Failure> {
    if values.switching() {
        return Ok(form(&state, &visitor, &FieldErrors::new()));
    }
    let partner = match partner_of(&state.platform, values.get("credential")).await {
        Ok(partner) => partner,
        Err(failure) if failure.status_code() == StatusCode::FORBIDDEN => {
            let mut errors = FieldErrors::new();
            errors.add("credential", "credential-unknown");
            return Ok(form(&state, &visitor, &errors));
        }
        Err(failure) => return Err(failure),
    };
    let before = session_token(&state, &headers);
    let (ledger, actor) = (state.platform.ledger().clone(), partner.actor());
    let (token, _) = blocking(move || {
        ledger.write("partner.sign_in", actor, move |work| {
            // Whoever signs in again in the same browser leaves no living session behind.
            if let Some(before) = &before {
                sign_out_partner(work, before)?;
            }
            sign_in_partner(work, &partner)
        })
    })
    .await?;
    let mut response = Redirect::to(&visitor.url("/partner")).into_response();
    set(&state, &mut response, &token.reveal(), None);
    Ok(response)
}

/// `POST /partner/sign-out`: the session ends here and now, for every copy of its cookie.
pub(crate) async fn leave(
    State(state): State<Arc<PartnerState>>,
    visitor: Visitor,
    headers: HeaderMap,
    _: Values,
) -> Result<Response, Failure> {
    if let Some(token) = session_token(&state, &headers) {
        let ledger = state.platform.ledger().clone();
        blocking(move || {
            ledger.write("partner.sign_out", Actor::Visitor, move |work| sign_out_partner(work, &token))
        })
        .await?;
    }
    let mut response = Redirect::to(&visitor.url("/partner/sign-in")).into_response();
    set(&state, &mut response, &Secret::new(String::new()), Some(0));
    Ok(response)
}

fn form(state: &PartnerState, visitor: &Visitor, errors: &FieldErrors) -> Response {
    let t = texts(visitor.language);
    let title = t.get("sign-in-title");
    let mut body = Body::new(visitor.language);
    body.maybe(errors.summary(&t).as_ref()).h1(&title).p(t.get("sign-in-lead"));
    let field = TextInput {
        hint: Some(t.get("credential-hint")),
        error: errors.message("credential", &t),
        kind: Some("password"),
        verbatim: true,
        autocomplete: Some("current-password"),
        ..TextInput::new("credential", t.get("credential"))
    };
    let form = Form::new(visitor).to(visitor.url("/partner/sign-in")).part(&field);
    body.part(&form.part(&Button::new(t.get("sign-in"))));
    body.note(t.get("sign-in-note"));
    let page = Page::new(title, body.markup());
    let page = if errors.is_empty() { page } else { page.invalid() };
    layout(state.platform.environment()).page(visitor, page)
}
