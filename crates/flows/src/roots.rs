use std::path::{Path, PathBuf};

use seal::{EscrowPlace, KeyPlace, RootPlace, TokenPlace};

/// Where the root keys of all services are kept.
#[derive(Clone, Debug)]
pub struct Roots {
    /// The directory of root keys in files: another than that of the key trees, outside every backup.
    pub directory: PathBuf,
    /// The token that keeps them instead.
    pub token: Option<TokenPlace>,
    /// Where they are kept for a custodian as well.
    pub escrow: Option<Escrow>,
}

/// A directory of escrow slots and the custodian to whom they are encrypted.
#[derive(Clone, Debug)]
pub struct Escrow {
    /// The directory; it must exist.
    pub directory: PathBuf,
    /// The custodian's `age` recipient.
    pub recipient: String,
}

impl From<PathBuf> for Roots {
    fn from(directory: PathBuf) -> Self {
        Self { directory, token: None, escrow: None }
    }
}

impl Roots {
    /// Where the keys of one store stand: its tree in `keys`, its erasure ledger beside its tiles.
    pub fn key_place(&self, keys: &Path, tiles: &Path, name: &str) -> KeyPlace {
        let root = match &self.token {
            Some(token) => RootPlace::Token(token.clone()),
            None => RootPlace::File(self.directory.join(format!("{name}.root"))),
        };
        let slot = |escrow: &Escrow| EscrowPlace {
            slot: escrow.directory.join(format!("{name}.escrow")),
            recipient: escrow.recipient.clone(),
        };
        KeyPlace {
            tree: keys.join(format!("{name}.tree")),
            root,
            erasures: tiles.join(name).join("erasures"),
            escrow: self.escrow.as_ref().map(slot),
        }
    }
}
