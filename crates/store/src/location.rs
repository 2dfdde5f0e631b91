use std::path::PathBuf;

use kernel::Secret;

use crate::{StoreError, postgresql};

/// Where the stores of an installation are.
#[derive(Clone, Debug)]
pub enum Location {
    /// A directory; the store NAME is the file NAME.db in it.
    Sqlite(PathBuf),
    /// A PostgreSQL database by its URL, which may hold a password; the store NAME is the schema lionrock_NAME in it.
    Postgres(Secret<String>),
}

impl Location {
    /// Reads `sqlite:DIRECTORY` or `postgres://…`. A server on another machine is reached by TLS
    /// (`?sslmode=verify-full&sslrootcert=FILE`), or plainly if the address says `sslmode=disable`.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        if let Some(directory) = text.strip_prefix("sqlite:").filter(|d| !d.is_empty()) {
            return Ok(Self::Sqlite(PathBuf::from(directory)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            postgresql::check_address(text)?;
            return Ok(Self::Postgres(Secret::new(text.to_owned())));
        }
        Err(StoreError::Location)
    }
}

/// A name that is safe as a file and as a schema.
pub(crate) fn check_name(name: &str) -> Result<(), StoreError> {
    let fits = (1..=40).contains(&name.len());
    let plain = name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if fits && plain { Ok(()) } else { Err(StoreError::Name(name.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_directory_or_a_server() {
        assert!(matches!(Location::parse("sqlite:/srv/x"), Ok(Location::Sqlite(d)) if *d == *"/srv/x"));
        assert!(matches!(Location::parse("postgres://u:p@localhost/d"), Ok(Location::Postgres(_))));
        for wrong in ["", "sqlite:", "mysql://x", "/srv/x"] {
            assert_eq!(Location::parse(wrong).unwrap_err(), StoreError::Location);
        }
        let printed = format!("{:?}", Location::parse("postgres://u:hunter2@localhost/d"));
        assert!(!printed.contains("hunter2"));
    }

    #[test]
    fn a_name_cannot_leave_its_directory() {
        assert_eq!(check_name("scheme_2020"), Ok(()));
        for wrong in ["", "..", "a/b", "A", "a-b", "é", &"x".repeat(41)] {
            assert!(check_name(wrong).is_err(), "{wrong}");
        }
    }
}
