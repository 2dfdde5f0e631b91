use std::sync::Arc;

use kernel::{Fault, Id, Kind, kinds, to_hex};
use people::{Grant, PersonalDataExport, RequestExport, UseApproval, UseApprovalError, use_approval};
use processors::{
    Canary, Cargo, Contract, ContractorKeys, Form, HandOverError, HandedOver, Lease, Package, PackageError, Perch,
    RecordHandOver, SealedCanary, Selection, canary_count, pack, record_hand_over, seal_package,
};
use registration::scheme::Scheme;
use registration::{AskCargo, ExportError, LeasedCargo};
use seal::SealError;
use store::{RunError, StoreError};
use thiserror::Error;

use crate::give_lease::group_of;
use crate::{Platform, Service};

/// Why nothing was handed over.
#[derive(Debug, Error)]
pub enum HandOverFault {
    /// The contractor has given no keys.
    #[error("the contractor has not given its keys yet: a package is encrypted to them")]
    NoKeys,
    /// The contract does not run today.
    #[error("the contract does not run today, or its clauses are not complete")]
    Contract,
    /// A list is looked up.
    #[error("a list of records is looked up one by one; hand over a district or all")]
    List,
    /// What is exported for delivery goes district by district, by an export.
    #[error("under this lease nothing is handed over but exports for delivery")]
    Exports,
    /// The lease.
    #[error(transparent)]
    Lease(#[from] HandOverError),
    /// The records, or the approval.
    #[error(transparent)]
    Records(#[from] ExportError),
    /// The package.
    #[error(transparent)]
    Package(#[from] PackageError),
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

impl Fault for HandOverFault {
    fn kind(&self) -> Kind {
        match self {
            Self::NoKeys | Self::Contract | Self::List | Self::Exports => Kind::Invalid,
            Self::Lease(error) => error.kind(),
            Self::Records(error) => error.kind(),
            Self::Package(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Busy => Kind::Busy,
            Self::Store(error) => error.kind(),
        }
    }
}

store::from_run_error!(HandOverFault);

impl From<UseApprovalError> for HandOverFault {
    fn from(error: UseApprovalError) -> Self {
        Self::Records(error.into())
    }
}

/// What an approval of a hand-over says, in exactly these words: scheme, version and lease.
pub fn hand_over_words(scheme: &Scheme, lease: &Lease) -> String {
    format!("hand over {} lease {} version {}", scheme.slug(), lease.id, to_hex(&scheme.digest()))
}

/// Hands over the records of a lease: opened on record, with planted ones among them, encrypted to the contractor. The approval by
/// a second person, asked for in the store of the service, is used up before the package can be fetched.
pub fn hand_over(
    platform: &Platform,
    service: &Service,
    grant: &Arc<Grant<RequestExport>>,
    lease: Id<kinds::Lease>,
    approval: Id<kinds::Approval>,
) -> Result<HandedOver, HandOverFault> {
    let ready = make_ready(platform, service, lease)?;
    let scheme = service.scheme();
    let words = UseApproval { approval, what: hand_over_words(&scheme, &ready.lease) };
    let ask = AskCargo {
        district: ready.district()?,
        purpose: ready.lease.purpose.clone(),
        groups: ready.lease.groups.iter().filter_map(|name| group_of(name)).collect(),
        approval: words.clone(),
    };
    let cargo = registration::leased_cargo(service.ledger(), &scheme, grant, &ask)?;
    let (package, canaries) = pack_cargo(platform, service, &ready, cargo)?;
    let sealed = seal_package(platform.ledger().keys(), &ready.lease, ready.before, &package)?;
    let command =
        RecordHandOver { lease, approval, digest: package.digest, records: package.records, package: sealed, canaries };
    let may = grant.clone();
    service.ledger().write("flows.hand_over_approval", grant.actor(), move |work| {
        use_approval::<PersonalDataExport>(work, &may, &words).map(|_| ())
    })?;
    let may = grant.clone();
    let record = move |work: &mut journal::Work<'_, '_>| record_hand_over(work, &may, &command);
    Ok(platform.ledger().write("flows.hand_over", grant.actor(), record)?.0)
}

struct Ready {
    lease: Lease,
    contract: Contract,
    to: ContractorKeys,
    before: usize,
}

impl Ready {
    fn district(&self) -> Result<Option<String>, HandOverFault> {
        match &self.lease.selection {
            Selection::All => Ok(None),
            Selection::District { code } => Ok(Some(code.clone())),
            Selection::List { .. } => Err(HandOverFault::List),
            Selection::Exports => Err(HandOverFault::Exports),
        }
    }
}

/// Everything that would stop the hand-over is found before any record is opened for it.
fn make_ready(platform: &Platform, service: &Service, lease: Id<kinds::Lease>) -> Result<Ready, HandOverFault> {
    let now = platform.now();
    platform.ledger().read("flows.hand_over_ready", |tx| {
        let lease = processors::lease(tx, lease)?.filter(|lease| lease.service == service.id());
        let lease = lease.ok_or(HandOverError::Missing)?;
        if !lease.is_usable(now) {
            return Err(HandOverError::Ended.into());
        }
        if lease.form != Form::HandOver {
            return Err(HandOverError::Form.into());
        }
        if processors::addresses(tx, lease.id)?.is_empty() {
            return Err(HandOverError::NoAddress.into());
        }
        let contract = processors::contract(tx, lease.contract)?.filter(|contract| contract.holds(now));
        let contract = contract.ok_or(HandOverFault::Contract)?;
        let to = processors::contractor(tx, lease.contractor)?.and_then(|contractor| contractor.keys);
        let to = to.ok_or(HandOverFault::NoKeys)?;
        let before = processors::hand_overs(tx, lease.id)?.len();
        Ok(Ready { lease, contract, to, before })
    })
    .map_err(|error: RunError<HandOverFault>| error.into())
}

fn pack_cargo(
    platform: &Platform,
    service: &Service,
    ready: &Ready,
    cargo: LeasedCargo,
) -> Result<(Package, Vec<SealedCanary>), HandOverFault> {
    let (ledger, now) = (platform.ledger(), platform.now());
    let (keys, random) = (ledger.keys(), &**ledger.random());
    let canaries = make_canaries(platform, service, cargo.rows.len(), &cargo.buildings)?;
    let sealed = canaries.iter().map(|canary| canary.seal(keys, now.day())).collect::<Result<_, _>>()?;
    let LeasedCargo { fields, rows, .. } = cargo;
    let clauses = ready.contract.clauses.digest();
    let cargo = Cargo { lease: &ready.lease, clauses, fields, rows, canaries: &canaries };
    Ok((pack(cargo, &ready.to, now, random)?, sealed))
}

/// People who do not exist, for a package of so many true records: they live where the true ones do.
pub(crate) fn make_canaries(
    platform: &Platform,
    service: &Service,
    records: usize,
    buildings: &[String],
) -> Result<Vec<Canary>, RunError<StoreError>> {
    let (ledger, now) = (platform.ledger(), platform.now());
    let random = &**ledger.random();
    let mut canaries = Vec::new();
    for _ in 0..canary_count(records, random) {
        let [chance @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = random.bytes32();
        let reference = registration::unused_reference(service.ledger(), chance)?.to_string();
        let at = random.below(u64::try_from(buildings.len().max(1)).unwrap_or(1));
        let building = buildings.get(usize::try_from(at).unwrap_or(0)).cloned();
        // Without an address in the package nobody sees where the planted ones live.
        let perch = Perch { reference, building: building.unwrap_or_else(|| "Harbour Building".to_owned()) };
        canaries.push(Canary::make(Id::new(now, random), random, now.day(), perch));
    }
    Ok(canaries)
}
