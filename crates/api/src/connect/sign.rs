//! Documents that an online service has signed: brought with an access token of the scope `sign`, answered by the resident on the pages of
//! the account, fetched.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flows::{AskSignatureError, AskedToSign, SignDocumentError, SigningOffice, ask_signature, cancel_signature, fetch_signature, signature_state};
use journal::Ledger;
use kernel::{Fault, Id, Instant, Kind, Secret, kinds};
use openid::{ErrorCode, OAuthError};
use provider::Shown;
use serde::Deserialize;
use serde_json::json;
use signing::{AskError, Form, REQUEST_MINUTES};
use store::RunError;

use crate::connect::IdentityDoor;
use crate::connect::answer::{Refused, fresh};
use crate::connect::presented::Presented;

/// Bytes of a document: somebody has to read it.
const DOCUMENT_MOST: usize = 4 << 20;
/// The document as base64, and what stands beside it.
pub(crate) const BODY_MOST: usize = DOCUMENT_MOST / 3 * 4 + (16 << 10);

type Door = State<Arc<dyn IdentityDoor>>;

/// What a service sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Brought {
    document: String,
    purpose: String,
    #[serde(default)]
    form: Option<String>,
    #[serde(default)]
    return_to: Option<String>,
    #[serde(default)]
    state: Option<String>,
}

/// `POST /oidc/sign`
pub(crate) async fn bring(State(door): Door, request: Request) -> Result<Response, Refused> {
    let office = office(&door)?;
    let (parts, body) = request.into_parts();
    let Presented { token, shown } = Presented::of(&door, &parts, "/oidc/sign")?;
    let wrong = |what: &'static str| Refused::from(OAuthError::new(ErrorCode::InvalidRequest, what));
    let is_json = parts.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !is_json {
        return Err(wrong("send JSON: application/json"));
    }
    let body = to_bytes(body, BODY_MOST).await.map_err(|_| wrong("a document has at most 4 MiB"))?;
    let asked = read(&body).map_err(Refused::from)?;
    let ledger = door.ledger().ok_or_else(Refused::closed)?;
    let asking = tokio::task::spawn_blocking(move || ask_signature(&ledger, &office, (&token, shown), asked));
    let id = asking.await?.map_err(refused)?;
    let body = json!({ "id": id.to_string(), "sign_uri": format!("{}/oidc/signing/{id}", door.issuer()), "expires_in": REQUEST_MINUTES * 60 });
    Ok(fresh(StatusCode::CREATED, &body))
}

fn read(body: &[u8]) -> Result<AskedToSign, OAuthError> {
    let wrong = |what: &'static str| OAuthError::new(ErrorCode::InvalidRequest, what);
    let Brought { document, purpose, form, return_to, state } =
        serde_json::from_slice(body).map_err(|_| wrong("the body has document and purpose, and perhaps form, return_to and state; nothing else"))?;
    let document = STANDARD.decode(document).map_err(|_| wrong("document is a PDF in base64"))?;
    if document.len() > DOCUMENT_MOST {
        return Err(wrong("a document has at most 4 MiB"));
    }
    let form = form.map_or(Some(Form::Pdf), |name| Form::from_name(&name)).ok_or_else(|| wrong("form is pdf or cms"))?;
    Ok(AskedToSign { document, purpose, form, return_to, state })
}

/// `GET /oidc/sign/{request}`: what became of it.
pub(crate) async fn state(State(door): Door, Path(id): Path<String>, request: Request) -> Result<Response, Refused> {
    let ((asked, now), _) = over(&door, &id, "", request, signature_state).await?;
    let seconds = |at: Instant| at.millis() / 1000;
    let mut body = json!({ "id": id, "state": asked.state(now), "form": asked.form.name(), "asked": seconds(asked.asked), "due": seconds(asked.due) });
    let more = [("answered", asked.outcome.map(|(_, at)| at)), ("fetched", asked.fetched)];
    if let Some(members) = body.as_object_mut() {
        members.extend(more.into_iter().filter_map(|(name, at)| Some((name.to_owned(), seconds(at?).into()))));
    }
    Ok(fresh(StatusCode::OK, &body))
}

/// `GET /oidc/sign/{request}/signed`: the signed PDF, or the detached message.
pub(crate) async fn signed(State(door): Door, Path(id): Path<String>, request: Request) -> Result<Response, Refused> {
    let ((form, bytes), _) = over(&door, &id, "/signed", request, fetch_signature).await?;
    let (kind, saved) = match form {
        Form::Pdf => ("application/pdf", "attachment; filename=\"signed.pdf\""),
        Form::Detached => ("application/pkcs7-signature", "attachment; filename=\"signature.p7s\""),
    };
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store"), (CONTENT_DISPOSITION, saved)];
    Ok((StatusCode::OK, headers, Secret::into_exposed(bytes)).into_response())
}

/// `DELETE /oidc/sign/{request}`: the service takes it back.
pub(crate) async fn cancel(State(door): Door, Path(id): Path<String>, request: Request) -> Result<Response, Refused> {
    over(&door, &id, "", request, cancel_signature).await?;
    Ok((StatusCode::NO_CONTENT, [(CACHE_CONTROL, "no-store")]).into_response())
}

/// Something with a document that was brought before.
async fn over<T: Send + 'static>(
    door: &Arc<dyn IdentityDoor>,
    id: &str,
    below: &str,
    request: Request,
    act: impl FnOnce(&Ledger, (&str, Shown), Id<kinds::SigningRequest>) -> Result<T, RunError<AskSignatureError>> + Send + 'static,
) -> Result<(T, Arc<Ledger>), Refused> {
    office(door)?;
    let (parts, _) = request.into_parts();
    let Presented { token, shown } = Presented::of(door, &parts, &format!("/oidc/sign/{id}{below}"))?;
    let id = id.parse().map_err(|_| refused(RunError::Refused(AskError::Missing.into())))?;
    let ledger = door.ledger().ok_or_else(Refused::closed)?;
    let at = ledger.clone();
    let done = tokio::task::spawn_blocking(move || act(&at, (&token, shown), id));
    Ok((done.await?.map_err(refused)?, ledger))
}

fn office(door: &Arc<dyn IdentityDoor>) -> Result<Arc<SigningOffice>, Refused> {
    door.signing().ok_or_else(|| OAuthError::new(ErrorCode::TemporarilyUnavailable, "this installation signs nothing").into())
}

/// A refusal in the protocol's form.
fn refused(error: RunError<AskSignatureError>) -> Refused {
    let RunError::Refused(error) = error else { return Refused::failed(error.kind()) };
    let said = error.to_string();
    let (code, status) = match &error {
        AskSignatureError::Token => return Refused::at_resource(OAuthError::new(ErrorCode::InvalidToken, said)),
        AskSignatureError::Scope => return Refused::at_resource(OAuthError::new(ErrorCode::InsufficientScope, said)),
        AskSignatureError::Sign(SignDocumentError::Level | SignDocumentError::NoKey) => (ErrorCode::UnmetAuthenticationRequirements, 403),
        AskSignatureError::Ask(AskError::Missing) => (ErrorCode::InvalidRequest, 404),
        AskSignatureError::Ask(AskError::Answered) => (ErrorCode::InvalidRequest, 409),
        AskSignatureError::Ask(AskError::TooMany) => (ErrorCode::TemporarilyUnavailable, 429),
        _ if error.kind() == Kind::Invalid => (ErrorCode::InvalidRequest, 400),
        _ => return Refused::failed(error.kind()),
    };
    Refused::from(OAuthError::new(code, said)).with_status(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_status() {
        let status = |error: AskSignatureError| refused(RunError::Refused(error)).into_response().status().as_u16();
        assert_eq!(status(AskSignatureError::Token), 401);
        assert_eq!(status(AskSignatureError::Scope), 403);
        assert_eq!(status(SignDocumentError::NoKey.into()), 403);
        assert_eq!(status(AskSignatureError::Purpose), 400);
        assert_eq!(status(SignDocumentError::Pdf(signing::pdf::PdfError::Encrypted).into()), 400);
        assert_eq!(status(SignDocumentError::Draw(signing::DrawError::Busy).into()), 503);
        assert_eq!(status(AskError::Missing.into()), 404);
        assert_eq!(status(AskError::Answered.into()), 409);
        assert_eq!(status(AskError::TooMany.into()), 429);
    }

    #[test]
    fn a_service_says_what_is_asked_and_nothing_else() {
        let good = read(br#"{"document":"JVBERg==","purpose":"Loan","form":"cms","return_to":"https://a.example/b","state":"s"}"#).unwrap();
        assert_eq!((good.document.as_slice(), good.form, good.state.as_deref()), (b"%PDF".as_slice(), Form::Detached, Some("s")));
        assert_eq!(read(br#"{"document":"JVBERg==","purpose":"Loan"}"#).unwrap().form, Form::Pdf);
        for bad in [
            r#"{"document":"JVBERg=="}"#,
            r#"{"document":"no base64!","purpose":"Loan"}"#,
            r#"{"document":"JVBERg==","purpose":"Loan","form":"xml"}"#,
            r#"{"document":"JVBERg==","purpose":"Loan","message":"Call us at once"}"#,
        ] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
