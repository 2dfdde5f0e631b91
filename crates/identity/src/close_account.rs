use std::collections::BTreeMap;

use journal::{Event, Work};
use kernel::{Day, Id, kinds};
use seal::{ErasureEntry, Purpose, RecordNumber, Target};
use store::{StoreError, Tx};

use crate::account::SealedValue;
use crate::{ACCOUNT, IDENTITY, storage};

/// What the keys forget when an account is closed, each with what is sealed under it.
pub type DoomedValues = Vec<(Target, Vec<Vec<u8>>)>;

/// Everything that is sealed for an account: its number, its password and what is known of the person. Messages to the number are
/// linked to nobody and end by themselves.
pub fn doomed(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<DoomedValues, StoreError> {
    let mut values = DoomedValues::new();
    let own = [storage::account::mobile(tx, account)?, storage::password::find(tx, account)?.map(|row| row.hash)];
    for SealedValue { record, expiry, sealed } in own.into_iter().flatten() {
        values.push((Target::Record { purpose: purpose(ACCOUNT)?, expiry, record }, vec![sealed.as_bytes().to_vec()]));
    }
    for letter in storage::pin::sealed_of(tx, account)? {
        let target = Target::Record { purpose: purpose(IDENTITY)?, expiry: letter.slot.expiry, record: letter.slot.record };
        values.push((target, vec![letter.sealed.as_bytes().to_vec()]));
    }
    let mut records: BTreeMap<(RecordNumber, Day), Vec<Vec<u8>>> = BTreeMap::new();
    for attribute in storage::attribute::of(tx, account)? {
        let key = (attribute.slot.record, attribute.slot.expiry);
        records.entry(key).or_default().push(attribute.sealed.as_bytes().to_vec());
    }
    for ((record, expiry), sealed) in records {
        values.push((Target::Record { purpose: purpose(IDENTITY)?, expiry, record }, sealed));
    }
    Ok(values)
}

/// Removes the accounts whose numbers the ledger of erasures says are gone: after a closing, and in a store that was restored from
/// an earlier day. Says which, so that what stands elsewhere ends with them.
pub fn apply_erasures(work: &mut Work<'_, '_>, entries: &[ErasureEntry]) -> Result<Vec<Id<kinds::Account>>, StoreError> {
    let mut closed = Vec::new();
    for entry in entries.iter().filter(|entry| entry.target.purpose().is_some_and(|purpose| purpose.as_str() == ACCOUNT)) {
        let Some(record) = entry.target.record() else { continue };
        let Some(account) = storage::account::of_record(work.tx(), record)? else { continue };
        storage::recovery::delete_of(work.tx(), account)?;
        storage::account::remove(work.tx(), account)?;
        work.journal(Event::new("identity.account_closed").record(account.bytes()))?;
        closed.push(account);
    }
    Ok(closed)
}

fn purpose(name: &'static str) -> Result<Purpose, StoreError> {
    Purpose::new(name).map_err(|error| StoreError::Engine(error.to_string()))
}
