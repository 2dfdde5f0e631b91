use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use identity::{IdentityVerifier, Presented, VerifierAnswer, VerifierFault};
use kernel::{Random, to_hex};
use ureq::tls::ClientCert;

use super::wire::{CompareRequest, CompareResponse, FORMAT, NOTHING, Picture, Typed, pictures};
use crate::ConnectorError;
use crate::http::{agent, certificates, private_key, tls};
use crate::line::Line;

/// Where the verifier is, and who we are to it.
#[derive(Clone, Debug)]
pub struct VerifierConfig {
    /// Its address, such as `https://verifier.example/v1/compare`. Only `https`.
    pub url: String,
    /// The authority whose certificate the verifier must show (PEM).
    pub authority: PathBuf,
    /// Our certificate (PEM).
    pub certificate: PathBuf,
    /// Our private key (PEM).
    pub key: PathBuf,
    /// How long one comparison may take.
    pub timeout: Duration,
}

/// An external verifier over HTTPS with certificates on both sides. Photos leave in the body of one request, inside the TLS session with
/// the holder of that certificate and nowhere else: no file, no proxy, no redirect, no second address.
pub struct HttpIdentityVerifier {
    url: String,
    timeout: Duration,
    line: Line,
    random: Arc<dyn Random>,
}

impl HttpIdentityVerifier {
    /// A client for this verifier.
    pub fn new(config: &VerifierConfig, random: Arc<dyn Random>) -> Result<Self, ConnectorError> {
        if !config.url.starts_with("https://") {
            return Err(ConnectorError::NotHttps(config.url.clone()));
        }
        let ours = ClientCert::new_with_certs(&certificates(&config.certificate)?, private_key(&config.key)?);
        let line = Line::new(agent(tls(certificates(&config.authority)?, Some(ours)), config.timeout));
        Ok(Self { url: config.url.clone(), timeout: config.timeout, line, random })
    }

    fn ask(&self, request: &CompareRequest, patience: Duration) -> Result<CompareResponse, VerifierFault> {
        let post = self.line.agent().post(&self.url).config().timeout_global(Some(patience)).build();
        let mut response = post.send_json(request).map_err(|error| away(&error))?;
        match response.status().as_u16() {
            200 => {}
            status @ (429 | 500..=599) => return Err(VerifierFault::Away(format!("HTTP {status}"))),
            status => return Err(VerifierFault::Unusable(format!("HTTP {status}"))),
        }
        let read = response.body_mut().with_config().limit(ANSWER_LIMIT_BYTES).read_to_vec();
        let bytes = read.map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => VerifierFault::Unusable("it is too long".into()),
            error => away(&error),
        })?;
        // What it says instead of an answer may hold what it was shown: the reason names the place and never the text.
        serde_json::from_slice(&bytes).map_err(|error| {
            VerifierFault::Unusable(format!("it has not the form of one (line {}, column {})", error.line(), error.column()))
        })
    }
}

fn away(error: &ureq::Error) -> VerifierFault {
    VerifierFault::Away(error.to_string())
}

impl IdentityVerifier for HttpIdentityVerifier {
    fn compare(&self, presented: &Presented<'_>) -> Result<VerifierAnswer, VerifierFault> {
        let patience = self.timeout.min(Duration::from_secs(presented.seconds_left));
        let request = request(presented, to_hex(&self.random.bytes16()));
        let answered = self.ask(&request, patience);
        self.line.hang_up();
        checked(&answered?, &request.nonce, &pictures(presented.document, presented.selfie))
    }
}

fn request(presented: &Presented<'_>, nonce: String) -> CompareRequest {
    CompareRequest {
        format: FORMAT.to_owned(),
        nonce,
        answer_by: presented.deadline.to_string(),
        document: picture(presented.document),
        selfie: picture(presented.selfie),
        typed: Typed {
            name: presented.name_en.to_owned(),
            name_zh: presented.name_zh.to_owned(),
            date_of_birth: presented.birth,
            sex: presented.sex,
            date_of_issue: presented.issued,
        },
    }
}

/// Pictures were decoded and written anew when they came: what they begin with says what they are.
fn picture(bytes: &[u8]) -> Picture {
    let media_type = match bytes {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [b'R', b'I', b'F', b'F', ..] => "image/webp",
        _ => "image/jpeg",
    };
    Picture { media_type: media_type.to_owned(), bytes: STANDARD.encode(bytes) }
}

/// The answer, if it is one to this question, about these pictures, by somebody who keeps nothing.
fn checked(response: &CompareResponse, nonce: &str, pictures: &str) -> Result<VerifierAnswer, VerifierFault> {
    let flaw = if response.nonce != nonce {
        "it belongs to another question"
    } else if response.pictures != pictures {
        "it is about other pictures"
    } else if response.kept != NOTHING {
        "it does not say that nothing was kept"
    } else if let Some(answer) = response.verdict.answer() {
        return Ok(answer);
    } else {
        "the number in it is none"
    };
    Err(VerifierFault::Unusable(flaw.to_owned()))
}

/// A verdict has some two hundred bytes.
const ANSWER_LIMIT_BYTES: u64 = 4 * 1024;
