use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use crate::Recovery;

/// A recovery with the tag of its number and who vouched for it.
pub(crate) struct RecoveryRow {
    pub(crate) tag: [u8; 32],
    /// Who wants an account back by its person and not by its number: `tag` is then that of the number which it is to have.
    pub(crate) person: Option<[u8; 32]>,
    pub(crate) vouched_by: Option<Id<kinds::Officer>>,
    pub(crate) recovery: Recovery,
}

const BY_TAG: &str = "-- identity.recovery_of_mobile\n\
     select tag, id, reference, begun, due, ends, vouched_by, proofed, person from identity_recovery where tag = $1 and ends > $2";
const BY_REFERENCE: &str = "-- identity.recovery_of_reference\n\
     select tag, id, reference, begun, due, ends, vouched_by, proofed, person from identity_recovery where reference = $1 and ends > $2";
const BY_ID: &str = "-- identity.recovery_of_id\n\
     select tag, id, reference, begun, due, ends, vouched_by, proofed, person from identity_recovery where id = $1 and ends > $2";
const BY_ACCOUNT: &str = "-- identity.recovery_of_account\n\
     select tag, id, reference, begun, due, ends, vouched_by, proofed, person from identity_recovery where ends > $2 and \
     (person in (select tag from identity_person where account = $1) \
     or person is null and tag in (select tag from identity_mobile where account = $1)) order by begun, id limit 20";

/// Begins a recovery; 0 when one is under way.
pub(crate) fn insert(
    tx: &mut Tx<'_>,
    tag: [u8; 32],
    person: Option<[u8; 32]>,
    new: &Recovery,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.insert_recovery\n\
         insert into identity_recovery (tag, id, reference, begun, due, ends, person) values ($1, $2, $3, $4, $5, $6, $7) \
         on conflict (tag) do nothing",
        &[
            tag.into(),
            new.id.into(),
            new.reference.as_str().into(),
            new.begun.into(),
            new.due.into(),
            new.ends.into(),
            person.into(),
        ],
    )
}

pub(crate) fn of_mobile(tx: &mut Tx<'_>, tag: [u8; 32], now: Instant) -> Result<Option<RecoveryRow>, StoreError> {
    tx.query_opt(BY_TAG, &[tag.into(), now.into()])?.as_ref().map(read).transpose()
}

pub(crate) fn of_reference(tx: &mut Tx<'_>, reference: &str, now: Instant) -> Result<Option<RecoveryRow>, StoreError> {
    tx.query_opt(BY_REFERENCE, &[reference.into(), now.into()])?.as_ref().map(read).transpose()
}

pub(crate) fn of_id(tx: &mut Tx<'_>, id: Id<kinds::Recovery>, now: Instant) -> Result<Option<RecoveryRow>, StoreError> {
    tx.query_opt(BY_ID, &[id.into(), now.into()])?.as_ref().map(read).transpose()
}

/// Whoever wants this account back, by its number or by its person, the first first.
pub(crate) fn of_account(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    now: Instant,
) -> Result<Vec<RecoveryRow>, StoreError> {
    tx.query(BY_ACCOUNT, &[account.into(), now.into()])?.iter().map(read).collect()
}

/// The first officer vouches.
pub(crate) fn vouch(tx: &mut Tx<'_>, tag: [u8; 32], officer: Id<kinds::Officer>) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.vouch_recovery\n\
         update identity_recovery set vouched_by = $2 where tag = $1 and vouched_by is null",
        &[tag.into(), officer.into()],
    )
}

/// The second officer vouches.
pub(crate) fn proof(tx: &mut Tx<'_>, tag: [u8; 32], now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- identity.proof_recovery\nupdate identity_recovery set proofed = $2 where tag = $1", &[tag.into(), now.into()])
}

/// Two officers have compared photos: the time in which it can be stopped begins anew.
pub(crate) fn compared(
    tx: &mut Tx<'_>,
    id: Id<kinds::Recovery>,
    now: Instant,
    (due, ends): (Instant, Instant),
) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.compare_recovery\n\
         update identity_recovery set proofed = $2, due = $3, ends = $4 where id = $1",
        &[id.into(), now.into(), due.into(), ends.into()],
    )
}

pub(crate) fn delete(tx: &mut Tx<'_>, tag: [u8; 32]) -> Result<u64, StoreError> {
    tx.execute("-- identity.delete_recovery\ndelete from identity_recovery where tag = $1", &[tag.into()])
}

/// The recoveries of an account go with it.
pub(crate) fn delete_of(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.delete_recovery_of_account\n\
         delete from identity_recovery where person in (select tag from identity_person where account = $1) \
         or person is null and tag in (select tag from identity_mobile where account = $1)",
        &[account.into()],
    )
}

/// Drops those that nobody brought to an end in time.
pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- identity.sweep_recoveries\ndelete from identity_recovery where ends <= $1", &[now.into()])
}

fn read(row: &Row) -> Result<RecoveryRow, StoreError> {
    let proofed = row.get::<Option<Instant>>(7)?.is_some();
    let recovery = Recovery {
        id: row.get(1)?,
        reference: row.get(2)?,
        begun: row.get(3)?,
        due: row.get(4)?,
        ends: row.get(5)?,
        proofed,
    };
    Ok(RecoveryRow { tag: row.get(0)?, person: row.get(8)?, vouched_by: row.get(6)?, recovery })
}
