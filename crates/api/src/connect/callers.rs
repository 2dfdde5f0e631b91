use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use kernel::Instant;
use openid::{Audience, DpopError, DpopProof, DpopRequest, ErrorCode, OAuthError, Parameters};
use provider::{ClientProof, KnownClients, Proven, Shown, Supposed, certificate_hash, prove};
use store::{RunError, StoreError, Tx};
use webkit::ClientCertificate;

use crate::connect::IdentityDoor;
use crate::connect::answer::Refused;
use crate::connect::nonces::in_force;

const BODY_MOST: usize = 64 * 1024;
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A form that a service sends, with its headers.
pub(crate) struct Called {
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) parameters: Parameters,
    headers: HeaderMap,
    certificate: Option<[u8; 32]>,
    path: &'static str,
}

impl Called {
    /// The call of an endpoint, by its path: the audience and the proof name it.
    pub(crate) fn at(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }
}

impl<S: Send + Sync> FromRequest<S> for Called {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        let wrong = |what: &'static str| Refused::from(OAuthError::new(ErrorCode::InvalidRequest, what));
        let headers = request.headers().clone();
        let certificate = request.extensions().get::<ClientCertificate>().map(|shown| certificate_hash(shown.der()));
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(wrong("send a form: application/x-www-form-urlencoded"));
        }
        if request.uri().query().is_some() {
            return Err(wrong("parameters stand in the body, not in the address"));
        }
        let body: Bytes = to_bytes(request.into_body(), BODY_MOST).await.map_err(|_| wrong("the request is too long"))?;
        let pairs: Vec<(String, String)> = serde_html_form::from_bytes(&body).map_err(|_| wrong("the form cannot be read"))?;
        let parameters = Parameters::new(pairs.clone())?;
        Ok(Self { pairs, parameters, headers, certificate, path: "" })
    }
}

/// A service that has proved who it is, and what it showed.
pub(crate) struct Caller {
    pub(crate) proven: Proven,
    pub(crate) shown: Shown,
}

/// Asks the store who calls.
pub(crate) async fn caller(door: &Arc<dyn IdentityDoor>, called: &Called) -> Result<Caller, Refused> {
    let shown = shown_with(door, called)?;
    Ok(Caller { proven: judged(door, called, |tx, judge| prove(tx, &judge.proof, judge.said, judge.audience, judge.now)).await?, shown })
}

/// The same, and the service is remembered.
pub(crate) async fn caller_to_remember(door: &Arc<dyn IdentityDoor>, called: &Called, known: &Arc<KnownClients>) -> Result<Proven, Refused> {
    let known = known.clone();
    judged(door, called, move |tx, judge| known.prove(tx, &judge.proof, judge.said, judge.audience, judge.now)).await
}

/// Who calls by what is remembered of services, which is to be confirmed.
pub(crate) fn supposed(door: &Arc<dyn IdentityDoor>, called: &Called, known: &KnownClients) -> Result<Option<Supposed>, Refused> {
    let (issuer, endpoint) = (door.issuer(), format!("{}{}", door.issuer(), called.path));
    let basic = basic(&called.headers)?;
    let proof = means(&called.parameters, basic.as_ref(), called.certificate)?;
    Ok(known.suppose(&proof, called.parameters.get("client_id"), Audience { issuer, endpoint: &endpoint }, door.now()))
}

/// What came beside the parameters of a call.
pub(crate) fn shown_with(door: &Arc<dyn IdentityDoor>, called: &Called) -> Result<Shown, Refused> {
    let at = Possession { method: "POST", path: called.path, access_token: None, certificate: called.certificate };
    Ok(shown(door, &called.headers, &at, door.now())?)
}

/// A proof that is to be judged.
struct Judge<'a> {
    proof: ClientProof<'a>,
    said: Option<&'a str>,
    audience: Audience<'a>,
    now: Instant,
}

type JudgedProof = Result<Result<Proven, OAuthError>, StoreError>;

async fn judged(door: &Arc<dyn IdentityDoor>, called: &Called, judge: impl Fn(&mut Tx<'_>, &Judge<'_>) -> JudgedProof + Send + 'static) -> Result<Proven, Refused> {
    let now = door.now();
    let ledger = door.ledger().ok_or_else(Refused::closed)?;
    let (issuer, endpoint) = (door.issuer().to_owned(), format!("{}{}", door.issuer(), called.path));
    let (parameters, basic, certificate) = (called.parameters.clone(), basic(&called.headers)?, called.certificate);
    let judged = tokio::task::spawn_blocking(move || {
        let audience = Audience { issuer: &issuer, endpoint: &endpoint };
        let proof = match means(&parameters, basic.as_ref(), certificate) {
            Ok(proof) => proof,
            Err(error) => return Ok(Err(error)),
        };
        let asked = Judge { proof, said: parameters.get("client_id"), audience, now };
        ledger.read("oidc.client", |tx| judge(tx, &asked))
    });
    let judged: Result<_, RunError<StoreError>> = judged.await?;
    Ok(judged??)
}

/// How the client proves itself: in exactly one way (RFC 6749, section 2.3).
fn means<'a>(parameters: &'a Parameters, basic: Option<&'a (String, String)>, certificate: Option<[u8; 32]>) -> Result<ClientProof<'a>, OAuthError> {
    let assertion = parameters.get("client_assertion");
    if parameters.get("client_secret").is_some() {
        return Err(OAuthError::new(ErrorCode::InvalidClient, "a secret has no place in the form"));
    }
    match (assertion, basic) {
        (Some(_), Some(_)) => Err(OAuthError::new(ErrorCode::InvalidRequest, "authenticate in one way only")),
        (Some(token), None) if parameters.get("client_assertion_type") == Some(ASSERTION) => Ok(ClientProof::Assertion(token)),
        (Some(_), None) => Err(OAuthError::new(ErrorCode::InvalidClient, "client_assertion_type is missing or unknown")),
        (None, Some((client, secret))) => Ok(ClientProof::Secret { client, secret }),
        // A certificate may also be shown for the tokens alone, by whoever proves itself in another way.
        (None, None) => match (parameters.get("client_id"), certificate) {
            (Some(client), Some(hash)) => Ok(ClientProof::Certificate { client, hash }),
            _ => Err(OAuthError::new(ErrorCode::InvalidClient, "client authentication is missing")),
        },
    }
}

/// Name and secret of `Authorization: Basic`, each form-encoded (RFC 6749, section 2.3.1).
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Refused> {
    let Some(header) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let read = || -> Option<(String, String)> {
        let coded = header.to_str().ok()?.strip_prefix("Basic ")?;
        let text = String::from_utf8(openid::decode_basic(coded)?).ok()?;
        let (name, secret) = text.split_once(':')?;
        let plain = |part: &str| -> Option<String> {
            let pairs: Vec<(String, String)> = serde_html_form::from_str(&format!("v={part}")).ok()?;
            pairs.into_iter().next().map(|(_, value)| value)
        };
        Some((plain(name)?, plain(secret)?))
    };
    match read() {
        Some(pair) => Ok(Some(pair)),
        None => Err(Refused::from(OAuthError::new(ErrorCode::InvalidClient, "the Authorization header cannot be read"))),
    }
}

/// What a proof of possession must be for, and the certificate of the connection.
pub(crate) struct Possession<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) access_token: Option<&'a str>,
    pub(crate) certificate: Option<[u8; 32]>,
}

/// What came beside the parameters: at most one proof of possession, judged for this very call.
pub(crate) fn shown(door: &Arc<dyn IdentityDoor>, headers: &HeaderMap, at: &Possession<'_>, now: Instant) -> Result<Shown, OAuthError> {
    let certificate = at.certificate;
    let mut proofs = headers.get_all("dpop").iter();
    let (first, more) = (proofs.next(), proofs.next());
    if more.is_some() {
        return Err(OAuthError::new(ErrorCode::InvalidDpopProof, "send one DPoP proof"));
    }
    let Some(first) = first else { return Ok(Shown { dpop: None, certificate }) };
    let text = first.to_str().map_err(|_| OAuthError::new(ErrorCode::InvalidDpopProof, "the DPoP header cannot be read"))?;
    let nonces = in_force(door);
    let judge = |base: &str| {
        let address = format!("{base}{}", at.path);
        DpopProof::verify(text, DpopRequest { method: at.method, address: &address, access_token: at.access_token, nonces: &nonces }, now)
    };
    // The same endpoint has a second address where certificates are asked for.
    let proof = match (judge(door.issuer()), door.certificates()) {
        (Err(DpopError::Request), Some(other)) => judge(other),
        (judged, _) => judged,
    };
    Ok(Shown { dpop: Some(proof?), certificate })
}
