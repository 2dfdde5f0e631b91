//! The search: every file, the memory of the running server, and each place spoiled once to see that it is looked at.

use std::fs;
use std::path::{Path, PathBuf};

use canary::{Canaries, Canary, Found, Scanned};
use registration::scheme::FieldGroup;

use super::Spoil;
use super::city::{Fate, Household};
use super::deeds::{Course, NAME, PLANTED};
use super::thief::roll_of;
use crate::simulate::day::Day;
use crate::simulate::reckoning::gzipped;
use crate::simulate::{Failure, progress};

impl Course {
    /// The process that took the registrations and showed people their data still runs: nothing of those who have withdrawn may be
    /// in it.
    pub fn memory_of_withdrawn(&mut self, day: &mut Day) -> Result<String, Failure> {
        let gone = |one: &Household, _: FieldGroup| one.fate == Fate::Withdraws;
        let mut erased = self.city.canaries_where(gone);
        erased.extend(self.dead_roots(day));
        self.search_memory(day, "nothing of who has withdrawn is in the memory of the server that served them", erased)
    }

    /// Files with everybody's values, with the ciphertext of the erased and with dead keys; then the memory.
    pub fn search(&mut self, day: &mut Day) -> Result<String, Failure> {
        let files = self.search_files(day, "nobody's value and no dead key is in any file or backup")?;
        self.search_pages(day)?;
        let mut erased = self.city.canaries_where(Self::is_gone);
        erased.extend(self.dead_roots(day));
        let memory = self.search_memory(day, "nothing of who was erased is in the server's memory", erased)?;
        self.plant_everywhere(day)?;
        Ok(format!("files: {files}; memory: {memory}"))
    }

    /// Every file of the installation, its logs, temporary files and keys, and every archive.
    pub fn search_files(&mut self, day: &mut Day, what: &'static str) -> Result<String, Failure> {
        self.spoil_files(day)?;
        let mut all = self.city.canaries();
        all.extend(self.city.decoys.iter().cloned());
        all.extend(self.dead_roots(day));
        let canaries = Canaries::new(all);
        let mut scanned = Scanned::default();
        if self.args.cluster.is_some() {
            day.write_out()?;
        }
        for place in self.places(day) {
            add(&mut scanned, canaries.scan_dir(&place)?);
        }
        let seen = said(&canaries, &scanned, day);
        day.told.findings.note(1, what, scanned.found.is_empty(), seen.clone());
        Ok(seen)
    }

    /// The server's memory, as a core dump would hold it. What belongs to nobody must not be found, or finding nothing would mean
    /// nothing; what stands in its environment must.
    pub fn search_memory(&self, day: &mut Day, what: &'static str, erased: Vec<Canary>) -> Result<String, Failure> {
        let sought = erased.len();
        let all = erased.into_iter().chain(self.city.decoys.iter().cloned()).chain([Canary::new("planted", PLANTED)]);
        let canaries = Canaries::new(all);
        let process = day.server.as_ref().ok_or("the server does not run")?.process();
        let mut scanned = Scanned::default();
        canary::process(&canaries, &process, &mut scanned)?;
        let is = |word: &'static str| move |found: &&Found| found.canary.contains(word);
        let planted = scanned.found.iter().any(|found| found.canary == "planted");
        let decoys = scanned.found.iter().filter(is("(nobody)")).count();
        scanned.found.retain(|found| found.canary != "planted" && !found.canary.contains("(nobody)"));
        let seen = said(&canaries, &scanned, day);
        for found in scanned.found.iter().take(12) {
            progress(&format!("  {} as {} in {} at {}", found.canary, found.encoding, found.file.display(), found.at));
        }
        let findings = &mut day.told.findings;
        findings.expect("the search sees the server's memory, and nobody in it who never was", planted && decoys == 0, format!("planted value found: {planted}; {decoys} finds of people who never registered"));
        findings.note(4, what, scanned.found.is_empty(), format!("{sought} erased values: {seen}"));
        Ok(seen)
    }

    /// Pages that an erasure freed, and what stood in them: the ciphertext of everybody who was erased is in no file of the stores.
    /// A database server keeps it, under dead keys, until it rewrites its tables in the night after (docs/threats.md).
    fn search_pages(&mut self, day: &mut Day) -> Result<(), Failure> {
        if !day.in_files()? {
            return Ok(());
        }
        if self.args.sabotage == Some(Spoil::Page) {
            let bytes = self.sealed.get(&0).and_then(|values| values.first()).map(|value| value.bytes.clone());
            fs::write(day.installation.directory.join("stores").join(format!("{NAME}.db.old")), bytes.unwrap_or_default())?;
        }
        let canaries = self.dead_pages();
        let scanned = canaries.scan_dir(&day.installation.directory.join("stores"))?;
        let seen = said(&canaries, &scanned, day);
        day.told.findings.note(4, "the ciphertext of who was erased is in no page of the database or its log", scanned.found.is_empty(), seen);
        Ok(())
    }

    /// The ciphertext of everything that was erased.
    pub fn dead_pages(&self) -> Canaries {
        let all = self.city.households.iter();
        let values = all.flat_map(|one| self.sealed.get(&one.number).into_iter().flatten().map(move |value| (one, value)));
        Canaries::new(values.filter(|(one, value)| Self::is_gone(one, value.group)).map(|(one, value)| value.canary(one.number)))
    }

    /// The root keys of the past, as the thief has them: their last 32 bytes are the key.
    fn dead_roots(&self, day: &Day) -> Vec<Canary> {
        let Some(thief) = &self.thief else { return Vec::new() };
        let present = fs::read(day.installation.directory.join("roots").join(format!("{NAME}.root"))).ok();
        let present = present.as_deref().and_then(roll_of);
        let roots = thief.loot().roots.into_iter().filter(|(number, _)| present.is_none_or(|present| *number < present));
        roots.filter_map(|(number, bytes)| Some(Canary::bytes(format!("root key {number}"), bytes.get(24..)?))).collect()
    }

    /// Where files of the installation and copies of it are meant to be.
    fn places(&self, day: &Day) -> Vec<PathBuf> {
        let mut places = vec![day.installation.directory.clone(), day.directory.path().join("backups")];
        places.extend(self.args.cluster.clone());
        places
    }

    fn spoil_files(&self, day: &Day) -> Result<(), Failure> {
        let house = &day.installation.directory;
        let name = self.city.households.first().map(|one| one.request.household.name.clone()).unwrap_or_default();
        match self.args.sabotage {
            Some(Spoil::Log) => Ok(fs::write(house.join("logs/server.log.1.gz"), gzipped(name.as_bytes())?)?),
            Some(Spoil::Root) => {
                let root = self.thief.as_ref().and_then(|thief| thief.loot().roots.into_values().next());
                Ok(fs::write(house.join("roots/kept.root"), root.unwrap_or_default())?)
            }
            _ => Ok(()),
        }
    }

    /// A search that finds nothing may be blind: in every kind of place one value is planted, found, and taken away again.
    fn plant_everywhere(&self, day: &mut Day) -> Result<(), Failure> {
        let value = self.city.households.first().map(|one| one.request.household.mobile.clone()).unwrap_or_default();
        let canaries = Canaries::new([Canary::new("planted", value.clone())]);
        let (house, backups) = (day.installation.directory.clone(), day.directory.path().join("backups"));
        let places = ["stores/planted.db", "stores/planted.db-wal", "keys/planted.tree", "roots/planted.root", "tiles/planted", "logs/planted.gz", "tmp/planted"];
        let places = places.iter().map(|place| house.join(place)).chain([backups.join("planted.age")]);
        let mut missed = Vec::new();
        for place in places {
            let hidden = [vec![0xa5; 5000], value.encode_utf16().flat_map(u16::to_le_bytes).collect(), vec![0x5a; 5000]].concat();
            let gz = place.extension().is_some_and(|end| end == "gz");
            fs::write(&place, if gz { gzipped(&hidden)? } else { hidden })?;
            let mut scanned = Scanned::default();
            for directory in self.places(day) {
                add(&mut scanned, canaries.scan_dir(&directory)?);
            }
            fs::remove_file(&place)?;
            if !scanned.found.iter().any(|found| found.file == place) {
                missed.push(place.display().to_string());
            }
        }
        day.told.findings.note(1, "what is planted in each kind of place is found there", missed.is_empty(), format!("eight places; missed: {}", missed.join(", ")));
        Ok(())
    }
}

fn add(all: &mut Scanned, more: Scanned) {
    all.files += more.files;
    all.bytes += more.bytes;
    all.streams += more.streams;
    all.found.extend(more.found);
}

fn said(canaries: &Canaries, scanned: &Scanned, day: &Day) -> String {
    let example = scanned.found.first().map(|found| {
        let file = found.file.strip_prefix(day.directory.path()).unwrap_or(Path::new(&found.file)).display();
        format!("; first: {} as {} in {file} at byte {}", found.canary, found.encoding, found.at)
    });
    let (sought, files, megabytes) = (canaries.len(), scanned.files, scanned.bytes / 1_000_000);
    format!("{sought} values, {files} files or mappings, {megabytes} MB, {} streams opened, {} found{}", scanned.streams, scanned.found.len(), example.unwrap_or_default())
}
