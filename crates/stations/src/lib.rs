//! Support stations: where people are helped in person, and when.
//!
//! A [`Station`] stands in an MTR station or at another place, is run by a department, and keeps a week of hours that general
//! holidays and single days change ([`Station::hours_on`]). Officers keep the list ([`open_station`], [`change_station`]); the public reads it as a page, as lines ([`week_csv`]) and in a calendar ([`week_calendar`]). Nothing in it
//! is about a person.
//!
//! A department lends devices to its stations ([`add_device`], [`lend_device`]); officer and resident sit at one together for a turn
//! ([`start_turn`]), of which nothing remains but a count by station, day and kind of help ([`help_counts`]). Officers have shifts
//! ([`plan_shift`]), those who wait have numbers ([`give_number`]); associations whose helpers assist their members are briefed
//! ([`plan_briefing`]).

mod briefing;
mod calendar;
mod counts;
mod device;
mod directory;
mod hours;
mod keep_station;
mod lines;
mod place;
mod queue;
mod shift;
mod station;
mod storage;
mod turn;
mod week;

#[cfg(test)]
mod rehearsal;

use store::Migration;

pub use briefing::{
    Briefing, BriefingError, FollowUp, ListedBriefing, Material, Outcome, briefings_of, finish_follow_up, plan_briefing, settle_briefing,
};
pub use calendar::week_calendar;
pub use counts::{HelpCounts, help_counts};
pub use device::{
    CODE_MINUTES, Device, DeviceCode, DeviceError, DeviceState, add_device, devices_of, end_device, end_restored, enrol_device, lend_device, renew_device,
};
pub use directory::{Listed, station, stations_between, stations_of};
pub use hours::{Closed, DayHours, OnHolidays, WeekHours};
pub use keep_station::{KeepStationError, change_station, open_station};
pub use lines::{table_csv, week_csv};
pub use place::Place;
pub use queue::{NumberError, Numbers, call_next, give_number, give_number_at_desk, is_screen_code, numbers, screen_code};
pub use shift::{PlanShift, PlanShiftError, Shift, cancel_shift, plan_shift, shifts_of};
pub use station::{Change, Help, NextOpening, Station, StationFlaw};
pub use turn::{
    IDLE_MINUTES, LONGEST_MINUTES, StartTurnError, Turn, TurnState, end_turn, find_turn, keep_turn, make_turn, open_turn, start_turn,
    turn_is_over, turns_of,
};
pub use week::{Line, Week};

/// The tables of this slice, in the platform's store.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "stations/0001_stations", sql: include_str!("../migrations/0001_stations.sql") },
    Migration { name: "stations/0002_help", sql: include_str!("../migrations/0002_help.sql") },
    Migration { name: "stations/0003_briefings", sql: include_str!("../migrations/0003_briefings.sql") },
];
