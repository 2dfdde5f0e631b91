use std::collections::HashMap;

use hongkong::{IdNumber, search_form};
use kernel::Day;
use registration::matching::{Answer, Question};

use crate::synthetic::Resident;

/// A synthetic population as a register keeps it: number, date of birth, whether a resident; of some, where they live. Sixteen bytes a
/// person.
#[derive(Clone, Debug, Default)]
pub struct PopulationTable {
    people: HashMap<u64, (Day, bool)>,
    homes: HashMap<u64, String>,
}

impl PopulationTable {
    /// An empty register.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many people it knows.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether it knows nobody.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// Enters a person by hand.
    pub fn enter(&mut self, number: &IdNumber, birth: Day, resident: bool) {
        if let Some(key) = key(number.number()) {
            self.people.insert(key, (birth, resident));
        }
    }

    /// Enters where a person lives.
    pub fn house(&mut self, number: &IdNumber, address: &str) {
        if let Some(key) = key(number.number()) {
            self.homes.insert(key, comparable(address));
        }
    }

    /// Whether the person lives there, as far as the register knows.
    pub fn lives_at(&self, number: &str, address: &[String]) -> bool {
        key(number).and_then(|key| self.homes.get(&key)).is_some_and(|home| *home == comparable(&address.concat()))
    }

    /// What the register answers.
    pub fn answer(&self, question: &Question) -> Answer {
        match key(&question.id_number).and_then(|key| self.people.get(&key)) {
            Some((birth, true)) if *birth == question.birth => Answer::Resident,
            Some((birth, false)) if *birth == question.birth => Answer::NotResident,
            _ => Answer::Mismatch,
        }
    }
}

impl<'r> Extend<&'r Resident> for PopulationTable {
    fn extend<I: IntoIterator<Item = &'r Resident>>(&mut self, people: I) {
        for person in people {
            self.enter(&person.id_number, person.birth, person.resident);
        }
    }
}

/// Neither width nor case, spaces nor commas make another address.
fn comparable(address: &str) -> String {
    search_form(address).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A number has at most eight characters: it is its own key.
fn key(number: &str) -> Option<u64> {
    let mut bytes = [0; 8];
    bytes.get_mut(..number.len())?.copy_from_slice(number.as_bytes());
    Some(u64::from_le_bytes(bytes))
}
