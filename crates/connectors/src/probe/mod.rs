//! Looking at contractors' addresses from outside, without credentials, as anybody could.

mod fetch;
mod links;
mod prober;
mod search;
mod variants;

pub use prober::{Manner, ProbeConfig, ProberError, WebProber};
