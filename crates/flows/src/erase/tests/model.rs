//! Random acts against a plain list of what was erased: registrations, withdrawals, erasures of a group, a person and a day, rolls,
//! midnights, starts and crashes in any order. What was erased never opens again, all else does, and ledger, rows, journal and
//! certificates say the same. A failing run names its seed; put it into `SEED` to run it again.

use std::collections::BTreeSet;

use kernel::Random;
use testkit::SeededRandom;

use super::*;

const SEED: Option<u64> = None;
const RUNS: usize = 250;
const STEPS: usize = 9;

#[test]
fn promise_04_under_any_order_of_acts_and_crashes_the_erased_never_opens_again_and_all_others_do() {
    let mut template = City::new();
    template.platform = None;
    let mut tally = [0; ACTS];
    for _ in 0..SEED.map_or(RUNS, |_| 1) {
        let seed = SEED.unwrap_or_else(|| seal::OsRandom.below(u64::MAX));
        let mut model = Model::new(&template, seed);
        for _ in 0..STEPS {
            model.act(&mut tally);
            model.agrees();
        }
        model.ends();
    }
    assert!(SEED.is_some() || tally.iter().all(|count| *count > 20), "every act was tried: {tally:?}");
}

/// What should be there of one household.
struct Kept {
    n: usize,
    id: Id<kinds::Household>,
    people: [bool; 2],
    contact: bool,
    mobile: bool,
}

struct Model {
    seed: u64,
    dice: SeededRandom,
    city: City,
    kept: Vec<Kept>,
    /// After a day was erased nothing is sealed for it any more.
    closed: bool,
    orders: usize,
    done: Vec<String>,
}

const ACTS: usize = 8;

impl Model {
    fn new(template: &City, seed: u64) -> Self {
        let city = template.twin(crate::rehearsal::in_memory());
        let dice = SeededRandom::new(seed);
        let mut model = Self { seed, dice, city, kept: Vec::new(), closed: false, orders: 0, done: Vec::new() };
        model.register();
        model
    }

    fn story(&self) -> String {
        format!("seed {}: {}", self.seed, self.done.join(", "))
    }

    fn roll(&self, sides: usize) -> usize {
        usize::try_from(self.dice.below(u64::try_from(sides).unwrap())).unwrap()
    }

    fn act(&mut self, tally: &mut [usize; ACTS]) {
        let act = self.roll(ACTS + 2).min(ACTS - 1);
        tally[act] += 1;
        match act {
            0 | 1 => self.register(),
            2 => self.midnight(),
            3 => self.certify(),
            4 => {
                self.done.push("start".into());
                self.city.restart();
            }
            5 => self.day(),
            6 => self.crash(),
            _ => self.erase(),
        }
    }

    fn register(&mut self) {
        if self.closed {
            return;
        }
        let n = self.kept.len() + 1;
        self.done.push(format!("register {n}"));
        let id = self.city.register(n).id;
        self.kept.push(Kept { n, id, people: [true; 2], contact: true, mobile: true });
    }

    fn midnight(&mut self) {
        self.done.push("midnight".into());
        self.city.clock.advance_days(1);
        self.city.work();
    }

    fn certify(&mut self) {
        self.done.push("certify".into());
        let issued = certify(self.city.platform(), &self.city.service()).unwrap();
        for (_, certificate) in issued {
            let (good, said) = check(&self.city, &certificate.to_json().to_string());
            assert!(good && said.contains("before its time"), "{}: {said}", self.story());
        }
    }

    /// One of the parts of one of the households.
    fn choose(&mut self) -> (usize, EraseWhat) {
        let parts = [
            EraseWhat::All,
            EraseWhat::Group(FieldGroup::Identity),
            EraseWhat::Group(FieldGroup::Contact),
            EraseWhat::Group(FieldGroup::Mobile),
            EraseWhat::Person(1),
        ];
        (self.roll(self.kept.len()), parts[self.roll(parts.len())])
    }

    fn strike(&mut self, which: usize, what: EraseWhat) {
        let kept = &mut self.kept[which];
        match what {
            EraseWhat::All => (kept.people, kept.contact, kept.mobile) = ([false; 2], false, false),
            EraseWhat::Group(FieldGroup::Identity) => kept.people = [false; 2],
            EraseWhat::Group(FieldGroup::Contact) => kept.contact = false,
            EraseWhat::Group(FieldGroup::Mobile) => kept.mobile = false,
            EraseWhat::Group(FieldGroup::Health) => {}
            EraseWhat::Person(at) => kept.people[usize::from(at)] = false,
        }
    }

    fn erase(&mut self) {
        let (which, what) = self.choose();
        self.done.push(format!("erase {what:?} of {}", self.kept[which].n));
        let id = self.kept[which].id;
        match erase_household(&self.city.service(), Actor::Visitor, id, what, Cause::Withdrawal) {
            Ok(_) => self.orders += 1,
            Err(EraseError::Nothing) => {}
            Err(error) => panic!("{}: {error}", self.story()),
        }
        self.strike(which, what);
    }

    fn day(&mut self) {
        // Rarely: nobody can register afterwards.
        if self.roll(3) > 0 {
            return self.erase();
        }
        let groups = [FieldGroup::Contact, FieldGroup::Mobile];
        let group = groups[self.roll(2)];
        self.done.push(format!("erase the day of {group:?}"));
        let service = self.city.service();
        let rule = service.scheme().group(group).clone();
        erase_day(&service, Actor::Operator, &rule.purpose, rule.expiry, Cause::Law).unwrap();
        for which in 0..self.kept.len() {
            self.strike(which, EraseWhat::Group(group));
        }
        (self.closed, self.orders) = (true, self.orders + 1);
    }

    /// The process dies after the order, after the ledger, or after the note, and starts again.
    fn crash(&mut self) {
        let (which, what) = self.choose();
        let step = self.roll(3);
        let household = self.kept[which].id;
        self.done.push(format!("crash {step} while erasing {what:?} of {}", self.kept[which].n));
        let service = self.city.service();
        let ledger = service.ledger();
        let plan = ledger.read("test.plan", |tx| registration::plan_erasure(tx, household, what)).unwrap();
        let targets = plan.map(|plan| plan.targets).unwrap_or_default();
        if !targets.is_empty() {
            let random = &**ledger.random();
            let targets: Vec<(Target, [u8; 32])> = targets.iter().map(|(target, _)| (*target, random.bytes32())).collect();
            let (record, scope, cause) = (Some(household.bytes()), "crash".to_owned(), Cause::Officer);
            let order = EraseOrder { record, scope, households: 1, persons: 2, targets: targets.clone(), cause };
            let (id, _) = ledger.write("test.order", Actor::Operator, move |work| vault::order_erasure(work, &order)).unwrap();
            if step > 0 {
                let entries = ledger.keys().erase(ledger.now(), &targets).unwrap();
                let numbers = (entries.first().unwrap().number, entries.last().unwrap().number);
                if step > 1 {
                    let note = move |work: &mut journal::Work<'_, '_>| vault::note_erased(work, id, numbers);
                    ledger.write("test.note", Actor::Operator, note).unwrap();
                }
            }
            self.orders += 1;
        }
        drop(service);
        self.city.restart();
        self.strike(which, what);
    }

    fn count(&self, sql: &'static str) -> usize {
        let rows = self.city.service().ledger().read("test.count", move |tx| tx.query(sql, &[])).unwrap();
        usize::try_from(rows[0].get::<i64>(0).unwrap()).unwrap()
    }

    fn agrees(&self) {
        let (story, service) = (self.story(), self.city.service());
        for kept in &self.kept {
            let own = open_own(service.ledger(), kept.id).unwrap();
            let numbers: Vec<String> = own.people.iter().map(|person| person.id_number.formatted()).collect();
            let due = [2 * kept.n, 2 * kept.n + 1].into_iter().zip(kept.people);
            let due: Vec<String> = due.filter(|(_, there)| *there).map(|(n, _)| number(n)).collect();
            assert_eq!(numbers, due, "people of {}; {story}", kept.n);
            let (contact, phone) = (own.contact.map(|contact| contact.name), own.mobile.map(|phone| phone.digits().to_owned()));
            assert_eq!(contact, kept.contact.then(|| name(kept.n)), "contact of {}; {story}", kept.n);
            assert_eq!(phone, kept.mobile.then(|| mobile(kept.n)), "mobile of {}; {story}", kept.n);
        }
        let rows = |there: fn(&Kept) -> bool| self.kept.iter().filter(|kept| there(kept)).count();
        for (sql, due) in [
            ("-- test.i\nselect count(*) from household_submission where identity is not null", rows(|kept| kept.people != [false; 2])),
            ("-- test.c\nselect count(*) from household_submission where contact is not null", rows(|kept| kept.contact)),
            ("-- test.m\nselect count(*) from household_submission where mobile is not null", rows(|kept| kept.mobile)),
            ("-- test.o\nselect count(*) from vault_erasure", self.orders),
            ("-- test.open\nselect count(*) from vault_erasure where state = 'ordered'", 0),
            ("-- test.j\nselect count(*) from journal_event where verb = 'vault.erasure_ordered'", self.orders),
            ("-- test.n\nselect count(*) from journal_event where verb = 'vault.erased_early'", self.orders),
        ] {
            assert_eq!(self.count(sql), due, "{sql}; {story}");
        }
        let entries = service.ledger().keys().erasures_since(0).unwrap();
        let commitments = service.ledger().read("test.commitments", |tx| {
            tx.query("-- test.commitments\nselect commitment from vault_erasure_target", &[])
        });
        let ordered: BTreeSet<Vec<u8>> = commitments.unwrap().iter().map(|row| row.get(0).unwrap()).collect();
        let kept = service.ledger().read("test.applied", vault::applied).unwrap();
        assert_eq!(kept, entries.last().map_or(0, |entry| entry.number), "the rows follow the ledger; {story}");
        // What is certified keeps no list of its targets.
        let known = entries.iter().filter(|entry| ordered.contains(entry.commitment.as_slice())).count();
        assert_eq!(known, ordered.len(), "everything ordered stands in the ledger, once; {story}");
    }

    /// In the end everything is certified, and a start changes nothing.
    fn ends(&mut self) {
        self.certify();
        self.city.restart();
        self.agrees();
        let certified = self.count("-- test.certified\nselect count(*) from vault_erasure where state = 'certified'");
        assert_eq!(certified, self.orders, "{}", self.story());
        let kept = self.city.platform().ledger().read("test.kept", |tx| {
            tx.query("-- test.kept\nselect certificate from erasure_certificate", &[])
        });
        let kept = kept.unwrap();
        assert_eq!(kept.len(), self.orders, "{}", self.story());
        for row in kept {
            assert!(check(&self.city, &row.get::<String>(0).unwrap()).0, "{}", self.story());
        }
        assert!(!self.city.service().ledger().keys().needs_roll() || self.orders == 0);
    }
}
