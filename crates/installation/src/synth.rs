//! `lionrock synth`: people who do not exist, by seed, to the standard output, or to a file with its provenance beside it.

mod provenance;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use connectors::synthetic::{Household, Place, Population, Resident};
use hongkong::{Premises, Unit, format_line};
use kernel::{Day, Language};
use registration::{AddressForm, BirthForm, HouseholdForm, PersonForm};
use serde_json::{Value, json};

use crate::addresses::premises;
use provenance::{Digesting, MADE_BY, Provenance, VERSION, digest_of, digest_of_all};

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
    /// Address list in which they live, as `addresses` of the configuration; the shipped sample without it.
    #[arg(long)]
    addresses: Option<PathBuf>,
    /// Write to this file, and its provenance (seed, version, digest) beside it as `FILE.provenance.json`.
    #[arg(long, conflicts_with = "check")]
    output: Option<PathBuf>,
    /// Make nothing: confirm that this file is exactly what its provenance beside it says.
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    Jsonl,
    Csv,
}

impl Format {
    const fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }
}

/// The opening day of the scheme of 2020, on which the ages of synthetic people are counted.
pub const AS_AT: Day = Day::from_number(18_388);

/// Writes the people.
pub fn run(args: &Args) -> Result<(), Box<dyn std::error::Error>> {
    if let Some(file) = &args.check {
        return check(file, args.addresses.as_deref());
    }
    if let Some(file) = &args.output {
        return write_file(file, args);
    }
    let population = population(args.seed, args.addresses.as_deref())?;
    let mut out = BufWriter::new(io::stdout().lock());
    let written = households(&mut out, &population, args);
    // A reader that has seen enough closes the pipe: that is no failure.
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Writes a file and its provenance beside it.
fn write_file(file: &Path, args: &Args) -> Result<(), Box<dyn std::error::Error>> {
    let population = population(args.seed, args.addresses.as_deref())?;
    let mut out = Digesting::new(BufWriter::new(std::fs::File::create(file)?));
    households(&mut out, &population, args)?;
    out.flush()?;
    let provenance = Provenance {
        made_by: MADE_BY.to_owned(),
        version: VERSION.to_owned(),
        seed: args.seed,
        people: args.people,
        format: args.format.name().to_owned(),
        addresses: args.addresses.as_deref().map(digest_of_all).transpose()?,
        sha256: out.finish(),
    };
    provenance.write(file)
}

/// Makes the people of the provenance again and compares: whoever added a real person to the file, or changed the digest to fit,
/// is found.
fn check(file: &Path, addresses: Option<&Path>) -> Result<(), Box<dyn std::error::Error>> {
    let said = Provenance::read(file)?;
    if digest_of(file)? != said.sha256 {
        return Err(format!("{} is not the file that its provenance describes", file.display()).into());
    }
    if said.version != VERSION {
        return Err(format!("made by version {}, this is {VERSION}: check it with that version", said.version).into());
    }
    if addresses.map(digest_of_all).transpose()? != said.addresses {
        return Err("name the address list with --addresses that it was made with".into());
    }
    let format = [Format::Jsonl, Format::Csv].into_iter().find(|format| format.name() == said.format);
    let format = format.ok_or("the provenance names no known format")?;
    let again = Args { people: said.people, seed: said.seed, format, addresses: None, output: None, check: None };
    let mut out = Digesting::new(io::sink());
    households(&mut out, &population(said.seed, addresses)?, &again)?;
    if out.finish() != said.sha256 {
        return Err(format!("{} holds people whom seed {} does not make: treat it as real data", file.display(), said.seed).into());
    }
    crate::say(&format!("{}: synthetic, seed {}, version {}, sha256 {}", file.display(), said.seed, said.version, said.sha256));
    Ok(())
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
            let args = Args { people: 50, seed, format: Format::Jsonl, addresses: None, output: None, check: None };
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
    fn promise_08_a_file_is_what_its_provenance_says_or_it_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("people.csv");
        let args = Args { people: 30, seed: 7, format: Format::Csv, addresses: None, output: Some(file.clone()), check: None };
        run(&args).unwrap();
        check(&file, None).unwrap();
        let mut text = std::fs::read_to_string(&file).unwrap();
        text.push_str("1,0,A123456(3),1970-01-01,\"CHAN Tai Man\",,60000000,x,1,A,ST,en,true\n");
        std::fs::write(&file, &text).unwrap();
        assert!(check(&file, None).unwrap_err().to_string().contains("is not the file"));
        let forged = Provenance { sha256: digest_of(&file).unwrap(), ..Provenance::read(&file).unwrap() };
        forged.write(&file).unwrap();
        assert!(check(&file, None).unwrap_err().to_string().contains("treat it as real data"));
        std::fs::remove_file(Provenance::beside(&file)).unwrap();
        assert!(check(&file, None).is_err(), "no provenance, no confirmation");
    }

    #[test]
    fn people_live_in_the_districts_of_the_address_lookup_service_and_the_provenance_names_them() {
        let folder = tempfile::tempdir().unwrap();
        let (file, districts) = (folder.path().join("people.jsonl"), folder.path().join("districts"));
        std::fs::create_dir(&districts).unwrap();
        let geojson = include_str!("../../hongkong/data/als-geojson-sample.json");
        std::fs::write(districts.join("1.json"), geojson).unwrap();
        let format = Format::Jsonl;
        let addresses = Some(districts.clone());
        run(&Args { people: 30, seed: 7, format, addresses, output: Some(file.clone()), check: None }).unwrap();
        check(&file, Some(&districts)).unwrap();
        assert!(check(&file, None).unwrap_err().to_string().contains("--addresses"));
        std::fs::write(districts.join("2.json"), geojson).unwrap();
        assert!(check(&file, Some(&districts)).unwrap_err().to_string().contains("--addresses"), "another list");
    }

    #[test]
    fn a_line_of_csv_has_as_many_cells_as_the_heading() {
        let mut out = Vec::new();
        let args = Args { people: 20, seed: 7, format: Format::Csv, addresses: None, output: None, check: None };
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
