//! Where a request came from: the one answer for every limit.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::{Extensions, HeaderMap};

use crate::forwarded::ProxyHeader;
use crate::network::Network;

/// The client's address, in the extensions of each request that [`crate::serve`] takes in. It is for limits, and cannot be printed: it
/// belongs in no log and in no store.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(IpAddr);

impl ClientAddress {
    /// That of a request; nothing for one that came by no network, as in tests.
    pub fn of(extensions: &Extensions) -> Option<Self> {
        extensions.get().copied()
    }

    /// The network that its limits are for: an address, and of IPv6 the half that one line gets.
    pub fn network(self) -> IpAddr {
        match self.0 {
            IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
            IpAddr::V4(address) => IpAddr::V4(address),
        }
    }
}

impl From<IpAddr> for ClientAddress {
    fn from(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }
}

/// Whose word about the client's address is taken, and in which header. By default nobody's: the peer of the connection is the client.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    networks: Vec<Network>,
    header: Option<ProxyHeader>,
    doubted: Arc<AtomicBool>,
}

impl Proxies {
    /// Proxies in these networks, which add to this header.
    pub fn new(networks: Vec<Network>, header: ProxyHeader) -> Self {
        Self { networks, header: Some(header), doubted: Arc::default() }
    }

    /// Who asks, by the peer of the connection and, if that is a trusted proxy, by what it says. From the right, trusted hops are passed over;
    /// the first other one is the client. Where a trusted hop does not say who asked it, it is the client itself: then all who come through it
    /// share their limits, and nobody chooses an address. The operator is told so once.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let mut reached = peer.to_canonical();
        let Some(header) = self.header.filter(|_| self.trusts(reached)) else { return reached.into() };
        let mut told = false;
        for hop in header.hops(headers).take(HOPS_MOST) {
            told = hop.is_some();
            let Some(address) = hop else { break };
            reached = address;
            if !self.trusts(reached) {
                return reached.into();
            }
        }
        if !told && !self.doubted.swap(true, Ordering::Relaxed) {
            let header = header.name();
            tracing::warn!(target: "serve", header, "a trusted proxy did not say who asked it: all who come through it without the header share one network's limits. Look at the proxy's configuration (said once)");
        }
        reached.into()
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address))
    }
}

/// So many proxies stand one behind the other at most.
const HOPS_MOST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(header: ProxyHeader) -> Proxies {
        let networks = ["10.0.0.0/8", "2001:db8:aaaa::/48", "127.0.0.1"].map(|text| text.parse().unwrap());
        Proxies::new(networks.to_vec(), header)
    }

    fn headers(header: ProxyHeader, lines: &[String]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header.name(), line.parse().unwrap());
        }
        headers
    }

    fn seen(header: ProxyHeader, peer: &str, lines: &[&str]) -> String {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        proxies(header).client(peer.parse().unwrap(), &headers(header, &lines)).0.to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_what_trusted_ones_added() {
        use ProxyHeader::{Forwarded, XForwardedFor};
        let table: &[(&str, &[&str], &str)] = &[
            ("203.0.113.5", &["192.0.2.1"], "203.0.113.5"),
            ("10.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            ("::ffff:10.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", &["6.6.6.6, 192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", &["6.6.6.6, 192.0.2.1, 10.0.0.2", "2001:db8:aaaa::1"], "192.0.2.1"),
            ("10.0.0.1", &["6.6.6.6", "192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", &["garbage, 192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", &["192.0.2.1, garbage"], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.1, unknown, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &["2001:db8:bbbb::1"], "2001:db8:bbbb::1"),
            ("10.0.0.1", &[], "10.0.0.1"),
        ];
        for (peer, lines, client) in table {
            assert_eq!(seen(XForwardedFor, peer, lines), *client, "{peer} says {lines:?}");
        }
        assert_eq!(seen(Forwarded, "10.0.0.1", &["for=6.6.6.6;by=\"", "for=192.0.2.1"]), "192.0.2.1");
        assert_eq!(seen(Forwarded, "10.0.0.1", &["for=6.6.6.6;by=\", for=192.0.2.1"]), "10.0.0.1", "an open quote chooses nobody");
        let (wrong, right) = (headers(XForwardedFor, &["192.0.2.1".into()]), "10.0.0.1".parse().unwrap());
        assert!(proxies(Forwarded).client(right, &wrong) == right.into(), "the other header is not believed");
        assert!(Proxies::default().client(right, &wrong) == right.into(), "nobody is trusted unless the operator says so");
        let endless = vec!["10.0.0.2, ".repeat(40)];
        assert!(proxies(XForwardedFor).client(right, &headers(XForwardedFor, &endless)).0.to_string() == "10.0.0.2");
    }

    #[test]
    fn a_network_is_an_address_or_the_half_of_one() {
        let network = |text: &str| ClientAddress::from(text.parse::<IpAddr>().unwrap()).network().to_string();
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }

    /// A small generator: the same cases for the same seed, everywhere.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, sides: u64) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (mixed ^ (mixed >> 31)) % sides
        }

        fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
            of[usize::try_from(self.below(of.len() as u64)).unwrap()]
        }
    }

    fn client(dice: &mut Dice) -> IpAddr {
        if dice.below(2) == 0 {
            IpAddr::from([198, 51, 100, u8::try_from(dice.below(256)).unwrap()])
        } else {
            IpAddr::from([0x2001, 0xdb8, 1, u16::try_from(dice.below(65536)).unwrap(), 0, 0, 0, 7])
        }
    }

    /// An address as proxies write it.
    fn written(dice: &mut Dice, header: ProxyHeader, address: IpAddr) -> String {
        let port = dice.pick(&["", ":1", ":65535"]);
        let node = match (address, port, header) {
            (IpAddr::V6(v6), "", ProxyHeader::XForwardedFor) => v6.to_string(),
            (IpAddr::V6(v6), port, _) => format!("[{v6}]{port}"),
            (IpAddr::V4(v4), port, _) => format!("{v4}{port}"),
        };
        match header {
            ProxyHeader::XForwardedFor => node,
            ProxyHeader::Forwarded => format!("{}{}=\"{node}\"{}", dice.pick(&["", "proto=https;", "by=_x; "]), dice.pick(&["for", "For", "FOR"]), dice.pick(&["", ";host=a"])),
        }
    }

    #[test]
    fn whatever_a_client_sends_along_the_address_is_the_one_that_the_proxies_saw() {
        for seed in 0..4000 {
            let mut dice = Dice(seed);
            let header = if dice.below(2) == 0 { ProxyHeader::Forwarded } else { ProxyHeader::XForwardedFor };
            let made_up: String = (0..dice.below(12)).map(|_| dice.pick(&["for=", "6.6.6.6", "\"", "\\", ",", ";", "unknown", "_x", "10.0.0.9", "[", "::1]", " ", "="])).collect();
            let asks = client(&mut dice);
            let mut lines = vec![made_up];
            let mut hops = vec![asks];
            hops.extend((0..dice.below(3)).map(|number| IpAddr::from([10, 0, 0, u8::try_from(number).unwrap()])));
            for (number, hop) in hops.into_iter().enumerate() {
                let hop = written(&mut dice, header, hop);
                // What a client made up stands on a line of its own, or a proxy of the plain kind adds to it.
                if dice.below(2) == 0 && (number > 0 || header == ProxyHeader::XForwardedFor) {
                    let last = lines.last_mut().unwrap();
                    *last = format!("{last}{}{hop}", dice.pick(&[",", ", ", " ,"]));
                } else {
                    lines.push(hop);
                }
            }
            let found = proxies(header).client([127, 0, 0, 1].into(), &headers(header, &lines));
            assert!(found.0 == asks, "seed {seed}: {} in place of {asks} of {lines:?}", found.0);
        }
    }
}
