//! Stores that are not in the installation's directory: on a PostgreSQL server.

use std::path::Path;

use canary::{Canaries, Scanned};
use flows::Service;
use store::{Location, Options, Store, StoreError, Tx};

use super::day::{Day, SLUG};
use super::story::{CLOSED, at};
use super::{Console, Failure};

/// The name of the platform's own store.
const PLATFORM: &str = "platform";

impl Day {
    fn location(&self) -> Result<Location, Failure> {
        Ok(Location::parse(self.installation.config.store.expose())?)
    }

    /// Refuses a database that holds an installation already: its keys are elsewhere, and this run removes its own at the end.
    pub fn check_database(&self) -> Result<(), Failure> {
        if Store::exists(&self.location()?, PLATFORM)? {
            return Err("--store: this database holds an installation already; name an empty one (`createdb simulation`)".into());
        }
        Ok(())
    }

    /// Whether the scheme's store is still there.
    pub fn store_is_left(&self) -> Result<bool, Failure> {
        Ok(Store::exists(&self.location()?, &store_name())?)
    }

    /// Looks through every table of stores that are in no file of the installation. Returns how many tables those were.
    pub fn scan_database(&self, canaries: &Canaries, scanned: &mut Scanned) -> Result<usize, Failure> {
        if matches!(self.location()?, Location::Sqlite(_)) {
            return Ok(0);
        }
        let console = self.console(at(CLOSED))?;
        let own = console.platform().ledger().store().clone();
        let service = console.service(SLUG).ok();
        let of_service = service.as_ref().map(|service: &std::sync::Arc<Service>| service.ledger().store().clone());
        let mut tables = 0;
        for store in [Some(own), of_service].into_iter().flatten() {
            for table in store.read("simulate.tables", tables_of).map_err(|error| error.to_string())? {
                let rows = store.read("simulate.table", |tx| in_words(tx, &table)).map_err(|error| error.to_string())?;
                canaries.scan_bytes(&Path::new("tables").join(store.name()).join(&table), rows.as_bytes(), scanned);
                tables += 1;
            }
        }
        Ok(tables)
    }

    /// Whether the stores are files of the installation, not a database server's.
    pub fn in_files(&self) -> Result<bool, Failure> {
        Ok(matches!(self.location()?, Location::Sqlite(_)))
    }

    /// Has a PostgreSQL server write everything to its files, and its write-ahead log begin anew.
    pub fn write_out(&self) -> Result<(), Failure> {
        // A schema of its own, because the server beside holds the others.
        let store = Store::open(&self.location()?, "write_out", &[], Options::default())?;
        let done = store.write("simulate.write_out", |tx| {
            tx.execute("-- simulate.checkpoint\ncheckpoint", &[])?;
            tx.execute("-- simulate.switch\nselect pg_switch_wal()", &[])
        });
        store.destroy()?;
        done.map(drop).map_err(|error: store::RunError<StoreError>| error.to_string().into())
    }

    /// Removes what this run made in a database; a directory goes by itself.
    pub fn tidy_up(&self) -> Result<(), Failure> {
        if matches!(self.location()?, Location::Sqlite(_)) {
            return Ok(());
        }
        let console: Console = self.console(at(CLOSED))?;
        let store = console.platform().ledger().store().clone();
        drop(console);
        Ok(store.destroy()?)
    }
}

fn store_name() -> String {
    format!("s_{}", SLUG.replace('-', "_"))
}

fn tables_of(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    let rows = tx.query(
        "-- simulate.tables
select cast(table_name as text) from information_schema.tables where table_schema = current_schema() order by 1",
        &[],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Every row of a table as text, with bytes in base64.
fn in_words(tx: &mut Tx<'_>, table: &str) -> Result<String, StoreError> {
    let row = tx.query_opt(
        "-- simulate.table
select cast(table_to_xml(cast(cast($1 as text) as regclass), true, false, '') as text)",
        &[table.into()],
    )?;
    row.map_or_else(|| Ok(String::new()), |row| row.get(0))
}
