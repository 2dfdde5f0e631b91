//! Contractors, their keys, contracts and credentials.

use kernel::{Id, Instant, kinds};
use seal::Sealed;
use store::{Row, StoreError, Tx, Value};

use super::{read, unreadable, write};
use crate::partner_session::Stored;
use crate::{Contract, Contractor, ContractorKeys, SealedContact, Trade};

const CONTRACT: &str = "a contract";

pub(crate) fn insert(tx: &mut Tx<'_>, contractor: &Contractor, contact: &SealedContact) -> Result<(), StoreError> {
    tx.execute(
        "-- processors.insert_contractor\n\
         insert into contractor (id, name, trade, contact, contact_purpose, contact_expiry, created) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            contractor.id.into(),
            write(&contractor.name, "a name")?,
            contractor.trade.slug().into(),
            contact.sealed.as_bytes().into(),
            crate::contact::PURPOSE.into(),
            contact.expiry.into(),
            contractor.created.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<kinds::Contractor>) -> Result<Option<Contractor>, StoreError> {
    let row = tx.query_opt(
        "-- processors.contractor\nselect id, name, trade, created from contractor where id = $1",
        &[id.into()],
    )?;
    row.as_ref().map(|row| with_keys(tx, row)).transpose()
}

pub(crate) fn list(tx: &mut Tx<'_>) -> Result<Vec<Contractor>, StoreError> {
    let rows = tx.query(
        "-- processors.contractors\nselect id, name, trade, created from contractor order by id limit 1000",
        &[],
    )?;
    rows.iter().map(|row| with_keys(tx, row)).collect()
}

fn with_keys(tx: &mut Tx<'_>, row: &Row) -> Result<Contractor, StoreError> {
    let id = row.get(0)?;
    let trade = Trade::from_slug(&row.get::<String>(2)?).ok_or_else(|| unreadable("a trade"))?;
    let keys = keys(tx, id)?.into_iter().next();
    Ok(Contractor { id, name: read(row, 1, "a name")?, trade, created: row.get(3)?, keys })
}

/// The sealed contact details, unless they were removed.
pub(crate) fn contact(tx: &mut Tx<'_>, id: Id<kinds::Contractor>) -> Result<Option<SealedContact>, StoreError> {
    let row = tx.query_opt(
        "-- processors.contact\nselect contact, contact_expiry from contractor where id = $1 and contact is not null",
        &[id.into()],
    )?;
    let read = |row: Row| Ok(SealedContact { sealed: Sealed::from_bytes(row.get(0)?), expiry: row.get(1)? });
    row.map(read).transpose()
}

pub(crate) fn set_contact(
    tx: &mut Tx<'_>,
    id: Id<kinds::Contractor>,
    contact: &SealedContact,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- processors.set_contact\nupdate contractor set contact = $2, contact_expiry = $3 where id = $1",
        &[id.into(), contact.sealed.as_bytes().into(), contact.expiry.into()],
    )
}

pub(crate) fn forget_contacts(tx: &mut Tx<'_>, today: kernel::Day) -> Result<u64, StoreError> {
    tx.execute(
        "-- processors.forget_contacts\n\
         update contractor set contact = null where contact_expiry < $1 and contact is not null",
        &[today.into()],
    )
}

/// The keys of a contractor, newest first.
pub(crate) fn keys(tx: &mut Tx<'_>, id: Id<kinds::Contractor>) -> Result<Vec<ContractorKeys>, StoreError> {
    let rows = tx.query(
        "-- processors.contractor_keys\n\
         select signing, recipient from contractor_key where contractor = $1 order by number desc limit 100",
        &[id.into()],
    )?;
    rows.iter().map(|row| Ok(ContractorKeys { signing: row.get(0)?, recipient: row.get(1)? })).collect()
}

pub(crate) fn add_keys(
    tx: &mut Tx<'_>,
    id: Id<kinds::Contractor>,
    keys: &ContractorKeys,
    now: Instant,
) -> Result<(), StoreError> {
    let number = self::keys(tx, id)?.len();
    tx.execute(
        "-- processors.add_keys\n\
         insert into contractor_key (contractor, number, signing, recipient, added) values ($1, $2, $3, $4, $5)",
        &[id.into(), number.into(), keys.signing.into(), keys.recipient.as_str().into(), now.into()],
    )?;
    Ok(())
}

pub(crate) fn insert_contract(tx: &mut Tx<'_>, contract: &Contract) -> Result<(), StoreError> {
    tx.execute(
        "-- processors.insert_contract\n\
         insert into contract (id, contractor, department, until, ended, body) values ($1, $2, $3, $4, $5, $6)",
        &contract_row(contract)?,
    )?;
    Ok(())
}

pub(crate) fn update_contract(tx: &mut Tx<'_>, contract: &Contract) -> Result<(), StoreError> {
    tx.execute(
        "-- processors.update_contract\n\
         update contract set contractor = $2, department = $3, until = $4, ended = $5, body = $6 where id = $1",
        &contract_row(contract)?,
    )?;
    Ok(())
}

fn contract_row(contract: &Contract) -> Result<[Value; 6], StoreError> {
    Ok([
        contract.id.into(),
        contract.contractor.into(),
        contract.department.into(),
        contract.until.into(),
        contract.ended.into(),
        write(contract, CONTRACT)?,
    ])
}

pub(crate) fn contract(tx: &mut Tx<'_>, id: Id<kinds::Contract>) -> Result<Option<Contract>, StoreError> {
    let row = tx.query_opt("-- processors.contract\nselect body from contract where id = $1", &[id.into()])?;
    row.map(|row| read(&row, 0, CONTRACT)).transpose()
}

pub(crate) fn contracts_of_department(
    tx: &mut Tx<'_>,
    department: Id<kinds::Department>,
) -> Result<Vec<Contract>, StoreError> {
    let rows = tx.query(
        "-- processors.contracts_of_department\n\
         select body from contract where department = $1 order by until, id limit 1000",
        &[department.into()],
    )?;
    rows.iter().map(|row| read(row, 0, CONTRACT)).collect()
}

pub(crate) fn insert_credential(
    tx: &mut Tx<'_>,
    id: Id<kinds::Credential>,
    hash: [u8; 32],
    contract: Id<kinds::Contract>,
    now: Instant,
) -> Result<(), StoreError> {
    tx.execute(
        "-- processors.insert_credential\n\
         insert into credential (id, token_hash, contract, created) values ($1, $2, $3, $4)",
        &[id.into(), hash.into(), contract.into(), now.into()],
    )?;
    Ok(())
}

type CredentialFound = Option<(Id<kinds::Credential>, Id<kinds::Contract>)>;

/// The credential with this hash, if it has not been ended.
pub(crate) fn credential(tx: &mut Tx<'_>, hash: [u8; 32]) -> Result<CredentialFound, StoreError> {
    let row = tx.query_opt(
        "-- processors.credential\nselect id, contract from credential where token_hash = $1 and ended is null",
        &[hash.into()],
    )?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

pub(crate) fn insert_session(
    tx: &mut Tx<'_>,
    id: Id<kinds::Session>,
    hash: [u8; 32],
    credential: Id<kinds::Credential>,
    now: Instant,
) -> Result<(), StoreError> {
    tx.execute(
        "-- processors.insert_session\n\
         insert into partner_session (id, token_hash, credential, started, seen) values ($1, $2, $3, $4, $4)",
        &[id.into(), hash.into(), credential.into(), now.into()],
    )?;
    Ok(())
}

/// The session with this hash, if neither it nor its credential has been ended.
pub(crate) fn session(tx: &mut Tx<'_>, hash: [u8; 32]) -> Result<Option<Stored>, StoreError> {
    let row = tx.query_opt(
        "-- processors.session\n\
         select s.id, s.credential, c.contract, s.started, s.seen \
         from partner_session s join credential c on c.id = s.credential \
         where s.token_hash = $1 and s.ended is null and c.ended is null",
        &[hash.into()],
    )?;
    let read = |row: Row| {
        let (id, credential, contract) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Stored { id, credential, contract, started: row.get(3)?, seen: row.get(4)? })
    };
    row.map(read).transpose()
}

pub(crate) fn keep_session(tx: &mut Tx<'_>, id: Id<kinds::Session>, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- processors.keep_session\n\
         update partner_session set seen = $2 where id = $1 and ended is null and seen < $2",
        &[id.into(), now.into()],
    )?;
    Ok(())
}

/// Ends one session; 0 when it had ended.
pub(crate) fn end_session(tx: &mut Tx<'_>, hash: [u8; 32], now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- processors.end_session\nupdate partner_session set ended = $2 where token_hash = $1 and ended is null",
        &[hash.into(), now.into()],
    )
}

/// Drops sessions that began before `before`; they are all dead.
pub(crate) fn sweep_sessions(tx: &mut Tx<'_>, before: Instant) -> Result<u64, StoreError> {
    tx.execute("-- processors.sweep_sessions\ndelete from partner_session where started < $1", &[before.into()])
}

/// Credentials of a contract that have not been ended, oldest first.
pub(crate) fn credentials(
    tx: &mut Tx<'_>,
    contract: Id<kinds::Contract>,
) -> Result<Vec<(Id<kinds::Credential>, Instant)>, StoreError> {
    let rows = tx.query(
        "-- processors.credentials\n\
         select id, created from credential where contract = $1 and ended is null order by id limit 100",
        &[contract.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

type Living = (Id<kinds::Credential>, Id<kinds::Contract>, Instant);

/// Every credential that has not been ended, with its contract and the moment of its issue.
pub(crate) fn living_credentials(tx: &mut Tx<'_>) -> Result<Vec<Living>, StoreError> {
    let rows = tx.query("-- processors.living_credentials\nselect id, contract, created from credential where ended is null order by id", &[])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

pub(crate) fn end_credential(tx: &mut Tx<'_>, id: Id<kinds::Credential>, now: Instant) -> Result<u64, StoreError> {
    let sql = "-- processors.end_credential\nupdate credential set ended = $2 where id = $1 and ended is null";
    tx.execute(sql, &[id.into(), now.into()])
}

pub(crate) fn end_credentials(tx: &mut Tx<'_>, contract: Id<kinds::Contract>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- processors.end_credentials\nupdate credential set ended = $2 where contract = $1 and ended is null",
        &[contract.into(), now.into()],
    )
}
