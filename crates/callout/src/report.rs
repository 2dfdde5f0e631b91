//! What became of an exercise: counted from its rows, and signed with the rows beside the counts.

use std::collections::{BTreeMap, BTreeSet};

use journal::{Actor, Event, JournalError, Ledger, SignedRecord};
use kernel::{Id, Instant, Language, kinds, to_hex};
use serde_json::{Value, json};
use store::{StoreError, Tx};

use crate::storage::{call_out as call_outs, exercise as table, page as pages, person as people_table};
use crate::{Answer, CallOut, CallPage, Called, CalledState, Exercise, PageState, PersonId};

/// The format of a signed report; docs/formats.md.
pub const REPORT_FORMAT: &str = "lionrock-callout-report/1";

/// One call and everything on record of it.
#[derive(Clone, Debug)]
pub struct CallFacts {
    /// The moment that the plan drew.
    pub due: Instant,
    /// The call-out that began then, or later when no process ran.
    pub call_out: CallOut,
    /// Where each department stood.
    pub called: Vec<Called>,
    /// Every page.
    pub pages: Vec<CallPage>,
    /// Every acknowledgement.
    pub answers: Vec<Answer>,
}

/// What is counted of one department over a whole exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepartmentFigures {
    /// The department.
    pub department: Id<kinds::Department>,
    /// Its code.
    pub code: String,
    /// Calls of the exercise.
    pub calls: usize,
    /// Calls that it answered as the policy asks.
    pub met: usize,
    /// People called, each counted once a call.
    pub paged: usize,
    /// Pages made.
    pub pages: usize,
    /// Pages that a gateway took.
    pub handed_over: usize,
    /// Pages of which a gateway says that they arrived, or by which somebody acknowledged.
    pub delivered: usize,
    /// People who acknowledged, each counted once a call.
    pub acknowledged: usize,
    /// Pages that could not be sent.
    pub failed: usize,
    /// The quickest acknowledgement, in whole seconds after the beginning of its call.
    pub fastest_seconds: Option<i64>,
    /// The slowest.
    pub slowest_seconds: Option<i64>,
    /// The furthest step that was taken: 1 is the first.
    pub deepest_step: u32,
    /// Steps that had nobody to call.
    pub gaps: u32,
}

/// A whole exercise.
#[derive(Clone, Debug)]
pub struct ExerciseReport {
    /// The exercise.
    pub exercise: Exercise,
    /// Its calls so far, in order.
    pub calls: Vec<CallFacts>,
    /// Counted by department, in the order of their codes.
    pub figures: Vec<DepartmentFigures>,
    /// The posts of everybody who was called, in English.
    pub posts: BTreeMap<PersonId, String>,
}

/// Reads and counts an exercise.
pub fn exercise_report(tx: &mut Tx<'_>, id: Id<kinds::Exercise>) -> Result<Option<ExerciseReport>, StoreError> {
    let Some(exercise) = table::find(tx, id)? else { return Ok(None) };
    let mut calls = Vec::new();
    for (due, call_out) in table::calls(tx, id)? {
        let called = call_outs::departments(tx, call_out.id)?;
        let pages = pages::of_call_out(tx, call_out.id)?;
        let answers = call_outs::answers(tx, call_out.id)?;
        calls.push(CallFacts { due, call_out, called, pages, answers });
    }
    let mut figures = Vec::new();
    for department in table::departments(tx, id)? {
        let code = people::department(tx, department)?.map_or_else(String::new, |department| department.code);
        figures.push(count(&calls, department, code));
    }
    figures.sort_by(|one, other| one.code.cmp(&other.code));
    let called: BTreeSet<PersonId> = calls.iter().flat_map(|call| call.pages.iter().map(|page| page.person)).collect();
    let mut posts = BTreeMap::new();
    for person in called {
        posts.insert(person, people_table::post(tx, person)?.map_or_else(String::new, |post| post.get(Language::En).to_owned()));
    }
    Ok(Some(ExerciseReport { exercise, calls, figures, posts }))
}

fn count(calls: &[CallFacts], department: Id<kinds::Department>, code: String) -> DepartmentFigures {
    let mut all = DepartmentFigures {
        department,
        code,
        calls: calls.len(),
        met: 0,
        paged: 0,
        pages: 0,
        handed_over: 0,
        delivered: 0,
        acknowledged: 0,
        failed: 0,
        fastest_seconds: None,
        slowest_seconds: None,
        deepest_step: 0,
        gaps: 0,
    };
    for call in calls {
        let pages: Vec<&CallPage> = call.pages.iter().filter(|page| page.department == department).collect();
        let people: BTreeSet<PersonId> = pages.iter().map(|page| page.person).collect();
        all.paged += people.len();
        all.pages += pages.len();
        all.handed_over += pages.iter().filter(|page| page.handed_over.is_some()).count();
        all.delivered += pages.iter().filter(|page| page.delivered.or(page.acknowledged).is_some()).count();
        all.failed += pages.iter().filter(|page| page.state == PageState::Failed).count();
        for answer in call.answers.iter().filter(|answer| answer.department == department) {
            let seconds = answer.at.since(call.call_out.started) / 1000;
            all.acknowledged += 1;
            all.fastest_seconds = Some(all.fastest_seconds.map_or(seconds, |known| known.min(seconds)));
            all.slowest_seconds = Some(all.slowest_seconds.map_or(seconds, |known| known.max(seconds)));
        }
        for called in call.called.iter().filter(|called| called.department == department) {
            all.met += usize::from(called.state == CalledState::Met);
            all.deepest_step = all.deepest_step.max(called.fired);
            all.gaps += called.gaps;
        }
    }
    all
}

impl ExerciseReport {
    /// As JSON: every row, and the figures that are counted from them. Moments are milliseconds since 1970.
    pub fn to_json(&self) -> Value {
        let opened = self.exercise.opened.as_ref();
        json!({
            "format": REPORT_FORMAT,
            "exercise": {
                "id": self.exercise.id,
                "title": self.exercise.title.en,
                "planned": self.exercise.planned,
                "commitment": to_hex(&self.exercise.commitment),
                "salt": opened.map(|(_, salt, _)| to_hex(salt)),
                "plan": opened.map(|(_, _, plan)| plan),
            },
            "people": self.posts.iter().map(|(id, post)| (id.to_string(), json!(post))).collect::<serde_json::Map<_, _>>(),
            "calls": self.calls.iter().map(call_json).collect::<Vec<_>>(),
            "figures": self.figures.iter().map(figures_json).collect::<Vec<_>>(),
        })
    }
}

fn call_json(call: &CallFacts) -> Value {
    let called = |called: &Called| {
        json!({"department": called.department, "state": called.state.slug(), "steps": called.fired, "gaps": called.gaps,
            "settled": called.settled})
    };
    let page = |page: &CallPage| {
        json!({"id": page.id, "department": page.department, "person": page.person, "channel": page.channel, "step": page.step,
            "state": page.state, "attempts": page.attempts, "queued": page.queued, "handed_over": page.handed_over,
            "delivered": page.delivered, "acknowledged": page.acknowledged, "fault": page.fault})
    };
    let answer = |answer: &Answer| {
        json!({"department": answer.department, "person": answer.person, "page": answer.page, "at": answer.at, "way": answer.way})
    };
    json!({
        "id": call.call_out.id,
        "due": call.due,
        "started": call.call_out.started,
        "ends": call.call_out.ends,
        "departments": call.called.iter().map(called).collect::<Vec<_>>(),
        "pages": call.pages.iter().map(page).collect::<Vec<_>>(),
        "answers": call.answers.iter().map(answer).collect::<Vec<_>>(),
    })
}

fn figures_json(figures: &DepartmentFigures) -> Value {
    json!({
        "department": figures.department, "code": figures.code, "calls": figures.calls, "met": figures.met,
        "paged": figures.paged, "pages": figures.pages, "handed_over": figures.handed_over, "delivered": figures.delivered,
        "acknowledged": figures.acknowledged, "failed": figures.failed, "fastest_seconds": figures.fastest_seconds,
        "slowest_seconds": figures.slowest_seconds, "deepest_step": figures.deepest_step, "gaps": figures.gaps,
    })
}

/// The report as a signed record that the journal knows of; `docs/callout-check.py` checks it without this program.
pub fn sign_report(ledger: &Ledger, actor: Actor, report: &ExerciseReport) -> Result<SignedRecord, JournalError> {
    let text = format!("{REPORT_FORMAT}\n{}\n", report.to_json());
    let event = Event::new("callout.report_signed").detail("exercise", report.exercise.id.to_string());
    ledger.sign_record("callout.sign_report", actor, event, (REPORT_FORMAT, &text), 0)
}
