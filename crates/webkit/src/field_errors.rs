use crate::failure::Failure;
use crate::l10n::{Arg, L10n};
use crate::parts::ErrorSummary;
use crate::problem::ProblemField;

/// What is wrong with which field, as text keys: the same for a page and for a problem document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<FieldError>);

/// One field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name, which is also its anchor on the page.
    pub field: String,
    /// The text's key, which is also the code for programs.
    pub key: String,
    /// The text's arguments.
    pub args: Vec<(&'static str, Arg)>,
}

impl FieldErrors {
    /// No errors yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an error without arguments.
    pub fn add(&mut self, field: impl Into<String>, key: impl Into<String>) {
        self.add_with(field, key, Vec::new());
    }

    /// Adds an error with arguments.
    pub fn add_with(
        &mut self,
        field: impl Into<String>,
        key: impl Into<String>,
        args: Vec<(&'static str, Arg)>,
    ) {
        self.0.push(FieldError {
            field: field.into(),
            key: key.into(),
            args,
        });
    }

    /// Whether all is well.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The errors, in the order of the fields.
    pub fn iter(&self) -> impl Iterator<Item = &FieldError> {
        self.0.iter()
    }

    /// The first message of a field.
    pub fn message(&self, field: &str, t: &L10n) -> Option<String> {
        self.0
            .iter()
            .find(|error| error.field == field)
            .map(|error| t.text(&error.key, &error.args))
    }

    /// The summary that stands on top of a page; nothing when all is well.
    pub fn summary(&self, t: &L10n) -> Option<ErrorSummary> {
        let line = |e: &FieldError| (format!("#{}", e.field), t.text(&e.key, &e.args));
        (!self.is_empty()).then(|| ErrorSummary {
            lines: self.0.iter().map(line).collect(),
        })
    }

    /// The same as a failure (422) for programs.
    pub fn failure(&self, t: &L10n) -> Failure {
        let field = |e: &FieldError| ProblemField {
            field: e.field.clone(),
            code: e.key.clone(),
            message: t.text(&e.key, &e.args),
        };
        Failure::of(kernel::Kind::Invalid).with_fields(self.0.iter().map(field).collect())
    }
}
