//! Tries of a quiz. Every one is on record with its count; which options were chosen is not kept.

use journal::{Event, Work};
use kernel::{Fault, Id, Instant, Kind, kinds};
use people::SignedIn;
use store::{StoreError, Tx};

use crate::record::{Learner, complete, fresh_pass};
use crate::standing::RENEW_DAYS;
use crate::{Chosen, Course, course, storage};

/// One try of a quiz.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuizTry {
    /// Its id.
    pub id: Id<kinds::QuizTry>,
    /// Whose it is.
    pub officer: Id<kinds::Officer>,
    /// The officer's department.
    pub department: Id<kinds::Department>,
    /// The course's name.
    pub course: String,
    /// The edition of the course whose questions were asked.
    pub digest: [u8; 32],
    /// What gives the questions their order.
    pub seed: i64,
    /// When it began.
    pub begun: Instant,
    /// What became of it, once it was handed in.
    pub outcome: Option<QuizOutcome>,
}

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuizOutcome {
    /// When it was handed in.
    pub at: Instant,
    /// How many answers were right.
    pub score: usize,
    /// Of how many.
    pub asked: usize,
    /// Whether that was enough.
    pub passed: bool,
}

/// Why a try did not begin or was not marked.
#[derive(Debug, thiserror::Error)]
pub enum QuizError {
    /// There is no such course.
    #[error("there is no such course")]
    Course,
    /// A try that was not enough is too short ago.
    #[error("the next try is possible after a pause")]
    Pause {
        /// From when on.
        until: Instant,
    },
    /// The quiz was passed, and the record holds or waits for a session.
    #[error("the quiz is passed already")]
    Passed,
    /// There is no such try of yours.
    #[error("there is no such try")]
    Missing,
    /// It was handed in already.
    #[error("the try was handed in already")]
    HandedIn,
    /// The questions have changed since it began.
    #[error("the questions have changed since: begin again")]
    Changed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for QuizError {
    fn kind(&self) -> Kind {
        match self {
            Self::Course | Self::Missing => Kind::Missing,
            Self::Pause { .. } | Self::Passed | Self::HandedIn | Self::Changed => Kind::Taken,
            Self::Store(error) => error.kind(),
        }
    }
}

/// A try that nobody handed in within so long is left behind: the next one asks in another order.
const OPEN_MS: i64 = 24 * 3_600_000;

/// Begins a try, or goes on with the one that is open.
pub fn begin_quiz(work: &mut Work<'_, '_>, who: &SignedIn, slug: &str) -> Result<QuizTry, QuizError> {
    let course = course(slug).ok_or(QuizError::Course)?;
    let (officer, now) = (who.officer(), work.now());
    let last = storage::quiz_try::last(work.tx(), officer, slug)?;
    let open = |last: &&QuizTry| last.outcome.is_none() && last.digest == course.digest && now.since(last.begun) < OPEN_MS;
    if let Some(open) = last.as_ref().filter(open) {
        return Ok(open.clone());
    }
    may_begin(work, officer, course)?;
    let seed = i64::try_from(work.random().below(1 << 62)).unwrap_or(0);
    let begun = QuizTry {
        id: work.new_id(),
        officer,
        department: who.department(),
        course: slug.to_owned(),
        digest: course.digest,
        seed,
        begun: now,
        outcome: None,
    };
    storage::quiz_try::insert(work.tx(), &begun)?;
    work.journal(Event::new("training.quiz_begun").detail("try", begun.id.to_string()).detail("course", slug))?;
    Ok(begun)
}

fn may_begin(work: &mut Work<'_, '_>, officer: Id<kinds::Officer>, course: &Course) -> Result<(), QuizError> {
    let (now, today) = (work.now(), work.today());
    let latest = storage::record::latest(work.tx(), officer, &course.slug)?;
    let holds = latest.as_ref().is_some_and(|record| record.last_day.since(today) > RENEW_DAYS);
    if holds || fresh_pass(work.tx(), (officer, course), now, latest.as_ref())?.is_some() {
        return Err(QuizError::Passed);
    }
    let failed = storage::quiz_try::last_handed_in(work.tx(), officer, &course.slug)?;
    let failed = failed.and_then(|last| last.outcome).filter(|outcome| !outcome.passed);
    let until = failed.map(|outcome| outcome.at.plus_secs(course.quiz.pause_minutes * 60));
    until.filter(|until| now < *until).map_or(Ok(()), |until| Err(QuizError::Pause { until }))
}

/// Hands a try in, and marks it. With what else the course asks for, passing it makes the record.
pub fn hand_in(work: &mut Work<'_, '_>, who: &SignedIn, (id, chosen): (Id<kinds::QuizTry>, &Chosen)) -> Result<QuizOutcome, QuizError> {
    let found = storage::quiz_try::by_id(work.tx(), id)?.filter(|found| found.officer == who.officer()).ok_or(QuizError::Missing)?;
    if found.outcome.is_some() {
        return Err(QuizError::HandedIn);
    }
    let (course, at) = (course(&found.course).ok_or(QuizError::Course)?, work.now());
    if course.digest != found.digest || at.since(found.begun) >= OPEN_MS {
        return Err(QuizError::Changed);
    }
    let quiz = &course.quiz;
    let score = quiz.mark(found.seed, chosen);
    let outcome = QuizOutcome { at, score, asked: quiz.count(), passed: score >= quiz.needed() };
    storage::quiz_try::settle(work.tx(), id, outcome)?;
    let event = Event::new("training.quiz_marked").detail("try", id.to_string()).detail("course", course.slug.clone());
    work.journal(event.detail("score", score).detail("asked", quiz.count()).detail("passed", outcome.passed))?;
    if outcome.passed {
        complete(work, Learner { officer: found.officer, department: found.department }, &course.slug)?;
    }
    Ok(outcome)
}

/// One try.
pub fn quiz_try(tx: &mut Tx<'_>, id: Id<kinds::QuizTry>) -> Result<Option<QuizTry>, StoreError> {
    storage::quiz_try::by_id(tx, id)
}

/// The tries of an officer, the latest first: 200 at most.
pub fn tries_of(tx: &mut Tx<'_>, officer: Id<kinds::Officer>) -> Result<Vec<QuizTry>, StoreError> {
    storage::quiz_try::of_officer(tx, officer)
}
