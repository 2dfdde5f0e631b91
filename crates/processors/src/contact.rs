use journal::Committed;
use kernel::Day;
use people::{Contact, ContactError};
use seal::{Keyring, Purpose, Sealed};

/// Under what contractors' contact details are sealed.
pub(crate) const PURPOSE: &str = "contractors";
/// Contact details die after two years unless they are renewed.
const LIFE_MONTHS: i32 = 24;

/// Who to speak to at a contractor, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedContact {
    pub(crate) sealed: Sealed,
    pub(crate) expiry: Day,
}

/// Seals a contact for two years. Heavy work: call it before the transaction that stores it.
pub fn seal_contact(keys: &Keyring, today: Day, contact: &Contact) -> Result<SealedContact, ContactError> {
    let kept = contact.seal(keys, PURPOSE, today.plus_months(LIFE_MONTHS))?;
    Ok(SealedContact { sealed: kept.sealed().clone(), expiry: kept.expiry() })
}

impl SealedContact {
    /// Opens the contact with the proof that its opening is on record.
    pub fn open(&self, committed: &Committed, keys: &Keyring) -> Result<Contact, ContactError> {
        // This table has no column for the record number: it is the one that the bytes claim, and opens only what was sealed under it.
        let claimed = self.sealed.claimed_slot(Purpose::new(PURPOSE)?)?;
        people::SealedContact::stored(PURPOSE, claimed.record, claimed.expiry, self.sealed.clone()).open(committed, keys)
    }

    /// The last day on which it can be opened.
    pub const fn expiry(&self) -> Day {
        self.expiry
    }
}
