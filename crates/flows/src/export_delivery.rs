use std::sync::Arc;

use journal::{Actor, Work};
use kernel::{Fault, Id, Kind, kinds};
use people::{Grant, RequestExport};
use processors::{
    Canary, Cargo, Chosen, Contract, ContractorKeys, DeclareError, ExportHandedOver, Form, GrantLeaseCommand, HandOverError,
    Lease, LeaseError, LeaseExports, LeaseExportsError, NewKey, Package, PackageError, Whereabouts, export_lease,
    hand_over_export, last_day, lease_exports, pack, plant_canaries, seal_package,
};
use registration::scheme::{FieldGroup, Scheme};
use registration::{AskDelivery, DeliveryCargo, ExportError, ExportFile, ExportRow, delivery_cargo, record_export};
use seal::SealError;
use store::{RunError, StoreError};
use thiserror::Error;

use crate::give_lease::group_name;
use crate::hand_over::make_canaries;
use crate::{Platform, Service, StepError};

/// Why nothing was exported.
#[derive(Debug, Error)]
pub enum ExportFault {
    /// The contract does not run today, or its clauses are not complete.
    #[error("the contract does not run today, or its clauses are not complete")]
    Contract,
    /// The key that the gate agreed to is not this contractor's.
    #[error("the contractor has not given the key that the scheme names for its courier")]
    OtherKey,
    /// Where the contractor will hold the data.
    #[error(transparent)]
    Address(DeclareError),
    /// The lease.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// The records, or the approval.
    #[error(transparent)]
    Records(#[from] ExportError),
    /// The package.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// Handing it over.
    #[error(transparent)]
    HandOver(#[from] HandOverError),
    /// The keys refused.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It is on record and will be handed over by the next round.
    #[error("the export is on record; handing it over is tried again")]
    Later(#[source] Box<StepError>),
    /// Too much is being written.
    #[error("the system is busy; try again in a moment")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ExportFault {
    fn kind(&self) -> Kind {
        match self {
            Self::Contract | Self::OtherKey => Kind::Invalid,
            Self::Address(error) => error.kind(),
            Self::Lease(error) => error.kind(),
            Self::Records(error) => error.kind(),
            Self::Package(error) => error.kind(),
            Self::HandOver(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Later(error) => error.kind(),
            Self::Busy => Kind::Busy,
            Self::Store(error) => error.kind(),
        }
    }
}

impl From<LeaseExportsError> for ExportFault {
    fn from(error: LeaseExportsError) -> Self {
        match error {
            LeaseExportsError::Lease(error) => Self::Lease(error),
            LeaseExportsError::Address(error) => Self::Address(error),
            LeaseExportsError::Store(error) => Self::Store(error),
        }
    }
}

impl<E: Into<Self>> From<RunError<E>> for ExportFault {
    fn from(error: RunError<E>) -> Self {
        match error {
            RunError::Refused(error) => error.into(),
            RunError::Store(error) => Self::Store(error),
            RunError::Busy { .. } => Self::Busy,
        }
    }
}

/// Contracts under which exports of a scheme may go today: in force, with complete clauses, with the contractor whose key the scheme
/// names for its courier. Two signers agreed to that key at the gate.
pub fn export_contracts(
    platform: &Platform,
    scheme: &Scheme,
    department: Id<kinds::Department>,
) -> Result<Vec<Contract>, RunError<StoreError>> {
    let Some(courier) = scheme.courier().map(|courier| courier.recipient.clone()) else { return Ok(Vec::new()) };
    let now = platform.now();
    platform.ledger().read("flows.export_contracts", move |tx| {
        let contractors = processors::contractors(tx)?;
        let has_key = |contract: &Contract| {
            let found = contractors.iter().find(|contractor| contractor.id == contract.contractor);
            found.and_then(|contractor| contractor.keys.as_ref()).is_some_and(|keys| keys.recipient == courier)
        };
        let mut contracts = processors::contracts(tx, department)?;
        contracts.retain(|contract| contract.holds(now) && has_key(contract));
        Ok::<_, StoreError>(contracts)
    })
}

/// The lease under which exports to a contract go already; nothing when the first of them begins one.
pub fn standing_export_lease(
    platform: &Platform,
    service: Id<kinds::Service>,
    contract: &Contract,
) -> Result<Option<Lease>, RunError<StoreError>> {
    let now = platform.now();
    platform.ledger().read("flows.export_lease", |tx| export_lease(tx, service, contract, now))
}

/// Writes a need-only export of one district and hands it over under a lease: with planted records among the true ones, encrypted to
/// the contractor. The approval is used up in the unit of work that puts the export on record; from then on it is handed over,
/// whatever happens to this process.
pub fn export_delivery(
    platform: &Platform,
    service: &Service,
    grant: &Arc<Grant<RequestExport>>,
    ask: &AskDelivery,
    whereabouts: Whereabouts,
) -> Result<ExportRow, ExportFault> {
    let (ledger, scheme) = (service.ledger(), service.scheme());
    if scheme.courier().is_none() {
        return Err(ExportError::NoCourier.into());
    }
    let to = receiver(platform, &scheme, grant, ask)?;
    let cargo = delivery_cargo(ledger, &scheme, platform.sender(), grant, ask)?;
    let lease = match standing_export_lease(platform, service.id(), &to.contract)? {
        Some(lease) => lease,
        None => begin_lease(platform, service, grant, (&to.contract, whereabouts), &cargo, ask)?,
    };
    let package = pack_cargo(platform, service, grant, (&lease, &to), &cargo)?;
    let records = u64::try_from(package.records).unwrap_or(u64::MAX);
    let file = ExportFile { lease: lease.id, bytes: package.bytes, records };
    let row = record_export(ledger, &scheme, grant, cargo, file)?;
    hand_over_exports(platform, service).map_err(|error| ExportFault::Later(Box::new(error)))?;
    Ok(row)
}

/// Hands over every export that stands on record, and withdraws the packages of those that hold somebody erased since. Also a step
/// of each round, for what a crash has interrupted.
pub fn hand_over_exports(platform: &Platform, service: &Service) -> Result<(), StepError> {
    let ledger = service.ledger();
    for row in registration::exports_to_hand_over(ledger)? {
        hand_over_one(platform, service, &row)?;
    }
    for export in registration::exports_to_withdraw(ledger)? {
        let withdraw = move |work: &mut Work<'_, '_>| processors::withdraw_package(work, export).map(drop);
        platform.ledger().write("flows.withdraw_package", JOB, withdraw)?;
        ledger.write("flows.note_withdrawn", JOB, move |work| registration::note_withdrawn(work, export))?;
    }
    Ok(())
}

const JOB: Actor = Actor::Job("exports");

fn hand_over_one(platform: &Platform, service: &Service, row: &ExportRow) -> Result<(), StepError> {
    let Some((lease, bytes)) = row.lease.zip(registration::export_file(service.ledger(), row.id)?) else { return Ok(()) };
    let ledger = platform.ledger();
    let (lease, before) = ledger.read("flows.export_to_hand_over", |tx| {
        Ok::<_, StoreError>((processors::lease(tx, lease)?, processors::hand_overs(tx, lease)?.len()))
    })?;
    let lease = lease.ok_or(HandOverError::Missing)?;
    let records = u64::try_from(row.records).unwrap_or(0);
    let package = Package { bytes, digest: row.digest, records: usize::try_from(records).unwrap_or(usize::MAX) };
    let command = ExportHandedOver {
        export: row.id,
        lease: lease.id,
        approval: row.approval.unwrap_or_else(|| Id::from_bytes([0; 16])),
        digest: row.digest,
        households: u64::try_from(row.households).unwrap_or(0),
        records,
        package: seal_package(ledger.keys(), &lease, before, &package)?,
    };
    let hand_over = move |work: &mut Work<'_, '_>| hand_over_export(work, &command);
    ledger.write("flows.hand_over_export", JOB, hand_over).map_err(|error| match error {
        RunError::Refused(error) => StepError::HandOver(error),
        RunError::Store(error) => RunError::<StoreError>::Store(error).into(),
        RunError::Busy { retry_after_ms } => RunError::<StoreError>::Busy { retry_after_ms }.into(),
    })?;
    let export = row.id;
    service.ledger().write("flows.note_handed_over", JOB, move |work| registration::note_handed_over(work, export))?;
    Ok(())
}

struct Receiver {
    contract: Contract,
    keys: ContractorKeys,
}

/// Everything about the contractor that would stop the export is found before any record is opened for it.
fn receiver(
    platform: &Platform,
    scheme: &Scheme,
    grant: &Grant<RequestExport>,
    ask: &AskDelivery,
) -> Result<Receiver, ExportFault> {
    let (now, id, department) = (platform.now(), ask.contract, grant.department());
    let (contract, contractor) = platform.ledger().read("flows.export_receiver", move |tx| {
        let contract = processors::contract(tx, id)?.filter(|one| one.department == department && one.holds(now));
        let contractor = contract.as_ref().map(|contract| processors::contractor(tx, contract.contractor)).transpose()?;
        Ok::<_, StoreError>((contract, contractor.flatten()))
    })?;
    let contract = contract.ok_or(ExportFault::Contract)?;
    let named = scheme.courier().map(|courier| courier.recipient.as_str());
    let keys = contractor.and_then(|contractor| contractor.keys);
    let keys = keys.filter(|keys| named == Some(keys.recipient.as_str())).ok_or(ExportFault::OtherKey)?;
    if last_day(&contract, scheme.expiry(FieldGroup::Contact)) < now.day() {
        return Err(LeaseError::Days.into());
    }
    Ok(Receiver { contract, keys })
}

fn begin_lease(
    platform: &Platform,
    service: &Service,
    grant: &Arc<Grant<RequestExport>>,
    (contract, whereabouts): (&Contract, Whereabouts),
    cargo: &DeliveryCargo,
    ask: &AskDelivery,
) -> Result<Lease, ExportFault> {
    let (ledger, scheme) = (platform.ledger(), service.scheme());
    let group = scheme.group(FieldGroup::Contact);
    let until = last_day(contract, group.expiry);
    let terms = GrantLeaseCommand {
        service: service.id(),
        contract: contract.id,
        purpose: group.purpose.clone(),
        groups: vec![group_name(FieldGroup::Contact).to_owned()],
        selection: Chosen::All,
        records: u64::try_from(cargo.table.rows.len()).unwrap_or(u64::MAX),
        form: Form::HandOver,
        retention: group.expiry,
        key: NewKey::make(ledger.keys(), &**ledger.random(), until)?,
    };
    let command = LeaseExports { terms, whereabouts, approval: ask.approval };
    let (may, environment) = (grant.clone(), platform.environment());
    let given = ledger.write("flows.lease_exports", grant.actor(), move |work| {
        lease_exports(work, &may, &command, environment)
    });
    Ok(given?.0)
}

fn pack_cargo(
    platform: &Platform,
    service: &Service,
    grant: &Arc<Grant<RequestExport>>,
    (lease, to): (&Lease, &Receiver),
    cargo: &DeliveryCargo,
) -> Result<Package, ExportFault> {
    let (ledger, now) = (platform.ledger(), platform.now());
    let table = &cargo.table;
    let canaries = make_canaries(platform, service, table.rows.len(), &table.buildings)?;
    let sealed: Result<Vec<_>, _> = canaries.iter().map(|canary: &Canary| canary.seal(ledger.keys(), now.day())).collect();
    let (sealed, may, id) = (sealed?, grant.clone(), lease.id);
    ledger.write("flows.plant_canaries", grant.actor(), move |work| plant_canaries(work, &may, id, &sealed))?;
    let clauses = to.contract.clauses.digest();
    let cargo = Cargo { lease, clauses, fields: table.fields.clone(), rows: table.rows.clone(), canaries: &canaries };
    Ok(pack(cargo, &to.keys, now, &**ledger.random())?)
}
