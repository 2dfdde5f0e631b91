use journal::Committed;
use kernel::{Day, Fault, Kind, Secret};
use seal::{Keyring, Purpose, RecordNumber, SealError, Sealed, Slot};
use serde::{Deserialize, Serialize};

/// Under what officers' contact details are sealed.
pub(crate) const PURPOSE: &str = "officers";
/// Contact details die after two years unless they are renewed.
pub(crate) const LIFE_MONTHS: i32 = 24;
const SCHEMA: u16 = 1;
const NAME_MAX_CHARS: usize = 100;
const MAIL_MAX_CHARS: usize = 254;

/// The name and mail of whoever fills a post. Personal data: sealed at rest, opened only by a journaled act.
#[derive(Clone, Debug)]
pub struct Contact {
    name: Secret<String>,
    mail: Secret<String>,
}

/// A contact that cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    /// The name is blank, too long or holds control characters.
    #[error("a name has 1 to 100 characters")]
    Name,
    /// The address is not a mail address.
    #[error("a mail address looks like name@department.gov.hk")]
    Mail,
    /// The keys refused.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Fault for ContactError {
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

impl Contact {
    /// Reads a name and a mail address as typed.
    pub fn parse(name: &str, mail: &str) -> Result<Self, ContactError> {
        let (name, mail) = (name.trim(), mail.trim());
        if name.is_empty() || name.chars().count() > NAME_MAX_CHARS || name.chars().any(char::is_control) {
            return Err(ContactError::Name);
        }
        let plain =
            |part: &str| !part.is_empty() && !part.contains(|c: char| c == '@' || c.is_whitespace() || c.is_control());
        let usual = mail.split_once('@').is_some_and(|(local, host)| plain(local) && plain(host) && host.contains('.'));
        if !usual || mail.chars().count() > MAIL_MAX_CHARS {
            return Err(ContactError::Mail);
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

/// A contact as it is stored, and where it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedContact {
    pub(crate) record: RecordNumber,
    pub(crate) expiry: Day,
    pub(crate) sealed: Sealed,
}

/// Adds this crate's purpose to the platform's keys. Call it when the platform opens.
pub fn prepare_keys(keys: &Keyring) -> Result<(), SealError> {
    keys.add_purpose(&Purpose::new(PURPOSE)?)
}

/// Seals a contact for two years. Heavy work: call it before the transaction that stores it.
pub fn seal_contact(keys: &Keyring, today: Day, contact: &Contact) -> Result<SealedContact, ContactError> {
    let plain = Plain { name: contact.name.expose().clone(), mail: contact.mail.expose().clone() };
    let text = serde_json::to_vec(&plain).map_err(|_| ContactError::Name)?;
    let (record, expiry) = (keys.next_record()?, today.plus_months(LIFE_MONTHS));
    let sealed = keys.seal(&slot(record, expiry)?, &text)?;
    Ok(SealedContact { record, expiry, sealed })
}

impl SealedContact {
    /// Opens the contact with the proof that its opening is on record.
    pub fn open(&self, committed: &Committed, keys: &Keyring) -> Result<Contact, ContactError> {
        // The purge has been here: the post stands, the person is forgotten.
        if self.sealed.as_bytes().is_empty() {
            return Err(SealError::Gone.into());
        }
        let text = committed.open(keys, &slot(self.record, self.expiry)?, &self.sealed)?;
        let plain: Plain = serde_json::from_slice(text.expose()).map_err(|_| SealError::Broken)?;
        Ok(Contact { name: Secret::new(plain.name), mail: Secret::new(plain.mail) })
    }

    /// The last day on which it can be opened.
    pub const fn expiry(&self) -> Day {
        self.expiry
    }
}

fn slot(record: RecordNumber, expiry: Day) -> Result<Slot, SealError> {
    Ok(Slot { purpose: Purpose::new(PURPOSE)?, record, person: 0, group: 0, schema: SCHEMA, expiry })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_a_name_and_a_mail_address() {
        let contact = Contact::parse(" Chan Siu Ming ", "sm.chan@itb.example.hk").unwrap();
        assert_eq!(contact.name().expose(), "Chan Siu Ming");
        assert_eq!(contact.mail().expose(), "sm.chan@itb.example.hk");
        assert!(!format!("{contact:?}").contains("Chan"));
        let mail = |mail: &str| Contact::parse("陳小明", mail);
        for bad in ["", "x", "x@y", "@y.hk", "x@", "a b@y.hk", "a@b@c.hk"] {
            assert!(matches!(mail(bad), Err(ContactError::Mail)), "{bad}");
        }
        for bad in ["", "  ", "a\nb", &"長".repeat(101)] {
            assert!(matches!(Contact::parse(bad, "a@b.hk"), Err(ContactError::Name)), "{bad}");
        }
    }
}
