use std::collections::BTreeMap;

use kernel::{Day, Id, Instant, kinds};
use store::{StoreError, Tx, Value};

/// Changes to counters, folded in memory and written once a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally(BTreeMap<(&'static str, String), i64>);

impl Tally {
    pub(crate) fn add(&mut self, name: &'static str, bucket: &str, change: i64) {
        *self.0.entry((name, bucket.to_owned())).or_default() += change;
    }

    /// What has been added under a name, over all its buckets.
    pub(crate) fn total(&self, name: &str) -> i64 {
        self.0.iter().filter(|((of, _), _)| *of == name).map(|(_, change)| change).sum()
    }

    pub(crate) fn write(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        for ((name, bucket), change) in &self.0 {
            tx.execute(
                "-- registration.add_to_counter
insert into registration_counter (name, bucket, value) values ($1, $2, $3)
on conflict (name, bucket) do update set value = registration_counter.value + excluded.value",
                &[(*name).into(), bucket.as_str().into(), (*change).into()],
            )?;
        }
        Ok(())
    }
}

pub(crate) fn read_all(tx: &mut Tx<'_>) -> Result<Vec<(String, String, i64)>, StoreError> {
    let rows = tx.query(
        "-- registration.read_counters\nselect name, bucket, value from registration_counter order by name, bucket",
        &[],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

pub(crate) fn cursor(tx: &mut Tx<'_>, name: &'static str) -> Result<Id<kinds::Event>, StoreError> {
    let sql = "-- registration.read_cursor\nselect position from registration_cursor where name = $1";
    let row = tx.query_opt(sql, &[name.into()])?;
    row.map_or(Ok(Id::from_bytes([0; 16])), |row| row.get(0))
}

/// The root over all sealed values, and the last event before it was worked out.
type Prepared = (Id<kinds::Event>, [u8; 32]);

/// The root that was worked out ahead.
pub(crate) fn prepared_root(tx: &mut Tx<'_>) -> Result<Option<Prepared>, StoreError> {
    let row = tx.query_opt(
        "-- registration.prepared_root
select a.position, r.position from registration_cursor a, registration_cursor r where a.name = $1 and r.name = $2",
        &["values-before".into(), "values-root".into()],
    )?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

pub(crate) fn set_prepared_root(tx: &mut Tx<'_>, before: Id<kinds::Event>, root: &[u8; 32]) -> Result<(), StoreError> {
    for (name, position) in [("values-before", Value::from(before)), ("values-root", (*root).into())] {
        tx.execute(
            "-- registration.set_prepared_root
insert into registration_cursor (name, position) values ($1, $2) on conflict (name) do update set position = excluded.position",
            &[name.into(), position],
        )?;
    }
    Ok(())
}

/// Moves a cursor on, unless somebody else has moved it meanwhile.
pub(crate) fn advance(
    tx: &mut Tx<'_>,
    name: &'static str,
    from: Id<kinds::Event>,
    to: Id<kinds::Event>,
) -> Result<bool, StoreError> {
    tx.execute(
        "-- registration.make_cursor
insert into registration_cursor (name, position) values ($1, $2) on conflict (name) do nothing",
        &[name.into(), Value::from([0u8; 16])],
    )?;
    let moved = tx.execute(
        "-- registration.advance_cursor\nupdate registration_cursor set position = $3 where name = $1 and position = $2",
        &[name.into(), from.into(), to.into()],
    )?;
    Ok(moved == 1)
}

/// A day that is kept as a counter: when a daily job was done.
pub(crate) fn day(tx: &mut Tx<'_>, name: &'static str) -> Result<Option<Day>, StoreError> {
    let sql = "-- registration.read_day\nselect value from registration_counter where name = $1 and bucket = 'day'";
    tx.query_opt(sql, &[name.into()])?.map(|row| row.get(0)).transpose()
}

pub(crate) fn set_day(tx: &mut Tx<'_>, name: &'static str, day: Day) -> Result<(), StoreError> {
    tx.execute(
        "-- registration.set_day
insert into registration_counter (name, bucket, value) values ($1, 'day', $2)
on conflict (name, bucket) do update set value = excluded.value",
        &[name.into(), day.into()],
    )?;
    Ok(())
}

/// One counter without buckets.
pub(crate) fn total(tx: &mut Tx<'_>, name: &'static str) -> Result<i64, StoreError> {
    let sql = "-- registration.read_counter\nselect value from registration_counter where name = $1 and bucket = ''";
    tx.query_opt(sql, &[name.into()])?.map_or(Ok(0), |row| row.get(0))
}

/// A published figure "as at".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bulletin {
    /// Its id.
    pub id: Id<kinds::Bulletin>,
    /// As at.
    pub at: Instant,
    /// Registrations received.
    pub registrations: i64,
    /// People in them.
    pub people: i64,
    /// Average wait in the waiting room, in seconds.
    pub wait_seconds: i64,
}

pub(crate) fn insert_bulletin(tx: &mut Tx<'_>, bulletin: &Bulletin) -> Result<(), StoreError> {
    tx.execute(
        "-- registration.insert_bulletin
insert into bulletin (id, at, registrations, people, wait_seconds) values ($1, $2, $3, $4, $5)",
        &[
            bulletin.id.into(),
            bulletin.at.into(),
            bulletin.registrations.into(),
            bulletin.people.into(),
            bulletin.wait_seconds.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn bulletins(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Bulletin>, StoreError> {
    let rows = tx.query(
        "-- registration.bulletins
select id, at, registrations, people, wait_seconds from bulletin order by at desc limit $1",
        &[limit.into()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Bulletin {
                id: row.get(0)?,
                at: row.get(1)?,
                registrations: row.get(2)?,
                people: row.get(3)?,
                wait_seconds: row.get(4)?,
            })
        })
        .collect()
}
