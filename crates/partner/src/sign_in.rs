use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use journal::Event;
use kernel::Secret;
use processors::PartnerSession;
use store::StoreError;
use webkit::parts::{Button, Form, TextInput};
use webkit::{Body, Failure, FieldErrors, Page, Values, Visitor};

use crate::blocking::blocking;
use crate::state::{PartnerState, layout};
use crate::texts::texts;
use crate::visit::{partner_of, set, with_session};

/// `GET /partner/sign-in`
pub(crate) async fn show(State(state): State<Arc<PartnerState>>, visitor: Visitor) -> Response {
    form(&state, &visitor, &FieldErrors::new())
}

/// `POST /partner/sign-in`: the credential, once. That somebody came in is on record.
pub(crate) async fn enter(
    State(state): State<Arc<PartnerState>>,
    visitor: Visitor,
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
    let (ledger, actor) = (state.platform.ledger().clone(), partner.actor());
    let credential = partner.credential();
    blocking(move || {
        ledger.write("partner.signed_in", actor, move |work| {
            work.journal(Event::new("partner.signed_in").detail("credential", credential.to_string()))?;
            Ok::<_, StoreError>(())
        })
    })
    .await?;
    let session = PartnerSession::begin(&partner, state.platform.now());
    let response = Redirect::to(&visitor.url("/partner")).into_response();
    Ok(with_session(&state, response, &session))
}

/// `POST /partner/sign-out`
pub(crate) async fn leave(State(state): State<Arc<PartnerState>>, visitor: Visitor, _: Values) -> Response {
    let mut response = Redirect::to(&visitor.url("/partner/sign-in")).into_response();
    set(&state, &mut response, &Secret::new(String::new()), Some(0));
    response
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
