//! Unusual use of personal data: noticed from what every opening and every search leaves behind anyway.

use std::collections::BTreeMap;

use hongkong::OfficeHours;
use journal::{Event, Work};
use kernel::{Day, Id, Instant, kinds};
use people::{Grant, OpenRecord};
use seal::Keyring;
use serde_json::Value;
use store::{StoreError, Tx};

use crate::storage::watch::{self as storage, SearchRow};

/// What is still usual. Beyond it a supervisor and the privacy officer are told (S17 14.4, PDPO DPP4(1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchLimits {
    /// Records that one officer opens in any sixty minutes. Who helps callers needs more than a minute for each.
    pub openings_an_hour: usize,
    /// Searches of one officer for one and the same registration in seven days.
    pub searches_a_week: usize,
    /// When offices are open; an opening at any other time is told.
    pub hours: OfficeHours,
}

impl Default for WatchLimits {
    fn default() -> Self {
        Self { openings_an_hour: 60, searches_a_week: 5, hours: OfficeHours::USUAL }
    }
}

/// What is unusual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unusual {
    /// So many records in one hour.
    ManyOpenings,
    /// Records opened when offices are closed.
    OutOfHours,
    /// The same registration searched for again and again.
    RepeatedSearch,
}

/// Something unusual that one officer did on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub unusual: Unusual,
    /// Who did it.
    pub officer: Id<kinds::Officer>,
    /// The officer's department at that moment.
    pub department: Id<kinds::Department>,
    /// On which day.
    pub day: Day,
    /// How often: the openings in the fullest hour, those out of hours on that day, or the searches in seven days.
    pub count: usize,
}

/// More openings than this in two days are looked at in part; the limits are passed long before.
const OPENINGS_MOST: i64 = 100_000;
const SEARCHES_MOST: i64 = 100_000;
const HOUR_MS: i64 = 3_600_000;
const WEEK_DAYS: i32 = 7;
/// How long a search stays on record: four looks at a week.
const SEARCH_DAYS: i32 = 28;

impl Unusual {
    /// The name in keys and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::ManyOpenings => "many-openings",
            Self::OutOfHours => "out-of-hours",
            Self::RepeatedSearch => "repeated-search",
        }
    }
}

impl Finding {
    /// Names the occasion: one officer, one day, one kind.
    pub fn key(&self) -> String {
        format!("{}:{}:{}", self.unusual.slug(), self.officer, self.day.number())
    }
}

/// Puts a search on record before it is answered. The term is kept as a keyed hash only: enough to see that it comes back.
pub fn note_search(
    work: &mut Work<'_, '_>,
    keys: &Keyring,
    grant: &Grant<OpenRecord>,
    term: &str,
) -> Result<(), StoreError> {
    let tag = keys.prf("searched", term.trim().to_uppercase().as_bytes());
    let row = SearchRow { at: work.now(), officer: grant.officer(), department: grant.department(), tag };
    let (id, expiry) = (work.new_id(), work.today().plus(SEARCH_DAYS));
    storage::insert_search(work.tx(), id, &row, expiry)?;
    work.journal(Event::new("vault.searched"))?;
    Ok(())
}

/// Whether searches stand there whose last day has passed: a look, so that watching writes nothing.
pub fn has_old_searches(tx: &mut Tx<'_>, today: Day) -> Result<bool, StoreError> {
    storage::has_old_searches(tx, today)
}

/// Forgets searches whose last day has passed. Returns how many.
pub fn forget_searches(work: &mut Work<'_, '_>) -> Result<u64, StoreError> {
    let today = work.today();
    storage::forget_searches(work.tx(), today)
}

/// What is unusual today and yesterday; looking again finds the same.
pub fn unusual_use(tx: &mut Tx<'_>, now: Instant, limits: &WatchLimits) -> Result<Vec<Finding>, StoreError> {
    let yesterday = Instant::at(now.day().plus(-1), 0);
    let mut openings: BTreeMap<Officer, Vec<Instant>> = BTreeMap::new();
    for (at, actor) in storage::single_openings(tx, yesterday, OPENINGS_MOST)? {
        if let Some(officer) = officer_of(&actor) {
            openings.entry(officer).or_default().push(at);
        }
    }
    let mut findings = Vec::new();
    for (officer, times) in &openings {
        findings.extend(many(*officer, times, limits.openings_an_hour));
        findings.extend(out_of_hours(*officer, times, limits.hours));
    }
    let week = Instant::at(now.day().plus(-WEEK_DAYS), 0);
    findings.extend(repeated(&storage::searches(tx, week, SEARCHES_MOST)?, limits.searches_a_week));
    Ok(findings)
}

/// Id and department.
type Officer = ([u8; 16], [u8; 16]);

fn officer_of(actor: &str) -> Option<Officer> {
    let actor: Value = serde_json::from_str(actor).ok()?;
    if actor.get("kind")? != "officer" {
        return None;
    }
    let officer: Id<kinds::Officer> = actor.get("id")?.as_str()?.parse().ok()?;
    let department: Id<kinds::Department> = actor.get("department")?.as_str()?.parse().ok()?;
    Some((officer.bytes(), department.bytes()))
}

fn finding(unusual: Unusual, (officer, department): Officer, day: Day, count: usize) -> Finding {
    Finding { unusual, officer: Id::from_bytes(officer), department: Id::from_bytes(department), day, count }
}

/// The fullest sixty minutes that end on each day.
fn many(officer: Officer, times: &[Instant], limit: usize) -> Vec<Finding> {
    let mut fullest: BTreeMap<Day, usize> = BTreeMap::new();
    let mut first = times.iter().peekable();
    let mut before = 0;
    for (last, at) in times.iter().enumerate() {
        while first.next_if(|early| at.since(**early) >= HOUR_MS).is_some() {
            before += 1;
        }
        let within = last + 1 - before;
        let day = fullest.entry(at.day()).or_default();
        *day = within.max(*day);
    }
    let over = fullest.into_iter().filter(|(_, count)| *count > limit);
    over.map(|(day, count)| finding(Unusual::ManyOpenings, officer, day, count)).collect()
}

fn out_of_hours(officer: Officer, times: &[Instant], hours: OfficeHours) -> Vec<Finding> {
    let mut days: BTreeMap<Day, usize> = BTreeMap::new();
    for at in times.iter().filter(|at| !hours.is_office_time(**at)) {
        *days.entry(at.day()).or_default() += 1;
    }
    days.into_iter().map(|(day, count)| finding(Unusual::OutOfHours, officer, day, count)).collect()
}

fn repeated(searches: &[SearchRow], limit: usize) -> Vec<Finding> {
    let mut terms: BTreeMap<(Officer, [u8; 32]), (Day, usize)> = BTreeMap::new();
    for search in searches {
        let officer = (search.officer.bytes(), search.department.bytes());
        let seen = terms.entry((officer, search.tag)).or_insert((search.at.day(), 0));
        *seen = (search.at.day(), seen.1 + 1);
    }
    let mut worst: BTreeMap<(Officer, Day), usize> = BTreeMap::new();
    for ((officer, _), (day, count)) in terms.into_iter().filter(|(_, (_, count))| *count > limit) {
        let most = worst.entry((officer, day)).or_default();
        *most = count.max(*most);
    }
    worst.into_iter().map(|((officer, day), count)| finding(Unusual::RepeatedSearch, officer, day, count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: Officer = ([9; 16], [1; 16]);

    fn at(text: &str) -> Instant {
        Instant::parse_hong_kong(text).unwrap()
    }

    fn each_minute(start: &str, count: i64) -> Vec<Instant> {
        (0..count).map(|minute| at(start).plus_secs(60 * minute)).collect()
    }

    #[test]
    fn one_a_minute_for_an_hour_is_usual_and_one_more_is_not() {
        let limit = WatchLimits::default().openings_an_hour;
        // Sixty minutes hold sixty openings a minute apart, however long it goes on.
        assert_eq!(many(WHO, &each_minute("2020-05-06T09:00", 480), limit), []);
        let mut faster = each_minute("2020-05-06T09:00", 60);
        faster.insert(30, at("2020-05-06T09:29").plus_secs(30));
        let found = many(WHO, &faster, limit);
        assert_eq!(found, [finding(Unusual::ManyOpenings, WHO, at("2020-05-06T09:00").day(), 61)]);
    }

    #[test]
    fn an_hour_across_midnight_is_an_hour() {
        let night: Vec<Instant> = (0..61).map(|n| at("2020-05-06T23:45").plus_secs(30 * n)).collect();
        let found = many(WHO, &night, 60);
        assert_eq!(found.iter().map(|it| (it.day, it.count)).collect::<Vec<_>>(), [(at("2020-05-07T00:00").day(), 61)]);
    }

    #[test]
    fn closed_offices_open_nothing_unseen() {
        let hours = OfficeHours::USUAL;
        assert_eq!(out_of_hours(WHO, &each_minute("2020-05-06T09:00", 500), hours), []);
        // A general holiday, and an evening.
        let closed = [at("2020-05-01T10:00"), at("2020-05-04T22:00"), at("2020-05-04T22:01")];
        let found = out_of_hours(WHO, &closed, hours);
        assert_eq!(found.iter().map(|it| it.count).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn the_same_search_again_and_again_is_seen_and_different_ones_are_not() {
        let search = |minute: i64, tag: u8, officer: u8| SearchRow {
            at: at("2020-05-06T09:00").plus_secs(60 * minute),
            officer: Id::from_bytes([officer; 16]),
            department: Id::from_bytes([1; 16]),
            tag: [tag; 32],
        };
        let different: Vec<SearchRow> = (0..50).map(|n| search(n, u8::try_from(n).unwrap(), 9)).collect();
        assert_eq!(repeated(&different, 5), []);
        let five: Vec<SearchRow> = (0..5).map(|n| search(n, 1, 9)).collect();
        assert_eq!(repeated(&five, 5), []);
        let mut six = five;
        six.push(search(6, 1, 8));
        assert_eq!(repeated(&six, 5), [], "another officer's search is another's");
        six.push(search(7, 1, 9));
        assert_eq!(repeated(&six, 5).iter().map(|it| it.count).collect::<Vec<_>>(), [6]);
    }

    #[test]
    fn only_officers_are_watched() {
        assert_eq!(officer_of(r#"{"kind":"job","name":"matching"}"#), None);
        assert_eq!(officer_of("nonsense"), None);
        let officer = Id::<kinds::Officer>::from_bytes([9; 16]);
        let department = Id::<kinds::Department>::from_bytes([1; 16]);
        let actor = journal::Actor::Officer { id: officer, department, role: "case-officer".into() };
        assert_eq!(officer_of(&actor.to_json().to_string()), Some(WHO));
    }
}
