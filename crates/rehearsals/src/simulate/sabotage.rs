//! Damage done on purpose, so that everybody can see that the simulation notices it.

use std::fs;
use std::path::{Path, PathBuf};

use flows::Service;
use store::{RunError, StoreError, Tx};

use super::reckoning::gzipped;
use super::{Failure, Installation};

/// What is spoiled in the middle of a run, while the server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Sabotage {
    /// A stored registration disappears.
    LoseRow,
    /// A registration stands twice.
    DoubleRow,
    /// One byte of the published journal changes.
    AlterJournal,
    /// A resident's name gets into the log.
    LeakCanary,
    /// A resident's name gets into a log that is compressed when it is rotated.
    LeakArchive,
}

impl Sabotage {
    /// The promise that is broken by it.
    pub const fn promise(self) -> u8 {
        match self {
            Self::LoseRow | Self::DoubleRow => 5,
            Self::AlterJournal => 4,
            Self::LeakCanary | Self::LeakArchive => 1,
        }
    }

    /// Does the damage.
    pub fn strike(self, installation: &Installation, service: &Service, tiles: &Path, name: &str) -> Result<(), Failure> {
        match self {
            Self::LoseRow => change(service, lose_row),
            Self::DoubleRow => change(service, double_row),
            Self::AlterJournal => alter(&first_file(&tiles.join("tile/entries"))?),
            Self::LeakCanary => {
                let log = installation.directory.join("logs/server.log");
                let mut text = fs::read_to_string(&log).unwrap_or_default();
                text.push_str("WARN delivery to ");
                text.push_str(name);
                text.push('\n');
                Ok(fs::write(log, text)?)
            }
            Self::LeakArchive => {
                let line = format!("WARN delivery to {name}\n");
                Ok(fs::write(installation.directory.join("logs/server.log.1.gz"), gzipped(line.as_bytes())?)?)
            }
        }
    }
}

fn change(service: &Service, act: fn(&mut Tx<'_>) -> Result<u64, StoreError>) -> Result<(), Failure> {
    match service.ledger().store().write("simulate.sabotage", act) {
        Ok(1) => Ok(()),
        Ok(rows) => Err(format!("the sabotage changed {rows} rows").into()),
        Err(RunError::Refused(error) | RunError::Store(error)) => Err(error.into()),
        Err(RunError::Busy { .. }) => Err("the write queue is full".into()),
    }
}

fn lose_row(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    tx.execute(
        "-- simulate.lose_row
delete from household_submission where event = (select event from household_submission order by event limit 1 offset 7)",
        &[],
    )
}

fn double_row(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    tx.execute(
        "-- simulate.double_row
insert into household_submission (event, household, record, at, language, channel, district, people, address_known, replaces,
    identity, identity_purpose, identity_expiry, contact, contact_purpose, contact_expiry, mobile, mobile_purpose,
    mobile_expiry, version)
select $1, household, record, at, language, channel, district, people, address_known, replaces, identity, identity_purpose,
    identity_expiry, contact, contact_purpose, contact_expiry, mobile, mobile_purpose, mobile_expiry, version
from household_submission order by event limit 1",
        &[[0xfe; 16].into()],
    )
}

/// Changes the last byte, which is part of a hash.
fn alter(file: &Path) -> Result<(), Failure> {
    let mut bytes = fs::read(file)?;
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    Ok(fs::write(file, bytes)?)
}

/// The first full tile; without one, the newest partial one.
fn first_file(directory: &Path) -> Result<PathBuf, Failure> {
    let full = directory.join("000");
    if full.is_file() {
        return Ok(full);
    }
    let partial = fs::read_dir(directory.join("000.p"))?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let width = |file: &PathBuf| file.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    partial.max_by_key(width).ok_or_else(|| "there is no tile to alter".into())
}
