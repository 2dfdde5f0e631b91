//! Networks as operators write them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A network in CIDR notation (RFC 4632, RFC 4291): `192.0.2.0/24`, `2001:db8::/32`, or one address alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

/// Why a text is no network: what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// No address before the slash.
    #[error("`{0}` is no address and no network: write it like 192.0.2.0/24 or 2001:db8::/32")]
    Address(String),
    /// No length, or one that is too long.
    #[error("`{0}`: after the slash comes a number from 0 to {1}")]
    Length(String, u8),
    /// An address inside the network instead of its first one: a slip as a rule, and then of one digit or of many.
    #[error("`{0}` does not begin a network; did you mean {1}?")]
    Inside(String, String),
}

impl Network {
    /// Whether an address is in it. An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is that IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(_), IpAddr::V4(_)) | (IpAddr::V6(_), IpAddr::V6(_)) => first(address.to_canonical(), self.bits) == self.first,
            _ => false,
        }
    }

    /// Whether every address of its family is in it.
    pub const fn is_everybody(&self) -> bool {
        self.bits == 0
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let written: IpAddr = address.parse().map_err(|_| NetworkError::Address(text.to_owned()))?;
        let most = width(written);
        let wrong = || NetworkError::Length(text.to_owned(), most);
        let digits = |length: &str| !length.is_empty() && length.len() <= 3 && length.bytes().all(|byte| byte.is_ascii_digit());
        let bits = match length {
            None => most,
            Some(length) if digits(length) => length.parse().ok().filter(|bits| *bits <= most).ok_or_else(wrong)?,
            Some(_) => return Err(wrong()),
        };
        if first(written, bits) != written {
            return Err(NetworkError::Inside(text.to_owned(), format!("{}/{bits}", first(written, bits))));
        }
        // `::ffff:10.0.0.0/104` is `10.0.0.0/8`; a shorter one holds more than IPv4 and stays what it is.
        let canonical = written.to_canonical();
        let mapped = canonical != written && bits >= MAPPED;
        Ok(if mapped { Self { first: canonical, bits: bits - MAPPED } } else { Self { first: written, bits } })
    }
}

/// The bits before an IPv4 address that is written as IPv6.
const MAPPED: u8 = 96;

const fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The first address of the network of so many bits that an address is in.
fn first(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => Ipv4Addr::from(address.to_bits() & u32::MAX.checked_shl(32 - u32::from(bits.min(32))).unwrap_or(0)).into(),
        IpAddr::V6(address) => Ipv6Addr::from(address.to_bits() & u128::MAX.checked_shl(128 - u32::from(bits.min(128))).unwrap_or(0)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_is_in_its_network_and_not_beside_it() {
        let table = [
            ("192.0.2.0/24", "192.0.2.0", true),
            ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.0/24", "192.0.3.0", false),
            ("192.0.2.128/25", "192.0.2.127", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7/32", "192.0.2.6", false),
            ("192.0.2.0/24", "::ffff:192.0.2.9", true),
            ("::ffff:192.0.2.0/120", "192.0.2.9", true),
            ("::ffff:192.0.2.9", "192.0.2.9", true),
            ("0.0.0.0/0", "203.0.113.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "192.0.2.1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::1", "::1", true),
            ("::1", "::2", false),
        ];
        for (text, address, inside) in table {
            assert_eq!(network(text).contains(address.parse().unwrap()), inside, "{address} in {text}");
        }
        assert!(network("0.0.0.0/0").is_everybody() && network("::/0").is_everybody() && !network("0.0.0.0/1").is_everybody());
    }

    #[test]
    fn what_is_no_network_is_refused_with_what_to_write() {
        for wrong in ["", "proxy.example", "192.0.2", "192.0.2.01/24", "*", "10.0.0.0/8/8", "[::1]", "fe80::1%eth0/64"] {
            let said = wrong.parse::<Network>().unwrap_err().to_string();
            assert!(said.contains(wrong), "{said}");
        }
        for wrong in ["192.0.2.0/", "192.0.2.0/33", "192.0.2.0/+8", "2001:db8::/129", "192.0.2.0/024x", "10.0.0.0/1000"] {
            assert!(matches!(wrong.parse::<Network>(), Err(NetworkError::Length(..))), "{wrong}");
        }
        assert_eq!("10.1.0.1/8".parse::<Network>().unwrap_err().to_string(), "`10.1.0.1/8` does not begin a network; did you mean 10.0.0.0/8?");
    }
}
