//! Scenario packs from exercises that others wrote, and what a pack still lacks.

use std::fs;
use std::path::{Path, PathBuf};

use drill::{Pack, import, to_do};

use crate::{Failure, say};

/// What to do.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Makes a pack of a spreadsheet of timed injects (.xlsx) or of a tabletop exercise in Markdown (.md), and lists what it still lacks.
    Import {
        /// The file.
        file: PathBuf,
        /// The pack's folder; it must not exist yet.
        #[arg(long)]
        to: PathBuf,
    },
    /// Names every flaw of a pack, or lists what is still to be written and translated.
    Check {
        /// The pack's folder.
        folder: PathBuf,
    },
}

/// Runs the command.
pub fn packs(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Import { file, to } => {
            let shown = |error| format!("{}: {error}", file.display());
            let bytes = fs::read(file).map_err(|error| shown(error.to_string()))?;
            let imported = import(&file.to_string_lossy(), &bytes).map_err(|error| shown(error.to_string()))?;
            fs::create_dir(to).map_err(|error| format!("{}: {error}", to.display()))?;
            for (name, text) in &imported.files {
                let path = to.join(name);
                fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
            }
            check(to)
        }
        Command::Check { folder } => check(folder),
    }
}

fn check(folder: &Path) -> Result<(), Failure> {
    let pack = Pack::read(&|file: &str| fs::read(folder.join(file)).ok()).map_err(|flaws| {
        let lines: Vec<String> = flaws.iter().map(|flaw| format!("  {flaw}")).collect();
        format!("{} is no pack:\n{}", folder.display(), lines.join("\n"))
    })?;
    let text = fs::read_to_string(folder.join("pack.toml")).map_err(|error| format!("{}: {error}", folder.display()))?;
    let list = to_do(&pack, &text);
    let scenario = &pack.scenario;
    say(&format!("{}: {} injects, {} questions, {}", scenario.name, scenario.injects.len(), scenario.questions.len(), scenario.length));
    for line in &list {
        say(&format!("to do: {line}"));
    }
    say(&match list.len() {
        0 => "nothing is left to do".to_owned(),
        count => format!("{count} to do; it can be tried as it is"),
    });
    Ok(())
}
