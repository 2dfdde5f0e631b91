//! Exercises.
//!
//! A pack is a folder: the situation, injects with their moments, evidence, questions, and apart from them the marking scheme. An
//! exercise is its pack and a chain of entries; the clock, what was sent, answers, scores, the frozen board and the report are
//! folds of the entries, so that the same entries give the same report byte for byte, and a restart resumes by construction.
//! Nothing here waits, and nothing here reaches anybody: whoever drives an exercise asks what is due.
//!
//! In the platform's store a department plans one ([`plan_drill`]), gives officers their seats ([`seat_officer`]) and invites
//! experts from outside for a time ([`invite_guest`]); [`start_drill`] starts the clock, and [`note_entries`] keeps what happens,
//! with the digest of its chain in the journal.

mod after_action;
mod clock;
mod directory;
mod entry;
mod evidence;
mod evidence_fields;
mod evidence_time;
mod exercise;
mod export;
mod finding;
mod guest;
mod import;
mod investigation;
mod invitation;
mod invite_guest;
mod lesson;
mod name;
mod pack;
mod plan_drill;
mod players;
mod query;
mod question;
mod record;
#[cfg(test)]
mod rehearsal;
mod report;
mod seat;
mod seat_officer;
mod shipped;
mod span;
mod start_drill;
mod state;
mod storage;
#[cfg(test)]
mod store_story;
#[cfg(test)]
mod story;
mod trigger;
mod waiting;

use store::Migration;

pub use after_action::{Occasion, OccasionLesson, after_action, after_action_html, after_action_pdf};
pub use clock::{ClockError, ExerciseClock, FASTEST};
pub use directory::{drill, drills, drills_of, entries_after, kept_pack, last_entry, running_drills, seat_of, seats};
pub use entry::{Entry, Event, Speaker, Team, TeamNumber};
pub use evidence::{Citation, Evidence, EvidenceEntry, Facet};
pub use exercise::{Exercise, Refusal};
pub use export::{EXPORT_FORMAT, Export, sign_export};
pub use finding::{Finding, Rule};
pub use import::{ImportError, Imported, import, to_do};
pub use investigation::{Hit, Stretch, time_line, utc};
pub use guest::{GuestToken, SealedGuest, prepare_keys, seal_guest};
pub use invitation::{ClearedInvitation, Invitation, invitation};
pub use invite_guest::{GUEST_DAYS, InviteGuest, InvitedGuest, end_guest, guest_seat, invite_guest, open_guest, purge_guests};
pub use lesson::{
    Lesson, LessonError, WriteLesson, carried_lessons, hot_wash, lesson, lessons, note_hot_wash, open_lessons, settle_lesson, write_lesson,
};
pub use name::{Name, NameError};
pub use pack::{Channel, Inject, Pack, PackFlaw, Scenario};
pub use players::{Asked, Came, Given, Worth};
pub use query::Query;
pub use plan_drill::{PlanDrill, cancel_drill, plan_drill, replan_drill};
pub use question::{Answer, AnswerOption, Aspect, Key, Question};
pub use record::{DrillError, DrillRecord, DrillStage, PlannedTeam};
pub use report::{Counted, InjectReport, QuestionReport, Report, Score, TeamReport};
pub use seat::{Part, Place, Seat, Sitter};
pub use seat_officer::{seat_officer, unseat};
pub use shipped::{SHIPPED, shipped};
pub use span::{Span, SpanError};
pub use start_drill::{link_case, note_entries, start_drill};
pub use state::{Pin, Saying, ScorePoint, State};
pub use trigger::{Fact, Trigger, TriggerError};

/// The tables of this slice, in the platform's store.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "drill/0001_drill", sql: include_str!("../migrations/0001_drill.sql") },
    Migration { name: "drill/0002_lessons", sql: include_str!("../migrations/0002_lessons.sql") },
    Migration { name: "drill/0003_packs", sql: include_str!("../migrations/0003_packs.sql") },
    Migration { name: "drill/0004_invitations", sql: include_str!("../migrations/0004_invitations.sql") },
];
