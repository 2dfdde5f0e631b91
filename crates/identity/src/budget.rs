use kernel::Instant;
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
/// One number is sent five codes a day: with five tries each, a guesser has one chance in forty thousand a day.
const MOBILE: Budget = Budget { scope: "mobile", most: 5, period_ms: 24 * HOUR_MS };
/// One network (an IPv4 address, an IPv6 line) asks for 300 an hour: thousands share the address of a mobile carrier, and a
/// machine that pumps messages is stopped within the hour.
const NETWORK: Budget = Budget { scope: "network", most: 300, period_ms: HOUR_MS };
/// All together, 10,000 an hour: what the text messages of an attack may cost at most.
const ALL: Budget = Budget { scope: "all", most: 10_000, period_ms: HOUR_MS };

/// Takes one code out of each budget; false when one of them is empty. It depends on how often was asked, never on whether there
/// is an account.
pub(crate) fn take(tx: &mut Tx<'_>, now: Instant, mobile: [u8; 32], network: [u8; 32]) -> Result<bool, StoreError> {
    let mut enough = true;
    for (budget, tag) in [(MOBILE, mobile), (NETWORK, network), (ALL, [0; 32])] {
        let ends = (now.millis().div_euclid(budget.period_ms) + 1) * budget.period_ms;
        let used = storage::budget::count(tx, budget.scope, tag, Instant::from_millis(ends))?;
        enough &= used <= budget.most;
    }
    Ok(enough)
}
