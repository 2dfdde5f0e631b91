use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use super::officer::{read, roles_from_text, roles_to_text};
use crate::{Officer, Role};

/// Officers with rights who have neither signed in nor been given rights since a moment.
pub(crate) fn idle_since(tx: &mut Tx<'_>, since: Instant, limit: i64) -> Result<Vec<Officer>, StoreError> {
    let rows = tx.query(
        "-- people.idle_officers\n\
         select o.id, o.department, o.post, o.roles, o.ended from officer o \
         where o.ended is null and o.roles <> '' and o.created < $1 \
         and not exists (select 1 from passkey p where p.officer = o.id and (p.last_used >= $1 or p.created >= $1)) \
         and not exists (select 1 from rights r where r.officer = o.id and r.given >= $1) \
         order by o.id limit $2",
        &[since.into(), limit.into()],
    )?;
    rows.iter().map(read).collect()
}

/// Notes that an officer was given rights; what had lapsed before is forgotten.
pub(crate) fn given(tx: &mut Tx<'_>, officer: Id<kinds::Officer>, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- people.rights_given\n\
         insert into rights (officer, given, lapsed_roles) values ($1, $2, '') \
         on conflict (officer) do update set given = excluded.given, lapsed = null, lapsed_roles = ''",
        &[officer.into(), now.into()],
    )?;
    Ok(())
}

/// Notes that an officer's rights have ended, and which they were.
pub(crate) fn lapse(
    tx: &mut Tx<'_>,
    officer: Id<kinds::Officer>,
    roles: &[Role],
    now: Instant,
) -> Result<(), StoreError> {
    tx.execute(
        "-- people.rights_lapsed\n\
         insert into rights (officer, given, lapsed, lapsed_roles) values ($1, 0, $2, $3) \
         on conflict (officer) do update set lapsed = excluded.lapsed, lapsed_roles = excluded.lapsed_roles",
        &[officer.into(), now.into(), roles_to_text(roles).into()],
    )?;
    Ok(())
}

/// When an officer's rights ended, and which they were.
pub(crate) fn lapsed(tx: &mut Tx<'_>, officer: Id<kinds::Officer>) -> Result<Option<(Instant, Vec<Role>)>, StoreError> {
    let row = tx.query_opt(
        "-- people.lapsed_rights\nselect lapsed, lapsed_roles from rights where officer = $1 and lapsed is not null",
        &[officer.into()],
    )?;
    row.map(|row: Row| Ok((row.get(0)?, roles_from_text(&row.get::<String>(1)?)?))).transpose()
}
