//! Every SQL text of this crate.

pub(crate) mod case;

use kernel::{Id, Instant, Text, kinds};
use people::Role;
use store::{Row, StoreError, Tx, Value};

use crate::fact::read_facts;
use crate::{Alert, AlertKind, Incident, IncidentKind, Outcome};

pub(crate) fn insert_incident(tx: &mut Tx<'_>, incident: &Incident, key: &str) -> Result<(), StoreError> {
    tx.execute(
        "-- response.insert_incident\n\
         insert into incident (id, kind, department, service, contractor, cause_key, summary, opened, lead, commander, is_exercise) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            incident.id.into(),
            incident.kind.slug().into(),
            incident.department.into(),
            incident.service.into(),
            incident.contractor.into(),
            key.into(),
            write_text(&incident.summary),
            incident.opened.into(),
            incident.lead.into(),
            incident.commander.into(),
            incident.is_exercise.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn incident_by_key(tx: &mut Tx<'_>, key: &str) -> Result<Option<Id<kinds::Incident>>, StoreError> {
    let row = tx.query_opt("-- response.incident_by_key\nselect id from incident where cause_key = $1", &[key.into()])?;
    row.map(|row| row.get(0)).transpose()
}

pub(crate) fn incident(tx: &mut Tx<'_>, id: Id<kinds::Incident>) -> Result<Option<Incident>, StoreError> {
    let row = tx.query_opt(
        "-- response.incident\n\
         select id, kind, department, service, contractor, summary, opened, closed, lead, commander, is_exercise, facts \
         from incident where id = $1",
        &[id.into()],
    )?;
    row.as_ref().map(read_incident).transpose()
}

pub(crate) fn incidents(
    tx: &mut Tx<'_>,
    department: Id<kinds::Department>,
    limit: i64,
) -> Result<Vec<Incident>, StoreError> {
    let rows = tx.query(
        "-- response.incidents\n\
         select id, kind, department, service, contractor, summary, opened, closed, lead, commander, is_exercise, facts \
         from incident where department = $1 or department is null \
         or id in (select incident from case_share where department = $1 and ended is null) \
         order by case when closed is null then 0 else 1 end, opened desc, id desc limit $2",
        &[department.into(), limit.into()],
    )?;
    rows.iter().map(read_incident).collect()
}

pub(crate) fn incidents_of(
    tx: &mut Tx<'_>,
    service: Id<kinds::Service>,
    limit: i64,
) -> Result<Vec<Incident>, StoreError> {
    let rows = tx.query(
        "-- response.incidents_of_service\n\
         select id, kind, department, service, contractor, summary, opened, closed, lead, commander, is_exercise, facts \
         from incident where service = $1 and is_exercise = $3 order by opened desc, id desc limit $2",
        &[service.into(), limit.into(), false.into()],
    )?;
    rows.iter().map(read_incident).collect()
}

pub(crate) fn close_incident(tx: &mut Tx<'_>, id: Id<kinds::Incident>, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- response.close_incident\nupdate incident set closed = $2 where id = $1 and closed is null",
        &[id.into(), now.into()],
    )?;
    Ok(())
}

pub(crate) fn insert_alert(tx: &mut Tx<'_>, alert: &Alert, key: &str, roles: &[Role]) -> Result<(), StoreError> {
    tx.execute(
        "-- response.insert_alert\n\
         insert into alert (id, kind, department, service, alert_key, body, raised) values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            alert.id.into(),
            alert.kind.slug().into(),
            alert.department.into(),
            alert.service.into(),
            key.into(),
            write_text(&alert.text),
            alert.raised.into(),
        ],
    )?;
    let rows: Vec<Vec<Value>> = roles.iter().map(|role| vec![alert.id.into(), role.slug().into()]).collect();
    tx.bulk_insert(
        "-- response.insert_alert_roles\ninsert into alert_role (alert, role)",
        &rows,
        "on conflict do nothing",
    )?;
    Ok(())
}

pub(crate) fn alert_by_key(tx: &mut Tx<'_>, key: &str) -> Result<Option<Id<kinds::Alert>>, StoreError> {
    let row = tx.query_opt("-- response.alert_by_key\nselect id from alert where alert_key = $1", &[key.into()])?;
    row.map(|row| row.get(0)).transpose()
}

pub(crate) fn alert(tx: &mut Tx<'_>, id: Id<kinds::Alert>) -> Result<Option<Alert>, StoreError> {
    let row = tx.query_opt(
        "-- response.alert\n\
         select id, kind, department, service, body, raised, acknowledged, acknowledged_by, outcome \
         from alert where id = $1",
        &[id.into()],
    )?;
    row.as_ref().map(read_alert).transpose()
}

pub(crate) fn alert_roles(tx: &mut Tx<'_>, id: Id<kinds::Alert>) -> Result<Vec<Role>, StoreError> {
    let rows = tx.query("-- response.alert_roles\nselect role from alert_role where alert = $1", &[id.into()])?;
    let role = |row: &Row| row.get::<String>(0)?.parse().map_err(|_| unreadable("a role"));
    rows.iter().map(role).collect()
}

pub(crate) fn alerts(
    tx: &mut Tx<'_>,
    department: Id<kinds::Department>,
    role: Role,
    limit: i64,
) -> Result<Vec<Alert>, StoreError> {
    let rows = tx.query(
        "-- response.alerts\n\
         select a.id, a.kind, a.department, a.service, a.body, a.raised, a.acknowledged, a.acknowledged_by, a.outcome \
         from alert_role r join alert a on a.id = r.alert \
         where r.role = $2 and (a.department = $1 or a.department is null) \
         order by case when a.acknowledged is null then 0 else 1 end, a.raised desc, a.id desc limit $3",
        &[department.into(), role.slug().into(), limit.into()],
    )?;
    rows.iter().map(read_alert).collect()
}

pub(crate) fn acknowledge(
    tx: &mut Tx<'_>,
    id: Id<kinds::Alert>,
    now: Instant,
    by: Id<kinds::Officer>,
    outcome: Outcome,
) -> Result<(), StoreError> {
    tx.execute(
        "-- response.acknowledge\n\
         update alert set acknowledged = $2, acknowledged_by = $3, outcome = $4 where id = $1 and acknowledged is null",
        &[id.into(), now.into(), by.into(), outcome.slug().into()],
    )?;
    Ok(())
}

fn read_incident(row: &Row) -> Result<Incident, StoreError> {
    Ok(Incident {
        id: row.get(0)?,
        kind: IncidentKind::from_slug(&row.get::<String>(1)?).ok_or_else(|| unreadable("a kind of incident"))?,
        department: row.get(2)?,
        service: row.get(3)?,
        contractor: row.get(4)?,
        summary: read_text(&row.get::<String>(5)?)?,
        opened: row.get(6)?,
        closed: row.get(7)?,
        lead: row.get(8)?,
        commander: row.get(9)?,
        is_exercise: row.get(10)?,
        facts: read_facts(&row.get::<String>(11)?),
    })
}

fn read_alert(row: &Row) -> Result<Alert, StoreError> {
    let outcome = row.get::<Option<String>>(8)?.and_then(|slug| Outcome::from_slug(&slug));
    let acknowledged = match (row.get(6)?, row.get(7)?, outcome) {
        (Some(at), Some(by), Some(outcome)) => Some((at, by, outcome)),
        _ => None,
    };
    Ok(Alert {
        id: row.get(0)?,
        kind: AlertKind::from_slug(&row.get::<String>(1)?).ok_or_else(|| unreadable("a kind of alert"))?,
        department: row.get(2)?,
        service: row.get(3)?,
        text: read_text(&row.get::<String>(4)?)?,
        raised: row.get(5)?,
        acknowledged,
    })
}

fn write_text(text: &Text) -> Value {
    serde_json::json!({"en": text.en, "zh-hant": text.zh_hant, "zh-hans": text.zh_hans}).to_string().into()
}

fn read_text(json: &str) -> Result<Text, StoreError> {
    serde_json::from_str(json).map_err(|_| unreadable("a text in three languages"))
}

/// A stored value that does not read back: a newer version's, or damage.
pub(crate) fn unreadable(what: &str) -> StoreError {
    StoreError::Engine(format!("{what} in the store cannot be read"))
}
