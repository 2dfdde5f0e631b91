use kernel::{Fault, Id, Instant, Kind, Text, kinds};
use people::Duty;
use seal::{RecordNumber, Sealed};
use store::StoreError;

use crate::{Channel, QuietHours, SealedDetails};

/// Contacts are checked at least once a quarter.
pub const CHECK_DAYS: i64 = 92;
const DAY_MS: i64 = 86_400_000;

/// A post of a department's incident team. Who fills it stays sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Its id.
    pub id: Id<kinds::CallPerson>,
    /// Its department.
    pub department: Id<kinds::Department>,
    /// The title of the post.
    pub post: Text,
    /// What it is there for.
    pub duties: Vec<Duty>,
    /// When it does not want to be disturbed by what can wait.
    pub quiet: QuietHours,
    /// The ways to reach it, as far as they are on record.
    pub channels: Vec<Channel>,
    /// When the details were last checked.
    pub checked: Option<Instant>,
    /// When it last acknowledged a page.
    pub reached: Option<Instant>,
    /// The last day on which the details can be opened.
    pub expiry: kernel::Day,
}

impl Person {
    /// Whether it holds a duty.
    pub fn has(&self, duty: Duty) -> bool {
        self.duties.contains(&duty)
    }

    /// Whether it can be relied on at this moment: there is a way that has not ended, and it was checked, or has answered, within
    /// three months.
    pub fn is_reachable(&self, now: Instant) -> bool {
        let seen = self.checked.max(self.reached);
        let fresh = seen.is_some_and(|seen| now.since(seen) <= CHECK_DAYS * DAY_MS);
        fresh && !self.channels.is_empty() && self.expiry >= now.day()
    }
}

/// A person as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct StoredDetails {
    pub(crate) record: RecordNumber,
    pub(crate) expiry: kernel::Day,
    pub(crate) sealed: Sealed,
}

impl StoredDetails {
    pub(crate) fn sealed(self) -> SealedDetails {
        SealedDetails { record: self.record, expiry: self.expiry, sealed: self.sealed, tags: Vec::new() }
    }
}

/// Why a change to a team, its rota or its leaves was not made.
#[derive(Debug, thiserror::Error)]
pub enum TeamError {
    /// There is no such person in your department's team.
    #[error("there is no such person in your department's team")]
    Missing,
    /// The post lacks a language or is too long.
    #[error("a post needs a title in three languages, at most 100 characters each")]
    Post,
    /// Somebody without a duty is never called.
    #[error("choose at least one duty")]
    Duties,
    /// Quiet hours that are none of a day.
    #[error("quiet hours are minutes of the day from 0 to 1439")]
    Quiet,
    /// The rota cannot be kept.
    #[error(transparent)]
    Rota(#[from] crate::RotaFlaw),
    /// A leave that ends before it begins, or is longer than a year.
    #[error("a leave ends after it begins, within a year")]
    Leave,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for TeamError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Post | Self::Duties | Self::Quiet | Self::Rota(_) | Self::Leave => Kind::Invalid,
            Self::Store(error) => error.kind(),
        }
    }
}
