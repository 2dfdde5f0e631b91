use std::collections::BTreeSet;
use std::time::Duration;

use callout::{DepartmentFigures, ExerciseReport, PageState};
use hongkong::OfficeHours;
use kernel::to_hex;
use seal::sha256;
use serde_json::{Value, json};

use super::crowd::Crowd;
use super::{DAYS, TEAM, addresses};
use crate::simulate::Findings;

/// What happened.
pub struct Told {
    report: ExerciseReport,
    findings: Findings,
    key: String,
    took: Duration,
}

impl Told {
    /// Looks at what was promised. `before` is the exercise as it stood before its first call.
    pub fn of(before: &ExerciseReport, report: ExerciseReport, crowd: &Crowd, key: String, took: Duration) -> Self {
        let mut findings = Findings::default();
        let departments = report.figures.len();
        let calls = usize::try_from(DAYS).unwrap_or(0);
        findings.expect("one call a day began at its time", on_time(&report, calls), format!("{} calls", report.calls.len()));
        let outside = report.calls.iter().all(|call| !OfficeHours::USUAL.is_office_time(call.due));
        findings.expect("each outside office hours", outside, "by the table of general holidays");
        let hidden = before.exercise.opened.is_none();
        let fixed = report.exercise.opened.as_ref().is_some_and(|(_, salt, plan)| {
            sha256(&[b"lionrock call-out plan\0", salt, plan.as_bytes()]) == before.exercise.commitment
        });
        findings.expect("the plan was sealed before and opens after", hidden && fixed, to_hex(&before.exercise.commitment));
        let (taken, unmarked) = crowd.pages();
        let listed: BTreeSet<String> = listed(departments).collect();
        let reached = crowd.reached();
        let inside = reached.is_subset(&listed) && unmarked == 0 && taken > 0;
        let seen = format!("{taken} pages, {} of {} addresses", reached.len(), listed.len());
        findings.note(14, "every page bore the mark and went to the list", inside, seen);
        let stuck = report.calls.iter().flat_map(|call| &call.pages).filter(|page| page.state == PageState::Queued).count();
        findings.expect("nothing is stuck", stuck == 0, format!("{stuck} pages wait"));
        let answered = report.figures.iter().filter(|figures| figures.acknowledged > 0).count();
        findings.expect("every department was reached", answered == departments, format!("{answered} of {departments}"));
        Self { report, findings, key, took }
    }

    /// The report by department, then what was looked at.
    pub fn print(&self) {
        for call in &self.report.calls {
            let answers = call.answers.len();
            installation::say(&format!("{}  {} pages, {answers} acknowledgements", call.due.hong_kong_minute(), call.pages.len()));
        }
        installation::say(&format!(
            "{:<6} {:>5} {:>5} {:>6} {:>6} {:>9} {:>5} {:>9} {:>9} {:>5}",
            "dept", "calls", "met", "people", "pages", "delivered", "acks", "fastest s", "slowest s", "steps"
        ));
        for figures in &self.report.figures {
            installation::say(&line(figures));
        }
        installation::say(&format!("key of the report: {}", self.key));
        installation::say(&format!("nine days took {:.1} s", self.took.as_secs_f64()));
        for finding in self.findings.all() {
            installation::say(&finding.line());
        }
    }

    /// As JSON.
    pub fn to_json(&self) -> Value {
        json!({
            "report": self.report.to_json(),
            "key": self.key,
            "seconds": self.took.as_secs_f64(),
            "findings": self.findings.to_json(),
            "holds": self.findings.hold(),
        })
    }

    /// The exit: one line for each thing that does not hold.
    pub fn verdict(&self) -> Result<(), Box<dyn std::error::Error>> {
        self.findings.verdict()
    }
}

/// Every address that the exercise's list names.
fn listed(departments: usize) -> impl Iterator<Item = String> {
    let people = (0_u32..).take(departments).flat_map(|number| (0_u32..).take(TEAM.len()).map(move |member| number * 10 + member));
    people.flat_map(addresses)
}

fn on_time(report: &ExerciseReport, calls: usize) -> bool {
    report.calls.len() == calls && report.calls.iter().all(|call| call.call_out.started == call.due)
}

fn line(figures: &DepartmentFigures) -> String {
    let seconds = |seconds: Option<i64>| seconds.map_or_else(String::new, |seconds| seconds.to_string());
    format!(
        "{:<6} {:>5} {:>5} {:>6} {:>6} {:>9} {:>5} {:>9} {:>9} {:>5}",
        figures.code,
        figures.calls,
        figures.met,
        figures.paged,
        figures.pages,
        figures.delivered,
        figures.acknowledged,
        seconds(figures.fastest_seconds),
        seconds(figures.slowest_seconds),
        figures.deepest_step,
    )
}
