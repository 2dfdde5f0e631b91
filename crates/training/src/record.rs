use journal::{Event, Work};
use kernel::{Day, Id, Instant, kinds};
use store::{StoreError, Tx};

use crate::{Course, QuizTry, course, storage};

/// That an officer has completed a course, and until when that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainingRecord {
    /// Its id.
    pub id: Id<kinds::TrainingRecord>,
    /// Whose it is.
    pub officer: Id<kinds::Officer>,
    /// The officer's department at that time.
    pub department: Id<kinds::Department>,
    /// The course's name.
    pub course: String,
    /// The edition of the course.
    pub digest: [u8; 32],
    /// When a session was attended, where the course asks for one.
    pub attended: Option<Instant>,
    /// When the quiz was passed.
    pub passed: Instant,
    /// How many answers were right.
    pub score: usize,
    /// Of how many.
    pub asked: usize,
    /// When the later of both was done.
    pub completed: Instant,
    /// The last day on which it holds.
    pub last_day: Day,
}

/// Whoever learns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Learner {
    pub(crate) officer: Id<kinds::Officer>,
    pub(crate) department: Id<kinds::Department>,
}

/// A session and a quiz belong together when they are no further apart than half a year.
const TOGETHER_MS: i64 = 183 * 86_400_000;

/// Writes the record as soon as everything is there that the course asks for. What stood behind an earlier record does not count again.
pub(crate) fn complete(work: &mut Work<'_, '_>, learner: Learner, slug: &str) -> Result<Option<Id<kinds::TrainingRecord>>, StoreError> {
    let Some(course) = course(slug) else { return Ok(None) };
    let now = work.now();
    let latest = storage::record::latest(work.tx(), learner.officer, slug)?;
    let Some(passed) = fresh_pass(work.tx(), (learner.officer, course), now, latest.as_ref())? else { return Ok(None) };
    let Some(outcome) = passed.outcome else { return Ok(None) };
    let attended = storage::place::last_attended(work.tx(), learner.officer, slug)?;
    let attended = attended.filter(|at| is_fresh(*at, now, latest.as_ref()));
    if course.attends && attended.is_none() {
        return Ok(None);
    }
    let record = TrainingRecord {
        id: work.new_id(),
        officer: learner.officer,
        department: learner.department,
        course: slug.to_owned(),
        digest: passed.digest,
        attended,
        passed: outcome.at,
        score: outcome.score,
        asked: outcome.asked,
        completed: now,
        last_day: now.day().plus_months(course.months),
    };
    storage::record::insert(work.tx(), &record)?;
    let event = Event::new("training.completed").detail("record", record.id.to_string()).detail("course", slug);
    work.journal(event.detail("officer", learner.officer.to_string()).detail("until", record.last_day.to_string()))?;
    Ok(Some(record.id))
}

/// The latest passed try that no record stands on yet.
pub(crate) fn fresh_pass(
    tx: &mut Tx<'_>,
    (officer, course): (Id<kinds::Officer>, &Course),
    now: Instant,
    latest: Option<&TrainingRecord>,
) -> Result<Option<QuizTry>, StoreError> {
    let passed = storage::quiz_try::last_passed(tx, officer, &course.slug)?;
    Ok(passed.filter(|passed| passed.outcome.is_some_and(|outcome| is_fresh(outcome.at, now, latest))))
}

fn is_fresh(at: Instant, now: Instant, latest: Option<&TrainingRecord>) -> bool {
    now.since(at) <= TOGETHER_MS && latest.is_none_or(|record| at > record.completed)
}

/// One record.
pub fn record(tx: &mut Tx<'_>, id: Id<kinds::TrainingRecord>) -> Result<Option<TrainingRecord>, StoreError> {
    storage::record::by_id(tx, id)
}

/// The records of an officer, the latest first: 200 at most.
pub fn records_of(tx: &mut Tx<'_>, officer: Id<kinds::Officer>) -> Result<Vec<TrainingRecord>, StoreError> {
    storage::record::of_officer(tx, officer)
}
