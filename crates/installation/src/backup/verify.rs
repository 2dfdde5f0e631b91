//! `lionrock backup verify`: a restore that is thrown away, timed, and looked at from every side. No key is needed but the
//! archive's identity, and none is in it: what is sealed stays sealed.

use std::path::PathBuf;
use std::time::Instant as Moment;

use journal::audit;
use kernel::Clock;
use serde_json::{Value, json};
use store::{Location, Options, Store};

use super::contents::Kind;
use super::failure::BackupError;
use super::record;
use super::unpack::{Destination, Unpacked, identity, unpack};
use crate::config::Config;

/// What to verify.
#[derive(Clone, Debug, clap::Args)]
pub struct VerifyArgs {
    /// The configuration file.
    #[arg(long)]
    pub config: PathBuf,
    /// The archive.
    #[arg(long)]
    pub from: PathBuf,
    /// The file with the age identity that opens it.
    #[arg(long)]
    pub identity: PathBuf,
    /// Where to restore to for the moment; the system's place for temporary files without it.
    #[arg(long)]
    pub scratch: Option<PathBuf>,
    /// Writes the result here too.
    #[arg(long)]
    pub json: Option<PathBuf>,
}

/// Restores into scratch, looks, and throws away.
pub fn verify(config: &Config, args: &VerifyArgs, clock: &dyn Clock) -> Result<Value, BackupError> {
    let began = Moment::now();
    let identity = identity(&args.identity)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix("lionrock-verify-");
    let scratch = match &args.scratch {
        Some(directory) => builder.tempdir_in(directory).map_err(BackupError::file(directory))?,
        None => builder.tempdir().map_err(BackupError::file(&std::env::temp_dir()))?,
    };
    let to = Destination {
        stores: Location::Sqlite(scratch.path().join("stores")),
        evidence: scratch.path().join("evidence"),
        keys: scratch.path().join("keys"),
    };
    let unpacked = unpack(&args.from, &identity, &to)?;
    let restored = millis(began);
    let findings = if unpacked.head.kind == Kind::Data { look(&args.from, &unpacked, &to)? } else { Vec::new() };
    let milliseconds = millis(began);
    let Unpacked { head, contents, sha256, bytes } = &unpacked;
    let mut result = record::of_archive("verify", head, contents, sha256, *bytes, milliseconds);
    if let Some(result) = result.as_object_mut() {
        result.insert("restored_in".into(), restored.into());
        result.insert("journals".into(), findings.into());
        result.insert("at".into(), clock.now().to_string().into());
    }
    if let Some(path) = &args.json {
        record::write(path, &result)?;
    }
    record::leave(&config.tiles, "verify", clock.now(), sha256, &result)?;
    Ok(result)
}

/// Each store: sound, as many rows as the archive lists, and a journal that agrees with its published tree.
fn look(archive: &std::path::Path, unpacked: &Unpacked, to: &Destination) -> Result<Vec<Value>, BackupError> {
    let not_whole = |what: String| BackupError::NotWhole { archive: archive.to_owned(), what };
    let mut journals = Vec::new();
    for line in &unpacked.contents.stores {
        let found = Store::inspect(&to.stores, &line.name)?;
        if found.tables != line.tables {
            return Err(not_whole(format!("{} has other rows after its restore than before", line.name)));
        }
        let store = Store::open(&to.stores, &line.name, flows::migrations_of(&line.name), Options::default())?;
        let audited = audit(&store, &to.evidence.join(&line.name))?;
        if let Some(finding) = audited.findings.first() {
            return Err(not_whole(format!("the journal of {}: {finding}", line.name)));
        }
        if audited.missing > 0 {
            return Err(not_whole(format!("the journal of {} has {} entries fewer than were published", line.name, audited.missing)));
        }
        journals.push(json!({"name": line.name, "published": audited.published, "entries": audited.stored, "lost_earlier": audited.lost}));
    }
    Ok(journals)
}

fn millis(began: Moment) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}
