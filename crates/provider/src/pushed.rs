use journal::Work;
use openid::{AuthorizationRequest, Client, ErrorCode, OAuthError, Parameters};
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx};

use crate::client_proof::first_time;
use crate::secret::{self, Opener};
use crate::{Proven, Registered, Shown, storage};

/// A request that was pushed can be answered for so long, seconds; FAPI 2.0 (section 5.3.2.2) wants under 600.
pub const PUSHED_SECS: i64 = 300;
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// A request that waits for its resident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// What the resident brings; answered once.
    pub request_uri: String,
}

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
    // What proves the client is no part of the request.
    let kept = parameters.iter().filter(|(name, _)| !name.starts_with("client_assertion") && name != "client_secret");
    let body = Body { parameters: kept.cloned().collect(), dpop };
    let body = serde_json::json!(body).to_string();
    let expires = work.now().plus_secs(PUSHED_SECS);
    storage::pushed::insert(work.tx(), opener.tag, client.id.as_str(), &body, expires)?;
    Ok(Ok(Pushed { request_uri: format!("{PREFIX}{}", opener.text.expose()) }))
}

/// A request whose resident is here.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who asks.
    pub registered: Registered,
    /// For what.
    pub request: AuthorizationRequest,
}

/// The request behind a `request_uri`, for the page that asks the resident.
pub fn asked(tx: &mut Tx<'_>, client: &str, request_uri: &str, now: kernel::Instant) -> Result<Result<Asked, OAuthError>, StoreError> {
    let body = match opener(request_uri) {
        Some(tag) => storage::pushed::find(tx, tag, client, now)?,
        None => None,
    };
    judged(tx, client, body)
}

/// Takes the request: it is answered now.
pub(crate) fn take(tx: &mut Tx<'_>, client: &str, request_uri: &str, now: kernel::Instant) -> Result<Result<Asked, OAuthError>, StoreError> {
    let body = match opener(request_uri) {
        Some(tag) => storage::pushed::take(tx, tag, client, now)?,
        None => None,
    };
    judged(tx, client, body)
}

fn opener(request_uri: &str) -> Option<[u8; 32]> {
    request_uri.strip_prefix(PREFIX).map(secret::tag)
}

fn judged(tx: &mut Tx<'_>, client: &str, body: Option<String>) -> Result<Result<Asked, OAuthError>, StoreError> {
    let unknown = || OAuthError::new(ErrorCode::InvalidRequestUri, "the request is not known, was answered, or has ended");
    let registered = storage::client::find(tx, client)?.filter(Registered::is_in_force);
    let (Some(registered), Some(body)) = (registered, body) else {
        return Ok(Err(unknown()));
    };
    let Ok(body) = serde_json::from_str::<Body>(&body) else {
        return Ok(Err(unknown()));
    };
    let read = Parameters::new(body.parameters).and_then(|parameters| AuthorizationRequest::read(registered.client(), &parameters));
    Ok(read.map(|request| {
        let dpop_key = request.dpop_key.clone().or(body.dpop);
        Asked { request: AuthorizationRequest { dpop_key, ..request }, registered }
    }))
}
