//! Signed messages (CMS, RFC 5652) as PAdES and CAdES baseline B want them (ETSI EN 319 142-1, EN 319 122-1).

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos};
use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use der::{Decode, Encode, Sequence};
use kernel::Instant;
use seal::{CertificateKey, sha256};
use x509_cert::attr::Attribute;
use x509_cert::certificate::Certificate;

use crate::certificate::{ecdsa, sha256_id};
use crate::{SigningError, chain, moment, oid};

/// What is to be signed, and by whom.
pub struct Message<'a> {
    /// SHA-256 of the content.
    pub digest: [u8; 32],
    /// What kind of content it is.
    pub kind: ObjectIdentifier,
    /// The content, if the message is to carry it.
    pub content: Option<Vec<u8>>,
    /// When it is signed; PAdES writes the time into the document instead.
    pub time: Option<Instant>,
    /// More that is signed beside the content.
    pub attributes: Vec<Attribute>,
    /// The certificate of the key.
    pub signer: &'a Certificate,
    /// Those above it, without the root.
    pub above: &'a [Certificate],
}

impl Message<'_> {
    /// Signs it: a `ContentInfo` in DER.
    pub fn sign(self, key: &dyn CertificateKey) -> Result<Vec<u8>, SigningError> {
        let mut attributes = self.attributes;
        attributes.push(attribute(oid::CONTENT_TYPE, &self.kind)?);
        attributes.push(attribute(oid::MESSAGE_DIGEST, &OctetString::new(self.digest)?)?);
        attributes.push(attribute(oid::SIGNING_CERTIFICATE, &signing_certificate(self.signer)?)?);
        if let Some(time) = self.time {
            attributes.push(attribute(oid::SIGNING_TIME, &moment::time(time)?)?);
        }
        let signed_attrs = SetOfVec::try_from(attributes)?;
        let signature = key.sign(&signed_attrs.to_der()?)?;
        let info = SignerInfo {
            version: CmsVersion::V1,
            sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
                issuer: self.signer.tbs_certificate.issuer.clone(),
                serial_number: self.signer.tbs_certificate.serial_number.clone(),
            }),
            digest_alg: sha256_id(),
            signed_attrs: Some(signed_attrs),
            signature_algorithm: ecdsa(),
            signature: OctetString::new(signature)?,
            unsigned_attrs: None,
        };
        let content = self.content.map(OctetString::new).transpose()?;
        let econtent = content.map(|content| Any::encode_from(&content)).transpose()?;
        let certificates = std::iter::once(self.signer).chain(self.above).cloned().map(CertificateChoices::Certificate);
        let data = SignedData {
            version: if self.kind == oid::DATA { CmsVersion::V1 } else { CmsVersion::V3 },
            digest_algorithms: SetOfVec::try_from(vec![sha256_id()])?,
            encap_content_info: EncapsulatedContentInfo { econtent_type: self.kind, econtent },
            certificates: Some(CertificateSet(SetOfVec::try_from(certificates.collect::<Vec<_>>())?)),
            crls: None,
            signer_infos: SignerInfos(SetOfVec::try_from(vec![info])?),
        };
        wrap(&data)
    }
}

/// An attribute with one value.
pub fn attribute(id: ObjectIdentifier, value: &impl Encode) -> Result<Attribute, der::Error> {
    Ok(Attribute { oid: id, values: SetOfVec::try_from(vec![Any::from_der(&value.to_der()?)?])? })
}

/// A message with one signer, read but not yet believed.
pub struct Signed {
    data: SignedData,
    info: SignerInfo,
    certificates: Vec<Certificate>,
}

impl Signed {
    /// Reads a `ContentInfo` in DER. Bytes after it are refused.
    pub fn read(der: &[u8]) -> Result<Self, SigningError> {
        let info = ContentInfo::from_der(der)?;
        if info.content_type != oid::SIGNED_DATA {
            return Err(SigningError::Authority("this is no signed message"));
        }
        let data: SignedData = info.content.decode_as()?;
        let signers = data.signer_infos.0.as_slice();
        let [info] = signers else { return Err(SigningError::Authority("one signer is expected")) };
        let info = info.clone();
        let certificates = data.certificates.iter().flat_map(|set| set.0.iter()).filter_map(|one| match one {
            CertificateChoices::Certificate(certificate) => Some(certificate.clone()),
            CertificateChoices::Other(_) => None,
        });
        let certificates = certificates.collect();
        Ok(Self { data, info, certificates })
    }

    /// The certificate that the signature names, if it is in the message.
    pub fn signer(&self) -> Option<&Certificate> {
        let SignerIdentifier::IssuerAndSerialNumber(id) = &self.info.sid else { return None };
        self.certificates.iter().find(|one| {
            one.tbs_certificate.issuer == id.issuer && one.tbs_certificate.serial_number == id.serial_number
        })
    }

    /// All certificates of the message.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// What kind of content it says it has.
    pub const fn kind(&self) -> ObjectIdentifier {
        self.data.encap_content_info.econtent_type
    }

    /// The content, if the message carries it.
    pub fn content(&self) -> Option<Vec<u8>> {
        let any = self.data.encap_content_info.econtent.as_ref()?;
        any.decode_as::<OctetString>().ok().map(OctetString::into_bytes)
    }

    /// The signature's bytes, which a timestamp is made of.
    pub fn signature(&self) -> &[u8] {
        self.info.signature.as_bytes()
    }

    /// The one value of a signed attribute.
    pub fn signed_attribute(&self, id: ObjectIdentifier) -> Option<&Any> {
        only(self.info.signed_attrs.as_ref()?, id)
    }

    /// The timestamp over the signature, if there is one, in DER.
    pub fn timestamp(&self) -> Option<Vec<u8>> {
        only(self.info.unsigned_attrs.as_ref()?, oid::SIGNATURE_TIMESTAMP)?.to_der().ok()
    }

    /// Whether the signature is whole: made by the certificate that it names over attributes that name content of this digest and
    /// that very certificate.
    pub fn covers(&self, digest: &[u8; 32]) -> bool {
        let (Some(signer), Some(attributes)) = (self.signer(), &self.info.signed_attrs) else { return false };
        let kind = self.signed_attribute(oid::CONTENT_TYPE).and_then(|value| value.decode_as::<ObjectIdentifier>().ok());
        let found = self.signed_attribute(oid::MESSAGE_DIGEST).and_then(|value| value.decode_as::<OctetString>().ok());
        let named = self.signed_attribute(oid::SIGNING_CERTIFICATE).and_then(|value| value.decode_as().ok());
        kind == Some(self.kind())
            && self.info.digest_alg.oid == oid::SHA256
            && found.is_some_and(|found| found.as_bytes() == digest)
            && named.is_some_and(|named: SigningCertificate| named.names(signer))
            && attributes.to_der().is_ok_and(|tbs| chain::verifies(signer, &self.info.signature_algorithm, &tbs, self.signature()))
    }

    /// Whether the message is written as ours are and carries nothing else: what is not signed in it has one way to be written.
    pub fn is_plain(&self) -> bool {
        let data = &self.data;
        let ours = std::slice::from_ref(&self.info.digest_alg);
        data.version == CmsVersion::V1
            && self.info.version == CmsVersion::V1
            && self.info.digest_alg == sha256_id()
            && data.digest_algorithms.as_slice() == ours
            && data.crls.is_none()
            && data.encap_content_info.econtent.is_none()
            && self.info.unsigned_attrs.as_ref().is_none_or(|stamps| stamps.len() == 1 && self.timestamp().is_some())
    }

    /// The same message with a timestamp over its signature.
    pub fn stamped(mut self, token: &[u8]) -> Result<Vec<u8>, SigningError> {
        let stamp = Attribute {
            oid: oid::SIGNATURE_TIMESTAMP,
            values: SetOfVec::try_from(vec![Any::from_der(token)?])?,
        };
        self.info.unsigned_attrs = Some(SetOfVec::try_from(vec![stamp])?);
        self.data.signer_infos = SignerInfos(SetOfVec::try_from(vec![self.info])?);
        wrap(&self.data)
    }
}

fn wrap(data: &SignedData) -> Result<Vec<u8>, SigningError> {
    let info = ContentInfo { content_type: oid::SIGNED_DATA, content: Any::encode_from(data)? };
    Ok(info.to_der()?)
}

fn only(attributes: &SetOfVec<Attribute>, id: ObjectIdentifier) -> Option<&Any> {
    let mut found = attributes.iter().filter(|one| one.oid == id);
    let (first, none) = (found.next()?, found.next());
    match (first.values.as_slice(), none) {
        ([value], None) => Some(value),
        _ => None,
    }
}

/// `SigningCertificateV2` (RFC 5035, 3) with SHA-256, which is its default and therefore not written.
#[derive(Clone, Debug, Sequence)]
struct SigningCertificate {
    certificates: Vec<CertificateHash>,
}

#[derive(Clone, Debug, Sequence)]
struct CertificateHash {
    #[asn1(optional = "true")]
    algorithm: Option<x509_cert::spki::AlgorithmIdentifierOwned>,
    hash: OctetString,
    #[asn1(optional = "true")]
    issuer: Option<Any>,
}

impl SigningCertificate {
    fn names(&self, signer: &Certificate) -> bool {
        let sha256_used = |hash: &&CertificateHash| hash.algorithm.as_ref().is_none_or(|used| used.oid == oid::SHA256);
        let first = self.certificates.first().filter(sha256_used);
        let digest = signer.to_der().map(|der| sha256(&[&der]));
        first.is_some_and(|first| digest.is_ok_and(|digest| first.hash.as_bytes() == digest))
    }
}

fn signing_certificate(signer: &Certificate) -> Result<SigningCertificate, der::Error> {
    let hash = OctetString::new(sha256(&[&signer.to_der()?]))?;
    Ok(SigningCertificate { certificates: vec![CertificateHash { algorithm: None, hash, issuer: None }] })
}
