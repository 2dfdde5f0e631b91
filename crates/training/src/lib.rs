//! Officers' training: what they have to know for their roles and their duties in the incident team, and who lacks what.
//!
//! A [`Course`] ships as a file: texts to read, a [`Quiz`], how long a record of it holds and for whom it is required. Sessions
//! ([`plan_session`]) are held in a room, online or both; whoever comes types the code that is shown there ([`attend`]) or is ticked by the
//! host. A quiz ([`begin_quiz`], [`hand_in`]) comes in another order each time, may be tried again after a pause, and shows its key only to
//! who has passed. With both the [`TrainingRecord`] is made, of which a signed [`Certificate`] can be taken along. [`matrix`] and
//! [`lacking`] say who lacks what; [`lapsing`] says who will.
//!
//! Officers stand here by their posts' ids; what they chose in a quiz is not kept.

mod certificate;
mod course;
mod keep_duties;
mod place;
mod post;
mod purge;
mod quiz;
mod record;
mod session;
mod sit_quiz;
mod standing;
mod storage;

#[cfg(test)]
mod rehearsal;
#[cfg(test)]
mod story;

use store::Migration;

pub use certificate::{CERTIFICATE_FORMAT, Certificate, certificate, sign_certificate};
pub use course::{Course, Lesson, course, courses};
pub use keep_duties::{KeepDutiesError, duties_of, keep_duties};
pub use place::{CodeTyped, TakenPlace, Way, attend, enrol, places_in, places_of, room_code, tick_attendance, withdraw};
pub use post::Post;
pub use purge::purge;
pub use quiz::{Asked, Chosen, Explained, Quiz, Sheet};
pub use record::{TrainingRecord, record, records_of};
pub use session::{PlanSession, SessionError, TrainingSession, Venue, cancel_session, plan_session, session, sessions_after, sessions_of};
pub use sit_quiz::{QuizError, QuizOutcome, QuizTry, begin_quiz, hand_in, quiz_try, tries_of};
pub use standing::{Lacking, MatrixRow, REMIND_DAYS, RENEW_DAYS, Standing, Validity, lacking, lapsing, matrix, standings};

/// The tables of this slice, in the platform's store.
pub const MIGRATIONS: &[Migration] = &[Migration { name: "training/0001_training", sql: include_str!("../migrations/0001_training.sql") }];
