use kernel::{Day, Id, kinds};
use seal::RecordNumber;
use store::{Row, StoreError, Tx};

/// A document of an account, sealed.
pub(crate) struct Waiting {
    pub(crate) id: Id<kinds::SigningRequest>,
    pub(crate) record: RecordNumber,
    pub(crate) expiry: Day,
    pub(crate) body: Vec<u8>,
    pub(crate) signed: Option<(RecordNumber, Vec<u8>)>,
}

pub(crate) fn waiting(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Vec<Waiting>, StoreError> {
    let rows = tx.query(
        "-- signing.waiting_requests\n\
         select id, record, body_expiry, body, signed_record, signed from signing_request where account = $1 limit 1000",
        &[account.into()],
    )?;
    let read = |row: &Row| {
        let signed = row.get::<Option<u64>>(4)?.map(RecordNumber).zip(row.get::<Option<Vec<u8>>>(5)?);
        Ok(Waiting { id: row.get(0)?, record: RecordNumber(row.get(1)?), expiry: row.get(2)?, body: row.get(3)?, signed })
    };
    rows.iter().map(read).collect()
}

pub(crate) fn pictures(tx: &mut Tx<'_>, request: Id<kinds::SigningRequest>) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows = tx.query(
        "-- signing.pictures_of_request\nselect picture from signing_page where request = $1 order by number",
        &[request.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Everything of an account but its key and the public list of certificates, which names nobody.
pub(crate) fn forget(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<(), StoreError> {
    tx.execute(
        "-- signing.forget_pages\n\
         delete from signing_page where request in (select id from signing_request where account = $1)",
        &[account.into()],
    )?;
    tx.execute("-- signing.forget_requests\ndelete from signing_request where account = $1", &[account.into()])?;
    tx.execute("-- signing.forget_history\ndelete from signing_history where account = $1", &[account.into()])?;
    Ok(())
}
