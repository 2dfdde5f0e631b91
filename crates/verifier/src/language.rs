/// The language of what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// Traditional Chinese.
    ZhHant,
    /// Simplified Chinese.
    ZhHans,
}

impl Language {
    /// Reads `en`, `zh-hant` or `zh-hans`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "en" => Some(Self::En),
            "zh-hant" => Some(Self::ZhHant),
            "zh-hans" => Some(Self::ZhHans),
            _ => None,
        }
    }

    /// The version of a text in this language, from English, Traditional and Simplified Chinese.
    pub fn pick<T>(self, [english, traditional, simplified]: [T; 3]) -> T {
        match self {
            Self::En => english,
            Self::ZhHant => traditional,
            Self::ZhHans => simplified,
        }
    }
}
