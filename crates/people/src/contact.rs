use journal::Committed;
use kernel::{Day, Fault, Kind, Secret, one_line};
use seal::{Keyring, Purpose, RecordNumber, SealError, Sealed, Slot};
use serde::{Deserialize, Serialize};

/// Under what officers' contact details are sealed.
pub(crate) const PURPOSE: &str = "officers";
/// Contact details die after two years unless they are renewed.
pub(crate) const LIFE_MONTHS: i32 = 24;
const SCHEMA: u16 = 1;
const NAME_MAX_CHARS: usize = 100;
const MAIL_MAX_CHARS: usize = 254;

/// The name and mail of somebody the house deals with: whoever fills a post, an outside expert, a contractor's person. Personal data:
/// sealed at rest, opened only by a journaled act.
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
    #[error("a mail address looks like name@example.hk")]
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
        let name = one_line(name, NAME_MAX_CHARS).ok_or(ContactError::Name)?;
        let mail = mail_address(mail).ok_or(ContactError::Mail)?;
        Ok(Self { name: Secret::new(name.to_owned()), mail: Secret::new(mail.to_owned()) })
    }

    /// Seals it under a purpose of the platform until the end of a day. Heavy work: call it before the transaction that stores it.
    pub fn seal(&self, keys: &Keyring, purpose: &'static str, last: Day) -> Result<SealedContact, ContactError> {
        let plain = Plain { name: self.name.expose().clone(), mail: self.mail.expose().clone() };
        let text = serde_json::to_vec(&plain).map_err(|_| ContactError::Name)?;
        let record = keys.next_record()?;
        let sealed = keys.seal(&slot(purpose, record, last)?, &text)?;
        Ok(SealedContact { purpose, record, expiry: last, sealed })
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

/// What was typed, without the blanks around it, if it looks like one mail address of somebody at work. Residents' addresses go through
/// a stricter door, `notify::MailAddress`.
pub fn mail_address(typed: &str) -> Option<&str> {
    let mail = typed.trim();
    let plain = |part: &str| !part.is_empty() && !part.contains(|c: char| c == '@' || c.is_whitespace() || c.is_control());
    let usual = mail.split_once('@').is_some_and(|(local, host)| plain(local) && plain(host) && host.contains('.'));
    (usual && mail.chars().count() <= MAIL_MAX_CHARS).then_some(mail)
}

/// A contact as it is stored, and where it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedContact {
    purpose: &'static str,
    record: RecordNumber,
    expiry: Day,
    sealed: Sealed,
}

/// Adds this crate's purpose to the platform's keys. Call it when the platform opens.
pub fn prepare_keys(keys: &Keyring) -> Result<(), SealError> {
    keys.add_purpose(&Purpose::new(PURPOSE)?)
}

/// Seals an officer's contact for two years. Heavy work: call it before the transaction that stores it.
pub fn seal_contact(keys: &Keyring, today: Day, contact: &Contact) -> Result<SealedContact, ContactError> {
    contact.seal(keys, PURPOSE, today.plus_months(LIFE_MONTHS))
}

impl SealedContact {
    /// What columns hold, with the purpose under which this table's contacts are sealed.
    pub const fn stored(purpose: &'static str, record: RecordNumber, expiry: Day, sealed: Sealed) -> Self {
        Self { purpose, record, expiry, sealed }
    }

    /// Opens the contact with the proof that its opening is on record.
    pub fn open(&self, committed: &Committed, keys: &Keyring) -> Result<Contact, ContactError> {
        // The purge has been here: the post stands, the person is forgotten.
        if self.sealed.as_bytes().is_empty() {
            return Err(SealError::Gone.into());
        }
        let text = committed.open(keys, &slot(self.purpose, self.record, self.expiry)?, &self.sealed)?;
        let plain: Plain = serde_json::from_slice(text.expose()).map_err(|_| SealError::Broken)?;
        Ok(Contact { name: Secret::new(plain.name), mail: Secret::new(plain.mail) })
    }

    /// The number under which its key is derived.
    pub const fn record(&self) -> RecordNumber {
        self.record
    }

    /// The last day on which it can be opened.
    pub const fn expiry(&self) -> Day {
        self.expiry
    }

    /// The bytes for the column.
    pub const fn sealed(&self) -> &Sealed {
        &self.sealed
    }
}

fn slot(purpose: &str, record: RecordNumber, expiry: Day) -> Result<Slot, SealError> {
    Ok(Slot { purpose: Purpose::new(purpose)?, record, person: 0, group: 0, schema: SCHEMA, expiry })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_any_version_stored_opens_under_its_own_purpose_and_no_other() {
        let city = crate::rehearsal::City::new();
        let (keys, last) = (&city.keys, city.ledger.now().day().plus(9));
        keys.add_purpose(&Purpose::new("drill-guests").unwrap()).unwrap();
        let record = keys.next_record().unwrap();
        let old = Slot { purpose: Purpose::new("drill-guests").unwrap(), record, person: 0, group: 0, schema: 1, expiry: last };
        let sealed = keys.seal(&old, r#"{"name":"李博士","mail":"lee@university.example.hk"}"#.as_bytes()).unwrap();
        let note = |work: &mut journal::Work<'_, '_>| work.journal(journal::Event::new("test.opened")).map(drop);
        let ((), committed) = city.ledger.write("test", journal::Actor::Operator, note).unwrap();
        let kept = |purpose| SealedContact::stored(purpose, record, last, sealed.clone()).open(&committed, keys);
        assert_eq!(kept("drill-guests").unwrap().name().expose(), "李博士");
        assert!(matches!(kept(PURPOSE), Err(ContactError::Seal(_))));
    }

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
