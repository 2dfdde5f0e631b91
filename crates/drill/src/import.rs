//! Packs from exercises that others wrote: a spreadsheet of timed injects (MSEL), or a tabletop exercise in Markdown.
//!
//! What is there is taken over; what a pack needs besides is filled with a placeholder, and named: [`to_do`] lists it for as long as it is
//! so. Nothing is guessed that somebody would have to find out: what the source says otherwise than a pack can is a line of the list too.

mod draft;
mod kit;
mod moment;
mod msel;
mod todo;

use kernel::{Fault, Kind};

use crate::pack::{Pack, PackFlaw};
use draft::Draft;

pub use todo::to_do;

/// A pack that was made from somebody else's exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The pack's name.
    pub name: String,
    /// Its files: their names, and what they say.
    pub files: Vec<(&'static str, String)>,
}

/// Why nothing was imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Neither a spreadsheet nor Markdown.
    #[error("{0} is neither a spreadsheet (.xlsx) nor a tabletop exercise in Markdown (.md)")]
    Kind(String),
    /// Larger than any such file.
    #[error("the file is larger than {LARGEST} bytes")]
    Large,
    /// It cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// It holds nothing that comes at a time.
    #[error("there is no inject in it: a sheet needs a column with times, a tabletop headings such as `## INJECT 1: …`")]
    Empty,
    /// What was made of it is no pack.
    #[error("what was made of it is no pack: {0}")]
    Flawed(PackFlaw),
}

impl Fault for ImportError {
    fn kind(&self) -> Kind {
        match self {
            Self::Flawed(_) => Kind::Broken,
            _ => Kind::Invalid,
        }
    }
}

/// Makes a pack of a file, by the end of its name.
pub fn import(file_name: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    if bytes.len() > LARGEST {
        return Err(ImportError::Large);
    }
    let stem = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let (name, end) = stem.rsplit_once('.').unwrap_or((stem, ""));
    let draft: Draft = match end.to_ascii_lowercase().as_str() {
        "xlsx" => msel::read(name, bytes)?,
        "md" => kit::read(name, &String::from_utf8_lossy(bytes))?,
        _ => return Err(ImportError::Kind(stem.to_owned())),
    };
    let imported = draft.written(stem);
    let file = |wanted: &str| imported.files.iter().find(|(name, _)| *name == wanted).map(|(_, text)| text.clone().into_bytes());
    match Pack::read(&file) {
        Ok(_) => Ok(imported),
        Err(flaws) => Err(flaws.into_iter().next().map_or(ImportError::Empty, ImportError::Flawed)),
    }
}

/// Bytes of a file that is imported.
const LARGEST: usize = 2_000_000;

#[cfg(test)]
mod tests;
