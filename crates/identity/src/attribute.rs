//! What is known of the person behind an account. A name, what vouches for it and since when stand in clear; the value is sealed
//! under the purpose [`IDENTITY`](crate::IDENTITY) until the account ends, and each reading stands in the journal before.

use hongkong::IdNumber;
use journal::{Committed, Event, Work};
use kernel::{Day, Id, Instant, Secret, kinds};
use seal::{Keyring, Purpose, RecordNumber, SealError, Sealed, Slot};
use store::{StoreError, Tx};

use crate::{IDENTITY, storage};

const SCHEMA: u16 = 1;

/// What can be known of a person. The names are those that online services ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttributeName {
    /// The name in Latin letters.
    NameEn,
    /// The name in Chinese characters.
    NameZh,
    /// The number of the identity card, with its check digit as printed.
    IdentityNumber,
    /// The date of birth, `1950-12-31`.
    DateOfBirth,
    /// `female` or `male`, as on the card.
    Sex,
    /// The residential address.
    Address,
    /// The mobile number of the account in E.164; it is kept with the account and not here.
    Mobile,
    /// A mail address.
    Email,
    /// Where letters go, when it is not the residential address.
    PostalAddress,
    /// Whom to tell in an emergency.
    EmergencyContact,
}

impl AttributeName {
    /// All of them, in the order in which people are shown them.
    pub const ALL: [Self; 10] = [
        Self::NameEn,
        Self::NameZh,
        Self::IdentityNumber,
        Self::DateOfBirth,
        Self::Sex,
        Self::Address,
        Self::Mobile,
        Self::Email,
        Self::PostalAddress,
        Self::EmergencyContact,
    ];

    /// The name in tables, requests and tokens (OpenID Connect Core 5.1 where it has one); it never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NameEn => "name",
            Self::NameZh => "name#zh-Hant",
            Self::IdentityNumber => "hk_identity_number",
            Self::DateOfBirth => "birthdate",
            Self::Sex => "gender",
            Self::Address => "address",
            Self::Mobile => "phone_number",
            Self::Email => "email",
            Self::PostalAddress => "postal_address",
            Self::EmergencyContact => "emergency_contact",
        }
    }

    /// The attribute of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Whether residents write it themselves, whenever they like.
    pub const fn is_of_choosing(self) -> bool {
        matches!(self, Self::Email | Self::PostalAddress | Self::EmergencyContact)
    }

    /// Its field group, for ever.
    const fn group(self) -> u8 {
        self as u8
    }
}

/// What vouches for an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The resident wrote it.
    Typed,
    /// The resident showed that it is right: by a code that was sent there.
    Confirmed,
    /// It was compared with a document when the identity was proofed.
    Proofed,
    /// It was found in the population register when the identity was proofed.
    Register,
}

impl Source {
    const ALL: [Self; 4] = [Self::Typed, Self::Confirmed, Self::Proofed, Self::Register];

    /// Its name in tables and tokens.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Typed => "typed",
            Self::Confirmed => "confirmed",
            Self::Proofed => "proofed",
            Self::Register => "register",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// An attribute, opened.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Which.
    pub name: AttributeName,
    /// Its value.
    pub value: Secret<String>,
    /// What vouches for it.
    pub source: Source,
    /// Since when it stands like this.
    pub since: Instant,
}

/// An attribute as it is stored: what it is can be seen, its value cannot.
#[derive(Clone, Debug)]
pub struct SealedAttribute {
    /// Which.
    pub name: AttributeName,
    /// What vouches for it.
    pub source: Source,
    /// Since when it stands like this.
    pub since: Instant,
    pub(crate) slot: Slot,
    pub(crate) sealed: Sealed,
}

impl SealedAttribute {
    /// The record under which it is sealed: what the keys forget when it goes before its time.
    pub const fn slot(&self) -> &Slot {
        &self.slot
    }

    pub(crate) fn open(&self, committed: &Committed, keys: &Keyring) -> Result<Attribute, SealError> {
        let plain = committed.open(keys, &self.slot, &self.sealed)?;
        let value = String::from_utf8(plain.into_exposed()).map_err(|_| SealError::Broken)?;
        Ok(Attribute { name: self.name, value: Secret::new(value), source: self.source, since: self.since })
    }
}

/// Seals attributes for so many months, before the transaction that keeps them. All values of one call share a record, and no
/// record is used twice. `now` becomes their `since`.
pub fn seal_attributes(
    keys: &Keyring,
    now: Instant,
    months: i32,
    source: Source,
    values: &[(AttributeName, Secret<String>)],
) -> Result<Vec<SealedAttribute>, SealError> {
    let record = keys.next_record()?;
    let seal = |(name, value): &(AttributeName, Secret<String>)| {
        let slot = slot(*name, record, now.day().plus_months(months))?;
        let sealed = keys.seal(&slot, value.expose().as_bytes())?;
        Ok(SealedAttribute { name: *name, source, since: now, slot, sealed })
    };
    values.iter().map(seal).collect()
}

/// Keeps sealed attributes of an account in place of what stood there. The journal names them, never their values.
pub fn keep_attributes(
    work: &mut Work<'_, '_>,
    account: Id<kinds::Account>,
    attributes: &[SealedAttribute],
) -> Result<(), StoreError> {
    for attribute in attributes {
        storage::attribute::put(work.tx(), account, attribute)?;
    }
    let names = attributes.iter().map(|one| one.name.name()).collect();
    note(work, "identity.attributes_kept", account, names)
}

/// Removes an attribute of the resident's choosing; false when there was none.
pub fn remove_attribute(
    work: &mut Work<'_, '_>,
    account: Id<kinds::Account>,
    name: AttributeName,
) -> Result<bool, StoreError> {
    let removed = name.is_of_choosing() && storage::attribute::remove(work.tx(), account, name)? > 0;
    if removed {
        note(work, "identity.attribute_removed", account, vec![name.name()])?;
    }
    Ok(removed)
}

/// What is known of an account's person: which attributes, what vouches for them and since when, the mobile number among them. No
/// value is opened.
pub fn attributes(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Vec<SealedAttribute>, StoreError> {
    let mut found = storage::attribute::of(tx, account)?;
    let mobile = storage::account::mobile(tx, account)?.zip(storage::account::find(tx, account)?);
    if let Some((mobile, account)) = mobile {
        let slot = mobile.slot().map_err(|error| StoreError::Engine(error.to_string()))?;
        let (name, source, since) = (AttributeName::Mobile, Source::Confirmed, account.created);
        found.push(SealedAttribute { name, source, since, slot, sealed: mobile.sealed });
    }
    found.sort_unstable_by_key(|one| one.name);
    Ok(found)
}

/// Opens attributes. `committed` comes from the unit of work that noted who reads them and why.
pub fn open_attributes(
    committed: &Committed,
    keys: &Keyring,
    attributes: &[SealedAttribute],
) -> Result<Vec<Attribute>, SealError> {
    attributes.iter().map(|one| one.open(committed, keys)).collect()
}

/// Notes that residents look at their own attributes, and says which there are.
pub fn read_own_attributes(
    work: &mut Work<'_, '_>,
    account: Id<kinds::Account>,
) -> Result<Vec<SealedAttribute>, StoreError> {
    let found = attributes(work.tx(), account)?;
    note(work, "identity.attributes_read", account, found.iter().map(|one| one.name.name()).collect())?;
    Ok(found)
}

/// The tag under which one person has one account. Whoever has key and store can try all numbers of the city: that is the price.
pub(crate) fn person_tag(keys: &Keyring, number: &IdNumber) -> [u8; 32] {
    keys.prf("account-person", number.number().as_bytes())
}

pub(crate) fn slot(name: AttributeName, record: RecordNumber, expiry: Day) -> Result<Slot, SealError> {
    Ok(Slot { purpose: Purpose::new(IDENTITY)?, record, person: 0, group: name.group(), schema: SCHEMA, expiry })
}

fn note(work: &mut Work<'_, '_>, verb: &'static str, account: Id<kinds::Account>, names: Vec<&str>) -> Result<(), StoreError> {
    work.journal(Event::new(verb).record(account.bytes()).detail("attributes", names)).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::Stage;

    const MOBILE: &str = "5123 4567";

    fn values() -> [(AttributeName, Secret<String>); 2] {
        [(AttributeName::NameEn, "CHAN Tai Man"), (AttributeName::Email, "tai-man@example.hk")]
            .map(|(name, value)| (name, Secret::new(value.to_owned())))
    }

    fn keep(stage: &Stage, account: Id<kinds::Account>) {
        let sealed = seal_attributes(stage.keys(), stage.now(), 24, Source::Typed, &values()).unwrap();
        stage.act(move |work| keep_attributes(work, account, &sealed)).unwrap();
    }

    fn read(stage: &Stage, account: Id<kinds::Account>) -> Vec<Attribute> {
        let read = move |work: &mut Work<'_, '_>| read_own_attributes(work, account);
        let (sealed, committed) = stage.ledger.write("test", journal::Actor::Visitor, read).unwrap();
        open_attributes(&committed, stage.keys(), &sealed).unwrap()
    }

    #[test]
    fn attributes_are_kept_sealed_and_read_with_a_note() {
        let stage = Stage::new();
        let account = stage.sign_up(MOBILE).1.who.account();
        keep(&stage, account);
        let found = read(&stage, account);
        let values: Vec<_> = found.iter().map(|one| (one.name.name(), one.value.expose().as_str(), one.source)).collect();
        assert_eq!(values, [
            ("name", "CHAN Tai Man", Source::Typed),
            ("phone_number", "+85251234567", Source::Confirmed),
            ("email", "tai-man@example.hk", Source::Typed),
        ]);
        assert!(stage.verbs().contains(&"identity.attributes_read".to_owned()));
        let removed = |name| stage.act(move |work| remove_attribute(work, account, name)).unwrap();
        assert!(removed(AttributeName::Email) && !removed(AttributeName::Email));
        assert!(!removed(AttributeName::NameEn), "what was proofed is not taken out piece by piece");
        assert_eq!(read(&stage, account).len(), 2);
    }

    #[test]
    fn attributes_live_as_long_as_their_account_and_go_with_it() {
        let stage = Stage::new();
        let (mut passkey, signed_in) = stage.sign_up(MOBILE);
        let account = signed_in.who.account();
        keep(&stage, account);
        for _ in 0..3 {
            stage.clock.advance_days(300);
            stage.sign_in(&mut passkey);
        }
        assert_eq!(read(&stage, account).len(), 3, "kept for longer with each sign-in");
        stage.clock.advance_days(800);
        stage.act(crate::purge).unwrap();
        assert!(stage.read(move |tx| attributes(tx, account)).is_empty());
    }

    #[test]
    fn every_name_reads_back() {
        for name in AttributeName::ALL {
            assert_eq!(AttributeName::from_name(name.name()), Some(name));
        }
        assert_eq!(AttributeName::from_name("photo"), None);
        assert!(Source::ALL.into_iter().all(|source| Source::from_name(source.name()) == Some(source)));
    }
}
