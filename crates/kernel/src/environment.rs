use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of people a system may hold. The label stands on every page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// A demonstration city: synthetic people only.
    Demo,
    /// Development and testing: synthetic people only (fact F1: contractors use only test data).
    Test,
    /// The real thing: synthetic identity numbers are refused.
    Live,
}

impl Environment {
    /// Whether only synthetic identity numbers (prefixes Q, U, I, O) are accepted.
    pub const fn synthetic_only(self) -> bool {
        !matches!(self, Self::Live)
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Demo => "demo",
            Self::Test => "test",
            Self::Live => "live",
        })
    }
}
