use kernel::{Id, kinds};
use store::{StoreError, Tx, Value};

use super::unreadable;
use crate::entry::Entry;

type DrillId = Id<kinds::Drill>;
const PAGE: usize = 10_000;

pub(crate) fn insert(tx: &mut Tx<'_>, id: DrillId, entries: &[Entry]) -> Result<(), StoreError> {
    let row = |entry: &Entry| {
        let body = serde_json::to_string(entry).map_err(|_| unreadable("an entry of an exercise"))?;
        Ok(vec![id.into(), number(entry.number).into(), body.into()])
    };
    let rows: Vec<Vec<Value>> = entries.iter().map(row).collect::<Result<_, StoreError>>()?;
    tx.bulk_insert("-- drill.insert_entries\ninsert into drill_entry (drill, number, body)", &rows, "")?;
    Ok(())
}

pub(crate) fn after(tx: &mut Tx<'_>, id: DrillId, after: u64) -> Result<Vec<Entry>, StoreError> {
    let (mut entries, mut after): (Vec<Entry>, u64) = (Vec::new(), after);
    loop {
        let rows = tx.query(
            "-- drill.entries_after\nselect body from drill_entry where drill = $1 and number > $2 order by number limit $3",
            &[id.into(), number(after).into(), PAGE.into()],
        )?;
        for row in &rows {
            let body: String = row.get(0)?;
            entries.push(serde_json::from_str(&body).map_err(|_| unreadable("an entry of an exercise"))?);
        }
        match entries.last() {
            Some(last) if rows.len() == PAGE => after = last.number,
            _ => return Ok(entries),
        }
    }
}

pub(crate) fn last(tx: &mut Tx<'_>, id: DrillId) -> Result<u64, StoreError> {
    let row = tx.query_opt(
        "-- drill.last_entry\nselect number from drill_entry where drill = $1 order by number desc limit 1",
        &[id.into()],
    )?;
    row.map_or(Ok(0), |row| row.get(0))
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
