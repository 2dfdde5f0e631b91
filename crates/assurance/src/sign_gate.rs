use journal::{Event, Work};
use kernel::{Fault, Id, Instant, Kind, kinds};
use people::{Grant, SignGate};
use store::StoreError;

use crate::{Digest, Gate, GateEvent, GateRefused, InForce, storage};

/// A signature over a version, as the officer was shown it.
#[derive(Clone, Debug)]
pub struct SignVersion {
    /// The version.
    pub version: Id<kinds::SchemeVersion>,
    /// The digest of the definition that the officer was shown.
    pub shown: Digest,
    /// The documents that the officer was shown, in the order of [`Gate::to_sign`].
    pub records: Vec<Id<kinds::GateRecord>>,
}

/// Why a signature does not count.
#[derive(Debug, thiserror::Error)]
pub enum SignGateError {
    /// There is no such version in the service of the grant.
    #[error("there is no such version")]
    Missing,
    /// The gate refuses.
    #[error(transparent)]
    Refused(#[from] GateRefused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for SignGateError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Refused(refused) => refused.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Signs a version. When this is the second signature the version comes into force in this very transaction, and takes
/// the place of every earlier version of the service.
pub fn sign_version(
    work: &mut Work<'_, '_>,
    grant: &Grant<SignGate>,
    command: SignVersion,
) -> Result<Option<InForce>, SignGateError> {
    let stored = storage::load(work.tx(), command.version)?.filter(|stored| grant.covers(stored.gate.service()));
    let mut stored = stored.ok_or(SignGateError::Missing)?;
    let now = work.now();
    let mut signature = stored.gate.signature(grant.officer(), grant.role(), command.shown, now);
    signature.records = command.records;
    let count = signature.records.len();
    let event = GateEvent::Signed(signature);
    stored.gate.apply(event.clone())?;
    storage::append(work.tx(), command.version, stored.next, &event)?;
    let in_force = stored.gate.in_force(now);
    work.journal(
        Event::new("assurance.gate_signed")
            .detail("version", command.version.to_string())
            .detail("definition", command.shown.to_string())
            .detail("records", count)
            .detail("role", grant.role().slug())
            .detail("by", grant.officer().to_string())
            .detail("in_force", in_force.is_some()),
    )?;
    if in_force.is_some() {
        supersede_earlier(work, &stored.gate, now)?;
    }
    Ok(in_force)
}

fn supersede_earlier(work: &mut Work<'_, '_>, gate: &Gate, now: Instant) -> Result<(), SignGateError> {
    for version in storage::earlier(work.tx(), gate.service(), gate.opening().at, gate.version())? {
        let Some(mut earlier) = storage::load(work.tx(), version)? else { continue };
        let event = GateEvent::Superseded { at: now };
        earlier.gate.apply(event.clone())?;
        storage::append(work.tx(), version, earlier.next, &event)?;
        work.journal(
            Event::new("assurance.version_superseded")
                .detail("version", version.to_string())
                .detail("by_version", gate.version().to_string()),
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{City, new_record};
    use crate::{Missing, RecordKind};
    use people::Role;
    use store::RunError;

    #[test]
    fn the_old_version_runs_until_the_new_one_is_in_force() {
        let city = City::new();
        let old = city.launch(b"definition");
        city.clock.advance_days(1);
        let new = city.open(b"with another recipient").unwrap();
        city.fill(new);
        assert_eq!(city.open_versions(), [old]);
        assert_eq!(city.sign(new, 1, Role::SchemeOwner).unwrap(), None);
        assert_eq!(city.open_versions(), [old]);
        assert!(city.sign(new, 2, Role::PrivacyOfficer).unwrap().is_some());
        assert_eq!(city.open_versions(), [new]);
        assert_eq!(city.status(old).missing, [Missing::Superseded]);
        assert_eq!(city.verbs().last().unwrap(), "assurance.version_superseded");
    }

    #[test]
    fn the_service_does_not_fall_back_to_an_old_version() {
        let city = City::new();
        city.launch(b"definition");
        city.clock.advance_days(1);
        city.launch(b"with another recipient");
        city.clock.advance_days(800);
        assert!(city.open_versions().is_empty());
    }

    #[test]
    fn what_changed_since_the_officer_looked_is_not_signed() {
        let city = City::new();
        let version = city.open(b"definition").unwrap();
        city.fill(version);
        let shown = city.status(version).gate.to_sign(city.now().day());
        city.add(version, new_record(RecordKind::SecurityAudit)).unwrap();
        let refused = city.sign_over(version, 1, Role::SchemeOwner, Digest::of(b"definition"), shown);
        assert!(matches!(refused, Err(RunError::Refused(SignGateError::Refused(GateRefused::OtherRecords)))));
        let now_on_record = city.status(version).gate.to_sign(city.now().day());
        let refused = city.sign_over(version, 1, Role::SchemeOwner, Digest::of(b"other"), now_on_record);
        assert!(matches!(refused, Err(RunError::Refused(SignGateError::Refused(GateRefused::OtherDigest)))));
    }

    #[test]
    fn an_officer_of_another_service_signs_nothing() {
        let city = City::new();
        let version = city.open(b"definition").unwrap();
        city.fill(version);
        let grant = city.elsewhere::<SignGate>(Role::PrivacyOfficer);
        let records = city.status(version).gate.to_sign(city.now().day());
        let command = SignVersion { version, shown: Digest::of(b"definition"), records };
        let unseen = city.act(grant.actor(), move |work| sign_version(work, &grant, command.clone()));
        assert!(matches!(unseen, Err(RunError::Refused(SignGateError::Missing))));
    }
}
