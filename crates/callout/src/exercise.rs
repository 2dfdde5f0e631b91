//! Exercises of several days: times that nobody is told, fixed by a commitment before the first and opened after the last.

use hongkong::OfficeHours;
use journal::{Event, Work};
use kernel::{Day, Fault, Id, Instant, Kind, Random, Text, kinds, to_hex};
use people::{Grant, RunExercise};
use seal::sha256;
use serde_json::json;
use store::{StoreError, Tx};

use crate::call_out::{begin, check_words};
use crate::storage::{call_out as call_outs, exercise as table};
use crate::{CallOutError, Policy, PolicyFlaw, Severity, StartCallOut};

const DAYS_MOST: u32 = 31;
const CALLS_A_DAY_MOST: u32 = 4;
const DAY_MINUTES: u64 = 1440;
const MINUTE_MS: i64 = 60_000;
/// What stands before salt and plan in the digest that is the commitment.
const COMMITMENT: &[u8] = b"lionrock call-out plan\0";
const PLAN_FORMAT: &str = "lionrock-callout-plan/1";

/// An exercise to plan.
#[derive(Clone, Debug)]
pub struct PlanExercise {
    /// What its calls say.
    pub title: Text,
    /// What to do.
    pub body: Text,
    /// Whom to call when.
    pub policy: Policy,
    /// The first day: tomorrow or later, so that the commitment is published before.
    pub first: Day,
    /// How many days, 1 to 31.
    pub days: u32,
    /// How many calls on each, 1 to 4.
    pub calls_a_day: u32,
    /// Which departments.
    pub departments: Vec<Id<kinds::Department>>,
}

/// An exercise on record. Its times stay out of sight until it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exercise {
    /// Its id.
    pub id: Id<kinds::Exercise>,
    /// What its calls say.
    pub title: Text,
    /// What to do.
    pub body: Text,
    /// Whom to call when.
    pub policy: Policy,
    /// SHA-256 of a label, the salt and the plan: whoever has it before the first call can check after the last that no time was
    /// changed.
    pub commitment: [u8; 32],
    /// When it was planned.
    pub planned: Instant,
    /// When it was opened, with the salt and the plan.
    pub opened: Option<(Instant, [u8; 32], String)>,
}

/// Why an exercise was not planned or changed.
#[derive(Debug, thiserror::Error)]
pub enum ExerciseError {
    /// It begins today or earlier, or has too many days or calls.
    #[error("an exercise begins tomorrow or later, and has 1 to 31 days with 1 to 4 calls each")]
    Days,
    /// Words, departments, policy.
    #[error(transparent)]
    Call(#[from] CallOutError),
    /// The policy cannot be followed.
    #[error(transparent)]
    Policy(#[from] PolicyFlaw),
    /// There is no such exercise still to come.
    #[error("there is no such exercise under way")]
    Missing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ExerciseError {
    fn kind(&self) -> Kind {
        match self {
            Self::Days | Self::Policy(_) => Kind::Invalid,
            Self::Call(error) => error.kind(),
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Draws the times outside office hours and commits to them. From then on the exercise runs by itself.
pub fn plan_exercise(
    work: &mut Work<'_, '_>,
    grant: &Grant<RunExercise>,
    command: &PlanExercise,
) -> Result<Id<kinds::Exercise>, ExerciseError> {
    let days = (1..=DAYS_MOST).contains(&command.days) && (1..=CALLS_A_DAY_MOST).contains(&command.calls_a_day);
    if !days || command.first <= work.today() {
        return Err(ExerciseError::Days);
    }
    command.policy.check()?;
    check_words(&command.title, &command.body)?;
    let departments = known(work, &command.departments)?;
    let times = draw(work.random(), command);
    let (id, salt) = (work.new_id(), work.random().bytes32());
    let written: Vec<String> = times.iter().map(ToString::to_string).collect();
    let plan = json!({"format": PLAN_FORMAT, "exercise": id, "times": written}).to_string();
    let commitment = commit(&salt, &plan);
    let now = work.now();
    let opens = times.last().copied().unwrap_or(now).plus_millis(i64::from(command.policy.ends_minutes) * MINUTE_MS);
    let exercise = Exercise {
        id,
        title: command.title.clone(),
        body: command.body.clone(),
        policy: command.policy.clone(),
        commitment,
        planned: now,
        opened: None,
    };
    table::insert(work.tx(), &exercise, (&salt, &plan, opens))?;
    table::insert_times(work.tx(), id, &times)?;
    table::insert_departments(work.tx(), id, &departments)?;
    table::list_teams(work.tx(), id, &departments)?;
    work.journal(
        Event::new("callout.exercise_planned")
            .detail("exercise", id.to_string())
            .detail("commitment", to_hex(&commitment))
            .detail("first", command.first.to_string())
            .detail("calls", times.len())
            .detail("departments", departments.len())
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(id)
}

/// Takes details that changed since the exercise was planned onto its list, as long as it is under way.
pub fn list_again(
    work: &mut Work<'_, '_>,
    grant: &Grant<RunExercise>,
    id: Id<kinds::Exercise>,
) -> Result<(), ExerciseError> {
    let exercise = table::find(work.tx(), id)?.filter(|exercise| exercise.opened.is_none());
    exercise.ok_or(ExerciseError::Missing)?;
    let departments = table::departments(work.tx(), id)?;
    table::list_teams(work.tx(), id, &departments)?;
    work.journal(
        Event::new("callout.exercise_listed").detail("exercise", id.to_string()).detail("by", grant.officer().to_string()),
    )?;
    Ok(())
}

/// The digest that fixes a plan.
fn commit(salt: &[u8; 32], plan: &str) -> [u8; 32] {
    sha256(&[COMMITMENT, salt, plan.as_bytes()])
}

fn known(work: &mut Work<'_, '_>, named: &[Id<kinds::Department>]) -> Result<Vec<Id<kinds::Department>>, ExerciseError> {
    let mut departments = named.to_vec();
    departments.sort();
    departments.dedup();
    for department in &departments {
        people::department(work.tx(), *department)?.ok_or(CallOutError::Departments)?;
    }
    if departments.is_empty() { Err(CallOutError::Departments.into()) } else { Ok(departments) }
}

/// Distinct minutes of each day outside office hours, in order.
fn draw(random: &dyn Random, command: &PlanExercise) -> Vec<Instant> {
    let (mut times, mut day) = (Vec::new(), command.first);
    for _ in 0..command.days {
        let mut drawn: Vec<Instant> = Vec::new();
        while drawn.len() < usize::try_from(command.calls_a_day).unwrap_or(1) {
            let minute = i64::try_from(random.below(DAY_MINUTES)).unwrap_or(0);
            let at = Instant::at(day, minute);
            if !OfficeHours::USUAL.is_office_time(at) && !drawn.contains(&at) {
                drawn.push(at);
            }
        }
        times.extend(drawn);
        day = day.plus(1);
    }
    times.sort();
    times
}

/// Begins the calls whose time has come, and opens the plans of exercises that are over. Returns how many calls began. One whose time
/// passed while no process ran begins late; the report shows by how much.
pub(crate) fn run_exercises(work: &mut Work<'_, '_>) -> Result<usize, CallOutError> {
    let now = work.now();
    let due = table::times_due(work.tx(), now)?;
    for (id, number) in &due {
        let Some(exercise) = table::find(work.tx(), *id)? else { continue };
        let command = StartCallOut {
            title: exercise.title,
            body: exercise.body,
            severity: Severity::Urgent,
            policy: exercise.policy,
            departments: table::departments(work.tx(), *id)?,
            exercise: true,
        };
        let callout = begin(work, &command, Some(*id))?;
        table::copy_list(work.tx(), *id, callout)?;
        let ends = call_outs::find(work.tx(), callout)?.map_or(now, |call_out| call_out.ends);
        table::started(work.tx(), (*id, *number), callout, (now, ends))?;
    }
    for (id, salt, plan) in table::to_open(work.tx(), now)? {
        table::open(work.tx(), id, now)?;
        work.journal(
            Event::new("callout.exercise_opened")
                .detail("exercise", id.to_string())
                .detail("salt", to_hex(&salt))
                .detail("plan", plan),
        )?;
    }
    Ok(due.len())
}

/// Whether an exercise has something to do at this moment: a look, so that an idle round writes nothing.
pub(crate) fn exercises_due(tx: &mut Tx<'_>, now: Instant) -> Result<bool, StoreError> {
    Ok(table::next_due(tx)?.is_some_and(|due| due <= now))
}

/// One exercise.
pub fn exercise(tx: &mut Tx<'_>, id: Id<kinds::Exercise>) -> Result<Option<Exercise>, StoreError> {
    table::find(tx, id)
}

/// All exercises, newest first.
pub fn exercises(tx: &mut Tx<'_>) -> Result<Vec<Exercise>, StoreError> {
    table::list(tx)
}

/// The departments of an exercise.
pub fn exercise_departments(tx: &mut Tx<'_>, id: Id<kinds::Exercise>) -> Result<Vec<Id<kinds::Department>>, StoreError> {
    table::departments(tx, id)
}
