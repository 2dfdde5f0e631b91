//! The way of residents through the pages, from the front page to the confirmation, each with a browser and a connection of his own.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use hongkong::Premises;
use installation::addresses::premises;
use installation::synth::{form, population};
use kernel::Language;
use registration::HouseholdForm;

use super::journey::words_of;
use super::{Browser, Figures, Sample, Target, Typed, cpu_micros};
use crate::simulate::{Failure, Server};
use crate::torture::{SLUG, Victim};

struct Resident {
    form: HouseholdForm,
    words: String,
    language: Language,
}

/// What came of a part of them.
#[derive(Default)]
struct Part {
    journeys: Vec<Sample>,
    pages: Vec<Sample>,
    failed: Vec<String>,
}

/// Sends so many residents through the pages, so many at a time; returns the lines to print and how many did not arrive.
pub(super) fn walk(victim: &Victim, server: &Server, seed: u64, households: u64, at_once: usize) -> Result<(Vec<String>, u64), Failure> {
    let residents = Arc::new(residents(seed, households)?);
    let (process, origin) = (server.process(), victim.installation.config.origin.clone());
    let (ours, theirs) = (cpu_micros("self"), cpu_micros(&process));
    let part = victim.runtime.block_on(everybody(residents, server.target.clone(), &origin, at_once))?;
    let (ours, theirs) = (cpu_micros("self") - ours, cpu_micros(&process) - theirs);
    let (journeys, pages) = (Figures::of(part.journeys), Figures::of(part.pages));
    let each = |total: u64, count: usize| total / u64::try_from(count.max(1)).unwrap_or(1);
    let mut lines = vec![
        format!("residents     {}", journeys.line()),
        format!("pages         {}", pages.line()),
        format!("{:.1} pages a resident, one TLS connection each, {at_once} residents at a time", ratio(pages.count, journeys.count)),
        format!("CPU of the server {} µs a resident, {} µs a page; of the generator {} µs a page", each(theirs, journeys.count), each(theirs, pages.count), each(ours, pages.count)),
    ];
    lines.extend(part.failed.first().map(|why| format!("first failure: {why}")));
    Ok((lines, u64::try_from(part.failed.len())?))
}

#[expect(clippy::cast_precision_loss, reason = "counts of some thousands")]
fn ratio(one: usize, other: usize) -> f64 {
    one as f64 / other.max(1) as f64
}

fn residents(seed: u64, households: u64) -> Result<Vec<Resident>, Failure> {
    let people = population(seed, None).map_err(|error| error.to_string())?;
    let list = premises(None)?;
    let places: HashMap<String, &Premises> = list.iter().map(|place| (place.key(), place)).collect();
    let resident = |household: connectors::synthetic::Household| {
        let mut form = form(&household);
        household.main.district.code().clone_into(&mut form.address.district);
        let words = places.get(&form.address.key).map(|place| words_of(place)).unwrap_or_default();
        Resident { form, words, language: household.main.language }
    };
    Ok(people.households(households).map(resident).collect())
}

async fn everybody(residents: Arc<Vec<Resident>>, target: Target, origin: &str, at_once: usize) -> Result<Part, Failure> {
    let (next, began) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let crowd = (0..at_once.min(residents.len()))
        .map(|_| tokio::spawn(one_after_the_other(residents.clone(), next.clone(), target.clone(), origin.to_owned(), began)));
    let mut all = Part::default();
    for part in crowd.collect::<Vec<_>>() {
        let part = part.await?;
        all.journeys.extend(part.journeys);
        all.pages.extend(part.pages);
        all.failed.extend(part.failed);
    }
    Ok(all)
}

async fn one_after_the_other(residents: Arc<Vec<Resident>>, next: Arc<AtomicUsize>, target: Target, origin: String, began: Instant) -> Part {
    let mut part = Part::default();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(resident) = residents.get(number) else { return part };
        let mut browser = Browser::of_resident(target.clone(), &origin, number);
        browser.began = began;
        let came = Instant::now();
        let typed = Typed { form: &resident.form, words: Some(&resident.words) };
        let arrived = match browser.come_in(resident.language.slug(), SLUG).await {
            Ok(first) => browser.fill_in(&first, typed).await.map(drop),
            Err(lost) => Err(lost),
        };
        match arrived {
            Ok(()) => part.journeys.push(Sample { done: began.elapsed(), took: came.elapsed() }),
            Err(lost) => part.failed.push(lost.to_string()),
        }
        part.pages.append(&mut browser.pages);
    }
}
