//! Matching in batches: who is a resident, who is there twice, and what each household is told.

mod port;

pub use port::{Answer, PopulationRegister, Question, RegisterUnavailable};
