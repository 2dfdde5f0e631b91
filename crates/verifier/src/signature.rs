//! A resident's signature on a document: who, when, over the whole file, and by the resident's own passkey. Read and checked here from
//! the bytes up (CMS, RFC 5652; certificates, RFC 5280; timestamps, RFC 3161; WebAuthn, 7.2), with nothing of the code that wrote it.

mod act;
mod certificate;
mod der;
mod message;
mod place;
mod words;

use sha2::{Digest, Sha256};

use crate::{Finding, Reason, Report};
use certificate::Certificate;
use message::Message;

pub use words::{Flaw, Signed};

/// What a signature is checked with.
pub struct Evidence<'a> {
    /// The document.
    pub document: &'a [u8],
    /// The signature, when it stands beside the document.
    pub message: Option<&'a [u8]>,
    /// The root's certificate, in DER.
    pub root: &'a [u8],
    /// The list of revoked certificates, in DER.
    pub list: Option<&'a [u8]>,
}

/// Checks a signed document. Nothing is asked of anybody: the root's certificate is what is trusted.
pub fn check_signature(evidence: &Evidence<'_>) -> Result<Report, Reason> {
    check(evidence).map_err(Reason::Signed)
}

fn check(evidence: &Evidence<'_>) -> Result<Report, Flaw> {
    let root = Certificate::parse(evidence.root).ok_or(Flaw::Root)?;
    let (bytes, covered) = match evidence.message {
        Some(message) => (message.to_vec(), sha256(evidence.document)),
        None => place::of(evidence.document)?,
    };
    let message = Message::parse(&bytes).ok_or(Flaw::Unreadable)?;
    message.covers(&covered, der::DATA).then_some(()).ok_or(Flaw::Altered)?;
    let signer = message.signer().ok_or(Flaw::Altered)?;
    let issuer = message.issuer_of(&signer, &root).ok_or(Flaw::Untrusted)?;
    signer.is_for(der::DOCUMENT_SIGNING).then_some(()).ok_or(Flaw::Untrusted)?;
    let stamped = message.timestamp().map(|token| stamp(token, message.signature, &root)).transpose()?;
    if let Some(at) = &stamped {
        (signer.counts_at(at) && issuer.counts_at(at)).then_some(()).ok_or(Flaw::Untrusted)?;
    }
    let act = act::check(message.act().ok_or(Flaw::Act)?)?;
    let form = if evidence.message.is_some() { "cms" } else { "pdf" };
    act.fits(&covered, form).then_some(()).ok_or(Flaw::OtherAct)?;
    let binding = signer.binding().ok_or(Flaw::OtherAct)?;
    (binding == (act.challenge.as_slice(), act.passkey.as_slice())).then_some(()).ok_or(Flaw::OtherAct)?;
    let mut proven = vec![Signed::By(signer.name()), Signed::Whole];
    let mut unproven = Vec::new();
    match stamped {
        Some(at) => proven.push(Signed::At(certificate::shown(&at))),
        None => unproven.push(Signed::NoTime),
    }
    proven.push(Signed::OwnAct { site: act.site, pages: act.pages, renderer: act.renderer });
    match evidence.list {
        Some(list) => proven.push(certificate::not_on(list, &issuer, signer.serial)?),
        None => unproven.push(Signed::NoList),
    }
    unproven.push(Signed::Eyes);
    let sentences = |findings: Vec<Signed>| findings.into_iter().map(Finding::Signed).collect();
    Ok(Report { proven: sentences(proven), unproven: sentences(unproven), stated: act.lines })
}

/// The time that an authority below the root stamped on the signature.
fn stamp(token: &[u8], signature: &[u8], root: &Certificate<'_>) -> Result<String, Flaw> {
    let message = Message::parse(token).ok_or(Flaw::Timestamp)?;
    let content = message.content().ok_or(Flaw::Timestamp)?;
    let at = message::stamped(content, &sha256(signature)).ok_or(Flaw::Timestamp)?;
    let signer = message.signer().ok_or(Flaw::Timestamp)?;
    let whole = message.covers(&sha256(content), der::TIMESTAMP_INFO)
        && signer.is_for(der::TIME_STAMPING)
        && signer.counts_at(&at)
        && signer.is_signed_by(root);
    whole.then_some(at).ok_or(Flaw::Timestamp)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
