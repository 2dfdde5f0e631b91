use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use crate::{AskedSignature, Between, Form, Outcome};

pub(crate) fn insert(tx: &mut Tx<'_>, account: Id<kinds::Account>, asked: &AskedSignature, expires: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- signing.insert_asked\n\
         insert into signing_asked (id, account, client, form, document, asked, due, expires) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            asked.id.into(),
            account.into(),
            asked.client.as_str().into(),
            asked.form.name().into(),
            asked.document.into(),
            asked.asked.into(),
            asked.due.into(),
            expires.into(),
        ],
    )
}

pub(crate) fn find(
    tx: &mut Tx<'_>,
    id: Id<kinds::SigningRequest>,
    account: Id<kinds::Account>,
) -> Result<Option<AskedSignature>, StoreError> {
    let row = tx.query_opt(
        "-- signing.find_asked\n\
         select id, client, form, document, asked, due, outcome, ended, fetched from signing_asked where id = $1 and account = $2",
        &[id.into(), account.into()],
    )?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn of_account(tx: &mut Tx<'_>, account: Id<kinds::Account>, most: i64) -> Result<Vec<AskedSignature>, StoreError> {
    let rows = tx.query(
        "-- signing.asked_of_account\n\
         select id, client, form, document, asked, due, outcome, ended, fetched from signing_asked where account = $1 \
         order by asked desc, id limit $2",
        &[account.into(), most.into()],
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<AskedSignature, StoreError> {
    let (outcome, ended): (Option<String>, Option<Instant>) = (row.get(6)?, row.get(7)?);
    Ok(AskedSignature {
        id: row.get(0)?,
        client: row.get(1)?,
        form: Form::from_name(&row.get::<String>(2)?).unwrap_or(Form::Pdf),
        document: row.get(3)?,
        asked: row.get(4)?,
        due: row.get(5)?,
        outcome: outcome.and_then(|name| Outcome::from_name(&name)).zip(ended),
        fetched: row.get(8)?,
    })
}

/// Documents of one service, or of all, that wait for an account.
pub(crate) fn waiting(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    client: Option<&str>,
    now: Instant,
) -> Result<i64, StoreError> {
    let row = tx.query_opt(
        "-- signing.count_asked_waiting\n-- small: no account has more than ten that wait\n\
         select count(*) from signing_asked where account = $1 and ($2 = '' or client = $2) and due > $3 and outcome is null",
        &[account.into(), client.unwrap_or_default().into(), now.into()],
    )?;
    row.map_or(Ok(0), |row| row.get(0))
}

pub(crate) fn of_account_since(tx: &mut Tx<'_>, between: &Between, since: Instant) -> Result<i64, StoreError> {
    let row = tx.query_opt(
        "-- signing.count_asked_of_account\n-- small: a day's, of which a service has twenty\n\
         select count(*) from signing_asked where account = $1 and client = $2 and asked > $3",
        &[between.account.into(), between.client.as_str().into(), since.into()],
    )?;
    row.map_or(Ok(0), |row| row.get(0))
}

pub(crate) fn of_client_since(tx: &mut Tx<'_>, client: &str, since: Instant) -> Result<i64, StoreError> {
    let row = tx.query_opt(
        "-- signing.count_asked_of_client\n-- small: a minute's, of which a service has 120\n\
         select count(*) from signing_asked where client = $1 and asked > $2",
        &[client.into(), since.into()],
    )?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Notes how it ended; 0 when it had ended before, or nobody asked.
pub(crate) fn end(tx: &mut Tx<'_>, id: Id<kinds::SigningRequest>, outcome: Outcome, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- signing.end_asked\nupdate signing_asked set outcome = $2, ended = $3 where id = $1 and outcome is null and due > $3",
        &[id.into(), outcome.name().into(), now.into()],
    )
}

/// Notes the first fetch; 0 when it was fetched before.
pub(crate) fn fetch(tx: &mut Tx<'_>, id: Id<kinds::SigningRequest>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- signing.fetch_asked\nupdate signing_asked set fetched = $2 where id = $1 and fetched is null",
        &[id.into(), now.into()],
    )
}

pub(crate) fn forget(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<u64, StoreError> {
    tx.execute("-- signing.forget_asked\ndelete from signing_asked where account = $1", &[account.into()])
}

pub(crate) fn purge(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- signing.purge_asked\ndelete from signing_asked where expires <= $1", &[now.into()])
}
