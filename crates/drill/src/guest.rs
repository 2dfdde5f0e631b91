use journal::Committed;
use kernel::{Day, Id, Secret, from_hex, kinds, to_hex};
use people::{Contact, ContactError, SealedContact};
use seal::{Keyring, Purpose, RecordNumber, SealError, sha256};

/// Under what names and addresses of guests are sealed.
pub(crate) const PURPOSE: &str = "drill-guests";

/// The name and mail address of an outside expert, as they are stored, with what a key that is not in the database makes of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedGuest {
    pub(crate) contact: SealedContact,
    /// Of a guest who is just invited.
    pub(crate) fresh: Option<Fresh>,
}

/// What stands in the exercise's list beside sealed details: the tag of the address, and the secret of the link, of which the store keeps
/// a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fresh {
    pub(crate) drill: Id<kinds::Drill>,
    pub(crate) tag: [u8; 32],
    pub(crate) token: GuestToken,
}

/// Adds this crate's purpose to the platform's keys. Call it when the platform opens.
pub fn prepare_keys(keys: &Keyring) -> Result<(), SealError> {
    keys.add_purpose(&Purpose::new(PURPOSE)?)
}

/// Seals who a guest of an exercise is until the end of a day. Heavy work: call it before the transaction that stores it.
pub fn seal_guest(keys: &Keyring, (drill, last): (Id<kinds::Drill>, Day), guest: &Contact) -> Result<SealedGuest, ContactError> {
    let contact = guest.seal(keys, PURPOSE, last)?;
    let place = (drill, contact.record());
    let fresh = Fresh { drill, tag: tag_of(keys, place, guest.mail()), token: token_of(keys, place) };
    Ok(SealedGuest { contact, fresh: Some(fresh) })
}

/// The tag of a guest's address in the list of an exercise: of another exercise, another guest or another address it is another.
pub(crate) fn tag_of(keys: &Keyring, place: (Id<kinds::Drill>, RecordNumber), mail: &Secret<String>) -> [u8; 32] {
    keys.prf("drill guest address", &[place_bytes(place).as_slice(), mail.expose().as_bytes()].concat())
}

/// The secret of a guest's link, which nobody can make without the key.
pub(crate) fn token_of(keys: &Keyring, place: (Id<kinds::Drill>, RecordNumber)) -> GuestToken {
    let bytes = keys.prf("drill guest token", &place_bytes(place));
    GuestToken(Secret::new(bytes.first_chunk().copied().unwrap_or_default()))
}

fn place_bytes((drill, record): (Id<kinds::Drill>, RecordNumber)) -> Vec<u8> {
    [drill.bytes().as_slice(), record.0.to_be_bytes().as_slice()].concat()
}

impl SealedGuest {
    /// Opens who it is with the proof that the opening is on record.
    pub fn open(&self, committed: &Committed, keys: &Keyring) -> Result<Contact, ContactError> {
        self.contact.open(committed, keys)
    }

    /// The last day on which it can be opened.
    pub const fn expiry(&self) -> Day {
        self.contact.expiry()
    }
}

/// Sixteen bytes that whoever holds them may take a guest's seat with: made of the guest's place in the exercise's list with a key that is
/// not in the database. The store keeps only their SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestToken(Secret<[u8; 16]>);

impl GuestToken {
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
