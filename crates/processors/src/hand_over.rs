use journal::{Committed, Event, Work};
use kernel::{Fault, Id, Instant, Kind, kinds, to_hex};
use people::{Grant, RequestExport};
use seal::{Keyring, SealError, Sealed};
use store::{StoreError, Tx};

use crate::{Form, Lease, Package, Partner, SealedCanary, key, storage};

/// Packages of one lease at most.
pub(crate) const MOST: usize = 200;

/// A package that was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedOver {
    /// Its id.
    pub id: Id<kinds::Export>,
    /// The lease.
    pub lease: Id<kinds::Lease>,
    /// When.
    pub at: Instant,
    /// SHA-256 of the encrypted file.
    pub digest: [u8; 32],
    /// Records in it, the planted ones included.
    pub records: u64,
}

/// A package to put on record before anybody can fetch it.
#[derive(Clone, Debug)]
pub struct RecordHandOver {
    /// The lease.
    pub lease: Id<kinds::Lease>,
    /// The two-person approval of exactly this.
    pub approval: Id<kinds::Approval>,
    /// Digest of the package.
    pub digest: [u8; 32],
    /// Records in it.
    pub records: usize,
    /// The package sealed by [`seal_package`].
    pub package: Sealed,
    /// The planted records, sealed.
    pub canaries: Vec<SealedCanary>,
}

/// Why a package is not handed over or not fetched.
#[derive(Debug, thiserror::Error)]
pub enum HandOverError {
    /// There is no such lease or package for you.
    #[error("there is no such lease or package for you")]
    Missing,
    /// It has ended.
    #[error("this lease has ended")]
    Ended,
    /// It is a lease for looking up.
    #[error("under this lease records are looked up, not handed over")]
    Form,
    /// Nobody knows where the data would be.
    #[error("declare first at which public addresses the data may live, or that there is none")]
    NoAddress,
    /// A package without planted records cannot be followed.
    #[error("a package without planted records cannot be followed")]
    NoCanaries,
    /// What was never fetched cannot have been dealt with.
    #[error("this package has not been fetched yet")]
    NotFetched,
    /// Too many packages.
    #[error("this lease has had as many packages as one may have")]
    TooMany,
    /// The keys refused.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for HandOverError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Ended => Kind::Gone,
            Self::Form | Self::NoAddress | Self::NoCanaries | Self::NotFetched => Kind::Invalid,
            Self::TooMany => Kind::Taken,
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Seals a package under the lease's key: it can be fetched as long as the lease lives. `before` is how many packages the lease
/// has had. Heavy work: call it before the transaction.
pub fn seal_package(keys: &Keyring, lease: &Lease, before: usize, package: &Package) -> Result<Sealed, HandOverError> {
    let place = u8::try_from(before).ok().filter(|_| before < MOST).ok_or(HandOverError::TooMany)?;
    Ok(lease.seal_package(keys, place, &package.bytes)?)
}

/// Plants the canaries and puts the package on record. The grant is that of whoever asked for the export; the approval by a second
/// person is used up by the caller, in the store of the service.
pub fn record_hand_over(
    work: &mut Work<'_, '_>,
    grant: &Grant<RequestExport>,
    command: &RecordHandOver,
) -> Result<HandedOver, HandOverError> {
    let found = storage::lease::find(work.tx(), command.lease)?;
    let lease = found.filter(|lease| grant.covers(lease.service)).ok_or(HandOverError::Missing)?;
    if !lease.is_usable(work.now()) {
        return Err(HandOverError::Ended);
    }
    if lease.form != Form::HandOver {
        return Err(HandOverError::Form);
    }
    if storage::lease::addresses(work.tx(), lease.id)?.is_empty() {
        return Err(HandOverError::NoAddress);
    }
    if command.canaries.is_empty() {
        return Err(HandOverError::NoCanaries);
    }
    let handed = HandedOver {
        id: work.new_id(),
        lease: lease.id,
        at: work.now(),
        digest: command.digest,
        records: u64::try_from(command.records).unwrap_or(u64::MAX),
    };
    storage::planted::plant(work.tx(), lease.id, &command.canaries, handed.at)?;
    let expiry = key::claimed_slot(&command.package)?.expiry;
    storage::planted::insert_hand_over(work.tx(), &handed, &command.package, expiry)?;
    work.journal(
        Event::new("processors.handed_over")
            .detail("lease", lease.id.to_string())
            .detail("contractor", lease.contractor.to_string())
            .detail("package", to_hex(&handed.digest))
            .detail("records", handed.records)
            .detail("approval", command.approval.to_string()),
    )?;
    Ok(handed)
}

/// The packages of a lease, oldest first.
pub fn hand_overs(tx: &mut Tx<'_>, lease: Id<kinds::Lease>) -> Result<Vec<HandedOver>, StoreError> {
    storage::planted::hand_overs(tx, lease)
}

/// A package about to be fetched.
#[derive(Debug)]
pub struct PackagePass(Sealed);

impl PackagePass {
    /// The encrypted file, opened with the proof that its fetching is on record.
    pub fn open(self, committed: &Committed, keys: &Keyring) -> Result<Vec<u8>, SealError> {
        let slot = key::claimed_slot(&self.0)?;
        Ok(committed.open(keys, &slot, &self.0)?.into_exposed())
    }
}

/// Notes that a contractor fetches a package; the `Committed` of this unit of work opens what is returned.
pub fn fetch_package(
    work: &mut Work<'_, '_>,
    partner: &Partner,
    package: Id<kinds::Export>,
) -> Result<PackagePass, HandOverError> {
    let (lease, sealed) = storage::planted::package(work.tx(), package)?.ok_or(HandOverError::Missing)?;
    let found = storage::lease::find(work.tx(), lease)?;
    let lease = found.filter(|lease| lease.contract == partner.contract().id).ok_or(HandOverError::Missing)?;
    let now = work.now();
    let contract = storage::contractor::contract(work.tx(), lease.contract)?;
    if !lease.is_usable(now) || !contract.is_some_and(|contract| contract.holds(now)) {
        return Err(HandOverError::Ended);
    }
    work.journal(
        Event::new("processors.package_fetched")
            .detail("lease", lease.id.to_string())
            .detail("package", package.to_string()),
    )?;
    storage::planted::set_fetched(work.tx(), package, now)?;
    Ok(PackagePass(sealed))
}

/// Whether a contractor has fetched this package under this lease of the own contract, while the lease lives: only then can it say what
/// became of it.
pub fn has_fetched(
    tx: &mut Tx<'_>,
    partner: &Partner,
    (lease, package): (Id<kinds::Lease>, Id<kinds::Export>),
    now: Instant,
) -> Result<(), HandOverError> {
    let found = storage::lease::find(tx, lease)?.filter(|lease| lease.contract == partner.contract().id);
    let lease = found.ok_or(HandOverError::Missing)?;
    let fetched = storage::planted::fetched(tx, (lease.id, package))?.ok_or(HandOverError::Missing)?;
    if !lease.is_usable(now) || !partner.holds(now) {
        return Err(HandOverError::Ended);
    }
    if fetched { Ok(()) } else { Err(HandOverError::NotFetched) }
}

/// Packages that nobody has fetched and, since their lease has ended, nobody can: what is in them is with nobody.
pub fn never_fetched(tx: &mut Tx<'_>, service: Id<kinds::Service>) -> Result<Vec<Id<kinds::Export>>, StoreError> {
    storage::planted::never_fetched(tx, service)
}

/// What was in such a package is dealt with.
pub fn settle_package(work: &mut Work<'_, '_>, package: Id<kinds::Export>) -> Result<(), StoreError> {
    let now = work.now();
    storage::planted::set_fetched(work.tx(), package, now)
}
