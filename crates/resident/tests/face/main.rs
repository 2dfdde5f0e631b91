//! The pages as residents meet them, without a script and without a cookie.

#[cfg(test)]
mod account_browser;
#[cfg(test)]
mod accounts;
#[cfg(test)]
mod activation_browser;
#[cfg(test)]
mod advised;
#[cfg(test)]
mod answers;
#[cfg(test)]
mod assist_browser;
#[cfg(test)]
mod channel_browser;
#[cfg(test)]
mod city;
#[cfg(test)]
mod client;
#[cfg(test)]
mod codes;
#[cfg(test)]
mod connect;
#[cfg(test)]
mod first_time;
#[cfg(test)]
mod from_services;
#[cfg(test)]
mod connect_browser;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod errands;
#[cfg(test)]
mod gates;
#[cfg(test)]
mod incidents;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod later;
#[cfg(test)]
mod logouts;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod my_data;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod office;
#[cfg(test)]
mod online_service;
#[cfg(test)]
mod open_stations;
#[cfg(test)]
mod password_browser;
#[cfg(test)]
mod people;
#[cfg(test)]
mod pictures;
#[cfg(test)]
mod recovery_browser;
#[cfg(test)]
mod recovery_photos;
#[cfg(test)]
mod proofing_browser;
#[cfg(test)]
mod signing_browser;
#[cfg(test)]
mod terminal_browser;
#[cfg(test)]
mod silence;
#[cfg(test)]
mod stations;
#[cfg(test)]
mod statement;
#[cfg(test)]
mod traps_browser;
#[cfg(test)]
mod walk;
