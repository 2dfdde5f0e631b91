//! `lionrock synth`: people who do not exist, by seed, to the standard output.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use connectors::synthetic::{Household, Place, Population, Resident};
use hongkong::{Premises, Unit, format_line};
use kernel::{Day, Language};
use registration::{AddressForm, BirthForm, HouseholdForm, PersonForm};
use serde_json::{Value, json};

use crate::runtime::premises;

/// What to write.
#[derive(clap::Args)]
pub struct Args {
    /// How many people at least; no household is split.
    #[arg(long, default_value_t = 1000)]
    people: usize,
    /// The seed: the same one always makes the same people.
    #[arg(long, default_value_t = 2020)]
    seed: u64,
    /// One line of JSON a household, or one line of CSV a person.
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    /// Address list (TSV of the shipped form) in which they live; the shipped sample without it.
    #[arg(long)]
    addresses: Option<PathBuf>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    Jsonl,
    Csv,
}

/// The opening day of the scheme of 2020, on which the ages of synthetic people are counted.
pub const AS_AT: Day = Day::from_number(18_388);

/// Writes the people.
pub fn run(args: &Args) -> Result<(), Box<dyn std::error::Error>> {
    let population = population(args.seed, args.addresses.as_deref())?;
    let mut out = BufWriter::new(io::stdout().lock());
    let written = households(&mut out, &population, args);
    // A reader that has seen enough closes the pipe: that is no failure.
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn households(out: &mut impl Write, population: &Population, args: &Args) -> io::Result<()> {
    if matches!(args.format, Format::Csv) {
        writeln!(out, "household,place,identity_number,birth,name_en,name_zh,mobile,address_key,floor,flat,district,language,resident")?;
    }
    for (household, number) in population.people(args.people).zip(0_u64..) {
        match args.format {
            Format::Jsonl => writeln!(out, "{}", line(number, &household))?,
            Format::Csv => csv(out, number, &household)?,
        }
    }
    Ok(())
}

fn line(number: u64, household: &Household) -> Value {
    let people: Vec<Value> = household.people().map(person).collect();
    let main = &household.main;
    json!({
        "household": number,
        "mobile": main.mobile.digits(),
        "address": {"key": &*main.address_key, "floor": main.unit.floor, "flat": main.unit.flat.to_string(), "district": main.district.code()},
        "language": main.language,
        "people": people,
    })
}

fn person(person: &Resident) -> Value {
    json!({
        "identity_number": person.id_number.formatted(),
        "birth": person.birth,
        "name_en": person.name_en,
        "name_zh": person.name_zh,
        "resident": person.resident,
    })
}

fn csv(out: &mut impl Write, number: u64, household: &Household) -> io::Result<()> {
    for (person, place) in household.people().zip(0..) {
        let (number_on_card, unit) = (person.id_number.formatted(), person.unit);
        writeln!(
            out,
            "{number},{place},{number_on_card},{},\"{}\",{},{},{},{},{},{},{},{}",
            person.birth,
            person.name_en,
            person.name_zh,
            person.mobile.digits(),
            person.address_key,
            unit.floor,
            unit.flat,
            person.district.code(),
            person.language,
            person.resident,
        )?;
    }
    Ok(())
}

/// The population of a seed, living in an address list or in the shipped sample.
pub fn population(seed: u64, addresses: Option<&Path>) -> Result<Population, Box<dyn std::error::Error>> {
    let places: Vec<Place> = premises(addresses)?.iter().map(place).collect();
    Ok(Population::new(seed, AS_AT, places)?)
}

fn place(premises: &Premises) -> Place {
    let line = |language| format_line(premises, &Unit::default(), language).into();
    Place {
        key: premises.key().into(),
        en: line(Language::En),
        zh: line(Language::ZhHant),
        district: premises.district,
    }
}

/// What a household would type.
pub fn form(household: &Household) -> HouseholdForm {
    let main = &household.main;
    let birth = |person: &Resident| BirthForm::Iso(person.birth.to_string());
    HouseholdForm {
        id_number: main.id_number.formatted(),
        birth: birth(main),
        name: main.name_en.clone(),
        address: AddressForm {
            key: main.address_key.to_string(),
            flat: main.unit.flat.to_string(),
            floor: main.unit.floor.to_string(),
            ..AddressForm::default()
        },
        mobile: main.mobile.digits().to_owned(),
        vaccination: String::new(),
        members: household
            .members
            .iter()
            .map(|member| PersonForm { id_number: member.id_number.formatted(), birth: birth(member) })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_counted_on_the_opening_day() {
        assert_eq!(AS_AT.to_string(), "2020-05-06");
    }

    #[test]
    fn a_seed_says_who_they_are_and_every_number_is_one_never_issued() {
        let lines = |seed| {
            let mut out = Vec::new();
            let args = Args { people: 50, seed, format: Format::Jsonl, addresses: None };
            households(&mut out, &population(seed, None).unwrap(), &args).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(lines(7), lines(7));
        assert_ne!(lines(7), lines(8));
        for line in lines(7).lines() {
            let household: Value = serde_json::from_str(line).unwrap();
            for person in household["people"].as_array().unwrap() {
                let number = hongkong::IdNumber::parse(person["identity_number"].as_str().unwrap()).unwrap();
                assert!(number.is_synthetic());
            }
        }
    }

    #[test]
    fn a_line_of_csv_has_as_many_cells_as_the_heading() {
        let mut out = Vec::new();
        let args = Args { people: 20, seed: 7, format: Format::Csv, addresses: None };
        households(&mut out, &population(7, None).unwrap(), &args).unwrap();
        let text = String::from_utf8(out).unwrap();
        // The English name is quoted since it has a comma before an English given name.
        let cells = |line: &str| {
            let mut quoted = false;
            line.chars().filter(|c| { if *c == '"' { quoted = !quoted } *c == ',' && !quoted }).count()
        };
        let counts: std::collections::HashSet<usize> = text.lines().map(cells).collect();
        assert_eq!(counts.len(), 1, "{text}");
    }
}
