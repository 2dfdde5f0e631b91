use journal::{Event, Work};
use kernel::{Fault, Id, Kind, Text, kinds};
use people::{Grant, ManageContractors};
use store::{StoreError, Tx};

use crate::contractor::is_name;
use crate::{Contractor, ContractorKeys, SealedContact, Trade, storage};

/// A contractor for the register.
#[derive(Clone, Debug)]
pub struct RegisterContractor {
    /// Its name.
    pub name: Text,
    /// What it does.
    pub trade: Trade,
    /// Who to speak to, sealed by [`crate::seal_contact`].
    pub contact: SealedContact,
    /// Its public keys, if it has given them already.
    pub keys: Option<ContractorKeys>,
}

/// Why the register was not changed.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The name lacks a language or is too long.
    #[error("a contractor needs a name in three languages, at most 120 characters each")]
    Name,
    /// There is no such contractor.
    #[error("there is no such contractor on the register")]
    Missing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for RegisterError {
    fn kind(&self) -> Kind {
        match self {
            Self::Name => Kind::Invalid,
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Enters a contractor into the register, which all departments share: what happens at one concerns the others.
pub fn register_contractor(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageContractors>,
    command: &RegisterContractor,
) -> Result<Id<kinds::Contractor>, RegisterError> {
    if !is_name(&command.name) {
        return Err(RegisterError::Name);
    }
    let now = work.now();
    let contractor = Contractor {
        id: work.new_id(),
        name: command.name.clone(),
        trade: command.trade,
        created: now,
        keys: command.keys.clone(),
    };
    storage::contractor::insert(work.tx(), &contractor, &command.contact)?;
    if let Some(keys) = &command.keys {
        storage::contractor::add_keys(work.tx(), contractor.id, keys, now)?;
    }
    work.journal(
        Event::new("processors.contractor_registered")
            .detail("contractor", contractor.id.to_string())
            .detail("trade", contractor.trade.slug())
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(contractor.id)
}

/// Takes over new keys of a contractor. Statements signed with an earlier one are refused from this moment on.
pub fn replace_keys(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageContractors>,
    contractor: Id<kinds::Contractor>,
    keys: &ContractorKeys,
) -> Result<(), RegisterError> {
    if storage::contractor::find(work.tx(), contractor)?.is_none() {
        return Err(RegisterError::Missing);
    }
    let now = work.now();
    storage::contractor::add_keys(work.tx(), contractor, keys, now)?;
    work.journal(
        Event::new("processors.keys_replaced")
            .detail("contractor", contractor.to_string())
            .detail("signing", kernel::to_hex(&keys.signing))
            .detail("recipient", keys.recipient.clone())
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(())
}

/// Replaces the contact details of a contractor; the earlier ones are gone.
pub fn renew_contact(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageContractors>,
    contractor: Id<kinds::Contractor>,
    contact: &SealedContact,
) -> Result<(), RegisterError> {
    if storage::contractor::set_contact(work.tx(), contractor, contact)? == 0 {
        return Err(RegisterError::Missing);
    }
    work.journal(
        Event::new("processors.contact_renewed")
            .detail("contractor", contractor.to_string())
            .detail("expiry", contact.expiry().to_string())
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(())
}

/// The sealed contact of a contractor, for a mail; nothing when it has been removed. The job that sends mails notes its openings
/// as one batch (`notify::claim_mails`), and its `Committed` opens what is returned.
pub fn contact_for_mail(
    tx: &mut Tx<'_>,
    contractor: Id<kinds::Contractor>,
) -> Result<Option<SealedContact>, StoreError> {
    storage::contractor::contact(tx, contractor)
}

/// Notes that an officer opens the contact details; the `Committed` of this unit of work opens what is returned.
pub fn open_contact(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageContractors>,
    contractor: Id<kinds::Contractor>,
) -> Result<SealedContact, RegisterError> {
    let contact = storage::contractor::contact(work.tx(), contractor)?.ok_or(RegisterError::Missing)?;
    work.journal(
        Event::new("processors.contact_opened")
            .detail("contractor", contractor.to_string())
            .detail("purpose", crate::contact::PURPOSE)
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(contact)
}
