use kernel::{Day, Id, Instant, kinds};
use store::{StoreError, Tx, Value};

/// A search on record, without what was searched for.
pub(crate) struct SearchRow {
    pub at: Instant,
    pub officer: Id<kinds::Officer>,
    pub department: Id<kinds::Department>,
    pub tag: [u8; 32],
}

/// Single openings since a moment, oldest first: when, and who as the journal names actors.
pub(crate) fn single_openings(tx: &mut Tx<'_>, since: Instant, limit: i64) -> Result<Vec<(Instant, String)>, StoreError> {
    let rows = tx.query(
        "-- vault.single_openings\nselect at, actor from vault_opening where id >= $1 and records = 1 order by id limit $2",
        &[Id::<kinds::Opening>::first_of(since).into(), limit.into()],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

pub(crate) fn insert_search(
    tx: &mut Tx<'_>,
    id: Id<kinds::Opening>,
    search: &SearchRow,
    expiry: Day,
) -> Result<(), StoreError> {
    tx.execute(
        "-- vault.insert_search\ninsert into vault_search (id, at, officer, department, tag, expiry) values ($1, $2, $3, $4, $5, $6)",
        &[
            id.into(),
            search.at.into(),
            search.officer.into(),
            search.department.into(),
            Value::from(search.tag),
            expiry.into(),
        ],
    )?;
    Ok(())
}

/// Searches since a moment, oldest first.
pub(crate) fn searches(tx: &mut Tx<'_>, since: Instant, limit: i64) -> Result<Vec<SearchRow>, StoreError> {
    let rows = tx.query(
        "-- vault.searches\nselect at, officer, department, tag from vault_search where at >= $1 order by at limit $2",
        &[since.into(), limit.into()],
    )?;
    let row = |row: &store::Row| {
        Ok(SearchRow { at: row.get(0)?, officer: row.get(1)?, department: row.get(2)?, tag: row.get(3)? })
    };
    rows.iter().map(row).collect()
}

pub(crate) fn has_old_searches(tx: &mut Tx<'_>, today: Day) -> Result<bool, StoreError> {
    let sql = "-- vault.has_old_searches\nselect 1 from vault_search where expiry < $1 limit 1";
    Ok(tx.query_opt(sql, &[today.into()])?.is_some())
}

pub(crate) fn forget_searches(tx: &mut Tx<'_>, today: Day) -> Result<u64, StoreError> {
    tx.execute("-- vault.forget_searches\ndelete from vault_search where expiry < $1", &[today.into()])
}
