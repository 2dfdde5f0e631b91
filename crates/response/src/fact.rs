use kernel::Text;
use serde::{Deserialize, Serialize};

/// Something about an incident that decides which deadlines there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// Personal data may be in wrong hands, lost or changed.
    PersonalData,
    /// A critical service is down.
    Critical,
    /// A crime is suspected.
    Crime,
    /// The Director of Bureau says that it embarrasses the Government (General Circular 6/2024).
    Embarrassing,
    /// It is a serious incident of a critical infrastructure (Cap. 653).
    InfrastructureSerious,
    /// It is another incident of a critical infrastructure (Cap. 653).
    InfrastructureOther,
}

impl Fact {
    /// Every fact.
    pub const ALL: [Self; 6] =
        [Self::PersonalData, Self::Critical, Self::Crime, Self::Embarrassing, Self::InfrastructureSerious, Self::InfrastructureOther];

    /// The name in data, in the store and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::PersonalData => "personal-data",
            Self::Critical => "critical",
            Self::Crime => "crime",
            Self::Embarrassing => "embarrassing",
            Self::InfrastructureSerious => "infrastructure-serious",
            Self::InfrastructureOther => "infrastructure-other",
        }
    }

    /// The fact with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.slug() == slug)
    }

    /// What officers read.
    pub fn title(self) -> Text {
        match self {
            Self::PersonalData => Text::new("Personal data may be affected", "可能涉及個人資料", "可能涉及个人资料"),
            Self::Critical => Text::new("A critical service is down", "關鍵服務中斷", "关键服务中断"),
            Self::Crime => Text::new("A crime is suspected", "懷疑涉及罪行", "怀疑涉及罪行"),
            Self::Embarrassing => Text::new(
                "The Director of Bureau says that it embarrasses the Government",
                "局長認為事件令政府尷尬",
                "局长认为事件令政府尴尬",
            ),
            Self::InfrastructureSerious => Text::new(
                "Serious incident of a critical infrastructure (Cap. 653)",
                "關鍵基礎設施的嚴重事故（第653章）",
                "关键基础设施的严重事故（第653章）",
            ),
            Self::InfrastructureOther => Text::new(
                "Other incident of a critical infrastructure (Cap. 653)",
                "關鍵基礎設施的其他事故（第653章）",
                "关键基础设施的其他事故（第653章）",
            ),
        }
    }
}

/// The names of facts as the store and the journal hold them.
pub(crate) fn fact_names(facts: &[Fact]) -> String {
    facts.iter().map(|fact| fact.slug()).collect::<Vec<_>>().join(" ")
}

/// Facts by their names; an unknown one is nothing that this version knows a deadline for.
pub(crate) fn read_facts(names: &str) -> Vec<Fact> {
    names.split_whitespace().filter_map(Fact::from_slug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_go_there_and_back_and_speak_three_languages() {
        assert_eq!(read_facts(&fact_names(&Fact::ALL)), Fact::ALL);
        for fact in Fact::ALL {
            assert_eq!(serde_json::to_value(fact).unwrap(), fact.slug());
            assert!(fact.title().blanks().is_empty());
        }
        assert!(read_facts("weather").is_empty());
    }
}
