//! Every SQL text of the journal and the outbox.

pub(crate) mod lost;
pub(crate) mod removal;

use kernel::{Id, Instant, kinds};
use serde_json::Value as Json;
use store::{Row, StoreError, Tx, Value};

use crate::{EventProof, Hash};

/// An entry of the journal as the browser shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The event.
    pub id: Id<kinds::Event>,
    /// When it happened.
    pub at: Instant,
    /// Its exact JSON bytes.
    pub body: String,
    /// The salt of the leaf.
    pub salt: Vec<u8>,
    /// Its place in the tree, once the integrator has given it one.
    pub position: Option<u64>,
}

pub(crate) fn insert_event(tx: &mut Tx<'_>, proof: &EventProof) -> Result<(), StoreError> {
    let (record, link_salt) = match &proof.link {
        Some((_, salt)) if proof.listed => (Value::Null, Value::from(*salt)),
        Some((record, salt)) => (Value::from(*record), Value::from(*salt)),
        None => (Value::Null, Value::Null),
    };
    tx.execute(
        "-- journal.insert_event
insert into journal_event (id, at, verb, body, salt, leaf, record, link_salt) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            proof.id.into(),
            proof.at.into(),
            proof.verb.into(),
            proof.body.as_str().into(),
            proof.salt.into(),
            proof.leaf.into(),
            record,
            link_salt,
        ],
    )?;
    Ok(())
}

pub(crate) fn last_event(tx: &mut Tx<'_>) -> Result<Option<Id<kinds::Event>>, StoreError> {
    let row = tx.query_opt("-- journal.last_event\nselect id from journal_event order by id desc limit 1", &[])?;
    row.map(|row| row.get(0)).transpose()
}

/// Events after `after` that have no place yet, oldest first.
pub(crate) fn unplaced(
    tx: &mut Tx<'_>,
    after: Id<kinds::Event>,
    last: Id<kinds::Event>,
    limit: i64,
) -> Result<Vec<(Id<kinds::Event>, Hash)>, StoreError> {
    let rows = tx.query(
        "-- journal.unplaced
select e.id, e.leaf from journal_event e
where e.id > $1 and e.id <= $2 and not exists (select 1 from journal_leaf l where l.event = e.id)
order by e.id limit $3",
        &[after.into(), last.into(), limit.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

pub(crate) fn place(tx: &mut Tx<'_>, first: u64, events: &[(Id<kinds::Event>, Hash)]) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = events
        .iter()
        .zip(first..)
        .map(|((id, _), position)| vec![Value::Int(i64::try_from(position).unwrap_or(i64::MAX)), (*id).into()])
        .collect();
    tx.bulk_insert("-- journal.place\ninsert into journal_leaf (position, event)", &rows, "")?;
    Ok(())
}

pub(crate) fn next_position(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let row = tx.query_opt(
        "-- journal.next_position\nselect position from journal_leaf order by position desc limit 1",
        &[],
    )?;
    let last: Option<i64> = row.map(|row| row.get(0)).transpose()?;
    Ok(last.map_or(0, |last| u64::try_from(last).unwrap_or(0) + 1))
}

pub(crate) fn last_placed(tx: &mut Tx<'_>) -> Result<Option<Id<kinds::Event>>, StoreError> {
    let row = tx.query_opt("-- journal.last_placed\nselect event from journal_leaf order by event desc limit 1", &[])?;
    row.map(|row| row.get(0)).transpose()
}

/// Leaves from position `from`, in order and without a gap: what the tiles lack after a crash.
pub(crate) fn leaves_from(tx: &mut Tx<'_>, from: u64, limit: i64) -> Result<Vec<Hash>, StoreError> {
    let rows = tx.query(
        "-- journal.leaves_from
select l.position, e.leaf from journal_leaf l join journal_event e on e.id = l.event
where l.position >= $1 order by l.position limit $2",
        &[i64::try_from(from).unwrap_or(i64::MAX).into(), limit.into()],
    )?;
    let mut leaves: Vec<(u64, Hash)> = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, StoreError>>()?;
    // Only tiles that are built again from their beginning come to what an earlier restore lost.
    if leaves.iter().zip(from..).any(|((position, _), expected)| *position != expected) {
        leaves.extend(lost::lost_from(tx, from, limit)?);
        leaves.sort_unstable();
    }
    let contiguous = leaves.into_iter().zip(from..).take_while(|((position, _), expected)| position == expected);
    Ok(contiguous.map(|((_, leaf), _)| leaf).take(usize::try_from(limit).unwrap_or(0)).collect())
}

pub(crate) fn position_of(tx: &mut Tx<'_>, event: Id<kinds::Event>) -> Result<Option<(u64, Hash)>, StoreError> {
    let row = tx.query_opt(
        "-- journal.position_of
select l.position, e.leaf from journal_leaf l join journal_event e on e.id = l.event where l.event = $1",
        &[event.into()],
    )?;
    row.map(|row| Ok((u64::try_from(row.get::<i64>(0)?).unwrap_or(0), row.get(1)?))).transpose()
}

/// The newest entries before `before` (all when nothing), newest first.
pub(crate) fn page(
    tx: &mut Tx<'_>,
    before: Option<Id<kinds::Event>>,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let before = before.unwrap_or(Id::from_bytes([0xff; 16]));
    let rows = tx.query(
        "-- journal.page
select e.id, e.at, e.body, e.salt, l.position from journal_event e left join journal_leaf l on l.event = e.id
where e.id < $1 order by e.id desc limit $2",
        &[before.into(), limit.into()],
    )?;
    rows.iter().map(entry).collect()
}

/// Entries after `after` in the order in which they were written: what a recount reads.
pub(crate) fn scan(tx: &mut Tx<'_>, after: Id<kinds::Event>, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let rows = tx.query(
        "-- journal.scan
select e.id, e.at, e.body, e.salt, l.position from journal_event e left join journal_leaf l on l.event = e.id
where e.id > $1 order by e.id limit $2",
        &[after.into(), limit.into()],
    )?;
    rows.iter().map(entry).collect()
}

fn entry(row: &Row) -> Result<Entry, StoreError> {
    let position: Option<i64> = row.get(4)?;
    Ok(Entry {
        id: row.get(0)?,
        at: row.get(1)?,
        body: row.get(2)?,
        salt: row.get(3)?,
        position: position.and_then(|p| u64::try_from(p).ok()),
    })
}

/// One entry by its id, with the record it links to.
pub(crate) fn entry_by_id(tx: &mut Tx<'_>, id: Id<kinds::Event>) -> Result<Option<Entry>, StoreError> {
    let row = tx.query_opt(
        "-- journal.entry_by_id
select e.id, e.at, e.body, e.salt, l.position from journal_event e left join journal_leaf l on l.event = e.id
where e.id = $1",
        &[id.into()],
    )?;
    row.as_ref().map(entry).transpose()
}

/// Cuts the links of events to a record, with the salts that would show to whom they led.
pub(crate) fn forget_links(tx: &mut Tx<'_>, record: [u8; 16]) -> Result<u64, StoreError> {
    tx.execute(
        "-- journal.forget_links\nupdate journal_event set record = null, link_salt = null where record = $1",
        &[record.into()],
    )
}

/// Removes the salt that would show to which record an event led.
pub(crate) fn forget_link(tx: &mut Tx<'_>, event: Id<kinds::Event>) -> Result<u64, StoreError> {
    tx.execute(
        "-- journal.forget_link
update journal_event set record = null, link_salt = null where id = $1 and link_salt is not null",
        &[event.into()],
    )
}

pub(crate) fn insert_job(
    tx: &mut Tx<'_>,
    id: Id<kinds::Job>,
    kind: &'static str,
    key: &str,
    due: Instant,
    body: &Json,
) -> Result<(), StoreError> {
    tx.execute(
        "-- outbox.insert
insert into outbox_job (id, kind, job_key, due, lease, attempts, body) values ($1, $2, $3, $4, 0, 0, $5)
on conflict (kind, job_key) do nothing",
        &[id.into(), kind.into(), key.into(), due.into(), body.to_string().into()],
    )?;
    Ok(())
}

pub(crate) fn claim(
    tx: &mut Tx<'_>,
    kind: &'static str,
    now: Instant,
    lease_until: Instant,
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    tx.query(
        "-- outbox.claim
update outbox_job set lease = $3, attempts = attempts + 1
where lease < $2 and id in (
    select id from outbox_job where kind = $1 and due <= $2 and lease < $2 order by due limit $4)
returning id, body, attempts",
        &[kind.into(), now.into(), lease_until.into(), limit.into()],
    )
}

pub(crate) fn jobs_waiting(tx: &mut Tx<'_>, kind: &'static str, now: Instant) -> Result<bool, StoreError> {
    let sql = "-- outbox.waiting\nselect id from outbox_job where kind = $1 and due <= $2 and lease < $2 limit 1";
    Ok(tx.query_opt(sql, &[kind.into(), now.into()])?.is_some())
}

pub(crate) fn delete_job(tx: &mut Tx<'_>, id: Id<kinds::Job>) -> Result<u64, StoreError> {
    tx.execute("-- outbox.finish\ndelete from outbox_job where id = $1", &[id.into()])
}

pub(crate) fn postpone_job(tx: &mut Tx<'_>, id: Id<kinds::Job>, due: Instant) -> Result<u64, StoreError> {
    tx.execute("-- outbox.retry\nupdate outbox_job set due = $2, lease = 0 where id = $1", &[id.into(), due.into()])
}
