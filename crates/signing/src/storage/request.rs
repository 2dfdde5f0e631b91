use kernel::{Day, Id, Instant, kinds};
use seal::{RecordNumber, Sealed};
use store::{Row, StoreError, Tx};

use crate::{Form, PURPOSE, Request, SealedDraft, SealedPart};

pub(crate) fn insert(tx: &mut Tx<'_>, draft: &SealedDraft) -> Result<(), StoreError> {
    tx.execute(
        "-- signing.insert_request\n\
         insert into signing_request (id, account, service, form, pages, record, body, body_purpose, body_expiry, created, expires) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            draft.id.into(),
            draft.account.into(),
            draft.service.as_str().into(),
            draft.form.name().into(),
            i64::try_from(draft.pages.len()).unwrap_or(i64::MAX).into(),
            number(draft.record).into(),
            draft.body.as_bytes().into(),
            PURPOSE.into(),
            draft.expiry.into(),
            draft.created.into(),
            draft.expires.into(),
        ],
    )?;
    for (page, picture) in (1_i64..).zip(&draft.pages) {
        tx.execute(
            "-- signing.insert_page\n\
             insert into signing_page (request, number, picture, picture_purpose, picture_expiry, expires) \
             values ($1, $2, $3, $4, $5, $6)",
            &[
                draft.id.into(),
                page.into(),
                picture.as_bytes().into(),
                PURPOSE.into(),
                draft.expiry.into(),
                draft.expires.into(),
            ],
        )?;
    }
    Ok(())
}

pub(crate) fn find(
    tx: &mut Tx<'_>,
    (id, account): (Id<kinds::SigningRequest>, Id<kinds::Account>),
    now: Instant,
) -> Result<Option<Request>, StoreError> {
    let row = tx.query_opt(
        "-- signing.find_request\n\
         select service, form, pages, created, expires, made from signing_request where id = $1 and account = $2 and expires > $3",
        &[id.into(), account.into(), now.into()],
    )?;
    let read = |row: Row| {
        Ok(Request {
            id,
            service: row.get(0)?,
            form: Form::from_name(&row.get::<String>(1)?).unwrap_or(Form::Pdf),
            pages: usize::try_from(row.get::<i64>(2)?).unwrap_or(0),
            created: row.get(3)?,
            expires: row.get(4)?,
            made: row.get(5)?,
        })
    };
    row.map(read).transpose()
}

pub(crate) fn open_count(tx: &mut Tx<'_>, account: Id<kinds::Account>, now: Instant) -> Result<i64, StoreError> {
    let row = tx.query_opt(
        "-- signing.count_requests\n-- small: five documents of an account's own wait at most\n\
         select count(*) from signing_request where account = $1 and expires > $2 \
         and not exists (select 1 from signing_asked where signing_asked.id = signing_request.id)",
        &[account.into(), now.into()],
    )?;
    row.map_or(Ok(0), |row| row.get(0))
}

pub(crate) fn body(tx: &mut Tx<'_>, id: Id<kinds::SigningRequest>) -> Result<Option<SealedPart>, StoreError> {
    let row = tx.query_opt(
        "-- signing.request_body\nselect record, body, body_expiry from signing_request where id = $1",
        &[id.into()],
    )?;
    row.map(|row| part(&row)).transpose()
}

pub(crate) fn page(tx: &mut Tx<'_>, id: Id<kinds::SigningRequest>, page: i64) -> Result<Option<SealedPart>, StoreError> {
    let row = tx.query_opt(
        "-- signing.request_page\n\
         select r.record, p.picture, p.picture_expiry from signing_page p join signing_request r on r.id = p.request \
         where p.request = $1 and p.number = $2",
        &[id.into(), page.into()],
    )?;
    row.map(|row| part(&row)).transpose()
}

pub(crate) fn signed(tx: &mut Tx<'_>, id: Id<kinds::SigningRequest>) -> Result<Option<SealedPart>, StoreError> {
    let row = tx.query_opt(
        "-- signing.request_signed\n\
         select signed_record, signed, body_expiry from signing_request where id = $1 and signed is not null",
        &[id.into()],
    )?;
    row.map(|row| part(&row)).transpose()
}

/// Keeps the signed document; 0 when the request was answered before.
pub(crate) fn finish(
    tx: &mut Tx<'_>,
    id: Id<kinds::SigningRequest>,
    (record, signed): (RecordNumber, &Sealed),
    (now, expires): (Instant, Instant),
) -> Result<u64, StoreError> {
    tx.execute(
        "-- signing.finish_request\n\
         update signing_request set made = $2, signed_record = $3, signed = $4, expires = $5 where id = $1 and made is null",
        &[id.into(), now.into(), number(record).into(), signed.as_bytes().into(), expires.into()],
    )
}

/// Moves its end forward, never back.
pub(crate) fn shorten(tx: &mut Tx<'_>, id: Id<kinds::SigningRequest>, expires: Instant) -> Result<u64, StoreError> {
    tx.execute("-- signing.shorten_request\nupdate signing_request set expires = $2 where id = $1 and expires > $2", &[id.into(), expires.into()])
}

pub(crate) fn remove(tx: &mut Tx<'_>, id: Id<kinds::SigningRequest>) -> Result<u64, StoreError> {
    tx.execute("-- signing.remove_pages\ndelete from signing_page where request = $1", &[id.into()])?;
    tx.execute("-- signing.remove_request\ndelete from signing_request where id = $1", &[id.into()])
}

pub(crate) fn purge(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- signing.purge_pages\ndelete from signing_page where expires <= $1", &[now.into()])?;
    tx.execute("-- signing.purge_requests\ndelete from signing_request where expires <= $1", &[now.into()])
}

fn part(row: &Row) -> Result<SealedPart, StoreError> {
    let record: i64 = row.get(0)?;
    let sealed: Vec<u8> = row.get(1)?;
    let expiry: Day = row.get(2)?;
    Ok(SealedPart { record: RecordNumber(u64::try_from(record).unwrap_or(0)), expiry, sealed: Sealed::from_bytes(sealed) })
}

fn number(record: RecordNumber) -> i64 {
    i64::try_from(record.0).unwrap_or(i64::MAX)
}
