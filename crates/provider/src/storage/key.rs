use kernel::{Day, Instant};
use seal::{RecordNumber, Sealed};
use store::{Row, StoreError, Tx};

/// A signing key as it is stored; its private half is sealed.
pub(crate) struct StoredKey {
    pub(crate) kid: String,
    pub(crate) algorithm: String,
    pub(crate) public: String,
    pub(crate) record: RecordNumber,
    pub(crate) private: Sealed,
    pub(crate) private_expiry: Day,
    pub(crate) signs_from: Instant,
    pub(crate) signs_until: Instant,
    pub(crate) shown_until: Instant,
}

pub(crate) fn insert(tx: &mut Tx<'_>, key: &StoredKey) -> Result<(), StoreError> {
    tx.execute(
        "-- provider.insert_key\n\
         insert into provider_key (kid, algorithm, public, record, private, private_purpose, private_expiry, signs_from, signs_until, shown_until) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            key.kid.as_str().into(),
            key.algorithm.as_str().into(),
            key.public.as_str().into(),
            i64::try_from(key.record.0).unwrap_or(i64::MAX).into(),
            key.private.as_bytes().into(),
            crate::KEYS.into(),
            key.private_expiry.into(),
            key.signs_from.into(),
            key.signs_until.into(),
            key.shown_until.into(),
        ],
    )?;
    Ok(())
}

/// The keys that are shown now, oldest first.
pub(crate) fn shown(tx: &mut Tx<'_>, now: Instant) -> Result<Vec<StoredKey>, StoreError> {
    let rows = tx.query(
        "-- provider.keys\n\
         select kid, algorithm, public, record, private, private_expiry, signs_from, signs_until, shown_until \
         from provider_key where shown_until > $1 order by signs_from, kid",
        &[now.into()],
    )?;
    rows.iter().map(read).collect()
}

pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- provider.sweep_keys\ndelete from provider_key where shown_until <= $1", &[now.into()])
}

fn read(row: &Row) -> Result<StoredKey, StoreError> {
    Ok(StoredKey {
        kid: row.get(0)?,
        algorithm: row.get(1)?,
        public: row.get(2)?,
        record: RecordNumber(row.get(3)?),
        private: Sealed::from_bytes(row.get(4)?),
        private_expiry: row.get(5)?,
        signs_from: row.get(6)?,
        signs_until: row.get(7)?,
        shown_until: row.get(8)?,
    })
}
