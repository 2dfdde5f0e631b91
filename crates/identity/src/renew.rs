use journal::{Actor, Committed, Event, Ledger, Work};
use kernel::{Fault, Id, kinds};
use seal::{RecordNumber, SealError};
use store::{RunError, StoreError};

use crate::account::SealedValue;
use crate::attribute::slot;
use crate::{SealedAttribute, storage};

/// An account that is used lives on: with less than this many months gone of its time, nothing is sealed anew.
const RENEW_AFTER_MONTHS: i32 = 1;

/// An account whose time begins anew with this sign-in.
pub(crate) struct Renewal {
    account: Id<kinds::Account>,
    mobile: SealedValue,
    password: Option<SealedValue>,
    attributes: Vec<SealedAttribute>,
}

/// Whether the account's time begins anew, at most once a month. That its number, its password's hash and its attributes will be
/// opened to be sealed for longer is noted in the same transaction, before it is.
pub(crate) fn due(
    work: &mut Work<'_, '_>,
    account: Id<kinds::Account>,
    months: i32,
) -> Result<Option<Renewal>, StoreError> {
    let latest = work.today().plus_months(months - RENEW_AFTER_MONTHS);
    let mobile = storage::account::mobile(work.tx(), account)?.filter(|mobile| mobile.expiry < latest);
    let Some(mobile) = mobile else { return Ok(None) };
    work.journal(Event::new("identity.account_renewed").record(account.bytes()).detail("months", months))?;
    let password = storage::password::find(work.tx(), account)?.map(|row| row.hash);
    let attributes = storage::attribute::of(work.tx(), account)?;
    Ok(Some(Renewal { account, mobile, password, attributes }))
}

/// Seals what was due for the whole time from today; a slot is never sealed twice, so each gets a new one.
pub(crate) fn renew<E>(
    ledger: &Ledger,
    committed: &Committed,
    renewal: &Renewal,
    months: i32,
) -> Result<(), RunError<E>>
where
    E: Fault + From<SealError> + From<StoreError> + Send + 'static,
{
    let anew = |value: &SealedValue| -> Result<SealedValue, SealError> {
        let plain = committed.open(ledger.keys(), &value.slot()?, &value.sealed)?;
        SealedValue::seal(ledger.keys(), ledger.now().day(), months, plain.expose())
    };
    let refused = |error: SealError| RunError::Refused(E::from(error));
    let mobile = anew(&renewal.mobile).map_err(refused)?;
    let password = renewal.password.as_ref().map(|hash| Ok((hash.clone(), anew(hash)?))).transpose().map_err(refused)?;
    let (account, before) = (renewal.account, renewal.mobile.expiry);
    let attributes = reseal(ledger, committed, &renewal.attributes, months).map_err(refused)?;
    ledger.write("identity.renew_account", Actor::Visitor, move |work| {
        storage::account::renew(work.tx(), account, before, &mobile)?;
        if let Some((before, hash)) = &password {
            storage::password::renew(work.tx(), account, before, hash)?;
        }
        for (before, attribute) in &attributes {
            storage::attribute::renew(work.tx(), account, *before, attribute)?;
        }
        Ok::<_, E>(())
    })?;
    Ok(())
}

/// The attributes for the whole time from today, each with the record that it had.
fn reseal(
    ledger: &Ledger,
    committed: &Committed,
    attributes: &[SealedAttribute],
    months: i32,
) -> Result<Vec<(RecordNumber, SealedAttribute)>, SealError> {
    let keys = ledger.keys();
    let (record, expiry) = (keys.next_record()?, ledger.now().day().plus_months(months));
    let anew = |one: &SealedAttribute| {
        let plain = committed.open(keys, &one.slot, &one.sealed)?;
        let slot = slot(one.name, record, expiry)?;
        let sealed = keys.seal(&slot, plain.expose())?;
        Ok((one.slot.record, SealedAttribute { slot, sealed, ..one.clone() }))
    };
    attributes.iter().map(anew).collect()
}
