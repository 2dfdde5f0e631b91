use journal::{Committed, Event, Work};
use kernel::{Day, Fault, Id, Kind, kinds, one_line};
use seal::{Keyring, Purpose, SealError, Sealed, Slot};
use store::StoreError;

use crate::contact::{LIFE_MONTHS, PURPOSE};
use crate::{PasskeyListed, SignedIn, storage};

const NAME_MAX_CHARS: usize = 40;
/// Beside contact details, which are group 0 of the same purpose.
const GROUP: u8 = 1;
const SCHEMA: u16 = 1;

/// What an officer calls a passkey, as it is stored. People name devices after themselves, so the store never sees the
/// words; the officer's own list opens them, and they die with the passkey, or after two years unless they are given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedPasskeyName {
    pub(crate) sealed: Sealed,
    pub(crate) expiry: Day,
}

impl SealedPasskeyName {
    /// Seals a name as typed, of 1 to 40 characters.
    pub fn seal(keys: &Keyring, today: Day, passkey: Id<kinds::Passkey>, name: &str) -> Result<Self, NamePasskeyError> {
        let name = one_line(name, NAME_MAX_CHARS).ok_or(NamePasskeyError::Name)?;
        let (record, expiry) = (keys.next_record()?, today.plus_months(LIFE_MONTHS));
        let slot = Slot { purpose: Purpose::new(PURPOSE)?, record, person: 0, group: GROUP, schema: SCHEMA, expiry };
        let plain = [passkey.bytes().as_slice(), name.as_bytes()].concat();
        Ok(Self { sealed: keys.seal(&slot, &plain)?, expiry })
    }

    /// The name, for its officer, with the proof that its opening is on record; nothing when its day has passed, or when it was
    /// sealed for another passkey.
    pub fn open(&self, committed: &Committed, keys: &Keyring, passkey: Id<kinds::Passkey>) -> Option<String> {
        let claimed = self.sealed.claimed_slot(Purpose::new(PURPOSE).ok()?).ok()?;
        let slot = Slot { person: 0, group: GROUP, schema: SCHEMA, expiry: self.expiry, ..claimed };
        let plain = committed.open(keys, &slot, &self.sealed).ok()?;
        let name = plain.expose().strip_prefix(passkey.bytes().as_slice())?;
        String::from_utf8(name.to_vec()).ok()
    }
}

/// The officer's own passkeys. The `Committed` of this unit of work opens their names: that they were shown is on record.
pub fn own_passkeys(work: &mut Work<'_, '_>, who: &SignedIn) -> Result<Vec<PasskeyListed>, StoreError> {
    let listed = storage::passkey::list(work.tx(), who.officer())?;
    let named = listed.iter().filter(|passkey| passkey.name.is_some()).count();
    if named > 0 {
        let event = Event::new("people.passkey_names_shown").detail("officer", who.officer().to_string());
        work.journal(event.detail("passkeys", u64::try_from(named).unwrap_or(u64::MAX)))?;
    }
    Ok(listed)
}

/// A name for one of the officer's own passkeys.
#[derive(Clone, Debug)]
pub struct NamePasskey {
    /// The passkey.
    pub passkey: Id<kinds::Passkey>,
    /// Its name, sealed for it.
    pub name: SealedPasskeyName,
}

/// Why a passkey has no new name.
#[derive(Debug, thiserror::Error)]
pub enum NamePasskeyError {
    /// The name is blank, too long or holds control characters.
    #[error("a name has 1 to 40 characters")]
    Name,
    /// It is not one of yours.
    #[error("this is not one of your passkeys")]
    Missing,
    /// The keys refused.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for NamePasskeyError {
    fn kind(&self) -> Kind {
        match self {
            Self::Name => Kind::Invalid,
            Self::Missing => Kind::Missing,
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Names one of the officer's own passkeys. The journal hears of it, but not of the words.
pub fn name_passkey(work: &mut Work<'_, '_>, who: &SignedIn, command: &NamePasskey) -> Result<(), NamePasskeyError> {
    if storage::passkey::rename(work.tx(), who.officer(), command.passkey, &command.name)? == 0 {
        return Err(NamePasskeyError::Missing);
    }
    work.journal(
        Event::new("people.passkey_named")
            .detail("officer", who.officer().to_string())
            .detail("passkey", command.passkey.to_string()),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::{Role, passkeys};
    use journal::Actor;
    use store::RunError;

    #[test]
    fn an_officer_names_a_passkey_and_the_store_never_sees_the_words() {
        let city = City::new();
        let officer = city.sign_in_new(city.department(), &[Role::CaseOfficer]);
        let mine = || city.read(|tx| passkeys(tx, officer.who.officer()).map(Some)).unwrap();
        let passkey = mine()[0].id;
        assert_eq!(mine()[0].name, None);
        let name = SealedPasskeyName::seal(&city.keys, city.now().day(), passkey, " Siu Ming's phone 手機 ").unwrap();
        assert!(!name.sealed.as_bytes().windows(4).any(|part| part == b"Ming"));
        let (who, command) = (officer.who.clone(), NamePasskey { passkey, name });
        city.act(Actor::Visitor, move |work| name_passkey(work, &who, &command)).unwrap();
        assert_eq!(city.verbs().last().unwrap(), "people.passkey_named");
        let who = officer.who.clone();
        let shown = city.ledger.write("test", Actor::Visitor, move |work| own_passkeys(work, &who));
        let (listed, committed) = shown.unwrap();
        let kept = listed[0].name.clone().unwrap();
        assert_eq!(kept.open(&committed, &city.keys, passkey).as_deref(), Some("Siu Ming's phone 手機"));
        assert_eq!(kept.open(&committed, &city.keys, Id::from_bytes([7; 16])), None);
        assert!(!city.journal_text().contains("Ming"));
        assert_eq!(city.verbs().last().unwrap(), "people.passkey_names_shown");
    }

    #[test]
    fn nobody_names_anothers_passkey_and_a_name_is_a_short_line() {
        let city = City::new();
        let department = city.department();
        let (one, other) = (city.sign_in_new(department, &[Role::CaseOfficer]), city.sign_in_new(department, &[Role::Auditor]));
        let passkey = city.read(|tx| passkeys(tx, one.who.officer()).map(Some)).unwrap()[0].id;
        let name = SealedPasskeyName::seal(&city.keys, city.now().day(), passkey, "stolen").unwrap();
        let (who, command) = (other.who, NamePasskey { passkey, name });
        let refused = city.act(Actor::Visitor, move |work| name_passkey(work, &who, &command));
        assert!(matches!(refused, Err(RunError::Refused(NamePasskeyError::Missing))));
        for bad in ["", "  ", "a\nb", &"x".repeat(41)] {
            let sealed = SealedPasskeyName::seal(&city.keys, city.now().day(), passkey, bad);
            assert!(matches!(sealed, Err(NamePasskeyError::Name)), "{bad}");
        }
    }
}
