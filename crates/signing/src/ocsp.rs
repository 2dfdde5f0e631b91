//! Answers about one certificate (RFC 6960). The issuing authority answers itself.

use der::asn1::{BitString, Null, OctetString};
use der::{Decode, Encode};
use kernel::Instant;
use seal::{sha1_name, sha256};
use x509_cert::certificate::Certificate;
use x509_ocsp::{
    BasicOcspResponse, CertId, CertStatus, OcspGeneralizedTime, OcspRequest, OcspResponse, OcspResponseStatus, ResponderId,
    ResponseBytes, ResponseData, RevokedInfo, SingleResponse, Version,
};

use crate::certificate::ecdsa;
use crate::{Authority, Reason, SigningError, moment, oid};

/// Certificates that one request may ask about.
const ASKED_MOST: usize = 8;
/// Bytes that a request may have.
pub const REQUEST_MOST: usize = 4096;
/// An answer counts for so long.
const ANSWER_MS: i64 = 3_600_000;

/// What is known of a serial number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Issued, and not revoked.
    Good,
    /// Revoked.
    Revoked(Instant, Reason),
    /// Never issued here.
    Unknown,
}

/// Whether a request asks about a certificate that this authority issued. After a change of the key each of them answers for its own.
pub fn is_about(authority: &Authority, request: &[u8]) -> bool {
    let request = OcspRequest::from_der(request).ok().filter(|_| request.len() <= REQUEST_MOST);
    request.is_some_and(|request| request.tbs_request.request_list.iter().any(|one| names(&one.req_cert, authority.issuing())))
}

/// Answers a request in DER. What cannot be read is answered too, with an error status that nobody signs.
pub fn answer<E: From<SigningError>>(
    authority: &Authority,
    request: &[u8],
    now: Instant,
    mut state: impl FnMut(&[u8]) -> Result<State, E>,
) -> Result<Vec<u8>, E> {
    let Some(request) = OcspRequest::from_der(request).ok().filter(|_| request.len() <= REQUEST_MOST) else {
        return refusal(OcspResponseStatus::MalformedRequest).map_err(E::from);
    };
    let asked = &request.tbs_request.request_list;
    if asked.is_empty() || asked.len() > ASKED_MOST {
        return refusal(OcspResponseStatus::MalformedRequest).map_err(E::from);
    }
    let mut answers = Vec::new();
    for one in asked {
        let id = one.req_cert.clone();
        let state = if names(&id, authority.issuing()) { state(id.serial_number.as_bytes())? } else { State::Unknown };
        answers.push(single(id, state, now).map_err(SigningError::from)?);
    }
    let nonce = request.tbs_request.request_extensions.into_iter().flatten().find(|one| one.extn_id == oid::OCSP_NONCE);
    signed(authority, answers, nonce.into_iter().collect(), now).map_err(E::from)
}

fn signed(
    authority: &Authority,
    responses: Vec<SingleResponse>,
    extensions: Vec<x509_cert::ext::Extension>,
    now: Instant,
) -> Result<Vec<u8>, SigningError> {
    let issuer = authority.issuer();
    let tbs = ResponseData {
        version: Version::V1,
        responder_id: ResponderId::ByName(issuer.name.clone()),
        produced_at: OcspGeneralizedTime(moment::generalized(now)?),
        responses,
        response_extensions: (!extensions.is_empty()).then_some(extensions),
    };
    let signature = BitString::from_bytes(&issuer.key.sign(&tbs.to_der()?)?)?;
    let basic = BasicOcspResponse { tbs_response_data: tbs, signature_algorithm: ecdsa(), signature, certs: None };
    let bytes = ResponseBytes { response_type: oid::OCSP_BASIC, response: OctetString::new(basic.to_der()?)? };
    Ok(OcspResponse { response_status: OcspResponseStatus::Successful, response_bytes: Some(bytes) }.to_der()?)
}

fn single(id: CertId, state: State, now: Instant) -> Result<SingleResponse, der::Error> {
    let time = moment::generalized;
    let cert_status = match state {
        State::Good => CertStatus::Good(Null),
        State::Unknown => CertStatus::Unknown(Null),
        State::Revoked(at, reason) => CertStatus::Revoked(RevokedInfo {
            revocation_time: OcspGeneralizedTime(time(at)?),
            revocation_reason: Some(reason.code()),
        }),
    };
    Ok(SingleResponse {
        cert_id: id,
        cert_status,
        this_update: OcspGeneralizedTime(time(now)?),
        next_update: Some(OcspGeneralizedTime(time(now.plus_millis(ANSWER_MS))?)),
        single_extensions: None,
    })
}

fn refusal(status: OcspResponseStatus) -> Result<Vec<u8>, SigningError> {
    Ok(OcspResponse { response_status: status, response_bytes: None }.to_der()?)
}

/// Whether the question is about a certificate of this issuer.
fn names(id: &CertId, issuer: &Certificate) -> bool {
    let Ok(name) = issuer.tbs_certificate.subject.to_der() else { return false };
    let key = issuer.tbs_certificate.subject_public_key_info.subject_public_key.raw_bytes();
    let (name, key) = match id.hash_algorithm.oid {
        oid::SHA1 => (sha1_name(&name).to_vec(), sha1_name(key).to_vec()),
        oid::SHA256 => (sha256(&[&name]).to_vec(), sha256(&[key]).to_vec()),
        _ => return false,
    };
    id.issuer_name_hash.as_bytes() == name && id.issuer_key_hash.as_bytes() == key
}
