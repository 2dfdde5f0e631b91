use journal::{Event, Work};
use kernel::{Fault, Id, Instant, Kind, Text, kinds};
use people::{Grant, Role, StartCallOut as MayCallOut};
use serde::Serialize;
use store::StoreError;

use crate::storage::call_out as table;
use crate::{Policy, PolicyFlaw};

const MINUTE_MS: i64 = 60_000;
const DEPARTMENTS_MOST: usize = 500;
const TITLE_MAX_CHARS: usize = 100;
const BODY_MAX_CHARS: usize = 500;

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It waits until quiet hours have passed; contacts at all hours are called all the same.
    Routine,
    /// It waits for nobody.
    Urgent,
}

impl Severity {
    /// Every severity.
    pub const ALL: [Self; 2] = [Self::Urgent, Self::Routine];

    /// The name in the store and in forms.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Routine => "routine",
            Self::Urgent => "urgent",
        }
    }

    /// The severity with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.slug() == slug)
    }
}

/// Departments to call out.
#[derive(Clone, Debug)]
pub struct StartCallOut {
    /// What it is about, in a few words. It is sent in clear: it names nobody, and no weakness.
    pub title: Text,
    /// What to do. Sent in clear too.
    pub body: Text,
    /// How much it matters.
    pub severity: Severity,
    /// Whom to call when.
    pub policy: Policy,
    /// Which departments.
    pub departments: Vec<Id<kinds::Department>>,
    /// Whether it is an exercise: marked as one, and unable to reach an address that is not on its list. The list is what the
    /// teams of these departments have on record at the start.
    pub exercise: bool,
}

/// A call-out on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallOut {
    /// Its id.
    pub id: Id<kinds::CallOut>,
    /// What it is about.
    pub title: Text,
    /// What to do.
    pub body: Text,
    /// How much it matters.
    pub severity: Severity,
    /// Whether it is an exercise.
    pub is_exercise: bool,
    /// The exercise of several call-outs to which it belongs.
    pub exercise: Option<Id<kinds::Exercise>>,
    /// Whom to call when.
    pub policy: Policy,
    /// When it began.
    pub started: Instant,
    /// When its links die and nobody is called any more.
    pub ends: Instant,
    /// When it was stood down.
    pub closed: Option<Instant>,
}

/// Why a call-out was not begun or not stood down.
#[derive(Debug, thiserror::Error)]
pub enum CallOutError {
    /// Only an exercise controller calls other departments out.
    #[error("only an exercise controller calls other departments out")]
    Denied,
    /// There is no such department, none at all, or too many.
    #[error("choose 1 to 500 departments")]
    Departments,
    /// A text lacks a language or is too long.
    #[error("a call-out has a title and a text in three languages, at most 100 and 500 characters")]
    Words,
    /// The policy cannot be followed.
    #[error(transparent)]
    Policy(#[from] PolicyFlaw),
    /// There is no such call-out under way.
    #[error("there is no such call-out under way")]
    Missing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for CallOutError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied => Kind::Denied,
            Self::Departments | Self::Words | Self::Policy(_) => Kind::Invalid,
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Begins a call-out. Nobody has been called yet when this returns: the first step is due, as a row, and whatever happens to the
/// process, the next round takes it.
pub fn start_call_out(
    work: &mut Work<'_, '_>,
    grant: &Grant<MayCallOut>,
    command: &StartCallOut,
) -> Result<Id<kinds::CallOut>, CallOutError> {
    let everybody = grant.role() == Role::ExerciseController;
    if !everybody && command.departments.iter().any(|one| *one != grant.department()) {
        return Err(CallOutError::Denied);
    }
    let call_out = begin(work, command, None)?;
    if command.exercise {
        let tags = table::tags_of(work.tx(), &command.departments)?;
        table::insert_list(work.tx(), call_out, &tags)?;
    }
    Ok(call_out)
}

/// As [`start_call_out`], for whoever has been let through; an exercise's list is the caller's to write.
pub(crate) fn begin(
    work: &mut Work<'_, '_>,
    command: &StartCallOut,
    exercise: Option<Id<kinds::Exercise>>,
) -> Result<Id<kinds::CallOut>, CallOutError> {
    command.policy.check()?;
    check_words(&command.title, &command.body)?;
    let mut departments = command.departments.clone();
    departments.sort();
    departments.dedup();
    if departments.is_empty() || departments.len() > DEPARTMENTS_MOST {
        return Err(CallOutError::Departments);
    }
    for department in &departments {
        people::department(work.tx(), *department)?.ok_or(CallOutError::Departments)?;
    }
    let now = work.now();
    let call_out = CallOut {
        id: work.new_id(),
        title: command.title.clone(),
        body: command.body.clone(),
        severity: command.severity,
        is_exercise: command.exercise,
        exercise,
        policy: command.policy.clone(),
        started: now,
        ends: now.plus_millis(i64::from(command.policy.ends_minutes) * MINUTE_MS),
        closed: None,
    };
    table::insert(work.tx(), &call_out, &departments)?;
    work.journal(
        Event::new("callout.started")
            .detail("callout", call_out.id.to_string())
            .detail("exercise", command.exercise)
            .detail("severity", command.severity.slug())
            .detail("departments", departments.len()),
    )?;
    Ok(call_out.id)
}

/// Both texts in three languages and not too long.
pub(crate) fn check_words(title: &Text, body: &Text) -> Result<(), CallOutError> {
    let fits = |text: &Text, most: usize| {
        [&text.en, &text.zh_hant, &text.zh_hans].into_iter().all(|text| text.chars().count() <= most)
    };
    let whole = title.blanks().is_empty() && body.blanks().is_empty();
    let plain = !kernel::Language::ALL.iter().any(|language| title.get(*language).contains(char::is_control));
    if whole && plain && fits(title, TITLE_MAX_CHARS) && fits(body, BODY_MAX_CHARS) { Ok(()) } else { Err(CallOutError::Words) }
}

/// Stands a call-out down: nobody is called any more, and its links are dead.
pub fn close_call_out(
    work: &mut Work<'_, '_>,
    grant: &Grant<MayCallOut>,
    id: Id<kinds::CallOut>,
) -> Result<(), CallOutError> {
    let called = table::departments(work.tx(), id)?;
    let everybody = grant.role() == Role::ExerciseController;
    let ours = everybody || called.iter().all(|one| one.department == grant.department());
    if called.is_empty() || !ours {
        return Err(CallOutError::Missing);
    }
    let now = work.now();
    if table::close(work.tx(), id, now)? == 0 {
        return Err(CallOutError::Missing);
    }
    work.journal(
        Event::new("callout.stood_down").detail("callout", id.to_string()).detail("by", grant.officer().to_string()),
    )?;
    Ok(())
}
