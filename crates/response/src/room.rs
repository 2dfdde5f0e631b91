use kernel::{Id, Instant, Text, kinds};

/// A part of a case file. The department that leads sees all of them; another one sees those that the commander shared with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// What everybody who helps has to know.
    Common,
    /// How it was done, and which systems have which weakness.
    Technical,
    /// Whose data is concerned.
    PersonalData,
    /// What is said to the public, to the media and to regulators.
    Communication,
    /// The commander's own.
    Command,
}

impl Room {
    /// Every room.
    pub const ALL: [Self; 5] = [Self::Common, Self::Technical, Self::PersonalData, Self::Communication, Self::Command];

    /// The name in the store and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Common => "common",
            Self::Technical => "technical",
            Self::PersonalData => "personal-data",
            Self::Communication => "communication",
            Self::Command => "command",
        }
    }

    /// The room with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|room| room.slug() == slug)
    }

    /// What officers read.
    pub fn title(self) -> Text {
        match self {
            Self::Common => Text::new("Common room", "共用室", "共用室"),
            Self::Technical => Text::new("Technical room", "技術室", "技术室"),
            Self::PersonalData => Text::new("Personal data room", "個人資料室", "个人资料室"),
            Self::Communication => Text::new("Communication room", "傳訊室", "传讯室"),
            Self::Command => Text::new("Command room", "指揮室", "指挥室"),
        }
    }
}

/// A room that the commander shared with a department.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which room.
    pub room: Room,
    /// With whom.
    pub department: Id<kinds::Department>,
    /// Since when.
    pub since: Instant,
    /// Until when; nothing while it lasts.
    pub ended: Option<Instant>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_go_there_and_back_and_speak_three_languages() {
        for room in Room::ALL {
            assert_eq!(Room::from_slug(room.slug()), Some(room));
            assert!(room.title().blanks().is_empty());
        }
        assert_eq!(Room::from_slug("attic"), None);
    }
}
