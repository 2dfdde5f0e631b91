use std::collections::BTreeMap;

use axum::response::Response;
use callout::{CONTACTS_OWED, CallOut, Goal, Policy, Severity, StartCallOut, call_outs, exercises, start_call_out, unready};
use desk::{Answer, Desk, LANGUAGES, Mistakes, link, named, short, three};
use kernel::{Id, Kind, Text, kinds};
use people::{Department, Role, RunExercise, StartCallOut as MayCallOut};
use store::StoreError;
use webkit::parts::{Button, Checkboxes, Choice, Radios, Table, TextArea, Tone};
use webkit::{Body, Failure, Markup, Page};

const SHOWN: usize = 50;

/// Call-outs and exercises; who of the departments could not be reached; an officer of one department sees that one.
pub(crate) fn show(desk: &Desk) -> Answer {
    let own = own(desk)?;
    let now = desk.now();
    let (departments, unready, found, plans) = desk.platform().ledger().read("staff.call_outs", |tx| {
        let plans = if own.is_none() { exercises(tx)? } else { Vec::new() };
        Ok::<_, StoreError>((people::departments(tx)?, unready(tx, now)?, call_outs(tx, own, SHOWN)?, plans))
    })?;
    let title = desk.say("calls-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("calls-lead"));
    if desk.may::<MayCallOut>() {
        body.part(&Button::link(desk.say("calls-new"), desk.url("/staff/call-outs/new")));
    }
    let head = ["calls-what", "calls-began", "state"].map(|key| desk.say(key));
    let mut table = Table::new(title.clone(), head);
    table.quiet_caption = true;
    table.empty = desk.say("calls-none");
    for call_out in &found {
        let name = link(&desk.text(&call_out.title), &desk.url(&format!("/staff/call-outs/{}", call_out.id)));
        table.row([name, desk.at(call_out.started).into(), kind(desk, call_out)]);
    }
    body.part(&table);
    if own.is_none() {
        body.h2(desk.say("exercises-title"));
        let mut table = Table::new(desk.say("exercises-title"), ["calls-what", "exercise-planned", "exercise-commitment"].map(|key| desk.say(key)));
        table.quiet_caption = true;
        table.empty = desk.say("exercises-none");
        for plan in &plans {
            let name = link(&desk.text(&plan.title), &desk.url(&format!("/staff/exercises/{}", plan.id)));
            table.row([name, desk.at(plan.planned).into(), short(&kernel::to_hex(&plan.commitment))]);
        }
        body.part(&table);
        body.link(desk.say("exercise-new"), desk.url("/staff/exercises/new"));
    }
    reach(desk, &mut body, own, &departments, &unready);
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff"))))
}

/// The department whose call-outs the officer may see; an exercise controller sees all.
pub(crate) fn own(desk: &Desk) -> Result<Option<Id<kinds::Department>>, Failure> {
    if !desk.may::<MayCallOut>() && !desk.may::<RunExercise>() {
        return Err(Failure::of(Kind::Denied));
    }
    let who = desk.who()?;
    let all = who.roles().contains(&Role::ExerciseController);
    Ok((!all).then(|| who.department()))
}

fn kind(desk: &Desk, call_out: &CallOut) -> Markup {
    let over = call_out.closed.is_some() || call_out.ends < desk.now();
    match (over, call_out.is_exercise) {
        (true, _) => desk.tag(desk.say("calls-over"), Tone::Neutral),
        (false, true) => desk.tag(desk.say("calls-exercise"), Tone::Active),
        (false, false) => desk.tag(desk.say("calls-real"), Tone::Bad),
    }
}

/// Departments with fewer than two contacts that can be relied on.
fn reach(
    desk: &Desk,
    body: &mut Body,
    own: Option<Id<kinds::Department>>,
    departments: &[Department],
    unready: &[callout::Readiness],
) {
    body.h2(desk.say("reach-title")).p(desk.tell("reach-lead", [("count", CONTACTS_OWED.to_string())]));
    let mut table = Table::new(desk.say("reach-title"), ["reach-department", "reach-count"].map(|key| desk.say(key)));
    table.quiet_caption = true;
    table.numeric = vec![1];
    table.empty = desk.say("reach-all");
    for one in unready.iter().filter(|one| own.is_none_or(|own| own == one.department)) {
        let name = departments.iter().find(|department| department.id == one.department);
        table.row([name.map_or_else(String::new, |name| desk.text(&name.name)), one.reachable.to_string()]);
    }
    body.part(&table);
}

/// The form of a call-out.
pub(crate) fn ask(desk: &Desk) -> Answer {
    desk.right::<MayCallOut>()?;
    page(desk, &Mistakes::default())
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let title = desk.say("calls-new");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("calls-new-lead"));
    let choice = |key: &str| Choice::new(key, desk.say(&format!("calls-{key}")));
    let radios = |name: &str, label: &str, keys: &[&str]| Radios {
        value: desk.values.get(name).into(),
        error: mistakes.of(name),
        ..Radios::new(name, desk.say(label), keys.iter().map(|key| choice(key)).collect())
    };
    let mut form = desk.form().part(&radios("kind", "calls-kind", &["real", "exercise"]));
    for part in words(desk, mistakes) {
        form = form.push(&part);
    }
    let form = form
        .part(&radios("severity", "calls-severity", &["urgent", "routine"]))
        .part(&radios("goal", "calls-goal", &["any", "each", "two"]))
        .push(&departments(desk, mistakes)?)
        .part(&Button::new(desk.say("calls-start")));
    body.part(&form);
    Ok(desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff/call-outs")), mistakes))
}

/// Title and text in three languages.
pub(crate) fn words(desk: &Desk, mistakes: &Mistakes) -> Vec<Markup> {
    let titles = three(desk, mistakes, "calls-words").map(|field| desk.html(&field));
    let bodies = LANGUAGES.map(|language| {
        let name = format!("calls-body-{language}");
        let area = TextArea {
            value: desk.values.get(&name).into(),
            error: mistakes.of(&name),
            rows: 3,
            ..TextArea::new(name.clone(), desk.say(&name))
        };
        desk.html(&area)
    });
    titles.into_iter().chain(bodies).collect()
}

/// Title and text as typed.
pub(crate) fn typed_words(desk: &Desk, mistakes: &mut Mistakes) -> (Text, Text) {
    let (title, body) = (named(desk, mistakes, "calls-words"), named(desk, mistakes, "calls-body"));
    let long = |text: &Text, most: usize| [&text.en, &text.zh_hant, &text.zh_hans].iter().any(|text| text.chars().count() > most);
    if long(&title, 100) {
        mistakes.add("calls-words-en", desk.say("calls-too-long"));
    }
    if long(&body, 500) {
        mistakes.add("calls-body-en", desk.say("calls-too-long"));
    }
    (title, body)
}

/// The departments to tick; an officer who may call one out only has nothing to choose.
pub(crate) fn departments(desk: &Desk, mistakes: &Mistakes) -> Result<Markup, Failure> {
    if own(desk)?.is_some() {
        return Ok(Markup::default());
    }
    let all = desk.platform().ledger().read("staff.departments", people::departments)?;
    let choices = all.iter().map(|one| Choice::new(one.id.to_string(), desk.text(&one.name))).collect();
    Ok(desk.html(&Checkboxes {
        values: desk.values.all("department").map(str::to_owned).collect(),
        error: mistakes.of("department"),
        ..Checkboxes::new("department", desk.say("calls-departments"), choices)
    }))
}

/// The departments that were ticked, or the officer's own.
pub(crate) fn ticked(desk: &Desk, mistakes: &mut Mistakes) -> Result<Vec<Id<kinds::Department>>, Failure> {
    if let Some(own) = own(desk)? {
        return Ok(vec![own]);
    }
    let ticked: Vec<_> = desk.values.all("department").filter_map(|id| id.parse().ok()).collect();
    if ticked.is_empty() {
        mistakes.add("department", desk.say("calls-departments-missing"));
    }
    Ok(ticked)
}

/// Begins the call-out.
pub(crate) fn start(desk: &Desk) -> Answer {
    let grant = desk.right::<MayCallOut>()?;
    if desk.values.switching() {
        return page(desk, &Mistakes::default());
    }
    let mut mistakes = Mistakes::default();
    let (title, body) = typed_words(desk, &mut mistakes);
    let departments = ticked(desk, &mut mistakes)?;
    let (kind, severity) = (desk.values.get("kind"), Severity::from_slug(desk.values.get("severity")));
    let goal = goal(desk.values.get("goal"));
    for (name, given) in [("kind", ["real", "exercise"].contains(&kind)), ("severity", severity.is_some()), ("goal", goal.is_some())] {
        if !given {
            mistakes.add(name, desk.say("choose-one"));
        }
    }
    let (Some(severity), Some(goal), true) = (severity, goal, mistakes.is_empty()) else { return page(desk, &mistakes) };
    let policy = Policy::guide().map_err(callout::CallOutError::from)?.with_goal(goal);
    let command = StartCallOut { title, body, severity, policy, departments, exercise: kind == "exercise" };
    let started = desk.platform().ledger().write("staff.start_call_out", grant.actor(), move |work| start_call_out(work, &grant, &command))?;
    Ok(desk.done("done-called", &desk.url(&format!("/staff/call-outs/{}", started.0))))
}

/// What a form calls a goal.
fn goal(name: &str) -> Option<Goal> {
    match name {
        "any" => Some(Goal::Any),
        "each" => Some(Goal::Each),
        "two" => Some(Goal::Quorum(2)),
        _ => None,
    }
}

/// Names of departments by id.
pub(crate) fn names(desk: &Desk) -> Result<BTreeMap<Id<kinds::Department>, String>, Failure> {
    let all = desk.platform().ledger().read("staff.departments", people::departments)?;
    Ok(all.into_iter().map(|one| (one.id, desk.text(&one.name))).collect())
}

/// A page that shows what was typed wrong; the same for whoever begins an exercise.
pub(crate) fn shown(desk: &Desk, title: String, body: &Body, mistakes: &Mistakes) -> Response {
    desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff/call-outs")), mistakes)
}
