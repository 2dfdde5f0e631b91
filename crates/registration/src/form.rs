use hongkong::DateOfBirthError;
use serde::{Deserialize, Serialize};

/// What was typed about a household: one model for the pages and for the JSON API. Nothing here is checked yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HouseholdForm {
    /// Identity-card number of the main registrant, with check digit.
    pub id_number: String,
    /// Date of birth of the main registrant.
    pub birth: BirthForm,
    /// Name of the main registrant, as on the card.
    pub name: String,
    /// Where to deliver.
    pub address: AddressForm,
    /// Hong Kong mobile number; may be shared with others. Empty when an officer registers a person without a phone.
    pub mobile: String,
    /// The other members.
    pub members: Vec<PersonForm>,
    /// Doses of a vaccine, `0` to `9`; read only where the scheme asks for them.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub vaccination: String,
}

/// What was typed about one further member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonForm {
    /// Identity-card number with check digit.
    pub id_number: String,
    /// Date of birth.
    pub birth: BirthForm,
}

/// A date of birth: three boxes on a page, `1950-12-31` in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum BirthForm {
    /// `1950-12-31`.
    Iso(String),
    /// Three boxes.
    Boxes {
        /// Day of the month.
        day: String,
        /// Month.
        month: String,
        /// Year with four digits.
        year: String,
    },
}

impl Default for BirthForm {
    fn default() -> Self {
        Self::Boxes { day: String::new(), month: String::new(), year: String::new() }
    }
}

impl BirthForm {
    /// The date, or what is wrong with it.
    pub(crate) fn parse(&self, today: kernel::Day) -> Result<kernel::Day, DateOfBirthError> {
        let birth = match self {
            Self::Iso(text) => hongkong::DateOfBirth::parse_iso(text, today),
            Self::Boxes { day, month, year } => hongkong::DateOfBirth::parse(day, month, year, today),
        };
        birth.map(hongkong::DateOfBirth::day)
    }
}

/// What was typed about the address: a choice from the gazetteer, or free text with a district.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AddressForm {
    /// The gazetteer's key of the chosen premises; empty when the address was typed.
    pub key: String,
    /// Flat or room.
    pub flat: String,
    /// Floor.
    pub floor: String,
    /// The address as typed, when it is not in the gazetteer.
    pub text: String,
    /// District code (`KT`), needed with `text` only.
    pub district: String,
}
