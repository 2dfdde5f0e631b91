use journal::{Event, Work};
use kernel::{Fault, Id, Instant, Kind, kinds};
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx};

use crate::file_statement::check_sub_processors;
use crate::line::is_line;
use crate::{LeaseRules, Partner, storage};

const LIST_MOST: usize = 50;
const LINE_MOST_CHARS: usize = 300;

/// A structured enquiry to a contractor, because of what happened there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enquiry {
    /// Its id.
    pub id: Id<kinds::Enquiry>,
    /// The lease it is about.
    pub lease: Id<kinds::Lease>,
    /// What happened.
    pub escalation: Id<kinds::Escalation>,
    /// When it was sent.
    pub sent: Instant,
    /// When the answer is due.
    pub due: Instant,
    /// When it was answered.
    pub answered: Option<Instant>,
    /// The answers.
    pub answers: Option<Answers>,
}

/// What is asked: where everything is. An empty list says "none".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// Machines on which the data is.
    pub hosts: Vec<String>,
    /// Copies beside those.
    pub copies: Vec<String>,
    /// Backups, and until when each is kept.
    pub backups: Vec<String>,
    /// Everybody else who has or had the data.
    pub sub_processors: Vec<String>,
}

impl Answers {
    fn is_sound(&self) -> bool {
        [&self.hosts, &self.copies, &self.backups, &self.sub_processors].into_iter().all(|list| {
            list.len() <= LIST_MOST && list.iter().all(|line| is_line(line, LINE_MOST_CHARS))
        })
    }
}

/// Why an answer is not taken.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// There is no such enquiry under this contract.
    #[error("there is no such enquiry under your contract")]
    Missing,
    /// It was answered.
    #[error("this enquiry has been answered already")]
    Taken,
    /// The lists.
    #[error("an answer has up to 50 lines of up to 300 characters in each list")]
    Lists,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for AnswerError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Taken => Kind::Taken,
            Self::Lists => Kind::Invalid,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Takes over a contractor's answer to an enquiry.
pub fn answer_enquiry(
    work: &mut Work<'_, '_>,
    partner: &Partner,
    enquiry: Id<kinds::Enquiry>,
    answers: &Answers,
    rules: &LeaseRules,
) -> Result<(), AnswerError> {
    if !answers.is_sound() {
        return Err(AnswerError::Lists);
    }
    let mut enquiry = storage::pursuit::enquiry(work.tx(), enquiry)?.ok_or(AnswerError::Missing)?;
    let found = storage::lease::find(work.tx(), enquiry.lease)?;
    let lease = found.filter(|lease| lease.contract == partner.contract().id).ok_or(AnswerError::Missing)?;
    if enquiry.answered.is_some() {
        return Err(AnswerError::Taken);
    }
    enquiry.answers = Some(answers.clone());
    let now = work.now();
    storage::pursuit::answer(work.tx(), &enquiry, now)?;
    work.journal(
        Event::new("processors.enquiry_answered")
            .detail("enquiry", enquiry.id.to_string())
            .detail("lease", lease.id.to_string())
            .detail("late", now >= enquiry.due),
    )?;
    check_sub_processors(work, lease, &answers.sub_processors, rules)?;
    Ok(())
}

/// The enquiries about a lease, oldest first.
pub fn enquiries(tx: &mut Tx<'_>, lease: Id<kinds::Lease>) -> Result<Vec<Enquiry>, StoreError> {
    storage::pursuit::enquiries(tx, lease)
}
