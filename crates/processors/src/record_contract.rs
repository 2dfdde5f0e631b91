use journal::{Event, Work};
use kernel::{Day, Fault, Id, Kind, Text, kinds, to_hex};
use people::{Grant, ManageContractors};
use store::StoreError;

use crate::line::{is_line, is_title};
use crate::{ClauseFlaw, ClauseRecord, Contract, EndedBy, Lease, LeaseRules, SubProcessor, end_lease, storage};

/// A contract for the register.
#[derive(Clone, Debug)]
pub struct RecordContract {
    /// With whom.
    pub contractor: Id<kinds::Contractor>,
    /// What it is for.
    pub title: Text,
    /// Where each clause stands. It may be incomplete; until it is complete there are no credentials and no leases.
    pub clauses: ClauseRecord,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Day,
}

/// Why a contract was not recorded or changed.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// There is no such contractor, or no such contract in your department.
    #[error("there is no such contract in your department")]
    Missing,
    /// The title lacks a language or is too long.
    #[error("a contract needs a title in three languages, at most 200 characters each")]
    Title,
    /// The last day is before the first, or an extension is none.
    #[error("the last day must come after the first, and an extension after the last day so far")]
    Days,
    /// The contract has ended.
    #[error("this contract has ended")]
    Ended,
    /// A sub-processor needs a name and a place.
    #[error("say the sub-processor's name and where it keeps the data, one line each")]
    SubProcessor,
    /// The clauses do not protect the data.
    #[error(transparent)]
    Clauses(ClauseFlaw),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ContractError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Title | Self::Days | Self::SubProcessor => Kind::Invalid,
            Self::Ended => Kind::Gone,
            Self::Clauses(flaw) => flaw.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Records a contract of the officer's department.
pub fn record_contract(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageContractors>,
    command: &RecordContract,
) -> Result<Id<kinds::Contract>, ContractError> {
    if !is_title(&command.title, 200) {
        return Err(ContractError::Title);
    }
    if command.until < command.from {
        return Err(ContractError::Days);
    }
    if storage::contractor::find(work.tx(), command.contractor)?.is_none() {
        return Err(ContractError::Missing);
    }
    let contract = Contract {
        id: work.new_id(),
        contractor: command.contractor,
        department: grant.department(),
        title: command.title.clone(),
        clauses: command.clauses.clone(),
        from: command.from,
        until: command.until,
        ended: None,
        sub_processors: Vec::new(),
    };
    storage::contractor::insert_contract(work.tx(), &contract)?;
    note(work, grant, &contract, "processors.contract_recorded")?;
    Ok(contract.id)
}

/// Records the clauses anew, after the contract was amended.
pub fn amend_clauses(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageContractors>,
    contract: Id<kinds::Contract>,
    clauses: &ClauseRecord,
) -> Result<(), ContractError> {
    let mut contract = living(work, grant, contract)?;
    contract.clauses = clauses.clone();
    storage::contractor::update_contract(work.tx(), &contract)?;
    note(work, grant, &contract, "processors.clauses_recorded")
}

/// Extends a contract. Its leases keep their own end: each is extended, or not, by an act of its own.
pub fn extend_contract(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageContractors>,
    contract: Id<kinds::Contract>,
    until: Day,
) -> Result<(), ContractError> {
    let mut contract = living(work, grant, contract)?;
    if until <= contract.until {
        return Err(ContractError::Days);
    }
    contract.until = until;
    storage::contractor::update_contract(work.tx(), &contract)?;
    note(work, grant, &contract, "processors.contract_extended")
}

/// Ends a contract before its last day, and with it every lease under it. Returns those: their keys are to be erased.
pub fn end_contract(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageContractors>,
    contract: Id<kinds::Contract>,
    rules: &LeaseRules,
) -> Result<Vec<Lease>, ContractError> {
    let mut contract = living(work, grant, contract)?;
    contract.ended = Some(work.now());
    storage::contractor::update_contract(work.tx(), &contract)?;
    note(work, grant, &contract, "processors.contract_ended")?;
    let mut ended = Vec::new();
    for lease in storage::lease::of_contract(work.tx(), contract.id)? {
        if lease.ended.is_none() {
            ended.push(end_lease::end(work, lease, EndedBy::Contract, rules)?);
        }
    }
    Ok(ended)
}

/// Consents to a sub-processor. Whoever else has the data has it without consent.
pub fn consent_to_sub_processor(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageContractors>,
    contract: Id<kinds::Contract>,
    name: &str,
    place: &str,
) -> Result<(), ContractError> {
    if !is_line(name, 120) || !is_line(place, 200) {
        return Err(ContractError::SubProcessor);
    }
    let mut contract = living(work, grant, contract)?;
    let (by, at) = (grant.officer(), work.now());
    contract.sub_processors.push(SubProcessor { name: name.trim().to_owned(), place: place.trim().to_owned(), by, at });
    storage::contractor::update_contract(work.tx(), &contract)?;
    note(work, grant, &contract, "processors.sub_processor_agreed")
}

/// A contract of the officer's department that has not been ended.
pub(crate) fn living(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageContractors>,
    id: Id<kinds::Contract>,
) -> Result<Contract, ContractError> {
    let found = storage::contractor::contract(work.tx(), id)?;
    let ours = found.filter(|contract| contract.department == grant.department());
    let contract = ours.ok_or(ContractError::Missing)?;
    if contract.ended.is_some() { Err(ContractError::Ended) } else { Ok(contract) }
}

fn note(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageContractors>,
    contract: &Contract,
    verb: &'static str,
) -> Result<(), ContractError> {
    work.journal(
        Event::new(verb)
            .detail("contract", contract.id.to_string())
            .detail("contractor", contract.contractor.to_string())
            .detail("clauses", to_hex(&contract.clauses.digest()))
            .detail("complete", contract.clauses.flaws().is_empty())
            .detail("until", contract.until.to_string())
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(())
}
