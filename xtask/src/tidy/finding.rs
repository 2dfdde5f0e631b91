use std::fmt;

/// Something that breaks a rule, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub path: String,
    /// From 1; 0 for a file as a whole.
    pub line: usize,
    pub rule: &'static str,
    pub advice: String,
}

impl Finding {
    pub fn new(path: &str, line: usize, rule: &'static str, advice: impl Into<String>) -> Finding {
        Finding {
            path: path.to_owned(),
            line,
            rule,
            advice: advice.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}:{}: {}: {}",
            self.path, self.line, self.rule, self.advice
        )
    }
}

/// What a rule finds in one file: for the tests of the rules, as `line: rule`.
#[cfg(test)]
pub fn found(rule: fn(&super::Repository) -> Vec<Finding>, files: &[(&str, &str)]) -> Vec<String> {
    let findings = rule(&super::Repository::of(files));
    findings
        .iter()
        .map(|finding| format!("{}: {}", finding.line, finding.rule))
        .collect()
}
