//! What a service reads of a resident with an access token.

use identity::{Attribute, AttributeName, Source};
use journal::{Actor, Committed, Ledger, Work};
use kernel::{Fault, Id, Kind};
use notify::QueueError;
use provider::{InUse, Shown};
use seal::SealError;
use serde_json::{Map, Value, json};
use store::{RunError, StoreError};

/// What a service gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    /// How it knows the resident; empty for attributes without a name.
    pub subject: String,
    /// The attributes, as claims of OpenID Connect Core 1.0, section 5.1.
    pub claims: Map<String, Value>,
}

/// With what a service asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// Who the resident is, and the attributes.
    Named,
    /// The attributes alone, once.
    Anonymous,
}

/// Why attributes were not opened or not kept.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// A message about it.
    #[error(transparent)]
    Message(#[from] QueueError),
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ReleaseError {
    fn kind(&self) -> Kind {
        match self {
            Self::Message(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Gives a service what its token opens; nothing if it opens nothing. That attributes are given is on record, and in the resident's
/// list, before any of them is opened.
pub fn release(ledger: &Ledger, token: &str, shown: Shown, asking: Asking) -> Result<Option<Released>, RunError<ReleaseError>> {
    let token = token.to_owned();
    let (found, committed) = ledger.write("flows.release", Actor::Visitor, move |work| {
        let in_use = match asking {
            Asking::Named => provider::use_token(work, &token, &shown)?,
            Asking::Anonymous => provider::use_form_token(work, &token, &shown)?,
        };
        let Some(in_use) = in_use else { return Ok::<_, ReleaseError>(None) };
        let sealed = given(work, &in_use)?;
        Ok(Some((in_use, sealed)))
    })?;
    let Some((in_use, sealed)) = found else { return Ok(None) };
    let claims = open(ledger, &committed, &sealed).map_err(RunError::Refused)?;
    Ok(Some(Released { subject: in_use.subject, claims }))
}

/// The sealed values behind what is given, noted as released.
fn given(work: &mut Work<'_, '_>, in_use: &InUse) -> Result<Vec<identity::SealedAttribute>, StoreError> {
    if in_use.attributes.is_empty() {
        return Ok(Vec::new());
    }
    let mut held = identity::attributes(work.tx(), Id::from_bytes(in_use.account))?;
    held.retain(|one| in_use.attributes.iter().any(|name| name == one.name.name()));
    let names: Vec<String> = held.iter().map(|one| one.name.name().to_owned()).collect();
    if !names.is_empty() {
        provider::note_release(work, in_use, &names)?;
    }
    Ok(held)
}

fn open(ledger: &Ledger, committed: &Committed, sealed: &[identity::SealedAttribute]) -> Result<Map<String, Value>, ReleaseError> {
    let opened = identity::open_attributes(committed, ledger.keys(), sealed)?;
    Ok(opened.iter().flat_map(claims).collect())
}

/// An attribute as claims. Where the standard has a word for whether somebody vouches for it, that is said too.
fn claims(attribute: &Attribute) -> Vec<(String, Value)> {
    let name = attribute.name.name();
    let value = attribute.value.expose();
    let claim = match attribute.name {
        AttributeName::Address | AttributeName::PostalAddress => json!({ "formatted": value, "country": "HK" }),
        _ => json!(value),
    };
    let mut claims = vec![(name.to_owned(), claim)];
    if matches!(attribute.name, AttributeName::Mobile | AttributeName::Email) {
        claims.push((format!("{name}_verified"), json!(attribute.source != Source::Typed)));
    }
    claims
}
