//! The keyring against a plain list of what was erased: random acts, days, restarts, crashes and older copies of the tree.
//! A failing run prints its seed; put it into `SEED` to run it again.

use std::sync::Mutex;

use kernel::{Day, Random};
use seal::{Keyring, OsRandom, RecordNumber, Sealed, Slot, Target, sha256};

use crate::{House, now, open, purpose, random, refusal, today};

const SEED: Option<u64> = None;
const RUNS: u64 = 10;
const STEPS: usize = 60;
const TREE: &str = "keys/cumask.tree";
const ROOT: &str = "roots/cumask.root";
const LEDGER: &str = "tiles/cumask/erasures";
const COPY: &str = "keys/cumask.tree.erasures";

#[test]
fn an_erased_value_never_opens_again_and_all_others_do_under_any_order_of_acts_and_crashes() {
    for _ in 0..RUNS {
        let seed = SEED.unwrap_or_else(|| OsRandom.below(u64::MAX));
        println!("seed {seed}");
        let mut model = Model::new(seed);
        for step in 0..STEPS {
            model.act();
            model.check(&format!("seed {seed}, step {step}"));
        }
    }
}

struct Dice(u64, Mutex<u64>);

impl Random for Dice {
    fn fill(&self, out: &mut [u8]) {
        let mut count = self.1.lock().unwrap();
        for chunk in out.chunks_mut(32) {
            *count += 1;
            chunk.copy_from_slice(&sha256(&[&self.0.to_be_bytes(), &count.to_be_bytes()])[..chunk.len()]);
        }
    }
}

struct Model {
    dice: Dice,
    house: House,
    keys: Option<Keyring>,
    today: Day,
    values: Vec<(Slot, Sealed)>,
    erased: Vec<Target>,
    /// The tree as it was at some moment since the last roll, and the number of rolls then.
    old_tree: Option<(Vec<u8>, usize)>,
}

impl Model {
    fn new(seed: u64) -> Self {
        let house = House::new();
        let keys = house.create();
        keys.add_purpose(&purpose("delivery")).unwrap();
        let dice = Dice(seed, Mutex::new(0));
        Self { dice, house, keys: Some(keys), today: today(), values: Vec::new(), erased: Vec::new(), old_tree: None }
    }

    fn act(&mut self) {
        match self.dice.below(12) {
            0..4 => (0..4).for_each(|_| self.seal()),
            4 => self.erase(),
            5 | 6 => self.erase_and_crash(),
            7 => self.next_day(),
            8 => drop(self.keys().roll().unwrap()),
            9 => self.roll_and_crash(),
            10 => self.put_an_older_tree_back(),
            _ => self.reopen(),
        }
    }

    /// Every value that was ever sealed opens, or does not, as the list says; and so does sealing it anew.
    fn check(&self, when: &str) {
        for (slot, sealed) in &self.values {
            let expected = self.is_alive(slot);
            assert_eq!(open(self.keys(), slot, sealed).is_ok(), expected, "{when}: {slot:?} of {:?}", self.erased);
            assert_eq!(self.keys().seal(slot, b"y").is_ok(), expected, "{when}: {slot:?}");
        }
    }

    fn is_alive(&self, slot: &Slot) -> bool {
        slot.expiry >= self.today && !self.erased.iter().any(|target| names(target, slot))
    }

    fn keys(&self) -> &Keyring {
        self.keys.as_ref().unwrap()
    }

    fn pick(&self, bound: u8) -> u8 {
        u8::try_from(self.dice.below(bound.into())).unwrap()
    }

    fn slot(&self) -> Slot {
        Slot {
            purpose: purpose(if self.pick(2) == 0 { "matching" } else { "delivery" }),
            record: RecordNumber(self.dice.below(4)),
            person: [0, 1, 9][usize::from(self.pick(3))],
            group: [0, 3, 8][usize::from(self.pick(3))],
            schema: 1,
            expiry: self.today.plus(self.pick(5).into()),
        }
    }

    fn target(&self) -> Target {
        let Slot { purpose, record, person, group, expiry, .. } = self.slot();
        match self.dice.below(16) {
            0..5 => Target::Value { purpose, expiry, record, person, group },
            5..9 => Target::Group { purpose, expiry, record, persons: self.pick(11), group },
            9..13 => Target::Record { purpose, expiry, record },
            13 | 14 => Target::Day { purpose, expiry },
            // Rarely, or nothing would be left to look at.
            _ if self.values.len() > 60 => Target::Purpose { purpose },
            _ => Target::Value { purpose, expiry, record, person, group },
        }
    }

    fn seal(&mut self) {
        let slot = self.slot();
        if self.is_alive(&slot) {
            let sealed = self.keys().seal(&slot, b"x").unwrap();
            self.values.push((slot, sealed));
        } else {
            drop(refusal(self.keys().seal(&slot, b"x")));
        }
    }

    fn batch(&self) -> Vec<(Target, [u8; 32])> {
        (0..=self.dice.below(3)).map(|_| (self.target(), self.dice.bytes32())).collect()
    }

    fn erase(&mut self) {
        let batch = self.batch();
        self.keys().erase(now(), &batch).unwrap();
        self.erased.extend(batch.iter().map(|(target, _)| target));
    }

    /// A crash in the middle of an erasure: the ledger has some of its bytes, and the tree is perhaps the old one.
    fn erase_and_crash(&mut self) {
        let before = (self.ledger(), self.house.file(TREE));
        let batch = self.batch();
        self.keys().erase(now(), &batch).unwrap();
        let whole = self.ledger();
        // What an earlier crash left of a line gives way to the new lines, which may be shorter.
        let stood = before.0.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        assert_eq!(whole[..stood], before.0[..stood], "seed {}: a whole line is gone", self.dice.0);
        let old_tree = self.dice.below(3) > 0;
        let cut = if old_tree && self.dice.below(2) == 0 {
            let lost = self.dice.below((whole.len() - stood) as u64 + 1);
            whole.len() - usize::try_from(lost).unwrap()
        } else {
            whole.len()
        };
        self.keys = None;
        if old_tree {
            self.write(TREE, &before.1);
        }
        self.write(LEDGER, &whole[..cut]);
        // The copy is written after the ledger; or one of the two was lost and the other is whole.
        match self.dice.below(4) {
            _ if cut < whole.len() => self.write(COPY, &before.0),
            0 => self.write(COPY, &before.0),
            1 => drop(std::fs::remove_file(self.house.0.path().join(COPY))),
            2 => drop(std::fs::remove_file(self.house.0.path().join(LEDGER))),
            _ => {}
        }
        let lines = |bytes: &[u8]| bytes.split(|&byte| byte == b'\n').count().saturating_sub(2);
        let written = lines(&whole[..cut]).saturating_sub(lines(&before.0));
        self.erased.extend(batch.iter().take(written).map(|(target, _)| target));
        self.reopen();
    }

    /// A crash in the middle of a roll, before or after the tree was written.
    fn roll_and_crash(&mut self) {
        let before = (self.house.file(TREE), self.house.file(ROOT));
        self.keys().roll().unwrap();
        let after_root = self.house.file(ROOT);
        self.keys = None;
        self.write("roots/cumask.root.new", &after_root);
        match self.dice.below(3) {
            0 => {
                self.write(TREE, &before.0);
                self.write(ROOT, &before.1);
            }
            1 => self.write(ROOT, &before.1),
            _ => self.write(ROOT, &self.dice.bytes32()),
        }
        self.reopen();
    }

    /// An older copy of the tree under the present root learns from the ledger what was erased since. Older ones are refused.
    fn put_an_older_tree_back(&mut self) {
        let rolls = self.keys().rolls().unwrap().len();
        let present = self.house.file(TREE);
        if let Some((tree, then)) = self.old_tree.take() {
            self.keys = None;
            self.write(TREE, &tree);
            if then == rolls {
                self.reopen();
            } else {
                drop(refusal(self.house.open_on(self.today)));
                self.write(TREE, &present);
                self.reopen();
            }
        } else {
            self.old_tree = Some((present, rolls));
        }
    }

    fn next_day(&mut self) {
        self.today = self.today.plus(1);
        self.keys().midnight(self.today).unwrap();
    }

    fn reopen(&mut self) {
        self.keys = None;
        if self.dice.below(4) == 0 {
            self.today = self.today.plus(1);
        }
        let keys = Keyring::open(self.house.place(), "cumask", self.today, random());
        self.keys = Some(keys.unwrap_or_else(|error| panic!("seed {}: {error}", self.dice.0)));
    }

    fn ledger(&self) -> Vec<u8> {
        std::fs::read(self.house.place().erasures).unwrap_or_default()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::create_dir_all(self.house.0.path().join("tiles/cumask")).unwrap();
        std::fs::write(self.house.0.path().join(name), bytes).unwrap();
    }
}

/// Whether a target names a slot, told from their fields alone.
fn names(target: &Target, slot: &Slot) -> bool {
    match *target {
        Target::Value { purpose, expiry, record, person, group } => {
            (purpose, expiry, record, person, group) == (slot.purpose, slot.expiry, slot.record, slot.person, slot.group)
        }
        Target::Group { purpose, expiry, record, persons, group } => {
            (purpose, expiry, record, group) == (slot.purpose, slot.expiry, slot.record, slot.group) && slot.person < persons
        }
        Target::Record { purpose, expiry, record } => (purpose, expiry, record) == (slot.purpose, slot.expiry, slot.record),
        Target::Day { purpose, expiry } => (purpose, expiry) == (slot.purpose, slot.expiry),
        Target::Purpose { purpose } => purpose == slot.purpose,
        Target::Service => true,
        Target::LedgerLost { .. } => false,
    }
}
