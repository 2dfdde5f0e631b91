//! From a checked act to a signed document. The key is made for this one act, and dies before the document is handed out.

use der::asn1::{OctetString, OctetStringRef};
use kernel::{Instant, Random};
use seal::{CertificateKey, Es256Signer, sha256};

use crate::act::{Act, ActError, Form, Statement};
use crate::authority::{Authority, Person};
use crate::cms::{Message, Signed, attribute};
use crate::pdf::{PdfError, Prepared};
use crate::timestamp::{StampError, Timestamps};
use crate::{SigningError, oid, serial};

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The act does not hold.
    #[error(transparent)]
    Act(#[from] ActError),
    /// The act is about other bytes.
    #[error("what was shown is not what would be signed")]
    Other,
    /// The document.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// A key or a structure.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// No timestamp.
    #[error(transparent)]
    Stamp(#[from] StampError),
}

impl kernel::Fault for SignError {
    fn kind(&self) -> kernel::Kind {
        match self {
            Self::Act(_) | Self::Other | Self::Pdf(_) => kernel::Kind::Invalid,
            Self::Signing(error) | Self::Stamp(StampError::Signing(error)) => error.kind(),
            Self::Stamp(StampError::Away(_)) => kernel::Kind::Busy,
        }
    }
}

/// A signature, and the serial number of the certificate that was issued for it.
#[derive(Clone, Debug)]
pub struct Made {
    /// The signed document, or the message beside it.
    pub bytes: Vec<u8>,
    /// The serial number.
    pub serial: Vec<u8>,
}

/// What a signature is made with.
pub struct Desk<'a> {
    /// Who issues the certificate.
    pub authority: &'a Authority,
    /// Who stamps the time; without it the signature is of level B-B.
    pub timestamps: Option<&'a dyn Timestamps>,
    /// Chance.
    pub random: &'a dyn Random,
    /// The present moment.
    pub now: Instant,
}

/// Bytes that a signature with its certificates, its timestamp and an act over so many pages may take.
pub const fn room(pages: usize) -> usize {
    14_000 + 72 * pages
}

impl Desk<'_> {
    /// Signs a prepared document for whom the act is of.
    pub fn sign_pdf(&self, name: &str, prepared: Prepared, act: &Act) -> Result<Made, SignError> {
        let statement = agreed(act, Form::Pdf, &prepared.digest)?;
        let (message, serial) = self.message(name, &statement, act, None)?;
        Ok(Made { bytes: prepared.fill(&message)?, serial })
    }

    /// Signs a document without touching it: a message to stand beside it.
    pub fn sign_detached(&self, name: &str, document: &[u8], act: &Act) -> Result<Made, SignError> {
        let statement = agreed(act, Form::Detached, &sha256(&[document]))?;
        let (bytes, serial) = self.message(name, &statement, act, Some(self.now))?;
        Ok(Made { bytes, serial })
    }

    fn message(&self, name: &str, statement: &Statement, act: &Act, time: Option<Instant>) -> Result<(Vec<u8>, Vec<u8>), SignError> {
        let key = Es256Signer::generate().map_err(SigningError::from)?;
        let person = Person {
            name,
            point: CertificateKey::public_point(&key),
            statement: statement.challenge(),
            passkey: act.passkey.thumbprint(),
        };
        let certificate = self.authority.issue(person, self.random, self.now)?;
        let json = OctetString::new(act.to_json()).map_err(SigningError::from)?;
        let message = Message {
            digest: statement.covered,
            kind: oid::DATA,
            content: None,
            time,
            attributes: vec![attribute(oid::ACT, &json).map_err(SigningError::from)?],
            signer: &certificate,
            above: std::slice::from_ref(self.authority.issuing()),
        };
        let mut bytes = message.sign(&key)?;
        if let Some(timestamps) = self.timestamps {
            let signed = Signed::read(&bytes)?;
            let token = timestamps.stamp(&sha256(&[signed.signature()]))?;
            bytes = signed.stamped(&token)?;
        }
        Ok((bytes, serial(&certificate).to_vec()))
    }
}

/// What was agreed to, if the act holds and is about these very bytes.
fn agreed(act: &Act, form: Form, covered: &[u8; 32]) -> Result<Statement, SignError> {
    let statement = act.check()?;
    if statement.form == form && statement.covered == *covered { Ok(statement) } else { Err(SignError::Other) }
}

/// The act that a message carries.
pub(crate) fn act_of(signed: &Signed) -> Result<Act, ActError> {
    let value = signed.signed_attribute(oid::ACT).ok_or(ActError::Form)?;
    let json: OctetStringRef<'_> = value.decode_as().map_err(|_| ActError::Form)?;
    Act::parse(json.as_bytes())
}
