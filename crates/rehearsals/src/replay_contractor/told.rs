use kernel::Instant;
use serde_json::{Value, json};

use crate::simulate::Findings;

/// What happened, twice.
pub struct Told {
    pub then: Vec<(Instant, String)>,
    pub now: Vec<(Instant, String)>,
    pub findings: Findings,
    /// Days on which the data lay open to anyone without anybody of the department knowing.
    pub open_days: (i32, i32),
}

impl Told {
    /// Both time lines in one, then what was promised.
    pub fn print(&self) {
        let mut lines: Vec<(Instant, &str, &str)> = self.then.iter().map(|(at, what)| (*at, what.as_str(), "")).collect();
        lines.extend(self.now.iter().map(|(at, what)| (*at, "", what.as_str())));
        lines.sort_by_key(|(at, ..)| *at);
        installation::say(&format!("{:<17} {:<58} {}", "", "as it was", "under Lionrock"));
        for (at, then, now) in lines {
            installation::say(&format!("{:<17} {then:<58} {now}", at.hong_kong_minute()));
        }
        let (then, now) = self.open_days;
        let days = format!("{then} days");
        installation::say(&format!("{:<17} {:<58} {now} days", "open and unknown", days));
        for finding in self.findings.all() {
            installation::say(&finding.line());
        }
    }

    /// As JSON.
    pub fn to_json(&self) -> Value {
        let line = |(at, what): &(Instant, String)| json!({"at": at.to_string(), "what": what});
        json!({
            "then": self.then.iter().map(line).collect::<Vec<_>>(),
            "now": self.now.iter().map(line).collect::<Vec<_>>(),
            "days_open_and_unknown": {"then": self.open_days.0, "now": self.open_days.1},
            "findings": self.findings.to_json(),
            "holds": self.findings.hold(),
        })
    }

    /// The exit: one line for each thing that does not hold.
    pub fn verdict(&self) -> Result<(), Box<dyn std::error::Error>> {
        self.findings.verdict()
    }
}
