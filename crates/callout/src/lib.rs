//! Who is on call, how they are reached at any hour, and how it is proven that they were.
//!
//! A department has an incident team and two contacts at all hours ([`keep_person`], [`unready`]); a [`Rota`] of layers, overrides and
//! leaves says who is on call at a moment, as a pure function of them and of Hong Kong's holidays. Names, numbers and addresses
//! are sealed and end after a year.

mod channel;
mod details;
mod duty;
mod person;
#[cfg(test)]
mod rehearsal;
mod rota;
mod storage;
mod team;

use store::Migration;

pub use channel::Channel;
pub use details::{Details, DetailsError, SealedDetails, prepare_keys, seal_details};
pub use duty::Duty;
pub use person::{CHECK_DAYS, Person, TeamError};
pub use rota::{Days, Layer, Leave, Override, PersonId, QuietHours, Rota, RotaFlaw, Window};
pub use team::{
    CONTACTS_OWED, KeepPerson, Readiness, cancel_leave, check_person, end_person, keep_person, leaves, open_person, purge_people,
    rota, save_rota, take_leave, team, unready,
};

/// The tables of this slice, in the platform's store.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "callout/0001_people", sql: include_str!("../migrations/0001_people.sql") }];
