//! A clock that stands far ahead destroys keys for good, so a start asks first.

use kernel::Day;
use seal::{Keyring, SealError};

use crate::config::Config;
use crate::runtime::{RuntimeError, roots};

/// For so many days an installation may stand still without being asked whether its clock is right.
const PAUSE_DAYS: i32 = 14;

/// Refuses to open the keys on a day that is long after the one on which they were last told a day: those of the days between would die, and
/// nothing brings them back. Opens and changes nothing itself. Keys that cannot be looked at are told of when they are opened.
pub fn look_at_clock(config: &Config, today: Day) -> Result<(), RuntimeError> {
    let place = roots(config)?.key_place(&config.keys, &config.tiles, "platform");
    let seen = match Keyring::inspect(&place, "platform") {
        Ok(seen) => seen,
        // Asked a second time with a PIN that is wrong a token may lock itself.
        Err(error @ SealError::Token { .. }) => return Err(error.into()),
        Err(_) => return Ok(()),
    };
    if seen.today.plus(PAUSE_DAYS) >= today {
        return Ok(());
    }
    let why = "the keys of what ended in between would be destroyed for good. If the clock of this machine is wrong, set it; if it is right, start once \
               with `lionrock serve --config FILE --after-pause`";
    Err(RuntimeError::Keys(format!("today is {today}, and this installation last ran on {}: {why}", seen.today)))
}
