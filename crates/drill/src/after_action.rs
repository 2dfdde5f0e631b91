//! The report that follows an exercise, for people: from its entries and what its host wrote down, in three languages, the same bytes
//! from the same.

mod annex;
mod html;
mod sections;
mod talk;
mod words;

use kernel::{Day, Language, Text};
use notify::{Folio, LetterError, LetterFont, folio_pdf};

use crate::exercise::Exercise;
use crate::report::Report;
use annex::{Annex, Told};
use sections::Chapter;
use words::Words;

/// What the entries of an exercise do not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// What the exercise was called.
    pub title: Text,
    /// The department that held it, …
    pub host: Text,
    /// … and those that held it with them.
    pub co_hosts: Vec<Text>,
    /// What the teams are called, in the order of their numbers: a department's by its official names. Empty: as the entries say.
    pub teams: Vec<Text>,
    /// The day on which the report is made: what is overdue is judged by it.
    pub day: Day,
    /// What the host noted in the hot wash.
    pub notes: Vec<String>,
    /// Lessons of this exercise.
    pub lessons: Vec<OccasionLesson>,
    /// Lessons of earlier ones that were still open.
    pub carried: Vec<OccasionLesson>,
}

/// A lesson as the report shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OccasionLesson {
    /// What changes.
    pub text: String,
    /// Who sees to it.
    pub owner: Text,
    /// By when.
    pub due: Day,
    /// When it was done.
    pub done: Option<Day>,
    /// The earlier exercise that it comes from.
    pub from: Option<Text>,
}

/// The after-action report in one language, as parts that become a page or sheets of paper.
pub fn after_action(exercise: &Exercise, occasion: &Occasion, language: Language) -> Folio {
    let words = Words(language);
    let report = Report::of(exercise);
    let told = Told { exercise, teams: &occasion.teams, words };
    let mut annex = Annex::new(told);
    let mut chapter = Chapter { told, exercise, report: &report, occasion, words, annex: &mut annex };
    let mut sections = chapter.all();
    sections.extend(annex.sections());
    let title = words.with("title", &[("exercise", occasion.title.get(language))]);
    Folio { language, title, day: occasion.day, sections }
}

/// The report as a page that needs nothing beside it and prints well.
pub fn after_action_html(exercise: &Exercise, occasion: &Occasion, language: Language) -> String {
    html::page(&after_action(exercise, occasion, language))
}

/// The report as sheets of paper.
pub fn after_action_pdf(exercise: &Exercise, occasion: &Occasion, language: Language, font: &LetterFont) -> Result<Vec<u8>, LetterError> {
    folio_pdf(&after_action(exercise, occasion, language), font)
}

#[cfg(test)]
pub(crate) mod tests;
