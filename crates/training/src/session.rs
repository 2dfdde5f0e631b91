use journal::{Event, Work};
use kernel::{Fault, Id, Instant, Kind, kinds};
use people::{Grant, ManageTraining};
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx};

use crate::{course, storage};

/// Where a session is: in a room, online, or both at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Venue {
    /// The room.
    pub room: Option<String>,
    /// Where it is joined online: an address that begins with `https://`.
    pub link: Option<String>,
}

/// A session of a course. It is held by one department and open to the officers of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainingSession {
    /// Its id.
    pub id: Id<kinds::TrainingSession>,
    /// Who holds it.
    pub department: Id<kinds::Department>,
    /// The course's name.
    pub course: String,
    /// When it begins.
    pub begins: Instant,
    /// How long it takes.
    pub minutes: i64,
    /// Where.
    pub venue: Venue,
    /// How many places there are.
    pub capacity: i64,
    /// How many are taken.
    pub taken: i64,
    /// When it was called off.
    pub cancelled: Option<Instant>,
    pub(crate) salt: [u8; 16],
}

impl TrainingSession {
    /// When it ends.
    pub const fn ends(&self) -> Instant {
        self.begins.plus_secs(self.minutes * 60)
    }

    /// Whether a place can be taken: it has not ended, was not called off, and is not full.
    pub fn has_places(&self, now: Instant) -> bool {
        self.cancelled.is_none() && now < self.ends() && self.taken < self.capacity
    }

    /// Whether the code of the room is shown and taken: from a quarter of an hour before to half an hour after.
    pub fn is_open(&self, now: Instant) -> bool {
        let (from, until) = (self.begins.plus_secs(-15 * 60), self.ends().plus_secs(30 * 60));
        self.cancelled.is_none() && (from..until).contains(&now)
    }

    /// Whether its host may still tick who came: from a quarter of an hour before it begins to a fortnight after.
    pub fn is_ticked(&self, now: Instant) -> bool {
        let (from, until) = (self.begins.plus_secs(-15 * 60), self.ends().plus_secs(14 * 86_400));
        self.cancelled.is_none() && (from..until).contains(&now)
    }
}

/// A session to hold.
#[derive(Clone, Debug)]
pub struct PlanSession {
    /// The course's name.
    pub course: String,
    /// When it begins.
    pub begins: Instant,
    /// How long it takes: 10 to 600 minutes.
    pub minutes: i64,
    /// Where.
    pub venue: Venue,
    /// How many places there are: 1 to 2,000.
    pub capacity: i64,
}

/// Why a session was not kept, or a place in it not taken.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// There is no such course.
    #[error("there is no such course")]
    Course,
    /// It would begin in the past or in more than two years.
    #[error("a session begins in the future, within two years")]
    Begins,
    /// It takes no time, or too long.
    #[error("a session takes 10 to 600 minutes")]
    Minutes,
    /// There is no place to go to.
    #[error("give a room of at most 200 characters, or an address that begins with https://, or both")]
    Venue,
    /// Nobody or too many fit in.
    #[error("a session has 1 to 2000 places")]
    Capacity,
    /// It is over or called off.
    #[error("the session is over or was called off")]
    Over,
    /// Every place is taken.
    #[error("every place of this session is taken")]
    Full,
    /// No code is taken now.
    #[error("attendance is noted from a quarter of an hour before the session to half an hour after it")]
    NotNow,
    /// Too many wrong codes.
    #[error("too many wrong codes: ask the host to note your attendance")]
    TooMany,
    /// There is no such session, or it is not of your department.
    #[error("there is no such session")]
    Missing,
    /// There is no such officer, or none with a place.
    #[error("there is no such officer in this session")]
    Stranger,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for SessionError {
    fn kind(&self) -> Kind {
        match self {
            Self::Course | Self::Begins | Self::Minutes | Self::Venue | Self::Capacity => Kind::Invalid,
            Self::Over | Self::Full | Self::NotNow | Self::TooMany => Kind::Taken,
            Self::Missing | Self::Stranger => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

const TWO_YEARS_MS: i64 = 731 * 86_400_000;

/// Plans a session of the officer's department.
pub fn plan_session(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageTraining>,
    plan: &PlanSession,
) -> Result<Id<kinds::TrainingSession>, SessionError> {
    check(plan, work.now())?;
    let session = TrainingSession {
        id: work.new_id(),
        department: grant.department(),
        course: plan.course.clone(),
        begins: plan.begins,
        minutes: plan.minutes,
        venue: plan.venue.clone(),
        capacity: plan.capacity,
        taken: 0,
        cancelled: None,
        salt: work.random().bytes16(),
    };
    storage::session::insert(work.tx(), &session, grant.officer())?;
    let event = Event::new("training.session_planned").detail("session", session.id.to_string()).detail("course", session.course.clone());
    work.journal(event.detail("begins", session.begins.to_string()))?;
    Ok(session.id)
}

fn check(plan: &PlanSession, now: Instant) -> Result<(), SessionError> {
    course(&plan.course).ok_or(SessionError::Course)?;
    if plan.begins <= now || plan.begins.since(now) > TWO_YEARS_MS {
        return Err(SessionError::Begins);
    }
    if !(10..=600).contains(&plan.minutes) {
        return Err(SessionError::Minutes);
    }
    if !(1..=2000).contains(&plan.capacity) {
        return Err(SessionError::Capacity);
    }
    let fits = |text: &String| !text.trim().is_empty() && text.chars().count() <= 200 && !text.chars().any(char::is_control);
    let is_address = |text: &String| fits(text) && text.starts_with("https://") && !text.contains(char::is_whitespace);
    let Venue { room, link } = &plan.venue;
    let somewhere = room.is_some() || link.is_some();
    if somewhere && room.as_ref().is_none_or(fits) && link.as_ref().is_none_or(is_address) { Ok(()) } else { Err(SessionError::Venue) }
}

/// Calls a session off that has not ended.
pub fn cancel_session(work: &mut Work<'_, '_>, grant: &Grant<ManageTraining>, id: Id<kinds::TrainingSession>) -> Result<(), SessionError> {
    let (session, now) = (own(work, grant, id)?, work.now());
    if session.cancelled.is_some() || now >= session.ends() {
        return Err(SessionError::Over);
    }
    storage::session::cancel(work.tx(), id, now)?;
    work.journal(Event::new("training.session_cancelled").detail("session", id.to_string()))?;
    Ok(())
}

/// One session.
pub fn session(tx: &mut Tx<'_>, id: Id<kinds::TrainingSession>) -> Result<Option<TrainingSession>, StoreError> {
    storage::session::by_id(tx, id)
}

/// Sessions of every department that begin after a moment, the next first: 200 at most.
pub fn sessions_after(tx: &mut Tx<'_>, from: Instant) -> Result<Vec<TrainingSession>, StoreError> {
    storage::session::after(tx, from)
}

/// The sessions that a department holds and has held, the latest first: 200 at most.
pub fn sessions_of(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<TrainingSession>, StoreError> {
    storage::session::of_department(tx, department)
}

pub(crate) fn own(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageTraining>,
    id: Id<kinds::TrainingSession>,
) -> Result<TrainingSession, SessionError> {
    let found = storage::session::by_id(work.tx(), id)?;
    found.filter(|session| session.department == grant.department()).ok_or(SessionError::Missing)
}
