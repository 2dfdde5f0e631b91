use kernel::Text;
use serde::{Deserialize, Serialize};

/// What somebody is there for in a department's incident team. One person may hold several. The names are those of the
/// Government's incident handling guide (ISPG-SM02, 2025). Whoever is called out has duties, and so has whoever must be trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Duty {
    /// One of the department's two contacts that are reachable at all hours.
    Point,
    /// Looks after one system.
    SystemManager,
    /// Runs the response.
    ResponseManager,
    /// Speaks with everybody outside the team.
    Coordinator,
    /// Decides, and alone shares what is known.
    Commander,
}

impl Duty {
    /// Every duty, in the order in which they are called.
    pub const ALL: [Self; 5] =
        [Self::Point, Self::SystemManager, Self::ResponseManager, Self::Coordinator, Self::Commander];

    /// The name in the store, in policies, courses and forms, and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::SystemManager => "system-manager",
            Self::ResponseManager => "response-manager",
            Self::Coordinator => "coordinator",
            Self::Commander => "commander",
        }
    }

    /// The duty with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|duty| duty.slug() == slug)
    }

    /// Several, as the store and the journal have them.
    pub fn names(duties: &[Self]) -> String {
        duties.iter().map(|duty| duty.slug()).collect::<Vec<_>>().join(" ")
    }

    /// What people read.
    pub fn title(self) -> Text {
        match self {
            Self::Point => Text::new("Contact at all hours", "全天候聯絡人", "全天候联络人"),
            Self::SystemManager => Text::new("Information system manager", "資訊系統經理", "信息系统经理"),
            Self::ResponseManager => Text::new("Incident response manager", "事故應變經理", "事故应变经理"),
            Self::Coordinator => Text::new("Information coordinator", "資訊統籌人", "信息统筹人"),
            Self::Commander => Text::new("Incident response commander", "事故應變指揮官", "事故应变指挥官"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duties_go_there_and_back_and_speak_three_languages() {
        for duty in Duty::ALL {
            assert_eq!(Duty::from_slug(duty.slug()), Some(duty));
            assert_eq!(serde_json::to_value(duty).unwrap(), duty.slug());
            assert!(duty.title().blanks().is_empty());
        }
        assert_eq!(Duty::from_slug("chief"), None);
    }
}
