use hongkong::names::{given_characters, surnames};
use hongkong::{IdNumber, Phone};
use kernel::{Day, Id, Random, kinds};
use seal::{Keyring, Purpose, RecordNumber, SealError, Sealed, Slot};
use serde::{Deserialize, Serialize};

/// Under what planted records are sealed: whoever reads the database must not learn which records to leave out.
const PURPOSE: &str = "canaries";
const SCHEMA: u16 = 1;
/// Canaries outlive the lease: a copy may turn up years later.
const LIFE_MONTHS: i32 = 60;
/// Prefixes believed never issued: nobody can have these numbers.
const PREFIXES: [&str; 4] = ["Q", "U", "I", "O"];

/// Somebody who does not exist, planted in a package: when the record turns up, the package has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// Its id.
    pub id: Id<kinds::Canary>,
    /// A reference like those of the true records.
    pub reference: String,
    /// As on the card: `CHAN Tai Man`.
    pub name: String,
    /// The identity-card number without its check digit; its prefix was never issued.
    pub number: String,
    /// The date of birth.
    pub birth: Day,
    /// The mobile number, eight digits.
    pub mobile: String,
    /// An address on one line.
    pub address: String,
}

/// What a canary needs of the world that it is planted in, so that it looks like its neighbours.
#[derive(Clone, Debug)]
pub struct Perch {
    /// A reference that no true record has.
    pub reference: String,
    /// A building that true records live in.
    pub building: String,
}

/// A canary as it is stored, with what it is recognised by.
#[derive(Clone, Debug)]
pub struct SealedCanary {
    pub(crate) id: Id<kinds::Canary>,
    pub(crate) number_tag: [u8; 32],
    pub(crate) mobile_tag: [u8; 32],
    pub(crate) reference_tag: [u8; 32],
    pub(crate) sealed: Sealed,
    pub(crate) expiry: Day,
}

impl Canary {
    /// Somebody who does not exist.
    pub fn make(id: Id<kinds::Canary>, random: &dyn Random, today: Day, perch: Perch) -> Self {
        let prefix = PREFIXES.get(pick(random, PREFIXES.len())).copied().unwrap_or("Q");
        let age_days = 18 * 366 + i32::try_from(random.below(60 * 365)).unwrap_or(0);
        let (floor, flat) = (1 + random.below(40), char::from(b'A' + u8::try_from(random.below(8)).unwrap_or(0)));
        Self {
            id,
            reference: perch.reference,
            name: name(random),
            number: format!("{prefix}{:06}", random.below(1_000_000)),
            birth: today.plus(-age_days),
            mobile: mobile(random),
            address: format!("Flat {flat}, {floor}/F, {}", perch.building),
        }
    }

    /// The value of a field in a package, by the field's name; nothing for a field that canaries do not have.
    pub fn cell(&self, field: &str) -> Option<String> {
        Some(match field {
            "reference" => self.reference.clone(),
            "name" => self.name.clone(),
            "identity-number" => IdNumber::from_number(&self.number).ok()?.formatted(),
            "birth" => self.birth.to_string(),
            "mobile" => self.mobile.clone(),
            "address" => self.address.clone(),
            "people" => "1".to_owned(),
            _ => return None,
        })
    }

    /// Seals it. Heavy work: call it before the transaction that plants it.
    pub fn seal(&self, keys: &Keyring, today: Day) -> Result<SealedCanary, SealError> {
        let body = serde_json::to_vec(self).map_err(|_| SealError::Invalid("a canary that cannot be written"))?;
        let expiry = today.plus_months(LIFE_MONTHS);
        let slot = slot(keys.next_record()?, expiry)?;
        Ok(SealedCanary {
            id: self.id,
            number_tag: number_tag(keys, &self.number),
            mobile_tag: mobile_tag(keys, &self.mobile),
            reference_tag: reference_tag(keys, &self.reference),
            sealed: keys.seal(&slot, &body)?,
            expiry,
        })
    }
}

/// Reads back a canary from opened bytes.
pub(crate) fn read(bytes: &[u8]) -> Result<Canary, SealError> {
    serde_json::from_slice(bytes).map_err(|_| SealError::Broken)
}

/// The slot that a sealed canary claims.
pub(crate) fn claimed_slot(sealed: &Sealed) -> Result<Slot, SealError> {
    sealed.claimed_slot(Purpose::new(PURPOSE)?)
}

pub(crate) fn purpose() -> Result<Purpose, SealError> {
    Purpose::new(PURPOSE)
}

pub(crate) const PURPOSE_NAME: &str = PURPOSE;

/// What a canary is recognised by when somebody shows its identity number.
pub(crate) fn number_tag(keys: &Keyring, number: &str) -> [u8; 32] {
    keys.prf("canary number", number.as_bytes())
}

/// What a canary is recognised by when somebody shows its mobile number.
pub(crate) fn mobile_tag(keys: &Keyring, mobile: &str) -> [u8; 32] {
    keys.prf("canary mobile", mobile.as_bytes())
}

/// What a canary is recognised by when somebody shows its reference.
pub(crate) fn reference_tag(keys: &Keyring, reference: &str) -> [u8; 32] {
    keys.prf("canary reference", crate::key::folded(reference).as_bytes())
}

fn slot(record: RecordNumber, expiry: Day) -> Result<Slot, SealError> {
    Ok(Slot { purpose: purpose()?, record, person: 0, group: 0, schema: SCHEMA, expiry })
}

fn name(random: &dyn Random) -> String {
    let part = |list: &[hongkong::names::NamePart]| list.get(pick(random, list.len())).map_or("Mo", |part| part.romanised);
    format!("{} {} {}", part(surnames()).to_uppercase(), part(given_characters()), part(given_characters()))
}

/// A number of a block of mobiles; the plan keeps none for fiction, so no message is ever sent to it.
fn mobile(random: &dyn Random) -> String {
    let digits = format!("{}", 60_100_000 + random.below(2_520_000));
    Phone::parse(&digits).map_or_else(|_| digits.clone(), |phone| phone.digits().to_owned())
}

fn pick(random: &dyn Random, among: usize) -> usize {
    usize::try_from(random.below(u64::try_from(among).unwrap_or(1))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::SeededRandom;

    #[test]
    fn a_canary_is_nobody_and_fills_every_field_of_a_package() {
        let random = SeededRandom::new(3);
        let perch = Perch { reference: "TEST-1".into(), building: "Wah Fu Estate".into() };
        let today = "2022-03-01".parse().unwrap();
        for number in 0..200 {
            let canary = Canary::make(Id::from_bytes([number; 16]), &random, today, perch.clone());
            assert!(IdNumber::parse(&canary.cell("identity-number").unwrap()).unwrap().is_synthetic());
            assert!(Phone::parse(&canary.mobile).unwrap().is_mobile());
            assert!((18..80).contains(&today.age_since(canary.birth)), "{}", canary.birth);
            for field in ["reference", "name", "birth", "mobile", "address", "people"] {
                assert!(!canary.cell(field).unwrap().is_empty());
            }
        }
    }
}
