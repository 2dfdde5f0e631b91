//! What proxies say about who asked them: `Forwarded` (RFC 7239) and `X-Forwarded-For`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::{HeaderMap, HeaderValue};
use serde::Deserialize;

/// The one header that is believed. A proxy that writes one and passes the other on as it came would let clients choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyHeader {
    /// `Forwarded`, RFC 7239.
    Forwarded,
    /// `X-Forwarded-For`: addresses with commas between them.
    XForwardedFor,
}

impl ProxyHeader {
    /// Its name, as in the configuration and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Forwarded => "forwarded",
            Self::XForwardedFor => "x-forwarded-for",
        }
    }

    /// Who asked, from the right: first whoever asked the proxy before us, last what the client may have made up. Nothing where a hop names
    /// no address (`unknown`, `_hidden`) or cannot be read. A line is read only when whoever walks comes to it.
    pub(crate) fn hops(self, headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
        headers.get_all(self.name()).iter().rev().flat_map(move |line| match self {
            Self::Forwarded => forwarded(line),
            Self::XForwardedFor => x_forwarded_for(line),
        })
    }
}

/// One line, from the right; each address is judged alone, so garbage that a client sent spoils nothing that a proxy added behind it.
fn x_forwarded_for(line: &HeaderValue) -> Vec<Option<IpAddr>> {
    let Ok(text) = line.to_str() else { return vec![None] };
    text.rsplit(',').map(str::trim).filter(|hop| !hop.is_empty()).map(|hop| node(hop).or_else(|| v6(hop))).collect()
}

/// One line, from the right. Quotes have to be read from the left, so a line that does not parse as a whole says nothing.
fn forwarded(line: &HeaderValue) -> Vec<Option<IpAddr>> {
    let Some(mut hops) = line.to_str().ok().and_then(elements) else { return vec![None] };
    hops.reverse();
    hops
}

/// The `for` of each element of a line; nothing if the line is malformed.
fn elements(line: &str) -> Option<Vec<Option<IpAddr>>> {
    let (mut hops, mut rest) = (Vec::new(), line.trim_start());
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(',') {
            rest = after.trim_start();
            continue;
        }
        let (hop, after) = element(rest)?;
        hops.push(hop);
        rest = after;
    }
    Some(hops)
}

/// Pairs up to the next comma: the address that `for` names, if it names one, and what follows.
fn element(mut rest: &str) -> Option<(Option<IpAddr>, &str)> {
    let mut source: Option<String> = None;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = value(after)?;
        if name.is_empty() || !name.chars().all(is_token) {
            return None;
        }
        if name.eq_ignore_ascii_case("for") && source.replace(value).is_some() {
            return None;
        }
        rest = after.trim_start();
        match rest.strip_prefix(';') {
            Some(next) => rest = next.trim_start(),
            None if rest.is_empty() || rest.starts_with(',') => return Some((source.and_then(|source| node(&source)), rest)),
            None => return None,
        }
    }
}

/// A token or a quoted string, and what follows. Brackets and colons count as a token's, since proxies forget the quotes.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c| !is_token(c) && !matches!(c, '[' | ']' | ':')).unwrap_or(text.len());
        let (token, rest) = text.split_at_checked(end)?;
        return (!token.is_empty()).then(|| (token.to_owned(), rest));
    };
    let (mut value, mut chars) = (String::new(), quoted.chars());
    loop {
        match chars.next()? {
            '"' => return Some((value, chars.as_str())),
            '\\' => value.push(chars.next()?),
            c => value.push(c),
        }
    }
}

/// `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]`, `[2001:db8::1]:_port`.
fn node(text: &str) -> Option<IpAddr> {
    if let Some(rest) = text.strip_prefix('[') {
        let (address, after) = rest.split_once(']')?;
        return (after.is_empty() || after.strip_prefix(':').is_some_and(is_port)).then(|| v6(address)).flatten();
    }
    let (address, port) = text.split_once(':').map_or((text, None), |(address, port)| (address, Some(port)));
    let address: Ipv4Addr = address.parse().ok()?;
    port.is_none_or(is_port).then_some(address.into())
}

/// IPv6, of which a zone (`fe80::1%eth0`) is only how a machine calls its own cable.
fn v6(text: &str) -> Option<IpAddr> {
    let address: Ipv6Addr = text.split_once('%').map_or(text, |(address, _)| address).parse().ok()?;
    Some(IpAddr::V6(address).to_canonical())
}

fn is_port(text: &str) -> bool {
    let hidden = text.strip_prefix('_').is_some_and(|name| !name.is_empty() && name.chars().all(is_token));
    hidden || (text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok())
}

const fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '!' | '#' | '$' | '%' | '&' | '\'' | '*' | '+' | '-' | '.' | '^' | '_' | '`' | '|' | '~')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: ProxyHeader, lines: &[&str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header.name(), HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        header.hops(&headers).map(|hop| hop.map_or("-".to_owned(), |ip| ip.to_string())).collect()
    }

    #[test]
    fn forwarded_is_read_as_its_standard_writes_it() {
        let table: &[(&[&str], &[&str])] = &[
            (&["for=192.0.2.43"], &["192.0.2.43"]),
            (&["For=\"[2001:db8:cafe::17]:4711\""], &["2001:db8:cafe::17"]),
            (&["for=192.0.2.60;proto=http;by=203.0.113.43"], &["192.0.2.60"]),
            (&["by=203.0.113.43 ; FOR=192.0.2.60"], &["192.0.2.60"]),
            (&["for=192.0.2.43, for=198.51.100.17"], &["198.51.100.17", "192.0.2.43"]),
            (&["for=192.0.2.43", "for=198.51.100.17"], &["198.51.100.17", "192.0.2.43"]),
            (&["for=\"192.0.2.43:_gazonk\", for=unknown, for=_hidden"], &["-", "-", "192.0.2.43"]),
            (&["for=192.0.2.43:47011,for=[2001:db8::1]"], &["2001:db8::1", "192.0.2.43"]),
            (&["for=\"[::ffff:192.0.2.1]\", for=\"[fe80::1%25eth0]\""], &["fe80::1", "192.0.2.1"]),
            (&["for=\"1\\92.0.2.1\""], &["192.0.2.1"]),
            (&["proto=https;host=\"a,for=6.6.6.6\", ,"], &["-"]),
            (&["", ","], &[]),
        ];
        for (lines, hops) in table {
            assert_eq!(read(ProxyHeader::Forwarded, lines), *hops, "{lines:?}");
        }
    }

    #[test]
    fn a_line_that_is_malformed_says_nothing_and_spoils_no_other_line() {
        let malformed = [
            "192.0.2.1", "for", "for=", "=192.0.2.1", "for=192.0.2.1;", "for=192.0.2.1 for=192.0.2.2", "for=\"192.0.2.1", "for=\"x\\",
            "for=192.0.2.1;for=192.0.2.2", "for=\"192.0.2.1\"x", "for =192.0.2.1", "for=6.6.6.6;by=\", for=\"[2001:db8::1]\"", "f\u{f6}r=192.0.2.1",
        ];
        for line in malformed {
            assert_eq!(read(ProxyHeader::Forwarded, &[line]), ["-"], "{line}");
            assert_eq!(read(ProxyHeader::Forwarded, &[line, "for=192.0.2.9"]), ["192.0.2.9", "-"], "{line}");
        }
        for hop in ["for=1.2.3", "for=01.2.3.4", "for=\"[192.0.2.1]\"", "for=\"[::1\"", "for=192.0.2.1:99999", "for=2001:db8::1"] {
            assert_eq!(read(ProxyHeader::Forwarded, &[hop]), ["-"], "{hop}");
        }
    }

    #[test]
    fn x_forwarded_for_is_read_from_the_right_and_each_hop_alone() {
        let table: &[(&[&str], &[&str])] = &[
            (&["192.0.2.43"], &["192.0.2.43"]),
            (&["\"><script>, 192.0.2.43 ,198.51.100.17:8080"], &["198.51.100.17", "192.0.2.43", "-"]),
            (&["192.0.2.43", "2001:db8::1, [2001:db8::2]:443"], &["2001:db8::2", "2001:db8::1", "192.0.2.43"]),
            (&["unknown, ::ffff:192.0.2.1, fe80::1%eth0,"], &["fe80::1", "192.0.2.1", "-"]),
            (&["\u{fc}"], &["-"]),
            (&[""], &[]),
        ];
        for (lines, hops) in table {
            assert_eq!(read(ProxyHeader::XForwardedFor, lines), *hops, "{lines:?}");
        }
    }
}
