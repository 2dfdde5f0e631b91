//! Who has what, who lacks what: by officer, post and course.

use std::collections::BTreeMap;

use kernel::{Day, Id, kinds};
use people::{Duty, Officer};
use store::{StoreError, Tx};

use crate::{Course, Post, TrainingRecord, courses, storage};

/// A record can be renewed, and its officer is reminded, so many days before its last.
pub const RENEW_DAYS: i32 = 60;
/// So many days before its last day the department hears of it.
pub const REMIND_DAYS: i32 = 30;

/// How it stands with an officer and a course on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Validity {
    /// There is no record.
    Never,
    /// There was one, whose last day has passed.
    Lapsed(Day),
    /// It holds, and should be renewed soon.
    Soon(Day),
    /// It holds.
    Holds(Day),
}

impl Validity {
    fn of(record: Option<&TrainingRecord>, today: Day) -> Self {
        match record.map(|record| record.last_day) {
            None => Self::Never,
            Some(last) if last < today => Self::Lapsed(last),
            Some(last) if last.since(today) <= RENEW_DAYS => Self::Soon(last),
            Some(last) => Self::Holds(last),
        }
    }

    /// Whether it holds on that day.
    pub const fn holds(self) -> bool {
        matches!(self, Self::Soon(_) | Self::Holds(_))
    }
}

/// How it stands with one officer and one course.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The course.
    pub course: &'static Course,
    /// The officer's posts for which it is required; none: it is not.
    pub posts: Vec<Post>,
    /// How it stands.
    pub validity: Validity,
    /// The latest record.
    pub record: Option<TrainingRecord>,
}

impl Standing {
    /// Whether the course is required and does not hold.
    pub fn is_lacking(&self) -> bool {
        !self.posts.is_empty() && !self.validity.holds()
    }
}

/// A course that an officer lacks.
#[derive(Clone, Debug)]
pub struct Lacking {
    /// Who.
    pub officer: Id<kinds::Officer>,
    /// What.
    pub course: &'static Course,
    /// For which of the officer's posts.
    pub posts: Vec<Post>,
    /// Whether there never was a record, or it has lapsed.
    pub validity: Validity,
}

/// One row of a department's matrix.
#[derive(Clone, Debug)]
pub struct MatrixRow {
    /// The officer.
    pub officer: Officer,
    /// The officer's duties in the incident team.
    pub duties: Vec<Duty>,
    /// One for each course, in the order of [`courses`].
    pub standings: Vec<Standing>,
}

/// How it stands with an officer, for every course there is, in their order. Nobody when there is no such officer.
pub fn standings(tx: &mut Tx<'_>, officer: Id<kinds::Officer>, today: Day) -> Result<Vec<Standing>, StoreError> {
    let Some(officer) = people::officer(tx, officer)? else { return Ok(Vec::new()) };
    Ok(row(tx, officer, today)?.standings)
}

fn row(tx: &mut Tx<'_>, officer: Officer, today: Day) -> Result<MatrixRow, StoreError> {
    let duties = storage::duty::of_officer(tx, officer.id)?;
    let mut latest = BTreeMap::new();
    for record in storage::record::of_officer(tx, officer.id)? {
        // The latest comes first.
        latest.entry(record.course.clone()).or_insert(record);
    }
    let standings = stand(&officer, &duties, &latest, today);
    Ok(MatrixRow { officer, duties, standings })
}

fn stand(officer: &Officer, duties: &[Duty], latest: &BTreeMap<String, TrainingRecord>, today: Day) -> Vec<Standing> {
    let holds = |post: &&Post| match post {
        Post::Role(role) => officer.roles.contains(role),
        Post::Duty(duty) => duties.contains(duty),
    };
    let of_course = |course: &'static Course| {
        let record = latest.get(&course.slug);
        let posts = course.required.iter().filter(holds).copied().collect();
        Standing { course, posts, validity: Validity::of(record, today), record: record.cloned() }
    };
    courses().iter().map(of_course).collect()
}

/// What of these officers lacks on a day: who is asked about, in their order, and nothing of officers that have ended.
pub fn lacking(tx: &mut Tx<'_>, officers: &[Id<kinds::Officer>], today: Day) -> Result<Vec<Lacking>, StoreError> {
    let mut found = Vec::new();
    for &id in officers {
        if people::officer(tx, id)?.is_none_or(|officer| officer.ended.is_some()) {
            continue;
        }
        let lacking = standings(tx, id, today)?.into_iter().filter(Standing::is_lacking);
        found.extend(lacking.map(|standing| Lacking { officer: id, course: standing.course, posts: standing.posts, validity: standing.validity }));
    }
    Ok(found)
}

/// The officers of a department and every course. Officers that have ended are not shown.
pub fn matrix(tx: &mut Tx<'_>, department: Id<kinds::Department>, today: Day) -> Result<Vec<MatrixRow>, StoreError> {
    let officers = people::officers(tx, department)?.into_iter().filter(|officer| officer.ended.is_none());
    officers.map(|officer| row(tx, officer, today)).collect()
}

/// The latest records that lapse from a day on within [`REMIND_DAYS`]: 1,000 at most, the earliest first.
pub fn lapsing(tx: &mut Tx<'_>, today: Day) -> Result<Vec<TrainingRecord>, StoreError> {
    let mut current = Vec::new();
    for record in storage::record::lapsing(tx, today, today.plus(REMIND_DAYS))? {
        let latest = storage::record::latest(tx, record.officer, &record.course)?;
        let stays = people::officer(tx, record.officer)?.is_some_and(|officer| officer.ended.is_none());
        if stays && latest.is_some_and(|latest| latest.id == record.id) {
            current.push(record);
        }
    }
    Ok(current)
}
