use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use people::{Grant, WithdrawGateRecord};
use store::StoreError;

use crate::{GateEvent, GateRefused, WithdrawReason, storage};

/// A document that no longer counts. If the gate was in force because of it, the service closes with this very act.
#[derive(Clone, Copy, Debug)]
pub struct WithdrawRecord {
    /// The version.
    pub version: Id<kinds::SchemeVersion>,
    /// The document.
    pub record: Id<kinds::GateRecord>,
    /// Why.
    pub reason: WithdrawReason,
}

/// Why a document was not withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawRecordError {
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

impl Fault for WithdrawRecordError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Refused(refused) => refused.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Withdraws a document. One officer is enough: closing must be easier than opening. Says whether the service closed.
pub fn withdraw_record(
    work: &mut Work<'_, '_>,
    grant: &Grant<WithdrawGateRecord>,
    command: WithdrawRecord,
) -> Result<bool, WithdrawRecordError> {
    let stored = storage::load(work.tx(), command.version)?.filter(|stored| grant.covers(stored.gate.service()));
    let mut stored = stored.ok_or(WithdrawRecordError::Missing)?;
    let now = work.now();
    let before = stored.gate.in_force(now).is_some();
    let event = GateEvent::RecordWithdrawn { record: command.record, reason: command.reason, at: now };
    stored.gate.apply(event.clone())?;
    storage::append(work.tx(), command.version, stored.next, &event)?;
    let closed = before && stored.gate.in_force(now).is_none();
    work.journal(
        Event::new("assurance.record_withdrawn")
            .detail("version", command.version.to_string())
            .detail("record", command.record.to_string())
            .detail("reason", command.reason.slug())
            .detail("closed", closed)
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(closed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::{RecordKind, open_services};
    use people::Role;

    #[test]
    fn withdrawing_the_audit_closes_the_service_at_once() {
        let city = City::new();
        let version = city.launch(b"definition");
        assert_eq!(city.open_versions(), [version]);
        let audit = city.status(version).gate.held().find(|it| it.kind == RecordKind::SecurityAudit).unwrap().id;
        let grant = city.grant::<WithdrawGateRecord>(3, Role::SecurityOfficer);
        let command = WithdrawRecord { version, record: audit, reason: WithdrawReason::Unreliable };
        let closed = city.act(grant.actor(), move |work| withdraw_record(work, &grant, command)).unwrap();
        assert!(closed);
        assert!(city.read(|tx| open_services(tx, city.now())).is_empty());
    }
}
