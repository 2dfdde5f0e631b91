use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use people::{EditScheme, Grant};
use store::{StoreError, Tx};

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
    /// This definition has a gate that was not superseded.
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

/// The newest version of a service with this definition, if it ever went to the gate.
pub fn find_version(
    tx: &mut Tx<'_>,
    service: Id<kinds::Service>,
    digest: Digest,
) -> Result<Option<Id<kinds::SchemeVersion>>, StoreError> {
    Ok(storage::find(tx, service, digest)?.map(|(version, _)| version))
}

/// Opens the launch gate of a version. The version before it keeps running. A definition that was superseded and is
/// wanted again is a new version, with everything to be signed anew.
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
    if let Some((_, false)) = storage::find(work.tx(), service, digest)? {
        return Err(OpenGateError::Taken);
    }
    let opening = Opening { version: work.new_id(), service, digest, tier, owner, at: work.now() };
    storage::insert(work.tx(), &opening)?;
    work.journal(
        Event::new("assurance.gate_opened")
            .detail("service", service.to_string())
            .detail("version", opening.version.to_string())
            .detail("definition", digest.to_string())
            .detail("tier", tier.slug()),
    )?;
    Ok(opening.version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use store::RunError;

    #[test]
    fn a_definition_has_one_gate_at_a_time() {
        let city = City::new();
        let version = city.open(b"definition").unwrap();
        assert!(matches!(city.open(b"definition"), Err(RunError::Refused(OpenGateError::Taken))));
        assert_ne!(city.open(b"another purpose").unwrap(), version);
        assert_eq!(city.verbs(), ["assurance.gate_opened", "assurance.gate_opened"]);
        let found = city.read(|tx| find_version(tx, City::SERVICE, Digest::of(b"definition")));
        assert_eq!(found, Some(version));
    }

    #[test]
    fn going_back_to_an_earlier_definition_starts_at_the_beginning() {
        let city = City::new();
        let first = city.launch(b"definition");
        city.clock.advance_days(1);
        let second = city.launch(b"another purpose");
        city.clock.advance_days(1);
        let again = city.open(b"definition").unwrap();
        assert_ne!(again, first);
        assert_eq!(city.status(again).missing.len(), 9);
        assert_eq!(city.open_versions(), [second]);
    }

    #[test]
    fn another_services_owner_opens_nothing_here() {
        let city = City::new();
        let grant = city.elsewhere::<EditScheme>(people::Role::SchemeOwner);
        let command = OpenGate { service: City::SERVICE, digest: Digest::of(b"definition"), tier: Tier::Ordinary };
        let refused = city.act(grant.actor(), move |work| open_gate(work, &grant, command));
        assert!(matches!(refused, Err(RunError::Refused(OpenGateError::Elsewhere))));
    }
}
