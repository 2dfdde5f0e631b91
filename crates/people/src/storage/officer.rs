use kernel::{Day, Id, Instant, kinds};
use seal::{RecordNumber, Sealed};
use store::{Row, StoreError, Tx, Value};

use super::{text_from_json, text_to_json, unreadable};
use crate::contact::PURPOSE;
use crate::{Officer, Role, SealedContact};

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    officer: &Officer,
    contact: &SealedContact,
    now: Instant,
) -> Result<(), StoreError> {
    tx.execute(
        "-- people.insert_officer\n\
         insert into officer (id, department, post, roles, contact, contact_record, contact_expiry, created) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            officer.id.into(),
            officer.department.into(),
            text_to_json(&officer.post).into(),
            roles_to_text(&officer.roles).into(),
            contact.sealed().as_bytes().into(),
            record(contact)?,
            contact.expiry().into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// An officer, ended or not.
pub(crate) fn find(tx: &mut Tx<'_>, id: Id<kinds::Officer>) -> Result<Option<Officer>, StoreError> {
    let row = tx.query_opt(
        "-- people.find_officer\nselect id, department, post, roles, ended from officer where id = $1",
        &[id.into()],
    )?;
    row.as_ref().map(read).transpose()
}

/// Every officer who has not left.
pub(crate) fn in_post(tx: &mut Tx<'_>) -> Result<Vec<Id<kinds::Officer>>, StoreError> {
    let rows = tx.query("-- people.officers_in_post\nselect id from officer where ended is null order by id", &[])?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// The officers of a department, oldest first.
pub(crate) fn list(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<Officer>, StoreError> {
    let rows = tx.query(
        "-- people.list_officers\n\
         select id, department, post, roles, ended from officer where department = $1 order by id limit 1000",
        &[department.into()],
    )?;
    rows.iter().map(read).collect()
}

pub(crate) fn contact(tx: &mut Tx<'_>, id: Id<kinds::Officer>) -> Result<Option<SealedContact>, StoreError> {
    let row = tx.query_opt(
        "-- people.officer_contact\nselect contact, contact_record, contact_expiry from officer where id = $1",
        &[id.into()],
    )?;
    let read = |row: Row| {
        let (sealed, record, expiry) = (row.get::<Vec<u8>>(0)?, row.get::<u64>(1)?, row.get::<Day>(2)?);
        Ok(SealedContact::stored(PURPOSE, RecordNumber(record), expiry, Sealed::from_bytes(sealed)))
    };
    row.map(read).transpose()
}

pub(crate) fn set_contact(tx: &mut Tx<'_>, id: Id<kinds::Officer>, contact: &SealedContact) -> Result<u64, StoreError> {
    tx.execute(
        "-- people.set_contact\n\
         update officer set contact = $2, contact_record = $3, contact_expiry = $4 where id = $1 and ended is null",
        &[id.into(), contact.sealed().as_bytes().into(), record(contact)?, contact.expiry().into()],
    )
}

/// Leaves nothing of contact details whose day has passed. Returns how many.
pub(crate) fn forget_contacts(tx: &mut Tx<'_>, today: Day) -> Result<u64, StoreError> {
    let nothing: &[u8] = &[];
    tx.execute(
        "-- people.forget_contacts\nupdate officer set contact = $2 where contact_expiry < $1 and length(contact) > 0",
        &[today.into(), nothing.into()],
    )
}

pub(crate) fn set_roles(tx: &mut Tx<'_>, id: Id<kinds::Officer>, roles: &[Role]) -> Result<u64, StoreError> {
    tx.execute(
        "-- people.set_roles\nupdate officer set roles = $2 where id = $1 and ended is null",
        &[id.into(), roles_to_text(roles).into()],
    )
}

/// Ends an officer; 0 when that was done already.
pub(crate) fn end(tx: &mut Tx<'_>, id: Id<kinds::Officer>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- people.end_officer\nupdate officer set ended = $2 where id = $1 and ended is null",
        &[id.into(), now.into()],
    )
}

fn record(contact: &SealedContact) -> Result<Value, StoreError> {
    i64::try_from(contact.record().0).map(Value::Int).map_err(|_| unreadable("a record number"))
}

pub(super) fn read(row: &Row) -> Result<Officer, StoreError> {
    Ok(Officer {
        id: row.get(0)?,
        department: row.get(1)?,
        post: text_from_json(&row.get::<String>(2)?)?,
        roles: roles_from_text(&row.get::<String>(3)?)?,
        ended: row.get(4)?,
    })
}

pub(super) fn roles_to_text(roles: &[Role]) -> String {
    roles.iter().map(|role| role.slug()).collect::<Vec<_>>().join(" ")
}

pub(super) fn roles_from_text(text: &str) -> Result<Vec<Role>, StoreError> {
    text.split_whitespace().map(|slug| slug.parse().map_err(|_| unreadable("a role"))).collect()
}
