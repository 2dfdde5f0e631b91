use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

use crate::SigningKey;

pub(crate) fn put(tx: &mut Tx<'_>, account: Id<kinds::Account>, key: &SigningKey, expires: Instant) -> Result<(), StoreError> {
    tx.execute("-- signing.drop_key\ndelete from signing_key where account = $1", &[account.into()])?;
    tx.execute(
        "-- signing.put_key\n\
         insert into signing_key (account, passkey, credential, public, since, expires) values ($1, $2, $3, $4, $5, $6)",
        &[
            account.into(),
            key.passkey.into(),
            key.credential.as_slice().into(),
            key.public_json().into(),
            key.since.into(),
            expires.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn find(tx: &mut Tx<'_>, account: Id<kinds::Account>, now: Instant) -> Result<Option<SigningKey>, StoreError> {
    let row = tx.query_opt(
        "-- signing.find_key\n\
         select passkey, credential, public, since from signing_key where account = $1 and expires > $2",
        &[account.into(), now.into()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let public: String = row.get(2)?;
    let public = serde_json::from_str(&public).map_err(|_| StoreError::Engine("a stored signing key cannot be read".into()))?;
    Ok(Some(SigningKey { passkey: row.get(0)?, credential: row.get(1)?, public, since: row.get(3)? }))
}

pub(crate) fn remove(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<u64, StoreError> {
    tx.execute("-- signing.remove_key\ndelete from signing_key where account = $1", &[account.into()])
}

pub(crate) fn purge(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- signing.purge_keys\ndelete from signing_key where expires <= $1", &[now.into()])
}
