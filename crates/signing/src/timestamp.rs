//! Timestamps (RFC 3161): our own authority, and what any authority answered.

use std::sync::Arc;

use cms::content_info::ContentInfo;
use der::asn1::{Any, BitString, GeneralizedTime, Int, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Sequence};
use kernel::{Instant, Random};
use seal::CertificateKey;
use x509_cert::certificate::Certificate;
use x509_cert::ext::Extensions;
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::certificate::sha256_id;
use crate::chain::{self, Use};
use crate::cms::{Message, Signed};
use crate::{SigningError, authority, moment, oid};

/// Bytes that a request may have.
pub const REQUEST_MOST: usize = 4096;
const VERSION: u8 = 1;
const GRANTED: u8 = 0;
const REJECTED: u8 = 2;

/// Stamps the time on digests. One that stands here, or one elsewhere that is asked over the network.
pub trait Timestamps: Send + Sync {
    /// A token in DER for this SHA-256 digest.
    fn stamp(&self, digest: &[u8; 32]) -> Result<Vec<u8>, StampError>;
}

/// Why there is no timestamp.
#[derive(Debug, thiserror::Error)]
pub enum StampError {
    /// A key or a structure.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The authority elsewhere did not answer as it should.
    #[error("the time-stamping authority does not answer: {0}")]
    Away(String),
}

/// `TimeStampReq` (RFC 3161, 2.4.1).
#[derive(Clone, Debug, Sequence)]
struct Request {
    version: u8,
    imprint: Imprint,
    #[asn1(optional = "true")]
    policy: Option<ObjectIdentifier>,
    #[asn1(optional = "true")]
    nonce: Option<Int>,
    #[asn1(default = "Default::default")]
    certificate_wanted: bool,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    extensions: Option<Extensions>,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct Imprint {
    algorithm: AlgorithmIdentifierOwned,
    digest: OctetString,
}

/// `TimeStampResp` (RFC 3161, 2.4.2).
#[derive(Clone, Debug, Sequence)]
struct Response {
    status: Status,
    #[asn1(optional = "true")]
    token: Option<ContentInfo>,
}

#[derive(Clone, Debug, Sequence)]
struct Status {
    code: u8,
    #[asn1(optional = "true")]
    words: Option<Vec<Any>>,
    #[asn1(optional = "true")]
    failure: Option<BitString>,
}

/// `TSTInfo` (RFC 3161, 2.4.2).
#[derive(Clone, Debug, Sequence)]
struct Info {
    version: u8,
    policy: ObjectIdentifier,
    imprint: Imprint,
    serial: Int,
    time: GeneralizedTime,
    #[asn1(optional = "true")]
    accuracy: Option<Accuracy>,
    #[asn1(default = "Default::default")]
    ordering: bool,
    #[asn1(optional = "true")]
    nonce: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    authority: Option<Any>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    extensions: Option<Extensions>,
}

#[derive(Clone, Debug, Sequence)]
struct Accuracy {
    #[asn1(optional = "true")]
    seconds: Option<u64>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    millis: Option<u16>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    micros: Option<u16>,
}

/// Our own time-stamping authority.
pub struct StampingAuthority {
    key: Arc<dyn CertificateKey>,
    certificate: Certificate,
}

impl StampingAuthority {
    /// Takes its certificate in DER, which must belong to the key.
    pub fn open(key: Arc<dyn CertificateKey>, certificate: &[u8]) -> Result<Self, SigningError> {
        let certificate = authority::belongs(&*key, certificate)?;
        Ok(Self { key, certificate })
    }

    /// A token for a digest.
    pub fn token(&self, digest: &[u8; 32], random: &dyn Random, now: Instant) -> Result<Vec<u8>, SigningError> {
        let imprint = Imprint { algorithm: sha256_id(), digest: OctetString::new(*digest)? };
        self.sign(imprint, None, (random, now))
    }

    /// Answers a request in DER. What cannot be read, or asks for a digest other than SHA-256, is refused in the answer.
    pub fn answer(&self, request: &[u8], random: &dyn Random, now: Instant) -> Result<Vec<u8>, SigningError> {
        let request = Request::from_der(request).ok().filter(|request| {
            let digest = request.imprint.digest.as_bytes().len() == 32 && request.imprint.algorithm.oid == oid::SHA256;
            let policy = request.policy.is_none_or(|policy| policy == oid::TIMESTAMP_POLICY);
            digest && policy && request.version == VERSION && request.extensions.is_none()
        });
        let Some(request) = request else {
            let status = Status { code: REJECTED, words: None, failure: None };
            return Ok(Response { status, token: None }.to_der()?);
        };
        let token = self.sign(request.imprint, request.nonce, (random, now))?;
        let status = Status { code: GRANTED, words: None, failure: None };
        Ok(Response { status, token: Some(ContentInfo::from_der(&token)?) }.to_der()?)
    }

    fn sign(&self, imprint: Imprint, nonce: Option<Int>, (random, now): (&dyn Random, Instant)) -> Result<Vec<u8>, SigningError> {
        let mut serial = random.bytes16();
        if let Some(first) = serial.first_mut() {
            *first = *first & 0x3f | 0x40;
        }
        let info = Info {
            version: VERSION,
            policy: oid::TIMESTAMP_POLICY,
            imprint,
            serial: Int::new(&serial)?,
            time: moment::generalized(now)?,
            accuracy: Some(Accuracy { seconds: Some(1), millis: None, micros: None }),
            ordering: false,
            nonce,
            authority: None,
            extensions: None,
        };
        let content = info.to_der()?;
        let message = Message {
            digest: seal::sha256(&[&content]),
            kind: oid::TIMESTAMP_INFO,
            content: Some(content),
            time: Some(now),
            attributes: Vec::new(),
            signer: &self.certificate,
            above: &[],
        };
        message.sign(&*self.key)
    }
}

/// A request for a digest, with a nonce, in DER.
pub fn request(digest: &[u8; 32], nonce: u64) -> Result<Vec<u8>, SigningError> {
    let imprint = Imprint { algorithm: sha256_id(), digest: OctetString::new(*digest)? };
    let mut number = nonce.to_be_bytes().to_vec();
    number.insert(0, 1);
    let nonce = Some(Int::new(&number)?);
    Ok(Request { version: VERSION, imprint, policy: None, nonce, certificate_wanted: true, extensions: None }.to_der()?)
}

/// The token of an answer to [`request`] with the same digest and nonce, in DER. Whether its authority is trusted is asked when the
/// signature is judged.
pub fn token_of(response: &[u8], digest: &[u8; 32], nonce: u64) -> Result<Vec<u8>, StampError> {
    let response = Response::from_der(response).map_err(SigningError::from)?;
    let token = response.token.filter(|_| response.status.code <= 1);
    let token = token.ok_or_else(|| StampError::Away("it refused".to_owned()))?.to_der().map_err(SigningError::from)?;
    let (info, _) = read(&token)?;
    let mut number = nonce.to_be_bytes().to_vec();
    number.insert(0, 1);
    let echoed = info.nonce.as_ref().is_some_and(|found| found.as_bytes() == number);
    if !echoed || info.imprint.digest.as_bytes() != digest {
        return Err(StampError::Away("its answer is to another question".to_owned()));
    }
    Ok(token)
}

/// The time of a token over the digest, if its authority leads to one of the roots.
pub fn judge(token: &[u8], digest: &[u8; 32], roots: &[Certificate], more: &[Certificate]) -> Option<Instant> {
    let (info, signed) = read(token).ok()?;
    let at = moment::of(info.time.to_unix_duration());
    let whole = info.imprint.algorithm.oid == oid::SHA256
        && info.imprint.digest.as_bytes() == digest
        && signed.covers(&seal::sha256(&[&signed.content()?]));
    let pool = [signed.certificates(), more].concat();
    (whole && chain::leads_to(roots, &pool, signed.signer()?, Use::Timestamps, at)).then_some(at)
}

fn read(token: &[u8]) -> Result<(Info, Signed), SigningError> {
    let signed = Signed::read(token)?;
    if signed.kind() != oid::TIMESTAMP_INFO {
        return Err(SigningError::Authority("this is no timestamp"));
    }
    let content = signed.content().ok_or(SigningError::Authority("the timestamp is empty"))?;
    Ok((Info::from_der(&content)?, signed))
}
