use std::sync::Arc;

use axum::Extension;
use axum::extract::rejection::RawFormRejection;
use axum::extract::{RawForm, State};
use axum::response::Response;
use journal::{Actor, Work};
use kernel::{Kind, Language};
use openid::{AuthorizationRequest, ErrorCode, OAuthError, Parameters};
use provider::{REQUEST_URI, Registered, keep_request, show_request};
use store::StoreError;
use webkit::{Body, ClientAddress, Failure, Page, Visitor};

use super::leave::see;
use crate::account::{AccountState, account_layout};
use crate::blocking::blocking;
use crate::texts::texts;

/// Where a request leads.
enum Arrival {
    /// To its page, in one of the languages that the service named.
    Asked { client: String, opener: String, locales: Vec<String> },
    /// Back at once.
    Back(String),
    /// Nowhere: who asks is not known, or not where to send anybody back to.
    Lost(OAuthError),
}

/// What a service sent along, in the address or in a form; nothing if it cannot be read.
pub(super) type Sent = Result<RawForm, RawFormRejection>;

pub(super) fn pairs(sent: Sent) -> Vec<(String, String)> {
    sent.ok().and_then(|RawForm(form)| serde_html_form::from_bytes(&form).ok()).unwrap_or_default()
}

/// `GET` or `POST /oidc/authorize`: where services send residents.
pub(in crate::account) async fn arrive(
    State(state): State<Arc<AccountState>>,
    visitor: Visitor,
    client: Option<Extension<ClientAddress>>,
    sent: Sent,
) -> Result<Response, Failure> {
    let service = state.platform.public_identity().ok_or_else(|| Failure::of(Kind::Missing))?;
    let pairs = pairs(sent);
    let network = client.map(|Extension(client)| client.network().to_string()).unwrap_or_default();
    let parameters = match Parameters::new(pairs.clone()) {
        Ok(parameters) => parameters,
        Err(error) => return Ok(lost(&state, &visitor, &error)),
    };
    let (ledger, issuer) = (service.ledger().clone(), state.relying_party.origin());
    let keys = ledger.keys().clone();
    let arrival = blocking(move || {
        let may_keep = move |work: &mut Work<'_, '_>| identity::take_request(work, &keys, &network);
        let taken = ledger.write("resident.arrive", Actor::Visitor, move |work| take_in(work, &parameters, &pairs, (&issuer, &may_keep)));
        taken.map(|(arrival, _)| arrival)
    });
    match arrival.await? {
        Arrival::Asked { client, opener, locales } => {
            let language = spoken(&locales).unwrap_or(visitor.language);
            see(&format!("/{}/account/connect/{client}/{opener}", language.slug()))
        }
        Arrival::Back(address) => see(&address),
        Arrival::Lost(error) => Ok(lost(&state, &visitor, &error)),
    }
}

fn take_in(
    work: &mut Work<'_, '_>,
    parameters: &Parameters,
    pairs: &[(String, String)],
    (issuer, may_keep): (&str, &impl Fn(&mut Work<'_, '_>) -> Result<bool, StoreError>),
) -> Result<Arrival, StoreError> {
    let id = parameters.get("client_id").unwrap_or_default();
    let Some(registered) = provider::find_client(work.tx(), id)?.filter(Registered::is_in_force) else {
        return Ok(Arrival::Lost(OAuthError::new(ErrorCode::InvalidClient, "client_id is missing or unknown")));
    };
    let pushed = parameters.get("request_uri").filter(|uri| uri.starts_with(REQUEST_URI)).map(str::to_owned);
    let uri = if let Some(uri) = pushed {
        uri
    } else {
        let redirect = match AuthorizationRequest::redirect(registered.client(), parameters) {
            Ok(redirect) => redirect,
            Err(error) => return Ok(Arrival::Lost(error)),
        };
        let kept = if AuthorizationRequest::must_be_pushed(registered.client()) || may_keep(work)? {
            keep_request(work, registered.client(), pairs)?
        } else {
            Err(OAuthError::new(ErrorCode::TemporarilyUnavailable, "too many requests from this network"))
        };
        match kept {
            Ok(pushed) => pushed.request_uri,
            Err(error) => return Ok(Arrival::Back(AuthorizationRequest::refusal(redirect, parameters.get("state"), issuer, &error))),
        }
    };
    Ok(match show_request(work, id, &uri)? {
        Ok(asked) => {
            let opener = uri.strip_prefix(REQUEST_URI).unwrap_or_default().to_owned();
            Arrival::Asked { client: id.to_owned(), opener, locales: asked.request.ui_locales }
        }
        Err(error) => Arrival::Lost(error),
    })
}

/// The first of the service's languages that we speak.
fn spoken(locales: &[String]) -> Option<Language> {
    let read = |tag: &String| match tag.to_ascii_lowercase().as_str() {
        tag if tag.starts_with("en") => Some(Language::En),
        "zh-hans" | "zh-cn" | "zh-hans-cn" | "zh-sg" => Some(Language::ZhHans),
        tag if tag.starts_with("zh") => Some(Language::ZhHant),
        _ => None,
    };
    locales.iter().find_map(read)
}

pub(super) fn lost(state: &AccountState, visitor: &Visitor, error: &OAuthError) -> Response {
    let t = texts(visitor.language);
    let title = t.get("connect-lost");
    let mut body = Body::new(visitor.language);
    body.h1(&title).lead(t.get("connect-lost-lead"));
    body.note(t.with("connect-code", [("code", error.to_string())]));
    account_layout(state.platform.environment()).page(visitor, Page::new(title, body.markup()).invalid().without_switch())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_we_speak_is_taken() {
        let of = |tags: &[&str]| spoken(&tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["fr", "zh-HK", "en"]), Some(Language::ZhHant));
        assert_eq!(of(&["zh-Hans"]), Some(Language::ZhHans));
        assert_eq!(of(&["en-GB"]), Some(Language::En));
        assert_eq!(of(&["fr"]), None);
    }
}
