use journal::{Event, Work};
use kernel::{Fault, Id, Instant, Kind, Text, kinds};
use people::{Grant, StartCallOut as MayCallOut};
use seal::{Keyring, constant_time_eq};
use serde::Serialize;
use store::{StoreError, Tx};

use crate::escalate::is_met;
use crate::page::{CODE_TRIES, code_of};
use crate::storage::{call_out as table, page as pages, person};
use crate::{CallPage, CalledState, PageToken};

/// How somebody acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// By the link, and the button behind it.
    Link,
    /// By the code, keyed into the telephone.
    Telephone,
    /// By the code, read back to an officer who noted it.
    Relayed,
}

impl Way {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Link, Self::Telephone, Self::Relayed];

    /// The name in the store.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Telephone => "telephone",
            Self::Relayed => "relayed",
        }
    }

    /// The way with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.slug() == slug)
    }
}

/// What whoever has a link is shown. Looking changes nothing: mail scanners follow links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageFace {
    /// What it is about.
    pub title: Text,
    /// What to do.
    pub body: Text,
    /// Whether it is an exercise.
    pub is_exercise: bool,
    /// When the call-out began.
    pub started: Instant,
    /// Whether it can be acknowledged still.
    pub standing: Standing,
}

/// Whether a page can be acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can.
    Waiting,
    /// Its person has acknowledged already.
    Acknowledged(Instant),
    /// Its call-out is over.
    Over,
}

/// Why an acknowledgement was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The link or the code is of no page.
    #[error("there is no such page, or the code is wrong")]
    Missing,
    /// Its person has acknowledged already.
    #[error("this call has been acknowledged already")]
    Taken,
    /// The call-out is over, or too many wrong codes were given.
    #[error("this call is over")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for AnswerError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Taken => Kind::Taken,
            Self::Gone => Kind::Gone,
            Self::Store(error) => error.kind(),
        }
    }
}

/// What the holder of a link sees.
pub fn page_face(tx: &mut Tx<'_>, token: &PageToken, now: Instant) -> Result<Option<PageFace>, StoreError> {
    let Some(page) = pages::by_token(tx, &token.hash())? else { return Ok(None) };
    let Some(call_out) = table::find(tx, page.callout)? else { return Ok(None) };
    let standing = match table::answer(tx, page.callout, page.person)? {
        Some(at) => Standing::Acknowledged(at),
        None if now > page.expires || call_out.closed.is_some() => Standing::Over,
        None => Standing::Waiting,
    };
    let (title, body, started) = (call_out.title, call_out.body, call_out.started);
    Ok(Some(PageFace { title, body, is_exercise: call_out.is_exercise, started, standing }))
}

/// Acknowledges by the link: this person's pages end at once.
pub fn acknowledge_by_link(work: &mut Work<'_, '_>, token: &PageToken) -> Result<(), AnswerError> {
    let page = pages::by_token(work.tx(), &token.hash())?.ok_or(AnswerError::Missing)?;
    acknowledge(work, &page, Way::Link, None)
}

/// What became of a code. A wrong one is counted, so it is no error of the unit of work: an error would undo the count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeAnswer {
    /// It was right.
    Right,
    /// It was wrong, and so many more may be tried.
    Wrong {
        /// How many.
        left: u32,
    },
}

/// Acknowledges by the code of one page, keyed into the telephone or, with a grant, noted by an officer of a call-out's own
/// department or an exercise controller.
pub fn acknowledge_by_code(
    work: &mut Work<'_, '_>,
    keys: &Keyring,
    (page, code): (Id<kinds::CallPage>, &str),
    by: Option<&Grant<MayCallOut>>,
) -> Result<CodeAnswer, AnswerError> {
    let (page, tries) = pages::with_tries(work.tx(), page)?.ok_or(AnswerError::Missing)?;
    let may = |grant: &Grant<MayCallOut>| {
        grant.role() == people::Role::ExerciseController || grant.department() == page.department
    };
    if by.is_some_and(|grant| !may(grant)) {
        return Err(AnswerError::Missing);
    }
    if tries >= CODE_TRIES {
        return Err(AnswerError::Gone);
    }
    let right = code_of(keys, page.id);
    if !constant_time_eq(right.expose().as_bytes(), code.trim().as_bytes()) {
        pages::count_try(work.tx(), page.id)?;
        work.journal(Event::new("callout.wrong_code").detail("page", page.id.to_string()))?;
        return Ok(CodeAnswer::Wrong { left: CODE_TRIES - tries - 1 });
    }
    let way = if by.is_some() { Way::Relayed } else { Way::Telephone };
    acknowledge(work, &page, way, by.map(Grant::officer))?;
    Ok(CodeAnswer::Right)
}

fn acknowledge(
    work: &mut Work<'_, '_>,
    page: &CallPage,
    way: Way,
    officer: Option<Id<kinds::Officer>>,
) -> Result<(), AnswerError> {
    let now = work.now();
    let call_out = table::find(work.tx(), page.callout)?.ok_or(AnswerError::Missing)?;
    if table::answer(work.tx(), page.callout, page.person)?.is_some() {
        return Err(AnswerError::Taken);
    }
    if now > page.expires || call_out.closed.is_some() {
        return Err(AnswerError::Gone);
    }
    table::insert_answer(work.tx(), page, now, way, officer)?;
    pages::acknowledged(work.tx(), page.id, now)?;
    pages::stop_person(work.tx(), page.callout, page.person)?;
    person::reached(work.tx(), page.person, now)?;
    let mut event = Event::new("callout.acknowledged")
        .detail("callout", page.callout.to_string())
        .detail("department", page.department.to_string())
        .detail("person", page.person.to_string())
        .detail("page", page.id.to_string())
        .detail("way", way.slug());
    if let Some(officer) = officer {
        event = event.detail("by", officer.to_string());
    }
    work.journal(event)?;
    settle(work, page, call_out.policy.goal)
}

/// The department has answered: nobody there is called any more.
fn settle(work: &mut Work<'_, '_>, page: &CallPage, goal: crate::Goal) -> Result<(), AnswerError> {
    let Some(mut called) = table::called(work.tx(), page.callout, page.department)? else { return Ok(()) };
    if called.state != CalledState::Open || !is_met(work, goal, page.callout, page.department)? {
        return Ok(());
    }
    called.state = CalledState::Met;
    called.settled = Some(work.now());
    table::moved(work.tx(), &called)?;
    pages::stop_department(work.tx(), page.callout, page.department)?;
    work.journal(
        Event::new("callout.answered")
            .detail("callout", page.callout.to_string())
            .detail("department", page.department.to_string()),
    )?;
    Ok(())
}
