//! What an operation learns about somebody's health: doses at the entry, results afterwards.

use kernel::{Day, Text};
use seal::SealError;
use serde::{Deserialize, Serialize};

/// Most doses that can be entered.
pub const VACCINATIONS_MOST: u8 = 9;

/// The outcome of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestResult {
    /// Nothing was found.
    Negative,
    /// The infection was found.
    Positive,
    /// The sample tells nothing: the test has to be done again.
    Invalid,
}

/// What is held about one person's health.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Doses of a vaccine, where they were asked for.
    pub doses: Option<u8>,
    /// The results with the days on which they were recorded, in that order. The last one counts.
    pub results: Vec<(TestResult, Day)>,
}

/// One sealed value of the group: the first is written at the entry, each result is a value of its own behind it, so that a
/// result is recorded without opening anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum HealthValue {
    Doses(u8),
    Test { result: TestResult, day: i32 },
}

impl TestResult {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Negative, Self::Positive, Self::Invalid];

    /// The name in forms.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Positive => "positive",
            Self::Invalid => "invalid",
        }
    }

    /// The outcome of a name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|result| result.slug() == slug)
    }

    /// How pages say it.
    pub fn text(self) -> Text {
        match self {
            Self::Negative => Text::new("Negative", "陰性", "阴性"),
            Self::Positive => Text::new("Positive", "陽性", "阳性"),
            Self::Invalid => Text::new("No result: test again", "未能得出結果，須再次檢測", "未能得出结果，须再次检测"),
        }
    }
}

impl HealthValue {
    /// As it is sealed.
    pub(crate) fn written(self) -> Result<String, SealError> {
        serde_json::to_string(&self).map_err(|_| SealError::Invalid("a health value that cannot be written"))
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Self, SealError> {
        serde_json::from_slice(bytes).map_err(|_| SealError::Broken)
    }
}

impl Health {
    pub(crate) fn of(values: Vec<HealthValue>) -> Self {
        let mut health = Self::default();
        for value in values {
            match value {
                HealthValue::Doses(doses) => health.doses = Some(doses),
                HealthValue::Test { result, day } => health.results.push((result, Day::from_number(day))),
            }
        }
        health
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_reads_back_and_nothing_else_does() {
        for value in [HealthValue::Doses(3), HealthValue::Test { result: TestResult::Positive, day: 19_000 }] {
            assert_eq!(HealthValue::read(value.written().unwrap().as_bytes()).unwrap(), value);
        }
        assert!(matches!(HealthValue::read(b"{\"doses\":-1}"), Err(SealError::Broken)));
        for result in TestResult::ALL {
            assert_eq!(TestResult::from_slug(result.slug()), Some(result));
            assert!(result.text().blanks().is_empty());
        }
    }
}
