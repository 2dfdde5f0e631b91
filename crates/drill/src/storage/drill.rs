use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx, Value};

use super::{read_text, unreadable, write_text};
use crate::TeamNumber;
use crate::record::{DrillRecord, DrillStage, PlannedTeam};

type DrillId = Id<kinds::Drill>;
const DRILLS_MOST: i64 = 200;

pub(crate) fn insert(tx: &mut Tx<'_>, record: &DrillRecord) -> Result<(), StoreError> {
    tx.execute(
        "-- drill.insert\n\
         insert into drill (id, pack, digest, title, host, begins, stage, follows) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            record.id.into(),
            (&record.pack).into(),
            record.pack_digest.into(),
            write_text(&record.title),
            record.host.into(),
            record.begins.into(),
            record.stage.slug().into(),
            record.follows.into(),
        ],
    )?;
    let hosts: Vec<Vec<Value>> = record.co_hosts.iter().map(|department| vec![record.id.into(), (*department).into()]).collect();
    tx.bulk_insert("-- drill.insert_hosts\ninsert into drill_host (drill, department)", &hosts, "")?;
    let team = |(number, team): (i64, &PlannedTeam)| vec![record.id.into(), number.into(), team.department.into(), (&team.name).into()];
    let teams: Vec<Vec<Value>> = (0..).zip(&record.teams).map(team).collect();
    tx.bulk_insert("-- drill.insert_teams\ninsert into drill_team (drill, number, department, name)", &teams, "")?;
    Ok(())
}

/// The plan alone: seats and guests stay.
pub(crate) fn delete(tx: &mut Tx<'_>, id: DrillId) -> Result<(), StoreError> {
    tx.execute("-- drill.delete_teams\ndelete from drill_team where drill = $1", &[id.into()])?;
    tx.execute("-- drill.delete_hosts\ndelete from drill_host where drill = $1", &[id.into()])?;
    tx.execute("-- drill.delete\ndelete from drill where id = $1", &[id.into()])?;
    Ok(())
}

pub(crate) fn start(tx: &mut Tx<'_>, id: DrillId, now: Instant) -> Result<(), StoreError> {
    let stage = DrillStage::Running.slug();
    tx.execute("-- drill.start\nupdate drill set stage = $2, started = $3 where id = $1", &[id.into(), stage.into(), now.into()])?;
    Ok(())
}

pub(crate) fn end(tx: &mut Tx<'_>, id: DrillId, now: Instant) -> Result<(), StoreError> {
    let stage = DrillStage::Ended.slug();
    tx.execute("-- drill.end\nupdate drill set stage = $2, ended = $3 where id = $1", &[id.into(), stage.into(), now.into()])?;
    Ok(())
}

pub(crate) fn link_case(
    tx: &mut Tx<'_>,
    (id, team): (DrillId, TeamNumber),
    incident: Id<kinds::Incident>,
) -> Result<(), StoreError> {
    tx.execute(
        "-- drill.link_case\nupdate drill_team set incident = $3 where drill = $1 and number = $2",
        &[id.into(), team.into(), incident.into()],
    )?;
    Ok(())
}

pub(crate) fn find(tx: &mut Tx<'_>, id: DrillId) -> Result<Option<DrillRecord>, StoreError> {
    let row = tx.query_opt(
        "-- drill.find\n\
         select id, pack, digest, title, host, begins, stage, started, ended, follows from drill where id = $1",
        &[id.into()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let mut record = read(&row)?;
    fill(tx, &mut record)?;
    Ok(Some(record))
}

pub(crate) fn list(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<DrillRecord>, StoreError> {
    let rows = tx.query(
        "-- drill.list\n\
         select id, pack, digest, title, host, begins, stage, started, ended, follows from drill \
         where host = $1 or id in (select drill from drill_host where department = $1) \
         or id in (select drill from drill_team where department = $1) order by begins desc, id desc limit $2",
        &[department.into(), DRILLS_MOST.into()],
    )?;
    let mut records: Vec<DrillRecord> = rows.iter().map(read).collect::<Result<_, _>>()?;
    for record in &mut records {
        fill(tx, record)?;
    }
    Ok(records)
}

pub(crate) fn ids_of(tx: &mut Tx<'_>, stage: DrillStage) -> Result<Vec<DrillId>, StoreError> {
    let rows = tx.query("-- drill.ids_of\nselect id from drill where stage = $1 order by id limit 1000", &[stage.slug().into()])?;
    rows.iter().map(|row| row.get(0)).collect()
}

fn fill(tx: &mut Tx<'_>, record: &mut DrillRecord) -> Result<(), StoreError> {
    let hosts = tx.query(
        "-- drill.hosts\nselect department from drill_host where drill = $1 order by department",
        &[record.id.into()],
    )?;
    record.co_hosts = hosts.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    let teams = tx.query(
        "-- drill.teams\nselect department, name, incident from drill_team where drill = $1 order by number",
        &[record.id.into()],
    )?;
    for row in &teams {
        record.teams.push(PlannedTeam { department: row.get(0)?, name: row.get(1)? });
        record.cases.push(row.get(2)?);
    }
    Ok(())
}

fn read(row: &Row) -> Result<DrillRecord, StoreError> {
    Ok(DrillRecord {
        id: row.get(0)?,
        pack: row.get(1)?,
        pack_digest: row.get(2)?,
        title: read_text(&row.get::<String>(3)?)?,
        host: row.get(4)?,
        co_hosts: Vec::new(),
        begins: row.get(5)?,
        stage: DrillStage::from_slug(&row.get::<String>(6)?).ok_or_else(|| unreadable("the stage of an exercise"))?,
        started: row.get(7)?,
        ended: row.get(8)?,
        follows: row.get(9)?,
        teams: Vec::new(),
        cases: Vec::new(),
    })
}
