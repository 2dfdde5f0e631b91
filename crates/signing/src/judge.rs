//! Whether a signature holds. Everything that can be wrong has a name, because people are told what it is.

use kernel::Instant;
use seal::sha256;
use x509_cert::certificate::Certificate;

use crate::act::{Act, ActError, Form, Statement};
use crate::certificate::act_binding;
use crate::chain::{Use, leads_to};
use crate::cms::Signed;
use crate::ocsp::State;
use crate::pdf::{PdfError, embedded};
use crate::sign::act_of;
use crate::{Reason, Revoked, SigningError, moment, name, serial, timestamp};

/// What is trusted.
#[derive(Clone, Debug)]
pub struct Trust {
    /// Roots of personal certificates and of our own timestamps.
    pub roots: Vec<Certificate>,
    /// Roots of timestamps of other authorities; nobody signs documents below them.
    pub stamping: Vec<Certificate>,
    /// Authorities that the root has revoked: what they certify counts only where a timestamp shows that it was signed before.
    pub revoked: Vec<Revoked>,
    /// The site at which passkeys sign.
    pub site: String,
}

impl Trust {
    /// The certificates that may stand between a root and a signature at a moment.
    fn between(&self, certificates: &[Certificate], at: Instant) -> Vec<Certificate> {
        let revoked = |one: &Certificate| self.revoked.iter().any(|gone| gone.serial == serial(one) && gone.at <= at);
        certificates.iter().filter(|one| !revoked(one)).cloned().collect()
    }
}

/// A signature that holds.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Who signed.
    pub name: String,
    /// When, and who says so.
    pub time: SignedAt,
    /// What was agreed to.
    pub statement: Statement,
    /// The act, as it was published.
    pub act: Act,
    /// The serial number of the certificate.
    pub serial: Vec<u8>,
    /// The resident revoked the certificate after the stamped time; the signature was whole before.
    pub revoked_since: Option<(Instant, Reason)>,
}

/// A time, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedAt {
    /// A time-stamping authority.
    Stamped(Instant),
    /// Nobody but the certificate: not earlier than this.
    NotBefore(Instant),
}

/// Why a signature does not hold.
#[derive(Debug, thiserror::Error)]
pub enum Unsound {
    /// The document.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// The signature cannot be read.
    #[error(transparent)]
    Form(#[from] SigningError),
    /// The document was changed after it was signed, or the signature is another's.
    #[error("the document is not the one that was signed")]
    Altered,
    /// The certificate does not lead to a trusted root, or did not count at the time.
    #[error("the certificate is not of a trusted authority, or did not count at the time")]
    Untrusted,
    /// The timestamp does not hold.
    #[error("the timestamp does not hold")]
    Timestamp,
    /// The passkey's act does not hold.
    #[error(transparent)]
    Act(#[from] ActError),
    /// The passkey agreed to something else than is signed here: the assertion was taken from another act.
    #[error("the passkey agreed to another document")]
    OtherAct,
    /// The certificate was issued for another act.
    #[error("the certificate was issued for another act")]
    OtherBinding,
    /// Another site.
    #[error("the passkey agreed at another site")]
    OtherSite,
    /// The certificate was revoked, and nothing shows that the signature was made before.
    #[error("the certificate is revoked")]
    Revoked(Instant, Reason),
    /// The authority never issued this certificate.
    #[error("the authority does not know the certificate")]
    Unknown,
}

/// Judges a signed PDF at a moment. `state` says what is known of the certificate's serial number.
pub fn judge_pdf(document: &[u8], trust: &Trust, now: Instant, state: impl FnOnce(&[u8]) -> State) -> Result<Verdict, Unsound> {
    let found = embedded(document)?;
    judge(&found.message, (Form::Pdf, found.digest), trust, now, state)
}

/// Judges a document with the message that stands beside it.
pub fn judge_detached(
    document: &[u8],
    message: &[u8],
    trust: &Trust,
    now: Instant,
    state: impl FnOnce(&[u8]) -> State,
) -> Result<Verdict, Unsound> {
    judge(message, (Form::Detached, sha256(&[document])), trust, now, state)
}

fn judge(
    message: &[u8],
    (form, covered): (Form, [u8; 32]),
    trust: &Trust,
    now: Instant,
    state: impl FnOnce(&[u8]) -> State,
) -> Result<Verdict, Unsound> {
    let read = Signed::read(message)?;
    if !read.is_plain() || !read.covers(&covered) {
        return Err(Unsound::Altered);
    }
    let signer = read.signer().ok_or(Unsound::Altered)?;
    let time = time(&read, signer, trust)?;
    let at = match time {
        SignedAt::Stamped(at) => at,
        SignedAt::NotBefore(_) => now,
    };
    if !leads_to(&trust.roots, &trust.between(read.certificates(), at), signer, Use::Documents, at) {
        return Err(Unsound::Untrusted);
    }
    let act = act_of(&read)?;
    let statement = act.check()?;
    if statement.covered != covered || statement.form != form {
        return Err(Unsound::OtherAct);
    }
    if statement.site != trust.site {
        return Err(Unsound::OtherSite);
    }
    let binding = act_binding(signer).ok_or(Unsound::OtherBinding)?;
    let bound = binding.statement.as_bytes() == statement.challenge() && binding.passkey.as_bytes() == act.passkey.thumbprint();
    if !bound {
        return Err(Unsound::OtherBinding);
    }
    let serial = serial(signer).to_vec();
    let revoked_since = stands(state(&serial), time)?;
    let name = name::common(&signer.tbs_certificate.subject).unwrap_or_default();
    Ok(Verdict { name, time, statement, act, serial, revoked_since })
}

fn time(read: &Signed, signer: &Certificate, trust: &Trust) -> Result<SignedAt, Unsound> {
    let Some(token) = read.timestamp() else {
        return Ok(SignedAt::NotBefore(moment::instant(signer.tbs_certificate.validity.not_before)));
    };
    let digest = sha256(&[read.signature()]);
    let roots = [trust.roots.as_slice(), &trust.stamping].concat();
    let at = timestamp::judge(&token, &digest, &roots, read.certificates());
    at.map(SignedAt::Stamped).ok_or(Unsound::Timestamp)
}

/// A revocation counts from its moment on: a signature that was stamped before stays what it was. One without a stamp has nothing
/// to show for its time, and falls with the certificate.
fn stands(state: State, time: SignedAt) -> Result<Option<(Instant, Reason)>, Unsound> {
    match (state, time) {
        (State::Good, _) => Ok(None),
        (State::Unknown, _) => Err(Unsound::Unknown),
        (State::Revoked(revoked, reason), SignedAt::Stamped(at)) if at < revoked && reason == Reason::Ended => {
            Ok(Some((revoked, reason)))
        }
        (State::Revoked(at, reason), _) => Err(Unsound::Revoked(at, reason)),
    }
}
