use journal::{Event, Work};
use kernel::{Id, kinds};
use people::{KeptPasskey, PasskeyAnswer};
use seal::JosePublic;
use store::{StoreError, Tx};

use crate::sign_in::suspend_copied;
use crate::storage::passkey::Stored;
use crate::{Alongside, storage};

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

/// What a passkey's counter says when it has signed a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// It grew, or the authenticator keeps none. The use is noted.
    Once,
    /// It did not grow, so the passkey may exist twice: it is suspended now, and every session of the account has ended.
    Copied,
    /// The passkey is gone, suspended, or was used in between.
    Gone,
}

/// Notes that a passkey signed a document with this counter: in the unit of work that keeps the signature, so that neither is without
/// the other. An answer for a document comes once like one for a sign-in, so an old counter is a sign of a copy here as well.
pub fn note_signed(
    work: &mut Work<'_, '_>,
    (account, passkey): (Id<kinds::Account>, Id<kinds::AccountPasskey>),
    counter: u32,
    alongside: Alongside,
) -> Result<Signed, StoreError> {
    let now = work.now();
    let Some(body) = storage::passkey::body(work.tx(), account, passkey)? else { return Ok(Signed::Gone) };
    let used = match KeptPasskey::parse(&body).map(|kept| kept.used(counter)) {
        Some(Ok(used)) => used,
        Some(Err(PasskeyAnswer::Copied)) => {
            suspend_copied(work, (account, passkey), alongside)?;
            return Ok(Signed::Copied);
        }
        Some(Err(PasskeyAnswer::Refused)) | None => return Ok(Signed::Gone),
    };
    let Ok(text) = used.to_text() else { return Ok(Signed::Gone) };
    let stored = Stored { id: passkey, account, body, suspended: false };
    let marked = storage::passkey::mark_used(work.tx(), &stored, &text, now)?;
    Ok(if marked > 0 { Signed::Once } else { Signed::Gone })
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
