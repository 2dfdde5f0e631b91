use journal::{Event, Work};
use kernel::{Environment, Fault, Id, Instant, Kind, kinds};
use people::{Grant, GrantLease};
use store::{StoreError, Tx};

use crate::grant_lease::own_lease;
use crate::{AddressError, Lease, LeaseError, LeaseState, Partner, WebAddress, storage};

/// Addresses of one lease at most.
const MOST: usize = 50;

/// What is at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressUse {
    /// Data may live there.
    Data,
    /// One can search there: `{}` in the path stands for what is searched.
    LookUp,
}

impl AddressUse {
    /// The name in the store and in forms.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::LookUp => "look-up",
        }
    }

    /// The use with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        [Self::Data, Self::LookUp].into_iter().find(|one| one.slug() == slug)
    }
}

/// An address on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The address.
    pub address: WebAddress,
    /// What is there.
    pub use_for: AddressUse,
    /// `contractor`, `officer`, or `report`.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// Why an address is not taken.
#[derive(Debug, thiserror::Error)]
pub enum DeclareError {
    /// There is no such lease for you.
    #[error("there is no such lease for you")]
    Missing,
    /// The address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Too many addresses.
    #[error("a lease has at most 50 addresses")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for DeclareError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Address(error) => error.kind(),
            Self::TooMany => Kind::Taken,
            Self::Store(error) => error.kind(),
        }
    }
}

impl From<LeaseError> for DeclareError {
    fn from(error: LeaseError) -> Self {
        match error {
            LeaseError::Store(error) => Self::Store(error),
            _ => Self::Missing,
        }
    }
}

/// The contractor says where the data may live. It is looked at from this moment on, without credentials.
pub fn declare_address(
    work: &mut Work<'_, '_>,
    partner: &Partner,
    lease: Id<kinds::Lease>,
    (address, use_for): (&str, AddressUse),
    environment: Environment,
) -> Result<WebAddress, DeclareError> {
    let found = storage::lease::find(work.tx(), lease)?;
    let lease = found.filter(|lease| lease.contract == partner.contract().id).ok_or(DeclareError::Missing)?;
    add(work, lease, (address, use_for), "contractor", environment)
}

/// An officer says where the data may live.
pub fn add_address(
    work: &mut Work<'_, '_>,
    grant: &Grant<GrantLease>,
    lease: Id<kinds::Lease>,
    (address, use_for): (&str, AddressUse),
    environment: Environment,
) -> Result<WebAddress, DeclareError> {
    let lease = own_lease(work, grant, lease)?;
    add(work, lease, (address, use_for), "officer", environment)
}

/// The addresses of a lease, oldest first.
pub fn addresses(tx: &mut Tx<'_>, lease: Id<kinds::Lease>) -> Result<Vec<Declared>, StoreError> {
    storage::lease::addresses(tx, lease)
}

/// Only a demonstration or a test looks at its own machine.
pub(crate) fn add(
    work: &mut Work<'_, '_>,
    mut lease: Lease,
    (address, use_for): (&str, AddressUse),
    by: &str,
    environment: Environment,
) -> Result<WebAddress, DeclareError> {
    let address = WebAddress::parse(address)?;
    if !address.is_public() && !environment.synthetic_only() {
        return Err(AddressError::NotPublic.into());
    }
    if storage::lease::addresses(work.tx(), lease.id)?.len() >= MOST {
        return Err(DeclareError::TooMany);
    }
    let now = work.now();
    let declared = Declared { address: address.clone(), use_for, by: by.to_owned(), at: now };
    if !storage::lease::add_address(work.tx(), lease.id, &declared)? {
        return Ok(address);
    }
    // A lease under escalation waits for an officer; every other one is looked at now.
    if lease.state != LeaseState::Escalated {
        lease.probe = Some(lease.probe.map_or(now, |probe| probe.min(now)));
        storage::lease::update(work.tx(), &lease)?;
    }
    work.journal(
        Event::new("processors.address_declared")
            .detail("lease", lease.id.to_string())
            .detail("address", address.to_string())
            .detail("use", use_for.slug())
            .detail("declared_by", by),
    )?;
    Ok(address)
}
