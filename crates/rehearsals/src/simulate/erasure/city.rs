//! People whose every value is a canary: a word that nobody else has, in names and addresses too.

use std::sync::Arc;

use api::Request;
use canary::Canary;
use connectors::synthetic::{Household as People, Population};
use installation::synth::{form, population};
use kernel::Language;
use registration::scheme::FieldGroup;

use crate::simulate::{Act, Expected, Failure, Kind, Plan};

/// How a household ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It withdraws at its own page.
    Withdraws,
    /// An order erases everything of it.
    Ordered,
    /// An order erases its mobile.
    Mobile,
    /// It stays until its time.
    Stays,
}

/// A household.
#[derive(Clone, Debug)]
pub struct Household {
    /// Its place in the plan.
    pub number: usize,
    /// What it sends.
    pub request: Request,
    /// Its values.
    pub values: Vec<(FieldGroup, String)>,
    /// How it ends.
    pub fate: Fate,
    /// The language it reads.
    pub language: Language,
}

/// Everybody.
pub struct City {
    /// Those who register.
    pub households: Vec<Household>,
    /// Values of people who never do.
    pub decoys: Vec<Canary>,
    people: usize,
}

impl City {
    /// At least so many people.
    pub fn new(seed: u64, people: usize) -> Result<Self, Failure> {
        let population = population(seed, None).map_err(|error| error.to_string())?;
        let (mut households, mut count) = (Vec::new(), 0);
        while count < people {
            let household = household(seed, &population, households.len())?;
            count += household.request.household.members.len() + 1;
            households.push(household);
        }
        let size = households.len();
        let decoys = (size..2 * size).map(|number| household(seed, &population, number));
        let decoys = decoys.collect::<Result<Vec<_>, _>>()?.iter().flat_map(|household| household.canaries("nobody")).collect();
        Ok(Self { households, decoys, people: count })
    }

    /// Every value of everybody who registers.
    pub fn canaries(&self) -> Vec<Canary> {
        self.households.iter().flat_map(|household| household.canaries("somebody")).collect()
    }

    /// Values of those of whom `gone` says that they are erased.
    pub fn canaries_where(&self, gone: impl Fn(&Household, FieldGroup) -> bool) -> Vec<Canary> {
        let all = self.households.iter();
        let values = all.flat_map(|one| one.values.iter().map(move |(group, value)| (one, *group, value)));
        values.filter(|(one, group, _)| gone(one, *group)).map(|(one, group, value)| canary(one, group, value, "erased")).collect()
    }

    /// What is sent, all of it plain.
    pub fn plan(&self) -> Arc<Plan> {
        let acts: Vec<Act> = self.households.iter().map(|one| Act { kind: Kind::Plain, request: one.request.clone() }).collect();
        let expected = Expected { people: self.people, confirmed: acts.len(), ..Expected::default() };
        Arc::new(Plan { acts, expected })
    }
}

impl Household {
    fn canaries(&self, whose: &str) -> Vec<Canary> {
        self.values.iter().map(|(group, value)| canary(self, *group, value, whose)).collect()
    }
}

fn canary(household: &Household, group: FieldGroup, value: &str, whose: &str) -> Canary {
    Canary::new(format!("{group:?} of household {} ({whose})", household.number), value)
}

fn household(seed: u64, population: &Population, number: usize) -> Result<Household, Failure> {
    let serial = u64::try_from(number)?;
    let people: People = population.household(serial).ok_or("the population is too small")?;
    let mut typed = form(&people);
    let (name, lane) = (word(seed, serial * 2), word(seed, serial * 2 + 1));
    typed.name = format!("{} {name}", people.main.name_en);
    typed.address.key.clear();
    typed.address.text = format!("{} {lane} Lane, Village of Nowhere", 1 + number % 900);
    people.main.district.code().clone_into(&mut typed.address.district);
    let mut values: Vec<(FieldGroup, String)> =
        people.people().map(|person| (FieldGroup::Identity, person.id_number.number().to_owned())).collect();
    values.extend([(FieldGroup::Contact, name), (FieldGroup::Contact, lane), (FieldGroup::Mobile, typed.mobile.clone())]);
    let fate = match number % 10 {
        0..4 => Fate::Withdraws,
        4 | 5 => Fate::Ordered,
        6 => Fate::Mobile,
        _ => Fate::Stays,
    };
    let language = people.main.language;
    let request = Request {
        idempotency_key: format!("erasure-{seed:016x}-{number:012}"),
        language,
        pass: String::new(),
        version: String::new(),
        household: typed,
    };
    Ok(Household { number, request, values, fate, language })
}

/// A word of ten letters that no other number of the seed has: a permutation of all words of seven letters, and three more.
fn word(seed: u64, number: u64) -> String {
    const WORDS: u64 = 8_031_810_176;
    let mut rest = (number.wrapping_mul(5_915_587_277) % WORDS).wrapping_add(seed % 1_000_003) % WORDS;
    let mut word = String::from("Zq");
    for _ in 0..7 {
        word.push(char::from(b'a' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    word.push('x');
    word
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_canary_is_somebodys_alone_and_every_fate_is_met() {
        let city = City::new(7, 1_000).unwrap();
        let all: Vec<Canary> = city.canaries().into_iter().chain(city.decoys.clone()).collect();
        let values: HashSet<_> = all.iter().map(|canary| format!("{:?}", canary.value)).collect();
        assert_eq!(values.len(), all.len());
        for fate in [Fate::Withdraws, Fate::Ordered, Fate::Mobile, Fate::Stays] {
            assert!(city.households.iter().any(|one| one.fate == fate));
        }
    }
}
