use journal::{Actor, Committed, Event, Ledger, Work};
use kernel::{Id, Secret, kinds};
use store::{RunError, StoreError};

use crate::account::SealedMobile;
use crate::{SignInError, storage};

/// An account that is used lives on: with less than this many months gone of its time, nothing is sealed anew.
const RENEW_AFTER_MONTHS: i32 = 1;

/// An account whose time begins anew with this sign-in.
pub(crate) struct Renewal {
    pub(crate) account: Id<kinds::Account>,
    pub(crate) mobile: SealedMobile,
}

/// Whether the account's time begins anew, at most once a month. That its number will be opened to be sealed for longer is noted
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
    Ok(mobile.map(|mobile| Renewal { account, mobile }))
}

/// Seals the number for the whole time from today; a slot is never sealed twice, so it gets a new one.
pub(crate) fn renew(
    ledger: &Ledger,
    committed: &Committed,
    account: Id<kinds::Account>,
    mobile: &SealedMobile,
    months: i32,
) -> Result<(), RunError<SignInError>> {
    let refused = |error| RunError::Refused(SignInError::Seal(error));
    let slot = mobile.slot().map_err(refused)?;
    let plain = committed.open(ledger.keys(), &slot, &mobile.sealed).map_err(refused)?;
    let number = Secret::new(String::from_utf8(plain.into_exposed()).map_err(|_| refused(seal::SealError::Broken))?);
    let anew = SealedMobile::seal(ledger.keys(), ledger.now().day(), months, number.expose()).map_err(refused)?;
    let before = mobile.expiry;
    ledger.write("identity.renew_account", Actor::Visitor, move |work| {
        storage::account::renew(work.tx(), account, before, &anew)?;
        Ok::<_, SignInError>(())
    })?;
    Ok(())
}
