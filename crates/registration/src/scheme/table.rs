use kernel::Language;

use super::wording::day_in_words;
use super::{Definition, Field, statement};

/// One row of the table that the front page shows before anything is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataRow {
    /// The item.
    pub what: String,
    /// Of whom it is asked.
    pub who: String,
    /// Why this very item is needed.
    pub why: String,
    /// The purpose, as the statement names it.
    pub purpose: String,
    /// Whether it must be given.
    pub obligatory: bool,
    /// The same in words.
    pub obligatory_in_words: String,
    /// The last day on which it can be read, in words.
    pub kept_until: String,
    /// The classes of persons who may receive it; may be empty.
    pub receives: Vec<String>,
}

/// The rows in the order of the definition.
pub(super) fn rows(definition: &Definition, language: Language) -> Vec<DataRow> {
    definition.fields.iter().map(|field| row(definition, field, language)).collect()
}

fn row(definition: &Definition, field: &Field, language: Language) -> DataRow {
    let purpose = definition.purposes.iter().find(|purpose| Some(&purpose.id) == field.purpose.as_ref());
    let until = field.retention_days.map(|days| definition.window.latest.plus(i32::from(days)));
    DataRow {
        what: field.field.label(language).to_owned(),
        who: field.who.label(language).to_owned(),
        why: field.explanation.get(language).to_owned(),
        purpose: purpose.map(|p| p.text.get(language).to_owned()).unwrap_or_default(),
        obligatory: field.obligatory,
        obligatory_in_words: statement::mark(field.obligatory, language).to_owned(),
        kept_until: until.map(|day| day_in_words(day, language)).unwrap_or_default(),
        receives: purpose.map_or_else(Vec::new, |p| p.recipients.iter().map(|r| r.get(language).to_owned()).collect()),
    }
}
