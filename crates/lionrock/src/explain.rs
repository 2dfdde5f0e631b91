//! `lionrock explain`: what the configuration means, and what personal data there is.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use flows::{CSV_HEAD, Inventory};
use kernel::Language;
use registration::scheme::{Definition, Scheme};

use crate::config::{Config, KEYS};
use crate::{Failure, open, say};

#[derive(clap::Args)]
pub struct Args {
    /// The configuration file; the defaults without it.
    #[arg(long)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Lists every group of personal fields: what, why, on what ground, since when, until when, who may open it, who else has it.
    Data(DataArgs),
}

#[derive(clap::Args)]
struct DataArgs {
    /// The configuration file of the installation; without it, what the scheme that comes with the program would hold. Stop the
    /// server first, or use the page "Personal data held" of the desk.
    #[arg(long)]
    config: Option<PathBuf>,
    /// As comma-separated values.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// As JSON.
    #[arg(long)]
    json: bool,
    /// In this language: en, zh-hant, zh-hans.
    #[arg(long, default_value = "en")]
    language: String,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    match &args.what {
        None => {
            configuration(args.config.as_deref())?;
            Ok(())
        }
        Some(What::Data(data)) => explain_data(data),
    }
}

fn configuration(path: Option<&Path>) -> Result<(), Failure> {
    let config = path.map_or_else(|| Ok(Config::default()), Config::read)?;
    for key in KEYS {
        let value = (key.value)(&config).unwrap_or_else(|| "(not set)".into());
        let secret = if key.secret { "  [never printed]" } else { "" };
        say(&format!("{} = {value}{secret}", key.name));
        say(&format!("   {}", key.meaning.trim()));
        say(&format!("   example: {}\n", key.example));
    }
    Ok(())
}

fn explain_data(args: &DataArgs) -> Result<(), Failure> {
    let language = Language::from_slug(&args.language).ok_or("there is no such language: use en, zh-hant or zh-hans")?;
    let inventories = match &args.config {
        Some(path) => flows::inventory(&open(&Config::read(path)?)?.platform)?,
        None => vec![flows::platform_inventory(), flows::scheme_inventory(&shipped()?)],
    };
    if args.json {
        let all: Vec<serde_json::Value> = inventories.iter().map(|inventory| inventory.to_json(language)).collect();
        say(&serde_json::to_string_pretty(&all)?);
    } else if args.csv {
        let lines: String = inventories.iter().map(|inventory| inventory.to_csv(language)).collect();
        say(format!("{CSV_HEAD}{lines}").trim_end());
    } else {
        for inventory in &inventories {
            print(inventory, language);
        }
    }
    Ok(())
}

fn print(inventory: &Inventory, language: Language) {
    say(&format!("{} ({})", inventory.title.get(language), inventory.store));
    let json = inventory.to_json(language);
    let text = |row: &serde_json::Value, name: &str| row.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let list = |row: &serde_json::Value, name: &str| {
        let all = row.get(name).and_then(|v| v.as_array()).cloned().unwrap_or_default();
        all.iter().filter_map(|v| v.as_str()).collect::<Vec<_>>().join("; ")
    };
    for row in json.get("rows").and_then(|rows| rows.as_array()).unwrap_or(&Vec::new()) {
        say(&format!("\n  {} [{}]", text(row, "what"), text(row, "place")));
        for (label, value) in [
            ("purpose", format!("{} ({})", text(row, "why"), text(row, "purpose"))),
            ("ground", text(row, "ground")),
            ("since", text(row, "since")),
            ("until", text(row, "until")),
            ("opened by", list(row, "openers")),
            ("contractors", list(row, "contractors")),
        ] {
            if !value.is_empty() {
                say(&format!("    {label}: {value}"));
            }
        }
    }
    say("");
}

fn shipped() -> Result<Scheme, Failure> {
    Scheme::compile(Definition::masks_2020()?).map_err(|flaws| {
        flaws.first().map_or_else(|| "the shipped definition does not compile".into(), |flaw| format!("{flaw:?}").into())
    })
}
