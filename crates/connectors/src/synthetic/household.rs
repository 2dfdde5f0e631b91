use std::sync::Arc;

use hongkong::{District, IdNumber, Phone};
use kernel::{Day, Language};

/// A building that people live in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its key in the gazetteer.
    pub key: Arc<str>,
    /// In English.
    pub en: Arc<str>,
    /// In Traditional Chinese.
    pub zh: Arc<str>,
    /// Its district.
    pub district: District,
}

/// A flat in a building.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The floor, from 1.
    pub floor: u8,
    /// The flat, `A` to `H`.
    pub flat: char,
}

impl Unit {
    /// `Flat B, 12/F`.
    pub fn en(self) -> String {
        format!("Flat {}, {}/F", self.flat, self.floor)
    }

    /// `12樓B室`.
    pub fn zh(self) -> String {
        format!("{}樓{}室", self.floor, self.flat)
    }
}

/// Somebody who does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resident {
    /// As on the card: `CHAN Tai Man, Peter`.
    pub name_en: String,
    /// In Traditional Chinese.
    pub name_zh: String,
    /// The identity-card number.
    pub id_number: IdNumber,
    /// The date of birth.
    pub birth: Day,
    /// The household's mobile.
    pub mobile: Phone,
    /// The building's key in the gazetteer.
    pub address_key: Arc<str>,
    /// The flat.
    pub unit: Unit,
    /// The district.
    pub district: District,
    /// The language they read.
    pub language: Language,
    /// Whether the register calls them a resident; those it does not are not eligible.
    pub resident: bool,
}

/// People who live together; the first registers for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Household {
    /// Who registers: an adult.
    pub main: Resident,
    /// The others.
    pub members: Vec<Resident>,
}

impl Household {
    /// Everybody, the main one first.
    pub fn people(&self) -> impl Iterator<Item = &Resident> {
        std::iter::once(&self.main).chain(&self.members)
    }

    /// How many they are.
    pub fn size(&self) -> usize {
        1 + self.members.len()
    }
}
