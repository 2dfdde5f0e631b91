use connectors::synthetic::{Household, Resident};
use installation::synth;

use crate::simulate::Failure;

/// The fields that a testing operation's form platform needs.
pub const FIELDS: [&str; 6] = ["reference", "name", "identity-number", "birth", "mobile", "address"];

/// As many people as were asked for, in lists as equal as can be.
pub fn lists(records: usize, seed: u64, lists: usize) -> Result<Vec<Vec<Vec<String>>>, Failure> {
    let population = synth::population(seed, None).map_err(|error| error.to_string())?;
    let households = population.people(records);
    let people: Vec<Resident> = households.flat_map(|household: Household| household.people().cloned().collect::<Vec<_>>()).take(records).collect();
    let mut out = vec![Vec::new(); lists];
    for (place, person) in people.iter().enumerate() {
        let operation = place % lists;
        if let Some(list) = out.get_mut(operation) {
            list.push(row(operation, list.len(), person));
        }
    }
    Ok(out)
}

fn row(operation: usize, place: usize, person: &Resident) -> Vec<String> {
    let unit = person.unit;
    vec![
        reference(operation, place),
        person.name_en.clone(),
        person.id_number.formatted(),
        person.birth.to_string(),
        person.mobile.digits().to_owned(),
        format!("Flat {}, {}/F, {}", unit.flat, unit.floor, person.address_key),
    ]
}

/// A reference, one a record.
pub fn reference(operation: usize, place: usize) -> String {
    format!("RT{operation:02}-{place:06}")
}
