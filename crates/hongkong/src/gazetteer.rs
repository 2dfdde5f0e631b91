//! Every address of the city in memory, found while it is typed.
//!
//! Texts are compared in folded form ([`search_form`](crate::search_form)); what is stored and returned is always the
//! text of the source. The index holds words, pairs of Chinese characters and single ones, each with the rows in which it
//! occurs; a query becomes a few unions and intersections of sets of rows, so its cost does not depend on how common
//! its words are, and only a bounded number of candidates is looked at closely.

mod index;
mod postings;
mod resolve;
mod row_set;
mod scaled;
mod search;
mod tokens;

pub use resolve::Resolution;
pub use scaled::scaled;
pub use search::Hit;

use index::{Index, leading_number};

use crate::premises::{Numbered, Premises};

/// The addresses of a city, and the index that finds them.
#[derive(Debug)]
pub struct Gazetteer {
    /// In the order of the street: district, name, number.
    premises: Vec<Premises>,
    /// Rows sorted by the building's number.
    by_building: Vec<u32>,
    index: Index,
}

impl Gazetteer {
    /// Sorts and indexes addresses; the second of two equal ones is left out.
    pub fn build(mut premises: Vec<Premises>) -> Self {
        premises.sort_by_cached_key(order);
        premises.dedup_by(|a, b| a == b);
        premises.shrink_to_fit();
        let mut by_building: Vec<u32> = (0_u32..).zip(&premises).map(|(row, _)| row).collect();
        by_building.sort_by_key(|row| premises.get(*row as usize).map(|one| &one.csu_id));
        let index = Index::build(&premises);
        Self { premises, by_building, index }
    }

    /// All addresses, in the order of the street.
    pub fn premises(&self) -> &[Premises] {
        &self.premises
    }

    /// How many addresses there are.
    pub fn len(&self) -> usize {
        self.premises.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.premises.is_empty()
    }

    /// The address with a key that [`Premises::key`] or a [`Hit`] gave, so that a choice survives a form.
    pub fn get(&self, key: &str) -> Option<&Premises> {
        let (csu_id, digest) = key.rsplit_once('-')?;
        let digest = u32::from_str_radix(digest, 16).ok()?;
        let from = self.by_building.partition_point(|row| self.row(*row).is_some_and(|one| *one.csu_id < *csu_id));
        let following = self.by_building.get(from..)?.iter().filter_map(|row| self.row(*row));
        let mut building = following.take_while(|one| *one.csu_id == *csu_id);
        building.find(|one| one.digest() == digest && one.key() == key)
    }

    /// An estimate of the memory held: records, texts (each counted once) and index.
    pub fn memory_bytes(&self) -> usize {
        let records: usize = self.premises.iter().map(Premises::own_bytes).sum();
        let mut texts: Vec<(*const u8, usize)> = self.premises.iter().flat_map(Premises::shared_texts).collect();
        texts.sort_unstable();
        texts.dedup();
        let texts: usize = texts.iter().map(|(_, length)| length + 16).sum();
        records + texts + self.by_building.len() * 4 + self.index.memory_bytes()
    }

    fn row(&self, row: u32) -> Option<&Premises> {
        self.premises.get(row as usize)
    }
}

type Order = (crate::District, String, u32, String, String, u32, String, Box<str>);

/// As one walks: district, then estate, street or village with its number, then building and block.
fn order(premises: &Premises) -> Order {
    let place = premises.street.as_ref().or(premises.village.as_ref());
    let number = place.map(|place: &Numbered| place.from.to_string()).unwrap_or_default();
    let building = premises.building.as_ref().or(premises.estate.as_ref()).map(|name| name.en.to_string());
    let block = premises.block.as_ref().map(|block| block.number.en.to_string()).unwrap_or_default();
    (
        premises.district,
        place.map(|place| place.name.en.to_string()).unwrap_or_default(),
        leading_number(&number).unwrap_or(0),
        number,
        building.unwrap_or_default(),
        leading_number(&block).unwrap_or(0),
        block,
        premises.csu_id.clone(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped_premises;

    #[test]
    fn every_key_leads_back_to_its_address() {
        let gazetteer = Gazetteer::build(shipped_premises().unwrap());
        assert_eq!(gazetteer.len(), 6279, "one of the shipped rows is there twice");
        for premises in gazetteer.premises() {
            assert_eq!(gazetteer.get(&premises.key()), Some(premises));
        }
        for key in ["", "-", "x-1", "3222222222T20050430-00000000", "3218922905T20050430-zz", "é-1"] {
            assert_eq!(gazetteer.get(key), None, "{key}");
        }
    }

    #[test]
    fn an_empty_gazetteer_finds_nothing() {
        let gazetteer = Gazetteer::build(Vec::new());
        assert!(gazetteer.is_empty());
        assert!(gazetteer.search("a", 5).is_empty());
        assert!(gazetteer.search("觀塘", 5).is_empty());
        assert!(gazetteer.resolve("觀塘道388號").is_none());
    }
}
