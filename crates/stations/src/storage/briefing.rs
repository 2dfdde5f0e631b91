use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use crate::{Briefing, ListedBriefing};

pub(crate) fn insert(tx: &mut Tx<'_>, listed: &ListedBriefing, now: Instant) -> Result<(), StoreError> {
    let body = text(&listed.briefing)?;
    tx.execute(
        "-- stations.insert_briefing\ninsert into station_briefing (id, department, day, body, changed) values ($1, $2, $3, $4, $5)",
        &[listed.id.into(), listed.department.into(), listed.briefing.day.into(), body.into(), now.into()],
    )?;
    Ok(())
}

pub(crate) fn update(tx: &mut Tx<'_>, id: Id<kinds::Briefing>, briefing: &Briefing, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- stations.update_briefing\nupdate station_briefing set body = $2, changed = $3 where id = $1",
        &[id.into(), text(briefing)?.into(), now.into()],
    )?;
    Ok(())
}

pub(crate) fn by_id(tx: &mut Tx<'_>, id: Id<kinds::Briefing>) -> Result<Option<ListedBriefing>, StoreError> {
    let sql = "-- stations.briefing_by_id\nselect id, department, body from station_briefing where id = $1";
    tx.query_opt(sql, &[id.into()])?.as_ref().map(read).transpose()
}

pub(crate) fn of_department(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<ListedBriefing>, StoreError> {
    let rows = tx.query(
        "-- stations.briefings_of
select id, department, body from station_briefing where department = $1 order by day desc, id limit 500",
        &[department.into()],
    )?;
    rows.iter().map(read).collect()
}

fn text(briefing: &Briefing) -> Result<String, StoreError> {
    serde_json::to_string(briefing).map_err(|_| StoreError::Engine("a briefing has no JSON".into()))
}

fn read(row: &Row) -> Result<ListedBriefing, StoreError> {
    let body: String = row.get(2)?;
    let briefing = serde_json::from_str(&body).map_err(|_| StoreError::Engine("a briefing cannot be read".into()))?;
    Ok(ListedBriefing { id: row.get(0)?, department: row.get(1)?, briefing })
}
