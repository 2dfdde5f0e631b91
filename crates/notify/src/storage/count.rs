use journal::Work;
use kernel::{Id, kinds};
use store::{Row, StoreError, Tx, Value};

use super::message::Deleted;
use crate::{Counts, State};

/// Notes that `number` messages of a template came from one state (or from nowhere) into another.
pub(crate) fn tally(
    work: &mut Work<'_, '_>,
    template: &str,
    from: Option<State>,
    to: State,
    number: u64,
) -> Result<(), StoreError> {
    if number == 0 {
        return Ok(());
    }
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    let share = |state| i64::from(to == state) * number - i64::from(from == Some(state)) * number;
    let id: Id<kinds::Message> = work.new_id();
    work.tx().execute(
        "-- notify.tally
insert into notify_tally (id, template, queued, sent, failed) values ($1, $2, $3, $4, $5)",
        &[
            id.into(),
            template.into(),
            share(State::Queued).into(),
            share(State::Sent).into(),
            share(State::Failed).into(),
        ],
    )?;
    Ok(())
}

/// Messages that were removed while they still waited count as given up.
pub(crate) fn tally_given_up(work: &mut Work<'_, '_>, rows: &[Deleted]) -> Result<(), StoreError> {
    for row in rows.iter().filter(|row| row.state == State::Queued) {
        tally(work, &row.template, Some(State::Queued), State::Failed, 1)?;
    }
    Ok(())
}

pub(crate) fn folded(tx: &mut Tx<'_>) -> Result<Vec<(String, Counts)>, StoreError> {
    let rows = tx.query("-- notify.folded\nselect template, queued, sent, failed from notify_count", &[])?;
    rows.iter().map(counts).collect()
}

pub(crate) fn tallies(tx: &mut Tx<'_>) -> Result<Vec<(String, Counts)>, StoreError> {
    let rows = tx.query("-- notify.tallies\nselect template, queued, sent, failed from notify_tally", &[])?;
    rows.iter().map(counts).collect()
}

/// The newest of the oldest `limit` tallies.
pub(crate) fn last_tally_of(tx: &mut Tx<'_>, limit: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let row = tx.query_opt(
        "-- notify.last_tally_of
select id from (select id from notify_tally order by id limit $1) as oldest order by id desc limit 1",
        &[limit.into()],
    )?;
    row.map(|row| row.get(0)).transpose()
}

pub(crate) fn tallies_until(tx: &mut Tx<'_>, last: &[u8]) -> Result<Vec<(String, Counts)>, StoreError> {
    let rows = tx.query(
        "-- notify.tallies_until
select template, queued, sent, failed from notify_tally where id <= $1",
        &[last.into()],
    )?;
    let mut sums: std::collections::BTreeMap<String, Counts> = std::collections::BTreeMap::new();
    for row in &rows {
        let (template, more) = counts(row)?;
        let sum = sums.entry(template).or_default();
        *sum = sum.plus(more);
    }
    Ok(sums.into_iter().collect())
}

/// Within the snapshot of [`tallies_until`], so that exactly the rows that were added up disappear.
pub(crate) fn delete_tallies_until(tx: &mut Tx<'_>, last: &[u8]) -> Result<u64, StoreError> {
    tx.execute("-- notify.delete_tallies_until\ndelete from notify_tally where id <= $1", &[last.into()])
}

pub(crate) fn add(tx: &mut Tx<'_>, template: &str, more: Counts) -> Result<(), StoreError> {
    let params: [Value; 4] = [template.into(), more.queued.into(), more.sent.into(), more.failed.into()];
    tx.execute(
        "-- notify.add
insert into notify_count (template, queued, sent, failed) values ($1, $2, $3, $4)
on conflict (template) do update set queued = notify_count.queued + excluded.queued,
    sent = notify_count.sent + excluded.sent, failed = notify_count.failed + excluded.failed",
        &params,
    )?;
    Ok(())
}

fn counts(row: &Row) -> Result<(String, Counts), StoreError> {
    Ok((row.get(0)?, Counts { queued: row.get(1)?, sent: row.get(2)?, failed: row.get(3)? }))
}
