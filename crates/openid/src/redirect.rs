use std::fmt;

/// Where a person is sent back to. Registered whole and compared byte by byte (RFC 9700, section 4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RedirectUri(String);

/// Why an address cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectError {
    /// Neither `https` nor, where that is allowed, `http` on this machine.
    #[error("a redirect URI begins with https:// (in a demonstration also http://localhost or http://127.0.0.1)")]
    Scheme,
    /// A user, a fragment, a wildcard, a dot segment, an upper-case host, or something that is no URI.
    #[error("a redirect URI has a lower-case host and a plain path: no user, no fragment, no wildcard, no dot segments")]
    Form,
    /// Longer than 512 bytes.
    #[error("a redirect URI has at most 512 characters")]
    Length,
}

impl RedirectUri {
    /// Checks an address that is to be registered. `loopback` allows plain HTTP to this machine, for demonstrations.
    pub fn register(text: &str, loopback: bool) -> Result<Self, RedirectError> {
        if text.len() > 512 {
            return Err(RedirectError::Length);
        }
        let (secure, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err(RedirectError::Scheme),
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end).ok_or(RedirectError::Form)?;
        let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "443"));
        let host_is_plain = !host.is_empty() && host.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'));
        let plain = |b: u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}#*@".contains(&b);
        let dots = path.split(['/', '?']).any(|part| matches!(part, "." | "..")) || path.to_ascii_lowercase().contains("%2e");
        if !host_is_plain || port.parse::<u16>().is_err() || !path.bytes().all(plain) || dots {
            return Err(RedirectError::Form);
        }
        if secure || (loopback && matches!(host, "localhost" | "127.0.0.1")) { Ok(Self(text.to_owned())) } else { Err(RedirectError::Scheme) }
    }

    /// Whether a request names exactly this address.
    pub fn is(&self, asked: &str) -> bool {
        self.0 == asked
    }

    /// The address with parameters added to its query.
    pub fn with(&self, parameters: &[(&str, &str)]) -> String {
        let mut address = self.0.clone();
        for (name, value) in parameters {
            address.push(if address.contains('?') { '&' } else { '?' });
            address.push_str(name);
            address.push('=');
            for byte in value.bytes() {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    address.push(char::from(byte));
                } else {
                    address.extend(["%".to_owned(), format!("{byte:02X}")]);
                }
            }
        }
        address
    }

    /// The host, which is the sector of pairwise subjects (OpenID Connect Core 1.0, section 8.1).
    pub fn host(&self) -> &str {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        rest.split([':', '/', '?']).next().unwrap_or_default()
    }

    /// Whether it is plain HTTP to another machine than this one.
    pub fn is_plain_elsewhere(&self) -> bool {
        self.0.starts_with("http://") && !matches!(self.host(), "localhost" | "127.0.0.1")
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_addresses_are_registered_and_nothing_that_matches_more_than_itself() {
        for good in ["https://service.example/cb", "https://service.example", "https://a-b.example:8443/x/y?fixed=1"] {
            let address = RedirectUri::register(good, false).unwrap();
            assert!(address.is(good));
            assert!(!address.is(&format!("{good}/")) && !address.is(&good.to_uppercase()));
        }
        let scheme = ["http://service.example/cb", "http://localhost/cb", "javascript:alert(1)", "app:/cb", "//x/cb", ""];
        for bad in scheme {
            assert_eq!(RedirectUri::register(bad, false), Err(RedirectError::Scheme), "{bad}");
        }
        let form = [
            "https://", "https://user@service.example/", "https://service.example/cb#x", "https://*.example/", "https://a.example/*",
            "https://a.example/../b", "https://a.example/%2E%2e/b", "https://A.example/", "https://a.example:x/", "https://a.example/ b",
            "https://a.example:8443:1/", "https://a.example\\@b.example/", "https://[::1]/", "https://a.example/\u{202e}",
        ];
        for bad in form {
            assert_eq!(RedirectUri::register(bad, true), Err(RedirectError::Form), "{bad}");
        }
        assert_eq!(RedirectUri::register(&format!("https://a.example/{}", "x".repeat(500)), true), Err(RedirectError::Length));
    }

    #[test]
    fn a_demonstration_may_come_back_to_its_own_machine_only() {
        assert!(RedirectUri::register("http://localhost:8080/cb", true).is_ok());
        assert!(RedirectUri::register("http://127.0.0.1:8080/cb", true).is_ok());
        for bad in ["http://localhost.evil.example/cb", "http://127.0.0.1.evil.example/", "http://10.0.0.1/"] {
            assert_eq!(RedirectUri::register(bad, true), Err(RedirectError::Scheme), "{bad}");
        }
    }

    #[test]
    fn what_is_added_is_encoded_and_keeps_what_was_there() {
        let address = RedirectUri::register("https://a.example:1/cb?fixed=1", false).unwrap();
        assert_eq!(address.with(&[("code", "x"), ("state", "a b&c=d#é")]), "https://a.example:1/cb?fixed=1&code=x&state=a%20b%26c%3Dd%23%C3%A9");
        assert_eq!(address.host(), "a.example");
    }
}
