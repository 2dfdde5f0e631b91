//! Places in sessions, and who came.

use journal::{Event, Work};
use kernel::{Id, Instant, kinds};
use people::{Grant, ManageTraining, SignedIn};
use seal::{constant_time_eq, sha256};
use store::{StoreError, Tx};

use crate::record::{Learner, complete};
use crate::session::own;
use crate::{SessionError, TrainingSession, storage};

/// Somebody's place in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenPlace {
    /// The session.
    pub session: Id<kinds::TrainingSession>,
    /// Whose it is.
    pub officer: Id<kinds::Officer>,
    /// The officer's department.
    pub department: Id<kinds::Department>,
    /// When it was taken.
    pub enrolled: Instant,
    /// When the officer came, and how that is known.
    pub attended: Option<(Instant, Way)>,
    pub(crate) wrong: i64,
}

/// How it is known that somebody came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By the code that is shown in the room or on the screen.
    Code,
    /// The host ticked it.
    Host,
}

impl Way {
    /// The name in the store and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Host => "host",
        }
    }
}

/// What became of a code that somebody typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeTyped {
    /// Attendance is noted, and the record, if that was what lacked for it.
    Noted(Option<Id<kinds::TrainingRecord>>),
    /// It is not the code; so many more may be tried.
    Wrong {
        /// How many.
        left: i64,
    },
}

/// Wrong codes that one officer may type in one session. A code has 30 bits.
const WRONG_MOST: i64 = 10;
/// The code changes every so often; the one before still works.
const CODE_MS: i64 = 5 * 60_000;
const SYMBOLS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The code to be shown now: six capitals and digits.
pub fn room_code(session: &TrainingSession, now: Instant) -> String {
    code_of(session, now.millis().div_euclid(CODE_MS))
}

fn code_of(session: &TrainingSession, window: i64) -> String {
    let digest = sha256(&[b"lionrock training code", &session.id.bytes(), &session.salt, &window.to_be_bytes()]);
    let symbol = |byte: &u8| SYMBOLS.get(usize::from(byte & 31)).copied().map_or('2', char::from);
    digest.iter().take(6).map(symbol).collect()
}

fn is_code(session: &TrainingSession, typed: &str, now: Instant) -> bool {
    let typed: String = typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let window = now.millis().div_euclid(CODE_MS);
    [window, window - 1].into_iter().any(|window| constant_time_eq(code_of(session, window).as_bytes(), typed.as_bytes()))
}

/// Takes a place; a second time nothing happens.
pub fn enrol(work: &mut Work<'_, '_>, who: &SignedIn, id: Id<kinds::TrainingSession>) -> Result<(), SessionError> {
    let (session, now) = (live(work, id)?, work.now());
    if storage::place::find(work.tx(), id, who.officer())?.is_some() {
        return Ok(());
    }
    if now >= session.ends() {
        return Err(SessionError::Over);
    }
    take(work, &session, (who.officer(), who.department()))
}

/// Gives a place back, as long as the officer has not come.
pub fn withdraw(work: &mut Work<'_, '_>, who: &SignedIn, id: Id<kinds::TrainingSession>) -> Result<(), SessionError> {
    let place = storage::place::find(work.tx(), id, who.officer())?.ok_or(SessionError::Stranger)?;
    if place.attended.is_some() {
        return Err(SessionError::Over);
    }
    storage::place::remove(work.tx(), id, who.officer())?;
    storage::session::add_taken(work.tx(), id, -1)?;
    work.journal(Event::new("training.place_given_back").detail("session", id.to_string()).detail("officer", who.officer().to_string()))?;
    Ok(())
}

/// Notes attendance by the code. Whoever has no place yet takes a free one. A wrong code is counted, so this is no error.
pub fn attend(work: &mut Work<'_, '_>, who: &SignedIn, (id, typed): (Id<kinds::TrainingSession>, &str)) -> Result<CodeTyped, SessionError> {
    let (session, now) = (live(work, id)?, work.now());
    if !session.is_open(now) {
        return Err(SessionError::NotNow);
    }
    let learner = Learner { officer: who.officer(), department: who.department() };
    if storage::place::find(work.tx(), id, learner.officer)?.is_none() {
        take(work, &session, (learner.officer, learner.department))?;
    }
    let place = storage::place::find(work.tx(), id, learner.officer)?.ok_or(SessionError::Stranger)?;
    if place.wrong >= WRONG_MOST {
        return Err(SessionError::TooMany);
    }
    if !is_code(&session, typed, now) {
        storage::place::count_wrong(work.tx(), id, learner.officer)?;
        return Ok(CodeTyped::Wrong { left: WRONG_MOST - place.wrong - 1 });
    }
    Ok(CodeTyped::Noted(came(work, &session, (learner, &place, Way::Code))?))
}

/// The host of a session notes that somebody with a place came.
pub fn tick_attendance(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageTraining>,
    (id, officer): (Id<kinds::TrainingSession>, Id<kinds::Officer>),
) -> Result<(), SessionError> {
    let session = own(work, grant, id)?;
    if !session.is_ticked(work.now()) {
        return Err(SessionError::NotNow);
    }
    let place = storage::place::find(work.tx(), id, officer)?.ok_or(SessionError::Stranger)?;
    let learner = Learner { officer, department: place.department };
    came(work, &session, (learner, &place, Way::Host)).map(drop)
}

/// The places of a session, the earliest first.
pub fn places_in(tx: &mut Tx<'_>, session: Id<kinds::TrainingSession>) -> Result<Vec<TakenPlace>, StoreError> {
    storage::place::of_session(tx, session)
}

/// The places of an officer, the latest first: 200 at most.
pub fn places_of(tx: &mut Tx<'_>, officer: Id<kinds::Officer>) -> Result<Vec<TakenPlace>, StoreError> {
    storage::place::of_officer(tx, officer)
}

fn live(work: &mut Work<'_, '_>, id: Id<kinds::TrainingSession>) -> Result<TrainingSession, SessionError> {
    let session = storage::session::by_id(work.tx(), id)?.ok_or(SessionError::Missing)?;
    if session.cancelled.is_some() { Err(SessionError::Over) } else { Ok(session) }
}

fn take(
    work: &mut Work<'_, '_>,
    session: &TrainingSession,
    (officer, department): (Id<kinds::Officer>, Id<kinds::Department>),
) -> Result<(), SessionError> {
    if session.taken >= session.capacity {
        return Err(SessionError::Full);
    }
    let now = work.now();
    let place = TakenPlace { session: session.id, officer, department, enrolled: now, attended: None, wrong: 0 };
    storage::place::insert(work.tx(), &place, &session.course)?;
    storage::session::add_taken(work.tx(), session.id, 1)?;
    work.journal(Event::new("training.place_taken").detail("session", session.id.to_string()).detail("officer", officer.to_string()))?;
    Ok(())
}

fn came(
    work: &mut Work<'_, '_>,
    session: &TrainingSession,
    (learner, place, way): (Learner, &TakenPlace, Way),
) -> Result<Option<Id<kinds::TrainingRecord>>, SessionError> {
    if place.attended.is_some() {
        return Ok(None);
    }
    let now = work.now();
    storage::place::note_attended(work.tx(), place, (now, way))?;
    let event = Event::new("training.attended").detail("session", session.id.to_string());
    work.journal(event.detail("officer", learner.officer.to_string()).detail("way", way.slug()))?;
    Ok(complete(work, learner, &session.course)?)
}
