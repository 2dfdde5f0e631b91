use callout::{
    DepartmentFigures, ExerciseReport, PlanExercise, Policy, exercise_departments, exercise_report, list_again, plan_exercise, sign_report, unready,
};
use desk::{Answer, Desk, Mistakes, code, date, day, file, go, line, link, missing};
use kernel::{Id, kinds, to_hex};
use people::RunExercise;
use store::StoreError;
use webkit::parts::{Button, ButtonStyle, SummaryList, SummaryRow, Table, TextInput, Warning, Width};
use webkit::{Body, Failure, Markup, Page};

use crate::call_outs::{departments, names, shown, ticked, typed_words, words};

/// The form of an exercise.
pub(crate) fn ask(desk: &Desk) -> Answer {
    desk.right::<RunExercise>()?;
    page(desk, &Mistakes::default())
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let title = desk.say("exercise-new");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("exercise-new-lead"));
    let mut form = desk.form();
    for part in words(desk, mistakes) {
        form = form.push(&part);
    }
    let small = |name: &str, label: &str| TextInput { width: Width::Three, inputmode: Some("numeric"), ..line(desk, mistakes, name, label) };
    let form = form
        .part(&date(desk, mistakes, "first", "exercise-first"))
        .part(&small("days", "exercise-days"))
        .part(&small("calls", "exercise-calls"))
        .push(&departments(desk, mistakes)?)
        .part(&Button::new(desk.say("exercise-plan")));
    body.part(&form);
    Ok(shown(desk, title, &body, mistakes))
}

/// Draws the times and publishes the commitment.
pub(crate) fn plan(desk: &Desk) -> Answer {
    let grant = desk.right::<RunExercise>()?;
    if desk.values.switching() {
        return page(desk, &Mistakes::default());
    }
    let mut mistakes = Mistakes::default();
    let (title, body) = typed_words(desk, &mut mistakes);
    let departments = ticked(desk, &mut mistakes)?;
    let first = day(desk, &mut mistakes, "first");
    if first.is_some_and(|first| first <= desk.now().day()) {
        mistakes.add("first", desk.say("exercise-first-wrong"));
    }
    let mut number = |name: &str, most: u32, wrong: &str| {
        let typed = desk.values.get(name).trim().parse::<u32>().ok().filter(|number| (1..=most).contains(number));
        if typed.is_none() {
            mistakes.add(name, desk.say(wrong));
        }
        typed
    };
    let (days, calls) = (number("days", 31, "exercise-days-wrong"), number("calls", 4, "exercise-calls-wrong"));
    let (Some(first), Some(days), Some(calls_a_day), true) = (first, days, calls, mistakes.is_empty()) else {
        return page(desk, &mistakes);
    };
    let policy = Policy::exercise().map_err(callout::CallOutError::from)?;
    let command = PlanExercise { title, body, policy, first, days, calls_a_day, departments };
    let done = desk.platform().ledger().write("staff.plan_exercise", grant.actor(), move |work| plan_exercise(work, &grant, &command))?;
    Ok(desk.done("done-exercise", &desk.url(&format!("/staff/exercises/{}", done.0))))
}

fn find(desk: &Desk) -> Result<ExerciseReport, Failure> {
    desk.right::<RunExercise>()?;
    let id: Id<kinds::Exercise> = desk.id("exercise")?;
    desk.platform().ledger().read("staff.exercise", |tx| exercise_report(tx, id))?.ok_or_else(missing)
}

/// An exercise: the commitment, the calls that have begun, and what became of each department so far.
pub(crate) fn show(desk: &Desk) -> Answer {
    let report = find(desk)?;
    let id = report.exercise.id;
    let title = desk.text(&report.exercise.title);
    let mut body = desk.body(&title, &Mistakes::default());
    let mut rows = vec![
        SummaryRow::new(desk.say("exercise-planned"), desk.at(report.exercise.planned)),
        SummaryRow::new(desk.say("exercise-commitment"), code(&to_hex(&report.exercise.commitment))),
    ];
    if let Some((at, salt, plan)) = &report.exercise.opened {
        rows.push(SummaryRow::new(desk.say("exercise-opened"), desk.at(*at)));
        rows.push(SummaryRow::new(desk.say("exercise-salt"), code(&to_hex(salt))));
        rows.push(SummaryRow::new(desk.say("exercise-times"), code(plan)));
    }
    body.part(&SummaryList::new(rows));
    let names = names(desk)?;
    if report.exercise.opened.is_none() {
        body.p(desk.say("exercise-sealed"));
        behind(desk, &mut body, id, &names)?;
        let again = desk.form().to(desk.url(&format!("/staff/exercises/{id}/list"))).id("list");
        body.p(desk.say("exercise-list-lead")).part(&again.part(&Button::new(desk.say("exercise-list")).style(ButtonStyle::Secondary)));
    }
    let mut calls = Table::new(desk.say("calls-title"), ["calls-began", "call-pages", "call-acknowledged"].map(|key| desk.say(key)));
    calls.numeric = vec![1, 2];
    calls.empty = desk.say("exercise-none-yet");
    for call in &report.calls {
        let began = link(&desk.at(call.call_out.started), &desk.url(&format!("/staff/call-outs/{}", call.call_out.id)));
        calls.row([began, call.pages.len().to_string().into(), call.answers.len().to_string().into()]);
    }
    body.part(&calls);
    figures(desk, &mut body, &report.figures, &names);
    body.link(desk.say("exercise-report"), desk.url(&format!("/staff/exercises/{id}/report")));
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff/call-outs"))))
}

type Names = std::collections::BTreeMap<Id<kinds::Department>, String>;

/// Departments that would not be reached.
fn behind(desk: &Desk, body: &mut Body, id: Id<kinds::Exercise>, names: &Names) -> Result<(), Failure> {
    let now = desk.now();
    let (all, unready) = desk.platform().ledger().read("staff.exercise_reach", |tx| {
        Ok::<_, StoreError>((exercise_departments(tx, id)?, unready(tx, now)?))
    })?;
    let behind: Vec<String> =
        unready.iter().filter(|one| all.contains(&one.department)).filter_map(|one| names.get(&one.department).cloned()).collect();
    if !behind.is_empty() {
        body.part(&Warning(desk.tell("exercise-behind", [("departments", behind.join(&desk.say("list-comma")))])));
    }
    Ok(())
}

fn figures(desk: &Desk, body: &mut Body, figures: &[DepartmentFigures], names: &Names) {
    let columns = ["reach-department", "figure-met", "figure-paged", "call-pages", "call-delivered", "figure-acknowledged", "figure-fastest", "figure-slowest", "call-steps", "call-failed"];
    let mut table = Table::new(desk.say("figure-title"), columns.map(|key| desk.say(key)));
    table.numeric = (1..10).collect();
    for one in figures {
        let seconds = |seconds: Option<i64>| seconds.map_or_else(String::new, webkit::formats::number);
        let name = names.get(&one.department).cloned().unwrap_or_default();
        let number = |number: usize| number.to_string();
        table.row([
            Markup::text(&name),
            format!("{} / {}", one.met, one.calls).into(),
            number(one.paged).into(),
            number(one.pages).into(),
            number(one.delivered).into(),
            number(one.acknowledged).into(),
            seconds(one.fastest_seconds).into(),
            seconds(one.slowest_seconds).into(),
            one.deepest_step.to_string().into(),
            number(one.failed).into(),
        ]);
    }
    body.part(&table);
}

/// Takes changed details onto the list.
pub(crate) fn list(desk: &Desk) -> Answer {
    let grant = desk.right::<RunExercise>()?;
    let id = find(desk)?.exercise.id;
    desk.platform().ledger().write("staff.list_again", grant.actor(), move |work| list_again(work, &grant, id))?;
    Ok(go(&desk.url(&format!("/staff/exercises/{id}"))))
}

/// The signed report, as a file that `docs/callout-check.py` checks.
pub(crate) fn report(desk: &Desk) -> Answer {
    let grant = desk.right::<RunExercise>()?;
    let report = find(desk)?;
    let signed = sign_report(desk.platform().ledger(), grant.actor(), &report)?;
    let name = format!("call-out-{}.json", report.exercise.id);
    Ok(file(signed.to_json().to_string().into_bytes(), "application/json", &name))
}
