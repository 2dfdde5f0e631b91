//! A signed message (RFC 5652): one signer, its attributes, the certificates that came along.

use super::certificate::{Certificate, verifies};
use super::der::{self, INTEGER, OCTETS, OID, SEQUENCE, SET};
use super::sha256;

const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
const SIGNING_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47];
const STAMP: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 14];
/// ECDSA with SHA-256 and no parameters, as an element.
const ECDSA_SHA256: &[u8] = &[0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];

pub struct Message<'a> {
    content: Option<&'a [u8]>,
    kind: &'a [u8],
    certificates: Vec<Certificate<'a>>,
    /// Issuer and serial number, as the signer is named.
    named: (&'a [u8], &'a [u8]),
    /// The signed attributes with their tag in the message.
    attributes: &'a [u8],
    pub signature: &'a [u8],
    unsigned: Option<&'a [u8]>,
}

impl<'a> Message<'a> {
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let outer = der::all(der::only(SEQUENCE, bytes)?)?;
        let [kind, wrapped] = outer.as_slice() else { return None };
        (kind.tag == OID && kind.content == SIGNED_DATA && wrapped.tag == 0xa0).then_some(())?;
        let data = der::all(der::only(SEQUENCE, wrapped.content)?)?;
        // Nothing is left to be written in two ways: what no signature covers must stand exactly so.
        let [version, algorithms, encapsulated, certificates, signers] = data.as_slice() else { return None };
        let plain = version.tag == INTEGER && matches!(version.content, [1 | 3]) && encapsulated.tag == SEQUENCE;
        let plain = plain && algorithms.tag == SET && certificates.tag == 0xa0 && signers.tag == SET;
        (plain && is_sha256(der::only(SEQUENCE, algorithms.content)?)).then_some(())?;
        let certificates = der::all(certificates.content)?.iter().filter_map(|one| Certificate::parse(one.whole)).collect();
        let signer = der::all(der::only(SEQUENCE, signers.content)?)?;
        let [first, named, digest, attributes, algorithm, signature, unsigned @ ..] = signer.as_slice() else { return None };
        (first.tag == INTEGER && first.content == [1] && named.tag == SEQUENCE && unsigned.len() < 2).then_some(())?;
        let named = der::all(named.content)?;
        let [issuer, serial] = named.as_slice() else { return None };
        let ours = digest.tag == SEQUENCE && is_sha256(digest.content) && algorithm.whole == ECDSA_SHA256;
        (ours && attributes.tag == 0xa0 && signature.tag == OCTETS && serial.tag == INTEGER).then_some(())?;
        let encapsulated = der::all(encapsulated.content)?;
        let content = encapsulated.get(1).and_then(|content| der::only(OCTETS, content.content));
        let kind = encapsulated.first().filter(|kind| kind.tag == OID && encapsulated.len() < 3)?.content;
        let unsigned = unsigned.first().map(|set| (set.tag == 0xa1).then_some(set.content)).map_or(Some(None), |set| set.map(Some))?;
        Some(Self {
            content,
            kind,
            certificates,
            named: (issuer.whole, serial.content),
            attributes: attributes.whole,
            signature: signature.content,
            unsigned,
        })
    }

    /// The certificate that the signature names.
    pub fn signer(&self) -> Option<Certificate<'a>> {
        self.certificates.iter().find(|one| (one.issuer, one.serial) == self.named).copied()
    }

    /// The certificate above the signer's: one of the message that an authority's root signed.
    pub fn issuer_of(&self, signer: &Certificate<'_>, root: &Certificate<'_>) -> Option<Certificate<'a>> {
        let above = |one: &&Certificate<'_>| one.is_authority() && signer.is_signed_by(one) && one.is_signed_by(root);
        self.certificates.iter().find(above).copied()
    }

    /// Whether the signature is whole and over content of this digest and kind.
    pub fn covers(&self, digest: &[u8; 32], kind: &[u8]) -> bool {
        self.is_over(digest, kind).unwrap_or(false)
    }

    fn is_over(&self, digest: &[u8; 32], kind: &[u8]) -> Option<bool> {
        let signer = self.signer()?;
        let same_kind = self.kind == kind && der::only(OID, self.attribute(CONTENT_TYPE)?)? == kind;
        // What stands beside the signature is a timestamp, or nothing.
        (self.unsigned.is_none() || self.timestamp().is_some()).then_some(())?;
        let same_digest = der::only(OCTETS, self.attribute(MESSAGE_DIGEST)?)? == digest;
        let hashes = der::only(SEQUENCE, der::only(SEQUENCE, self.attribute(SIGNING_CERTIFICATE)?)?)?;
        let (first, _) = der::first(hashes)?;
        // RFC 5035: the algorithm is left out when it is SHA-256.
        let named = der::only(OCTETS, first.content)? == sha256(signer.whole);
        // What is signed is the set with its own tag (RFC 5652, 5.4).
        let mut tbs = self.attributes.to_vec();
        *tbs.first_mut()? = SET;
        Some(same_kind && same_digest && named && verifies(signer.point, &tbs, self.signature))
    }

    /// The content that the message carries.
    pub const fn content(&self) -> Option<&'a [u8]> {
        self.content
    }

    /// The published act of the resident, as JSON.
    pub fn act(&self) -> Option<&'a [u8]> {
        der::only(OCTETS, self.attribute(der::ACT)?)
    }

    /// The timestamp over the signature.
    pub fn timestamp(&self) -> Option<&'a [u8]> {
        value_of(self.unsigned?, STAMP)
    }

    fn attribute(&self, kind: &[u8]) -> Option<&'a [u8]> {
        value_of(der::first(self.attributes)?.0.content, kind)
    }
}

/// SHA-256 without parameters (RFC 5754, 2).
fn is_sha256(algorithm: &[u8]) -> bool {
    der::only(OID, algorithm) == Some(SHA256)
}

/// The one value of the one attribute of a kind.
fn value_of<'a>(attributes: &'a [u8], kind: &[u8]) -> Option<&'a [u8]> {
    let mut found = None;
    for attribute in der::all(attributes)? {
        let parts = der::all(attribute.content)?;
        let [name, values] = parts.as_slice() else { return None };
        if name.tag == OID && name.content == kind {
            let (value, rest) = der::first(values.content)?;
            (rest.is_empty() && found.replace(value.whole).is_none()).then_some(())?;
        }
    }
    found
}

/// The time of a timestamp's content, if it is about this digest (RFC 3161, 2.4.2).
pub fn stamped(content: &[u8], digest: &[u8; 32]) -> Option<String> {
    let parts = der::all(der::only(SEQUENCE, content)?)?;
    let [_, _, imprint, _, time, ..] = parts.as_slice() else { return None };
    let imprint = der::all(imprint.content)?;
    let [algorithm, found] = imprint.as_slice() else { return None };
    let (algorithm, _) = der::first(algorithm.content)?;
    (algorithm.content == SHA256 && found.content == digest).then_some(())?;
    super::certificate::time(*time)
}
