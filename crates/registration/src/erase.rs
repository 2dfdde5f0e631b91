use std::collections::BTreeSet;

use journal::{Actor, Event, Ledger, Work, tree_root};
use kernel::{Day, Id, kinds, to_hex};
use seal::{ErasureEntry, Purpose, RecordNumber, SealError, Target, sha256};
use store::{RunError, StoreError, Tx};

use crate::matching::{Reason, State};
use crate::record_result::TESTS_MOST;
use crate::scheme::FieldGroup;
use crate::sealing::{SealedGroup, split};
use crate::storage;
use crate::storage::counter::Tally;
use crate::storage::household::HouseholdRow;
use crate::storage::submission::Submitted;

/// What of a household is to be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EraseWhat {
    /// Everything.
    All,
    /// One group of fields.
    Group(FieldGroup),
    /// One person of it, counted from 0: the number and date of birth. The main registrant goes with everything only.
    Person(u8),
}

/// What has to be forgotten, with the sealed values it concerns: what [`vault::commit`] commits to.
#[derive(Clone, Debug, Default)]
pub struct ErasePlan {
    /// The households concerned: the one asked for, and those that it repaired.
    pub households: Vec<Id<kinds::Household>>,
    /// How many people are concerned.
    pub persons: u64,
    /// What the keys forget, each with the sealed bytes as they stand.
    pub targets: Vec<(Target, Vec<Vec<u8>>)>,
}

/// Works out what the erasure of a household has to forget: its own values, those of resends of it, and, where all is erased, those
/// of the households that it repaired. Nothing when there is no such household.
pub fn plan_erasure(
    tx: &mut Tx<'_>,
    household: Id<kinds::Household>,
    what: EraseWhat,
) -> Result<Option<ErasePlan>, StoreError> {
    let mut plan = ErasePlan::default();
    let mut next = Some(household);
    while let Some(id) = next.take() {
        let Some(row) = storage::household::by_id(tx, id)? else { break };
        if plan.households.contains(&row.id) {
            break;
        }
        plan.households.push(row.id);
        if plan.households.len() == 1 {
            plan.persons = if matches!(what, EraseWhat::Person(_)) { 1 } else { u64::try_from(row.people).unwrap_or(0) };
        }
        let mut submissions = vec![row.submission];
        submissions.extend(storage::erasure::twins(tx, row.id)?);
        for event in submissions {
            if let Some(submission) = storage::submission::by_event(tx, event)? {
                plan.add(&submission, what)?;
            }
        }
        next = row.replaces.filter(|_| what == EraseWhat::All);
    }
    Ok((!plan.households.is_empty()).then_some(plan))
}

impl ErasePlan {
    fn add(&mut self, submission: &Submitted, what: EraseWhat) -> Result<(), StoreError> {
        for (group, sealed) in submission.sealed.groups() {
            let Some(bytes) = &sealed.bytes else { continue };
            let record = sealed.record.unwrap_or(submission.record);
            let target = target(group, sealed, record, bytes, what).map_err(|error| StoreError::Engine(error.to_string()))?;
            let Some(target) = target else { continue };
            let values: Vec<Vec<u8>> = match what {
                EraseWhat::Person(person) => split(bytes).get(usize::from(person)).map(|value| value.to_vec()).into_iter().collect(),
                _ => split(bytes).into_iter().map(<[u8]>::to_vec).collect(),
            };
            // Two groups of one record under one purpose and day are one target.
            match self.targets.iter_mut().find(|(known, _)| *known == target) {
                Some((_, known)) => known.extend(values),
                None => self.targets.push((target, values)),
            }
        }
        Ok(())
    }
}

fn target(
    group: FieldGroup,
    sealed: &SealedGroup,
    record: RecordNumber,
    bytes: &[u8],
    what: EraseWhat,
) -> Result<Option<Target>, SealError> {
    let (purpose, expiry) = (Purpose::new(&sealed.purpose)?, sealed.expiry);
    let mut persons = u8::try_from(split(bytes).len()).unwrap_or(u8::MAX);
    if group == FieldGroup::Health {
        // A result that an officer records at this very moment must not find a place whose key still lives.
        persons = persons.max(1 + TESTS_MOST);
    }
    Ok(match what {
        EraseWhat::All => Some(Target::Record { purpose, expiry, record }),
        EraseWhat::Group(wanted) if wanted == group => {
            Some(Target::Group { purpose, expiry, record, persons, group: group.number() })
        }
        EraseWhat::Person(person) if group == FieldGroup::Identity && (1..persons).contains(&person) => {
            Some(Target::Value { purpose, expiry, record, person, group: group.number() })
        }
        EraseWhat::Group(_) | EraseWhat::Person(_) => None,
    })
}

/// What the erasure of a day has to forget: everything of a purpose that expires on it.
pub fn plan_day(ledger: &Ledger, purpose: &str, expiry: Day) -> Result<ErasePlan, RunError<StoreError>> {
    let mut plan = ErasePlan::default();
    let mut values = Vec::new();
    let mut after = Id::from_bytes([0; 16]);
    loop {
        let page = ledger.read("registration.plan_day", |tx| storage::erasure::of_day(tx, after, purpose, Some(expiry), PAGE))?;
        let Some(last) = page.last() else { break };
        after = last.event;
        for submission in &page {
            plan.households.push(submission.household);
            plan.persons += u64::try_from(submission.people).unwrap_or(0);
            let groups = submission.sealed.groups();
            let of_day = groups.iter().filter(|(_, group)| group.purpose == purpose && group.expiry == expiry);
            values.extend(of_day.filter_map(|(_, group)| group.bytes.clone()));
        }
    }
    let named = Purpose::new(purpose).map_err(|error| RunError::Store(StoreError::Engine(error.to_string())))?;
    plan.households.sort_unstable();
    plan.households.dedup();
    plan.targets.push((Target::Day { purpose: named, expiry }, values));
    Ok(plan)
}

/// Removes the rows of what the erasure ledger says is gone: values, index tags, codes, export files that hold them, links.
/// May be repeated; the caller keeps the cursor. Returns how many values went.
pub fn apply_erasures(ledger: &Ledger, entries: &[ErasureEntry]) -> Result<u64, RunError<StoreError>> {
    let mut removed = 0;
    let of_records: Vec<ErasureEntry> =
        entries.iter().filter(|entry| entry.target.record().is_some()).cloned().collect();
    for part in of_records.chunks(ERASED_AT_ONCE) {
        let part = part.to_vec();
        removed += apply(ledger, move |work, sweep| sweep.take_records(work, &part))?;
    }
    for entry in entries.iter().filter(|entry| entry.target.record().is_none()) {
        removed += apply_wide(ledger, entry.target)?;
    }
    Ok(removed)
}

/// The same in a unit of work of the caller, for at most [`ERASED_AT_ONCE`] entries that name records and nothing wider.
pub fn apply_record_erasures(work: &mut Work<'_, '_>, entries: &[ErasureEntry]) -> Result<u64, StoreError> {
    let mut sweep = Sweep::default();
    sweep.take_records(work, entries)?;
    sweep.finish(work)
}

/// How many entries of the ledger one unit of work follows.
pub const ERASED_AT_ONCE: usize = 200;
const PAGE: i64 = 500;

/// A day or a purpose: page by page, since it may be everything there is.
fn apply_wide(ledger: &Ledger, target: Target) -> Result<u64, RunError<StoreError>> {
    let (purpose, expiry) = match target {
        Target::Day { purpose, expiry } => (purpose, Some(expiry)),
        Target::Purpose { purpose } => (purpose, None),
        _ => return Ok(0),
    };
    let mut removed = 0;
    let mut after = Id::from_bytes([0; 16]);
    loop {
        let look = |tx: &mut Tx<'_>| storage::erasure::of_day(tx, after, purpose.as_str(), expiry, PAGE);
        let page = ledger.read("registration.erase_look", look)?;
        let Some(last) = page.last() else { return Ok(removed) };
        after = last.event;
        removed += apply(ledger, move |work, sweep| {
            page.iter().try_for_each(|submission| sweep.take(work, submission, &target))
        })?;
    }
}

fn apply(
    ledger: &Ledger,
    act: impl Fn(&mut Work<'_, '_>, &mut Sweep) -> Result<(), StoreError> + Send + 'static,
) -> Result<u64, RunError<StoreError>> {
    let (removed, _) = ledger.write("registration.apply_erasures", Actor::Job("erasure"), move |work| {
        let mut sweep = Sweep::default();
        act(work, &mut sweep)?;
        sweep.finish(work)
    })?;
    Ok(removed)
}

/// What one unit of work has removed so far.
#[derive(Default)]
struct Sweep {
    values: Vec<Vec<u8>>,
    households: BTreeSet<Id<kinds::Household>>,
    tally: Tally,
}

impl Sweep {
    fn take_records(&mut self, work: &mut Work<'_, '_>, entries: &[ErasureEntry]) -> Result<(), StoreError> {
        for entry in entries {
            let Some(record) = entry.target.record() else { continue };
            for submission in storage::erasure::of_record(work.tx(), record)? {
                self.take(work, &submission, &entry.target)?;
            }
        }
        Ok(())
    }

    /// Removes what a target names from one submission.
    fn take(&mut self, work: &mut Work<'_, '_>, submission: &Submitted, target: &Target) -> Result<(), StoreError> {
        for (group, sealed) in submission.sealed.groups() {
            let Some(bytes) = &sealed.bytes else { continue };
            if !names(target, group, sealed, sealed.record.unwrap_or(submission.record)) {
                continue;
            }
            let left = match *target {
                Target::Value { person, .. } => without(bytes, person),
                _ => None,
            };
            if left.as_ref() == Some(bytes) {
                continue;
            }
            self.values.push(bytes.clone());
            storage::erasure::set_group(work.tx(), submission.event, group, left.as_deref())?;
            self.traces(work, submission.household, group, target)?;
        }
        Ok(())
    }

    /// Index tags, code and export file that a value has left behind.
    fn traces(
        &mut self,
        work: &mut Work<'_, '_>,
        household: Id<kinds::Household>,
        group: FieldGroup,
        target: &Target,
    ) -> Result<(), StoreError> {
        self.households.insert(household);
        let mobile = storage::index::MOBILE;
        if group == FieldGroup::Health {
            return Ok(());
        }
        let tags = match (group, target) {
            (FieldGroup::Identity, Target::Value { person, .. }) => (i64::from(*person), i64::from(*person)),
            (FieldGroup::Identity, _) => (0, i64::from(u8::MAX)),
            (FieldGroup::Mobile | FieldGroup::Health, _) => (mobile, mobile),
            (FieldGroup::Contact, _) => {
                let export = storage::household::by_id(work.tx(), household)?.and_then(|row| row.export);
                return export.map_or(Ok(()), |export| storage::erasure::delete_file(work.tx(), export).map(|_| ()));
            }
        };
        storage::erasure::delete_tags(work.tx(), household, tags.0, tags.1)?;
        if group == FieldGroup::Mobile {
            storage::erasure::delete_code(work.tx(), household)?;
        }
        Ok(())
    }

    /// Households of which nothing is left are withdrawn; the roots over what went are kept for the certificate of the end.
    fn finish(mut self, work: &mut Work<'_, '_>) -> Result<u64, StoreError> {
        for household in std::mem::take(&mut self.households) {
            if let Some(row) = storage::household::by_id(work.tx(), household)? {
                self.withdraw_if_empty(work, &row)?;
            }
        }
        self.tally.write(work.tx())?;
        let count = self.values.len();
        if count > 0 {
            let entries: Vec<[u8; 32]> = self.values.iter().map(|value| sha256(&[value])).collect();
            let root = tree_root(&entries);
            let (day, mark): (Day, Id<kinds::Event>) = (work.today(), work.new_id());
            storage::submission::keep_root(work.tx(), day, mark, i64::try_from(count).unwrap_or(i64::MAX), &root)?;
            work.journal(Event::new("registration.erased").detail("values", count).detail("root", to_hex(&root)))?;
        }
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    fn withdraw_if_empty(&mut self, work: &mut Work<'_, '_>, row: &HouseholdRow) -> Result<(), StoreError> {
        let submission = storage::submission::by_event(work.tx(), row.submission)?;
        if submission.is_some_and(|submission| !submission.sealed.is_empty()) {
            return Ok(());
        }
        let now = work.now();
        if row.state != State::Withdrawn && storage::household::move_on(work.tx(), row, State::Withdrawn, Reason::None, now)? {
            self.tally.add(row.state.as_str(), "", -1);
            self.tally.add(State::Withdrawn.as_str(), "", 1);
        }
        storage::erasure::delete_tags(work.tx(), row.id, storage::index::MOBILE, i64::from(u8::MAX))?;
        storage::erasure::delete_code(work.tx(), row.id)?;
        if let Some(export) = row.export {
            storage::erasure::delete_file(work.tx(), export)?;
        }
        storage::erasure::blank(work.tx(), row.id)?;
        storage::erasure::blank_submission(work.tx(), row.submission)?;
        vault::forget_record(work, row.id.bytes())?;
        Ok(())
    }
}

/// Whether a target names this group of this submission.
fn names(target: &Target, group: FieldGroup, sealed: &SealedGroup, record: RecordNumber) -> bool {
    let same_purpose = target.purpose().is_some_and(|purpose| purpose.as_str() == sealed.purpose);
    let same_record = target.record().is_none_or(|named| named == record);
    let rest = match *target {
        Target::Value { expiry, group: number, .. } | Target::Group { expiry, group: number, .. } => {
            expiry == sealed.expiry && number == group.number()
        }
        Target::Record { expiry, .. } | Target::Day { expiry, .. } => expiry == sealed.expiry,
        Target::Purpose { .. } => true,
        Target::Service | Target::LedgerLost { .. } => false,
    };
    same_purpose && same_record && rest
}

/// The bytes of a group without one person's value; nothing when no other is left. The place stays, so that the others keep
/// their numbers.
fn without(bytes: &[u8], person: u8) -> Option<Vec<u8>> {
    let mut left = Vec::with_capacity(bytes.len());
    let mut any = false;
    for (value, number) in split(bytes).into_iter().zip(0u8..=u8::MAX) {
        let kept: &[u8] = if number == person { &[] } else { value };
        any |= !kept.is_empty();
        left.extend_from_slice(&u16::try_from(kept.len()).unwrap_or(0).to_be_bytes());
        left.extend_from_slice(kept);
    }
    any.then_some(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_goes_and_the_others_keep_their_numbers() {
        let group: Vec<u8> = [&[0, 2, 7, 7][..], &[0, 1, 8][..], &[0, 3, 9, 9, 9][..]].concat();
        let left = without(&group, 1).unwrap();
        assert_eq!(split(&left), [&[7, 7][..], &[][..], &[9, 9, 9][..]]);
        assert_eq!(without(&left, 1).unwrap(), left, "a second time changes nothing");
        let last = without(&without(&left, 0).unwrap(), 2);
        assert_eq!(last, None);
    }
}
