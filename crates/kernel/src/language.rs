use std::fmt;

use serde::{Deserialize, Serialize};

/// The three languages of every page and message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[serde(rename = "en")]
    En,
    /// Traditional Chinese as written in Hong Kong.
    #[serde(rename = "zh-hant")]
    ZhHant,
    /// Simplified Chinese.
    #[serde(rename = "zh-hans")]
    ZhHans,
}

impl Language {
    /// All three, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::En, Self::ZhHant, Self::ZhHans];

    /// The segment in URLs: `en`, `zh-hant`, `zh-hans`.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhHant => "zh-hant",
            Self::ZhHans => "zh-hans",
        }
    }

    /// The BCP 47 tag for `lang=`: `en-HK`, `zh-Hant-HK`, `zh-Hans`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en-HK",
            Self::ZhHant => "zh-Hant-HK",
            Self::ZhHans => "zh-Hans",
        }
    }

    /// Its own name, for the language switch.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::ZhHant => "繁體中文",
            Self::ZhHans => "简体中文",
        }
    }

    /// The language of a URL segment.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.slug() == slug)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

/// One text in all three languages. There is no way to make one with a language missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// Traditional Chinese.
    #[serde(rename = "zh-hant")]
    pub zh_hant: String,
    /// Simplified Chinese.
    #[serde(rename = "zh-hans")]
    pub zh_hans: String,
}

impl Text {
    /// A text from its three versions.
    pub fn new(en: impl Into<String>, traditional: impl Into<String>, simplified: impl Into<String>) -> Self {
        Self { en: en.into(), zh_hant: traditional.into(), zh_hans: simplified.into() }
    }

    /// The version in one language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::ZhHant => &self.zh_hant,
            Language::ZhHans => &self.zh_hans,
        }
    }

    /// The languages in which the text is blank.
    pub fn blanks(&self) -> Vec<Language> {
        Language::ALL.into_iter().filter(|&language| self.get(language).trim().is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_go_there_and_back() {
        for language in Language::ALL {
            assert_eq!(Language::from_slug(language.slug()), Some(language));
        }
        assert_eq!(Language::from_slug("fr"), None);
    }

    #[test]
    fn a_blank_language_is_named() {
        assert_eq!(Text::new("a", " ", "b").blanks(), [Language::ZhHant]);
    }
}
