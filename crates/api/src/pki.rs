//! What certificates point to: the authorities' own certificates, their lists of the revoked, answers about one certificate, and
//! timestamps. Open to everybody, and in the forms that every program that checks signatures knows.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::response::Response;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flows::{IdentityService, Platform, SigningOffice};
use kernel::{Fault, Instant, Kind};
use signing::{Authority, SigningError, ocsp, paths, timestamp, to_der};
use store::{RunError, StoreError};
use webkit::Failure;

use crate::blocking::blocking;

/// A list counts for so long after the next one is due, so that a day's outage stops nobody.
const LIST_DAYS: i64 = 2;

struct Pki {
    platform: Arc<Platform>,
    office: Arc<SigningOffice>,
}

type At = State<Arc<Pki>>;

/// The routes below `/pki`.
pub fn signing_routes(platform: Arc<Platform>, office: Arc<SigningOffice>) -> Router {
    Router::new()
        .route(paths::ROOT, get(root))
        .route(paths::ROOT_LIST, get(root_list))
        .route(paths::BY_NAME, get(by_name))
        .route(paths::OCSP, post(asked))
        .route("/pki/ocsp/{*request}", get(asked_in_address))
        .route(paths::TIMESTAMP, post(stamp))
        .layer(DefaultBodyLimit::max(timestamp::REQUEST_MOST.max(ocsp::REQUEST_MOST)))
        .with_state(Arc::new(Pki { platform, office }))
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum PkiError {
    #[error(transparent)]
    Signing(#[from] SigningError),
    #[error(transparent)]
    Store(#[from] RunError<StoreError>),
}

impl Fault for PkiError {
    fn kind(&self) -> Kind {
        match self {
            Self::Signing(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

async fn root(State(pki): At) -> Result<Response, Failure> {
    Ok(answer("application/pkix-cert", to_der(pki.office.authority.root())?))
}

async fn root_list(State(pki): At) -> Response {
    answer("application/pkix-crl", pki.office.root_list.clone())
}

/// The certificate or the list of an issuing authority, of the present one or of an earlier one.
async fn by_name(State(pki): At, Path(file): Path<String>) -> Result<Response, Failure> {
    let path = format!("/pki/{file}");
    if let Some(found) = pki.office.authorities().find(|one| paths::issuing(one.number()) == path) {
        return Ok(answer("application/pkix-cert", to_der(found.issuing())?));
    }
    let listed = pki.office.authorities().find(|one| paths::issuing_list(one.number()) == path).map(Authority::number);
    issuing_list(pki, listed.ok_or_else(|| Failure::of(Kind::Missing))?).await
}

/// Made anew for each request, and numbered by its second: nobody has to wait for the news that a signature is disowned. Serial numbers
/// are random and never come twice, so every authority lists all of them.
async fn issuing_list(pki: Arc<Pki>, number: u32) -> Result<Response, Failure> {
    let (service, now) = standing(&pki)?;
    let list = blocking(move || -> Result<_, PkiError> {
        let revoked = service.ledger().read("api.revoked", signing::revoked)?;
        let authority = pki.office.authorities().find(|one| one.number() == number).unwrap_or(&pki.office.authority);
        Ok(authority.list(u64::try_from(now.millis() / 1000).unwrap_or(0), LIST_DAYS, &revoked, now)?)
    });
    Ok(answer("application/pkix-crl", list.await?))
}

async fn asked(State(pki): At, request: Bytes) -> Result<Response, Failure> {
    ocsp_answer(pki, request.to_vec()).await
}

/// RFC 6960, appendix A.1: the request in base64, escaped for an address.
async fn asked_in_address(State(pki): At, Path(request): Path<String>) -> Result<Response, Failure> {
    let request = STANDARD.decode(request.trim_start_matches('/')).unwrap_or_default();
    ocsp_answer(pki, request).await
}

async fn ocsp_answer(pki: Arc<Pki>, request: Vec<u8>) -> Result<Response, Failure> {
    let (service, now) = standing(&pki)?;
    let bytes = blocking(move || {
        let asked = pki.office.authorities().find(|one| ocsp::is_about(one, &request));
        ocsp::answer::<PkiError>(asked.unwrap_or(&pki.office.authority), &request, now, |serial| {
            let serial = serial.to_vec();
            Ok(service.ledger().read("api.certificate_state", move |tx| signing::state(tx, &serial))?)
        })
    });
    Ok(answer("application/ocsp-response", bytes.await?))
}

async fn stamp(State(pki): At, request: Bytes) -> Result<Response, Failure> {
    let now = pki.platform.now();
    let bytes = blocking(move || pki.office.stamping.answer(&request, &*pki.office.random, now));
    Ok(answer("application/timestamp-reply", bytes.await?))
}

/// The identity provider, whether its gate lets new people in or not: what was signed is checked for ever.
fn standing(pki: &Pki) -> Result<(Arc<IdentityService>, Instant), Failure> {
    let service = pki.platform.identity().ok_or_else(|| Failure::of(Kind::Missing))?;
    Ok((service, pki.platform.now()))
}

fn answer(kind: &'static str, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
