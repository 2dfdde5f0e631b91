//! Who is on call, how they are reached at any hour, and how it is proven that they were.
//!
//! A department has an incident team and two contacts at all hours ([`keep_person`], [`unready`]); a [`Rota`] of layers, overrides and
//! leaves says who is on call at a moment, as a pure function of them and of Hong Kong's holidays. Names, numbers and addresses
//! are sealed and end after a year.
//!
//! A call-out ([`start_call_out`]) calls many departments at once and escalates by a [`Policy`], which is data. Everything that is due
//! is a row: [`call_round`] takes it, in whichever process, so a restart goes on by construction. Whoever acknowledges
//! ([`acknowledge_by_link`], [`acknowledge_by_code`]) is not called again. An exercise is a real call-out that cannot reach an
//! address outside its list: gateways take a [`Cleared`] address and nothing else. One of several days ([`plan_exercise`]) runs by
//! itself at times that a commitment fixed before; [`exercise_report`] counts what became of it, and [`sign_report`] makes it evidence.

mod answer;
mod call_out;
mod channel;
mod details;
mod escalate;
mod exercise;
mod fence;
mod hand_over;
mod page;
mod person;
mod policy;
#[cfg(test)]
mod rehearsal;
mod report;
mod rota;
mod round;
mod storage;
mod team;
#[cfg(test)]
mod trials;

use store::Migration;

pub use answer::{
    AnswerError, CodeAnswer, PageFace, Standing, Way, acknowledge_by_code, acknowledge_by_link, page_face,
};
pub use call_out::{CallOut, CallOutError, Severity, StartCallOut, close_call_out, start_call_out};
pub use channel::Channel;
pub use details::{Details, DetailsError, SealedDetails, prepare_keys, seal_details};
pub use escalate::{Called, CalledState, escalate_due};
pub use exercise::{
    Exercise, ExerciseError, PlanExercise, exercise, exercise_departments, exercises, list_again, plan_exercise,
};
pub use fence::Cleared;
pub use hand_over::{
    Gateway, GatewayNews, GatewayReceipt, Gateways, HandedOver, MailPages, OutgoingPage, SmsPages,
};
pub use page::{CallPage, PageState, PageToken};
pub use person::{CHECK_DAYS, Person, TeamError};
pub use policy::{Goal, Policy, PolicyFlaw, Step, Target};
pub use report::{CallFacts, DepartmentFigures, ExerciseReport, REPORT_FORMAT, exercise_report, sign_report};
pub use rota::{Days, Layer, Leave, Override, PersonId, QuietHours, Rota, RotaFlaw, Window};
pub use round::{CallRound, answers, call_channel, call_out, call_outs, call_pages, call_round, call_steps, called, next_due};
pub use storage::call_out::Answer;
pub use team::{
    CONTACTS_OWED, KeepPerson, Readiness, cancel_leave, check_person, end_person, keep_person, leaves, open_person, purge_people,
    rota, save_rota, take_leave, team, unready,
};

/// The tables of this slice, in the platform's store.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "callout/0001_people", sql: include_str!("../migrations/0001_people.sql") },
    Migration { name: "callout/0002_call_outs", sql: include_str!("../migrations/0002_call_outs.sql") },
    Migration { name: "callout/0003_exercises", sql: include_str!("../migrations/0003_exercises.sql") },
];
