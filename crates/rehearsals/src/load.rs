//! A load generator of our own: whole households as JSON over kept-alive connections, each body unique, each latency
//! counted exactly. It speaks to loopback addresses only, so that it cannot be turned on anybody.

mod browser;
mod client;
mod command;
mod figures;
mod journey;
mod oracle;
mod page;
mod pages;
mod target;
mod wire;

pub use browser::Browser;
pub use client::{Client, GaveUp, Patience};
pub use command::{Args, run};
pub use figures::{Figures, Sample, cpu_micros};
pub use journey::{Typed, words_of};
pub use page::{Form, Page, choices};
pub use target::{LoadError, Target};
pub use wire::{Reply, request};
