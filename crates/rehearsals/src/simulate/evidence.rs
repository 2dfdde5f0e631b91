//! What a resident or a journalist does with receipts, checkpoints and the certificate: `lionrock-verify`, offline.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tokio::runtime::Runtime;

use super::Failure;
use crate::load::Client;

/// The verifier and a place for the documents it reads.
pub struct Evidence {
    verifier: PathBuf,
    directory: PathBuf,
    key: String,
}

/// What the verifier said of several documents.
#[derive(Clone, Debug, Default)]
pub struct Verdicts {
    /// Documents that are valid.
    pub valid: usize,
    /// What was said of the others.
    pub invalid: Vec<String>,
}

impl Evidence {
    /// Finds the verifier beside this program.
    pub fn new(directory: &Path, key: &str) -> Result<Self, Failure> {
        let verifier = std::env::current_exe()?.with_file_name("lionrock-verify");
        if !verifier.exists() {
            return Err("lionrock-verify is not beside lionrock: build it with `cargo build -p verifier` (and --release)".into());
        }
        fs::create_dir_all(directory)?;
        Ok(Self { verifier, directory: directory.to_owned(), key: key.trim().to_owned() })
    }

    /// Writes a document down and has it checked; `more` are further arguments.
    pub fn check(&self, what: &str, text: &str, more: &[&Path]) -> Result<Result<(), String>, Failure> {
        let file = self.write(what, text)?;
        let mut command = Command::new(&self.verifier);
        command.arg(what).arg(&file).args(["--key", &self.key]);
        for (flag, file) in ["--older", "--proof"].iter().zip(more) {
            command.arg(flag).arg(file);
        }
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stdout).replace('\n', " ");
        Ok(if output.status.success() { Ok(()) } else { Err(said.trim().to_owned()) })
    }

    /// Writes a document down.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf, Failure> {
        let file = self.directory.join(name);
        fs::write(&file, text)?;
        Ok(file)
    }

    /// Completes receipts with their inclusion proofs and has each checked, as it was given and as it was completed.
    pub fn receipts(&self, runtime: &Runtime, client: &mut Client, slug: &str, receipts: &[&Value]) -> Result<Verdicts, Failure> {
        let mut verdicts = Verdicts::default();
        for receipt in receipts {
            verdicts.take(self.check("receipt", &receipt.to_string(), &[])?);
            let body: Value = serde_json::from_str(receipt.get("event").and_then(Value::as_str).unwrap_or_default())?;
            let event = body.get("id").and_then(Value::as_str).unwrap_or_default();
            let reply = runtime.block_on(client.get(&format!("/api/v1/schemes/{slug}/receipts/{event}")))?;
            if reply.status != 200 {
                verdicts.invalid.push(format!("no inclusion proof: HTTP {}", reply.status));
                continue;
            }
            let mut completed = (*receipt).clone();
            if let Some(map) = completed.as_object_mut() {
                map.insert("inclusion".into(), reply.json());
            }
            verdicts.take(self.check("receipt", &completed.to_string(), &[])?);
        }
        Ok(verdicts)
    }

    /// Has it checked that a newer checkpoint continues an older one.
    pub fn growth(&self, older: &str, proof: &str, newer: &str) -> Result<Result<(), String>, Failure> {
        let (older, proof) = (self.write("older", older)?, self.write("proof", proof)?);
        self.check("checkpoint", newer, &[&older, &proof])
    }
}

impl Verdicts {
    fn take(&mut self, verdict: Result<(), String>) {
        match verdict {
            Ok(()) => self.valid += 1,
            Err(said) => self.invalid.push(said),
        }
    }
}
