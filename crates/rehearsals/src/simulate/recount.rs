//! Counts what was registered, from the journal and the store, by nothing that took part in registering it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use flows::Service;
use journal::{Entry, Hash, leaf_hash, tree_root};
use kernel::{Id, kinds};
use registration::{Figures, Reference};
use seal::sha256;
use serde_json::{Value, json};
use store::StoreError;

use super::Failure;

/// What stands in a scheme's store and journal.
#[derive(Debug, Default)]
pub struct Recount {
    /// References of the received registrations, each with how often the journal has it: resends have several entries.
    pub received: HashMap<String, usize>,
    /// Entries of the journal.
    pub entries: usize,
    /// Journal entries of registrations without a stored submission.
    pub lost: Vec<String>,
    /// Stored submissions without a journal entry.
    pub unheard: usize,
    /// References of the households that matching made.
    pub households: HashSet<String>,
    /// References that stand for more than one household.
    pub doubled: usize,
    /// What the journal's files do not agree with, one line each.
    pub journal: Vec<String>,
    /// The counters that pages show.
    pub figures: Figures,
}

const PAGE: usize = 5_000;

impl Recount {
    /// Counts a scheme whose server is stopped.
    pub fn of(service: &Service, tiles: &Path) -> Result<Self, Failure> {
        let mut recount = Self::default();
        let mut submissions = submissions(service)?;
        let mut placed: Vec<(u64, Hash)> = Vec::new();
        let mut after = None;
        loop {
            let page = service.ledger().scan(after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for entry in &page {
                recount.entry(entry, &mut submissions, &mut placed);
            }
        }
        recount.unheard = submissions.len();
        recount.households(service)?;
        recount.journal = compare(placed, service, tiles)?;
        recount.figures = service.ledger().read::<_, StoreError>("simulate.figures", Figures::read).map_err(|e| e.to_string())?;
        Ok(recount)
    }

    fn entry(&mut self, entry: &Entry, submissions: &mut HashSet<Id<kinds::Event>>, placed: &mut Vec<(u64, Hash)>) {
        self.entries += 1;
        if let Some(position) = entry.position {
            placed.push((position, sha256(&[&entry.salt, entry.body.as_bytes()])));
        }
        let body: Value = serde_json::from_str(&entry.body).unwrap_or_default();
        if body.get("verb").and_then(Value::as_str) != Some("registration.received") {
            return;
        }
        let reference = body.pointer("/details/reference").and_then(Value::as_str).unwrap_or_default().to_owned();
        if !submissions.remove(&entry.id) {
            self.lost.push(reference.clone());
        }
        *self.received.entry(reference).or_default() += 1;
    }

    fn households(&mut self, service: &Service) -> Result<(), Failure> {
        let mut after = Id::<kinds::Household>::from_bytes([0; 16]);
        loop {
            let page = service.ledger().read("simulate.households", |tx| {
                let rows = tx.query(
                    "-- simulate.households\nselect id, code from household where id > $1 order by id limit 5000",
                    &[after.into()],
                )?;
                rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<Vec<(Id<kinds::Household>, i64)>, StoreError>>()
            });
            let page = page.map_err(|error| error.to_string())?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = *last;
            for (_, code) in page {
                if !self.households.insert(Reference::from_number(code).to_string()) {
                    self.doubled += 1;
                }
            }
        }
    }

    /// References that were acknowledged and are not in the journal with their submission.
    pub fn missing<'r>(&self, acknowledged: impl Iterator<Item = &'r str>) -> usize {
        let lost: HashSet<&str> = self.lost.iter().map(String::as_str).collect();
        acknowledged.filter(|reference| !self.received.contains_key(*reference) || lost.contains(*reference)).count()
    }

    /// Households of which the journal knows nothing, or that the journal has and matching has not.
    pub fn unmatched(&self) -> (usize, usize) {
        let unknown = self.households.iter().filter(|reference| !self.received.contains_key(*reference)).count();
        let waiting = self.received.keys().filter(|reference| !self.households.contains(*reference)).count();
        (unknown, waiting)
    }

    /// As JSON, for whoever counts from outside.
    pub fn to_json(&self) -> Value {
        let (unknown, waiting) = self.unmatched();
        json!({
            "received": self.received.keys().collect::<Vec<_>>(),
            "entries": self.entries,
            "lost": self.lost,
            "unheard": self.unheard,
            "households": self.households.len(),
            "households_unknown": unknown,
            "waiting_for_matching": waiting,
            "doubled": self.doubled,
            "journal": self.journal,
        })
    }
}

fn submissions(service: &Service) -> Result<HashSet<Id<kinds::Event>>, Failure> {
    let mut all = HashSet::new();
    let mut after = Id::<kinds::Event>::from_bytes([0; 16]);
    loop {
        let page = service.ledger().read("simulate.submissions", |tx| {
            let rows = tx.query(
                "-- simulate.submissions\nselect event from household_submission where event > $1 order by event limit 5000",
                &[after.into()],
            )?;
            rows.iter().map(|row| row.get(0)).collect::<Result<Vec<Id<kinds::Event>>, StoreError>>()
        });
        let page = page.map_err(|error| error.to_string())?;
        let Some(last) = page.last() else { return Ok(all) };
        after = *last;
        all.extend(page);
    }
}

/// Whether the published tiles and the signed checkpoint are those of exactly these entries.
fn compare(mut placed: Vec<(u64, Hash)>, service: &Service, tiles: &Path) -> Result<Vec<String>, Failure> {
    placed.sort_unstable_by_key(|(position, _)| *position);
    let mut wrong = Vec::new();
    if placed.iter().zip(0_u64..).any(|((position, _), expected)| *position != expected) {
        wrong.push("the places in the tree have gaps or stand twice".to_owned());
    }
    let entries: Vec<Hash> = placed.into_iter().map(|(_, hash)| hash).collect();
    let (size, root) = service.ledger().size_and_root()?;
    let published = usize::try_from(size)?;
    match entries.get(..published) {
        Some(entries) if tree_root(entries) == root => {}
        Some(_) => wrong.push(format!("the root over {size} entries is not that of the signed checkpoint")),
        None => wrong.push(format!("the checkpoint has {size} entries, the store {}", entries.len())),
    }
    wrong.extend(compare_tiles(&entries, published, tiles)?);
    Ok(wrong)
}

const WIDTH: usize = 256;

/// Full tiles of the entries and of their leaves.
fn compare_tiles(entries: &[Hash], published: usize, tiles: &Path) -> Result<Vec<String>, Failure> {
    let mut wrong = Vec::new();
    for (tile, index) in entries.get(..published).unwrap_or(entries).chunks_exact(WIDTH).zip(0..) {
        let bundle: Vec<u8> = tile.iter().flat_map(|entry| [0, 32].into_iter().chain(*entry)).collect();
        let leaves: Vec<u8> = tile.iter().flat_map(|entry| leaf_hash(entry)).collect();
        for (level, expected) in [("entries", bundle), ("0", leaves)] {
            let file = tiles.join("tile").join(level).join(numbered(index));
            if fs::read(&file)? != expected {
                wrong.push(format!("tile {level}/{index} is not that of the stored entries"));
            }
        }
    }
    Ok(wrong)
}

/// `x001/x234/067`.
fn numbered(index: usize) -> std::path::PathBuf {
    let mut parts = vec![format!("{:03}", index % 1000)];
    let mut rest = index / 1000;
    while rest > 0 {
        parts.push(format!("x{:03}", rest % 1000));
        rest /= 1000;
    }
    parts.into_iter().rev().collect()
}
