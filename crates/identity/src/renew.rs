use journal::{Actor, Committed, Event, Ledger, Work};
use kernel::{Id, Secret, kinds};
use seal::{RecordNumber, SealError};
use store::{RunError, StoreError};

use crate::account::SealedMobile;
use crate::attribute::slot;
use crate::{SealedAttribute, SignInError, storage};

/// An account that is used lives on: with less than this many months gone of its time, nothing is sealed anew.
const RENEW_AFTER_MONTHS: i32 = 1;

/// An account whose time begins anew with this sign-in.
pub(crate) struct Renewal {
    pub(crate) account: Id<kinds::Account>,
    pub(crate) mobile: SealedMobile,
    pub(crate) attributes: Vec<SealedAttribute>,
}

/// Whether the account's time begins anew, at most once a month. That its number and its attributes will be opened to be sealed for longer is noted
/// in the same transaction, before it is.
pub(crate) fn due(
    work: &mut Work<'_, '_>,
    account: Id<kinds::Account>,
    months: i32,
) -> Result<Option<Renewal>, StoreError> {
    let latest = work.today().plus_months(months - RENEW_AFTER_MONTHS);
    let mobile = storage::account::mobile(work.tx(), account)?.filter(|mobile| mobile.expiry < latest);
    if mobile.is_some() {
        work.journal(Event::new("identity.account_renewed").record(account.bytes()).detail("months", months))?;
    }
    let Some(mobile) = mobile else { return Ok(None) };
    let attributes = storage::attribute::of(work.tx(), account)?;
    Ok(Some(Renewal { account, mobile, attributes }))
}

/// Seals number and attributes for the whole time from today; a slot is never sealed twice, so it gets a new one.
pub(crate) fn renew(
    ledger: &Ledger,
    committed: &Committed,
    renewal: &Renewal,
    months: i32,
) -> Result<(), RunError<SignInError>> {
    let (account, mobile) = (renewal.account, &renewal.mobile);
    let refused = |error| RunError::Refused(SignInError::Seal(error));
    let slot = mobile.slot().map_err(refused)?;
    let plain = committed.open(ledger.keys(), &slot, &mobile.sealed).map_err(refused)?;
    let number = Secret::new(String::from_utf8(plain.into_exposed()).map_err(|_| refused(SealError::Broken))?);
    let anew = SealedMobile::seal(ledger.keys(), ledger.now().day(), months, number.expose()).map_err(refused)?;
    let before = mobile.expiry;
    let attributes = reseal(ledger, committed, &renewal.attributes, months).map_err(refused)?;
    ledger.write("identity.renew_account", Actor::Visitor, move |work| {
        storage::account::renew(work.tx(), account, before, &anew)?;
        for (before, attribute) in &attributes {
            storage::attribute::renew(work.tx(), account, *before, attribute)?;
        }
        Ok::<_, SignInError>(())
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
