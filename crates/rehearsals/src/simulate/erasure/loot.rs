//! The thief tries each thing he has with each other, and with what is there now.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use kernel::Secret;
use registration::scheme::FieldGroup;
use seal::{KeyPlace, Keyring, OsRandom, RootPlace, TokenPlace};

use super::again::beside;
use super::city::Household;
use super::deeds::{AFTER, Course, NAME};
use super::thief::{Keys, Loot, Thief, roll_of};
use crate::simulate::day::{Day, SLUG};
use crate::simulate::story::{MEND, at};
use crate::simulate::{Console, Failure};

/// What came of the attempts.
#[derive(Clone, Debug, Default)]
struct Attempts {
    /// Trees tried with roots.
    tried: usize,
    /// Trees of the past that a root of another time opened, the present one for example: none may be.
    wrong: usize,
    /// Trees that the root stolen with them opened: what a file root cannot prevent.
    documented: usize,
    /// Values that can be opened so and were erased later.
    later: usize,
    /// Values that can be opened though they had been erased before: none may be.
    earlier: usize,
    /// Erased values that can be opened with anything that is there now: none may be.
    now: usize,
}

impl Course {
    /// Tree with root, tree with the present root, whole old installations with the present root.
    pub fn try_loot(&mut self, day: &mut Day) -> Result<String, Failure> {
        let thief = self.thief.take().ok_or("there is no thief")?;
        let (loot, steps) = (thief.loot(), thief.steps.clone());
        let (trees, roots) = thief.count();
        drop::<Thief>(thief);
        let scratch = day.directory.path().join("loot");
        let attempts = self.attempts(day, &loot, &scratch)?;
        let in_file = self.args.token.is_none();
        let findings = &mut day.told.findings;
        findings.note(4, "a stolen key tree opens with no root but the one stolen with it", attempts.wrong == 0 && attempts.tried > 0, format!("{trees} trees, {roots} roots, {} attempts, {} opened", attempts.tried, attempts.wrong));
        findings.note(4, "even that opens nothing erased before the theft", attempts.earlier == 0, format!("{} values", attempts.earlier));
        findings.note(4, "with the present root nothing erased opens, whatever tree is put under it", attempts.now == 0, format!("{} values", attempts.now));
        let limit = format!("{} trees with their own roots open {} values that were erased later", attempts.documented, attempts.later);
        if in_file {
            findings.expect("the thief can see: a root in a file, stolen with its tree, opens what was alive then (docs/keys.md)", attempts.later > 0, limit);
        } else {
            findings.note(4, "a root in a token gives the thief not even that", attempts.documented == 0, limit);
        }
        let old = steps.iter().find(|(name, _)| name == "the whole city").ok_or("the thief missed the whole city")?;
        let said = whole(day, &old.1, &scratch.join("whole"), false)?;
        let refused = said.as_ref().err().is_some_and(|said| said.contains("an old copy opens nothing"));
        day.told.findings.note(4, "a whole older installation is refused under the present roots", refused, said.err().unwrap_or_else(|| "accepted".into()));
        // The thief of files has no copy of what a database server keeps.
        if in_file && day.in_files()? {
            let said = whole(day, &old.1, &scratch.join("own"), true)?;
            day.told.findings.expect("with its own roots it opens: the documented limit of a root in a file", said.is_ok(), said.err().unwrap_or_default());
        }
        fs::remove_dir_all(&scratch)?;
        Ok(format!("{} attempts, {} whole copies", attempts.tried, steps.len()))
    }

    fn attempts(&self, day: &Day, loot: &Loot, scratch: &Path) -> Result<Attempts, Failure> {
        let (mut attempts, present) = (Attempts::default(), roots_now(day)?);
        let tree = fs::read(day.installation.directory.join("keys").join(format!("{NAME}.tree")))?;
        let known: BTreeSet<u64> = loot.roots.keys().copied().collect();
        for (place, keys) in loot.keys.iter().enumerate() {
            let own = roll_of(&keys.tree).unwrap_or(u64::MAX);
            // Its own root, the present one, and two of other times.
            let others = [place * 7, place * 13 + 1].map(|n| known.iter().nth(n % known.len().max(1)).copied());
            let numbers: BTreeSet<u64> = others.into_iter().flatten().chain([own]).collect();
            for number in numbers {
                let Some(root) = loot.roots.get(&number) else { continue };
                self.attempt(&mut attempts, keys, (root, number == own, false), scratch)?;
            }
            match &present {
                Some(root) => self.attempt(&mut attempts, keys, (root, roll_of(root) == Some(own), true), scratch)?,
                None => self.with_token(&mut attempts, keys, (scratch, &tree))?,
            }
        }
        Ok(attempts)
    }

    fn attempt(&self, attempts: &mut Attempts, keys: &Keys, (root, own, now): (&[u8], bool, bool), scratch: &Path) -> Result<(), Failure> {
        fs::create_dir_all(scratch.join("roots"))?;
        let file = scratch.join("roots").join("stolen.root");
        fs::write(&file, root)?;
        let place = put(keys, RootPlace::File(file), scratch)?;
        attempts.tried += 1;
        let opened = Keyring::open(place, NAME, at(MEND).day(), Arc::new(OsRandom));
        if let Ok(ring) = &opened {
            attempts.wrong += usize::from(!own);
            attempts.documented += usize::from(own && !now);
            self.count(attempts, keys, ring, now);
        }
        drop(opened);
        Ok(fs::remove_dir_all(scratch)?)
    }

    /// With the token itself in the thief's hands: looked at only, since opening may change the root of the living.
    fn with_token(&self, attempts: &mut Attempts, keys: &Keys, (scratch, present): (&Path, &[u8])) -> Result<(), Failure> {
        let Some([module, label, pin]) = self.args.token.as_deref() else { return Ok(()) };
        let pin = Secret::new(fs::read_to_string(pin)?.trim().to_owned());
        let token = TokenPlace { module: module.into(), token: label.clone(), pin };
        let place = put(keys, RootPlace::Token(token), scratch)?;
        attempts.tried += 1;
        let opened = Keyring::inspect(&place, NAME).is_ok();
        attempts.wrong += usize::from(opened && roll_of(&keys.tree) != roll_of(present));
        Ok(fs::remove_dir_all(scratch)?)
    }

    fn count(&self, attempts: &mut Attempts, keys: &Keys, ring: &Keyring, now: bool) {
        let told = self.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let before: BTreeSet<usize> = told.iter().take(keys.told).copied().collect();
        for household in &self.city.households {
            let values = self.sealed.get(&household.number).into_iter().flatten();
            for value in values.filter(|value| is_gone(household, value.group)) {
                let open = value.slots.iter().filter(|slot| ring.is_alive(slot)).count();
                match (now, before.contains(&household.number)) {
                    (true, _) => attempts.now += open,
                    (false, true) => attempts.earlier += open,
                    (false, false) => attempts.later += open,
                }
            }
        }
    }
}

fn is_gone(household: &Household, group: FieldGroup) -> bool {
    Course::is_gone(household, group)
}

/// Stolen tree and ledger in a place of their own, as the thief would put them.
fn put(keys: &Keys, root: RootPlace, scratch: &Path) -> Result<KeyPlace, Failure> {
    for part in ["keys", "roots", "tiles"] {
        fs::create_dir_all(scratch.join(part))?;
    }
    let (tree, erasures) = (scratch.join("keys/stolen.tree"), scratch.join("tiles/erasures"));
    fs::write(&tree, &keys.tree)?;
    fs::write(&erasures, &keys.ledger)?;
    Ok(KeyPlace { tree, root, erasures, escrow: None })
}

/// The present root, when it stands in a file.
fn roots_now(day: &Day) -> Result<Option<Vec<u8>>, Failure> {
    match fs::read(day.installation.directory.join("roots").join(format!("{NAME}.root"))) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        root => Ok(Some(root?)),
    }
}

/// A whole stolen installation, with the present roots or with its own: whether it opens, or what is said.
fn whole(day: &Day, stolen: &Path, scratch: &Path, own: bool) -> Result<Result<(), String>, Failure> {
    let installation = beside(&day.installation, scratch, if own { &[] } else { &["roots"] })?;
    for part in ["stores", "keys", "tiles"].iter().chain(own.then_some(&"roots")) {
        super::thief::copy(&stolen.join(part), &scratch.join(part))?;
    }
    let console = Console::open(&installation, at(if own { MEND } else { AFTER }));
    Ok(console.map_err(|error| error.to_string()).and_then(|console| console.service(SLUG).map(drop).map_err(|error| error.to_string())))
}
