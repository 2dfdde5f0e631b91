use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use crate::ocsp::State;
use crate::{Form, Reason, Revoked, Signature};

pub(crate) fn insert(tx: &mut Tx<'_>, serial: &[u8], now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- signing.insert_certificate\ninsert into signing_certificate (number, made) values ($1, $2)",
        &[serial.into(), now.into()],
    )
}

pub(crate) fn note(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    (signature, expires): (&Signature, Instant),
) -> Result<u64, StoreError> {
    tx.execute(
        "-- signing.insert_history\n\
         insert into signing_history (number, account, service, form, document, made, expires) values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            signature.serial.as_slice().into(),
            account.into(),
            signature.service.as_str().into(),
            signature.form.name().into(),
            signature.document.into(),
            signature.made.into(),
            expires.into(),
        ],
    )
}

pub(crate) fn history(tx: &mut Tx<'_>, account: Id<kinds::Account>, most: i64) -> Result<Vec<Signature>, StoreError> {
    let rows = tx.query(
        "-- signing.history\n\
         select h.number, h.service, h.form, h.document, h.made, c.revoked from signing_history h \
         join signing_certificate c on c.number = h.number where h.account = $1 order by h.made desc, h.number limit $2",
        &[account.into(), most.into()],
    )?;
    rows.iter().map(signature).collect()
}

pub(crate) fn of_account(tx: &mut Tx<'_>, account: Id<kinds::Account>, serial: &[u8]) -> Result<Option<Signature>, StoreError> {
    let row = tx.query_opt(
        "-- signing.signature\n\
         select h.number, h.service, h.form, h.document, h.made, c.revoked from signing_history h \
         join signing_certificate c on c.number = h.number where h.account = $1 and h.number = $2",
        &[account.into(), serial.into()],
    )?;
    row.as_ref().map(signature).transpose()
}

fn signature(row: &Row) -> Result<Signature, StoreError> {
    Ok(Signature {
        serial: row.get(0)?,
        service: row.get(1)?,
        form: Form::from_name(&row.get::<String>(2)?).unwrap_or(Form::Pdf),
        document: row.get(3)?,
        made: row.get(4)?,
        revoked: row.get(5)?,
    })
}

pub(crate) fn revoke(tx: &mut Tx<'_>, serial: &[u8], now: Instant, reason: Reason) -> Result<u64, StoreError> {
    tx.execute(
        "-- signing.revoke\nupdate signing_certificate set revoked = $2, reason = $3 where number = $1 and revoked is null",
        &[serial.into(), now.into(), reason.name().into()],
    )
}

pub(crate) fn state(tx: &mut Tx<'_>, serial: &[u8]) -> Result<State, StoreError> {
    let row = tx.query_opt(
        "-- signing.state\nselect revoked, reason from signing_certificate where number = $1",
        &[serial.into()],
    )?;
    let Some(row) = row else { return Ok(State::Unknown) };
    let (at, reason): (Option<Instant>, Option<String>) = (row.get(0)?, row.get(1)?);
    let reason = reason.and_then(|reason| Reason::from_name(&reason)).unwrap_or(Reason::Disowned);
    Ok(at.map_or(State::Good, |at| State::Revoked(at, reason)))
}

pub(crate) fn revoked(tx: &mut Tx<'_>) -> Result<Vec<Revoked>, StoreError> {
    let rows = tx.query(
        "-- signing.revoked\n\
         select number, revoked, reason from signing_certificate where revoked is not null order by revoked, number",
        &[],
    )?;
    let read = |row: &Row| {
        let reason = Reason::from_name(&row.get::<String>(2)?).unwrap_or(Reason::Disowned);
        Ok(Revoked { serial: row.get(0)?, at: row.get(1)?, reason })
    };
    rows.iter().map(read).collect()
}

pub(crate) fn purge(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- signing.purge_history\ndelete from signing_history where expires <= $1", &[now.into()])
}
