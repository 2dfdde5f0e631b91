//! A service's resident signs out there and here (OpenID Connect RP-Initiated Logout 1.0). Nobody is signed out without a yes: the address
//! could stand on anybody's page.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use kernel::Kind;
use openid::{Compact, ErrorCode, Jwk, OAuthError, Parameters};
use provider::Registered;
use seal::JoseAlgorithm;
use serde_json::Value;
use store::{StoreError, Tx};
use webkit::parts::{Button, ButtonStyle};
use webkit::{Failure, Page, Values, Visitor};

use super::Call;
use super::arrive::{Sent, lost, pairs};
use super::leave::{go_on, see};
use crate::account::{AccountState, cookies, sign_in};
use crate::blocking::blocking;
use crate::faults::Faults;

/// `GET` or `POST /oidc/logout`
pub(in crate::account) async fn arrive_to_leave(State(state): State<Arc<AccountState>>, visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let service = state.platform.public_identity().ok_or_else(|| Failure::of(Kind::Missing))?;
    let pairs = pairs(sent);
    let ledger = service.ledger().clone();
    let now = ledger.now();
    let judged = blocking(move || {
        ledger.read("resident.arrive_to_leave", |tx| {
            let keys = provider::public_keys(tx, now)?;
            Ok::<_, StoreError>(match Parameters::new(pairs.clone()) {
                Ok(parameters) => destination(tx, &parameters, &keys)?,
                Err(error) => Err(error),
            })
        })
    });
    match judged.await? {
        Ok(Destination { client, to, state: said }) => {
            let pairs = [("client", client), ("to", to), ("state", said)];
            let query = serde_html_form::to_string(pairs).map_err(|_| Failure::of(Kind::Broken))?;
            see(&format!("{}?{query}", visitor.url("/account/leave")))
        }
        Err(error) => Ok(lost(&state, &visitor, &error)),
    }
}

/// Where somebody goes after signing out: nowhere, or to a registered address.
#[derive(Clone, Debug, Default)]
struct Destination {
    client: String,
    to: String,
    state: String,
}

fn destination(tx: &mut Tx<'_>, parameters: &Parameters, keys: &Value) -> Result<Result<Destination, OAuthError>, StoreError> {
    let wrong = |what: &'static str| Ok(Err(OAuthError::new(ErrorCode::InvalidRequest, what)));
    let hinted = match parameters.get("id_token_hint") {
        Some(token) => match audience(token, keys) {
            Some(client) => Some(client),
            None => return wrong("id_token_hint is not a token of ours"),
        },
        None => None,
    };
    let named = parameters.get("client_id").map(str::to_owned);
    if hinted.is_some() && named.is_some() && hinted != named {
        return wrong("client_id is not the client of id_token_hint");
    }
    let client = hinted.or(named).unwrap_or_default();
    let to = parameters.get("post_logout_redirect_uri").unwrap_or_default();
    if !to.is_empty() && !is_registered(tx, &client, to)? {
        return wrong("post_logout_redirect_uri is not registered for this client");
    }
    let state = parameters.get("state").unwrap_or_default().to_owned();
    Ok(Ok(Destination { client, to: to.to_owned(), state }))
}

fn is_registered(tx: &mut Tx<'_>, client: &str, to: &str) -> Result<bool, StoreError> {
    let known = provider::find_client(tx, client)?.filter(Registered::is_in_force);
    Ok(known.is_some_and(|known| known.registration.after_logout.iter().any(|address| address.is(to))))
}

/// The service that one of our ID tokens was for; it may have ended long ago.
fn audience(token: &str, keys: &Value) -> Option<String> {
    let keys = Jwk::read_set(keys).ok()?;
    let token = Compact::parse(token, &[JoseAlgorithm::Es256, JoseAlgorithm::EdDsa, JoseAlgorithm::Rs256]).ok()?;
    token.verified_by(&keys).ok()?.get("aud")?.as_str().map(str::to_owned)
}

/// What was brought along, judged again: whoever changed it goes nowhere.
async fn brought(call: &Call, get: impl Fn(&str) -> String) -> Result<(Destination, Option<Registered>), Failure> {
    let asked = Destination { client: get("client"), to: get("to"), state: get("state") };
    let (client, to) = (asked.client.clone(), asked.to.clone());
    let look = move |tx: &mut Tx<'_>| Ok::<_, StoreError>((is_registered(tx, &client, &to)?, provider::find_client(tx, &client)?));
    let (sound, service) = call.read("resident.leave", look).await?;
    Ok(if sound { (asked, service) } else { (Destination::default(), None) })
}

/// `GET /account/leave`: asks.
pub(in crate::account) async fn ask(call: Call) -> Result<Response, Failure> {
    let query = call.visitor.query.clone().unwrap_or_default();
    let pairs: Vec<(String, String)> = serde_html_form::from_str(&query).unwrap_or_default();
    let values = Values::from_pairs(pairs);
    let (asked, service) = brought(&call, |name| values.get(name).to_owned()).await?;
    if call.found.is_none() {
        return Ok(match address(&asked) {
            Some(address) => see(&address)?,
            None => call.go("/account"),
        });
    }
    let title = call.say("leave-title");
    let mut body = call.body(&title, &Faults::none());
    let name = service.map(|service| service.registration.name.get(call.language()).to_owned());
    body.lead(name.map_or_else(|| call.say("leave-lead"), |name| call.t.with("leave-lead-from", [("service", name)])));
    let form = call.form("/account/leave").hidden("client", &asked.client).hidden("to", &asked.to).hidden("state", &asked.state);
    body.part(&form.part(&Button::new(call.say("leave-yes"))));
    body.part(&Button::link(call.say("leave-no"), call.url("/account")).style(ButtonStyle::Secondary));
    Ok(call.show(Page::new(title, body.markup())))
}

/// `POST /account/leave`
pub(in crate::account) async fn leave(call: Call, values: Values) -> Result<Response, Failure> {
    let (asked, service) = brought(&call, |name| values.get(name).to_owned()).await?;
    sign_in::end(&call).await?;
    let name = service.map(|service| service.registration.name.get(call.language()).to_owned()).unwrap_or_default();
    let mut response = match address(&asked) {
        Some(address) => go_on(&call, &name, &address)?,
        None => call.go("/account"),
    };
    cookies::remove(&call.state, &mut response, call.state.session_cookie());
    Ok(response)
}

fn address(asked: &Destination) -> Option<String> {
    let to = openid::RedirectUri::register(&asked.to, true).ok()?;
    Some(if asked.state.is_empty() { to.to_string() } else { to.with(&[("state", &asked.state)]) })
}
