use journal::Work;
use kernel::Instant;
use openid::{AuthorizationRequest, Client, ErrorCode, OAuthError, Parameters};
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx};

use crate::client_proof::first_time;
use crate::secret::{self, Opener};
use crate::{Proven, Registered, Shown, storage};

/// A request that was pushed can be answered for so long, seconds; FAPI 2.0 (section 5.3.2.2) wants under 600.
pub const PUSHED_SECS: i64 = 300;
/// And once it was shown to a resident, for so long from then: time to sign up first.
pub const ANSWER_SECS: i64 = 1800;
/// What stands before the random part of every `request_uri` (RFC 9126, section 2.2).
pub const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";

/// A request that waits for its resident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// What the resident brings; answered once.
    pub request_uri: String,
}

/// What is kept of a request: what [`AuthorizationRequest::read`] reads.
const KEPT: [&str; 14] = [
    "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
    "prompt", "max_age", "acr_values", "dpop_jkt", "ui_locales",
];

#[derive(Serialize, Deserialize)]
struct Body {
    parameters: Vec<(String, String)>,
    dpop: Option<String>,
}

/// Takes a request from a service that proved itself (RFC 9126), judged now and again when the resident answers. A proof of
/// possession that comes with it binds the code to its key (RFC 9449, section 10).
pub fn push_request(work: &mut Work<'_, '_>, proven: &Proven, shown: &Shown, parameters: &[(String, String)]) -> Result<Result<Pushed, OAuthError>, StoreError> {
    if !first_time(work.tx(), proven.once.as_ref())? {
        return Ok(Err(OAuthError::new(ErrorCode::InvalidClient, "the client assertion was used before")));
    }
    if !first_time(work.tx(), shown.once())? {
        return Ok(Err(OAuthError::new(ErrorCode::InvalidDpopProof, "the DPoP proof was used before")));
    }
    let dpop = shown.dpop.as_ref().map(|proof| proof.thumbprint.clone());
    keep(work, &proven.client, parameters, dpop)
}

/// Keeps the parameters that a resident brought from a service of the basic profile.
pub fn keep_request(work: &mut Work<'_, '_>, client: &Client, parameters: &[(String, String)]) -> Result<Result<Pushed, OAuthError>, StoreError> {
    if AuthorizationRequest::must_be_pushed(client) {
        return Ok(Err(OAuthError::new(ErrorCode::InvalidRequest, "this client must push its requests (RFC 9126)")));
    }
    keep(work, client, parameters, None)
}

fn keep(work: &mut Work<'_, '_>, client: &Client, parameters: &[(String, String)], dpop: Option<String>) -> Result<Result<Pushed, OAuthError>, StoreError> {
    let judged = Parameters::new(parameters.to_vec()).and_then(|parameters| AuthorizationRequest::read(client, &parameters));
    let request = match judged {
        Ok(request) => request,
        Err(error) => return Ok(Err(error)),
    };
    if request.dpop_key.is_some() && dpop.is_some() && request.dpop_key != dpop {
        return Ok(Err(OAuthError::new(ErrorCode::InvalidDpopProof, "dpop_jkt is not the key of the proof")));
    }
    let opener = Opener::make(work.random());
    // What proves the client is no part of the request, and a hint at who the resident is must not be kept in the clear.
    let kept = parameters.iter().filter(|(name, _)| KEPT.contains(&name.as_str()));
    let body = Body { parameters: kept.cloned().collect(), dpop };
    let body = serde_json::json!(body).to_string();
    let expires = work.now().plus_secs(PUSHED_SECS);
    storage::pushed::insert(work.tx(), opener.tag, client.id.as_str(), &body, expires)?;
    Ok(Ok(Pushed { request_uri: format!("{REQUEST_URI}{}", opener.text.expose()) }))
}

/// A request whose resident is here.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who asks.
    pub registered: Registered,
    /// For what.
    pub request: AuthorizationRequest,
    /// When it was first shown to a resident; nothing if never.
    pub shown: Option<Instant>,
}

/// The request behind a `request_uri`, for the page that asks the resident.
pub fn asked(tx: &mut Tx<'_>, client: &str, request_uri: &str, now: Instant) -> Result<Result<Asked, OAuthError>, StoreError> {
    let body = match opener(request_uri) {
        Some(tag) => storage::pushed::find(tx, tag, client, now)?,
        None => None,
    };
    judged(tx, client, body)
}

/// The same at the moment at which its resident arrives with it: from then on there is time to sign up and to think.
pub fn show_request(work: &mut Work<'_, '_>, client: &str, request_uri: &str) -> Result<Result<Asked, OAuthError>, StoreError> {
    let now = work.now();
    if let Some(tag) = opener(request_uri) {
        storage::pushed::show(work.tx(), tag, client, now, now.plus_secs(ANSWER_SECS))?;
    }
    asked(work.tx(), client, request_uri, now)
}

/// Takes the request: it is answered now.
pub(crate) fn take(tx: &mut Tx<'_>, client: &str, request_uri: &str, now: Instant) -> Result<Result<Asked, OAuthError>, StoreError> {
    let body = match opener(request_uri) {
        Some(tag) => storage::pushed::take(tx, tag, client, now)?,
        None => None,
    };
    judged(tx, client, body)
}

fn opener(request_uri: &str) -> Option<[u8; 32]> {
    request_uri.strip_prefix(REQUEST_URI).map(secret::tag)
}

fn judged(tx: &mut Tx<'_>, client: &str, stored: Option<(String, Option<Instant>)>) -> Result<Result<Asked, OAuthError>, StoreError> {
    let unknown = || OAuthError::new(ErrorCode::InvalidRequestUri, "the request is not known, was answered, or has ended");
    let registered = storage::client::find(tx, client)?.filter(Registered::is_in_force);
    let (Some(registered), Some((body, shown))) = (registered, stored) else {
        return Ok(Err(unknown()));
    };
    let Ok(body) = serde_json::from_str::<Body>(&body) else {
        return Ok(Err(unknown()));
    };
    let read = Parameters::new(body.parameters).and_then(|parameters| AuthorizationRequest::read(registered.client(), &parameters));
    Ok(read.map(|request| {
        let dpop_key = request.dpop_key.clone().or(body.dpop);
        Asked { request: AuthorizationRequest { dpop_key, ..request }, registered, shown }
    }))
}
