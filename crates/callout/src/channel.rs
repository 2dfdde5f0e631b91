use kernel::Text;
use serde::{Deserialize, Serialize};

/// A way to reach somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// A text message.
    Sms,
    /// A mail.
    Mail,
    /// A telephone call that speaks a text and a code.
    Voice,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::Sms, Self::Mail, Self::Voice];

    /// The name in the store, in policies and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Mail => "mail",
            Self::Voice => "voice",
        }
    }

    /// The channel with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.slug() == slug)
    }

    /// What people read.
    pub fn title(self) -> Text {
        match self {
            Self::Sms => Text::new("Text message", "短訊", "短信"),
            Self::Mail => Text::new("Mail", "電郵", "电邮"),
            Self::Voice => Text::new("Telephone call", "電話", "电话"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_go_there_and_back_and_speak_three_languages() {
        for channel in Channel::ALL {
            assert_eq!(Channel::from_slug(channel.slug()), Some(channel));
            assert_eq!(serde_json::to_value(channel).unwrap(), channel.slug());
            assert!(channel.title().blanks().is_empty());
        }
        assert_eq!(Channel::from_slug("pigeon"), None);
    }
}
