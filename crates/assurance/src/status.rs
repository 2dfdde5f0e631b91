use kernel::{Day, Id, Instant, kinds};
use store::{StoreError, Tx};

use crate::{Digest, Gate, InForce, Missing, storage};

/// Where a version stands.
#[derive(Clone, Debug)]
pub struct Status {
    /// The gate with its whole history.
    pub gate: Gate,
    /// What is missing; empty when it is in force.
    pub missing: Vec<Missing>,
    /// Whether it is in force.
    pub in_force: Option<InForce>,
}

/// A service that the public may use, and by which version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenService {
    /// The service.
    pub service: Id<kinds::Service>,
    /// The version.
    pub version: Id<kinds::SchemeVersion>,
    /// The digest of its definition; a definition with another digest is not served.
    pub digest: Digest,
    /// The last day, unless something is renewed or withdrawn before.
    pub until: Option<Day>,
}

/// Where one version stands.
pub fn status(tx: &mut Tx<'_>, version: Id<kinds::SchemeVersion>, now: Instant) -> Result<Option<Status>, StoreError> {
    let stored = storage::load(tx, version)?;
    Ok(stored.map(|stored| status_of(stored.gate, now)))
}

/// The versions of a service, newest first.
pub fn gates(tx: &mut Tx<'_>, service: Id<kinds::Service>, now: Instant) -> Result<Vec<Status>, StoreError> {
    let versions = storage::of_service(tx, service)?;
    let loaded = versions.into_iter().map(|version| Ok(storage::load(tx, version)?.map(|it| status_of(it.gate, now))));
    loaded.filter_map(Result::transpose).collect()
}

/// The services that are open now. The router holds public routes for these and for no others.
pub fn open_services(tx: &mut Tx<'_>, now: Instant) -> Result<Vec<OpenService>, StoreError> {
    let mut open: Vec<OpenService> = Vec::new();
    for version in storage::standing(tx)? {
        let newer = open.last().map(|newer| newer.service);
        open.extend(open_by(tx, version, now)?.filter(|it| Some(it.service) != newer));
    }
    Ok(open)
}

/// The gate of one scheme version: its service and the version.
pub type GateName = (Id<kinds::Service>, Id<kinds::SchemeVersion>);

/// The versions that are not superseded and whose history cannot be read: damage, or a row written past the verbs. Their services
/// are closed to the public until somebody mends it, so somebody has to be told.
pub fn unreadable_gates(tx: &mut Tx<'_>) -> Result<Vec<GateName>, StoreError> {
    let mut unreadable = Vec::new();
    for (service, version) in storage::standing_with_services(tx)? {
        if storage::load_sound(tx, version)?.is_none() {
            unreadable.push((service, version));
        }
    }
    Ok(unreadable)
}

/// The digest of the definition by which a service is open now; the one before while a new one is on its way.
pub fn in_force(tx: &mut Tx<'_>, service: Id<kinds::Service>, now: Instant) -> Result<Option<[u8; 32]>, StoreError> {
    for version in storage::standing_of(tx, service)? {
        if let Some(open) = open_by(tx, version, now)? {
            return Ok(Some(*open.digest.bytes()));
        }
    }
    Ok(None)
}

fn open_by(
    tx: &mut Tx<'_>,
    version: Id<kinds::SchemeVersion>,
    now: Instant,
) -> Result<Option<OpenService>, StoreError> {
    let Some(gate) = storage::load_sound(tx, version)? else { return Ok(None) };
    let open =
        |force: InForce| OpenService { service: gate.service(), version, digest: gate.digest(), until: force.until };
    Ok(gate.in_force(now).map(open))
}

fn status_of(gate: Gate, now: Instant) -> Status {
    let (missing, in_force) = (gate.missing(now), gate.in_force(now));
    Status { gate, missing, in_force }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{City, new_record};
    use crate::{RecordKind, Requirement};

    #[test]
    fn a_version_without_documents_lists_everything_it_needs() {
        let city = City::new();
        let version = city.open(b"definition").unwrap();
        let status = city.status(version);
        assert_eq!((status.missing.len(), status.in_force), (9, None));
        assert_eq!(status.missing.last(), Some(&Missing::Absent(Requirement::TwoSignatures)));
        assert!(city.open_versions().is_empty());
    }

    #[test]
    fn versions_are_listed_newest_first() {
        let city = City::new();
        let old = city.open(b"definition").unwrap();
        city.clock.advance_days(1);
        let new = city.open(b"another").unwrap();
        let listed: Vec<_> = city.read(|tx| gates(tx, City::SERVICE, city.now()));
        assert_eq!(listed.iter().map(|status| status.gate.version()).collect::<Vec<_>>(), [new, old]);
    }

    #[test]
    fn a_row_written_past_the_verbs_opens_nothing() {
        let city = City::new();
        let version = city.launch(b"definition");
        city.forge(version, &new_record(RecordKind::SecurityAudit));
        let now = city.now();
        assert!(city.ledger.read("test", |tx| status(tx, version, now)).is_err());
        assert!(city.open_versions().is_empty());
        assert_eq!(city.read(unreadable_gates), [(City::SERVICE, version)]);
    }

    #[test]
    fn a_sound_gate_is_not_called_unreadable() {
        let city = City::new();
        city.launch(b"definition");
        assert!(city.read(unreadable_gates).is_empty());
    }
}
