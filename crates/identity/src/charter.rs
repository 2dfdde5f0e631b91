use kernel::{Fault, Kind, Language, Text};
use serde::{Deserialize, Serialize};

/// What the identity provider asks, why, and how long it keeps it. It goes through the launch gate under its digest: a changed
/// word is another charter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charter {
    /// Months that an account is kept after its last sign-in: 1 to 60.
    pub keep_months: i32,
    /// The service's name.
    pub title: Text,
    /// Whose service it is.
    pub department: Text,
    /// Who answers for the data.
    pub officer: CharterOfficer,
    /// Why a mobile number is kept.
    pub account: CharterPurpose,
    /// Why messages are sent.
    pub messages: CharterPurpose,
    /// Why the identity of a resident is proofed, and what was proofed is kept.
    pub identity: CharterPurpose,
    /// Why attributes are given to online services.
    pub release: CharterPurpose,
    /// Why signatures are made.
    pub signing: CharterPurpose,
    /// Why data is used to get an account back.
    pub recovery: CharterPurpose,
    /// Who compares photos in an officer's place, if somebody does: no photo leaves without a name here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifier: Option<Text>,
}

/// Who handles requests for access and correction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CharterOfficer {
    /// The post.
    pub title: Text,
    /// The telephone.
    pub phone: String,
    /// The address.
    pub address: Text,
}

/// A purpose and the ground on which data may be held for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CharterPurpose {
    /// The purpose.
    pub text: Text,
    /// The ground.
    pub ground: Text,
}

/// The charter that is shipped; a department puts its own name and officer into it.
pub const SHIPPED_CHARTER: &str = include_str!("../charters/residents.toml");

/// Why a text is no charter.
#[derive(Debug, thiserror::Error)]
pub enum CharterError {
    /// It cannot be read.
    #[error("the charter cannot be read: {0}")]
    Form(#[from] toml::de::Error),
    /// A text is missing in a language.
    #[error("{0} is missing in {1}")]
    Blank(&'static str, Language),
    /// The time is not one.
    #[error("keep_months is 1 to 60")]
    Months,
}

impl Fault for CharterError {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

const MONTHS_MOST: i32 = 60;

impl Charter {
    /// Reads a charter as written, complete in three languages.
    pub fn parse(text: &str) -> Result<Self, CharterError> {
        let charter: Self = toml::from_str(text)?;
        if !(1..=MONTHS_MOST).contains(&charter.keep_months) {
            return Err(CharterError::Months);
        }
        let blank = |(name, text): (&'static str, &Text)| text.blanks().first().map(|language| (name, *language));
        if let Some((name, language)) = charter.texts().into_iter().find_map(blank) {
            return Err(CharterError::Blank(name, language));
        }
        Ok(charter)
    }

    /// What the launch gate signs: SHA-256 over the values in the order in which they are declared here.
    pub fn digest(&self) -> [u8; 32] {
        let text = |text: &Text| [text.en.clone(), text.zh_hant.clone(), text.zh_hans.clone()];
        let mut parts: Vec<String> = vec!["lionrock charter v2".into(), self.keep_months.to_string(), self.officer.phone.clone()];
        parts.extend(self.texts().into_iter().flat_map(|(_, value)| text(value)));
        // The length before each part: no two charters write the same bytes.
        let bytes: Vec<u8> = parts.iter().flat_map(|part| [part.len().to_string().as_bytes(), b":", part.as_bytes()].concat()).collect();
        seal::sha256(&[&bytes])
    }

    /// Every text with its name in the file, in the order in which they are declared.
    pub fn texts(&self) -> Vec<(&'static str, &Text)> {
        let mut texts = vec![
            ("title", &self.title),
            ("department", &self.department),
            ("officer.title", &self.officer.title),
            ("officer.address", &self.officer.address),
            ("account.text", &self.account.text),
            ("account.ground", &self.account.ground),
            ("messages.text", &self.messages.text),
            ("messages.ground", &self.messages.ground),
            ("identity.text", &self.identity.text),
            ("identity.ground", &self.identity.ground),
            ("release.text", &self.release.text),
            ("release.ground", &self.release.ground),
            ("signing.text", &self.signing.text),
            ("signing.ground", &self.signing.ground),
            ("recovery.text", &self.recovery.text),
            ("recovery.ground", &self.recovery.ground),
        ];
        texts.extend(self.verifier.as_ref().map(|name| ("verifier", name)));
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_charter_is_whole_and_every_word_of_it_counts() {
        let charter = Charter::parse(SHIPPED_CHARTER).unwrap();
        let mut other = charter.clone();
        other.messages.ground.zh_hans.push('。');
        assert_ne!(charter.digest(), other.digest());
        let longer = Charter { keep_months: 25, ..charter.clone() };
        assert_ne!(charter.digest(), longer.digest());
        assert_eq!(charter.digest(), Charter::parse(SHIPPED_CHARTER).unwrap().digest());
        let verifier = Some(Text::new("Verifier", "核實機構", "核实机构"));
        assert_ne!(Charter { verifier, ..charter.clone() }.digest(), charter.digest());
    }

    #[test]
    fn a_charter_with_a_blank_or_without_an_end_is_refused() {
        let blank = SHIPPED_CHARTER.replace("zh-hans = \"市民账户\"", "zh-hans = \" \"");
        assert!(matches!(Charter::parse(&blank), Err(CharterError::Blank("title", Language::ZhHans))));
        for months in ["0", "61", "-1"] {
            let endless = SHIPPED_CHARTER.replace("keep_months = 24", &format!("keep_months = {months}"));
            assert!(matches!(Charter::parse(&endless), Err(CharterError::Months)), "{months}");
        }
        assert!(matches!(Charter::parse("keep_months = 24\nextra = 1\n"), Err(CharterError::Form(_))));
    }
}
