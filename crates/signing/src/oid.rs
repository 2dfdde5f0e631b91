//! Object identifiers, each with the paper that gives it its meaning.

use der::asn1::ObjectIdentifier;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// RFC 5480.
pub const EC_PUBLIC_KEY: ObjectIdentifier = oid("1.2.840.10045.2.1");
/// RFC 5480.
pub const P256: ObjectIdentifier = oid("1.2.840.10045.3.1.7");
/// RFC 5758.
pub const ECDSA_SHA256: ObjectIdentifier = oid("1.2.840.10045.4.3.2");
/// RFC 8017.
pub const RSA_ENCRYPTION: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
/// RFC 8017.
pub const RSA_SHA256: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
/// RFC 5754.
pub const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
/// RFC 3279.
pub const SHA1: ObjectIdentifier = oid("1.3.14.3.2.26");

/// RFC 5280, names.
pub const COMMON_NAME: ObjectIdentifier = oid("2.5.4.3");
/// RFC 5280, names.
pub const COUNTRY: ObjectIdentifier = oid("2.5.4.6");
/// RFC 5280, names.
pub const ORGANISATION: ObjectIdentifier = oid("2.5.4.10");
/// RFC 5280, names.
pub const SERIAL_NAME: ObjectIdentifier = oid("2.5.4.5");

/// RFC 5280, 4.2.1.2.
pub const SUBJECT_KEY: ObjectIdentifier = oid("2.5.29.14");
/// RFC 5280, 4.2.1.3.
pub const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
/// RFC 5280, 4.2.1.9.
pub const BASIC_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.19");
/// RFC 5280, 5.2.3.
pub const CRL_NUMBER: ObjectIdentifier = oid("2.5.29.20");
/// RFC 5280, 5.3.1.
pub const CRL_REASON: ObjectIdentifier = oid("2.5.29.21");
/// RFC 5280, 4.2.1.13.
pub const CRL_POINTS: ObjectIdentifier = oid("2.5.29.31");
/// RFC 5280, 4.2.1.1.
pub const AUTHORITY_KEY: ObjectIdentifier = oid("2.5.29.35");
/// RFC 5280, 4.2.1.12.
pub const EXTENDED_USAGE: ObjectIdentifier = oid("2.5.29.37");
/// X.509 (2019), 9.5.2.8: the list keeps certificates that were revoked and have expired since.
pub const EXPIRED_ON_LIST: ObjectIdentifier = oid("2.5.29.60");
/// RFC 5280, 4.2.2.1.
pub const AUTHORITY_ACCESS: ObjectIdentifier = oid("1.3.6.1.5.5.7.1.1");
/// RFC 6960.
pub const ACCESS_OCSP: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1");
/// RFC 5280.
pub const ACCESS_ISSUERS: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.2");
/// RFC 3161.
pub const TIME_STAMPING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.8");
/// RFC 9336: document signing.
pub const DOCUMENT_SIGNING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.36");
/// RFC 6960, 4.4.1.
pub const OCSP_NONCE: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1.2");
/// RFC 6960, 4.2.1.
pub const OCSP_BASIC: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1.1");

/// RFC 5652, 4.
pub const DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.1");
/// RFC 5652, 5.1.
pub const SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
/// RFC 5652, 11.1.
pub const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
/// RFC 5652, 11.2.
pub const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
/// RFC 5652, 11.3.
pub const SIGNING_TIME: ObjectIdentifier = oid("1.2.840.113549.1.9.5");
/// RFC 5035, 3: the certificate that signs.
pub const SIGNING_CERTIFICATE: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.47");
/// RFC 3161, appendix A.
pub const SIGNATURE_TIMESTAMP: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.14");
/// RFC 3161, 2.4.2.
pub const TIMESTAMP_INFO: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.4");

/// The arc of this product's own things. It stands below the enterprise number that RFC 5612 sets apart for documentation; whoever
/// runs this for the public registers a number of their own, and this line is where it goes.
const OWN: &str = "1.3.6.1.4.1.32473.76";
/// Signed attribute: the act of the resident, as JSON ([`crate::Act`]).
pub const ACT: ObjectIdentifier = under_own(1);
/// Extension of a personal certificate: the act it was issued for ([`crate::ActBinding`]).
pub const ACT_BINDING: ObjectIdentifier = under_own(2);
/// The policy of our own timestamps.
pub const TIMESTAMP_POLICY: ObjectIdentifier = under_own(3);

const fn under_own(arc: u32) -> ObjectIdentifier {
    match oid(OWN).push_arc(arc) {
        Ok(oid) => oid,
        Err(_) => oid(OWN),
    }
}
