use journal::{Event, Work};
use kernel::{Id, kinds};
use people::KeptPasskey;
use seal::JosePublic;
use store::{StoreError, Tx};

use crate::storage;

/// A passkey of an account that can sign documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningPasskey {
    /// The name under which its authenticator finds it.
    pub credential: Vec<u8>,
    /// Its public key.
    pub public: JosePublic,
}

/// What is needed of a passkey to sign documents with it; nothing when it is not the account's, or was suspended.
pub fn signing_passkey(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    passkey: Id<kinds::AccountPasskey>,
) -> Result<Option<SigningPasskey>, StoreError> {
    let body = storage::passkey::body(tx, account, passkey)?;
    let kept = body.and_then(|body| KeptPasskey::parse(&body));
    Ok(kept.and_then(|kept| Some(SigningPasskey { credential: kept.credential().to_vec(), public: kept.public_key()? })))
}

/// A verified account takes up signing (`true`), or leaves it; false when it was at another level.
pub fn set_plus(work: &mut Work<'_, '_>, account: Id<kinds::Account>, plus: bool) -> Result<bool, StoreError> {
    let changed = storage::account::set_plus(work.tx(), account, plus)? > 0;
    if changed {
        let verb = if plus { "identity.level_plus" } else { "identity.level_verified" };
        work.journal(Event::new(verb).record(account.bytes()))?;
    }
    Ok(changed)
}
