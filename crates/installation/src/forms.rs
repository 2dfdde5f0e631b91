//! The forms that values of the configuration have, and which of them mean nothing without another.

use crate::config::Config;

/// Whether this is `HOST:PORT`, to listen on.
pub fn is_listen(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| is_host(host) && port.parse::<u16>().is_ok())
}

/// Whether this is `SCHEME://HOST` or `SCHEME://HOST:PORT` and nothing more: no path, no account, no question.
pub fn is_origin(text: &str) -> bool {
    let Some((_, address)) = text.split_once("://") else { return false };
    // An IPv6 address stands in brackets, and its colons belong to it.
    let end = address.rfind(']').map_or(0, |at| at + 1);
    match address.get(end..).and_then(|rest| rest.rfind(':')).and_then(|at| address.split_at_checked(end + at)) {
        Some((host, port)) => is_host(host) && port.get(1..).is_some_and(|port| port.parse::<u16>().is_ok()),
        None => is_host(address),
    }
}

fn is_host(text: &str) -> bool {
    let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inside.map_or_else(
        || !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')),
        |address| address.parse::<std::net::Ipv6Addr>().is_ok(),
    )
}

/// Keys that are set and mean nothing, each with the one that is missing: what was meant to be protected or connected is not.
pub fn without_their_other(config: &Config) -> Option<(&'static str, &'static str)> {
    let c = config;
    let sets = [
        (c.register_url.is_some(), "register_url", c.register_authority.is_some(), "register_authority"),
        (c.register_url.is_some(), "register_url", c.register_certificate.is_some(), "register_certificate"),
        (c.register_url.is_some(), "register_url", c.register_key.is_some(), "register_key"),
        (c.sms_url.is_some(), "sms_url", c.sms_authorities.is_some(), "sms_authorities"),
        (c.sms_url.is_some(), "sms_url", c.sms_token.is_some(), "sms_token"),
        (c.voice_url.is_some(), "voice_url", c.voice_authorities.is_some(), "voice_authorities"),
        (c.voice_url.is_some(), "voice_url", c.voice_token.is_some(), "voice_token"),
        (c.timestamp_url.is_some(), "timestamp_url", c.timestamp_root.is_some(), "timestamp_root"),
        (c.timestamp_url.is_some(), "timestamp_url", c.timestamp_authorities.is_some(), "timestamp_authorities"),
    ];
    let alone = sets.into_iter().find(|(other, _, set, _)| *set && !other);
    alone.map(|(_, other, _, key)| (key, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for good in ["https://register.example", "http://localhost:8443", "https://[2001:db8::1]:8443", "https://[2001:db8::1]"] {
            assert!(is_origin(good), "{good}");
        }
        let bad = [
            "register.example", "https://", "https://a/", "https://a/b", "https://user@a", "https://a?b", "https://a#b", "https://a b",
            "https://a:", "https://a:x", "https://a:70000", "https://:8443", "https://[x]", "https://2001:db8::1",
        ];
        for bad in bad {
            assert!(!is_origin(bad), "{bad}");
        }
    }

    #[test]
    fn an_address_to_listen_on_has_a_port() {
        for good in ["127.0.0.1:0", "localhost:80", "[::1]:8443", "0.0.0.0:65535"] {
            assert!(is_listen(good), "{good}");
        }
        for bad in ["8443", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", ":80", "::1", "a b:1", ""] {
            assert!(!is_listen(bad), "{bad}");
        }
    }

    #[test]
    fn nothing_stands_alone() {
        assert_eq!(without_their_other(&Config::default()), None);
        let config = Config { voice_token: Some(kernel::Secret::new("x".into())), ..Config::default() };
        assert_eq!(without_their_other(&config), Some(("voice_token", "voice_url")));
        let config = Config { voice_url: Some("http://127.0.0.1:1".into()), ..config };
        assert_eq!(without_their_other(&config), None);
    }
}
