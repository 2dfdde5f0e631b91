use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{ErrorCode, OAuthError};

/// The parameters of a request, each at most once: a parameter given twice is an error (RFC 6749, section 3.1), and one
/// without a value counts as absent.
#[derive(Clone, Debug, Default)]
pub struct Parameters(Vec<(String, String)>);

/// The most parameters, and the most bytes in one, that are read.
const PARAMETERS_MOST: usize = 64;
const VALUE_MOST: usize = 8 * 1024;

impl Parameters {
    /// Takes decoded names and values, in the order in which they came.
    pub fn new(pairs: Vec<(String, String)>) -> Result<Self, OAuthError> {
        if pairs.len() > PARAMETERS_MOST || pairs.iter().any(|(_, value)| value.len() > VALUE_MOST) {
            return Err(OAuthError::new(ErrorCode::InvalidRequest, "the request is too long"));
        }
        let mut names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(OAuthError::new(ErrorCode::InvalidRequest, "a parameter is given twice"));
        }
        Ok(Self(pairs))
    }

    /// The value of a parameter, if it has one.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The value of a parameter that must be there.
    pub fn require(&self, name: &'static str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| OAuthError::new(ErrorCode::InvalidRequest, format!("{name} is missing")))
    }
}

/// The bytes behind `Basic` in an Authorization header (RFC 7617): base64 with padding.
pub fn decode_basic(coded: &str) -> Option<Vec<u8>> {
    STANDARD.decode(coded.trim()).ok()
}

#[cfg(test)]
pub(crate) fn of(pairs: &[(&str, &str)]) -> Parameters {
    Parameters::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_comes_once_and_not_empty() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert!(Parameters::new(vec![pair("a", "1"), pair("b", "2"), pair("a", "1")]).is_err());
        assert!(Parameters::new(vec![pair("a", &"x".repeat(VALUE_MOST + 1))]).is_err());
        assert!(Parameters::new((0..=PARAMETERS_MOST).map(|n| pair(&n.to_string(), "")).collect()).is_err());
        let parameters = of(&[("a", ""), ("b", "2")]);
        assert_eq!((parameters.get("a"), parameters.get("b")), (None, Some("2")));
        assert_eq!(parameters.require("a").unwrap_err().code, ErrorCode::InvalidRequest);
    }
}
