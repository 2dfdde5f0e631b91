//! What goes over the line, the same for both ends.

use kernel::Day;
use registration::matching::Answer;
use serde::{Deserialize, Serialize};

/// The most questions one request may ask.
pub(super) const BATCH_LIMIT: usize = 1_000;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MatchRequest<Q> {
    /// The same for every attempt at the same batch.
    pub(super) batch: String,
    /// The consent or approval on which this matching rests (Cap. 486 ss. 30 to 32).
    pub(super) basis: String,
    pub(super) questions: Vec<Q>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    pub(super) number: String,
    pub(super) birth: Day,
}

/// A person whose address is to be confirmed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskedAddress {
    pub(super) number: String,
    pub(super) address: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct MatchResponse<A> {
    pub(super) batch: String,
    pub(super) answers: Vec<A>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Told {
    Resident,
    NotResident,
    Mismatch,
}

impl From<Told> for Answer {
    fn from(told: Told) -> Self {
        match told {
            Told::Resident => Self::Resident,
            Told::NotResident => Self::NotResident,
            Told::Mismatch => Self::Mismatch,
        }
    }
}

impl From<Answer> for Told {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Resident => Self::Resident,
            Answer::NotResident => Self::NotResident,
            Answer::Mismatch => Self::Mismatch,
        }
    }
}
