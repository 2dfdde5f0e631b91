use kernel::{Id, Instant, Text, kinds};
use seal::age_files;
use serde::{Deserialize, Serialize};

use crate::line::is_title;

/// What a contractor does for departments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trade {
    /// Delivers to households.
    Courier,
    /// Prints and posts letters.
    PrintBureau,
    /// Runs an electronic form or another online platform.
    OnlinePlatform,
    /// Answers the telephone.
    CallCentre,
    /// Builds or keeps systems.
    SystemBuilder,
}

impl Trade {
    /// Every trade.
    pub const ALL: [Self; 5] =
        [Self::Courier, Self::PrintBureau, Self::OnlinePlatform, Self::CallCentre, Self::SystemBuilder];

    /// The name in forms and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Courier => "courier",
            Self::PrintBureau => "print-bureau",
            Self::OnlinePlatform => "online-platform",
            Self::CallCentre => "call-centre",
            Self::SystemBuilder => "system-builder",
        }
    }

    /// The trade with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trade| trade.slug() == slug)
    }

    /// What people read.
    pub fn title(self) -> Text {
        match self {
            Self::Courier => Text::new("Courier", "速遞公司", "速递公司"),
            Self::PrintBureau => Text::new("Print bureau", "印務公司", "印务公司"),
            Self::OnlinePlatform => Text::new("Operator of an online platform", "網上平台營運商", "网上平台营运商"),
            Self::CallCentre => Text::new("Call centre", "電話中心", "电话中心"),
            Self::SystemBuilder => Text::new("System builder", "系統開發商", "系统开发商"),
        }
    }
}

/// A contractor on the register. Who to speak to stays sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contractor {
    /// Its id.
    pub id: Id<kinds::Contractor>,
    /// Its name.
    pub name: Text,
    /// What it does.
    pub trade: Trade,
    /// When it was registered.
    pub created: Instant,
    /// Its keys now; nothing until it has given them.
    pub keys: Option<ContractorKeys>,
}

/// The public keys of a contractor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractorKeys {
    /// Ed25519, for deletion statements.
    pub signing: [u8; 32],
    /// The `age` recipient for packages.
    pub recipient: String,
}

/// Why keys are not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a signing key is 64 hexadecimal digits of an Ed25519 public key, a recipient begins with age1")]
pub struct KeysError;

impl ContractorKeys {
    /// Reads keys as typed.
    pub fn parse(signing: &str, recipient: &str) -> Result<Self, KeysError> {
        let signing = kernel::from_hex(signing.trim()).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(KeysError)?;
        let recipient = recipient.trim().to_owned();
        if age_files::is_recipient(&recipient) { Ok(Self { signing, recipient }) } else { Err(KeysError) }
    }
}

/// Whether a name stands in three languages, on one line each.
pub(crate) fn is_name(name: &Text) -> bool {
    is_title(name, 120)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trades_go_there_and_back_and_speak_three_languages() {
        for trade in Trade::ALL {
            assert_eq!(Trade::from_slug(trade.slug()), Some(trade));
            assert!(trade.title().blanks().is_empty());
        }
        assert_eq!(Trade::from_slug("magician"), None);
    }

    #[test]
    fn keys_are_read_or_refused() {
        let (_, recipient) = age_files::generate_identity();
        assert_eq!(ContractorKeys::parse(&"0f".repeat(32), &recipient).unwrap().signing, [15; 32]);
        assert_eq!(ContractorKeys::parse(&"0f".repeat(31), &recipient), Err(KeysError));
        assert_eq!(ContractorKeys::parse(&"0f".repeat(32), "age1nothing"), Err(KeysError));
    }
}
