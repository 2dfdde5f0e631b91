use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// A JSON body, in and out. Refuses another content type (415), what is not JSON (400), what is too large (413) and
/// what does not have the shape (422), each as a problem document.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        if !is_json(request.headers()) {
            return Err(Failure::status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let bytes = read(request, state).await?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| refuse(&error))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => Failure::of(kernel::Kind::Broken)
                .because(error.to_string())
                .into_response(),
        }
    }
}

/// Whether the answer should be JSON: the request says so by what it accepts or by what it sends.
pub fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if accept.contains("text/html") {
        return false;
    }
    accept.contains("json") || is_json(headers)
}

/// Reads a body within the shell's limit.
pub(crate) async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Failure> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| Failure::status(rejection.status()))
}

/// The media type of a body, without its parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> &str {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type = media_type(headers).to_ascii_lowercase();
    media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

/// The parser's message may quote what was sent, so the log gets only its place.
fn refuse(error: &serde_json::Error) -> Failure {
    let status = if error.is_data() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::BAD_REQUEST
    };
    Failure::status(status).because(format!(
        "JSON at line {} column {}",
        error.line(),
        error.column()
    ))
}
