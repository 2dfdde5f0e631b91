//! Matching in batches: who is a resident, who is there twice, and what each household is told.

mod decide;
mod job;
mod patience;
mod port;
mod words;

pub(crate) use job::{CURSOR, RESOLVED, count_received, openings, put_on_record};
pub use job::{Batch, MatchError, Matcher, match_batch};
pub(crate) use patience::Patience;
pub use port::{AddressQuestion, Answer, PopulationRegister, Question, RegisterUnavailable};
pub use words::{AddressState, Reason, State};
