use desk::{Answer, Desk, Mistakes, actor_of, go, missing};
use store::{RunError, StoreError};
use training::{Course, QuizError, QuizTry, Standing, begin_quiz, course, places_of, sessions_after, standings, tries_of};
use webkit::parts::{Button, Details, SummaryList, SummaryRow, Table, Tone};
use webkit::{Body, Failure, Page};

use crate::training_home::sessions_table;
use crate::training_told::{count, last_day, posts, validity};

fn find(desk: &Desk) -> Result<&'static Course, Failure> {
    desk.who()?;
    course(desk.param("course")).ok_or_else(missing)
}

/// A course: what it asks for, its texts, its sessions, the way into its quiz.
pub(crate) fn show(desk: &Desk) -> Answer {
    page(desk, &Mistakes::default())
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let course = find(desk)?;
    let (officer, now) = (desk.who()?.officer(), desk.now());
    let (standings, mut sessions, places, mut tries) = desk.platform().ledger().read("control.course", |tx| {
        let sessions = sessions_after(tx, now.plus_secs(-10 * 3600))?;
        Ok::<_, StoreError>((standings(tx, officer, now.day())?, sessions, places_of(tx, officer)?, tries_of(tx, officer)?))
    })?;
    sessions.retain(|session| session.course == course.slug);
    tries.retain(|one| one.course == course.slug);
    let title = desk.text(&course.title);
    let mut body = desk.body(&title, mistakes);
    body.lead(desk.text(&course.about));
    body.part(&facts(desk, course, standings.iter().find(|standing| standing.course.slug == course.slug)));
    for lesson in &course.lessons {
        let text = desk.text(&lesson.body);
        let mut inner = Body::new(desk.language());
        for paragraph in text.lines().filter(|line| !line.trim().is_empty()) {
            inner.p(paragraph);
        }
        body.part(&Details { summary: desk.text(&lesson.title), body: inner.markup(), open: true });
    }
    if course.attends {
        body.h2(desk.say("training-sessions"));
        let mut table = sessions_table(desk, &sessions, &places);
        table.quiet_caption = true;
        body.part(&table);
    }
    body.h2(desk.say("training-quiz"));
    body.p(desk.tell("training-quiz-lead", [("asked", count(course.quiz.count())), ("needed", count(course.quiz.needed()))]));
    body.part(&desk.form().to(desk.url(&format!("/staff/training/courses/{}/quiz", course.slug))).id("quiz").part(&Button::new(desk.say("training-quiz-begin"))));
    body.part(&tries_table(desk, &tries));
    let page = Page::new(title, body.markup()).back(desk.url("/staff/training"));
    Ok(desk.show(if mistakes.is_empty() { page } else { page.invalid() }))
}

fn facts(desk: &Desk, course: &Course, standing: Option<&Standing>) -> SummaryList {
    let asks = if course.attends { "training-asks-both" } else { "training-asks-quiz" };
    let mut rows = vec![
        SummaryRow::new(desk.say("training-required-for"), posts(desk, &course.required)),
        SummaryRow::new(desk.say("training-asks"), desk.say(asks)),
        SummaryRow::new(desk.say("training-months"), desk.tell("training-months-of", [("months", i64::from(course.months))])),
    ];
    if let Some(standing) = standing {
        rows.push(SummaryRow::new(desk.say("training-own-state"), validity(desk, standing.validity, !standing.posts.is_empty())));
        let last = last_day(desk, standing.validity);
        if !last.is_empty() {
            rows.push(SummaryRow::new(desk.say("training-until"), last));
        }
    }
    SummaryList::new(rows)
}

fn tries_table(desk: &Desk, tries: &[QuizTry]) -> Table {
    let mut table = Table::new(desk.say("training-tries"), ["training-try-begun", "training-score", "state"].map(|key| desk.say(key)));
    table.empty = desk.say("training-no-tries");
    for one in tries {
        let (score, key, tone) = match one.outcome {
            None => (String::new(), "training-try-open", Tone::Active),
            Some(outcome) => {
                let score = desk.tell("training-score-of", [("score", count(outcome.score)), ("asked", count(outcome.asked))]);
                if outcome.passed { (score, "training-passed", Tone::Good) } else { (score, "training-failed", Tone::Neutral) }
            }
        };
        let begun = desk::link(&desk.at(one.begun), &desk.url(&format!("/staff/training/quiz/{}", one.id)));
        table.row([begun, score.into(), desk.tag(desk.say(key), tone)]);
    }
    table
}

/// Begins a try, or goes on with the open one.
pub(crate) fn begin(desk: &Desk) -> Answer {
    let (course, who) = (find(desk)?, desk.who()?.clone());
    let act = move |work: &mut journal::Work<'_, '_>| begin_quiz(work, &who, &course.slug);
    match desk.platform().ledger().write("control.begin_quiz", actor_of(desk.who()?), act) {
        Ok((begun, _)) => Ok(go(&desk.url(&format!("/staff/training/quiz/{}", begun.id)))),
        Err(RunError::Refused(QuizError::Pause { until })) => {
            page(desk, &Mistakes::one("quiz", desk.tell("training-pause", [("until", desk.at(until))])))
        }
        Err(RunError::Refused(QuizError::Passed)) => page(desk, &Mistakes::one("quiz", desk.say("training-passed-already"))),
        Err(error) => Err(error.into()),
    }
}
