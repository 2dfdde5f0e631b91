use hongkong::{District, MtrStation};
use kernel::{Language, Text};
use serde::{Deserialize, Serialize};

/// Where a support station stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Place {
    /// In an MTR station.
    Mtr {
        /// The station's code of three letters, such as `ADM`.
        code: String,
        /// Where in it: a concourse, an exit.
        spot: Text,
    },
    /// Somewhere else.
    Other {
        /// Its district.
        district: District,
        /// Its name.
        name: Text,
        /// How to find it.
        address: Text,
    },
}

impl Place {
    /// Its district; none when there is no MTR station with the code.
    pub fn district(&self) -> Option<District> {
        match self {
            Self::Mtr { code, .. } => MtrStation::from_code(code).map(MtrStation::district),
            Self::Other { district, .. } => Some(*district),
        }
    }

    /// `Admiralty MTR station`, `金鐘港鐵站`, or the name of the place.
    pub fn name(&self, language: Language) -> String {
        match self {
            Self::Mtr { code, .. } => {
                let name = MtrStation::from_code(code).map_or(code.as_str(), |station| station.name(language));
                match language {
                    Language::En => format!("{name} MTR station"),
                    Language::ZhHant => format!("{name}港鐵站"),
                    Language::ZhHans => format!("{name}港铁站"),
                }
            }
            Self::Other { name, .. } => name.get(language).to_owned(),
        }
    }

    /// Where in the station, or how to find the place.
    pub fn way(&self, language: Language) -> &str {
        match self {
            Self::Mtr { spot, .. } => spot.get(language),
            Self::Other { address, .. } => address.get(language),
        }
    }

    pub(crate) fn is_whole(&self) -> bool {
        match self {
            Self::Mtr { code, spot } => MtrStation::from_code(code).is_some() && spot.blanks().is_empty(),
            Self::Other { name, address, .. } => name.blanks().is_empty() && address.blanks().is_empty(),
        }
    }
}
