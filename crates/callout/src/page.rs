use kernel::{Id, Instant, Secret, from_hex, kinds, to_hex};
use seal::{Keyring, sha256};
use serde::Serialize;

use crate::{Channel, PersonId};

/// How far a page has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageState {
    /// It waits to be sent.
    Queued,
    /// A gateway has taken it.
    HandedOver,
    /// The gateway says that it has arrived.
    Delivered,
    /// Its person has acknowledged by it.
    Acknowledged,
    /// It was not needed any more.
    Stopped,
    /// It could not be sent.
    Failed,
}

impl PageState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::HandedOver, Self::Delivered, Self::Acknowledged, Self::Stopped, Self::Failed];

    /// The name in the store.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::HandedOver => "handed-over",
            Self::Delivered => "delivered",
            Self::Acknowledged => "acknowledged",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }

    /// The state with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.slug() == slug)
    }
}

/// One message to one person on one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallPage {
    /// Its id, which every attempt carries: a gateway that has seen it sends nothing twice.
    pub id: Id<kinds::CallPage>,
    /// Its call-out.
    pub callout: Id<kinds::CallOut>,
    /// Its person's department.
    pub department: Id<kinds::Department>,
    /// Whom it is for.
    pub person: PersonId,
    /// How it goes.
    pub channel: Channel,
    /// The step of the policy that made it; repeats count on.
    pub step: u32,
    /// How far it has come.
    pub state: PageState,
    /// When it is to be sent.
    pub due: Instant,
    /// How often it was tried.
    pub attempts: u32,
    /// When its link dies.
    pub expires: Instant,
    /// When it was made.
    pub queued: Instant,
    /// When a gateway took it.
    pub handed_over: Option<Instant>,
    /// When it arrived.
    pub delivered: Option<Instant>,
    /// When its person acknowledged by it.
    pub acknowledged: Option<Instant>,
    /// Why it was not sent.
    pub fault: Option<String>,
}

/// Sixteen bytes that whoever holds them may acknowledge one page with. They are derived from the page and its person with a key
/// that is not in the database, so a page that is sent again carries the same link; the store keeps their digest only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageToken(Secret<[u8; 16]>);

impl PageToken {
    pub(crate) fn of(keys: &Keyring, page: Id<kinds::CallPage>, person: PersonId) -> Self {
        let mut input = page.bytes().to_vec();
        input.extend_from_slice(&person.bytes());
        let bytes = keys.prf("call-out token", &input).first_chunk().copied().unwrap_or_default();
        Self(Secret::new(bytes))
    }

    /// Reads the 32 hexadecimal digits of a link.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 16] = from_hex(text).ok()?.try_into().ok()?;
        Some(Self(Secret::new(bytes)))
    }

    /// The text for a link.
    pub fn reveal(&self) -> Secret<String> {
        Secret::new(to_hex(self.0.expose()))
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        sha256(&[b"lionrock call-out token\0", self.0.expose()])
    }
}

/// The six digits that a call speaks. Derived as the token is, and bound to its page.
pub(crate) fn code_of(keys: &Keyring, page: Id<kinds::CallPage>) -> Secret<String> {
    let bytes = keys.prf("call-out code", &page.bytes()).first_chunk().copied().unwrap_or_default();
    Secret::new(format!("{:06}", u64::from_be_bytes(bytes) % 1_000_000))
}

/// Wrong codes that a page bears before it takes none any more.
pub(crate) const CODE_TRIES: u32 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_go_there_and_back() {
        for state in PageState::ALL {
            assert_eq!(PageState::from_slug(state.slug()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.slug());
        }
        assert_eq!(PageState::from_slug("lost"), None);
    }

    #[test]
    fn a_token_reads_back_and_prints_nothing() {
        let token = PageToken::parse(&"0f".repeat(16)).unwrap();
        assert_eq!(token.reveal().expose(), &"0f".repeat(16));
        assert!(!format!("{token:?}").contains("15"));
        for bad in ["", "0f", &"0g".repeat(16), &"0f".repeat(32)] {
            assert_eq!(PageToken::parse(bad), None);
        }
    }
}
