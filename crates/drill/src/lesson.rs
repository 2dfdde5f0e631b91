use journal::{Event, Work};
use kernel::{Day, Fault, Id, Instant, Kind, kinds};
use people::{Grant, RunDrill};
use store::{StoreError, Tx};

use crate::plan_drill::held;
use crate::record::{DrillError, DrillRecord, DrillStage};
use crate::storage::{drill as table, lesson as lessons_table};

/// What changes after an exercise, who sees to it, and by when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Its id.
    pub id: Id<kinds::Lesson>,
    /// The exercise that taught it.
    pub drill: Id<kinds::Drill>,
    /// What changes: 1 to 500 characters.
    pub text: String,
    /// The department that sees to it.
    pub owner_department: Id<kinds::Department>,
    /// The officer who does, where one was named.
    pub owner_officer: Option<Id<kinds::Officer>>,
    /// By when.
    pub due: Day,
    /// When it was done.
    pub done: Option<Instant>,
}

impl Lesson {
    /// Whether its day has passed and it is not done.
    pub fn is_overdue(&self, today: Day) -> bool {
        self.done.is_none() && self.due < today
    }
}

/// A lesson to write down.
#[derive(Clone, Debug)]
pub struct WriteLesson {
    /// What changes.
    pub text: String,
    /// The department that sees to it: one that holds the exercise or plays in it.
    pub owner_department: Id<kinds::Department>,
    /// One of its officers, if one is named.
    pub owner_officer: Option<Id<kinds::Officer>>,
    /// By when: today at the earliest, three years from now at the latest.
    pub due: Day,
}

/// Why a lesson or a note was not kept.
#[derive(Debug, thiserror::Error)]
pub enum LessonError {
    /// There is none that the officer's department holds or sees to.
    #[error("there is no such exercise, or no such lesson, of your department")]
    Missing,
    /// The exercise has not started.
    #[error("lessons and notes are written once the exercise has started")]
    NotStarted,
    /// Blank, too long, or with signs that nobody types.
    #[error("a lesson has 1 to 500 characters, a note 1 to 2,000")]
    Text,
    /// A department that has nothing to do with it, or somebody else's officer.
    #[error("a lesson belongs to a department that holds the exercise or plays in it, and to an officer of that department")]
    Owner,
    /// A day that has passed, or one too far.
    #[error("a lesson is due between today and three years from now")]
    Due,
    /// An exercise has 500 of each at most.
    #[error("an exercise has 500 lessons and 500 notes at most")]
    Crowd,
    /// It is done already.
    #[error("the lesson is settled already")]
    Settled,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for LessonError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::NotStarted | Self::Crowd | Self::Settled => Kind::Taken,
            Self::Text | Self::Owner | Self::Due => Kind::Invalid,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Writes a lesson down, with its owner and its day.
pub fn write_lesson(
    work: &mut Work<'_, '_>,
    grant: &Grant<RunDrill>,
    drill: Id<kinds::Drill>,
    command: &WriteLesson,
) -> Result<Id<kinds::Lesson>, LessonError> {
    let record = begun(work, grant, drill)?;
    let text = written(&command.text, LESSON_MOST_CHARS)?;
    let department = command.owner_department;
    if !record.is_held_by(department) && !record.teams.iter().any(|team| team.department == department) {
        return Err(LessonError::Owner);
    }
    if let Some(officer) = command.owner_officer {
        let known = people::officer(work.tx(), officer)?.filter(|known| known.ended.is_none() && known.department == department);
        known.ok_or(LessonError::Owner)?;
    }
    let (now, today) = (work.now(), work.now().day());
    if command.due < today || command.due > today.plus_months(36) {
        return Err(LessonError::Due);
    }
    if lessons_table::of_drill(work.tx(), drill)?.len() >= MOST {
        return Err(LessonError::Crowd);
    }
    let (owner_officer, due) = (command.owner_officer, command.due);
    let lesson = Lesson { id: work.new_id(), drill, text, owner_department: department, owner_officer, due, done: None };
    lessons_table::insert(work.tx(), &lesson, now)?;
    note(work, grant, "drill.lesson_written", &lesson)?;
    Ok(lesson.id)
}

/// Says that it is done: by a department that holds the exercise, or that sees to the lesson.
pub fn settle_lesson(work: &mut Work<'_, '_>, grant: &Grant<RunDrill>, id: Id<kinds::Lesson>) -> Result<Lesson, LessonError> {
    let lesson = lessons_table::find(work.tx(), id)?.ok_or(LessonError::Missing)?;
    if lesson.owner_department != grant.department() {
        held(work, grant, lesson.drill).map_err(missing)?;
    }
    if lesson.done.is_some() {
        return Err(LessonError::Settled);
    }
    let now = work.now();
    lessons_table::settle(work.tx(), id, now)?;
    note(work, grant, "drill.lesson_settled", &lesson)?;
    Ok(Lesson { done: Some(now), ..lesson })
}

/// Keeps a note of the hot wash, which stands in the report.
pub fn note_hot_wash(work: &mut Work<'_, '_>, grant: &Grant<RunDrill>, drill: Id<kinds::Drill>, text: &str) -> Result<(), LessonError> {
    begun(work, grant, drill)?;
    let text = written(text, NOTE_MOST_CHARS)?;
    if lessons_table::notes(work.tx(), drill)?.len() >= MOST {
        return Err(LessonError::Crowd);
    }
    let (id, now) = (work.new_id(), work.now());
    lessons_table::insert_note(work.tx(), (id, drill), &text, now)?;
    work.journal(Event::new("drill.hot_wash_noted").detail("drill", drill.to_string()).detail("by", grant.officer().to_string()))?;
    Ok(())
}

/// The lessons of an exercise, as they were written.
pub fn lessons(tx: &mut Tx<'_>, drill: Id<kinds::Drill>) -> Result<Vec<Lesson>, StoreError> {
    lessons_table::of_drill(tx, drill)
}

/// One lesson.
pub fn lesson(tx: &mut Tx<'_>, id: Id<kinds::Lesson>) -> Result<Option<Lesson>, StoreError> {
    lessons_table::find(tx, id)
}

/// The notes of an exercise's hot wash, as they were written.
pub fn hot_wash(tx: &mut Tx<'_>, drill: Id<kinds::Drill>) -> Result<Vec<String>, StoreError> {
    lessons_table::notes(tx, drill)
}

/// Open lessons that a department sees to, or of exercises that it holds; what is due first comes first.
pub fn open_lessons(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<Lesson>, StoreError> {
    lessons_table::open(tx, department)
}

/// What the exercises before this one, each of which the next follows, have left to it: lessons that were not done when it started, or
/// now if it has not. Oldest exercise last; twenty back at most.
pub fn carried_lessons(tx: &mut Tx<'_>, record: &DrillRecord) -> Result<Vec<(DrillRecord, Lesson)>, StoreError> {
    let (mut carried, mut next) = (Vec::new(), record.follows);
    for _ in 0..FURTHEST {
        let Some(earlier) = next.map(|id| table::find(tx, id)).transpose()?.flatten() else { break };
        let open = |lesson: &Lesson| lesson.done.is_none_or(|done| record.started.is_some_and(|started| done > started));
        let left = lessons_table::of_drill(tx, earlier.id)?.into_iter().filter(open);
        carried.extend(left.map(|lesson| (earlier.clone(), lesson)));
        next = earlier.follows;
    }
    Ok(carried)
}

/// One that the officer's department holds and that has started.
fn begun(work: &mut Work<'_, '_>, grant: &Grant<RunDrill>, drill: Id<kinds::Drill>) -> Result<DrillRecord, LessonError> {
    let record = held(work, grant, drill).map_err(missing)?;
    if record.stage == DrillStage::Planned { Err(LessonError::NotStarted) } else { Ok(record) }
}

fn missing(error: DrillError) -> LessonError {
    match error {
        DrillError::Store(error) => LessonError::Store(error),
        _ => LessonError::Missing,
    }
}

fn written(text: &str, most: usize) -> Result<String, LessonError> {
    let text = text.trim();
    let plain = !text.chars().any(|sign| sign.is_control() && sign != '\n' && sign != '\r');
    if text.is_empty() || text.chars().count() > most || !plain { Err(LessonError::Text) } else { Ok(text.to_owned()) }
}

fn note(work: &mut Work<'_, '_>, grant: &Grant<RunDrill>, verb: &'static str, lesson: &Lesson) -> Result<(), StoreError> {
    work.journal(
        Event::new(verb)
            .detail("drill", lesson.drill.to_string())
            .detail("lesson", lesson.id.to_string())
            .detail("due", lesson.due.to_string())
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(())
}

const LESSON_MOST_CHARS: usize = 500;
const NOTE_MOST_CHARS: usize = 2_000;
const MOST: usize = 500;
/// How many exercises back lessons are looked for.
const FURTHEST: usize = 20;

#[cfg(test)]
mod tests {
    use testkit::both_engines;

    use super::*;
    use crate::rehearsal::City;
    use crate::{Part, Place};

    #[test]
    fn a_lesson_has_an_owner_and_a_day_and_stays_with_the_next_exercise_until_it_is_done_on_both_engines() {
        both_engines(|place| {
            let city = City::on(place.store("platform", City::TABLES));
            let first = city.planned();
            let (host, other) = (City::controller(city.host), City::controller(city.other));
            let today = city.now().day();
            let command = |text: &str, days| WriteLesson {
                text: text.to_owned(),
                owner_department: city.other,
                owner_officer: None,
                due: today.plus(days),
            };
            let write = |command: WriteLesson| city.act(move |work| write_lesson(work, &host, first, &command));
            assert!(matches!(write(command("A list", 3)), Err(LessonError::NotStarted)));
            let players = [city.officer(city.host), city.officer(city.other)];
            for (team, player) in (0..).zip(players) {
                city.seat(first, player, Part::Player { team, place: Place::Room }).unwrap();
            }
            city.start(first).unwrap();
            assert!(matches!(write(command(" ", 3)), Err(LessonError::Text)));
            assert!(matches!(write(command("A list", -1)), Err(LessonError::Due)));
            assert!(matches!(write(WriteLesson { owner_officer: Some(players[0]), ..command("A list", 3) }), Err(LessonError::Owner)));
            let [soon, late] = [("New telephone list", 3), ("A list of libraries", 30)]
                .map(|(text, days)| write(WriteLesson { owner_officer: Some(players[1]), ..command(text, days) }).unwrap());
            let refused = city.act(move |work| note_hot_wash(work, &other, first, "We were slow.")).unwrap_err();
            assert!(matches!(refused, LessonError::Missing), "the host's notes");
            city.act(move |work| note_hot_wash(work, &host, first, "We were slow.")).unwrap();
            assert_eq!(city.read(|tx| hot_wash(tx, first)), ["We were slow."]);

            let (mut plan, grant) = (city.plan(), City::controller(city.host));
            plan.follows = Some(first);
            let second = city.act(move |work| crate::plan_drill(work, &grant, &plan)).unwrap();
            let carried = || {
                let carried = city.read(|tx| {
                    let record = crate::drill(tx, second)?.unwrap();
                    carried_lessons(tx, &record)
                });
                carried.into_iter().map(|(_, lesson)| lesson.id).collect::<Vec<_>>()
            };
            assert_eq!(carried(), [soon, late]);
            let settle = |id| city_settle(&city, other, id);
            settle(soon).unwrap();
            assert!(matches!(settle(soon), Err(LessonError::Settled)));
            assert_eq!(carried(), [late], "what is done is carried no further");
        });
    }

    fn city_settle(city: &City, grant: Grant<RunDrill>, id: Id<kinds::Lesson>) -> Result<Lesson, LessonError> {
        let settled = city.act(move |work| settle_lesson(work, &grant, id));
        if settled.is_ok() {
            let open = city.read(|tx| open_lessons(tx, grant.department()));
            assert!(open.len() == 1 && open.iter().all(|lesson| lesson.id != id));
            city.clock.advance_days(31);
            assert!(open[0].is_overdue(city.now().day()) && !open[0].is_overdue(open[0].due));
        }
        settled
    }
}
