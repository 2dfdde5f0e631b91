//! Measures the gazetteer on a city of 160,000 addresses: `cargo run --release -p hongkong --example gazetteer_bench [rows]`.
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::time::{Duration, Instant};

use hongkong::{Gazetteer, Premises, Unit, format_line, scaled, shipped_premises};
use kernel::Language;

fn main() -> Result<(), Box<dyn Error>> {
    let rows: usize = std::env::args().nth(1).map_or(Ok(160_000), |rows| rows.parse())?;
    let started = Instant::now();
    let shipped = shipped_premises()?;
    println!("reading the shipped {} rows: {:?}", shipped.len(), started.elapsed());
    let city = scaled(&shipped, rows);
    let started = Instant::now();
    let gazetteer = Gazetteer::build(city);
    println!("building {} rows: {:?}", gazetteer.len(), started.elapsed());
    println!("memory: {} MB estimated, {} MB resident", gazetteer.memory_bytes() / 1_000_000, resident_megabytes());
    let every = (gazetteer.len() / 500).max(1);
    let sample: Vec<&Premises> = gazetteer.premises().iter().step_by(every).collect();
    report("search, English, every keystroke", &typed(&sample, Language::En), |query| gazetteer.search(query, 10).is_empty());
    report("search, Chinese, every keystroke", &typed(&sample, Language::ZhHant), |query| gazetteer.search(query, 10).is_empty());
    report("search, awkward", &awkward(), |query| gazetteer.search(query, 10).is_empty());
    for language in [Language::En, Language::ZhHant] {
        let unit = Unit { flat: "A".to_owned(), floor: "12".to_owned(), block: String::new() };
        let lines: Vec<String> = sample.iter().map(|one| format_line(one, &unit, language)).collect();
        report("resolve, whole address", &lines, |line| gazetteer.resolve(line).is_none());
        let right = sample.iter().zip(&lines).filter(|(one, line)| {
            let plain = format_line(one, &Unit::default(), language);
            let found = gazetteer.resolve(line).map(|found| (format_line(found.premises, &Unit::default(), language), found.unit));
            found == Some((plain, unit.clone()))
        });
        println!("  {language}: {} of {} resolved to the same address and unit", right.count(), lines.len());
    }
    Ok(())
}

/// What the server sees while people type the names of the sample, after every letter.
fn typed(sample: &[&Premises], language: Language) -> Vec<String> {
    let mut queries = Vec::new();
    for one in sample {
        let name = one.building.as_ref().or(one.estate.as_ref()).or(one.street.as_ref().map(|street| &street.name));
        let whole = name.map_or("", |name| name.get(language)).to_lowercase();
        let ends = whole.char_indices().map(|(place, letter)| place + letter.len_utf8());
        queries.extend(ends.filter_map(|end| whole.get(..end)).map(str::to_owned));
    }
    queries
}

/// Common words, single letters, long runs, nothing to find.
fn awkward() -> Vec<String> {
    let queries = [
        "k", "1", "e 1", "road", "road house street estate", "kwun tong", "house block building 1", "a b c d e f g h", "觀", "塘", "區",
        "葵青區葵青區葵青區葵青區葵青區葵青區葵青區葵青區", "大廈樓邨村街道路苑閣", "九龍觀塘觀塘道1號", "zzzz", "鱷鱷鱷", "kwun tong district kwun tong road",
        "new territories kwai tsing district kwai chung castle peak road 5", "12", "8 c",
    ];
    queries.iter().cycle().take(2000).map(|query| (*query).to_owned()).collect()
}

fn report(what: &str, queries: &[String], mut ask: impl FnMut(&str) -> bool) {
    let mut times: Vec<Duration> = Vec::with_capacity(queries.len());
    let mut empty = 0;
    for query in queries {
        empty += usize::from(ask(query));
        times.push((0..RUNS).map(|_| once(query, &mut ask)).min().unwrap_or_default());
    }
    times.sort_unstable();
    let at = |share: usize| times.get((times.len() * share / 1000).min(times.len().saturating_sub(1))).copied().unwrap_or_default();
    println!("{what}: {} queries, p50 {:?}, p99 {:?}, p99.9 {:?}, max {:?}; nothing found for {empty}", times.len(), at(500), at(990), at(999), at(1000));
}

/// Of so many runs the fastest counts, so that other work on the machine does not.
const RUNS: usize = 3;

fn once(query: &str, ask: &mut impl FnMut(&str) -> bool) -> Duration {
    let started = Instant::now();
    std::hint::black_box(ask(query));
    started.elapsed()
}

fn resident_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1000
}
