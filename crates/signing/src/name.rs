//! Names of authorities and of people, as certificates write them.

use der::asn1::{Any, ObjectIdentifier, PrintableStringRef, SetOfVec, Utf8StringRef};
use der::{Error, Tag, Tagged};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

use crate::oid;

/// The most characters of a common name (RFC 5280, appendix A: ub-common-name).
const COMMON_NAME_MOST: usize = 64;

/// The name of an authority.
pub fn of_authority(country: &str, organisation: &str, common: &str) -> Result<Name, Error> {
    Ok(RdnSequence(vec![printed(oid::COUNTRY, country)?, written(oid::ORGANISATION, organisation)?, written(oid::COMMON_NAME, common)?]))
}

/// The name of a person: country, what they are called, and a number that is in this certificate and in no other, so that the name
/// of one signature does not lead to another.
pub fn of_person(country: &str, common: &str, unique: &str) -> Result<Name, Error> {
    let common: String = common.chars().take(COMMON_NAME_MOST).collect();
    Ok(RdnSequence(vec![printed(oid::COUNTRY, country)?, written(oid::COMMON_NAME, &common)?, printed(oid::SERIAL_NAME, unique)?]))
}

/// The common name, if there is one that can be read.
pub fn common(name: &Name) -> Option<String> {
    let parts = name.0.iter().flat_map(|part| part.0.iter());
    let value = &parts.into_iter().find(|part| part.oid == oid::COMMON_NAME)?.value;
    match value.tag() {
        Tag::Utf8String | Tag::PrintableString => std::str::from_utf8(value.value()).ok().map(str::to_owned),
        _ => None,
    }
}

fn written(kind: ObjectIdentifier, text: &str) -> Result<RelativeDistinguishedName, Error> {
    part(kind, Any::encode_from(&Utf8StringRef::new(text)?)?)
}

fn printed(kind: ObjectIdentifier, text: &str) -> Result<RelativeDistinguishedName, Error> {
    part(kind, Any::encode_from(&PrintableStringRef::new(text)?)?)
}

fn part(oid: ObjectIdentifier, value: Any) -> Result<RelativeDistinguishedName, Error> {
    let mut set = SetOfVec::new();
    set.insert(AttributeTypeAndValue { oid, value })?;
    Ok(RelativeDistinguishedName(set))
}
