use kernel::{Day, Id, Instant, Language, kinds};
use seal::{RecordNumber, Sealed};
use store::{Row, StoreError, Tx};

use super::unreadable;
use crate::account::SealedValue;
use crate::{ACCOUNT, Account, Level};

/// Gives a number to an account; 0 when it has one.
pub(crate) fn claim_mobile(tx: &mut Tx<'_>, tag: [u8; 32], account: Id<kinds::Account>) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.claim_mobile\n\
         insert into identity_mobile (tag, account) values ($1, $2) on conflict (tag) do nothing",
        &[tag.into(), account.into()],
    )
}

/// The number of an account is nobody's any more.
pub(crate) fn free_mobile(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<u64, StoreError> {
    tx.execute("-- identity.free_mobile\ndelete from identity_mobile where account = $1", &[account.into()])
}

/// Another number in place of the one that an account had.
pub(crate) fn set_mobile(tx: &mut Tx<'_>, account: Id<kinds::Account>, mobile: &SealedValue) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.set_mobile\nupdate identity_account set record = $2, mobile = $3, mobile_expiry = $4 where id = $1",
        &[account.into(), mobile.number().into(), mobile.sealed.as_bytes().into(), mobile.expiry.into()],
    )
}

pub(crate) fn by_mobile(tx: &mut Tx<'_>, tag: [u8; 32]) -> Result<Option<Id<kinds::Account>>, StoreError> {
    let row = tx.query_opt("-- identity.account_of_mobile\nselect account from identity_mobile where tag = $1", &[tag.into()])?;
    row.map(|row| row.get(0)).transpose()
}

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    id: Id<kinds::Account>,
    language: Language,
    mobile: &SealedValue,
    now: Instant,
) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.insert_account\n\
         insert into identity_account (id, level, language, created, record, mobile, mobile_purpose, mobile_expiry) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            id.into(),
            Level::Registered.name().into(),
            language.slug().into(),
            now.into(),
            mobile.number().into(),
            mobile.sealed.as_bytes().into(),
            ACCOUNT.into(),
            mobile.expiry.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<kinds::Account>) -> Result<Option<Account>, StoreError> {
    let row = tx.query_opt(
        "-- identity.find_account\nselect level, language, created, mobile_expiry, recovered from identity_account where id = $1",
        &[id.into()],
    )?;
    let read = |row: Row| {
        let level = Level::from_name(&row.get::<String>(0)?);
        let language = Language::from_slug(&row.get::<String>(1)?);
        let level = level.ok_or_else(|| unreadable("a level"))?;
        let language = language.ok_or_else(|| unreadable("a language"))?;
        Ok(Account { id, level, language, created: row.get(2)?, expiry: row.get(3)?, recovered: row.get(4)? })
    };
    row.map(read).transpose()
}

/// Raises an account to a level; one that stands higher stays there. 0 when it has ended.
pub(crate) fn set_level(tx: &mut Tx<'_>, id: Id<kinds::Account>, level: Level) -> Result<u64, StoreError> {
    let before = find(tx, id)?.map_or(level, |account| account.level);
    tx.execute(
        "-- identity.set_level\nupdate identity_account set level = $2 where id = $1",
        &[id.into(), level.max(before).name().into()],
    )
}

/// Notes that an account was given back, or that its person was proofed since.
pub(crate) fn set_recovered(tx: &mut Tx<'_>, id: Id<kinds::Account>, recovered: Option<Instant>) -> Result<u64, StoreError> {
    tx.execute("-- identity.set_recovered\nupdate identity_account set recovered = $2 where id = $1", &[id.into(), recovered.into()])
}

/// A verified account takes up signing, or leaves it; any other stays what it is.
pub(crate) fn set_plus(tx: &mut Tx<'_>, id: Id<kinds::Account>, plus: bool) -> Result<u64, StoreError> {
    let (from, to) = if plus { (Level::Verified, Level::Plus) } else { (Level::Plus, Level::Verified) };
    tx.execute(
        "-- identity.set_plus\nupdate identity_account set level = $3 where id = $1 and level = $2",
        &[id.into(), from.name().into(), to.name().into()],
    )
}

pub(crate) fn mobile(tx: &mut Tx<'_>, id: Id<kinds::Account>) -> Result<Option<SealedValue>, StoreError> {
    let row = tx.query_opt(
        "-- identity.account_mobile\nselect record, mobile, mobile_expiry from identity_account where id = $1",
        &[id.into()],
    )?;
    let read = |row: Row| {
        let sealed = Sealed::from_bytes(row.get(1)?);
        Ok(SealedValue { record: RecordNumber(row.get(0)?), sealed, expiry: row.get(2)? })
    };
    row.map(read).transpose()
}

/// Takes over the number sealed anew, if nobody else did meanwhile.
pub(crate) fn renew(
    tx: &mut Tx<'_>,
    id: Id<kinds::Account>,
    before: Day,
    mobile: &SealedValue,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.renew_account\n\
         update identity_account set record = $3, mobile = $4, mobile_expiry = $5 where id = $1 and mobile_expiry = $2",
        &[id.into(), before.into(), mobile.number().into(), mobile.sealed.as_bytes().into(), mobile.expiry.into()],
    )
}

/// The account whose number is sealed under a record.
pub(crate) fn of_record(tx: &mut Tx<'_>, record: RecordNumber) -> Result<Option<Id<kinds::Account>>, StoreError> {
    let number = i64::try_from(record.0).unwrap_or(i64::MAX);
    let row = tx.query_opt("-- identity.account_of_record\nselect id from identity_account where record = $1", &[number.into()])?;
    row.map(|row| row.get(0)).transpose()
}

/// Accounts whose last day has passed, at most `limit`.
pub(crate) fn expired(tx: &mut Tx<'_>, today: Day, limit: i64) -> Result<Vec<Id<kinds::Account>>, StoreError> {
    let rows = tx.query(
        "-- identity.expired_accounts\n\
         select id from identity_account where mobile_expiry < $1 order by mobile_expiry limit $2",
        &[today.into(), limit.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Removes everything that belongs to an account.
pub(crate) fn remove(tx: &mut Tx<'_>, id: Id<kinds::Account>) -> Result<(), StoreError> {
    tx.execute("-- identity.remove_sessions\ndelete from identity_session where account = $1", &[id.into()])?;
    tx.execute("-- identity.remove_passkeys\ndelete from identity_passkey where account = $1", &[id.into()])?;
    tx.execute("-- identity.remove_password\ndelete from identity_password where account = $1", &[id.into()])?;
    tx.execute("-- identity.remove_mobile\ndelete from identity_mobile where account = $1", &[id.into()])?;
    super::attribute::remove_all(tx, id)?;
    super::activation::remove_of(tx, id)?;
    super::change::remove_of(tx, id)?;
    tx.execute("-- identity.remove_account\ndelete from identity_account where id = $1", &[id.into()])?;
    Ok(())
}
