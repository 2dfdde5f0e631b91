use std::collections::BTreeSet;

use axum::response::Response;
use desk::{Answer, Desk, Mistakes, actor_of, go, missing};
use kernel::{Id, kinds};
use store::RunError;
use training::{Asked, Chosen, Course, QuizError, QuizOutcome, QuizTry, course, hand_in, quiz_try, records_of};
use webkit::parts::{Button, Checkboxes, Choice, Inset, Panel, Radios};
use webkit::{Failure, Markup, Page};

use crate::training_told::count;

fn find(desk: &Desk) -> Result<(QuizTry, &'static Course), Failure> {
    let (officer, id): (_, Id<kinds::QuizTry>) = (desk.who()?.officer(), desk.id("try")?);
    let found = desk.platform().ledger().read("control.quiz_try", |tx| quiz_try(tx, id))?;
    let found = found.filter(|found| found.officer == officer).ok_or_else(missing)?;
    let course = course(&found.course).ok_or_else(missing)?;
    Ok((found, course))
}

/// The questions of a try; once it was handed in, what became of it.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (found, course) = find(desk)?;
    match found.outcome {
        Some(outcome) => settled(desk, course, outcome),
        None => Ok(sheet(desk, &found, course, &Mistakes::default())),
    }
}

fn sheet(desk: &Desk, found: &QuizTry, course: &Course, mistakes: &Mistakes) -> Response {
    if found.digest != course.digest {
        return changed(desk, course);
    }
    let title = desk.tell("training-quiz-of", [("course", desk.text(&course.title))]);
    let mut body = desk.body(&title, mistakes);
    body.p(desk.tell("training-quiz-needs", [("asked", count(course.quiz.count())), ("needed", count(course.quiz.needed()))]));
    let mut form = desk.form();
    for (at, asked) in course.quiz.sheet(found.seed).questions.iter().enumerate() {
        form = form.push(&question(desk, mistakes, at, asked));
    }
    body.part(&form.part(&Button::new(desk.say("training-hand-in"))));
    desk.show_form(Page::new(title, body.markup()).back(course_url(desk, course)), mistakes)
}

fn question(desk: &Desk, mistakes: &Mistakes, at: usize, asked: &Asked) -> Markup {
    let name = format!("q{at}");
    let legend = desk.tell("training-question", [("number", count(at + 1)), ("text", desk.text(&asked.text))]);
    let choices = asked.options.iter().enumerate().map(|(at, option)| Choice::new(at.to_string(), desk.text(option))).collect();
    if asked.several {
        let values = desk.values.all(&name).map(str::to_owned).collect();
        desk.html(&Checkboxes { values, error: mistakes.of(&name), ..Checkboxes::new(name, legend, choices) })
    } else {
        desk.html(&Radios { value: desk.values.get(&name).into(), error: mistakes.of(&name), ..Radios::new(name, legend, choices) })
    }
}

/// Marks what was chosen.
pub(crate) fn mark(desk: &Desk) -> Answer {
    let (found, course) = find(desk)?;
    let here = desk.url(&format!("/staff/training/quiz/{}", found.id));
    if found.outcome.is_some() {
        return Ok(go(&here));
    }
    if desk.values.switching() {
        return Ok(sheet(desk, &found, course, &Mistakes::default()));
    }
    let (mut chosen, mut mistakes) = (Chosen::new(), Mistakes::default());
    for at in 0..course.quiz.count() {
        let name = format!("q{at}");
        let options: BTreeSet<usize> = desk.values.all(&name).filter_map(|option| option.parse().ok()).collect();
        if options.is_empty() {
            mistakes.add(name, desk.tell("training-unanswered", [("number", count(at + 1))]));
        }
        chosen.insert(at, options);
    }
    if !mistakes.is_empty() {
        return Ok(sheet(desk, &found, course, &mistakes));
    }
    let who = desk.who()?.clone();
    let settle = move |work: &mut journal::Work<'_, '_>| hand_in(work, &who, (found.id, &chosen));
    match desk.platform().ledger().write("control.hand_in", actor_of(desk.who()?), settle) {
        Ok(_) | Err(RunError::Refused(QuizError::HandedIn)) => Ok(go(&here)),
        Err(RunError::Refused(QuizError::Changed)) => Ok(changed(desk, course)),
        Err(error) => Err(error.into()),
    }
}

/// The questions are no longer those that were shown.
fn changed(desk: &Desk, course: &Course) -> Response {
    let title = desk.say("training-changed");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("training-changed-lead")).link(desk.text(&course.title), course_url(desk, course));
    desk.show(Page::new(title, body.markup()).back(desk.url("/staff/training")))
}

/// The score; the key only for whoever has passed.
fn settled(desk: &Desk, course: &Course, outcome: QuizOutcome) -> Answer {
    let title = desk.tell("training-quiz-of", [("course", desk.text(&course.title))]);
    let mut body = desk.body(&title, &Mistakes::default());
    let score = desk.tell("training-score-of", [("score", count(outcome.score)), ("asked", count(outcome.asked))]);
    if outcome.passed {
        body.part(&Panel { title: desk.say("training-passed"), label: desk.say("training-score"), reference: score });
        let officer = desk.who()?.officer();
        let records = desk.platform().ledger().read("control.own_records", |tx| records_of(tx, officer))?;
        if !records.iter().any(|record| record.course == course.slug && record.passed == outcome.at) {
            body.p(desk.say("training-then-session"));
        }
        body.link(desk.say("training-to-own"), desk.url("/staff/training")).h2(desk.say("training-key"));
        for explained in course.quiz.explained() {
            let right: Vec<String> = explained.right.iter().map(|text| desk.text(text)).collect();
            body.h3(desk.text(&explained.text)).bullets(right.iter().map(|text| Markup::text(text))).p(desk.text(&explained.why));
        }
    } else {
        let again = outcome.at.plus_secs(course.quiz.pause_minutes * 60);
        let needed = count(course.quiz.needed());
        body.part(&Inset(Markup::text(&desk.tell("training-not-enough", [("score", score), ("needed", needed)]))));
        body.p(desk.tell("training-again-at", [("until", desk.at(again))]));
        body.link(desk.say("training-read-again"), course_url(desk, course));
    }
    Ok(desk.show(Page::new(title, body.markup()).back(course_url(desk, course))))
}

fn course_url(desk: &Desk, course: &Course) -> String {
    desk.url(&format!("/staff/training/courses/{}", course.slug))
}
