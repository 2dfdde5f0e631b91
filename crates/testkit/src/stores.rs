use std::path::Path;

use store::{Location, Migration, Options, Store};

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
