use kernel::{Random, Secret, from_hex, to_hex};
use seal::sha256;

/// The thirty-two random bytes of a session's cookie. The store keeps only their SHA-256, so a stolen database opens nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token(Secret<[u8; 32]>);

impl Token {
    pub(crate) fn new(random: &dyn Random) -> Self {
        Self(Secret::new(random.bytes32()))
    }

    /// Reads the 64 hexadecimal digits of a cookie.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = from_hex(text).ok()?;
        Some(Self(Secret::new(bytes.try_into().ok()?)))
    }

    /// The text for a cookie.
    pub fn reveal(&self) -> Secret<String> {
        Secret::new(to_hex(self.0.expose()))
    }

    /// What the store keeps.
    pub(crate) fn hash(&self) -> [u8; 32] {
        sha256(&[b"lionrock account session\0", self.0.expose()])
    }
}
