//! `lionrock explain`: what the configuration means, and what personal data there is.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use flows::{CSV_HEAD, Inventory};
use installation::config::{Config, KEYS};
use kernel::Language;
use registration::scheme::{Definition, Scheme};
use serde::{Deserialize, Serialize};

use crate::beside::{self, Order};
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
    /// Prints figures in `OpenMetrics` text for a monitoring system: how late the purge is, which services are in force.
    Metrics {
        /// The configuration file of the installation, whose server may run.
        #[arg(long)]
        config: PathBuf,
    },
}

#[derive(clap::Args)]
struct DataArgs {
    /// The configuration file of the installation, whose server may run; without it, what the scheme that comes with the program
    /// would hold.
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
        Some(What::Metrics { config }) => metrics(&Config::read(config)?),
    }
}

fn metrics(config: &Config) -> Result<(), Failure> {
    let text: String = match beside::hand_over(config, &Order::Metrics) {
        Some(answer) => answer?,
        None => flows::metrics(&open(config)?.platform)?,
    };
    say(&text);
    Ok(())
}

fn configuration(path: Option<&Path>) -> Result<(), Failure> {
    let config = path.map_or_else(|| Ok(Config::default()), Config::read)?;
    for key in KEYS {
        let value = (key.value)(&config).unwrap_or_else(|| "(not set)".into());
        let secret = if key.secret { "  [never printed]" } else { "" };
        say(&format!("{} = {value}{secret}", key.name));
        say(&format!("   {}", key.meaning.trim()));
        say(&format!("   example: {}\n", key.line()));
    }
    for line in config.warnings() {
        say(&format!("Look again: {line}"));
    }
    Ok(())
}

/// In which form and language the list of personal data is wanted.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Asked {
    form: Form,
    language: Language,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Form {
    Words,
    Csv,
    Json,
}

fn explain_data(args: &DataArgs) -> Result<(), Failure> {
    let language = Language::from_slug(&args.language).ok_or("there is no such language: use en, zh-hant or zh-hans")?;
    let form = match (args.csv, args.json) {
        (true, _) => Form::Csv,
        (_, true) => Form::Json,
        _ => Form::Words,
    };
    let asked = Asked { form, language };
    let Some(path) = &args.config else {
        let shipped = [flows::platform_inventory(), flows::scheme_inventory(&shipped()?)];
        say(&personal_data(&shipped, asked)?);
        return Ok(());
    };
    let config = Config::read(path)?;
    let text: String = match beside::hand_over(&config, &Order::ExplainData(asked)) {
        Some(answer) => answer?,
        None => personal_data(&flows::inventory(&open(&config)?.platform)?, asked)?,
    };
    say(&text);
    Ok(())
}

/// The inventories in the form and language that was asked for.
pub fn personal_data(inventories: &[Inventory], asked: Asked) -> Result<String, Failure> {
    let Asked { form, language } = asked;
    Ok(match form {
        Form::Json => {
            let all: Vec<serde_json::Value> = inventories.iter().map(|inventory| inventory.to_json(language)).collect();
            serde_json::to_string_pretty(&all)?
        }
        Form::Csv => {
            let lines: String = inventories.iter().map(|inventory| inventory.to_csv(language)).collect();
            format!("{CSV_HEAD}{lines}").trim_end().to_owned()
        }
        Form::Words => inventories.iter().map(|inventory| words(inventory, language)).collect(),
    })
}

fn words(inventory: &Inventory, language: Language) -> String {
    let mut lines = vec![format!("{} ({})", inventory.title.get(language), inventory.store)];
    let json = inventory.to_json(language);
    let text = |row: &serde_json::Value, name: &str| row.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let list = |row: &serde_json::Value, name: &str| {
        let all = row.get(name).and_then(|v| v.as_array()).cloned().unwrap_or_default();
        all.iter().filter_map(|v| v.as_str()).collect::<Vec<_>>().join("; ")
    };
    for row in json.get("rows").and_then(|rows| rows.as_array()).unwrap_or(&Vec::new()) {
        lines.push(format!("\n  {} [{}]", text(row, "what"), text(row, "place")));
        for (label, value) in [
            ("purpose", format!("{} ({})", text(row, "why"), text(row, "purpose"))),
            ("ground", text(row, "ground")),
            ("since", text(row, "since")),
            ("until", text(row, "until")),
            ("opened by", list(row, "openers")),
            ("contractors", list(row, "contractors")),
        ] {
            if !value.is_empty() {
                lines.push(format!("    {label}: {value}"));
            }
        }
    }
    lines.join("\n") + "\n\n"
}

fn shipped() -> Result<Scheme, Failure> {
    Scheme::compile(Definition::masks_2020()?).map_err(|flaws| {
        flaws.first().map_or_else(|| "the shipped definition does not compile".into(), |flaw| format!("{flaw:?}").into())
    })
}
