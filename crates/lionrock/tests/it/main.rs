//! Journeys through the whole program in a real browser, against a demonstration city in a process of its own.

mod bad_input;
mod city;
mod every_page;
mod inbox;
mod officer;
mod resident;
mod socket;
mod walk;
mod words;
