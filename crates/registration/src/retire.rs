use std::collections::HashSet;

use journal::{Actor, Event, Ledger, Work, tree_root};
use kernel::{Day, Id, kinds, to_hex};
use seal::sha256;
use store::{RunError, StoreError};

use crate::matching::{CURSOR, count_received};
use crate::state::Status;
use crate::statistics::Figures;
use crate::storage;
use crate::storage::counter::Tally;

/// What a certificate says about a scheme: counts and a commitment, never the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remains {
    /// Households received.
    pub households: u64,
    /// People in them.
    pub people: u64,
    /// Root over the sealed values (RFC 6962): first the roots of those that were removed earlier, in the order in which they
    /// were, then those that stood at the end, in the order of submission (entry = SHA-256 of the sealed bytes).
    pub values: [u8; 32],
}

/// Removes what is sealed when its last day has passed: values, export files, reasons of openings, codes; returns how many values
/// were removed. Their keys died at midnight whether this job runs or not. Nothing can expire between two midnights, so a
/// second run on the same day costs one look.
pub fn purge_expired(ledger: &Ledger) -> Result<u64, RunError<StoreError>> {
    let today = ledger.now().day();
    let done = ledger.read("registration.purge_done", |tx| storage::counter::day(tx, PURGED))?;
    if done.is_some_and(|done| done >= today) {
        return Ok(0);
    }
    let mut removed = 0;
    let mut from = Id::from_bytes([0; 16]);
    loop {
        let page = ledger.read("registration.purge_look", |tx| storage::submission::expired(tx, from, today, PAGE))?;
        let Some(&to) = page.last() else { break };
        let (part, _) = ledger.write("registration.purge", Actor::Job("purge"), move |work| {
            let values = storage::submission::expired_values(work.tx(), from, to, today)?;
            let entries: Vec<[u8; 32]> = values.iter().map(|value| sha256(&[value])).collect();
            let (count, root) = (i64::try_from(entries.len()).unwrap_or(i64::MAX), tree_root(&entries));
            storage::submission::keep_root(work.tx(), today, from, count, &root)?;
            let part = storage::submission::forget_expired(work.tx(), from, to, today)?;
            let (tags, links) = forget_traces(work, from, to)?;
            let event = Event::new("registration.purged").detail("values", part).detail("root", to_hex(&root));
            work.journal(event.detail("tags", tags).detail("links", links))?;
            Ok::<_, StoreError>(part)
        })?;
        removed += part;
        from = to;
    }
    ledger.write("registration.purge_rest", Actor::Job("purge"), move |work| {
        let now = work.now();
        storage::code::forget_old(work.tx(), now)?;
        storage::paper::forget_old(work.tx(), now)?;
        let files = storage::export::forget_expired(work.tx(), today)?;
        let openings = vault::forget_expired(work)?;
        if files + openings > 0 {
            let event = Event::new("registration.purged").detail("export-files", files).detail("openings", openings);
            work.journal(event)?;
        }
        storage::counter::set_day(work.tx(), PURGED, today)
    })?;
    Ok(removed)
}

/// What values leave behind dies with them: the index tags that say whether somebody is registered, and, once nothing of a
/// household is left, the links by which the journal and the openings lead to it. Returns how many of each.
fn forget_traces(
    work: &mut Work<'_, '_>,
    from: Id<kinds::Event>,
    to: Id<kinds::Event>,
) -> Result<(u64, u64), StoreError> {
    let tags = storage::index::forget_gone(work.tx(), from, to)?;
    let mut links = 0;
    for household in storage::household::gone(work.tx(), from, to)? {
        links += vault::forget_record(work, household.bytes())?;
    }
    Ok((tags, links))
}

const PURGED: &str = "purged";
const PAGE: i64 = 2_000;

/// Counts the registrations that matching never reached, because the register was silent until the end: they were received like
/// all others, and the certificate says so. Runs once, before [`remains`]; what it has counted is not matched any more.
/// Returns how many households there were.
pub fn count_unmatched(ledger: &Ledger) -> Result<u64, RunError<StoreError>> {
    let waiting = ledger.read("registration.unmatched", crate::statistics::backlog)?;
    if waiting == 0 {
        return Ok(0);
    }
    let (counted, _) = ledger.write("registration.count_unmatched", Actor::Job("retire"), |work| {
        let (mut tally, mut seen) = (Tally::default(), HashSet::new());
        let begin = storage::counter::cursor(work.tx(), CURSOR)?;
        let mut from = begin;
        loop {
            let page = storage::submission::after(work.tx(), from, PAGE)?;
            let Some(last) = page.last() else { break };
            from = last.event;
            for submission in &page {
                let new = seen.insert(submission.household);
                // A resend is counted already, and a repair with the household that it was to replace.
                if new && submission.replaces.is_none() && storage::household::by_id(work.tx(), submission.household)?.is_none() {
                    count_received(&mut tally, &submission.district, submission.people, submission.at);
                    tally.add(NEVER_MATCHED, "", 1);
                }
            }
        }
        storage::counter::advance(work.tx(), CURSOR, begin, from)?;
        tally.write(work.tx())?;
        let counted = tally.total(NEVER_MATCHED);
        work.journal(Event::new("registration.never_matched").detail("households", counted))?;
        Ok::<_, StoreError>(counted)
    })?;
    Ok(u64::try_from(counted).unwrap_or(0))
}

/// Households that matching never reached.
const NEVER_MATCHED: &str = "never-matched";

/// Counts a scheme and commits to its sealed values, before anything of it is destroyed.
pub fn remains(ledger: &Ledger) -> Result<Remains, RunError<StoreError>> {
    let figures = ledger.read("registration.remains", Figures::read)?;
    let values = prepared(ledger)?.map_or_else(|| values_root(ledger), Ok)?;
    Ok(Remains {
        households: u64::try_from(figures.total("received")).unwrap_or(0),
        people: u64::try_from(figures.total("people")).unwrap_or(0),
        values,
    })
}

/// Works out ahead, on the last day, what the certificate of the end commits to: over the values of a whole city that takes
/// seconds, which nobody should wait for on the next day. Once a day; what changes afterwards makes it worthless.
/// Returns whether it was worked out now.
pub fn prepare_end(ledger: &Ledger, last_expiry: Day) -> Result<bool, RunError<StoreError>> {
    let today = ledger.now().day();
    // With several writers an event may be committed behind one that was seen.
    if today < last_expiry || !ledger.store().commits_in_order() {
        return Ok(false);
    }
    let done = ledger.read("registration.prepare_done", |tx| storage::counter::day(tx, PREPARED))?;
    if done.is_some_and(|done| done >= today) {
        return Ok(false);
    }
    let newest = ledger.page(None, 1).map_err(|error| unread(&error))?;
    let before = newest.first().map_or(Id::from_bytes([0; 16]), |entry| entry.id);
    let root = values_root(ledger)?;
    ledger.write("registration.prepare_end", Actor::Job("retire"), move |work| {
        storage::counter::set_prepared_root(work.tx(), before, &root)?;
        storage::counter::set_day(work.tx(), PREPARED, today)
    })?;
    Ok(true)
}

/// The root that was worked out ahead, if nothing has happened since that may have changed a value: every change is an event.
fn prepared(ledger: &Ledger) -> Result<Option<[u8; 32]>, RunError<StoreError>> {
    let Some((before, root)) = ledger.read("registration.prepared_root", storage::counter::prepared_root)? else {
        return Ok(None);
    };
    let since = ledger.scan(Some(before), SINCE_MOST).map_err(|error| unread(&error))?;
    let quiet = |body: &str| {
        let event: Option<serde_json::Value> = serde_json::from_str(body).ok();
        event.as_ref().and_then(|event| event.get("verb")?.as_str()).is_some_and(|verb| QUIET.contains(&verb))
    };
    let unchanged = since.len() < SINCE_MOST && since.iter().all(|entry| quiet(&entry.body));
    Ok(unchanged.then_some(root))
}

/// Events that leave every sealed value as it is. One that is not named here may have changed some.
const QUIET: [&str; 9] = [
    "registration.bulletin",
    "registration.code_checked",
    "registration.code_requested",
    "registration.ended",
    "resident.data_shown",
    "resident.openings_shown",
    "vault.batch_opened",
    "vault.opened",
    "vault.opening_refused",
];
/// Events that are looked at; after more of them working it out anew is no slower.
const SINCE_MOST: usize = 20_000;
const PREPARED: &str = "values-prepared";

fn unread(error: &journal::JournalError) -> RunError<StoreError> {
    RunError::Store(StoreError::Engine(error.to_string()))
}

fn values_root(ledger: &Ledger) -> Result<[u8; 32], RunError<StoreError>> {
    let mut entries = ledger.read("registration.kept_roots", storage::submission::kept_roots)?;
    let mut after = Id::from_bytes([0; 16]);
    loop {
        let page = ledger.read("registration.values", |tx| storage::submission::sealed_values(tx, after, 2000))?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        let values = page.iter().flat_map(|(_, groups)| groups.iter().flatten());
        entries.extend(values.map(|value| sha256(&[value])));
    }
    Ok(tree_root(&entries))
}

/// Whether the scheme is over and the last day of its last value has passed.
pub fn may_be_destroyed(ledger: &Ledger, last_expiry: Day) -> Result<bool, RunError<StoreError>> {
    let now = ledger.now();
    let state = ledger.read("registration.state", storage::state::read)?;
    Ok(state.is_none_or(|state| state.status_at(now) == Status::Closed) && now.day() > last_expiry)
}

/// Notes in the scheme's own journal that it ends: its last entry.
pub fn note_end(ledger: &Ledger, remains: Remains) -> Result<(), RunError<StoreError>> {
    ledger.write("registration.end", Actor::Job("retire"), move |work| {
        let event = Event::new("registration.ended")
            .detail("households", remains.households)
            .detail("people", remains.people)
            .detail("values", to_hex(&remains.values));
        work.journal(event)?;
        Ok::<_, StoreError>(())
    })?;
    Ok(())
}
