use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use kernel::{Fault, Kind};
use serde::{Deserialize, Serialize};

const LONGEST: usize = 500;

/// A public address at which a contractor's data may live: `http` or `https`, a host, perhaps a port, a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebAddress {
    /// Whether it is `https`.
    pub secure: bool,
    /// A name or an IP address, in lower case; IPv6 without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The path with the query, beginning with a slash.
    pub path: String,
}

/// Why an address is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is not an address.
    #[error("an address looks like https://forms.example.hk/path, without a user name")]
    Shape,
    /// It leads to a network that is not public: we would look at ourselves.
    #[error("this address is not on the public network")]
    NotPublic,
}

impl Fault for AddressError {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

impl WebAddress {
    /// Reads an address. Whether it is public is asked with [`WebAddress::is_public`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '\\' | '<' | '>' | '"');
        if text.len() > LONGEST || !text.chars().all(plain) {
            return Err(AddressError::Shape);
        }
        let (scheme, rest) = text.split_once("://").ok_or(AddressError::Shape)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(AddressError::Shape),
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let at = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(at).ok_or(AddressError::Shape)?;
        let (host, port) = split_authority(authority)?;
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let usual = if secure { 443 } else { 80 };
        Ok(Self { secure, host, port: port.unwrap_or(usual), path })
    }

    /// Whether the host is a name, or an IP address of the public network. What a name leads to shows when it is looked up.
    pub fn is_public(&self) -> bool {
        if let Ok(ip) = self.host.parse::<IpAddr>() {
            return is_public_ip(ip);
        }
        let last = self.host.rsplit_once('.').map(|(_, last)| last);
        last.is_some_and(|last| !matches!(last, "local" | "internal" | "localhost"))
    }

    /// The host as it stands in an address: IPv6 in brackets.
    pub fn host_text(&self) -> String {
        if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() }
    }

    /// Whether the port is the usual one of the scheme.
    pub const fn is_usual_port(&self) -> bool {
        self.port == if self.secure { 443 } else { 80 }
    }
}

/// Whether an IP address is one of the public network: not this machine, not a private network, not a link.
pub fn is_public_ip(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => ip.to_ipv4_mapped().map_or_else(|| is_public_v6(ip), is_public_v4),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_unspecified()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || shared
        || a == 0
        || a >= 240)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, ..] = ip.segments();
    // 2000::/3 is what is routed; the rest is local, private or kept.
    first & 0xe000 == 0x2000 && first != 0x2002
}

fn split_authority(authority: &str) -> Result<(String, Option<u16>), AddressError> {
    let shape = AddressError::Shape;
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']').ok_or(shape)?;
            host.parse::<Ipv6Addr>().map_err(|_| shape)?;
            (host, after.strip_prefix(':').map_or_else(|| after.is_empty().then_some(None).ok_or(shape), |p| Ok(Some(p)))?)
        }
        None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    let usual = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    if host.is_empty() || host.len() > 253 || !host.chars().all(usual) {
        return Err(shape);
    }
    let port = port.map(|port| port.parse::<u16>().ok().filter(|port| *port > 0).ok_or(shape)).transpose()?;
    Ok((host.to_ascii_lowercase(), port))
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.host_text())?;
        if !self.is_usual_port() {
            write!(f, ":{}", self.port)?;
        }
        f.write_str(&self.path)
    }
}

impl TryFrom<String> for WebAddress {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        Self::parse(&text)
    }
}

impl From<WebAddress> for String {
    fn from(address: WebAddress) -> Self {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_read_and_written() {
        for (typed, written) in [
            ("https://Forms.Example.hk", "https://forms.example.hk/"),
            ("http://forms.example.hk:8080/a?b=c#d", "http://forms.example.hk:8080/a?b=c"),
            ("https://forms.example.hk:443/x", "https://forms.example.hk/x"),
            ("http://[2001:db8::1]:81?q", "http://[2001:db8::1]:81/?q"),
        ] {
            assert_eq!(WebAddress::parse(typed).unwrap().to_string(), written);
        }
        for bad in [
            "", "forms.example.hk", "ftp://x.hk/", "http://", "http://u@x.hk/", "http://x.hk:0/", "http://x.hk:70000/",
            "http://x y.hk/", "http://[::1/", "http://[::1]x/", "http://x.hk/\u{4e2d}",
        ] {
            assert_eq!(WebAddress::parse(bad), Err(AddressError::Shape), "{bad}");
        }
    }

    #[test]
    fn we_do_not_look_at_ourselves() {
        for inside in [
            "http://127.0.0.1/", "http://10.1.2.3/", "http://192.168.0.1/", "http://169.254.169.254/latest/meta-data",
            "http://[::1]/", "http://[fd00::1]/", "http://[::ffff:10.0.0.1]/", "http://localhost/", "http://db.internal/",
            "http://100.64.0.1/", "http://0.0.0.0/",
        ] {
            assert!(!WebAddress::parse(inside).unwrap().is_public(), "{inside}");
        }
        for outside in ["https://forms.example.hk/", "http://8.8.8.8/", "http://[2606:4700::1]/"] {
            assert!(WebAddress::parse(outside).unwrap().is_public(), "{outside}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "https?://[a-z]{1,9}\\.hk(:[1-9][0-9]{0,3})?(/[a-z?=&%]{0,12})?") {
            let address = WebAddress::parse(&text).unwrap();
            prop_assert_eq!(WebAddress::parse(&address.to_string()), Ok(address));
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = WebAddress::parse(&text);
            let _ = WebAddress::parse(&format!("http://{text}"));
        }
    }
}
