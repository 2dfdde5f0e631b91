use std::collections::HashMap;
use std::sync::Arc;

use crate::district::District;
use crate::premises::{Name, Numbered, Premises};

/// A city of `rows` addresses made of the given ones, for measuring: copies whose names have another's beginning, whose
/// house numbers move on, and which spread over all districts. The same rows give the same city.
pub fn scaled(rows: &[Premises], number: usize) -> Vec<Premises> {
    let mut renamer = Renamer::new(rows);
    let mut city = Vec::with_capacity(number);
    for copy in 0.. {
        if city.len() >= number || rows.is_empty() {
            break;
        }
        let wanted = number - city.len();
        city.extend(rows.iter().take(wanted).map(|one| if copy == 0 { one.clone() } else { renamer.copy(one, copy) }));
    }
    city
}

/// Gives names the beginning of another name; the same name gets the same one within a copy, as a street keeps its
/// name along all its houses.
struct Renamer {
    donors: Vec<Name>,
    renamed: HashMap<(usize, Arc<str>, Arc<str>), Name>,
}

impl Renamer {
    fn new(rows: &[Premises]) -> Self {
        let names = rows.iter().flat_map(|one| [one.building.clone(), one.estate.clone(), one.street.as_ref().map(|street| street.name.clone())]);
        let mut donors: Vec<Name> = names.flatten().filter(|name| !name.en.is_empty() && !name.zh.is_empty()).collect();
        donors.sort_by(|a, b| (&a.en, &a.zh).cmp(&(&b.en, &b.zh)));
        donors.dedup();
        Self { donors, renamed: HashMap::new() }
    }

    fn copy(&mut self, one: &Premises, copy: usize) -> Premises {
        let place = District::ALL.iter().position(|district| *district == one.district).unwrap_or(0);
        let district = District::ALL.iter().cycle().nth(place + copy).copied().unwrap_or(one.district);
        Premises {
            csu_id: format!("{copy}X{}", one.csu_id).into(),
            district,
            street: one.street.as_ref().map(|street| self.numbered(street, copy)),
            village: one.village.as_ref().map(|village| self.numbered(village, copy)),
            estate: one.estate.as_ref().map(|name| self.rename(name, copy)),
            building: one.building.as_ref().map(|name| self.rename(name, copy)),
            ..one.clone()
        }
    }

    fn numbered(&mut self, place: &Numbered, copy: usize) -> Numbered {
        let moved = |text: &Arc<str>| match text.parse::<usize>() {
            Ok(number) => (number + copy * 2).to_string().into(),
            Err(_) => Arc::clone(text),
        };
        Numbered { name: self.rename(&place.name, copy), from: moved(&place.from), to: moved(&place.to) }
    }

    fn rename(&mut self, name: &Name, copy: usize) -> Name {
        let key = (copy, Arc::clone(&name.en), Arc::clone(&name.zh));
        if let Some(known) = self.renamed.get(&key) {
            return known.clone();
        }
        let new = match self.donors.get(mixed(name, copy) % self.donors.len().max(1)) {
            Some(donor) => grafted(name, donor),
            None => name.clone(),
        };
        self.renamed.insert(key, new.clone());
        new
    }
}

/// The donor's beginning and the name's end: LEUNG FAT HOUSE and YAN WAH STREET give YAN FAT HOUSE.
fn grafted(name: &Name, donor: &Name) -> Name {
    let first = donor.en.split(' ').next().unwrap_or_default();
    let rest = name.en.split_once(' ').map_or("", |(_, rest)| rest);
    let zh: String = donor.zh.chars().take(1).chain(name.zh.chars().skip(1)).collect();
    Name { en: format!("{first} {rest}").trim().into(), zh: zh.into() }
}

fn mixed(name: &Name, copy: usize) -> usize {
    let mut hash = copy.wrapping_mul(0x9E37_79B9);
    for byte in name.en.bytes().chain(name.zh.bytes()) {
        hash = (hash ^ usize::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped_premises;

    #[test]
    fn a_scaled_city_has_new_names_in_every_district() {
        let rows = shipped_premises().unwrap();
        let city = scaled(&rows, 20_000);
        assert_eq!(city.len(), 20_000);
        assert_eq!(city, scaled(&rows, 20_000));
        assert_eq!(city[..rows.len()], rows[..]);
        let streets = |rows: &[Premises]| {
            let mut names: Vec<Name> = rows.iter().filter_map(|one| Some(one.street.as_ref()?.name.clone())).collect();
            names.sort_by(|a, b| (&a.en, &a.zh).cmp(&(&b.en, &b.zh)));
            names.dedup();
            names.len()
        };
        assert!(streets(&city) > 2 * streets(&rows));
        assert!(scaled(&[], 10).is_empty());
        assert_eq!(scaled(&rows, 3).len(), 3);
    }
}
