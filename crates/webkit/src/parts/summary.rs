use super::part;
use crate::markup::Markup;

/// Names and values: what was answered ("check your answers"), or one record.
#[derive(Clone, Debug, Default)]
pub struct SummaryList {
    /// The lines.
    pub rows: Vec<SummaryRow>,
    /// Without lines between, for a record's short facts.
    pub plain: bool,
}

/// One name and value.
#[derive(Clone, Debug, Default)]
pub struct SummaryRow {
    /// The name.
    pub key: String,
    /// The value; text becomes safe by `.into()`.
    pub value: Markup,
    /// Where it can be changed.
    pub change: Option<Change>,
}

/// A link that changes a line.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Where to.
    pub href: String,
    /// What it changes, for screen readers: "your date of birth".
    pub what: String,
}

impl SummaryRow {
    /// A line without a link.
    pub fn new(key: impl Into<String>, value: impl Into<Markup>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
            change: None,
        }
    }

    /// Adds a Change link.
    pub fn change(mut self, href: impl Into<String>) -> Self {
        self.change = Some(Change {
            href: href.into(),
            what: self.key.clone(),
        });
        self
    }
}

impl SummaryList {
    /// A list of lines.
    pub fn new(rows: Vec<SummaryRow>) -> Self {
        Self { rows, plain: false }
    }

    fn has_changes(&self) -> bool {
        self.rows.iter().any(|row| row.change.is_some())
    }
}

part!(SummaryList, "parts/summary_list.html");
