//! Exercises.
//!
//! A pack is a folder: the situation, injects with their moments, evidence, questions, and apart from them the marking scheme. An
//! exercise is its pack and a chain of entries; the clock, what was sent, answers, scores, the frozen board and the report are
//! folds of the entries, so that the same entries give the same report byte for byte, and a restart resumes by construction.
//! Nothing here waits, and nothing here reaches anybody: whoever drives an exercise asks what is due.

mod clock;
mod entry;
mod evidence;
mod exercise;
mod name;
mod pack;
mod question;
mod report;
mod shipped;
mod span;
mod state;
#[cfg(test)]
mod story;
mod trigger;

pub use clock::{ClockError, ExerciseClock, FASTEST};
pub use entry::{Entry, Event, Team, TeamNumber};
pub use evidence::{Citation, Evidence, EvidenceEntry, Query};
pub use exercise::{Exercise, Refusal};
pub use name::{Name, NameError};
pub use pack::{Channel, Inject, Pack, PackFlaw, Scenario};
pub use question::{Answer, AnswerOption, Aspect, Key, Question};
pub use report::{Counted, QuestionReport, Report, Score, TeamReport};
pub use shipped::{SHIPPED, shipped};
pub use span::{Span, SpanError};
pub use state::State;
pub use trigger::{Fact, Trigger, TriggerError};
