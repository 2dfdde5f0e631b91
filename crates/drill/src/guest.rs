use journal::Committed;
use kernel::{Day, Random, Secret, from_hex, to_hex};
use people::{Contact, ContactError, SealedContact};
use seal::{Keyring, Purpose, SealError, sha256};

/// Under what names and addresses of guests are sealed.
pub(crate) const PURPOSE: &str = "drill-guests";

/// The name and mail address of an outside expert, as they are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedGuest(pub(crate) SealedContact);

/// Adds this crate's purpose to the platform's keys. Call it when the platform opens.
pub fn prepare_keys(keys: &Keyring) -> Result<(), SealError> {
    keys.add_purpose(&Purpose::new(PURPOSE)?)
}

/// Seals who a guest is until the end of a day. Heavy work: call it before the transaction that stores it.
pub fn seal_guest(keys: &Keyring, last: Day, guest: &Contact) -> Result<SealedGuest, ContactError> {
    guest.seal(keys, PURPOSE, last).map(SealedGuest)
}

impl SealedGuest {
    /// Opens who it is with the proof that the opening is on record.
    pub fn open(&self, committed: &Committed, keys: &Keyring) -> Result<Contact, ContactError> {
        self.0.open(committed, keys)
    }

    /// The last day on which it can be opened.
    pub const fn expiry(&self) -> Day {
        self.0.expiry()
    }
}

/// Sixteen random bytes that whoever holds them may take a guest's seat with. The store keeps only their SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestToken(Secret<[u8; 16]>);

impl GuestToken {
    pub(crate) fn new(random: &dyn Random) -> Self {
        Self(Secret::new(random.bytes16()))
    }

    /// Reads the 32 hexadecimal digits of a link or a cookie.
    pub fn parse(text: &str) -> Option<Self> {
        from_hex(text).ok()?.try_into().ok().map(|bytes| Self(Secret::new(bytes)))
    }

    /// The text for a link or a cookie.
    pub fn reveal(&self) -> Secret<String> {
        Secret::new(to_hex(self.0.expose()))
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        sha256(&[b"lionrock drill guest\0", self.0.expose()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_prints_nothing() {
        let token = GuestToken::parse(&"0f".repeat(16)).unwrap();
        assert_eq!(token.reveal().expose(), &"0f".repeat(16));
        assert!(!format!("{token:?}").contains("15"));
        for bad in ["", "0f", &"0g".repeat(16), &"0f".repeat(32)] {
            assert_eq!(GuestToken::parse(bad), None);
        }
    }
}
