use std::time::Instant as Stopwatch;

use flows::{certify, erase_household};
use journal::Actor;
use registration::EraseWhat;
use vault::Cause;
use testkit::figures::{Meter, spread};

use crate::Failure;
use crate::city::City;
use crate::dice::Dice;

const PERSONS: usize = 300;
const SEED: u64 = 7;

/// Withdrawals one after the other; then the root changes once for all of them, and each gets its certificate.
pub fn persons(city: &City) -> Result<(), Failure> {
    let (service, households) = (city.service()?, city.households()?);
    let mut dice = Dice(SEED);
    let mut chosen = std::collections::BTreeSet::new();
    while chosen.len() < PERSONS.min(households.len()) {
        chosen.insert(dice.below(households.len()));
    }
    let mut times = Vec::with_capacity(PERSONS);
    let meter = Meter::start()?;
    for household in chosen.into_iter().filter_map(|at| households.get(at)) {
        let start = Stopwatch::now();
        erase_household(&service, Actor::Visitor, *household, EraseWhat::All, Cause::Withdrawal)?;
        times.push(start.elapsed());
    }
    println!("{}", meter.rate("withdrawals, one after the other", PERSONS)?);
    println!("{}", spread("one household: order, ledger, puncture, rows gone", times));
    let mut rolls = Vec::new();
    for _ in 0..20 {
        let start = Stopwatch::now();
        service.ledger().keys().roll()?;
        rolls.push(start.elapsed());
    }
    println!("{}", spread("change of the root", rolls));
    let meter = Meter::start()?;
    let issued = certify(&city.platform, &service)?.len();
    println!("{}", meter.rate("certificates of withdrawals", issued)?);
    Ok(())
}
