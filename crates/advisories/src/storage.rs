//! Every SQL text of this crate.

use kernel::{Day, Id, Instant, Text, kinds};
use seal::{RecordNumber, Sealed};
use store::{Row, StoreError, Tx, Value};

use crate::subscription::Known;
use crate::{Advisory, AdvisoryKind, Audience, Impact, Receipt, Revision, SealedAddress, SubscriberId};

pub(crate) fn last_number(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    let row = tx.query_opt("-- advisories.last_number\nselect coalesce(max(number), 0) from advisory", &[])?;
    row.map_or(Ok(0), |row| row.get(0))
}

pub(crate) fn insert_advisory(tx: &mut Tx<'_>, advisory: &Advisory, officer: Id<kinds::Officer>) -> Result<(), StoreError> {
    let audiences: Vec<&str> = advisory.audiences.iter().map(|audience| audience.slug()).collect();
    tx.execute(
        "-- advisories.insert_advisory\n\
         insert into advisory (number, kind, title, body, public_body, audiences, department, officer, published) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            advisory.number.into(),
            advisory.kind.slug().into(),
            write_text(&advisory.title),
            write_text(&advisory.body),
            write_optional(advisory.public_body.as_ref()),
            audiences.join(" ").into(),
            advisory.department.into(),
            officer.into(),
            advisory.published.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn withdraw(tx: &mut Tx<'_>, number: i64, now: Instant) -> Result<(), StoreError> {
    tx.execute("-- advisories.withdraw\nupdate advisory set withdrawn = $2 where number = $1", &[number.into(), now.into()])?;
    Ok(())
}

pub(crate) fn advisory(tx: &mut Tx<'_>, number: i64) -> Result<Option<Advisory>, StoreError> {
    let row = tx.query_opt(
        "-- advisories.advisory\n\
         select number, kind, title, body, public_body, audiences, department, published, withdrawn, \
         revision, asks_since, revised, changes from advisory \
         where number = $1",
        &[number.into()],
    )?;
    row.as_ref().map(read_advisory).transpose()
}

pub(crate) fn advisories(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Advisory>, StoreError> {
    let rows = tx.query(
        "-- advisories.advisories\n\
         select number, kind, title, body, public_body, audiences, department, published, withdrawn, \
         revision, asks_since, revised, changes from advisory \
         order by number desc limit $1",
        &[limit.into()],
    )?;
    rows.iter().map(read_advisory).collect()
}

fn read_advisory(row: &Row) -> Result<Advisory, StoreError> {
    let audiences: String = row.get(5)?;
    Ok(Advisory {
        number: row.get(0)?,
        kind: AdvisoryKind::from_slug(&row.get::<String>(1)?).ok_or_else(|| unreadable("a kind of advisory"))?,
        title: read_text(&row.get::<String>(2)?)?,
        body: read_text(&row.get::<String>(3)?)?,
        public_body: read_optional(row.get(4)?)?,
        audiences: audiences.split_whitespace().filter_map(Audience::from_slug).collect(),
        department: row.get(6)?,
        published: row.get(7)?,
        withdrawn: row.get(8)?,
        revision: row.get(9)?,
        asks_since: row.get(10)?,
        revised: row.get(11)?,
        changes: read_optional(row.get(12)?)?,
    })
}

/// Keeps the text that a correction is to stand in place of.
pub(crate) fn keep_revision(tx: &mut Tx<'_>, before: &Advisory) -> Result<(), StoreError> {
    tx.execute(
        "-- advisories.keep_revision\n\
         insert into advisory_revision (advisory, revision, title, body, public_body, changes, written) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            before.number.into(),
            before.revision.into(),
            write_text(&before.title),
            write_text(&before.body),
            write_optional(before.public_body.as_ref()),
            write_optional(before.changes.as_ref()),
            before.updated().into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn revise(tx: &mut Tx<'_>, after: &Advisory) -> Result<(), StoreError> {
    tx.execute(
        "-- advisories.revise\n\
         update advisory set title = $2, body = $3, public_body = $4, revision = $5, asks_since = $6, revised = $7, changes = $8 \
         where number = $1",
        &[
            after.number.into(),
            write_text(&after.title),
            write_text(&after.body),
            write_optional(after.public_body.as_ref()),
            after.revision.into(),
            after.asks_since.into(),
            after.revised.into(),
            write_optional(after.changes.as_ref()),
        ],
    )?;
    Ok(())
}

/// Those that a correction stands in place of, the first first.
pub(crate) fn revisions(tx: &mut Tx<'_>, number: i64) -> Result<Vec<Revision>, StoreError> {
    let rows = tx.query(
        "-- advisories.revisions\n\
         select revision, title, body, public_body, changes, written from advisory_revision where advisory = $1 order by revision",
        &[number.into()],
    )?;
    let read = |row: &Row| {
        Ok(Revision {
            revision: row.get(0)?,
            title: read_text(&row.get::<String>(1)?)?,
            body: read_text(&row.get::<String>(2)?)?,
            public_body: read_optional(row.get(3)?)?,
            changes: read_optional(row.get(4)?)?,
            written: row.get(5)?,
        })
    };
    rows.iter().map(read).collect()
}

pub(crate) fn keep_receipt(
    tx: &mut Tx<'_>,
    number: i64,
    receipt: &Receipt,
    officer: Id<kinds::Officer>,
) -> Result<(), StoreError> {
    tx.execute(
        "-- advisories.keep_receipt\n\
         insert into advisory_receipt (advisory, department, impact, officer, confirmed, revision) values ($1, $2, $3, $4, $5, $6) \
         on conflict (advisory, department) do update set impact = excluded.impact, officer = excluded.officer, \
         confirmed = excluded.confirmed, revision = excluded.revision",
        &[
            number.into(),
            receipt.department.into(),
            receipt.impact.slug().into(),
            officer.into(),
            receipt.confirmed.into(),
            receipt.revision.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn receipts(tx: &mut Tx<'_>, number: i64) -> Result<Vec<Receipt>, StoreError> {
    let rows = tx.query(
        "-- advisories.receipts\n\
         select department, impact, confirmed, revision from advisory_receipt where advisory = $1 order by department",
        &[number.into()],
    )?;
    let read = |row: &Row| {
        let impact = Impact::from_slug(&row.get::<String>(1)?).ok_or_else(|| unreadable("an impact"))?;
        Ok(Receipt { department: row.get(0)?, impact, confirmed: row.get(2)?, revision: row.get(3)? })
    };
    rows.iter().map(read).collect()
}

pub(crate) fn insert_subscriber(
    tx: &mut Tx<'_>,
    id: SubscriberId,
    (address, audience): (&SealedAddress, Audience),
    (token_hash, now): ([u8; 32], Instant),
) -> Result<(), StoreError> {
    let record = i64::try_from(address.record.0).map_err(|_| unreadable("a record number"))?;
    tx.execute(
        "-- advisories.insert_subscriber\n\
         insert into advisory_subscriber (id, tag, address, record, expiry, audience, token_hash, asked) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            id.into(),
            address.tag.into(),
            address.sealed.as_bytes().into(),
            record.into(),
            address.expiry.into(),
            audience.slug().into(),
            token_hash.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn asked_again(tx: &mut Tx<'_>, id: SubscriberId, now: Instant) -> Result<(), StoreError> {
    tx.execute("-- advisories.asked_again\nupdate advisory_subscriber set asked = $2 where id = $1", &[id.into(), now.into()])?;
    Ok(())
}

pub(crate) fn unconfirmed(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    let row = tx.query_opt("-- advisories.unconfirmed\n-- small: at most 2000 addresses wait, and those are purged after two days\n\
         select count(*) from advisory_subscriber where confirmed is null", &[])?;
    row.map_or(Ok(0), |row| row.get(0))
}

pub(crate) fn subscriber_by_tag(tx: &mut Tx<'_>, tag: [u8; 32]) -> Result<Option<Known>, StoreError> {
    let row = tx.query_opt(
        "-- advisories.subscriber_by_tag\nselect id, asked, confirmed from advisory_subscriber where tag = $1",
        &[tag.into()],
    )?;
    row.as_ref().map(read_known).transpose()
}

pub(crate) fn subscriber_by_token(tx: &mut Tx<'_>, hash: [u8; 32]) -> Result<Option<Known>, StoreError> {
    let row = tx.query_opt(
        "-- advisories.subscriber_by_token\nselect id, asked, confirmed from advisory_subscriber where token_hash = $1",
        &[hash.into()],
    )?;
    row.as_ref().map(read_known).transpose()
}

fn read_known(row: &Row) -> Result<Known, StoreError> {
    Ok(Known { id: row.get(0)?, asked: row.get(1)?, confirmed: row.get::<Option<i64>>(2)?.is_some() })
}

pub(crate) fn confirm(tx: &mut Tx<'_>, id: SubscriberId, now: Instant) -> Result<(), StoreError> {
    tx.execute("-- advisories.confirm\nupdate advisory_subscriber set confirmed = $2 where id = $1", &[id.into(), now.into()])?;
    Ok(())
}

pub(crate) fn remove(tx: &mut Tx<'_>, id: SubscriberId) -> Result<(), StoreError> {
    tx.execute("-- advisories.remove\ndelete from advisory_subscriber where id = $1", &[id.into()])?;
    Ok(())
}

pub(crate) fn address(tx: &mut Tx<'_>, id: SubscriberId) -> Result<Option<SealedAddress>, StoreError> {
    let row = tx.query_opt(
        "-- advisories.address\nselect address, record, expiry, tag from advisory_subscriber where id = $1",
        &[id.into()],
    )?;
    let read = |row: Row| {
        Ok(SealedAddress {
            sealed: Sealed::from_bytes(row.get(0)?),
            record: RecordNumber(row.get(1)?),
            expiry: row.get(2)?,
            tag: row.get(3)?,
        })
    };
    row.map(read).transpose()
}

/// Confirmed subscriptions behind an id, in their order.
pub(crate) fn confirmed_after(
    tx: &mut Tx<'_>,
    after: &[u8],
    limit: usize,
) -> Result<Vec<(SubscriberId, Audience)>, StoreError> {
    let rows = tx.query(
        "-- advisories.confirmed_after\n\
         select id, audience from advisory_subscriber where confirmed is not null and id > $1 order by id limit $2",
        &[after.into(), limit.into()],
    )?;
    let read = |row: &Row| {
        let audience = Audience::from_slug(&row.get::<String>(1)?).ok_or_else(|| unreadable("an audience"))?;
        Ok((row.get(0)?, audience))
    };
    rows.iter().map(read).collect()
}

pub(crate) fn purge(tx: &mut Tx<'_>, today: Day, asked_before: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- advisories.purge\n\
         delete from advisory_subscriber where expiry < $1 or (confirmed is null and asked < $2)",
        &[today.into(), asked_before.into()],
    )
}

fn write_text(text: &Text) -> Value {
    serde_json::json!(text).to_string().into()
}

fn write_optional(text: Option<&Text>) -> Value {
    text.map_or(Value::Null, write_text)
}

fn read_optional(json: Option<String>) -> Result<Option<Text>, StoreError> {
    json.map(|text| read_text(&text)).transpose()
}

fn read_text(json: &str) -> Result<Text, StoreError> {
    serde_json::from_str(json).map_err(|_| unreadable("a text in three languages"))
}

/// A stored value that does not read back: a newer version's, or damage.
fn unreadable(what: &str) -> StoreError {
    StoreError::Engine(format!("{what} in the store cannot be read"))
}
