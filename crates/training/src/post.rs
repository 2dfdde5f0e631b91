use std::fmt;

use kernel::Text;
use people::Role;
use serde::{Deserialize, Serialize};

/// What an officer is there for in the department's incident team, as far as training goes. The names are those of the call-out's teams;
/// a test of `flows` holds both lists together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TeamDuty {
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

impl TeamDuty {
    /// Every duty.
    pub const ALL: [Self; 5] = [Self::Point, Self::SystemManager, Self::ResponseManager, Self::Coordinator, Self::Commander];

    /// The name in the store, in courses and in forms.
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

/// For what somebody has to be trained: a role on this platform, or a duty in the incident team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Post {
    /// A role.
    Role(Role),
    /// A duty.
    Duty(TeamDuty),
}

impl Post {
    /// What people read.
    pub fn title(self) -> Text {
        match self {
            Self::Role(role) => role.title(),
            Self::Duty(duty) => duty.title(),
        }
    }

    /// The name in files and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Role(role) => role.slug(),
            Self::Duty(duty) => duty.slug(),
        }
    }
}

impl fmt::Display for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duties_go_there_and_back_and_no_post_has_the_name_of_another() {
        let roles = Role::ALL.into_iter().map(Post::Role);
        let mut slugs: Vec<_> = roles.chain(TeamDuty::ALL.into_iter().map(Post::Duty)).map(Post::slug).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), Role::ALL.len() + TeamDuty::ALL.len());
        for duty in TeamDuty::ALL {
            assert_eq!(TeamDuty::from_slug(duty.slug()), Some(duty));
            assert_eq!(serde_json::to_value(duty).unwrap(), duty.slug());
            assert!(Post::Duty(duty).title().blanks().is_empty());
        }
    }
}
