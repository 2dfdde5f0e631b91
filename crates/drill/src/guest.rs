use journal::Committed;
use kernel::{Day, Fault, Kind, Random, Secret, from_hex, to_hex};
use seal::{Keyring, Purpose, RecordNumber, SealError, Sealed, Slot, sha256};
use serde::{Deserialize, Serialize};

/// Under what names and addresses of guests are sealed.
pub(crate) const PURPOSE: &str = "drill-guests";
const SCHEMA: u16 = 1;
const NAME_MOST_CHARS: usize = 100;
const MAIL_MOST_CHARS: usize = 254;

/// The name and mail address of an outside expert. Personal data: sealed at rest, opened only by a journaled act.
#[derive(Clone, Debug)]
pub struct GuestDetails {
    name: Secret<String>,
    mail: Secret<String>,
}

/// A guest's details that cannot be kept or opened.
#[derive(Debug, thiserror::Error)]
pub enum GuestError {
    /// The name is blank, too long or holds control characters.
    #[error("a name has 1 to 100 characters")]
    Name,
    /// The address is not a mail address.
    #[error("a mail address looks like name@example.hk")]
    Mail,
    /// The keys refused.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Fault for GuestError {
    fn kind(&self) -> Kind {
        match self {
            Self::Name | Self::Mail => Kind::Invalid,
            Self::Seal(error) => error.kind(),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Plain {
    name: String,
    mail: String,
}

impl GuestDetails {
    /// Reads a name and a mail address as typed.
    pub fn parse(name: &str, mail: &str) -> Result<Self, GuestError> {
        let (name, mail) = (name.trim(), mail.trim());
        if name.is_empty() || name.chars().count() > NAME_MOST_CHARS || name.chars().any(char::is_control) {
            return Err(GuestError::Name);
        }
        let plain = |part: &str| !part.is_empty() && !part.contains(|c: char| c == '@' || c.is_whitespace() || c.is_control());
        let usual = mail.split_once('@').is_some_and(|(local, host)| plain(local) && plain(host) && host.contains('.'));
        if !usual || mail.chars().count() > MAIL_MOST_CHARS {
            return Err(GuestError::Mail);
        }
        Ok(Self { name: Secret::new(name.to_owned()), mail: Secret::new(mail.to_owned()) })
    }

    /// The name.
    pub const fn name(&self) -> &Secret<String> {
        &self.name
    }

    /// The mail address.
    pub const fn mail(&self) -> &Secret<String> {
        &self.mail
    }
}

/// A guest's details as they are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedGuest {
    pub(crate) record: RecordNumber,
    pub(crate) expiry: Day,
    pub(crate) sealed: Sealed,
}

/// Adds this crate's purpose to the platform's keys. Call it when the platform opens.
pub fn prepare_keys(keys: &Keyring) -> Result<(), SealError> {
    keys.add_purpose(&Purpose::new(PURPOSE)?)
}

/// Seals a guest's details until the end of a day. Heavy work: call it before the transaction that stores them.
pub fn seal_guest(keys: &Keyring, last: Day, details: &GuestDetails) -> Result<SealedGuest, GuestError> {
    let plain = Plain { name: details.name.expose().clone(), mail: details.mail.expose().clone() };
    let text = serde_json::to_vec(&plain).map_err(|_| GuestError::Name)?;
    let record = keys.next_record()?;
    let sealed = keys.seal(&slot(record, last)?, &text)?;
    Ok(SealedGuest { record, expiry: last, sealed })
}

impl SealedGuest {
    /// Opens the details with the proof that their opening is on record.
    pub fn open(&self, committed: &Committed, keys: &Keyring) -> Result<GuestDetails, GuestError> {
        // The purge has been here: the seat stands, the person is forgotten.
        if self.sealed.as_bytes().is_empty() {
            return Err(SealError::Gone.into());
        }
        let text = committed.open(keys, &slot(self.record, self.expiry)?, &self.sealed)?;
        let plain: Plain = serde_json::from_slice(text.expose()).map_err(|_| SealError::Broken)?;
        Ok(GuestDetails { name: Secret::new(plain.name), mail: Secret::new(plain.mail) })
    }

    /// The last day on which they can be opened.
    pub const fn expiry(&self) -> Day {
        self.expiry
    }
}

fn slot(record: RecordNumber, expiry: Day) -> Result<Slot, SealError> {
    Ok(Slot { purpose: Purpose::new(PURPOSE)?, record, person: 0, group: 0, schema: SCHEMA, expiry })
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
    fn a_guest_has_a_name_and_a_mail_address_and_prints_neither() {
        let details = GuestDetails::parse(" 李博士 ", " lee@university.example.hk ").unwrap();
        assert_eq!((details.name().expose().as_str(), details.mail().expose().as_str()), ("李博士", "lee@university.example.hk"));
        assert!(!format!("{details:?}").contains("lee"));
        assert!(matches!(GuestDetails::parse(" ", "a@b.hk"), Err(GuestError::Name)));
        assert!(matches!(GuestDetails::parse("A", "a@b"), Err(GuestError::Mail)));
    }

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
