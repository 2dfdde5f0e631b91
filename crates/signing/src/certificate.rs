//! Making certificates (RFC 5280): P-256 keys, ECDSA with SHA-256, every extension written out.

use der::asn1::{BitString, Ia5String, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Sequence};
use kernel::{Instant, Random};
use seal::{CertificateKey, sha256};
use x509_cert::certificate::{Certificate, TbsCertificate, Version};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{
    AccessDescription, AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints, CrlDistributionPoints, ExtendedKeyUsage,
    KeyUsage, KeyUsages, SubjectKeyIdentifier, crl::dp::DistributionPoint,
};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use crate::{SigningError, moment, oid};

/// Who signs a certificate or a list.
pub struct Issuer<'a> {
    /// Its name.
    pub name: Name,
    /// Its key.
    pub key: &'a dyn CertificateKey,
}

/// What a certificate says, but for what follows from its issuer.
pub struct Body {
    /// Whose it is.
    pub subject: Name,
    /// The key of whose it is: an uncompressed point.
    pub point: [u8; 65],
    /// First moment of its validity.
    pub from: Instant,
    /// Last moment of its validity.
    pub until: Instant,
    /// What it may be used for, and the rest.
    pub extensions: Vec<Extension>,
}

/// Signs a certificate with a random serial number of 16 bytes.
pub fn make(issuer: &Issuer<'_>, random: &dyn Random, body: Body) -> Result<Certificate, SigningError> {
    let mut extensions = body.extensions;
    extensions.push(extension(oid::SUBJECT_KEY, false, &SubjectKeyIdentifier(OctetString::new(key_id(&body.point))?))?);
    let authority = AuthorityKeyIdentifier {
        key_identifier: Some(OctetString::new(key_id(&issuer.key.public_point()))?),
        ..AuthorityKeyIdentifier::default()
    };
    extensions.push(extension(oid::AUTHORITY_KEY, false, &authority)?);
    let tbs = TbsCertificate {
        version: Version::V3,
        serial_number: serial(random)?,
        signature: ecdsa(),
        issuer: issuer.name.clone(),
        validity: moment::validity(body.from, body.until)?,
        subject: body.subject,
        subject_public_key_info: public_key(&body.point)?,
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(extensions),
    };
    let signature = issuer.key.sign(&tbs.to_der()?)?;
    Ok(Certificate { tbs_certificate: tbs, signature_algorithm: ecdsa(), signature: BitString::from_bytes(&signature)? })
}

/// An extension.
pub fn extension(id: ObjectIdentifier, critical: bool, value: &impl Encode) -> Result<Extension, der::Error> {
    Ok(Extension { extn_id: id, critical, extn_value: OctetString::new(value.to_der()?)? })
}

/// For an authority that signs certificates and lists; `below` is how many authorities may stand below it.
pub fn for_authority(below: u8) -> Result<Vec<Extension>, der::Error> {
    let basic = BasicConstraints { ca: true, path_len_constraint: Some(below) };
    let usage = KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign | KeyUsages::DigitalSignature);
    Ok(vec![extension(oid::BASIC_CONSTRAINTS, true, &basic)?, extension(oid::KEY_USAGE, true, &usage)?])
}

/// For whoever signs documents.
pub fn for_person() -> Result<Vec<Extension>, der::Error> {
    let usage = KeyUsage(KeyUsages::DigitalSignature | KeyUsages::NonRepudiation);
    let extended = ExtendedKeyUsage(vec![oid::DOCUMENT_SIGNING]);
    Ok(vec![extension(oid::KEY_USAGE, true, &usage)?, extension(oid::EXTENDED_USAGE, false, &extended)?])
}

/// For a time-stamping authority: that usage alone, and critical (RFC 3161, 2.3).
pub fn for_stamping() -> Result<Vec<Extension>, der::Error> {
    let usage = KeyUsage(KeyUsages::DigitalSignature.into());
    let extended = ExtendedKeyUsage(vec![oid::TIME_STAMPING]);
    Ok(vec![extension(oid::KEY_USAGE, true, &usage)?, extension(oid::EXTENDED_USAGE, true, &extended)?])
}

/// Where the list of revoked certificates is.
pub fn list_at(address: &str) -> Result<Extension, der::Error> {
    let point = DistributionPoint {
        distribution_point: Some(DistributionPointName::FullName(vec![uri(address)?])),
        reasons: None,
        crl_issuer: None,
    };
    extension(oid::CRL_POINTS, false, &CrlDistributionPoints(vec![point]))
}

/// Where the issuer's certificate is, and where its state can be asked, if anywhere.
pub fn access_at(issuers: &str, ocsp: Option<&str>) -> Result<Extension, der::Error> {
    let place = |method, address: &str| Ok::<_, der::Error>(AccessDescription { access_method: method, access_location: uri(address)? });
    let mut places = vec![place(oid::ACCESS_ISSUERS, issuers)?];
    if let Some(ocsp) = ocsp {
        places.insert(0, place(oid::ACCESS_OCSP, ocsp)?);
    }
    extension(oid::AUTHORITY_ACCESS, false, &AuthorityInfoAccessSyntax(places))
}

fn uri(address: &str) -> Result<GeneralName, der::Error> {
    Ok(GeneralName::UniformResourceIdentifier(Ia5String::new(address)?))
}

/// What a personal certificate was issued for: one act with one passkey. Whoever has the certificate and the published act sees
/// that the authority vouches for this very passkey.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct ActBinding {
    /// SHA-256 of the statement that the passkey signed.
    pub statement: OctetString,
    /// SHA-256 of the passkey's public key, as the act writes it.
    pub passkey: OctetString,
}

/// The act a certificate was issued for, if it says so.
pub fn act_binding(certificate: &Certificate) -> Option<ActBinding> {
    find(certificate, oid::ACT_BINDING).and_then(|value| ActBinding::from_der(value).ok())
}

/// The value of an extension.
pub fn find(certificate: &Certificate, id: ObjectIdentifier) -> Option<&[u8]> {
    let extensions = certificate.tbs_certificate.extensions.as_deref().unwrap_or_default();
    extensions.iter().find(|one| one.extn_id == id).map(|one| one.extn_value.as_bytes())
}

/// ECDSA with SHA-256, without parameters.
pub fn ecdsa() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid: oid::ECDSA_SHA256, parameters: None }
}

/// SHA-256, without parameters (RFC 5754, 2).
pub fn sha256_id() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid: oid::SHA256, parameters: None }
}

/// The first 20 bytes of SHA-256 over the point (RFC 7093, 2, method 1).
pub fn key_id(point: &[u8]) -> Vec<u8> {
    sha256(&[point]).into_iter().take(20).collect()
}

fn public_key(point: &[u8; 65]) -> Result<SubjectPublicKeyInfoOwned, der::Error> {
    let algorithm = AlgorithmIdentifierOwned { oid: oid::EC_PUBLIC_KEY, parameters: Some((&oid::P256).into()) };
    Ok(SubjectPublicKeyInfoOwned { algorithm, subject_public_key: BitString::from_bytes(point)? })
}

fn serial(random: &dyn Random) -> Result<SerialNumber, der::Error> {
    let mut bytes = random.bytes16();
    // Positive, and never shorter than the others.
    if let Some(first) = bytes.first_mut() {
        *first = *first & 0x3f | 0x40;
    }
    SerialNumber::new(&bytes)
}
