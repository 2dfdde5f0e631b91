//! The desk from outside: every route attacked, and whole days of work, in process and in a browser.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod advised;
#[cfg(test)]
mod attack;
#[cfg(test)]
mod attestation_browser;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod bulk;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod charter;
#[cfg(test)]
mod client;
#[cfg(test)]
mod contractors;
#[cfg(test)]
mod erasures;
#[cfg(test)]
mod first_day;
#[cfg(test)]
mod held;
#[cfg(test)]
mod held_browser;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod leases;
#[cfg(test)]
mod offline;
#[cfg(test)]
mod played;
#[cfg(test)]
mod played_browser;
#[cfg(test)]
mod recover;
#[cfg(test)]
mod remembered;
mod reported;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod services;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod stations;
#[cfg(test)]
mod station_browser;
#[cfg(test)]
mod trained;
#[cfg(test)]
mod uploads;
#[cfg(test)]
mod waiting;
#[cfg(test)]
mod watch;
