use std::fmt;

use crate::{ErrorCode, OAuthError};

/// What a client asks for: names separated by single spaces, each once, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope(Vec<String>);

const SCOPES_MOST: usize = 32;

impl Scope {
    /// Reads a `scope` (RFC 6749, section 3.3). Doubled names count once.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let mut names: Vec<String> = Vec::new();
        for name in text.split(' ').filter(|name| !name.is_empty()) {
            if !name.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)) {
                return Err(OAuthError::new(ErrorCode::InvalidScope, "a scope has letters, digits and signs only"));
            }
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        if names.is_empty() || names.len() > SCOPES_MOST {
            return Err(OAuthError::new(ErrorCode::InvalidScope, "a scope names 1 to 32 things"));
        }
        Ok(Self(names))
    }

    /// Whether it names this.
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|known| known == name)
    }

    /// Whether all of it is in `other`.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.iter().all(|name| other.contains(name))
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_once_in_their_order() {
        let scope = Scope::parse("openid  address openid phone").unwrap();
        assert_eq!(scope.to_string(), "openid address phone");
        assert!(scope.is_within(&Scope::parse("phone address openid x").unwrap()));
        assert!(!scope.is_within(&Scope::parse("openid").unwrap()));
        for bad in ["", "  ", "a\"b", "a\\b", "身份"] {
            assert!(Scope::parse(bad).is_err(), "{bad}");
        }
        let many: Vec<String> = (0..=SCOPES_MOST).map(|n| format!("s{n}")).collect();
        assert!(Scope::parse(&many.join(" ")).is_err());
    }
}
