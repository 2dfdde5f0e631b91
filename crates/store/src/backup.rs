//! Copies of stores: taken while the store is written to, restored as a whole.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use crate::container::{Copied, Reader};
use crate::location::check_name;
use crate::{Location, Migration, Store, StoreError, postgresql, sqlite};

/// What a look at a whole store found: the engine said that it is sound, and every row was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// Each table with its rows.
    pub tables: BTreeMap<String, u64>,
}

impl Store {
    /// The names of the stores in a place, in order.
    pub fn names(location: &Location) -> Result<Vec<String>, StoreError> {
        let names = match location {
            Location::Sqlite(directory) => sqlite::names(directory)?,
            Location::Postgres(url) => postgresql::names(url)?,
        };
        Ok(names.into_iter().filter(|name| check_name(name).is_ok()).collect())
    }

    /// Writes down one snapshot of a store, whether it is open here, in another process, or nowhere. Writers go on meanwhile;
    /// what was committed before the call is in it. It needs no schema of this version and no key.
    pub fn back_up(location: &Location, name: &str, to: &mut (dyn Write + Send)) -> Result<Copied, StoreError> {
        check_name(name)?;
        match location {
            Location::Sqlite(directory) => sqlite::back_up(directory, name, to),
            Location::Postgres(url) => postgresql::back_up(url, name, to),
        }
    }

    /// Makes a store from a copy, on either engine whatever engine the copy is of. All of it or nothing: a store of that name
    /// must not be there, a copy of a newer version is refused, and after a failure or a crash there is no store.
    pub fn restore(
        location: &Location,
        name: &str,
        migrations: &[&[Migration]],
        from: &mut (dyn Read + Send),
    ) -> Result<Copied, StoreError> {
        if Self::exists(location, name)? {
            return Err(StoreError::Present(name.to_owned()));
        }
        let reader = Reader::begin(from)?;
        match location {
            Location::Sqlite(directory) => sqlite::restore(directory, name, migrations, reader),
            Location::Postgres(url) => postgresql::restore(url, name, migrations, reader),
        }
    }

    /// Looks at a whole store: whether the engine finds it sound (SQLite), and how many rows each table has when read.
    pub fn inspect(location: &Location, name: &str) -> Result<Inspection, StoreError> {
        check_name(name)?;
        match location {
            Location::Sqlite(directory) => sqlite::inspect(directory, name),
            Location::Postgres(url) => postgresql::inspect(url, name),
        }
    }

    /// Puts every store of a place aside under other names, so that a restore finds an empty place. Nothing is deleted. No store
    /// may be open. Returns the new names, for the operator. `label` is of a-z, 0-9 and _, such as a date.
    pub fn move_aside(location: &Location, label: &str) -> Result<Vec<String>, StoreError> {
        check_name(label)?;
        let names = Self::names(location)?;
        match location {
            _ if names.is_empty() => Ok(Vec::new()),
            Location::Sqlite(directory) => Ok(vec![sqlite::move_aside(directory, label)?]),
            Location::Postgres(url) => names.iter().map(|name| postgresql::move_aside(url, name, label)).collect(),
        }
    }
}
