use std::sync::Arc;

use der::asn1::OctetString;
use der::{Decode, Encode};
use kernel::{Instant, Random};
use seal::CertificateKey;
use x509_cert::certificate::Certificate;

use crate::certificate::{self, ActBinding, Body, Issuer};
use crate::{SigningError, name, oid};

/// Where the public finds what certificates point to. Plain addresses without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Below it stand the certificates, the lists and the answers: [`crate::paths`].
    pub base: String,
}

/// The paths below [`Addresses::base`].
pub mod paths {
    /// The root's certificate, in DER.
    pub const ROOT: &str = "/pki/root.cer";
    /// The root's list.
    pub const ROOT_LIST: &str = "/pki/root.crl";
    /// Certificates and lists of issuing authorities, by their names: [`issuing`] and [`issuing_list`].
    pub const BY_NAME: &str = "/pki/{file}";

    /// The certificate of an issuing authority; the first has no number in its address.
    pub fn issuing(number: u32) -> String {
        format!("/pki/issuing{}.cer", suffix(number))
    }

    /// Its list. Each has one of its own, because certificates that were issued under an earlier key point to it for ever.
    pub fn issuing_list(number: u32) -> String {
        format!("/pki/issuing{}.crl", suffix(number))
    }

    /// What tells the files of authorities apart: nothing for the first, `-2` for the second.
    pub fn suffix(number: u32) -> String {
        if number > 1 { format!("-{number}") } else { String::new() }
    }

    /// Questions about one certificate (RFC 6960).
    pub const OCSP: &str = "/pki/ocsp";
    /// Timestamps (RFC 3161).
    pub const TIMESTAMP: &str = "/pki/timestamp";
}

const DAY_MS: i64 = 86_400_000;
const YEAR_MS: i64 = 365 * DAY_MS;
const ROOT_YEARS: i64 = 20;
const BELOW_YEARS: i64 = 5;
/// A personal certificate is for one act, which is over in minutes; what is left is for clocks that are wrong.
const PERSON_MS: i64 = 3_600_000;
/// A clock may be wrong by so much and the certificate counts all the same.
const EARLIER_MS: i64 = 5 * 60_000;

/// The root, at the ceremony: its key is used a few times in its life and lies in a safe in between.
pub struct Root<'a> {
    key: &'a dyn CertificateKey,
    certificate: Certificate,
    addresses: Addresses,
}

impl<'a> Root<'a> {
    /// Makes the root's own certificate, for twenty years.
    pub fn make(
        key: &'a dyn CertificateKey,
        (organisation, addresses): (&str, &Addresses),
        random: &dyn Random,
        now: Instant,
    ) -> Result<Self, SigningError> {
        let name = name::of_authority(COUNTRY, organisation, "Signatures of residents, root")?;
        let issuer = Issuer { name: name.clone(), key };
        let body = Body {
            subject: name,
            point: key.public_point(),
            from: now,
            until: now.plus_millis(ROOT_YEARS * YEAR_MS),
            extensions: certificate::for_authority(1)?,
        };
        let certificate = certificate::make(&issuer, random, body)?;
        Ok(Self { key, certificate, addresses: addresses.clone() })
    }

    /// The root with the certificate that it made before.
    pub fn open(key: &'a dyn CertificateKey, certificate: &[u8], addresses: &Addresses) -> Result<Self, SigningError> {
        let certificate = belongs(key, certificate)?;
        Ok(Self { key, certificate, addresses: addresses.clone() })
    }

    /// Its certificate.
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// A certificate for an issuing authority, for five years.
    pub fn certify_issuing(&self, point: [u8; 65], random: &dyn Random, now: Instant) -> Result<Certificate, SigningError> {
        self.certify("Signatures of residents", point, certificate::for_authority(0)?, (random, now))
    }

    /// A certificate for a time-stamping authority, for five years.
    pub fn certify_stamping(&self, point: [u8; 65], random: &dyn Random, now: Instant) -> Result<Certificate, SigningError> {
        self.certify("Timestamps", point, certificate::for_stamping()?, (random, now))
    }

    /// Its list of revoked authorities, for so many days.
    pub fn list(&self, number: u64, days: i64, revoked: &[crate::Revoked], now: Instant) -> Result<Vec<u8>, SigningError> {
        crate::revocation::list(&self.issuer(), (number, now, now.plus_millis(days * DAY_MS)), revoked)
    }

    fn certify(
        &self,
        common: &str,
        point: [u8; 65],
        mut extensions: Vec<x509_cert::ext::Extension>,
        (random, now): (&dyn Random, Instant),
    ) -> Result<Certificate, SigningError> {
        let base = &self.addresses.base;
        extensions.push(certificate::list_at(&format!("{base}{}", paths::ROOT_LIST))?);
        extensions.push(certificate::access_at(&format!("{base}{}", paths::ROOT), None)?);
        let organisation = self.certificate.tbs_certificate.subject.clone();
        let mut subject = organisation;
        subject.0.pop();
        subject.0.extend(name::of_authority(COUNTRY, "-", common)?.0.pop());
        let (from, until) = (now.plus_millis(-EARLIER_MS).max(self.from()), now.plus_millis(BELOW_YEARS * YEAR_MS));
        certificate::make(&self.issuer(), random, Body { subject, point, from, until, extensions })
    }

    fn from(&self) -> Instant {
        crate::moment::instant(self.certificate.tbs_certificate.validity.not_before)
    }

    fn issuer(&self) -> Issuer<'_> {
        Issuer { name: self.certificate.tbs_certificate.subject.clone(), key: self.key }
    }
}

/// The authority that issues personal certificates. Its key stands in a file or in a token.
pub struct Authority {
    key: Arc<dyn CertificateKey>,
    root: Certificate,
    issuing: Certificate,
    addresses: Addresses,
    number: u32,
}

/// Whom a personal certificate is for.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// What they are called.
    pub name: &'a str,
    /// Their key, made for this one act.
    pub point: [u8; 65],
    /// SHA-256 of the statement that the passkey signed.
    pub statement: [u8; 32],
    /// SHA-256 of the passkey's public key.
    pub passkey: [u8; 32],
}

impl Authority {
    /// Takes the certificates in DER; they must belong to the key and to each other.
    pub fn open(key: Arc<dyn CertificateKey>, root: &[u8], issuing: &[u8], addresses: &Addresses) -> Result<Self, SigningError> {
        let issuing = belongs(&*key, issuing)?;
        let root = Certificate::from_der(root)?;
        if !crate::chain::is_signed_by(&issuing, &root)? {
            return Err(SigningError::Authority("the issuing certificate was not signed by this root"));
        }
        Ok(Self { key, root, issuing, addresses: addresses.clone(), number: 1 })
    }

    /// The same as the one of this number: 2 after the first change of the key.
    #[must_use]
    pub fn numbered(self, number: u32) -> Self {
        Self { number, ..self }
    }

    /// Its number, from 1.
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// A certificate for one act, which counts for an hour.
    pub fn issue(&self, person: Person<'_>, random: &dyn Random, now: Instant) -> Result<Certificate, SigningError> {
        let base = &self.addresses.base;
        let mut extensions = certificate::for_person()?;
        extensions.push(certificate::list_at(&format!("{base}{}", paths::issuing_list(self.number)))?);
        let ocsp = format!("{base}{}", paths::OCSP);
        extensions.push(certificate::access_at(&format!("{base}{}", paths::issuing(self.number)), Some(&ocsp))?);
        let binding = ActBinding { statement: OctetString::new(person.statement)?, passkey: OctetString::new(person.passkey)? };
        extensions.push(certificate::extension(oid::ACT_BINDING, false, &binding)?);
        let subject = name::of_person(COUNTRY, person.name, &kernel::to_hex(&random.bytes16()))?;
        let (from, until) = (now.plus_millis(-EARLIER_MS), now.plus_millis(PERSON_MS));
        certificate::make(&self.issuer(), random, Body { subject, point: person.point, from, until, extensions })
    }

    /// The list of the revoked, for so many days.
    pub fn list(&self, number: u64, days: i64, revoked: &[crate::Revoked], now: Instant) -> Result<Vec<u8>, SigningError> {
        crate::revocation::list(&self.issuer(), (number, now, now.plus_millis(days * DAY_MS)), revoked)
    }

    /// The root's certificate.
    pub const fn root(&self) -> &Certificate {
        &self.root
    }

    /// Its own certificate.
    pub const fn issuing(&self) -> &Certificate {
        &self.issuing
    }

    pub(crate) fn issuer(&self) -> Issuer<'_> {
        Issuer { name: self.issuing.tbs_certificate.subject.clone(), key: &*self.key }
    }
}

/// Reads a certificate that must be of this key.
pub(crate) fn belongs(key: &dyn CertificateKey, certificate: &[u8]) -> Result<Certificate, SigningError> {
    let certificate = Certificate::from_der(certificate)?;
    let point = certificate.tbs_certificate.subject_public_key_info.subject_public_key.raw_bytes();
    if point != key.public_point() {
        return Err(SigningError::Authority("the certificate belongs to another key"));
    }
    Ok(certificate)
}

/// The serial number of a certificate.
pub fn serial(certificate: &Certificate) -> &[u8] {
    certificate.tbs_certificate.serial_number.as_bytes()
}

/// When a certificate ends.
pub fn ends(certificate: &Certificate) -> Instant {
    crate::moment::instant(certificate.tbs_certificate.validity.not_after)
}

/// Reads a certificate in DER.
pub fn read_certificate(der: &[u8]) -> Result<Certificate, SigningError> {
    Ok(Certificate::from_der(der)?)
}

/// A certificate in DER.
pub fn to_der(certificate: &Certificate) -> Result<Vec<u8>, SigningError> {
    Ok(certificate.to_der()?)
}

const COUNTRY: &str = "HK";
