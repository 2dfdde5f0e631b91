use journal::Committed;
use kernel::{Day, Fault, Kind, Secret, from_hex, to_hex};
use people::mail_address;
use seal::{Keyring, Purpose, RecordNumber, SealError, Sealed, Slot, sha256};

/// Under what subscribers' addresses are sealed.
pub(crate) const PURPOSE: &str = "subscribers";
/// A subscription ends after a year unless it is asked for again.
const LIFE_MONTHS: i32 = 12;
const SCHEMA: u16 = 1;

/// What a subscription is called in the queue of mails.
pub type SubscriberId = [u8; 16];

/// An address that cannot be kept or opened.
#[derive(Debug, thiserror::Error)]
pub enum SubscriberError {
    /// Not a mail address.
    #[error("a mail address looks like name@example.hk")]
    Mail,
    /// Too many people ask at once.
    #[error("too many people have asked and not confirmed")]
    Busy,
    /// There is no such subscription.
    #[error("there is no such subscription")]
    Missing,
    /// The keys refused.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
}

impl Fault for SubscriberError {
    fn kind(&self) -> Kind {
        match self {
            Self::Mail => Kind::Invalid,
            Self::Busy => Kind::Busy,
            Self::Missing => Kind::Missing,
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// An address as it is stored, with the keyed tag by which the same address is known again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedAddress {
    pub(crate) record: RecordNumber,
    pub(crate) expiry: Day,
    pub(crate) sealed: Sealed,
    pub(crate) tag: [u8; 32],
}

/// What whoever has the link of a mail may confirm and end its subscription with. Derived from the subscription with a key that is not in
/// the database; the store keeps its digest only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionToken(Secret<[u8; 16]>);

impl SubscriptionToken {
    /// Reads the 32 hexadecimal digits of a link.
    pub fn parse(text: &str) -> Option<Self> {
        from_hex(text).ok()?.try_into().ok().map(|bytes| Self(Secret::new(bytes)))
    }

    /// The text for a link.
    pub fn reveal(&self) -> Secret<String> {
        Secret::new(to_hex(self.0.expose()))
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        sha256(&[b"lionrock subscription token\0", self.0.expose()])
    }
}

/// The token of a subscription.
pub fn subscription_token(keys: &Keyring, id: SubscriberId) -> SubscriptionToken {
    let bytes = keys.prf("subscription token", &id).first_chunk().copied().unwrap_or_default();
    SubscriptionToken(Secret::new(bytes))
}

/// Adds this crate's purpose to the platform's keys. Call it when the platform opens.
pub fn prepare_keys(keys: &Keyring) -> Result<(), SealError> {
    keys.add_purpose(&Purpose::new(PURPOSE)?)
}

/// Reads and seals an address for a year. Heavy work: call it before the transaction that stores it.
pub fn seal_address(keys: &Keyring, today: Day, typed: &str) -> Result<SealedAddress, SubscriberError> {
    let mail = mail_address(typed).ok_or(SubscriberError::Mail)?.to_lowercase();
    let (record, expiry) = (keys.next_record()?, today.plus_months(LIFE_MONTHS));
    let sealed = keys.seal(&slot(record, expiry)?, mail.as_bytes())?;
    Ok(SealedAddress { record, expiry, sealed, tag: keys.prf("subscriber address", mail.as_bytes()) })
}

impl SealedAddress {
    /// Opens the address with the proof that its opening is on record.
    pub fn open(&self, committed: &Committed, keys: &Keyring) -> Result<Secret<String>, SealError> {
        let plain = committed.open(keys, &slot(self.record, self.expiry)?, &self.sealed)?;
        String::from_utf8(plain.expose().clone()).map(Secret::new).map_err(|_| SealError::Broken)
    }

    /// The last day on which it can be opened.
    pub const fn expiry(&self) -> Day {
        self.expiry
    }
}

fn slot(record: RecordNumber, expiry: Day) -> Result<Slot, SealError> {
    Ok(Slot { purpose: Purpose::new(PURPOSE)?, record, person: 0, group: 0, schema: SCHEMA, expiry })
}
