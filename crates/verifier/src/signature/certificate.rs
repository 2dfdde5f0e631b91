//! Certificates (RFC 5280) with keys on P-256, and the list of the revoked.

use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};

use super::der::{self, BITS, Element, INTEGER, OCTETS, OID, SEQUENCE, SET};
use super::words::{Flaw, Signed};

const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const BASIC: &[u8] = &[0x55, 0x1d, 19];
const EXTENDED: &[u8] = &[0x55, 0x1d, 37];

#[derive(Clone, Copy)]
pub struct Certificate<'a> {
    pub whole: &'a [u8],
    tbs: &'a [u8],
    signature: &'a [u8],
    pub serial: &'a [u8],
    pub issuer: &'a [u8],
    subject: &'a [u8],
    validity: &'a [u8],
    pub point: &'a [u8],
    extensions: &'a [u8],
}

impl<'a> Certificate<'a> {
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (tbs, signature) = signed(bytes)?;
        let parts = der::all(der::only(SEQUENCE, tbs)?)?;
        let [version, serial, _, issuer, validity, subject, key, rest @ ..] = parts.as_slice() else { return None };
        let shaped = version.tag == 0xa0 && serial.tag == INTEGER && issuer.tag == SEQUENCE && subject.tag == SEQUENCE;
        let key = der::all(key.content)?;
        let [algorithm, bits] = key.as_slice() else { return None };
        let curve = der::all(algorithm.content)?;
        (shaped && curve.get(1)?.content == P256 && bits.tag == BITS).then_some(())?;
        let extensions = rest.iter().find(|part| part.tag == 0xa3).and_then(|part| der::only(SEQUENCE, part.content));
        Some(Self {
            whole: bytes,
            tbs,
            signature,
            serial: serial.content,
            issuer: issuer.whole,
            subject: subject.whole,
            validity: validity.content,
            point: bits.content.strip_prefix(&[0])?,
            extensions: extensions.unwrap_or_default(),
        })
    }

    pub fn is_signed_by(&self, above: &Certificate<'_>) -> bool {
        self.issuer == above.subject && verifies(above.point, self.tbs, self.signature)
    }

    pub fn is_authority(&self) -> bool {
        let basic = self.extension(BASIC).and_then(|value| der::only(SEQUENCE, value)).and_then(der::first);
        basic.is_some_and(|(yes, _)| yes.tag == 0x01 && yes.content == [0xff])
    }

    /// Whether this is the one purpose of its key.
    pub fn is_for(&self, purpose: &[u8]) -> bool {
        let purposes = self.extension(EXTENDED).and_then(|value| der::only(SEQUENCE, value));
        purposes.and_then(|purposes| der::only(OID, purposes)) == Some(purpose)
    }

    /// What it was issued for: digests of a statement and of a passkey.
    pub fn binding(&self) -> Option<(&'a [u8], &'a [u8])> {
        let parts = der::all(der::only(SEQUENCE, self.extension(der::ACT_BINDING)?)?)?;
        match parts.as_slice() {
            [statement, passkey] => Some((statement.content, passkey.content)),
            _ => None,
        }
    }

    pub fn counts_at(&self, at: &str) -> bool {
        let times = der::all(self.validity).unwrap_or_default();
        let [from, until] = times.as_slice() else { return false };
        time(*from).is_some_and(|from| from.as_str() <= at) && time(*until).is_some_and(|until| at <= until.as_str())
    }

    /// The common name of its subject.
    pub fn name(&self) -> String {
        let names = der::only(SEQUENCE, self.subject).and_then(der::all).unwrap_or_default();
        let found = names.iter().find_map(|part| {
            let pair = der::all(der::only(SEQUENCE, part.content).filter(|_| part.tag == SET)?)?;
            let [kind, value] = pair.as_slice() else { return None };
            (kind.content == COMMON_NAME).then_some(value.content)
        });
        String::from_utf8_lossy(found.unwrap_or_default()).into_owned()
    }

    fn extension(&self, kind: &[u8]) -> Option<&'a [u8]> {
        der::all(self.extensions)?.iter().find_map(|extension| {
            let parts = der::all(extension.content)?;
            let value = parts.last().filter(|last| last.tag == OCTETS)?;
            (parts.first()?.content == kind).then_some(value.content)
        })
    }
}

/// What is signed, and the signature, of a certificate or a list.
fn signed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let parts = der::all(der::only(SEQUENCE, bytes)?)?;
    let [tbs, algorithm, signature] = parts.as_slice() else { return None };
    (der::only(OID, algorithm.content)? == ECDSA_SHA256 && signature.tag == BITS).then_some(())?;
    Some((tbs.whole, signature.content.strip_prefix(&[0])?))
}

/// Whether an ECDSA signature with SHA-256 is that of a point of P-256.
pub fn verifies(point: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (VerifyingKey::from_sec1_bytes(point), Signature::from_der(signature)) else { return false };
    key.verify(message, &signature).is_ok()
}

/// A time as fourteen digits, year first, in UTC.
pub fn time(element: Element<'_>) -> Option<String> {
    let digits = std::str::from_utf8(element.content).ok()?.strip_suffix('Z')?;
    let digits = match element.tag {
        0x17 if digits.len() == 12 => format!("{}{digits}", if digits < "50" { "20" } else { "19" }),
        0x18 if digits.len() == 14 => digits.to_owned(),
        _ => return None,
    };
    digits.bytes().all(|digit| digit.is_ascii_digit()).then_some(digits)
}

/// Fourteen digits as people read them.
pub fn shown(digits: &str) -> String {
    let part = |from: usize, until: usize| digits.get(from..until).unwrap_or_default();
    format!("{}-{}-{} {}:{}:{} UTC", part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12), part(12, 14))
}

/// That a serial number is not on the list, which its issuer signed (RFC 5280, 5).
pub fn not_on(list: &[u8], issuer: &Certificate<'_>, serial: &[u8]) -> Result<Signed, Flaw> {
    let (tbs, signature) = signed(list).ok_or(Flaw::List)?;
    let parts = der::only(SEQUENCE, tbs).and_then(der::all).ok_or(Flaw::List)?;
    let [_, _, name, made, rest @ ..] = parts.as_slice() else { return Err(Flaw::List) };
    if name.whole != issuer.subject || !verifies(issuer.point, tbs, signature) {
        return Err(Flaw::List);
    }
    let rows = rest.iter().find(|part| part.tag == SEQUENCE).map_or(Some(Vec::new()), |rows| der::all(rows.content));
    for row in rows.ok_or(Flaw::List)? {
        let fields = der::all(row.content).ok_or(Flaw::List)?;
        if let [found, at, ..] = fields.as_slice()
            && found.content == serial
        {
            return Err(Flaw::Revoked(time(*at).map(|at| shown(&at)).unwrap_or_default()));
        }
    }
    Ok(Signed::NotRevoked(time(*made).map(|made| shown(&made)).ok_or(Flaw::List)?))
}
