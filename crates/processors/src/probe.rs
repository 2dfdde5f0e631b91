use kernel::Text;
use serde::{Deserialize, Serialize};

use crate::{Canary, WebAddress};

/// The port through which the outside is looked at; `connectors` implements it with real connections.
pub trait Prober: Send + Sync {
    /// Fetches, without credentials, every address of the plan and its common variants, and looks for the canaries.
    fn probe(&self, plan: &ProbePlan) -> ProbeReport;
}

/// What to look at.
#[derive(Clone, Debug)]
pub struct ProbePlan {
    /// Counts the probes of the lease; consecutive ones come from different sources and with different manners.
    pub round: u32,
    /// Where the data may have lived.
    pub data: Vec<WebAddress>,
    /// Interfaces in which one can search: the canaries are asked for there.
    pub look_ups: Vec<WebAddress>,
    /// The planted records.
    pub canaries: Vec<Canary>,
}

/// What was seen.
#[derive(Clone, Debug)]
pub struct ProbeReport {
    /// From where and how it was looked: an address and a name, never a secret.
    pub source: String,
    /// Every address that was tried.
    pub fetched: Vec<Fetched>,
}

/// One address that was tried. The answer itself is never kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// The address.
    pub address: String,
    /// Whether it is a declared one, or a variant that we thought of.
    pub declared: bool,
    /// What was found.
    pub found: Found,
    /// SHA-256 of the answer's body in hexadecimal, when there was one.
    pub digest: Option<String>,
    /// Bytes of the answer that were looked through.
    pub bytes: u64,
}

/// What was found at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Found {
    /// Nobody listens, or there is no such name.
    Nobody,
    /// Refused: not found, gone, or only with credentials.
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// An answer in which nothing of the lease was found.
    Nothing {
        /// The HTTP status.
        status: u16,
    },
    /// No answer in time, a broken one, or one too long to look through: it cannot be said.
    Unclear,
    /// A list of files, open to anyone.
    Listing,
    /// Several identity-card numbers, open to anyone.
    People,
    /// A planted record of this lease.
    Canary,
}

/// What a probe says on the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing was found anywhere.
    Clean,
    /// Something was found.
    Alive,
    /// A declared address could not be judged.
    Unclear,
}

impl Verdict {
    /// The name in the store and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Alive => "alive",
            Self::Unclear => "unclear",
        }
    }

    /// What officers read.
    pub fn title(self) -> Text {
        match self {
            Self::Clean => Text::new("Nothing found", "並無發現", "并无发现"),
            Self::Alive => Text::new("Data found", "發現資料", "发现资料"),
            Self::Unclear => Text::new("Could not be judged", "未能判斷", "未能判断"),
        }
    }
}

impl ProbeReport {
    /// One thing found is enough. A variant that does not answer says nothing: firewalls swallow unknown ports.
    pub fn verdict(&self) -> Verdict {
        let alive = |one: &Fetched| matches!(one.found, Found::Listing | Found::People | Found::Canary);
        if self.fetched.iter().any(alive) {
            return Verdict::Alive;
        }
        let unclear = |one: &Fetched| one.declared && one.found == Found::Unclear;
        if self.fetched.iter().any(unclear) { Verdict::Unclear } else { Verdict::Clean }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(found: &[(bool, Found)]) -> ProbeReport {
        let one = |&(declared, found): &(bool, Found)| Fetched {
            address: "http://127.0.0.1/".into(),
            declared,
            found,
            digest: None,
            bytes: 0,
        };
        ProbeReport { source: "test".into(), fetched: found.iter().map(one).collect() }
    }

    #[test]
    fn one_thing_found_is_enough_and_only_declared_addresses_must_answer() {
        let clean = [(true, Found::Nobody), (true, Found::Refused { status: 404 }), (false, Found::Unclear)];
        assert_eq!(report(&clean).verdict(), Verdict::Clean);
        assert_eq!(report(&[(true, Found::Unclear)]).verdict(), Verdict::Unclear);
        for found in [Found::Listing, Found::People, Found::Canary] {
            assert_eq!(report(&[(true, Found::Unclear), (false, found)]).verdict(), Verdict::Alive);
        }
    }
}
