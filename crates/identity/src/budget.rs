use std::net::IpAddr;

use journal::Work;
use kernel::{Id, Instant, kinds};
use seal::Keyring;
use store::{StoreError, Tx};

use crate::storage;

/// How many codes may go out, counted in the database: a restart forgets nothing, and several nodes count together.
#[derive(Clone, Copy, Debug)]
struct Budget {
    scope: &'static str,
    most: i64,
    period_ms: i64,
}

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// One number is sent five codes a day: with five tries each, a guesser has one chance in forty thousand a day.
const MOBILE: Budget = Budget { scope: "mobile", most: 5, period_ms: DAY_MS };
/// One network (an IPv4 address, an IPv6 line) asks for 300 an hour: thousands share the address of a mobile carrier, and a
/// machine that pumps messages is stopped within the hour.
const NETWORK: Budget = Budget { scope: "network", most: 300, period_ms: HOUR_MS };
/// Its neighbourhood (256 IPv4 addresses, an IPv6 site) asks for 2,000 an hour: whoever rents a whole block.
const BLOCK: Budget = Budget { scope: "block", most: 2_000, period_ms: HOUR_MS };
/// All together, 10,000 an hour: what the text messages of an attack may cost at most.
const ALL: Budget = Budget { scope: "all", most: 10_000, period_ms: HOUR_MS };
/// A number whose owner asks from a device that proved itself: ten more a day, that no stranger can use up, whatever became of the
/// budgets above. They need no common limit: there are no more of them than accounts.
const KNOWN: Budget = Budget { scope: "known", most: 10, period_ms: DAY_MS };

/// One terminal takes sixty codes of visits an hour, and all browsers together sixty codes of new terminals: nobody guesses eight digits.
const TERMINAL: Budget = Budget { scope: "terminal", most: 60, period_ms: HOUR_MS };

/// Takes one code that is typed at a terminal; false when there were too many.
pub(crate) fn take_terminal(tx: &mut Tx<'_>, now: Instant, tag: [u8; 32]) -> Result<bool, StoreError> {
    count(tx, now, &[(TERMINAL, tag)])
}

/// PINs that strangers try: of a network sixty an hour, of its neighbourhood four hundred.
const PIN_NETWORK: Budget = Budget { scope: "pin-network", most: 60, period_ms: HOUR_MS };
const PIN_BLOCK: Budget = Budget { scope: "pin-block", most: 400, period_ms: HOUR_MS };

/// Takes one try of a PIN; false when there were too many from there.
pub(crate) fn take_pin(tx: &mut Tx<'_>, now: Instant, payer: &Payer) -> Result<bool, StoreError> {
    let Payer::Stranger { network, block } = payer else { return Ok(true) };
    count(tx, now, &[(PIN_NETWORK, *network), (PIN_BLOCK, *block)])
}

/// Photos of people without a way in: five times a week of one number, thirty times an hour of a network, two hundred of its
/// neighbourhood, and five hundred altogether, because each costs two officers' time.
const PHOTOS_MOBILE: Budget = Budget { scope: "photos-mobile", most: 5, period_ms: 7 * DAY_MS };
const PHOTOS_NETWORK: Budget = Budget { scope: "photos-network", most: 30, period_ms: HOUR_MS };
const PHOTOS_BLOCK: Budget = Budget { scope: "photos-block", most: 200, period_ms: HOUR_MS };
const PHOTOS_ALL: Budget = Budget { scope: "photos-all", most: 500, period_ms: HOUR_MS };

/// Takes one proofing of somebody who wants an account back; false when there were too many. It depends on how often was asked, never on
/// whether there is an account.
pub(crate) fn take_photos(tx: &mut Tx<'_>, now: Instant, mobile: [u8; 32], payer: &Payer) -> Result<bool, StoreError> {
    let Payer::Stranger { network, block } = payer else { return Ok(true) };
    count(tx, now, &[(PHOTOS_MOBILE, mobile), (PHOTOS_NETWORK, *network), (PHOTOS_BLOCK, *block), (PHOTOS_ALL, [0; 32])])
}

/// One account has five links for its address sent a day, and one address takes three, whoever gives it: nobody fills a stranger's mailbox.
const MAIL_ACCOUNT: Budget = Budget { scope: "mail-account", most: 5, period_ms: DAY_MS };
const MAIL_ADDRESS: Budget = Budget { scope: "mail-address", most: 3, period_ms: DAY_MS };

/// Takes one mail that asks whether an address is right; false when there were too many.
pub(crate) fn take_mail(tx: &mut Tx<'_>, now: Instant, account: Id<kinds::Account>, address: [u8; 32]) -> Result<bool, StoreError> {
    let mut tag = [0; 32];
    tag.iter_mut().zip(account.bytes()).for_each(|(to, from)| *to = from);
    count(tx, now, &[(MAIL_ACCOUNT, tag), (MAIL_ADDRESS, address)])
}

/// Requests that residents bring from services that did not prove themselves, and that stay for half an hour: of a network 6,000 an
/// hour, of its neighbourhood 30,000. There is no common limit: strangers could use it up, and nobody could sign in anywhere.
const REQUEST_NETWORK: Budget = Budget { scope: "request-network", most: 6_000, period_ms: HOUR_MS };
const REQUEST_BLOCK: Budget = Budget { scope: "request-block", most: 30_000, period_ms: HOUR_MS };

/// Takes one request of an online service that anybody could have made up, brought from an address; false when there were too many
/// from there.
pub fn take_request(work: &mut Work<'_, '_>, keys: &Keyring, from: &str) -> Result<bool, StoreError> {
    let now = work.now();
    let tag = |what: &str| keys.prf("request-network", what.as_bytes());
    count(work.tx(), now, &[(REQUEST_NETWORK, tag(from)), (REQUEST_BLOCK, tag(&block(from)))])
}

/// Out of whose budget a code goes.
#[derive(Clone, Debug)]
pub(crate) enum Payer {
    /// Anybody: a network and its neighbourhood.
    Stranger { network: [u8; 32], block: [u8; 32] },
    /// A device that proved itself for this number before.
    KnownDevice,
}

impl Payer {
    /// Somebody who asks from an address.
    pub(crate) fn stranger(keys: &Keyring, network: &str) -> Self {
        let tag = |what: &str| keys.prf("enrolment-network", what.as_bytes());
        Self::Stranger { network: tag(network), block: tag(&block(network)) }
    }
}

/// Takes one code out of each budget that pays for it; false when one of them is empty. It depends on how often was asked and by
/// which device, never on whether there is an account.
pub(crate) fn take(tx: &mut Tx<'_>, now: Instant, mobile: [u8; 32], payer: &Payer) -> Result<bool, StoreError> {
    let budgets = match payer {
        Payer::KnownDevice => vec![(KNOWN, mobile)],
        Payer::Stranger { network, block } => vec![(MOBILE, mobile), (NETWORK, *network), (BLOCK, *block), (ALL, [0; 32])],
    };
    count(tx, now, &budgets)
}

/// Counts one against each budget; false when one of them is empty.
fn count(tx: &mut Tx<'_>, now: Instant, budgets: &[(Budget, [u8; 32])]) -> Result<bool, StoreError> {
    let mut enough = true;
    for (budget, tag) in budgets {
        let ends = (now.millis().div_euclid(budget.period_ms) + 1) * budget.period_ms;
        enough &= storage::budget::count(tx, budget.scope, *tag, Instant::from_millis(ends))? <= budget.most;
    }
    Ok(enough)
}

/// The neighbourhood of an address: /24 of IPv4, /48 of IPv6. Anything else is its own.
fn block(network: &str) -> String {
    match network.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => format!("{}/24", address.to_bits() >> 8),
        Ok(IpAddr::V6(address)) => format!("{:x}/48", address.to_bits() >> 80),
        Err(_) => network.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use journal::Work;
    use kernel::Instant;
    use notify::Mobile;
    use store::StoreError;

    use super::{HOUR_MS, Payer, block, take_request};
    use crate::rehearsal::Stage;
    use crate::{AtDoor, Tried, storage, try_pin};

    /// Uses up what a neighbourhood has of a budget in this hour, but for one.
    fn all_but_one(stage: &Stage, scope: &'static str, tag: [u8; 32], most: usize) {
        let ends = Instant::from_millis((stage.now().millis() / HOUR_MS + 1) * HOUR_MS);
        let count = move |work: &mut Work<'_, '_>| (1..most).try_for_each(|_| storage::budget::count(work.tx(), scope, tag, ends).map(drop));
        stage.act::<_, StoreError>(count).unwrap();
    }

    #[test]
    fn a_neighbourhood_that_tries_pins_is_held_back_as_a_whole() {
        let stage = Stage::new();
        let Payer::Stranger { block, .. } = Payer::stranger(stage.keys(), "203.0.113.5") else { panic!() };
        all_but_one(&stage, "pin-block", block, 400);
        let knock = |network: &str| {
            let mobile = Mobile::try_from(hongkong::Phone::parse("5123 4567").unwrap()).unwrap();
            let (keys, at) = (stage.ledger.keys().clone(), AtDoor::open(stage.keys(), &mobile, network));
            stage.act(move |work| try_pin(work, &keys, &at, "12345678")).unwrap()
        };
        assert_eq!(knock("203.0.113.77"), Tried::Wrong, "the four hundredth");
        assert_eq!(knock("203.0.113.78"), Tried::Often, "a fresh address of the same block");
        assert_eq!(knock("203.0.112.78"), Tried::Wrong, "others go on");
    }

    #[test]
    fn a_neighbourhood_that_brings_requests_is_held_back_as_a_whole() {
        let stage = Stage::new();
        let tag = stage.keys().prf("request-network", block("203.0.113.5").as_bytes());
        all_but_one(&stage, "request-block", tag, 30_000);
        let bring = |network: &'static str| {
            let keys = stage.ledger.keys().clone();
            stage.act(move |work| take_request(work, &keys, network)).unwrap()
        };
        assert!(bring("203.0.113.77"), "the thirty thousandth");
        assert!(!bring("203.0.113.78"), "a fresh address of the same block");
        assert!(bring("203.0.112.78"), "others go on");
    }

    #[test]
    fn neighbours_share_a_block_and_others_do_not() {
        assert_eq!(block("192.0.2.1"), block("192.0.2.254"));
        assert_eq!(block("::ffff:192.0.2.1"), block("192.0.2.7"));
        assert_ne!(block("192.0.2.1"), block("192.0.3.1"));
        assert_eq!(block("2001:db8:1:2::"), block("2001:db8:1:3::"));
        assert_ne!(block("2001:db8:1:2::"), block("2001:db8:2:2::"));
    }
}
