//! A contractor's signing key and its signature under a deletion statement: on the contractor's own machine, offline.

use std::path::PathBuf;

use kernel::to_hex;
use seal::{Ed25519Signer, Signer};

use crate::{Failure, say};

/// The name that a signing key needs; it does not stand in the signature.
const NAME: &str = "contractor";

/// What to do.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Makes a signing key and prints its public part, which the department puts on record.
    Key {
        /// Where the key is written. It never leaves this machine.
        #[arg(long)]
        key: PathBuf,
    },
    /// Prints the signature under a statement, in hexadecimal.
    Sign {
        /// The signing key.
        #[arg(long)]
        key: PathBuf,
        /// The exact text of the statement.
        file: PathBuf,
    },
}

/// Runs the command.
pub fn statement(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Key { key } => say(&to_hex(&Ed25519Signer::create(key, NAME)?.public_key())),
        Command::Sign { key, file } => {
            let text = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
            say(&to_hex(&Ed25519Signer::open(key, NAME)?.sign(&text)));
        }
    }
    Ok(())
}
