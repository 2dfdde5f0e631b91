//! An external verifier: somebody else's program that compares a photo of a document, a photo of a person and what was typed. The product
//! compares nothing itself; it hands over, under the rules of [`crate::Evidence`], and takes an answer.

use hongkong::IdNumber;
use kernel::{Day, Fault, Instant, Kind};

use crate::{Refusal, Sex};

/// What a verifier says of a proofing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifierSays {
    /// It was not asked, or has not answered yet.
    Nothing,
    /// The photos show one person, and the document says what was typed.
    Matches,
    /// They do not, or it does not.
    Differs,
    /// It cannot tell, or its answer does not fit: an officer decides.
    Unsure,
    /// It gave no answer that counts: an officer decides.
    Silent,
}

impl VerifierSays {
    const ALL: [Self; 5] = [Self::Nothing, Self::Matches, Self::Differs, Self::Unsure, Self::Silent];

    /// Its name in tables and the journal.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Matches => "matches",
            Self::Differs => "differs",
            Self::Unsure => "unsure",
            Self::Silent => "silent",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// What a verifier is given of one proofing, and nothing beside it: neither the number of the card, which it reads itself, nor the
/// address, nor anything by which the account could be told.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// When the evidence dies here; nobody has a reason to answer later.
    pub deadline: Instant,
    /// Seconds until then.
    pub seconds_left: u64,
    /// The photo of the document.
    pub document: &'a [u8],
    /// The photo of the person.
    pub selfie: &'a [u8],
    /// The name in Latin letters, as typed.
    pub name_en: &'a str,
    /// The name in Chinese characters, as typed; empty when the card has none.
    pub name_zh: &'a str,
    /// The date of birth, as typed.
    pub birth: Day,
    /// The sex, as typed.
    pub sex: Sex,
    /// The date of issue, as typed.
    pub issued: Day,
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifierAnswer {
    /// Everything agrees.
    Matches {
        /// The number that it read from the card: it must be the one that was typed.
        number: IdNumber,
    },
    /// Something does not.
    Differs(Refusal),
    /// It cannot tell.
    Unsure,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifierFault {
    /// The line or the machine; it may be asked again.
    #[error("the verifier of identities does not answer: {0}")]
    Away(String),
    /// It answered, and the answer does not count.
    #[error("the verifier of identities gave an answer that does not count: {0}")]
    Unusable(String),
}

impl Fault for VerifierFault {
    fn kind(&self) -> Kind {
        Kind::Broken
    }
}

/// The verifier, asked over a line on which nobody else reads.
pub trait IdentityVerifier: Send + Sync {
    /// Hands over one proofing and waits for the answer, no longer than the evidence lives.
    fn compare(&self, presented: &Presented<'_>) -> Result<VerifierAnswer, VerifierFault>;
}
