use webkit::parts::ErrorSummary;

/// What is wrong with which field, as sentences in the page's language.
#[derive(Clone, Debug, Default)]
pub struct Mistakes(Vec<(String, String)>);

impl Mistakes {
    /// One mistake.
    pub fn one(field: &str, sentence: String) -> Self {
        Self(vec![(field.to_owned(), sentence)])
    }

    /// A further mistake.
    pub fn add(&mut self, field: impl Into<String>, sentence: impl Into<String>) {
        self.0.push((field.into(), sentence.into()));
    }

    /// Whether all is well.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first sentence about a field.
    pub fn of(&self, field: &str) -> Option<String> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, sentence)| sentence.clone())
    }

    /// The summary on top of a page; nothing when all is well.
    pub fn summary(&self) -> Option<ErrorSummary> {
        let lines = self.0.iter().map(|(field, sentence)| (format!("#{field}"), sentence.clone()));
        (!self.is_empty()).then(|| ErrorSummary { lines: lines.collect() })
    }
}
