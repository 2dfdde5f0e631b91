use kernel::Language;
use registration::FieldProblem;
use webkit::parts::ErrorSummary;

/// What is wrong with the fields of a page: the field's id on the page and one plain sentence.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Vec<(String, String)>);

impl Faults {
    /// Nothing is wrong.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// One field is wrong.
    pub(crate) fn one(field: &str, sentence: impl Into<String>) -> Self {
        Self(vec![(field.to_owned(), sentence.into())])
    }

    /// Several fields are wrong: their ids and sentences.
    pub(crate) const fn list(lines: Vec<(String, String)>) -> Self {
        Self(lines)
    }

    /// Several fields are wrong: the field's id and the sentence of each.
    pub(crate) const fn from_lines(lines: Vec<(String, String)>) -> Self {
        Self(lines)
    }

    /// What the parser found; pages name a field by the last part of its name (`members.0.birth` is `birth`).
    pub(crate) fn of(problems: &[FieldProblem], language: Language) -> Self {
        let line = |problem: &FieldProblem| {
            let id = match problem.field.rsplit('.').next().unwrap_or_default() {
                // A choice that is no longer in the list is made again where it is looked for.
                "key" => "query",
                last => last,
            };
            (id.to_owned(), problem.fault.text().get(language).to_owned())
        };
        Self(problems.iter().map(line).collect())
    }

    /// Whether all is well.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sentence beside a field.
    pub(crate) fn of_field(&self, field: &str) -> Option<String> {
        self.0.iter().find(|(id, _)| id == field).map(|(_, sentence)| sentence.clone())
    }

    /// The summary on top of the page.
    pub(crate) fn summary(&self) -> Option<ErrorSummary> {
        let line = |(id, sentence): &(String, String)| (format!("#{id}"), sentence.clone());
        (!self.is_empty()).then(|| ErrorSummary { lines: self.0.iter().map(line).collect() })
    }
}
