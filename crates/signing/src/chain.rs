//! From a certificate to a root that is trusted (RFC 5280, 6, for the short paths there are here).

use der::{Decode, Encode};
use kernel::Instant;
use x509_cert::certificate::Certificate;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages};
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::{certificate, moment, oid};

/// Authorities between a certificate and a root, at most.
const LONGEST: usize = 4;

/// What a certificate is to be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Signing documents.
    Documents,
    /// Stamping times.
    Timestamps,
}

/// Whether a path leads from the certificate over others to one of the roots, each valid at the moment and allowed to do what it does.
pub fn leads_to(roots: &[Certificate], pool: &[Certificate], leaf: &Certificate, wanted: Use, at: Instant) -> bool {
    may(leaf, wanted) && is_valid_at(leaf, at) && climbs(roots, pool, leaf, at, 0)
}

fn climbs(roots: &[Certificate], pool: &[Certificate], from: &Certificate, at: Instant, below: usize) -> bool {
    if roots.iter().any(|root| is_above(root, from, at, below)) {
        return true;
    }
    below < LONGEST && pool.iter().any(|next| next != from && is_above(next, from, at, below) && climbs(roots, pool, next, at, below + 1))
}

fn is_above(above: &Certificate, from: &Certificate, at: Instant, below: usize) -> bool {
    is_valid_at(above, at) && is_authority(above, below) && is_signed_by(from, above).unwrap_or(false)
}

/// Whether one certificate was signed by the other.
pub fn is_signed_by(one: &Certificate, by: &Certificate) -> Result<bool, der::Error> {
    let tbs = one.tbs_certificate.to_der()?;
    let names = one.tbs_certificate.issuer == by.tbs_certificate.subject;
    let same = one.signature_algorithm == one.tbs_certificate.signature;
    Ok(names && same && verifies(by, &one.signature_algorithm, &tbs, one.signature.raw_bytes()))
}

/// Whether the signature is that of the certificate's key.
pub fn verifies(by: &Certificate, algorithm: &AlgorithmIdentifierOwned, message: &[u8], signature: &[u8]) -> bool {
    let key = &by.tbs_certificate.subject_public_key_info;
    let bits = key.subject_public_key.raw_bytes();
    match (key.algorithm.oid, algorithm.oid) {
        (oid::EC_PUBLIC_KEY, oid::ECDSA_SHA256) => {
            let curve = key.algorithm.parameters.as_ref().and_then(|curve| curve.decode_as::<der::asn1::ObjectIdentifier>().ok());
            curve == Some(oid::P256) && seal::verify_p256(bits, message, signature)
        }
        (oid::RSA_ENCRYPTION, oid::RSA_SHA256 | oid::RSA_ENCRYPTION) => RsaKey::from_der(bits)
            .is_ok_and(|key| seal::verify_rsa(key.n.as_bytes(), key.e.as_bytes(), message, signature)),
        _ => false,
    }
}

#[derive(der::Sequence)]
struct RsaKey {
    n: der::asn1::Uint,
    e: der::asn1::Uint,
}

fn is_valid_at(certificate: &Certificate, at: Instant) -> bool {
    let validity = certificate.tbs_certificate.validity;
    moment::instant(validity.not_before) <= at && at <= moment::instant(validity.not_after)
}

fn is_authority(certificate: &Certificate, below: usize) -> bool {
    let basic = certificate::find(certificate, oid::BASIC_CONSTRAINTS).and_then(|value| BasicConstraints::from_der(value).ok());
    let Some(BasicConstraints { ca: true, path_len_constraint }) = basic else { return false };
    path_len_constraint.is_none_or(|most| below <= usize::from(most)) && usage(certificate, KeyUsages::KeyCertSign)
}

fn may(leaf: &Certificate, wanted: Use) -> bool {
    let extended = certificate::find(leaf, oid::EXTENDED_USAGE).and_then(|value| ExtendedKeyUsage::from_der(value).ok());
    let named = |id| extended.as_ref().is_some_and(|uses| uses.0 == [id]);
    match wanted {
        Use::Documents => named(oid::DOCUMENT_SIGNING) && usage(leaf, KeyUsages::NonRepudiation),
        Use::Timestamps => named(oid::TIME_STAMPING),
    }
}

fn usage(certificate: &Certificate, wanted: KeyUsages) -> bool {
    let usage = certificate::find(certificate, oid::KEY_USAGE).and_then(|value| KeyUsage::from_der(value).ok());
    usage.is_some_and(|usage| usage.0.contains(wanted))
}
