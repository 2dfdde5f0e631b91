//! How often codes may be asked for and tried, so that nobody fills the journal. Kept in memory and forgotten with the process:
//! nothing about a visitor is stored. The answer depends on who asks and how often, never on whether a registration exists.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use kernel::Instant;
use registration::Reference;
use webkit::ClientAddress;

/// What has been done lately, by address and by address and reference.
#[derive(Debug, Default)]
pub(crate) struct Limits(Mutex<HashMap<Key, Instant>>);

/// A network is an address, and of IPv6 the half that one line gets. Thousands of telephones share one with a mobile carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Network(IpAddr),
    Reference(IpAddr, i64),
}

/// So many at once, and one more after each pause.
struct Pace {
    burst: i64,
    pause_ms: i64,
}

/// A mobile carrier's customers when results have just gone out: two each second go on for ever, 20,000 at once.
const NETWORK: Pace = Pace { burst: 20_000, pause_ms: 500 };
/// One resident who mistypes: codes sent again and tried, then one a minute.
const REFERENCE: Pace = Pace { burst: 10, pause_ms: 60_000 };
/// Beyond so many entries those that hold nobody back are forgotten, and beyond that all of them.
const ENTRIES_MOST: usize = 100_000;

impl Limits {
    /// Whether this may be done now; it is counted when it may.
    pub(crate) fn allow(&self, from: ClientAddress, reference: Reference, now: Instant) -> bool {
        let network = from.network();
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.len() >= ENTRIES_MOST {
            taken.retain(|_, free| *free > now);
            if taken.len() >= ENTRIES_MOST {
                taken.clear();
            }
        }
        let keys = [(Key::Network(network), NETWORK), (Key::Reference(network, reference.number()), REFERENCE)];
        let next = keys.map(|(key, pace)| (key, pace.next(taken.get(&key).copied(), now)));
        if next.iter().any(|(_, next)| next.is_none()) {
            return false;
        }
        taken.extend(next.into_iter().filter_map(|(key, next)| Some((key, next?))));
        true
    }
}

impl Pace {
    /// When everything that is taken will have been paid for, this one included; nothing when it is too much.
    fn next(&self, paid: Option<Instant>, now: Instant) -> Option<Instant> {
        let from = paid.map_or(now, |paid| paid.max(now));
        let next = from.plus_millis(self.pause_ms);
        (next.since(now) <= self.burst * self.pause_ms).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_millis(1_600_000_000_000).plus_secs(seconds)
    }

    fn from(text: &str) -> ClientAddress {
        text.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn one_registration_is_asked_for_ten_times_and_then_once_a_minute() {
        let limits = Limits::default();
        let allow = |from, number, now| limits.allow(from, Reference::from_number(number), now);
        let phone = from("192.0.2.7");
        assert_eq!((0..20).filter(|_| allow(phone, 1, at(0))).count(), 10);
        assert!(allow(phone, 2, at(0)), "somebody else behind the same address");
        assert!(allow(from("192.0.2.8"), 1, at(0)), "the same one from elsewhere");
        assert_eq!((0..20).filter(|_| allow(phone, 1, at(61))).count(), 1);
        assert_eq!((0..20).filter(|_| allow(phone, 1, at(3600))).count(), 10);
    }

    #[test]
    fn many_behind_one_address_get_through_and_a_machine_does_not() {
        let limits = Limits::default();
        let mut number = 0;
        let mut tries = |from, now, count| {
            let one = |_: &i32| {
                number += 1;
                limits.allow(from, Reference::from_number(number), now)
            };
            (0..count).filter(one).count()
        };
        let carrier = from("192.0.2.1");
        assert_eq!(tries(carrier, at(0), 30_000), 20_000);
        assert_eq!(tries(carrier, at(10), 1000), 20);
        // The second half of an IPv6 address is chosen by the device itself.
        assert_eq!(tries(from("2001:db8:1:2::1"), at(0), 15_000), 15_000);
        assert_eq!(tries(from("2001:db8:1:2:ffff::9"), at(0), 15_000), 5_000);
        assert_eq!(tries(from("2001:db8:1:3::1"), at(0), 10), 10);
    }

    #[test]
    fn memory_is_bounded() {
        let limits = Limits::default();
        for number in 0..250_000_u32 {
            limits.allow(IpAddr::V4(number.into()).into(), Reference::from_number(i64::from(number)), at(0));
        }
        assert!(limits.0.lock().unwrap().len() <= ENTRIES_MOST + 2);
    }
}
