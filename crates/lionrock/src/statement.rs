//! A contractor's signing key and its signature under a deletion statement: on the contractor's own machine, offline.

use std::path::PathBuf;

use kernel::to_hex;
use processors::SignedStatement;
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
        /// Also writes text and signature into one file, which the contractors' page takes as it is.
        #[arg(long)]
        output: Option<PathBuf>,
        /// The exact text of the statement.
        file: PathBuf,
    },
}

/// Runs the command.
pub fn statement(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Key { key } => say(&to_hex(&Ed25519Signer::create(key, NAME)?.public_key())),
        Command::Sign { key, output, file } => {
            let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
            let signature = Ed25519Signer::open(key, NAME)?.sign(text.as_bytes()).to_vec();
            say(&to_hex(&signature));
            if let Some(output) = output {
                let signed = SignedStatement { text, signature };
                std::fs::write(output, signed.file()).map_err(|error| format!("{}: {error}", output.display()))?;
            }
        }
    }
    Ok(())
}
