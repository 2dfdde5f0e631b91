use std::path::{Path, PathBuf};

use store::{Location, Migration, Options, Store};
use tempfile::TempDir;

use crate::PostgresServer;

/// A store in memory, on SQLite.
///
/// # Panics
/// When a migration fails.
#[expect(clippy::expect_used, reason = "only tests call this")]
pub fn memory_store(migrations: &[&[Migration]]) -> Store {
    Store::open_in_memory(migrations).expect("a store in memory opens")
}

/// A store in a file of this directory.
///
/// # Panics
/// When it does not open.
#[expect(clippy::expect_used, reason = "only tests call this")]
pub fn sqlite_store(directory: &Path, name: &str, migrations: &[&[Migration]]) -> Store {
    let location = Location::Sqlite(directory.to_owned());
    Store::open(&location, name, migrations, Options::default()).expect("a store in a file opens")
}

/// A fresh place for stores on one of the engines.
#[derive(Debug)]
pub struct Place {
    engine: &'static str,
    location: Location,
    _directory: Option<TempDir>,
}

impl Place {
    /// A new directory, removed at the end.
    ///
    /// # Panics
    /// When it cannot be made.
    #[expect(clippy::expect_used, reason = "only tests call this")]
    pub fn sqlite() -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let location = Location::Sqlite(directory.path().to_owned());
        Self { engine: "SQLite", location, _directory: Some(directory) }
    }

    /// A new database on the shared server.
    pub fn postgres() -> Self {
        Self { engine: "PostgreSQL", location: PostgresServer::shared().fresh_database(), _directory: None }
    }

    /// `SQLite` or `PostgreSQL`.
    pub const fn engine(&self) -> &'static str {
        self.engine
    }

    /// Where it is.
    pub const fn location(&self) -> &Location {
        &self.location
    }

    /// The directory whose files hold the rows: of PostgreSQL those of every database of the server, without its write-ahead log.
    ///
    /// # Panics
    /// When the server did not start.
    pub fn files(&self) -> PathBuf {
        match &self.location {
            Location::Sqlite(directory) => directory.clone(),
            Location::Postgres(_) => PostgresServer::shared().data_directory().join("base"),
        }
    }

    /// Opens a store here.
    ///
    /// # Panics
    /// When it does not open.
    pub fn store(&self, name: &str, migrations: &[&[Migration]]) -> Store {
        self.store_with(name, migrations, Options::default())
    }

    /// Opens a store here with options.
    ///
    /// # Panics
    /// When it does not open.
    #[expect(clippy::expect_used, reason = "only tests call this")]
    pub fn store_with(&self, name: &str, migrations: &[&[Migration]], options: Options) -> Store {
        Store::open(&self.location, name, migrations, options).expect("a store opens")
    }
}

/// Tells one story on each engine; the failing one is named in the output.
#[expect(clippy::print_stdout, reason = "the harness shows it only when the test fails")]
pub fn both_engines(story: impl Fn(&Place)) {
    for place in [Place::sqlite(), Place::postgres()] {
        println!("on {}", place.engine());
        story(&place);
    }
}
