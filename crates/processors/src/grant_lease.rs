use journal::{Event, Ledger, Work};
use kernel::{Day, Fault, Id, Kind, kinds, to_hex};
use people::{Grant, GrantLease};
use seal::{SealError, sha256};
use store::StoreError;

use crate::key::folded;
use crate::line::is_line;
use crate::{
    ClauseFlaw, Contract, Form, Lease, LeaseState, NewKey, Selection, storage,
};

/// References in a list at most.
const LIST_MOST: usize = 50_000;
/// Look-ups a day that every lease may make, however small.
const DAILY_LEAST: u64 = 50;

/// A lease to give.
#[derive(Clone, Debug)]
pub struct GrantLeaseCommand {
    /// The service.
    pub service: Id<kinds::Service>,
    /// Under which contract.
    pub contract: Id<kinds::Contract>,
    /// One of the purposes of the statement.
    pub purpose: String,
    /// The field groups, as the service names them.
    pub groups: Vec<String>,
    /// Which records.
    pub selection: Chosen,
    /// How many records that is.
    pub records: u64,
    /// Look-up or hand-over.
    pub form: Form,
    /// The last day on which the service itself keeps these groups.
    pub retention: Day,
    /// The key, made by [`NewKey::make`] for [`last_day`].
    pub key: NewKey,
}

/// Which records a lease is for.
#[derive(Clone, Debug)]
pub enum Chosen {
    /// All of them.
    All,
    /// Those of one district, by its code.
    District(String),
    /// Those with these references.
    List(Vec<String>),
}

/// Why a lease was not given or changed.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// There is no such lease or contract in your department.
    #[error("there is no such lease or contract in your department")]
    Missing,
    /// The grant is for another service.
    #[error("there is no such service in your department")]
    Elsewhere,
    /// The contract does not run today.
    #[error("the contract does not run today")]
    Contract,
    /// The clauses do not protect the data.
    #[error(transparent)]
    Clauses(ClauseFlaw),
    /// A purpose, one to twenty field groups, and records are needed.
    #[error("a lease needs a purpose, field groups, and records that exist")]
    Empty,
    /// It would go beyond the contract or the retention, or the key was made for another day.
    #[error("a lease ends with the contract or the retention at the latest")]
    Days,
    /// It has ended.
    #[error("this lease has ended")]
    Ended,
    /// The keys refused.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Too much is being written.
    #[error("the write queue is full")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for LeaseError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing | Self::Elsewhere => Kind::Missing,
            Self::Contract | Self::Empty | Self::Days => Kind::Invalid,
            Self::Clauses(flaw) => flaw.kind(),
            Self::Ended => Kind::Gone,
            Self::Seal(error) => error.kind(),
            Self::Busy => Kind::Busy,
            Self::Store(error) => error.kind(),
        }
    }
}

store::from_run_error!(LeaseError);

/// The last day of a lease: the earlier of the contract's and the retention's.
pub fn last_day(contract: &Contract, retention: Day) -> Day {
    contract.until.min(retention)
}

/// Gives a contractor a lease.
pub fn grant_lease(
    work: &mut Work<'_, '_>,
    grant: &Grant<GrantLease>,
    command: &GrantLeaseCommand,
) -> Result<Lease, LeaseError> {
    if !grant.covers(command.service) {
        return Err(LeaseError::Elsewhere);
    }
    let contract = sound_contract(work, grant.department(), command.contract)?;
    let until = last_day(&contract, command.retention);
    if until < work.today() || command.key.expiry != until {
        return Err(LeaseError::Days);
    }
    let named = is_line(&command.purpose, 32) && command.groups.iter().all(|group| is_line(group, 32));
    if !named || !(1..=20).contains(&command.groups.len()) || command.records == 0 {
        return Err(LeaseError::Empty);
    }
    let terms = Terms { officer: grant.officer(), selection: selection(&command.selection)?, until };
    let lease = begin(work, &contract, command, terms);
    enter(work, &lease, &command.key, &command.selection)?;
    Ok(lease)
}

/// What a command does not say by itself.
pub(crate) struct Terms {
    pub(crate) officer: Id<kinds::Officer>,
    pub(crate) selection: Selection,
    pub(crate) until: Day,
}

/// A lease at its beginning.
pub(crate) fn begin(work: &Work<'_, '_>, contract: &Contract, command: &GrantLeaseCommand, terms: Terms) -> Lease {
    Lease {
        id: work.new_id(),
        contractor: contract.contractor,
        contract: contract.id,
        department: contract.department,
        service: command.service,
        officer: terms.officer,
        purpose: command.purpose.clone(),
        groups: command.groups.clone(),
        selection: terms.selection,
        records: command.records,
        form: command.form,
        daily_most: u32::try_from((command.records / 5).max(DAILY_LEAST)).unwrap_or(u32::MAX),
        granted: work.now(),
        until: terms.until,
        retention: command.retention,
        number: command.key.number,
        key_expiry: terms.until,
        earlier_expiries: Vec::new(),
        state: LeaseState::Active,
        ended: None,
        key_died: None,
        due: None,
        statement: None,
        clean: Vec::new(),
        rounds: 0,
        probe: None,
        resumed: 0,
        closed: None,
        aftercare: 0,
        inspected: None,
    }
}

/// Extends a lease, up to the last day of contract and retention. The secret is opened, which the journal records, and sealed
/// anew under the later day; packages stay under the earlier one.
pub fn extend_lease(
    ledger: &Ledger,
    grant: &Grant<GrantLease>,
    lease: Id<kinds::Lease>,
    until: Day,
) -> Result<Lease, LeaseError> {
    let asked = *grant;
    let ((lease, sealed), committed) = ledger.write("processors.open_for_extension", grant.actor(), move |work| {
        let (lease, contract) = extendable(work, &asked, lease)?;
        if until <= lease.until || until > last_day(&contract, lease.retention) {
            return Err(LeaseError::Days);
        }
        let sealed = storage::lease::secret(work.tx(), lease.id)?.ok_or(LeaseError::Ended)?;
        work.journal(Event::new("processors.lease_opened").detail("lease", lease.id.to_string()))?;
        Ok((lease, sealed))
    })?;
    let secret = lease.open_secret(&committed, ledger.keys(), &sealed)?;
    let sealed = lease.reseal(ledger.keys(), &secret, until)?;
    let (id, asked) = (lease.id, *grant);
    let (lease, _) = ledger.write("processors.extend_lease", grant.actor(), move |work| {
        let (mut lease, _) = extendable(work, &asked, id)?;
        lease.until = until;
        let earlier = std::mem::replace(&mut lease.key_expiry, until);
        lease.earlier_expiries.push(earlier);
        storage::lease::set_secret(work.tx(), id, &sealed)?;
        storage::lease::update(work.tx(), &lease)?;
        work.journal(
            Event::new("processors.lease_extended")
                .detail("lease", id.to_string())
                .detail("until", until.to_string())
                .detail("by", asked.officer().to_string()),
        )?;
        Ok::<_, LeaseError>(lease)
    })?;
    Ok(lease)
}

/// A lease of the officer's department and service.
pub(crate) fn own_lease(
    work: &mut Work<'_, '_>,
    grant: &Grant<GrantLease>,
    id: Id<kinds::Lease>,
) -> Result<Lease, LeaseError> {
    let found = storage::lease::find(work.tx(), id)?;
    found
        .filter(|lease| lease.department == grant.department() && grant.covers(lease.service))
        .ok_or(LeaseError::Missing)
}

fn extendable(
    work: &mut Work<'_, '_>,
    grant: &Grant<GrantLease>,
    id: Id<kinds::Lease>,
) -> Result<(Lease, Contract), LeaseError> {
    let lease = own_lease(work, grant, id)?;
    if !lease.is_usable(work.now()) {
        return Err(LeaseError::Ended);
    }
    let contract = sound_contract(work, grant.department(), lease.contract)?;
    Ok((lease, contract))
}

/// A contract of the department under which data may be given now.
pub(crate) fn sound_contract(
    work: &mut Work<'_, '_>,
    department: Id<kinds::Department>,
    id: Id<kinds::Contract>,
) -> Result<Contract, LeaseError> {
    let found = storage::contractor::contract(work.tx(), id)?;
    let contract = found.filter(|it| it.department == department).ok_or(LeaseError::Missing)?;
    if let Some(flaw) = contract.clauses.flaws().into_iter().next() {
        return Err(LeaseError::Clauses(flaw));
    }
    if contract.holds(work.now()) { Ok(contract) } else { Err(LeaseError::Contract) }
}

fn selection(chosen: &Chosen) -> Result<Selection, LeaseError> {
    Ok(match chosen {
        Chosen::All => Selection::All,
        Chosen::District(code) if is_line(code, 8) => Selection::District { code: code.clone() },
        Chosen::List(references) if (1..=LIST_MOST).contains(&references.len()) => {
            let mut sorted: Vec<String> = references.iter().map(|reference| folded(reference)).collect();
            sorted.sort_unstable();
            Selection::List { digest: to_hex(&sha256(&[sorted.join("\n").as_bytes()])) }
        }
        Chosen::District(_) | Chosen::List(_) => return Err(LeaseError::Empty),
    })
}

pub(crate) fn enter(
    work: &mut Work<'_, '_>,
    lease: &Lease,
    key: &NewKey,
    chosen: &Chosen,
) -> Result<(), LeaseError> {
    storage::lease::insert(work.tx(), lease, &key.sealed)?;
    if let Chosen::List(references) = chosen {
        storage::lease::add_members(work.tx(), lease.id, &key.handles(references))?;
    }
    let form = if lease.form == Form::LookUp { "look-up" } else { "hand-over" };
    work.journal(
        Event::new("processors.lease_granted")
            .detail("lease", lease.id.to_string())
            .detail("contractor", lease.contractor.to_string())
            .detail("contract", lease.contract.to_string())
            .detail("service", lease.service.to_string())
            .detail("purpose", lease.purpose.clone())
            .detail("groups", lease.groups.clone())
            .detail("records", lease.records)
            .detail("form", form)
            .detail("until", lease.until.to_string())
            .detail("by", lease.officer.to_string()),
    )?;
    Ok(())
}
