use journal::Work;
use kernel::{Day, Id, Instant, Language, kinds};
use seal::{RecordNumber, Sealed};
use store::{Row, StoreError, Tx, Value};

use crate::{Channel, Prepared, State, Summary};

/// A message taken for delivery.
#[derive(Clone, Debug)]
pub(crate) struct Claimed {
    pub(crate) id: Id<kinds::Message>,
    pub(crate) template: String,
    pub(crate) sealed: Sealed,
    pub(crate) record: RecordNumber,
    pub(crate) expiry: Day,
    pub(crate) attempts: u32,
    pub(crate) until: Instant,
}

/// A message with its sealed contents.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) summary: Summary,
    pub(crate) sealed: Sealed,
    pub(crate) record: RecordNumber,
    pub(crate) expiry: Day,
}

/// A message that has been removed.
#[derive(Clone, Debug)]
pub(crate) struct Deleted {
    pub(crate) template: String,
    pub(crate) state: State,
}

/// Messages with a known id are left as they are: the same key is the same message.
pub(crate) fn insert<'m>(
    work: &mut Work<'_, '_>,
    messages: impl Iterator<Item = &'m Prepared>,
) -> Result<u64, StoreError> {
    let now = work.now();
    let rows: Vec<Vec<Value>> = messages
        .map(|message| {
            vec![
                message.id.into(),
                message.household.into(),
                message.channel.name().into(),
                message.template.into(),
                message.language.slug().into(),
                message.sealed.as_bytes().into(),
                number(message.slot.record),
                message.slot.expiry.into(),
                State::Queued.name().into(),
                0.into(),
                message.due.into(),
                message.until.into(),
                now.into(),
            ]
        })
        .collect();
    work.tx().bulk_insert(
        "-- notify.insert
insert into notify_message
    (id, household, channel, template, language, sealed, record, expiry, state, attempts, due, until, queued)",
        &rows,
        "on conflict do nothing",
    )
}

/// Whether a message of this channel is due, without taking it.
pub(crate) fn due_at(tx: &mut Tx<'_>, channel: Channel, now: Instant) -> Result<bool, StoreError> {
    let row = tx.query_opt(
        "-- notify.due_at
select 1 from notify_message where state = 'queued' and channel = $1 and due <= $2 limit 1",
        &[channel.name().into(), now.into()],
    )?;
    Ok(row.is_some())
}

/// Takes due messages of this channel until `lease`: whoever dies with them loses them then.
pub(crate) fn claim(
    work: &mut Work<'_, '_>,
    channel: Channel,
    opening: Id<kinds::Opening>,
    lease: Instant,
    limit: usize,
) -> Result<Vec<Claimed>, StoreError> {
    let now = work.now();
    let rows = work.tx().query(
        "-- notify.claim
update notify_message set due = $1, attempts = attempts + 1, opening = $2
where state = 'queued' and id in (
    select id from notify_message where state = 'queued' and channel = $5 and due <= $3 order by due limit $4)
returning id, template, sealed, record, expiry, attempts, until",
        &[lease.into(), opening.into(), now.into(), limit.into(), channel.name().into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Claimed {
                id: row.get(0)?,
                template: row.get(1)?,
                sealed: Sealed::from_bytes(row.get(2)?),
                record: RecordNumber(row.get(3)?),
                expiry: row.get(4)?,
                attempts: row.get(5)?,
                until: row.get(6)?,
            })
        })
        .collect()
}

/// Ends a message's waiting; false when it had ended already.
pub(crate) fn settle(tx: &mut Tx<'_>, id: Id<kinds::Message>, state: State) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "-- notify.settle\nupdate notify_message set state = $1 where id = $2 and state = 'queued'",
        &[state.name().into(), id.into()],
    )?;
    Ok(changed == 1)
}

pub(crate) fn retry(tx: &mut Tx<'_>, id: Id<kinds::Message>, due: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- notify.retry\nupdate notify_message set due = $1 where id = $2 and state = 'queued'",
        &[due.into(), id.into()],
    )?;
    Ok(())
}

/// Makes a message due that nobody has taken yet.
pub(crate) fn release(tx: &mut Tx<'_>, id: Id<kinds::Message>, due: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- notify.release\nupdate notify_message set due = $1 where id = $2 and state = 'queued' and attempts = 0",
        &[due.into(), id.into()],
    )
}

/// The newest messages queued before `before`, marked as opened.
pub(crate) fn newest(tx: &mut Tx<'_>, before: Instant, limit: usize) -> Result<Vec<Stored>, StoreError> {
    let rows = tx.query(
        "-- notify.newest
select id, channel, template, language, state, queued, sealed, record, expiry from notify_message
where queued < $1 order by queued desc, id desc limit $2",
        &[before.into(), limit.into()],
    )?;
    rows.iter().map(stored).collect()
}

pub(crate) fn one(tx: &mut Tx<'_>, id: Id<kinds::Message>) -> Result<Option<Stored>, StoreError> {
    let row = tx.query_opt(
        "-- notify.one
select id, channel, template, language, state, queued, sealed, record, expiry from notify_message where id = $1",
        &[id.into()],
    )?;
    row.as_ref().map(stored).transpose()
}

pub(crate) fn of_household(tx: &mut Tx<'_>, household: Id<kinds::Household>) -> Result<Vec<Summary>, StoreError> {
    let rows = tx.query(
        "-- notify.of_household
select id, channel, template, language, state, queued from notify_message
where household = $1 order by queued desc, id desc limit 200",
        &[household.into()],
    )?;
    rows.iter().map(summary).collect()
}

pub(crate) fn letters_to_post(tx: &mut Tx<'_>, limit: usize) -> Result<Vec<Summary>, StoreError> {
    let rows = tx.query(
        "-- notify.letters_to_post
select id, channel, template, language, state, queued from notify_message
where state = 'queued' and channel = 'letter' order by due limit $1",
        &[limit.into()],
    )?;
    rows.iter().map(summary).collect()
}

/// A message that may be erased, as it is sealed.
pub(crate) struct SealedMessage {
    pub(crate) channel: Channel,
    pub(crate) record: RecordNumber,
    pub(crate) expiry: Day,
    pub(crate) sealed: Vec<u8>,
}

/// Every message of a household, as it is sealed.
pub(crate) fn sealed_of(tx: &mut Tx<'_>, household: Id<kinds::Household>) -> Result<Vec<SealedMessage>, StoreError> {
    let rows = tx.query(
        "-- notify.sealed_of\nselect channel, record, expiry, sealed from notify_message where household = $1",
        &[household.into()],
    )?;
    rows.iter()
        .map(|row| {
            let channel: String = row.get(0)?;
            Ok(SealedMessage {
                channel: Channel::from_name(&channel),
                record: RecordNumber(row.get(1)?),
                expiry: row.get(2)?,
                sealed: row.get(3)?,
            })
        })
        .collect()
}

pub(crate) fn delete_of_record(work: &mut Work<'_, '_>, record: RecordNumber) -> Result<Vec<Deleted>, StoreError> {
    let rows = work.tx().query(
        "-- notify.delete_of_record
delete from notify_message where record = $1 returning template, state",
        &[number(record)],
    )?;
    rows.iter().map(deleted).collect()
}

pub(crate) fn delete_of_days(work: &mut Work<'_, '_>, from: Day, to: Day) -> Result<Vec<Deleted>, StoreError> {
    let rows = work.tx().query(
        "-- notify.delete_of_days
delete from notify_message where expiry >= $1 and expiry <= $2 returning template, state",
        &[from.into(), to.into()],
    )?;
    rows.iter().map(deleted).collect()
}

pub(crate) fn delete_expired(work: &mut Work<'_, '_>, limit: usize) -> Result<Vec<Deleted>, StoreError> {
    let today = work.today();
    let rows = work.tx().query(
        "-- notify.delete_expired
delete from notify_message where id in (select id from notify_message where expiry < $1 limit $2)
returning template, state",
        &[today.into(), limit.into()],
    )?;
    rows.iter().map(deleted).collect()
}

fn stored(row: &Row) -> Result<Stored, StoreError> {
    Ok(Stored {
        summary: summary(row)?,
        sealed: Sealed::from_bytes(row.get(6)?),
        record: RecordNumber(row.get(7)?),
        expiry: row.get(8)?,
    })
}

fn summary(row: &Row) -> Result<Summary, StoreError> {
    let channel: String = row.get(1)?;
    let language: String = row.get(3)?;
    let state: String = row.get(4)?;
    Ok(Summary {
        id: row.get(0)?,
        channel: Channel::from_name(&channel),
        template: row.get(2)?,
        language: Language::from_slug(&language).unwrap_or(Language::En),
        state: State::from_name(&state),
        queued: row.get(5)?,
    })
}

fn deleted(row: &Row) -> Result<Deleted, StoreError> {
    let state: String = row.get(1)?;
    Ok(Deleted {
        template: row.get(0)?,
        state: State::from_name(&state),
    })
}

/// Record numbers stay below 2^40.
fn number(record: RecordNumber) -> Value {
    Value::Int(i64::try_from(record.0).unwrap_or(i64::MAX))
}
