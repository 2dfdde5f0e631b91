use journal::{Event, Work};
use kernel::{Environment, Id, Kind, kinds, to_hex};
use people::{Grant, RequestExport};
use seal::{Keyring, Sealed};
use store::{StoreError, Tx};

use crate::declare_address::{self, AddressUse, DeclareError};
use crate::grant_lease::{self, Terms, sound_contract};
use crate::hand_over::MOST;
use crate::key::{self, folded};
use crate::{
    Chosen, Contract, Form, GrantLeaseCommand, HandOverError, HandedOver, Lease, LeaseError, SealedCanary, Selection,
    canary, last_day, storage,
};

/// Where a contractor will hold what is exported to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// On no machine that the public network reaches.
    Offline,
    /// At this public address, which is looked at from now on.
    At(String),
}

/// A lease for what is exported for delivery.
#[derive(Clone, Debug)]
pub struct LeaseExports {
    /// Terms of the lease: [`Form::HandOver`]; `selection` is not asked.
    pub terms: GrantLeaseCommand,
    /// Where the contractor will hold the data, as the officer was told.
    pub whereabouts: Whereabouts,
    /// The approval of the first export by a second person.
    pub approval: Id<kinds::Approval>,
}

/// Why there is no lease for an export.
#[derive(Debug, thiserror::Error)]
pub enum LeaseExportsError {
    /// Terms or contract.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// The address.
    #[error(transparent)]
    Address(#[from] DeclareError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl kernel::Fault for LeaseExportsError {
    fn kind(&self) -> Kind {
        match self {
            Self::Lease(error) => error.kind(),
            Self::Address(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// The lease under which exports of a service to this contract go, if one is in force and takes another package.
pub fn export_lease(
    tx: &mut Tx<'_>,
    service: Id<kinds::Service>,
    contract: &Contract,
    now: kernel::Instant,
) -> Result<Option<Lease>, StoreError> {
    for lease in storage::lease::of_contract(tx, contract.id)? {
        let fits = lease.service == service && lease.selection == Selection::Exports && lease.is_usable(now);
        if fits && storage::planted::hand_overs(tx, lease.id)?.len() < MOST {
            return Ok(Some(lease));
        }
    }
    Ok(None)
}

/// Gives a contractor the lease for what is exported to it. The right is that of whoever asks for exports: the second person's
/// approval of this very export names the contract, and is used up before anything is handed over.
pub fn lease_exports(
    work: &mut Work<'_, '_>,
    grant: &Grant<RequestExport>,
    command: &LeaseExports,
    environment: Environment,
) -> Result<Lease, LeaseExportsError> {
    let terms = &command.terms;
    if !grant.covers(terms.service) {
        return Err(LeaseError::Elsewhere.into());
    }
    let contract = sound_contract(work, grant.department(), terms.contract)?;
    let until = last_day(&contract, terms.retention);
    if until < work.today() || terms.key.expiry != until {
        return Err(LeaseError::Days.into());
    }
    if terms.records == 0 || terms.form != Form::HandOver {
        return Err(LeaseError::Empty.into());
    }
    let own = Terms { officer: grant.officer(), selection: Selection::Exports, until };
    // Each package adds what is in it.
    let lease = Lease { records: 0, ..grant_lease::begin(work, &contract, terms, own) };
    grant_lease::enter(work, &lease, &terms.key, &Chosen::All)?;
    let whereabouts = match &command.whereabouts {
        Whereabouts::Offline => "offline",
        Whereabouts::At(address) => {
            declare_address::add(work, lease.clone(), (address, AddressUse::Data), "officer", environment)?;
            "declared"
        }
    };
    work.journal(
        Event::new("processors.exports_leased")
            .detail("lease", lease.id.to_string())
            .detail("approval", command.approval.to_string())
            .detail("whereabouts", whereabouts),
    )?;
    Ok(lease)
}

/// Puts planted records of an export on record, before its package is made: whatever happens afterwards, none is ever unknown.
pub fn plant_canaries(
    work: &mut Work<'_, '_>,
    grant: &Grant<RequestExport>,
    lease: Id<kinds::Lease>,
    canaries: &[SealedCanary],
) -> Result<(), HandOverError> {
    let found = storage::lease::find(work.tx(), lease)?;
    let lease = found.filter(|lease| grant.covers(lease.service)).ok_or(HandOverError::Missing)?;
    if canaries.is_empty() {
        return Err(HandOverError::NoCanaries);
    }
    let now = work.now();
    Ok(storage::planted::plant(work.tx(), lease.id, canaries, now)?)
}

/// An export that stands on record in its service's store, where its approval was used up.
#[derive(Clone, Debug)]
pub struct ExportHandedOver {
    /// The export; the package gets the same id.
    pub export: Id<kinds::Export>,
    /// The lease.
    pub lease: Id<kinds::Lease>,
    /// The approval that was used up.
    pub approval: Id<kinds::Approval>,
    /// Digest of the package.
    pub digest: [u8; 32],
    /// Households in it.
    pub households: u64,
    /// Records in it, the planted ones included.
    pub records: u64,
    /// The package sealed by [`crate::seal_package`].
    pub package: Sealed,
}

/// Lets the contractor fetch the package of an export. A second time changes nothing.
pub fn hand_over_export(work: &mut Work<'_, '_>, command: &ExportHandedOver) -> Result<(), HandOverError> {
    let mut lease = storage::lease::find(work.tx(), command.lease)?.ok_or(HandOverError::Missing)?;
    if storage::planted::is_handed_over(work.tx(), command.export)? {
        return Ok(());
    }
    if !lease.is_usable(work.now()) {
        return Err(HandOverError::Ended);
    }
    let (export, at) = (command.export, work.now());
    let handed = HandedOver { id: export, lease: lease.id, at, digest: command.digest, records: command.records };
    let expiry = key::claimed_slot(&command.package)?.expiry;
    storage::planted::insert_hand_over(work.tx(), &handed, &command.package, expiry)?;
    lease.records += command.households;
    storage::lease::update(work.tx(), &lease)?;
    work.journal(
        Event::new("processors.handed_over")
            .detail("lease", lease.id.to_string())
            .detail("contractor", lease.contractor.to_string())
            .detail("package", to_hex(&handed.digest))
            .detail("records", handed.records)
            .detail("approval", command.approval.to_string()),
    )?;
    Ok(())
}

/// Removes a package that holds somebody whose data is erased: it can be fetched no more.
pub fn withdraw_package(work: &mut Work<'_, '_>, export: Id<kinds::Export>) -> Result<bool, StoreError> {
    let removed = storage::planted::forget_package(work.tx(), export)? == 1;
    if removed {
        work.journal(Event::new("processors.package_withdrawn").detail("package", export.to_string()))?;
    }
    Ok(removed)
}

/// Whether a reference is that of a planted record. What a courier reports of one is no mistake of the courier.
pub fn is_planted_reference(tx: &mut Tx<'_>, keys: &Keyring, reference: &str) -> Result<bool, StoreError> {
    let tag = canary::reference_tag(keys, &folded(reference));
    Ok(storage::planted::by_reference(tx, tag)?.is_some())
}
