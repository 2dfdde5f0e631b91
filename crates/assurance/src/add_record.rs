use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use people::{Grant, SubmitGateRecord};
use store::StoreError;

use crate::{GateEvent, GateRefused, NewRecord, storage};

/// A document for a version's gate.
#[derive(Clone, Debug)]
pub struct AddRecord {
    /// The version.
    pub version: Id<kinds::SchemeVersion>,
    /// The document.
    pub record: NewRecord,
}

/// Why a document is not on record.
#[derive(Debug, thiserror::Error)]
pub enum AddRecordError {
    /// There is no such version in the service of the grant.
    #[error("there is no such version")]
    Missing,
    /// The gate does not take it.
    #[error(transparent)]
    Refused(#[from] GateRefused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for AddRecordError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Refused(refused) => refused.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Puts a document on record.
pub fn add_record(
    work: &mut Work<'_, '_>,
    grant: &Grant<SubmitGateRecord>,
    command: AddRecord,
) -> Result<Id<kinds::GateRecord>, AddRecordError> {
    let stored = storage::load(work.tx(), command.version)?.filter(|stored| grant.covers(stored.gate.service()));
    let mut stored = stored.ok_or(AddRecordError::Missing)?;
    let owner = &stored.gate.opening().owner;
    let checked = command.record.check(work.new_id(), grant.officer(), owner, work.today());
    let record = checked.map_err(GateRefused::from)?;
    let event = GateEvent::RecordAdded { record: record.clone(), at: work.now() };
    stored.gate.apply(event.clone())?;
    storage::append(work.tx(), command.version, stored.next, &event)?;
    work.journal(
        Event::new("assurance.record_added")
            .detail("version", command.version.to_string())
            .detail("record", record.id.to_string())
            .detail("kind", record.kind.slug())
            .detail("dated", record.dated.to_string())
            .detail("document", record.document.to_string())
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(record.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{City, new_record};
    use crate::{RecordKind, RecordRefused};
    use kernel::Id;
    use people::Role;
    use store::RunError;

    #[test]
    fn a_document_comes_on_record_with_its_digest_and_date() {
        let city = City::new();
        let version = city.open(b"definition").unwrap();
        city.add(version, new_record(RecordKind::SecurityAudit)).unwrap();
        let status = city.status(version);
        let held: Vec<_> = status.gate.held().collect();
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].document, new_record(RecordKind::SecurityAudit).document);
        assert_eq!(city.verbs().last().unwrap(), "assurance.record_added");
    }

    #[test]
    fn a_self_assessment_or_another_services_version_is_refused() {
        let city = City::new();
        let version = city.open(b"definition").unwrap();
        let organisation = "Innovation and Technology Bureau".to_owned();
        let own = NewRecord { organisation, ..new_record(RecordKind::PrivacyImpactAssessment) };
        let refused = city.add(version, own);
        let expected = GateRefused::Record(RecordRefused::NotIndependent);
        assert!(matches!(refused, Err(RunError::Refused(AddRecordError::Refused(it))) if it == expected));
        let grant = city.elsewhere::<SubmitGateRecord>(Role::PrivacyOfficer);
        let command = AddRecord { version, record: new_record(RecordKind::SecurityAudit) };
        let unseen = city.act(grant.actor(), move |work| add_record(work, &grant, command.clone()));
        assert!(matches!(unseen, Err(RunError::Refused(AddRecordError::Missing))));
        let nowhere = city.add(Id::from_bytes([8; 16]), new_record(RecordKind::SecurityAudit));
        assert!(matches!(nowhere, Err(RunError::Refused(AddRecordError::Missing))));
    }
}
