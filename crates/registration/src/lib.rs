//! Schemes, households, matching, repairs, delivery, statistics.
#![expect(missing_docs, reason = "the face is being laid out")]

pub mod matching;
pub mod scheme;
