use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use people::{EditScheme, Grant};
use seal::sha256;
use store::StoreError;

use crate::{Digest, Opening, Tier, storage};

/// A version of a definition that starts on its way to the public.
#[derive(Clone, Copy, Debug)]
pub struct OpenGate {
    /// The service.
    pub service: Id<kinds::Service>,
    /// The digest of the definition.
    pub digest: Digest,
    /// How much is at stake.
    pub tier: Tier,
}

/// Why no gate was opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenGateError {
    /// The grant is for another service.
    #[error("there is no such service in your department")]
    Elsewhere,
    /// This version has its gate.
    #[error("this version has its gate already")]
    Taken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for OpenGateError {
    fn kind(&self) -> Kind {
        match self {
            Self::Elsewhere => Kind::Missing,
            Self::Taken => Kind::Taken,
            Self::Store(error) => error.kind(),
        }
    }
}

/// The id of a version: it follows from the service and the digest of the definition, so that the same definition is
/// the same version, and a changed one is another.
pub fn version_id(service: Id<kinds::Service>, digest: Digest) -> Id<kinds::SchemeVersion> {
    let hash = sha256(&[b"lionrock scheme version\0", &service.bytes(), digest.bytes()]);
    let mut id = [0; 16];
    id.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    Id::from_bytes(id)
}

/// Opens the launch gate of a version. The version before it keeps running.
pub fn open_gate(
    work: &mut Work<'_, '_>,
    grant: &Grant<EditScheme>,
    command: OpenGate,
) -> Result<Id<kinds::SchemeVersion>, OpenGateError> {
    if !grant.covers(command.service) {
        return Err(OpenGateError::Elsewhere);
    }
    let owner = people::department(work.tx(), grant.department())?.ok_or(OpenGateError::Elsewhere)?.name;
    let OpenGate { service, digest, tier } = command;
    let opening = Opening { version: version_id(service, digest), service, digest, tier, owner, at: work.now() };
    if storage::insert(work.tx(), &opening)? == 0 {
        return Err(OpenGateError::Taken);
    }
    work.journal(
        Event::new("assurance.gate_opened")
            .detail("service", service.to_string())
            .detail("version", opening.version.to_string())
            .detail("definition", digest.to_string())
            .detail("tier", if tier == Tier::Ordinary { "ordinary" } else { "large-or-high-risk" }),
    )?;
    Ok(opening.version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use store::RunError;

    #[test]
    fn the_same_definition_is_the_same_version() {
        let city = City::new();
        let version = city.open(b"definition").unwrap();
        assert_eq!(version, version_id(City::SERVICE, Digest::of(b"definition")));
        assert!(matches!(city.open(b"definition"), Err(RunError::Refused(OpenGateError::Taken))));
        assert_ne!(city.open(b"another purpose").unwrap(), version);
        assert_eq!(city.verbs(), ["assurance.gate_opened", "assurance.gate_opened"]);
    }
}
