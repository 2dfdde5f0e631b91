use serde_json::{Value, json};

/// Something that was promised and looked at.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The promise, as the house numbers it; nothing for what is merely expected of the run.
    pub promise: Option<u8>,
    /// What was looked at.
    pub what: &'static str,
    /// Whether it holds.
    pub holds: bool,
    /// What was seen.
    pub seen: String,
}

/// Everything that was looked at.
#[derive(Clone, Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Notes what was seen of a promise, and says so at once when it does not hold.
    pub fn note(&mut self, promise: u8, what: &'static str, holds: bool, seen: impl Into<String>) {
        self.add(Finding { promise: Some(promise), what, holds, seen: seen.into() });
    }

    /// Notes what the run itself must do, so that nothing holds only because nothing happened.
    pub fn expect(&mut self, what: &'static str, holds: bool, seen: impl Into<String>) {
        self.add(Finding { promise: None, what, holds, seen: seen.into() });
    }

    fn add(&mut self, finding: Finding) {
        if !finding.holds {
            super::progress(&format!("DOES NOT HOLD: {}", finding.line()));
        }
        self.0.push(finding);
    }

    /// Whether all hold.
    pub fn hold(&self) -> bool {
        self.0.iter().all(|finding| finding.holds)
    }

    /// The exit of a run: one line for each thing that does not hold.
    pub fn verdict(&self) -> Result<(), Box<dyn std::error::Error>> {
        if self.hold() {
            return Ok(());
        }
        let broken: Vec<String> = self.0.iter().filter(|finding| !finding.holds).map(Finding::line).collect();
        Err(format!("does not hold:\n  {}", broken.join("\n  ")).into())
    }

    /// Everything.
    pub fn all(&self) -> &[Finding] {
        &self.0
    }

    /// As JSON.
    pub fn to_json(&self) -> Value {
        let all = self.0.iter();
        all.map(|f| json!({"promise": f.promise, "what": f.what, "holds": f.holds, "seen": f.seen})).collect()
    }
}

impl Finding {
    /// On one line.
    pub fn line(&self) -> String {
        let promise = self.promise.map_or_else(|| "the run".to_owned(), |number| format!("promise {number}"));
        format!("{promise}: {} ({})", self.what, self.seen)
    }
}
