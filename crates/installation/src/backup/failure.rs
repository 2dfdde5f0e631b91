use std::io;
use std::path::{Path, PathBuf};

use journal::JournalError;
use seal::SealError;
use store::StoreError;
use thiserror::Error;

/// Why there is no backup, or nothing was restored: one line that says what to do.
#[derive(Debug, Error)]
pub enum BackupError {
    /// Nobody could open it.
    #[error("backup_recipients: name at least one age recipient (age1…) in the configuration; `age-keygen` makes one, and its identity belongs in a safe")]
    NoRecipients,
    /// A database that is not there looks like an empty place.
    #[error("there is nothing to back up: no store in the place that the configuration names")]
    Nothing,
    /// Archives of keys and of data in one place would be one loss or one theft.
    #[error("{} holds an archive of {other}: data and keys belong in different places", place.display())]
    Together {
        /// The directory.
        place: PathBuf,
        /// What is in it already.
        other: &'static str,
    },
    /// A backup among what it backs up.
    #[error("{} lies in {} of this installation, or the other way round: take another place", .0.display(), .1)]
    Within(PathBuf, &'static str),
    /// The second copy is not the first.
    #[error("the second copy in {} does not read back as it was written: take another disk and run the backup again", .0.display())]
    Copy(PathBuf),
    /// A store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Recipients or an identity.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A file.
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, io::Error),
    /// The archive cannot be opened.
    #[error("{} cannot be opened: it was cut off or altered, or it is not for this identity; take another copy or another identity", .0.display())]
    Unreadable(PathBuf),
    /// The archive opens and is not what it says.
    #[error("{}: {what}; take another copy", archive.display())]
    NotWhole {
        /// The archive.
        archive: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// An archive of another installation.
    #[error("this is an archive of {found}, and the configuration is of {wanted}: name the right configuration")]
    Foreign {
        /// Log and environment of the archive.
        found: String,
        /// Log and environment of the configuration.
        wanted: String,
    },
    /// A file without an identity.
    #[error("{} holds no age identity (a line AGE-SECRET-KEY-1…)", .0.display())]
    NoIdentity(PathBuf),
    /// Where to restore to.
    #[error("{0}")]
    Refused(String),
}

impl BackupError {
    /// The shape that `map_err` wants.
    pub fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File(path, error)
    }
}
