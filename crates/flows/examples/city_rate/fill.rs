use std::fs;
use std::sync::mpsc::sync_channel;

use flows::{Submit, submit_household};
use kernel::{Id, Language, kinds};
use registration::matching::{Answer, PopulationRegister, Question, RegisterUnavailable};
use registration::{Channel, Matcher, match_batch};
use testkit::figures::Meter;

use crate::Failure;
use crate::city::City;
use crate::residents::{form, people};

const OUTSTANDING: usize = 512;

/// Registers, matches and places the households in the journal's tree. Their messages are written and wait.
pub fn fill(city: &City, households: u32) -> Result<(), Failure> {
    let (service, count) = (city.service()?, usize::try_from(households)?);
    let meter = Meter::start()?;
    let ids = register(city, households)?;
    println!("{}", meter.rate("fill: parse, seal, register, receipt", count)?);
    fs::write(city.directory.join("households"), ids.iter().flat_map(kernel::Id::bytes).collect::<Vec<u8>>())?;
    let meter = Meter::start()?;
    let scheme = service.scheme();
    let matcher = Matcher { scheme: &scheme, register: &Everybody, sender: city.platform.sender(), limit: 1000 };
    while match_batch(service.ledger(), &matcher)?.taken > 0 {}
    println!("{}", meter.rate("fill: match, index, write messages", count)?);
    let meter = Meter::start()?;
    let placed = service.ledger().integrate()?.leaves;
    println!("{}", meter.rate("fill: entries placed in the journal's tree", usize::try_from(placed)?)?);
    let bytes = service.ledger().store().size_bytes()?;
    println!("{} MB in the store, {} bytes a person", bytes / 1_000_000, bytes / u64::from(people(households)));
    Ok(())
}

fn register(city: &City, households: u32) -> Result<Vec<Id<kinds::Household>>, Failure> {
    let service = city.service()?;
    let (done, results) = sync_channel(OUTSTANDING);
    let mut ids = vec![Id::from_bytes([0; 16]); usize::try_from(households)?];
    let mut take = |one: Result<(usize, Id<kinds::Household>), String>| -> Result<(), Failure> {
        let (n, id) = one?;
        *ids.get_mut(n).ok_or("a household too many")? = id;
        Ok(())
    };
    let shown = service.scheme().digest();
    for n in 0..households {
        let at = usize::try_from(n)?;
        if at >= OUTSTANDING {
            take(results.recv()?)?;
        }
        let (form, key, done) = (form(n)?, format!("city-rate-{n:08}"), done.clone());
        let submit = Submit {
            form: &form,
            idempotency: &key,
            language: Language::ZhHant,
            channel: Channel::Online,
            replaces: None,
            shown,
            officer: None,
        };
        submit_household(&city.platform, &service, &submit, move |result| {
            let result = result.map(|done| (at, done.received.household)).map_err(|error| error.to_string());
            // Whoever has given up waiting needs no answer.
            let _ = done.send(result);
        });
    }
    drop(done);
    for one in results {
        take(one)?;
    }
    Ok(ids)
}

struct Everybody;

impl PopulationRegister for Everybody {
    fn check(&self, _: &str, questions: &[Question]) -> Result<Vec<Answer>, RegisterUnavailable> {
        Ok(vec![Answer::Resident; questions.len()])
    }
}
