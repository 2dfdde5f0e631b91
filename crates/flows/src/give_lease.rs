use kernel::{Fault, Id, Kind, kinds};
use people::{Grant, GrantLease};
use processors::{
    Chosen, DeclareError, Form, GrantLeaseCommand, Lease, LeaseError, LeaseExportsError, LeaseRules, NewKey, grant_lease, last_day,
};
use registration::scheme::{FieldGroup, Scheme};
use seal::SealError;
use store::StoreError;
use thiserror::Error;

use crate::{Platform, Service};

/// A lease to give.
#[derive(Clone, Debug)]
pub struct NewLease {
    /// Under which contract.
    pub contract: Id<kinds::Contract>,
    /// One of the purposes of the statement.
    pub purpose: String,
    /// The field groups: only such as the scheme collects for this purpose.
    pub groups: Vec<FieldGroup>,
    /// Which records.
    pub chosen: Chosen,
    /// Look-up or hand-over.
    pub form: Form,
}

/// Why a lease was not given.
#[derive(Debug, Error)]
pub enum GiveLeaseError {
    /// The statement does not name the purpose.
    #[error("the collection statement does not name this purpose")]
    Purpose,
    /// More than the purpose needs.
    #[error("these fields are not collected for this purpose: a contractor gets what the purpose needs and nothing else")]
    Groups,
    /// A hand-over is of a district or of all; a list is looked up.
    #[error("a list of records is looked up one by one; hand over a district or all")]
    ListHandedOver,
    /// Exports go on only with whoever has the key that two signers agreed to at the gate.
    #[error("the contractor has not given the key that the scheme names for its courier")]
    OtherKey,
    /// Where the other contractor will hold what is exported to it.
    #[error(transparent)]
    Address(#[from] DeclareError),
    /// The rules of leases.
    #[error(transparent)]
    Lease(#[from] LeaseError),
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

impl Fault for GiveLeaseError {
    fn kind(&self) -> Kind {
        match self {
            Self::Purpose | Self::Groups | Self::ListHandedOver | Self::OtherKey => Kind::Invalid,
            Self::Address(error) => error.kind(),
            Self::Lease(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Busy => Kind::Busy,
            Self::Store(error) => error.kind(),
        }
    }
}

store::from_run_error!(GiveLeaseError);

impl From<LeaseExportsError> for GiveLeaseError {
    fn from(error: LeaseExportsError) -> Self {
        match error {
            LeaseExportsError::Lease(error) => Self::Lease(error),
            LeaseExportsError::Address(error) => Self::Address(error),
            LeaseExportsError::Store(error) => Self::Store(error),
        }
    }
}

/// The days and counts by which leases are followed here.
pub fn lease_rules() -> LeaseRules {
    LeaseRules::default()
}

/// The name of a field group in leases, packages and answers.
pub const fn group_name(group: FieldGroup) -> &'static str {
    match group {
        FieldGroup::Identity => "identity",
        FieldGroup::Contact => "contact",
        FieldGroup::Mobile => "mobile",
        FieldGroup::Health => "health",
    }
}

/// The field group of a name in a lease.
pub fn group_of(name: &str) -> Option<FieldGroup> {
    [FieldGroup::Identity, FieldGroup::Contact, FieldGroup::Mobile].into_iter().find(|group| group_name(*group) == name)
}

/// The field groups that a scheme collects for a purpose: what a lease for it may name. Health is never given to a contractor.
pub fn lease_groups(scheme: &Scheme, purpose: &str) -> Vec<FieldGroup> {
    let rules = scheme.groups().iter().filter(|rule| {
        rule.purpose == purpose && !rule.fields.is_empty() && rule.group != FieldGroup::Health
    });
    rules.map(|rule| rule.group).collect()
}

/// Gives a contractor a lease on records of a service: need-only fields, for one purpose of the statement, until the earlier of
/// the contract's and the retention's last day.
pub fn give_lease(
    platform: &Platform,
    service: &Service,
    grant: Grant<GrantLease>,
    new: &NewLease,
) -> Result<Lease, GiveLeaseError> {
    let scheme = service.scheme();
    if !scheme.allows(&new.purpose) {
        return Err(GiveLeaseError::Purpose);
    }
    let needed = lease_groups(&scheme, &new.purpose);
    if new.groups.is_empty() || !new.groups.iter().all(|group| needed.contains(group)) {
        return Err(GiveLeaseError::Groups);
    }
    let records = match (&new.chosen, new.form) {
        (Chosen::List(_), Form::HandOver) => return Err(GiveLeaseError::ListHandedOver),
        (Chosen::List(references), Form::LookUp) => u64::try_from(references.len()).unwrap_or(u64::MAX),
        (Chosen::District(code), _) => registration::count_leasable(service.ledger(), Some(code))?,
        (Chosen::All, _) => registration::count_leasable(service.ledger(), None)?,
    };
    let ledger = platform.ledger();
    let contract = ledger.read("flows.lease_contract", |tx| processors::contract(tx, new.contract))?;
    let contract = contract.ok_or(LeaseError::Missing)?;
    let retention = new.groups.iter().map(|group| scheme.expiry(*group)).min().ok_or(GiveLeaseError::Groups)?;
    let until = last_day(&contract, retention);
    if until < platform.now().day() {
        return Err(LeaseError::Days.into());
    }
    let command = GrantLeaseCommand {
        service: service.id(),
        contract: new.contract,
        purpose: new.purpose.clone(),
        groups: new.groups.iter().map(|group| group_name(*group).to_owned()).collect(),
        selection: new.chosen.clone(),
        records,
        form: new.form,
        retention,
        key: NewKey::make(ledger.keys(), &**ledger.random(), until)?,
    };
    let given = ledger.write("flows.give_lease", grant.actor(), move |work| grant_lease(work, &grant, &command));
    Ok(given.map_err(LeaseError::from)?.0)
}
