//! Sees every sealed value that ever stands in a store, keeps it for ever, and tries it again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use journal::{Actor, Committed, Event, Ledger};
use kernel::Day;
use seal::{Purpose, Sealed, Slot, Target, sha256};
use store::{Migration, StoreError};

use crate::inventory::tests::{all_columns, sealed_columns};
use crate::open_platform::{PLATFORM_TABLES, SERVICE_TABLES};
use crate::rehearsal::City;
use crate::platform_inventory;

/// One column of sealed bytes, and how it is read.
struct Column {
    place: String,
    /// Value, purpose and last day of each row.
    rows: &'static str,
    /// Rows whose last day has passed and which still hold something.
    late: &'static str,
}

/// A value as it stood in a store on some day.
struct Seen {
    place: usize,
    slot: Slot,
    sealed: Sealed,
    erased: bool,
}

/// What is known of one store.
#[derive(Default)]
struct Memory {
    known: BTreeSet<[u8; 32]>,
    seen: Vec<Seen>,
    entries: u64,
}

pub struct Witness {
    platform: Vec<Column>,
    service: Vec<Column>,
    memory: BTreeMap<String, Memory>,
    /// Columns that were seen filled, with how many values.
    pub filled: BTreeMap<String, usize>,
    /// How often a value was tried.
    pub tried: usize,
}

/// A list encrypted to a courier stands here until the same moment's hand-over seals it under its lease.
const PASSING: &str = "delivery_export.file";

impl Witness {
    pub fn new() -> Self {
        let city_rows = platform_inventory().rows;
        let of = |tables: &[&[Migration]], purposes: &dyn Fn(&str) -> Option<String>| {
            let columns = all_columns(tables);
            let listed = sealed_columns(tables).into_iter();
            listed.map(|(table, column)| Column::new(&columns, &table, &column, purposes)).collect()
        };
        let named = |place: &str| city_rows.iter().find(|row| row.place() == place).map(|row| row.purpose.clone());
        let message = |place: &str| (place == "notify_message.sealed").then(|| notify::PURPOSE.to_owned());
        Self {
            platform: of(PLATFORM_TABLES, &named),
            service: of(SERVICE_TABLES, &message),
            memory: BTreeMap::new(),
            filled: BTreeMap::new(),
            tried: 0,
        }
    }

    /// Takes note of everything that stands in the stores now. Each value says, sealed with it, the day that its row says.
    pub fn look(&mut self, city: &City) {
        for (store, ledger) in ledgers(city) {
            let columns = if store == "platform" { &self.platform } else { &self.service };
            let memory = self.memory.entry(store.clone()).or_default();
            for (at, column) in columns.iter().enumerate() {
                let rows = ledger.read("test.walk", |tx| tx.query(column.rows, &[])).unwrap();
                assert!(rows.is_empty() || column.place != PASSING, "a courier's list was not handed over");
                for row in rows {
                    let bytes: Vec<u8> = row.get(0).unwrap();
                    if !memory.known.insert(sha256(&[column.place.as_bytes(), &bytes])) {
                        continue;
                    }
                    let purpose = Purpose::new(&row.get::<String>(1).unwrap()).unwrap();
                    let last: Day = row.get(2).unwrap();
                    for sealed in column.values(&bytes) {
                        let slot = sealed.claimed_slot(purpose).unwrap_or_else(|_| panic!("{} is not sealed", column.place));
                        assert_eq!(slot.expiry, last, "{} in {store} says another day than its row", column.place);
                        *self.filled.entry(column.place.clone()).or_default() += 1;
                        memory.seen.push(Seen { place: at, slot, sealed, erased: false });
                    }
                }
            }
        }
    }

    /// Tries what was ever seen, with the keys as they are: what has neither expired nor been erased opens, all else does not. Around
    /// its last day each value is tried every day, at other times on every eighth or when `all` is asked for.
    pub fn try_everything(&mut self, city: &City, today: Day, all: bool) {
        for (store, ledger) in ledgers(city) {
            let columns = if store == "platform" { &self.platform } else { &self.service };
            let Some(memory) = self.memory.get_mut(&store) else { continue };
            memory.follow(&ledger);
            let keys = ledger.keys();
            let committed = noted(&ledger);
            let turn = usize::try_from(today.number()).unwrap() % 8;
            for (at, seen) in memory.seen.iter().enumerate() {
                let near = (-2..=2).contains(&today.since(seen.slot.expiry));
                if !(all || near || at % 8 == turn) {
                    continue;
                }
                let place = &columns[seen.place].place;
                let due = today <= seen.slot.expiry && !seen.erased;
                let what = || format!("{place} in {store} on {today}, last day {}, erased: {}", seen.slot.expiry, seen.erased);
                assert_eq!(keys.is_alive(&seen.slot), due, "its key: {}", what());
                assert_eq!(committed.open(keys, &seen.slot, &seen.sealed).is_ok(), due, "opened: {}", what());
                self.tried += 1;
            }
        }
    }

    /// No row holds anything whose day has passed: where the purge runs.
    pub fn nothing_late(&self, city: &City, today: Day) {
        for (store, ledger) in ledgers(city) {
            let columns = if store == "platform" { &self.platform } else { &self.service };
            for column in columns {
                let late = ledger.read("test.late", |tx| tx.query(column.late, &[today.into()])).unwrap();
                let late: i64 = late[0].get(0).unwrap();
                assert_eq!(late, 0, "{} in {store} on {today} still holds what has expired", column.place);
            }
        }
    }

    /// Every column that can hold something personal was seen filled: nothing was passed over.
    pub fn every_column_was_seen(&self) {
        let places = self.platform.iter().chain(&self.service).map(|column| column.place.as_str());
        let empty: Vec<&str> = places.filter(|place| *place != PASSING && !self.filled.contains_key(*place)).collect();
        assert_eq!(empty, Vec::<&str>::new(), "never seen filled; seen: {:?}", self.filled);
    }
}

impl Column {
    fn new(
        columns: &BTreeSet<(String, String)>,
        table: &str,
        column: &str,
        purposes: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let place = format!("{table}.{column}");
        let has = |name: &str| columns.contains(&(table.to_owned(), name.to_owned()));
        let own = |suffix: &str| Some(format!("{column}_{suffix}")).filter(|name| has(name));
        let fixed = || purposes(&place).map(|purpose| format!("'{purpose}'"));
        let purpose = own("purpose").or_else(fixed).unwrap_or_else(|| panic!("{place} has no purpose"));
        let plain = Some("expiry".to_owned()).filter(|name| has(name));
        let expiry = own("expiry").or(plain).unwrap_or_else(|| panic!("{place} has no last day"));
        let some = format!("from {table} where {column} is not null and length({column}) > 0");
        let rows = format!("-- test.walk\nselect {column}, {purpose}, {expiry} {some}");
        let late = format!("-- test.late\nselect count(*) {some} and {expiry} < $1");
        Self { place, rows: rows.leak(), late: late.leak() }
    }

    /// The sealed values in a cell: one, or each with its length before it where a group has several people.
    fn values(&self, bytes: &[u8]) -> Vec<Sealed> {
        if !self.place.starts_with("household_submission.") {
            return vec![Sealed::from_bytes(bytes.to_vec())];
        }
        let (mut rest, mut values) = (bytes, Vec::new());
        while let Some((length, after)) = rest.split_first_chunk::<2>() {
            let (value, following) = after.split_at(usize::from(u16::from_be_bytes(*length)));
            values.extend((!value.is_empty()).then(|| Sealed::from_bytes(value.to_vec())));
            rest = following;
        }
        values
    }
}

impl Memory {
    /// Marks what was erased before its time, by the erasure ledger.
    fn follow(&mut self, ledger: &Ledger) {
        for entry in ledger.keys().erasures_since(self.entries).unwrap() {
            self.entries = entry.number;
            for seen in self.seen.iter_mut().filter(|seen| covers(&entry.target, &seen.slot)) {
                seen.erased = true;
            }
        }
    }
}

/// Whether what is to be forgotten includes what is sealed in this slot.
pub fn covers(target: &Target, slot: &Slot) -> bool {
    let here = target.purpose().is_none_or(|purpose| purpose == slot.purpose);
    let same = |expiry: Day| expiry == slot.expiry;
    here && match *target {
        Target::Value { expiry, record, person, group, .. } => {
            same(expiry) && record == slot.record && person == slot.person && group == slot.group
        }
        Target::Group { expiry, record, persons, group, .. } => {
            same(expiry) && record == slot.record && slot.person < persons && group == slot.group
        }
        Target::Record { expiry, record, .. } => same(expiry) && record == slot.record,
        Target::Day { expiry, .. } => same(expiry),
        Target::Purpose { .. } | Target::Service => true,
        Target::LedgerLost { .. } => false,
    }
}

/// Every store that stands, with its name.
pub fn ledgers(city: &City) -> Vec<(String, Arc<Ledger>)> {
    let own = ("platform".to_owned(), city.platform().ledger().clone());
    let services = city.platform().services();
    let services = services.iter().map(|service| (service.slug().to_owned(), service.ledger().clone()));
    std::iter::once(own).chain(services).collect()
}

/// The proof that an attempt to open is on record, as every verb has it.
fn noted(ledger: &Ledger) -> Committed {
    let note = |work: &mut journal::Work<'_, '_>| work.journal(Event::new("test.tried")).map(drop);
    ledger.write::<_, StoreError>("test.try", Actor::Job("test"), note).unwrap().1
}
