use kernel::{Random, Secret, from_hex, to_hex};
use seal::sha256;

/// Thirty-two random bytes that whoever holds them may use: an invitation, a session, a ceremony. The store keeps only
/// their SHA-256, so a stolen database opens nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token(Secret<[u8; 32]>);

impl Token {
    /// A new one.
    pub fn new(random: &dyn Random) -> Self {
        Self(Secret::new(random.bytes32()))
    }

    /// Reads the 64 hexadecimal digits of a cookie or a link.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = from_hex(text).ok()?;
        Some(Self(Secret::new(bytes.try_into().ok()?)))
    }

    /// The text for a cookie or a link.
    pub fn reveal(&self) -> Secret<String> {
        Secret::new(to_hex(self.0.expose()))
    }

    /// What the store keeps. `use_` keeps a token of one use from serving another.
    pub fn hash(&self, use_: &str) -> [u8; 32] {
        sha256(&[b"lionrock people token\0", use_.as_bytes(), b"\0", self.0.expose()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_prints_nothing() {
        let token = Token::parse(&"0f".repeat(32)).unwrap();
        assert_eq!(token.reveal().expose(), &"0f".repeat(32));
        assert!(!format!("{token:?}").contains("15"));
        assert_ne!(token.hash("session"), token.hash("invitation"));
        for bad in ["", "0f", &"0g".repeat(32), &"0f".repeat(33)] {
            assert_eq!(Token::parse(bad), None);
        }
    }
}
