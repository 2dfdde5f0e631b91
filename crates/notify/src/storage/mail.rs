use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use crate::{DueMail, ListedMail, MailText, MailTo, QueueMail, State};

/// A mail with a known id is left as it is.
pub(crate) fn insert(
    tx: &mut Tx<'_>,
    id: Id<kinds::Message>,
    mail: &QueueMail,
    now: Instant,
) -> Result<bool, StoreError> {
    let body = serde_json::to_string(&mail.text).map_err(|_| unreadable())?;
    let inserted = tx.execute(
        "-- notify.insert_mail
insert into mail (id, recipient_kind, recipient, kind, body, state, attempts, due, until, queued)
values ($1, $2, $3, $4, $5, 'queued', 0, $6, $7, $6) on conflict do nothing",
        &[
            id.into(),
            mail.to.slug().into(),
            mail.to.bytes().into(),
            mail.kind.into(),
            body.into(),
            now.into(),
            mail.until.into(),
        ],
    )?;
    Ok(inserted == 1)
}

pub(crate) fn due_at(tx: &mut Tx<'_>, now: Instant) -> Result<bool, StoreError> {
    let row = tx.query_opt(
        "-- notify.mails_due\nselect 1 from mail where state = 'queued' and due <= $1 limit 1",
        &[now.into()],
    )?;
    Ok(row.is_some())
}

/// Takes due mails until `lease`: whoever dies with them loses them then.
pub(crate) fn claim(tx: &mut Tx<'_>, now: Instant, lease: Instant, limit: usize) -> Result<Vec<DueMail>, StoreError> {
    let rows = tx.query(
        "-- notify.claim_mails
update mail set due = $1, attempts = attempts + 1
where state = 'queued' and id in (
    select id from mail where state = 'queued' and due <= $2 order by due limit $3)
returning id, recipient_kind, recipient, body, attempts, until",
        &[lease.into(), now.into(), limit.into()],
    )?;
    let due = |row: &Row| {
        let (to, text) = read(row, 1)?;
        Ok(DueMail { id: row.get(0)?, to, text, attempts: row.get(4)?, until: row.get(5)? })
    };
    rows.iter().map(due).collect()
}

pub(crate) fn settle(tx: &mut Tx<'_>, id: Id<kinds::Message>, state: State) -> Result<(), StoreError> {
    tx.execute(
        "-- notify.settle_mail\nupdate mail set state = $1 where id = $2 and state = 'queued'",
        &[state.name().into(), id.into()],
    )?;
    Ok(())
}

pub(crate) fn retry(tx: &mut Tx<'_>, id: Id<kinds::Message>, due: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- notify.retry_mail\nupdate mail set due = $1 where id = $2 and state = 'queued'",
        &[due.into(), id.into()],
    )?;
    Ok(())
}

pub(crate) fn give_up(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- notify.give_up_mails\nupdate mail set state = 'failed' where state = 'queued' and until < $1",
        &[now.into()],
    )
}

pub(crate) fn forget(tx: &mut Tx<'_>, before: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- notify.forget_mails\ndelete from mail where queued < $1 and state <> 'queued'",
        &[before.into()],
    )
}

pub(crate) fn newest(tx: &mut Tx<'_>, before: Instant, limit: usize) -> Result<Vec<ListedMail>, StoreError> {
    let rows = tx.query(
        "-- notify.mails
select id, recipient_kind, recipient, body, state, queued from mail
where queued < $1 order by queued desc, id desc limit $2",
        &[before.into(), limit.into()],
    )?;
    let listed = |row: &Row| {
        let ((to, text), state) = (read(row, 1)?, row.get::<String>(4)?);
        Ok(ListedMail { id: row.get(0)?, to, text, state: State::from_name(&state), queued: row.get(5)? })
    };
    rows.iter().map(listed).collect()
}

/// Recipient and text, in three columns from `first`.
fn read(row: &Row, first: usize) -> Result<(MailTo, MailText), StoreError> {
    let to = MailTo::read(&row.get::<String>(first)?, row.get(first + 1)?).ok_or_else(unreadable)?;
    let text = serde_json::from_str(&row.get::<String>(first + 2)?).map_err(|_| unreadable())?;
    Ok((to, text))
}

/// A stored value that does not read back: a newer version's, or damage.
fn unreadable() -> StoreError {
    StoreError::Engine("a mail in the store cannot be read".into())
}
