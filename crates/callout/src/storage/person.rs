use kernel::{Day, Id, Instant, Text, kinds};
use people::Duty;
use seal::{RecordNumber, Sealed};
use store::{Row, StoreError, Tx, Value};

use super::{read_text, unreadable, write_text};
use crate::person::StoredDetails;
use crate::team::ROTA;
use crate::{Channel, Leave, Person, PersonId, QuietHours, Rota, SealedDetails};

const TEAM_MOST: i64 = 200;

pub(crate) fn keep(tx: &mut Tx<'_>, person: &Person, details: &SealedDetails, new: bool) -> Result<(), StoreError> {
    let (record, quiet) = (number(details.record.0)?, person.quiet);
    let values: [Value; 10] = [
        person.id.into(),
        person.department.into(),
        write_text(&person.post),
        Duty::names(&person.duties).into(),
        i64::from(quiet.from_minute).into(),
        i64::from(quiet.until_minute).into(),
        details.sealed.as_bytes().into(),
        record,
        details.expiry.into(),
        person.checked.into(),
    ];
    if new {
        tx.execute(
            "-- callout.insert_person\n\
             insert into call_person (id, department, post, duties, quiet_from, quiet_until, sealed, sealed_record, \
             sealed_expiry, checked) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            &values,
        )?;
    } else {
        tx.execute(
            "-- callout.update_person\n\
             update call_person set post = $3, duties = $4, quiet_from = $5, quiet_until = $6, sealed = $7, \
             sealed_record = $8, sealed_expiry = $9, checked = $10 where id = $1 and department = $2 and ended is null",
            &values,
        )?;
    }
    forget_addresses(tx, person.id)?;
    let rows: Vec<Vec<Value>> =
        details.tags.iter().map(|(channel, tag)| vec![person.id.into(), channel.slug().into(), tag.into()]).collect();
    tx.bulk_insert("-- callout.insert_addresses\ninsert into call_address (person, channel, tag)", &rows, "")?;
    Ok(())
}

fn forget_addresses(tx: &mut Tx<'_>, id: PersonId) -> Result<(), StoreError> {
    tx.execute("-- callout.forget_addresses\ndelete from call_address where person = $1", &[id.into()])?;
    Ok(())
}

pub(crate) fn checked(tx: &mut Tx<'_>, id: PersonId, now: Instant) -> Result<(), StoreError> {
    tx.execute("-- callout.checked\nupdate call_person set checked = $2 where id = $1", &[id.into(), now.into()])?;
    Ok(())
}

pub(crate) fn reached(tx: &mut Tx<'_>, id: PersonId, now: Instant) -> Result<(), StoreError> {
    tx.execute("-- callout.reached\nupdate call_person set reached = $2 where id = $1", &[id.into(), now.into()])?;
    Ok(())
}

pub(crate) fn end(tx: &mut Tx<'_>, id: PersonId, now: Instant) -> Result<(), StoreError> {
    let nothing: &[u8] = &[];
    tx.execute(
        "-- callout.end_person\nupdate call_person set ended = $2, sealed = $3 where id = $1",
        &[id.into(), now.into(), nothing.into()],
    )?;
    forget_addresses(tx, id)
}

/// Somebody who is still there.
pub(crate) fn find(tx: &mut Tx<'_>, id: PersonId) -> Result<Option<Person>, StoreError> {
    let row = tx.query_opt(
        "-- callout.person\n\
         select id, department, post, duties, quiet_from, quiet_until, checked, reached, sealed_expiry \
         from call_person where id = $1 and ended is null",
        &[id.into()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let mut person = read(&row)?;
    let rows = tx.query(
        "-- callout.person_channels\nselect person, channel from call_address where person = $1 order by channel",
        &[id.into()],
    )?;
    fill(std::slice::from_mut(&mut person), &rows)?;
    Ok(Some(person))
}

/// The title of a post, also of one that has ended.
pub(crate) fn post(tx: &mut Tx<'_>, id: PersonId) -> Result<Option<Text>, StoreError> {
    let row = tx.query_opt("-- callout.post\nselect post from call_person where id = $1", &[id.into()])?;
    row.map(|row| read_text(&row.get::<String>(0)?)).transpose()
}

pub(crate) fn team(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<Person>, StoreError> {
    let rows = tx.query(
        "-- callout.team\n\
         select id, department, post, duties, quiet_from, quiet_until, checked, reached, sealed_expiry \
         from call_person where department = $1 and ended is null order by id limit $2",
        &[department.into(), TEAM_MOST.into()],
    )?;
    let mut team: Vec<Person> = rows.iter().map(read).collect::<Result<_, _>>()?;
    let rows = tx.query(
        "-- callout.team_channels\n\
         select a.person, a.channel from call_person p join call_address a on a.person = p.id \
         where p.department = $1 and p.ended is null order by a.person, a.channel",
        &[department.into()],
    )?;
    fill(&mut team, &rows)?;
    Ok(team)
}

fn fill(team: &mut [Person], rows: &[Row]) -> Result<(), StoreError> {
    for row in rows {
        let (id, channel): (PersonId, String) = (row.get(0)?, row.get(1)?);
        let channel = Channel::from_slug(&channel).ok_or_else(|| unreadable("a channel"))?;
        if let Some(person) = team.iter_mut().find(|person| person.id == id) {
            person.channels.push(channel);
        }
    }
    for person in team {
        person.channels.sort_unstable();
    }
    Ok(())
}

/// What is sealed of somebody.
pub(crate) fn details(tx: &mut Tx<'_>, id: PersonId) -> Result<Option<SealedDetails>, StoreError> {
    let row = tx.query_opt(
        "-- callout.details\nselect sealed, sealed_record, sealed_expiry from call_person where id = $1",
        &[id.into()],
    )?;
    row.map(|row| read_details(&row, 0).map(StoredDetails::sealed)).transpose()
}

pub(crate) fn read_details(row: &Row, first: usize) -> Result<StoredDetails, StoreError> {
    Ok(StoredDetails {
        sealed: Sealed::from_bytes(row.get(first)?),
        record: RecordNumber(row.get(first + 1)?),
        expiry: row.get(first + 2)?,
    })
}

pub(crate) fn insert_leave(tx: &mut Tx<'_>, leave: Leave) -> Result<(), StoreError> {
    tx.execute(
        "-- callout.insert_leave\n\
         insert into call_leave (person, starts, until) values ($1, $2, $3) \
         on conflict (person, starts) do update set until = excluded.until",
        &[leave.person.into(), leave.from.into(), leave.until.into()],
    )?;
    Ok(())
}

pub(crate) fn delete_leave(tx: &mut Tx<'_>, person: PersonId, from: Instant) -> Result<u64, StoreError> {
    tx.execute("-- callout.delete_leave\ndelete from call_leave where person = $1 and starts = $2", &[person.into(), from.into()])
}

pub(crate) fn leaves(tx: &mut Tx<'_>, department: Id<kinds::Department>, now: Instant) -> Result<Vec<Leave>, StoreError> {
    let rows = tx.query(
        "-- callout.leaves\n\
         select l.person, l.starts, l.until from call_person p join call_leave l on l.person = p.id \
         where p.department = $1 and p.ended is null and l.until > $2 order by l.starts, l.person",
        &[department.into(), now.into()],
    )?;
    let leave = |row: &Row| Ok(Leave { person: row.get(0)?, from: row.get(1)?, until: row.get(2)? });
    rows.iter().map(leave).collect()
}

pub(crate) fn save_rota(
    tx: &mut Tx<'_>,
    department: Id<kinds::Department>,
    rota: &Rota,
    now: Instant,
) -> Result<(), StoreError> {
    let body = serde_json::to_string(rota).map_err(|_| unreadable("a rota"))?;
    tx.execute(
        "-- callout.save_rota\n\
         insert into call_rota (department, name, body, saved) values ($1, $2, $3, $4) \
         on conflict (department, name) do update set body = excluded.body, saved = excluded.saved",
        &[department.into(), ROTA.into(), body.into(), now.into()],
    )?;
    Ok(())
}

pub(crate) fn rota(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Option<Rota>, StoreError> {
    let row = tx.query_opt(
        "-- callout.rota\nselect body from call_rota where department = $1 and name = $2",
        &[department.into(), ROTA.into()],
    )?;
    let read = |row: Row| serde_json::from_str(&row.get::<String>(0)?).map_err(|_| unreadable("a rota"));
    row.map(read).transpose()
}

/// Leaves nothing of details whose day has passed, nor of old leaves. Returns how many values.
pub(crate) fn forget(tx: &mut Tx<'_>, today: Day, old: Instant) -> Result<u64, StoreError> {
    let nothing: &[u8] = &[];
    tx.execute(
        "-- callout.forget_tags\n\
         delete from call_address where person in (select id from call_person where sealed_expiry < $1)",
        &[today.into()],
    )?;
    let details = tx.execute(
        "-- callout.forget_details\n\
         update call_person set sealed = $2 where sealed_expiry < $1 and length(sealed) > 0",
        &[today.into(), nothing.into()],
    )?;
    Ok(details + tx.execute("-- callout.forget_leaves\ndelete from call_leave where until < $1", &[old.into()])?)
}

fn number(value: u64) -> Result<Value, StoreError> {
    i64::try_from(value).map(Value::Int).map_err(|_| unreadable("a record number"))
}

fn read(row: &Row) -> Result<Person, StoreError> {
    let duties: String = row.get(3)?;
    let duty = |slug: &str| Duty::from_slug(slug).ok_or_else(|| unreadable("a duty"));
    let minute = |column| u16::try_from(row.get::<i64>(column)?).map_err(|_| unreadable("a minute"));
    Ok(Person {
        id: row.get(0)?,
        department: row.get(1)?,
        post: read_text(&row.get::<String>(2)?)?,
        duties: duties.split_whitespace().map(duty).collect::<Result<_, _>>()?,
        quiet: QuietHours { from_minute: minute(4)?, until_minute: minute(5)? },
        channels: Vec::new(),
        checked: row.get(6)?,
        reached: row.get(7)?,
        expiry: row.get(8)?,
    })
}
