//! What goes over the line, the same for both ends. `docs/formats.md` describes it.

use hongkong::IdNumber;
use identity::{Refusal, Sex, VerifierAnswer};
use kernel::Day;
use serde::{Deserialize, Serialize};

pub(super) const FORMAT: &str = "lionrock-verifier/1";
/// What an answer says about what was received: nothing of it is kept.
pub(super) const NOTHING: &str = "nothing";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CompareRequest {
    pub(super) format: String,
    /// Made for this question, and in its answer.
    pub(super) nonce: String,
    /// When the evidence dies: an answer after that is worth nothing, and nothing may be kept then (RFC 3339).
    pub(super) answer_by: String,
    pub(super) document: Picture,
    pub(super) selfie: Picture,
    pub(super) typed: Typed,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Picture {
    pub(super) media_type: String,
    /// Base64.
    pub(super) bytes: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) name_zh: String,
    pub(super) date_of_birth: Day,
    pub(super) sex: Sex,
    pub(super) date_of_issue: Day,
}

/// An answer with anything more in it, a score or a template of a face, is no answer: nothing of the kind is ever taken in.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CompareResponse {
    pub(super) nonce: String,
    /// SHA-256 over the digests of the two pictures that were compared.
    pub(super) pictures: String,
    pub(super) verdict: Verdict,
    /// What of the question is kept: `nothing`.
    pub(super) kept: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Verdict {
    /// With the number that was read from the card, check digit included.
    Matches { number: String },
    DoesNotMatch { because: Because },
    Unsure {},
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Because {
    PhotoUnclear,
    DetailsDiffer,
    DocumentNotAccepted,
    PersonDiffers,
}

impl Verdict {
    /// As the slice knows it; nothing when the number is none.
    pub(super) fn answer(&self) -> Option<VerifierAnswer> {
        Some(match self {
            Self::Matches { number } => VerifierAnswer::Matches { number: IdNumber::parse(number).ok()? },
            Self::DoesNotMatch { because } => VerifierAnswer::Differs(match because {
                Because::PhotoUnclear => Refusal::PhotoUnclear,
                Because::DetailsDiffer => Refusal::DetailsDiffer,
                Because::DocumentNotAccepted => Refusal::DocumentNotAccepted,
                Because::PersonDiffers => Refusal::PersonDiffers,
            }),
            Self::Unsure {} => VerifierAnswer::Unsure,
        })
    }
}

/// The digest by which an answer says which pictures it is about.
pub(super) fn pictures(document: &[u8], selfie: &[u8]) -> String {
    kernel::to_hex(&seal::sha256(&[&seal::sha256(&[document]), &seal::sha256(&[selfie])]))
}
