use kernel::{Day, Id, Instant, Language, kinds};
use notify::Mobile;
use seal::{Keyring, Purpose, RecordNumber, SealError, Sealed, Slot};
use store::{StoreError, Tx};

use crate::{ACCOUNT, IDENTITY, storage};

const SCHEMA: u16 = 1;

/// How much is known about who holds an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The mobile number was confirmed by a code.
    Registered,
    /// Its address was shown by a PIN that came there.
    Activated,
    /// An officer compared the person with an identity document.
    Verified,
    /// Verified, and with a passkey that signs documents.
    Plus,
}

impl Level {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Activated => "activated",
            Self::Verified => "verified",
            Self::Plus => "plus",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Registered, Self::Activated, Self::Verified, Self::Plus].into_iter().find(|level| level.name() == name)
    }
}

/// An account. Its mobile number stays sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id; no online service ever sees it.
    pub id: Id<kinds::Account>,
    /// How much is known.
    pub level: Level,
    /// The language of its messages.
    pub language: Language,
    /// When it was made.
    pub created: Instant,
    /// The last day on which it can be read unless it is used before.
    pub expiry: Day,
    /// When it was given back to somebody who had lost every way in, unless the identity was proofed since.
    pub recovered: Option<Instant>,
}

impl Account {
    /// Whether an officer must compare the person with a document before the account signs anything: never done, or not since the
    /// account was given back. Whoever talked an officer into a recovery does not sign in somebody's name as well.
    pub fn needs_proofing(&self) -> bool {
        self.level < Level::Verified || self.recovered.is_some()
    }
}

/// A mobile number or a password's hash as it is stored, and where it lives.
#[derive(Clone, Debug)]
pub(crate) struct SealedValue {
    pub(crate) record: RecordNumber,
    pub(crate) expiry: Day,
    pub(crate) sealed: Sealed,
}

impl SealedValue {
    /// Seals a value for so many months. Before the transaction that stores it.
    pub(crate) fn seal(keys: &Keyring, today: Day, months: i32, plain: &[u8]) -> Result<Self, SealError> {
        let (record, expiry) = (keys.next_record()?, today.plus_months(months));
        let sealed = keys.seal(&slot(record, expiry)?, plain)?;
        Ok(Self { record, expiry, sealed })
    }

    pub(crate) fn slot(&self) -> Result<Slot, SealError> {
        slot(self.record, self.expiry)
    }

    /// The record number as the store keeps it.
    pub(crate) fn number(&self) -> i64 {
        i64::try_from(self.record.0).unwrap_or(i64::MAX)
    }
}

/// An account, unless it has ended.
pub fn account(tx: &mut Tx<'_>, id: Id<kinds::Account>) -> Result<Option<Account>, StoreError> {
    storage::account::find(tx, id)
}

/// Makes the key trees of the purposes: accounts, persons and messages.
pub fn prepare_keys(keys: &Keyring) -> Result<(), SealError> {
    keys.add_purpose(&Purpose::new(ACCOUNT)?)?;
    keys.add_purpose(&Purpose::new(IDENTITY)?)?;
    keys.add_purpose(&Purpose::new(notify::PURPOSE)?)
}

/// The same number always has the same tag, and the tag says nothing to whoever lacks the key. Whoever has key and store can
/// try all numbers of Hong Kong: that is the price of one account a number.
pub(crate) fn mobile_tag(keys: &Keyring, mobile: &Mobile) -> [u8; 32] {
    keys.prf("account-mobile", mobile.e164().as_bytes())
}

fn slot(record: RecordNumber, expiry: Day) -> Result<Slot, SealError> {
    Ok(Slot { purpose: Purpose::new(ACCOUNT)?, record, person: 0, group: 0, schema: SCHEMA, expiry })
}
