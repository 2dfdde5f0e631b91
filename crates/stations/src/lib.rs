//! Support stations: where people are helped in person, and when.
//!
//! A [`Station`] stands in an MTR station or at another place, is run by a department, and keeps a week of hours that general
//! holidays and single days change ([`Station::hours_on`]). Officers keep the list ([`open_station`], [`change_station`]); the public reads it as a page, as lines ([`week_csv`]) and in a calendar ([`week_calendar`]). Nothing in it
//! is about a person.

mod calendar;
mod directory;
mod hours;
mod keep_station;
mod lines;
mod place;
mod station;
mod storage;
mod week;

#[cfg(test)]
mod rehearsal;

use store::Migration;

pub use calendar::week_calendar;
pub use directory::{Listed, station, stations_between, stations_of};
pub use hours::{Closed, DayHours, OnHolidays, WeekHours};
pub use keep_station::{KeepStationError, change_station, open_station};
pub use lines::week_csv;
pub use place::Place;
pub use station::{Change, Help, NextOpening, Station, StationFlaw};
pub use week::{Line, Week};

/// The tables of this slice, in the platform's store.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "stations/0001_stations", sql: include_str!("../migrations/0001_stations.sql") }];
