use kernel::{Fault, Kind, Text};
use processors::{AskLookUp, Lease, LookUp, LookUpRefused, Partner, authorise_lookup};
use registration::{HouseholdRow, OpenLeased, OpenRecordError, OpenedRecord, Reference};
use seal::SealError;
use store::StoreError;
use thiserror::Error;

use crate::give_lease::group_of;
use crate::{Platform, Service, lease_rules};

/// What a contractor reads of one record.
#[derive(Debug)]
pub struct LeasedRecord {
    /// The lease.
    pub lease: Lease,
    /// The record: only the groups of the lease are there.
    pub record: OpenedRecord,
}

/// Why nothing is shown.
#[derive(Debug, Error)]
pub enum LookUpFault {
    /// The lease does not allow it; the refusal is journaled.
    #[error(transparent)]
    Refused(#[from] LookUpRefused),
    /// The record does not open.
    #[error(transparent)]
    Open(#[from] OpenRecordError),
    /// The keys refused.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Too much is being written.
    #[error("the system is busy; try again in a moment")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LookUpFault {
    /// What the contractor reads, where there is something to say but that it failed.
    pub fn title(&self) -> Option<Text> {
        match self {
            Self::Refused(refused) => Some(refused.title()),
            _ => None,
        }
    }
}

impl Fault for LookUpFault {
    fn kind(&self) -> Kind {
        match self {
            Self::Refused(refused) => refused.kind(),
            Self::Open(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Busy => Kind::Busy,
            Self::Store(error) => error.kind(),
        }
    }
}

store::from_run_error!(LookUpFault);

/// A contractor looks up one record. The platform's journal notes that the lease allows it, the lease's own key must still
/// live, and then the journal of the service notes the opening, where the resident sees it, before anything is readable.
/// Whether jobs ran or not, nothing is shown from the moment at which the lease ends.
pub fn lease_look_up(platform: &Platform, partner: &Partner, ask: &AskLookUp) -> Result<LeasedRecord, LookUpFault> {
    let reference = Reference::parse(&ask.reference);
    let ask = AskLookUp {
        reference: reference.map_or_else(|| ask.reference.clone(), |reference| reference.to_string()),
        ..ask.clone()
    };
    let leased = authorise(platform, partner, ask)?;
    let lease = leased.lease().clone();
    let service = platform.services().into_iter().find(|service| service.id() == lease.service);
    // A service that has ended is gone with its keys.
    let service = service.ok_or(LookUpRefused::Ended)?;
    let household = find(&service, reference)?;
    let admitted = platform.ledger().read("flows.lease_admits", |tx| leased.admits(tx, &household.district))?;
    if !admitted {
        return Err(LookUpRefused::NoRecord.into());
    }
    let open = OpenLeased {
        household: household.id,
        lease: lease.id,
        purpose: lease.purpose.clone(),
        groups: lease.groups.iter().filter_map(|name| group_of(name)).collect(),
        actor: partner.actor(),
    };
    match registration::open_leased(service.ledger(), &service.scheme(), &open) {
        Ok(record) => Ok(LeasedRecord { lease, record }),
        // A registration that does not stand is none of a contractor's business.
        Err(OpenRecordError::Missing) => Err(LookUpRefused::NoRecord.into()),
        Err(error) => Err(error.into()),
    }
}

fn find(service: &Service, reference: Option<Reference>) -> Result<HouseholdRow, LookUpFault> {
    let reference = reference.ok_or(LookUpRefused::NoRecord)?;
    Ok(registration::find(service.ledger(), reference)?.ok_or(LookUpRefused::NoRecord)?)
}

fn authorise(platform: &Platform, partner: &Partner, ask: AskLookUp) -> Result<processors::Leased, LookUpFault> {
    let ledger = platform.ledger();
    let (keys, who, rules) = (ledger.keys().clone(), partner.clone(), lease_rules());
    let (found, committed) = ledger.write("flows.lease_look_up", partner.actor(), move |work| {
        authorise_lookup(work, &keys, &who, &ask, &rules)
    })?;
    match found {
        LookUp::Refused(refused) => Err(refused.into()),
        LookUp::Granted(pass) => match pass.open(&committed, ledger.keys()) {
            // The key of the lease has died.
            Err(SealError::Gone) => Err(LookUpRefused::Ended.into()),
            opened => Ok(opened?),
        },
    }
}
