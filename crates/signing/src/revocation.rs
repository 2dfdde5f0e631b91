//! Lists of revoked certificates (RFC 5280, 5). A certificate stays on the list after it has expired: a signature is looked at years
//! after its certificate's hour, and must be found out then too.

use der::asn1::{BitString, GeneralizedTime, OctetString, Uint};
use der::{Decode, Encode};
use kernel::Instant;
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::certificate::{Certificate, Version};
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, CrlNumber, CrlReason};
use x509_cert::serial_number::SerialNumber;

use crate::certificate::{Issuer, ecdsa, extension, key_id};
use crate::{SigningError, chain, moment, oid};

/// Why a certificate was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The resident says that the signature is not theirs, or that the passkey is in other hands.
    Disowned,
    /// The resident signs no more.
    Ended,
    /// The key of an authority is in other hands: for the root's list alone.
    Compromised,
}

impl Reason {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Disowned => "disowned",
            Self::Ended => "ended",
            Self::Compromised => "compromised",
        }
    }

    /// The reason with this name, of those that residents give.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Disowned, Self::Ended].into_iter().find(|reason| reason.name() == name)
    }

    pub(crate) const fn code(self) -> CrlReason {
        match self {
            Self::Disowned => CrlReason::KeyCompromise,
            Self::Ended => CrlReason::CessationOfOperation,
            Self::Compromised => CrlReason::CaCompromise,
        }
    }
}

/// A revoked certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// Its serial number.
    pub serial: Vec<u8>,
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: Reason,
}

/// Writes and signs a list with this number, this moment and the moment of the next.
pub(crate) fn list(
    issuer: &Issuer<'_>,
    (number, now, next): (u64, Instant, Instant),
    revoked: &[Revoked],
) -> Result<Vec<u8>, SigningError> {
    let authority = AuthorityKeyIdentifier {
        key_identifier: Some(OctetString::new(key_id(&issuer.key.public_point()))?),
        ..AuthorityKeyIdentifier::default()
    };
    let since: GeneralizedTime = moment::generalized(Instant::from_millis(0))?;
    let rows = revoked.iter().map(row).collect::<Result<Vec<_>, der::Error>>()?;
    let tbs = TbsCertList {
        version: Version::V2,
        signature: ecdsa(),
        issuer: issuer.name.clone(),
        this_update: moment::time(now)?,
        next_update: Some(moment::time(next)?),
        revoked_certificates: (!rows.is_empty()).then_some(rows),
        crl_extensions: Some(vec![
            extension(oid::AUTHORITY_KEY, false, &authority)?,
            extension(oid::CRL_NUMBER, false, &CrlNumber(Uint::new(&number.to_be_bytes())?))?,
            extension(oid::EXPIRED_ON_LIST, false, &since)?,
        ]),
    };
    let signature = issuer.key.sign(&tbs.to_der()?)?;
    let list = CertificateList { tbs_cert_list: tbs, signature_algorithm: ecdsa(), signature: BitString::from_bytes(&signature)? };
    Ok(list.to_der()?)
}

fn row(revoked: &Revoked) -> Result<RevokedCert, der::Error> {
    Ok(RevokedCert {
        serial_number: SerialNumber::new(&revoked.serial)?,
        revocation_date: moment::time(revoked.at)?,
        crl_entry_extensions: Some(vec![extension(oid::CRL_REASON, false, &revoked.reason.code())?]),
    })
}

/// Until when a list counts.
pub fn list_ends(list: &[u8]) -> Result<Instant, SigningError> {
    let next = CertificateList::from_der(list)?.tbs_cert_list.next_update;
    next.map(moment::instant).ok_or(SigningError::Authority("the list does not say when the next one comes"))
}

/// When a certificate was revoked according to a list, which must be signed by this issuer.
pub fn revoked_on(list: &[u8], issuer: &Certificate, serial: &[u8]) -> Result<Option<Instant>, SigningError> {
    let rows = rows(list, issuer)?;
    let found = rows.iter().find(|row| row.serial_number.as_bytes() == serial);
    Ok(found.map(|row| moment::instant(row.revocation_date)))
}

/// The authorities on the list of a root, which must have signed it.
pub fn revoked_authorities(list: &[u8], root: &Certificate) -> Result<Vec<Revoked>, SigningError> {
    let revoked = |row: &RevokedCert| Revoked {
        serial: row.serial_number.as_bytes().to_vec(),
        at: moment::instant(row.revocation_date),
        reason: Reason::Compromised,
    };
    Ok(rows(list, root)?.iter().map(revoked).collect())
}

fn rows(list: &[u8], issuer: &Certificate) -> Result<Vec<RevokedCert>, SigningError> {
    let list = CertificateList::from_der(list)?;
    let signature = list.signature.raw_bytes();
    let names = list.tbs_cert_list.issuer == issuer.tbs_certificate.subject;
    if !names || !chain::verifies(issuer, &list.signature_algorithm, &list.tbs_cert_list.to_der()?, signature) {
        return Err(SigningError::Authority("the list of revoked certificates was not signed by the issuer"));
    }
    Ok(list.tbs_cert_list.revoked_certificates.unwrap_or_default())
}
