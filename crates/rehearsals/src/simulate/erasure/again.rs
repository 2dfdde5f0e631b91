//! Every older backup is put back: of data with the present keys, of keys under the present roots.

use std::fs;
use std::path::{Path, PathBuf};

use installation::ambient::WallClock;
use installation::config::Config;
use installation::restore::{Order, in_place};
use kernel::Instant;
use registration::scheme::FieldGroup;
use registration::{OwnData, find, open_own};
use toml::{Table, Value};

use super::city::Household;
use super::deeds::{AFTER, Course};
use super::thief::copy;
use crate::simulate::day::{Day, SLUG};
use crate::simulate::story::at;
use crate::simulate::{Console, Failure, Installation, progress};

/// What came of looking at everybody in a restored installation.
#[derive(Clone, Copy, Debug, Default)]
struct Looked {
    /// Values that were erased and stay so.
    gone: usize,
    /// Values that were erased and could be read: none may be.
    back: usize,
    /// Values that were not erased and read as they were typed.
    there: usize,
    /// Values that were not erased and do not.
    lost: usize,
}

impl Course {
    /// Data first, each with the present keys; then the keys, each refused.
    pub fn restore_all(&mut self, day: &mut Day) -> Result<String, Failure> {
        day.stop()?;
        let (mut all, mut lines) = (Looked::default(), Vec::new());
        for (place, (name, archive)) in self.data.iter().enumerate() {
            let scratch = day.directory.path().join("restored").join(place.to_string());
            let held = if place == 0 { self.city.households.len() / 2 } else { self.city.households.len() };
            let looked = self.restore(day, archive, &scratch, held)?;
            progress(&format!("  {name}: {looked:?}"));
            lines.push(looked.line(name));
            all.add(looked);
            fs::remove_dir_all(&scratch)?;
        }
        let findings = &mut day.told.findings;
        findings.note(4, "no older backup of data brings back anything that was erased", all.back == 0 && all.gone > 0, lines.join("; "));
        findings.note(4, "each brings back all of the rest, as it was typed", all.lost == 0 && all.there > 0, format!("{} values compared, {} lost or altered", all.there + all.lost, all.lost));
        let refused = self.older_keys(day)?;
        let (count, asked) = (refused.iter().filter(|line| line.contains("an old copy opens nothing")).count(), self.keys.len());
        day.told.findings.note(4, "every older backup of keys is refused", count == asked && asked > 0, refused.join("; "));
        Ok(format!("{} backups of data, {asked} of keys", self.data.len()))
    }

    /// With copies of the present keys, roots and evidence, in a place of its own.
    fn restore(&self, day: &Day, archive: &Path, scratch: &Path, held: usize) -> Result<Looked, Failure> {
        let installation = beside(&day.installation, scratch, &["keys", "roots", "tiles"])?;
        let order = Order { from: archive, identity: &self.identity, move_aside: false };
        in_place(&installation.config, &order, &clock(at(AFTER)))?;
        let console = Console::open(&installation, at(AFTER))?;
        let service = console.service(SLUG)?;
        let mut looked = Looked::default();
        for household in self.city.households.iter().take(held) {
            let reference = self.references.get(&household.number).ok_or("no reference")?;
            let row = find(service.ledger(), *reference).map_err(|error| error.to_string())?;
            let Some(row) = row else {
                looked.lost += household.values.len();
                continue;
            };
            looked.look(household, &open_own(service.ledger(), row.id)?);
        }
        Ok(looked)
    }

    /// What is said when each older backup of keys is put in the place of the present ones.
    fn older_keys(&self, day: &Day) -> Result<Vec<String>, Failure> {
        let mut refused = Vec::new();
        for (place, (name, archive)) in self.keys.iter().enumerate() {
            let scratch = day.directory.path().join("restored").join(format!("keys-{place}"));
            let installation = beside(&day.installation, &scratch, &["stores", "keys", "roots", "tiles"])?;
            let order = Order { from: archive, identity: &self.identity, move_aside: true };
            in_place(&installation.config, &order, &clock(at(AFTER)))?;
            let said = Console::open(&installation, at(AFTER)).err().map_or_else(|| "accepted".to_owned(), |error| error.to_string());
            refused.push(format!("{name}: {said}"));
            fs::remove_dir_all(&scratch)?;
        }
        Ok(refused)
    }
}

/// Another installation of the same content, with its stores in files of its own.
pub fn beside(installation: &Installation, place: &Path, parts: &[&str]) -> Result<Installation, Failure> {
    for part in ["stores", "keys", "roots", "tiles", "logs", "tmp"] {
        fs::create_dir_all(place.join(part))?;
    }
    for part in parts {
        copy(&installation.directory.join(part), &place.join(part))?;
    }
    let mut moved = installation.moved_to(place)?;
    let mut table: Table = fs::read_to_string(&moved.file)?.parse()?;
    table.insert("store".into(), Value::from(format!("sqlite:{}", place.join("stores").display())));
    fs::write(&moved.file, table.to_string())?;
    moved.config = Config::read(&PathBuf::from(&moved.file))?;
    Ok(moved)
}

fn clock(now: Instant) -> WallClock {
    let clock = WallClock::default();
    clock.show(now);
    clock
}

impl Looked {
    fn look(&mut self, household: &Household, own: &OwnData) {
        for (group, value) in &household.values {
            let readable = reads(own, *group, value);
            match (Course::is_gone(household, *group), readable) {
                (true, true) => self.back += 1,
                (true, false) => self.gone += 1,
                (false, true) => self.there += 1,
                (false, false) => self.lost += 1,
            }
        }
    }

    fn add(&mut self, more: Self) {
        self.gone += more.gone;
        self.back += more.back;
        self.there += more.there;
        self.lost += more.lost;
    }

    fn line(self, name: &str) -> String {
        format!("{name}: {} erased, {} of them back", self.gone + self.back, self.back)
    }
}

/// Whether what was opened holds the value that was typed.
fn reads(own: &OwnData, group: FieldGroup, value: &str) -> bool {
    match group {
        FieldGroup::Identity => own.people.iter().any(|person| person.id_number.number() == value),
        FieldGroup::Contact => {
            own.contact.as_ref().is_some_and(|contact| contact.name.contains(value) || contact.address.line.contains(value))
        }
        FieldGroup::Mobile => own.mobile.as_ref().is_some_and(|mobile| mobile.digits() == value),
        FieldGroup::Health => false,
    }
}
