use std::collections::HashSet;

use hongkong::{DateOfBirthError, District, IdNumber, IdNumberError, Phone, PhoneError};
use kernel::{Day, Environment};
use serde::{Deserialize, Serialize};

use crate::fault::{FieldFault, FieldProblem};
use crate::health::VACCINATIONS_MOST;
use crate::form::{AddressForm, BirthForm, HouseholdForm};

/// One person, as matched: identity number and date of birth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The number on the card.
    pub id_number: IdNumber,
    /// Date of birth.
    pub birth: Day,
}

/// Where to deliver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The address on one line, as it will be printed.
    pub line: String,
    /// Flat or room.
    pub flat: String,
    /// Floor.
    pub floor: String,
    /// The gazetteer's key; nothing when the gazetteer does not know the address and an officer has to look.
    pub key: Option<String>,
    /// The district.
    pub district: District,
}

/// A household that has been parsed: the type is the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Household {
    /// The main registrant.
    pub main: Person,
    /// The main registrant's name.
    pub name: String,
    /// The main registrant's address.
    pub address: Address,
    /// A Hong Kong mobile; none when the result goes by letter.
    pub mobile: Option<Phone>,
    /// The other members.
    pub members: Vec<Person>,
    /// Doses of a vaccine, where the scheme asks for them.
    pub vaccination: Option<u8>,
}

/// A list of places, as the parser needs it: `hongkong::Gazetteer` in the product.
pub trait Places: Send + Sync {
    /// The address on one line and the district of premises in the gazetteer.
    fn premises(&self, key: &str, flat: &str, floor: &str) -> Option<(String, District)>;
    /// The premises that a typed address names, if exactly that can be said.
    fn resolve(&self, text: &str) -> Option<(String, District)>;
}

/// What the parser must know beside the form.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// Which people this system may hold.
    pub environment: Environment,
    /// The civil day.
    pub today: Day,
    /// People in a household at most, the main registrant included.
    pub max_people: usize,
    /// Age of the main registrant at least.
    pub minimum_age: i16,
    /// Whether the result may go by letter, because an officer registers somebody without a phone.
    pub without_mobile: bool,
    /// Whether doses of a vaccine are asked for, and whether they may be left out.
    pub vaccination: Asked,
    /// The gazetteer.
    pub places: &'a dyn Places,
}

/// Whether something is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It is not: whatever is sent is not read.
    No,
    /// It may be left out.
    Voluntary,
    /// It must be given.
    Obligatory,
}

impl Person {
    /// What is matched and indexed: number without check digit, a bar, the date.
    pub fn index_input(&self) -> String {
        format!("{}|{}", self.id_number.number(), self.birth)
    }
}

impl Household {
    /// How many people.
    pub fn people(&self) -> usize {
        self.members.len() + 1
    }

    /// Everybody, the main registrant first.
    pub fn everyone(&self) -> impl Iterator<Item = &Person> {
        std::iter::once(&self.main).chain(&self.members)
    }

    /// Parses what was typed, or says about every field what is wrong with it. Pages and API use this one parser.
    pub fn parse(form: &HouseholdForm, rules: &Rules<'_>) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Problems::default();
        let main = problems.person("", &form.id_number, &form.birth, rules);
        if let Some(person) = &main
            && rules.today.age_since(person.birth) < rules.minimum_age
        {
            problems.note("birth", FieldFault::TooYoung(rules.minimum_age));
        }
        let name = problems.take("name", parse_name(&form.name));
        let address = problems.address(&form.address, rules.places);
        let mobile = problems.take("mobile", parse_mobile(&form.mobile, rules.without_mobile));
        let members = problems.members(form, main.as_ref(), rules);
        let vaccination = problems.take("vaccination", parse_doses(&form.vaccination, rules.vaccination)).flatten();
        match (main, name, address, mobile) {
            (Some(main), Some(name), Some(address), Some(mobile)) if problems.0.is_empty() => {
                Ok(Self { main, name, address, mobile, members, vaccination })
            }
            _ => Err(problems.0),
        }
    }
}

/// What a resident corrects, parsed by the rules that hold for a registration.
pub(crate) struct Changes {
    pub name: Option<String>,
    pub address: Option<Address>,
    pub mobile: Option<Phone>,
}

impl Changes {
    pub(crate) fn parse(
        name: Option<&str>,
        address: Option<&AddressForm>,
        mobile: Option<&str>,
        rules: &Rules<'_>,
    ) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Problems::default();
        let name = name.and_then(|name| problems.take("name", parse_name(name)));
        let address = address.and_then(|address| problems.address(address, rules.places));
        let mobile = mobile.and_then(|mobile| problems.take("mobile", parse_mobile(mobile, false))).flatten();
        if problems.0.is_empty() { Ok(Self { name, address, mobile }) } else { Err(problems.0) }
    }
}

/// Checks one part of the form, for a page that asks only for that part; the whole is parsed again at the end.
pub fn check_part(form: &HouseholdForm, part: Part, rules: &Rules<'_>) -> Vec<FieldProblem> {
    let problems = Household::parse(form, rules).err().unwrap_or_default();
    problems.into_iter().filter(|problem| part.owns(&problem.field)).collect()
}

/// One page's worth of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Identity number and date of birth of the main registrant.
    Identity,
    /// Name.
    Name,
    /// Address.
    Address,
    /// Mobile number.
    Mobile,
    /// One further member, by place.
    Member(usize),
}

impl Part {
    fn owns(self, field: &str) -> bool {
        match self {
            Self::Identity => field == "id_number" || field == "birth",
            Self::Name => field == "name",
            Self::Address => field.starts_with("address"),
            Self::Mobile => field == "mobile",
            Self::Member(index) => field == "members" || field.starts_with(&format!("members.{index}.")),
        }
    }
}

#[derive(Default)]
struct Problems(Vec<FieldProblem>);

impl Problems {
    fn note(&mut self, field: impl Into<String>, fault: FieldFault) {
        self.0.push(FieldProblem { field: field.into(), fault });
    }

    fn take<T>(&mut self, field: &str, result: Result<T, FieldFault>) -> Option<T> {
        result.map_err(|fault| self.note(field, fault)).ok()
    }

    fn person(&mut self, prefix: &str, number: &str, birth: &BirthForm, rules: &Rules<'_>) -> Option<Person> {
        let number = self.take(&format!("{prefix}id_number"), parse_number(number, rules.environment));
        let birth = birth.parse(rules.today).map_err(FieldFault::from);
        let birth = self.take(&format!("{prefix}birth"), birth);
        Some(Person { id_number: number?, birth: birth? })
    }

    fn members(&mut self, form: &HouseholdForm, main: Option<&Person>, rules: &Rules<'_>) -> Vec<Person> {
        let most = rules.max_people.saturating_sub(1);
        if form.members.len() > most {
            self.note("members", FieldFault::TooManyMembers(most));
        }
        let mut seen: HashSet<String> = main.iter().map(|person| person.id_number.number().to_owned()).collect();
        let mut members = Vec::new();
        for (member, index) in form.members.iter().take(most).zip(0..) {
            let prefix = format!("members.{index}.");
            let Some(person) = self.person(&prefix, &member.id_number, &member.birth, rules) else { continue };
            if !seen.insert(person.id_number.number().to_owned()) {
                self.note(format!("{prefix}id_number"), FieldFault::SamePersonTwice);
            }
            members.push(person);
        }
        members
    }

    fn address(&mut self, form: &AddressForm, places: &dyn Places) -> Option<Address> {
        for (field, text) in [("address.flat", &form.flat), ("address.floor", &form.floor)] {
            if text.chars().count() > 20 || text.chars().any(char::is_control) {
                self.note(field, FieldFault::TooLong(20));
                return None;
            }
        }
        let (flat, floor) = (form.flat.trim().to_owned(), form.floor.trim().to_owned());
        if !form.key.is_empty() {
            let found = places.premises(&form.key, &flat, &floor).ok_or(FieldFault::AddressChoice);
            let (line, district) = self.take("address.key", found)?;
            return Some(Address { line, flat, floor, key: Some(form.key.clone()), district });
        }
        let text = form.text.trim();
        if text.is_empty() {
            self.note("address.text", FieldFault::AddressMissing);
            return None;
        }
        if text.chars().count() > 200 || text.chars().any(char::is_control) {
            self.note("address.text", FieldFault::TooLong(200));
            return None;
        }
        let district = District::from_code(form.district.trim()).ok_or(FieldFault::DistrictMissing);
        let district = self.take("address.district", district)?;
        let known = places.resolve(text).filter(|(_, found)| *found == district);
        let line = [flat.as_str(), floor.as_str(), text].into_iter().filter(|part| !part.is_empty());
        let line = line.collect::<Vec<_>>().join(", ");
        Some(Address { line, flat, floor, key: known.map(|(key, _)| key), district })
    }
}

fn parse_number(text: &str, environment: Environment) -> Result<IdNumber, FieldFault> {
    let number = IdNumber::parse(text)?;
    match (environment.synthetic_only(), number.is_synthetic()) {
        (true, false) => Err(FieldFault::OnlySynthetic),
        (false, true) => Err(FieldFault::Synthetic),
        _ => Ok(number),
    }
}

fn parse_name(text: &str) -> Result<String, FieldFault> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Err(FieldFault::NameMissing);
    }
    if name.chars().count() > 100 {
        return Err(FieldFault::TooLong(100));
    }
    // Characters that turn the direction of writing could make a name read as something else on a letter.
    let turning = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let odd = |c: char| c.is_control() || turning(c) || c.is_ascii_digit() || "<>{}[]@#$%^*=|\\\"".contains(c);
    if name.chars().any(odd) { Err(FieldFault::NameCharacters) } else { Ok(name) }
}

fn parse_mobile(text: &str, may_be_missing: bool) -> Result<Option<Phone>, FieldFault> {
    if may_be_missing && text.trim().is_empty() {
        return Ok(None);
    }
    let phone = Phone::parse(text)?;
    if phone.is_mobile() { Ok(Some(phone)) } else { Err(FieldFault::NotMobile) }
}

fn parse_doses(text: &str, asked: Asked) -> Result<Option<u8>, FieldFault> {
    match (asked, text.trim()) {
        (Asked::No, _) | (Asked::Voluntary, "") => Ok(None),
        (_, text) => {
            let doses = text.parse().ok().filter(|doses| *doses <= VACCINATIONS_MOST);
            doses.map(Some).ok_or(FieldFault::Doses)
        }
    }
}

impl From<IdNumberError> for FieldFault {
    fn from(error: IdNumberError) -> Self {
        match error {
            IdNumberError::Empty => Self::IdMissing,
            IdNumberError::Shape => Self::IdShape,
            IdNumberError::CheckDigitMissing => Self::IdCheckDigitMissing,
            IdNumberError::CheckDigit => Self::IdCheckDigit,
        }
    }
}

impl From<DateOfBirthError> for FieldFault {
    fn from(error: DateOfBirthError) -> Self {
        match error {
            DateOfBirthError::Missing { .. } => Self::BirthMissing,
            DateOfBirthError::NotADate => Self::BirthNotADate,
            DateOfBirthError::InFuture => Self::BirthInFuture,
            DateOfBirthError::TooOld => Self::BirthTooOld,
        }
    }
}

impl From<PhoneError> for FieldFault {
    fn from(error: PhoneError) -> Self {
        match error {
            PhoneError::Empty => Self::MobileMissing,
            PhoneError::Shape | PhoneError::Length => Self::MobileShape,
            PhoneError::Foreign => Self::MobileForeign,
            PhoneError::Unassigned => Self::NotMobile,
        }
    }
}

#[cfg(test)]
mod tests;
