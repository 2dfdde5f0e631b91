//! What a report says besides what the entries tell: who held it, what was noted, and lessons.

use drill::{DrillRecord, Lesson, Occasion, OccasionLesson};
use kernel::{Id, Text, kinds};
use people::Department;
use store::{StoreError, Tx};
use webkit::Failure;

use crate::view;
use crate::visit::Visit;

/// The occasion of an exercise, as it stands.
pub(crate) fn occasion(visit: &Visit<'_>) -> Result<Occasion, Failure> {
    let (record, departments) = (&visit.record, &visit.departments);
    let day = visit.desk.now().day();
    let read = |tx: &mut Tx<'_>| {
        let own = drill::lessons(tx, record.id)?.into_iter().map(|lesson| (None, lesson));
        let earlier = drill::carried_lessons(tx, record)?.into_iter().map(|(from, lesson)| (Some(from), lesson));
        let (mut lessons, mut carried) = (Vec::new(), Vec::new());
        for (from, lesson) in own.chain(earlier) {
            let list = if from.is_some() { &mut carried } else { &mut lessons };
            list.push(shown(tx, departments, from.as_ref(), lesson)?);
        }
        Ok::<_, StoreError>((lessons, carried, drill::hot_wash(tx, record.id)?))
    };
    let (lessons, carried, notes) = visit.desk.platform().ledger().read("control.report", read)?;
    let co_hosts = record.co_hosts.iter().map(|id| named(departments, *id)).collect();
    let (title, host, teams) = (record.title.clone(), named(departments, record.host), view::team_names(departments, record));
    Ok(Occasion { title, host, co_hosts, teams, day, notes, lessons, carried })
}

fn shown(tx: &mut Tx<'_>, departments: &[Department], from: Option<&DrillRecord>, lesson: Lesson) -> Result<OccasionLesson, StoreError> {
    let owner = owner(tx, departments, &lesson)?;
    let done = lesson.done.map(kernel::Instant::day);
    Ok(OccasionLesson { text: lesson.text, owner, due: lesson.due, done, from: from.map(|from| from.title.clone()) })
}

/// Who sees to a lesson: the department, and the post of the officer where one was named.
pub(crate) fn owner(tx: &mut Tx<'_>, departments: &[Department], lesson: &Lesson) -> Result<Text, StoreError> {
    let department = named(departments, lesson.owner_department);
    let Some(officer) = lesson.owner_officer else { return Ok(department) };
    let Some(officer) = people::officer(tx, officer)? else { return Ok(department) };
    let post = officer.post;
    Ok(Text::new(
        format!("{}, {}", department.en, post.en),
        format!("{}，{}", department.zh_hant, post.zh_hant),
        format!("{}，{}", department.zh_hans, post.zh_hans),
    ))
}

fn named(departments: &[Department], id: Id<kinds::Department>) -> Text {
    let found = departments.iter().find(|department| department.id == id);
    found.map_or_else(|| Text::new("", "", ""), |department| department.name.clone())
}
