//! The call-out as a whole, tried hard: many departments, dead channels, crashes, and everything that is no acknowledgement.

mod crashes;
mod fences;
mod nine_days;
mod tokens;
mod waves;
mod world;
