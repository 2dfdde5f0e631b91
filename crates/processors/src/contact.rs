use journal::Committed;
use kernel::{Day, Secret};
use people::{Contact, ContactError};
use seal::{Keyring, Purpose, SealError, Sealed, Slot};
use serde::{Deserialize, Serialize};

/// Under what contractors' contact details are sealed.
pub(crate) const PURPOSE: &str = "contractors";
/// Contact details die after two years unless they are renewed.
const LIFE_MONTHS: i32 = 24;
const SCHEMA: u16 = 1;

/// Who to speak to at a contractor, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedContact {
    pub(crate) sealed: Sealed,
    pub(crate) expiry: Day,
}

#[derive(Serialize, Deserialize)]
struct Plain {
    name: String,
    mail: String,
}

/// Seals a contact for two years. Heavy work: call it before the transaction that stores it.
pub fn seal_contact(keys: &Keyring, today: Day, contact: &Contact) -> Result<SealedContact, ContactError> {
    let plain = Plain { name: contact.name().expose().clone(), mail: contact.mail().expose().clone() };
    let text = serde_json::to_vec(&plain).map_err(|_| ContactError::Name)?;
    let expiry = today.plus_months(LIFE_MONTHS);
    let slot =
        Slot { purpose: Purpose::new(PURPOSE)?, record: keys.next_record()?, person: 0, group: 0, schema: SCHEMA, expiry };
    Ok(SealedContact { sealed: keys.seal(&slot, &text)?, expiry })
}

impl SealedContact {
    /// Opens the contact with the proof that its opening is on record.
    pub fn open(&self, committed: &Committed, keys: &Keyring) -> Result<Contact, ContactError> {
        let slot = self.sealed.claimed_slot(Purpose::new(PURPOSE)?)?;
        let text: Secret<Vec<u8>> = committed.open(keys, &slot, &self.sealed)?;
        let plain: Plain = serde_json::from_slice(text.expose()).map_err(|_| SealError::Broken)?;
        Contact::parse(&plain.name, &plain.mail)
    }

    /// The last day on which it can be opened.
    pub const fn expiry(&self) -> Day {
        self.expiry
    }
}
