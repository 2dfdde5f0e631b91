use kernel::{Fault, Kind};

/// What can go wrong between a verb and its records. Messages never hold a value of a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A name that could not be both a file and a schema.
    #[error("a store's name is 1 to 40 of a-z, 0-9 and _, and this is not: {0:?}")]
    Name(String),
    /// A text that says neither a directory nor a server.
    #[error("a location is sqlite:DIRECTORY or postgres://USER@HOST/DATABASE, and this is neither")]
    Location,
    /// The address of a server that cannot be taken as it is.
    #[error("the address of the PostgreSQL server: {0}")]
    Address(String),
    /// The records were written by a newer version of the program.
    #[error("the store \"{store}\" was written by a newer Lionrock (it has {found}): run that version, or restore a backup made before the upgrade")]
    Newer {
        /// The store's name.
        store: String,
        /// What this version does not know.
        found: String,
    },
    /// A step of the schema failed; nothing of it was kept.
    #[error("the migration {name} of the store failed: {reason}")]
    Migration {
        /// The migration's name.
        name: String,
        /// What the engine said.
        reason: String,
    },
    /// An SQL text without its first line.
    #[error("an SQL text must begin with \"-- slice.function\", and this does not: {0}")]
    Unlabelled(String),
    /// A row with this key is already there.
    #[error("a row with this key is already there ({0})")]
    Unique(String),
    /// A NOT NULL, CHECK or foreign key said no.
    #[error("a rule of the table said no ({0})")]
    Constraint(String),
    /// Other transactions kept winning.
    #[error("other transactions kept changing the same rows")]
    Conflict,
    /// Another process holds the file.
    #[error("another process is writing to this store")]
    Locked,
    /// No room on the disk.
    #[error("the disk is full")]
    Full,
    /// The disk or the server does not answer; whether the last commit was kept is not known.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The engine refused for another reason.
    #[error("the database refused: {0}")]
    Engine(String),
    /// A column was not what the caller asked for.
    #[error("column {column} is {found}, not {wanted}")]
    Column {
        /// The column's position, from 0.
        column: usize,
        /// The type that was asked for.
        wanted: &'static str,
        /// What was there.
        found: &'static str,
    },
    /// The transaction's closure panicked; it was rolled back.
    #[error("the transaction {0} panicked and was rolled back")]
    Panicked(&'static str),
    /// A copy of a store is not whole, or cannot be read or written.
    #[error("the copy of the store is not usable: {0}")]
    Copy(String),
    /// Where a store was to be restored there is one.
    #[error("there is a store \"{0}\" already: nothing is overwritten; restore into an empty place, or move the old one aside")]
    Present(String),
    /// The store has been closed or destroyed.
    #[error("the store is closed")]
    Closed,
}

impl Fault for StoreError {
    fn kind(&self) -> Kind {
        match self {
            Self::Name(_) | Self::Location | Self::Address(_) => Kind::Invalid,
            Self::Unique(_) | Self::Present(_) => Kind::Taken,
            Self::Conflict | Self::Locked => Kind::Busy,
            Self::Closed => Kind::Gone,
            _ => Kind::Broken,
        }
    }
}

/// How a transaction ended when it did not commit.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError<E> {
    /// The closure said no; what it had written was rolled back.
    #[error(transparent)]
    Refused(E),
    /// The queue is full; nothing was run.
    #[error("too many requests are waiting; try again in {retry_after_ms} ms")]
    Busy {
        /// When to try again.
        retry_after_ms: u64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl<E> From<StoreError> for RunError<E> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Gives an error that has the variants `Store` and `Busy` its way out of a transaction: `?` takes whatever the closure may refuse
/// with, if that can become the error.
#[macro_export]
macro_rules! from_run_error {
    ($error:ident) => {
        impl<E: Into<Self>> From<$crate::RunError<E>> for $error {
            fn from(error: $crate::RunError<E>) -> Self {
                match error {
                    $crate::RunError::Refused(error) => error.into(),
                    $crate::RunError::Store(error) => Self::Store(error),
                    $crate::RunError::Busy { .. } => Self::Busy,
                }
            }
        }
    };
}

impl<E: Fault + 'static> Fault for RunError<E> {
    fn kind(&self) -> Kind {
        match self {
            Self::Refused(error) => error.kind(),
            Self::Busy { .. } => Kind::Busy,
            Self::Store(error) => error.kind(),
        }
    }
}
