use journal::{Actor, JournalError, Ledger, Work};
use kernel::{Day, Fault, Id, Kind, kinds};
use notify::Channel;
use people::{EarlyErasure, Grant, OrderErasure, UseApproval, UseApprovalError, use_approval};
use registration::scheme::{FieldGroup, Scheme};
use registration::EraseWhat;
use seal::{ErasureEntry, Purpose, SealError, Target};
use store::StoreError;
use thiserror::Error;
use vault::{Cause, Committing, EraseOrder, ErasureState};

use crate::Service;

/// Why something was not erased. What was ordered is finished by the next round.
#[derive(Debug, Error)]
pub enum EraseError {
    /// There is no such household.
    #[error("there is no such registration")]
    Missing,
    /// Nothing of what is to be erased is there.
    #[error("nothing of it is held any more")]
    Nothing,
    /// The grant is for another service.
    #[error("there is no such service in your department")]
    Elsewhere,
    /// Two persons have not agreed to exactly this.
    #[error(transparent)]
    Approval(#[from] UseApprovalError),
    /// Keys or their ledger.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The write queue is full.
    #[error("the system is busy; try again in a moment")]
    Busy,
}

impl Fault for EraseError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing | Self::Elsewhere => Kind::Missing,
            Self::Nothing => Kind::Gone,
            Self::Approval(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Journal(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Busy => Kind::Busy,
        }
    }
}

store::from_run_error!(EraseError);

/// An erasure that is durable: the keys have forgotten and the rows are gone. Old copies of the key files open it until the next
/// roll; [`crate::certify`] makes it final.
#[derive(Clone, Debug)]
pub struct Erased {
    /// The order.
    pub id: Id<kinds::Erasure>,
    /// What opens the commitments of the certificate, in its order: for the person concerned ([`vault::opening_file`]), and kept
    /// nowhere else.
    pub openings: Vec<Committing>,
}

/// Erases a household, or a part of it, before its time: ordered in the database, then written into the erasure ledger and
/// punctured, then its rows go. A crash in between is finished from what is on record.
pub fn erase_household(
    service: &Service,
    actor: Actor,
    household: Id<kinds::Household>,
    what: EraseWhat,
    cause: Cause,
) -> Result<Erased, EraseError> {
    let ledger = service.ledger();
    let doomed = ledger.read("flows.plan_erasure", |tx| {
        let Some(plan) = registration::plan_erasure(tx, household, what)? else { return Ok::<_, StoreError>(None) };
        let (mut values, persons) = (plan.targets, plan.persons);
        for household in &plan.households {
            values.extend(traces(tx, *household, what)?);
        }
        Ok(Some((values, plan.households.len(), persons)))
    })?;
    let (values, households, persons) = doomed.ok_or(EraseError::Missing)?;
    if values.is_empty() {
        return Err(EraseError::Nothing);
    }
    let scope = format!("{} of one registration of the scheme \"{}\"", words(what), title(service));
    let households = u64::try_from(households).unwrap_or(1);
    let record = Some(household.bytes());
    order(service, actor, &values, EraseOrder { record, scope, households, persons, targets: Vec::new(), cause })
}

/// The same on an officer's order.
pub fn erase_by_officer(
    service: &Service,
    grant: &Grant<OrderErasure>,
    household: Id<kinds::Household>,
    what: EraseWhat,
    cause: Cause,
) -> Result<Erased, EraseError> {
    if !grant.covers(service.id()) {
        return Err(EraseError::Elsewhere);
    }
    erase_household(service, grant.actor(), household, what, cause)
}

/// Erases everything of a purpose that expires on a day, before that day.
pub fn erase_day(
    service: &Service,
    actor: Actor,
    purpose: &str,
    expiry: Day,
    cause: Cause,
) -> Result<Erased, EraseError> {
    let plan = registration::plan_day(service.ledger(), purpose, expiry)?;
    let mut values = plan.targets;
    if values.is_empty() {
        values.push((Target::Day { purpose: Purpose::new(purpose)?, expiry }, Vec::new()));
    }
    let scope = format!("everything under the purpose {purpose} that was to end on {expiry}, of the scheme \"{}\"", title(service));
    let households = u64::try_from(plan.households.len()).unwrap_or(u64::MAX);
    let persons = plan.persons;
    order(service, actor, &values, EraseOrder { record: None, scope, households, persons, targets: Vec::new(), cause })
}

/// What an approval of the erasure of a day says, in exactly these words.
pub fn erase_day_words(scheme: &Scheme, purpose: &str, expiry: Day, cause: Cause) -> String {
    let (slug, version) = (scheme.slug(), kernel::to_hex(&scheme.digest()));
    format!("erase day {slug} purpose {purpose} expiry {expiry} cause {} version {version}", cause.as_str())
}

/// The same on an officer's order and with a second person's approval of exactly this: it concerns more than one person. The approval
/// is used up before anything is ordered.
pub fn erase_day_by_two(
    service: &Service,
    grant: &Grant<OrderErasure>,
    (purpose, expiry, cause): (&str, Day, Cause),
    approval: Id<kinds::Approval>,
) -> Result<Erased, EraseError> {
    if !grant.covers(service.id()) {
        return Err(EraseError::Elsewhere);
    }
    let plan = registration::plan_day(service.ledger(), purpose, expiry)?;
    if plan.households.is_empty() {
        return Err(EraseError::Nothing);
    }
    let words = UseApproval { approval, what: erase_day_words(&service.scheme(), purpose, expiry, cause) };
    let may = *grant;
    service.ledger().write("flows.erase_day_approval", grant.actor(), move |work| {
        use_approval::<EarlyErasure>(work, &may, &words).map(drop)
    })?;
    erase_day(service, grant.actor(), purpose, expiry, cause)
}

pub(crate) type Values = Vec<(Target, Vec<Vec<u8>>)>;

/// Messages to a household and reasons for opening it: what else holds something of it.
fn traces(
    tx: &mut store::Tx<'_>,
    household: Id<kinds::Household>,
    what: EraseWhat,
) -> Result<Values, StoreError> {
    let channel = match what {
        EraseWhat::All => None,
        EraseWhat::Group(FieldGroup::Mobile) => Some(Channel::Sms),
        EraseWhat::Group(FieldGroup::Contact) => Some(Channel::Letter),
        EraseWhat::Group(FieldGroup::Identity | FieldGroup::Health) | EraseWhat::Person(_) => return Ok(Vec::new()),
    };
    let messages = notify::doomed(tx, household, channel)?;
    let mut values: Values = messages.into_iter().map(|message| (message.target, vec![message.sealed])).collect();
    if what == EraseWhat::All {
        let reasons = Purpose::new(vault::REASONS).map_err(|error| StoreError::Engine(error.to_string()))?;
        for (record, expiry, sealed) in vault::reasons_of(tx, household.bytes())? {
            values.push((Target::Record { purpose: reasons, expiry, record }, vec![sealed]));
        }
    }
    Ok(values)
}

fn words(what: EraseWhat) -> &'static str {
    match what {
        EraseWhat::All => "all personal data",
        EraseWhat::Group(FieldGroup::Identity) => "identity card numbers and dates of birth",
        EraseWhat::Group(FieldGroup::Contact) => "name and address",
        EraseWhat::Group(FieldGroup::Mobile) => "mobile number",
        EraseWhat::Group(FieldGroup::Health) => "vaccination and test results",
        EraseWhat::Person(_) => "identity card number and date of birth of one person",
    }
}

fn title(service: &Service) -> String {
    service.scheme().title(kernel::Language::En).to_owned()
}

fn order(service: &Service, actor: Actor, values: &Values, order: EraseOrder) -> Result<Erased, EraseError> {
    let ordered = put_on_record(service.ledger(), actor, values, order)?;
    complete(service.ledger(), ordered.id, false)?;
    Ok(ordered)
}

/// An order with its salted commitments, durable before anything is destroyed.
pub(crate) fn put_on_record(ledger: &Ledger, actor: Actor, values: &Values, order: EraseOrder) -> Result<Erased, EraseError> {
    let committing = |(_, sealed): &(Target, Vec<Vec<u8>>)| {
        vault::commit(&**ledger.random(), sealed.iter().map(Vec::as_slice))
    };
    let openings: Vec<Committing> = values.iter().map(committing).collect();
    let targets = values.iter().zip(&openings).map(|((target, _), opening)| (*target, opening.commitment)).collect();
    let order = EraseOrder { targets, ..order };
    let (id, _) = ledger.write("flows.order_erasure", actor, move |work| vault::order_erasure(work, &order))?;
    Ok(Erased { id, openings })
}

/// Brings an order that is on record to its end, wherever a crash has left it when it was `begun` before.
pub(crate) fn complete(ledger: &Ledger, id: Id<kinds::Erasure>, begun: bool) -> Result<(), EraseError> {
    let targets = ledger.read("flows.erasure_targets", |tx| vault::targets_of(tx, id))?;
    let entries = forget(ledger, &targets, begun)?;
    let numbers = entries.iter().map(|entry| entry.number);
    let (first, last) = (numbers.clone().min().unwrap_or(0), numbers.max().unwrap_or(0));
    let (followed, _) = ledger.write("flows.note_erased", Actor::Job("erasure"), move |work| {
        vault::note_erased(work, id, (first, last))?;
        follow_at_once(work, &entries, first)
    })?;
    if !followed {
        apply_erasures(ledger)?;
    }
    Ok(())
}

/// Removes the rows in the same unit of work, where they are few and everything before them in the erasure ledger is followed
/// already: one commit, and no reading of the whole ledger. False when it is to be done the long way.
fn follow_at_once(work: &mut Work<'_, '_>, entries: &[ErasureEntry], first: u64) -> Result<bool, StoreError> {
    let few = entries.len() <= registration::ERASED_AT_ONCE && entries.iter().all(|entry| entry.target.record().is_some());
    let in_line = entries.iter().zip(first..).all(|(entry, number)| entry.number == number);
    if !few || !in_line || vault::applied(work.tx())? + 1 != first {
        return Ok(false);
    }
    registration::apply_record_erasures(work, entries)?;
    notify::apply_erasures(work, entries)?;
    vault::apply_erasures(work, entries)?;
    let last = entries.last().map_or(first, |entry| entry.number);
    vault::set_applied(work, last)?;
    Ok(true)
}

/// Has the keys forget what they have not forgotten yet. The commitment, which is salted anew for every order, tells which
/// entries of the erasure ledger are this order's.
pub(crate) fn forget(
    ledger: &Ledger,
    targets: &[(Target, [u8; 32])],
    begun: bool,
) -> Result<Vec<ErasureEntry>, EraseError> {
    let keys = ledger.keys();
    let mut entries: Vec<ErasureEntry> = if begun { keys.erasures_since(0)? } else { Vec::new() };
    entries.retain(|entry| targets.iter().any(|(_, commitment)| *commitment == entry.commitment));
    let known = |commitment: &[u8; 32]| entries.iter().any(|entry| entry.commitment == *commitment);
    let missing: Vec<_> = targets.iter().filter(|(_, commitment)| !known(commitment)).copied().collect();
    entries.extend(keys.erase(ledger.now(), &missing)?);
    Ok(entries)
}

/// Entries of the erasure ledger that are followed in one unit of work.
pub(crate) const CHUNK: usize = 500;

/// Removes the rows of everything that the erasure ledger says is gone and this store has not followed yet: after an erasure, and
/// before a store that was restored is served. Returns how many entries were followed.
pub fn apply_erasures(ledger: &Ledger) -> Result<usize, EraseError> {
    let from = ledger.read("flows.erasure_cursor", vault::applied)?;
    let entries = ledger.keys().erasures_since(from)?;
    for chunk in entries.chunks(CHUNK) {
        let Some(last) = chunk.last().map(|entry| entry.number) else { break };
        registration::apply_erasures(ledger, chunk)?;
        let chunk = chunk.to_vec();
        ledger.write("flows.apply_erasures", Actor::Job("erasure"), move |work| {
            notify::apply_erasures(work, &chunk)?;
            vault::apply_erasures(work, &chunk)?;
            vault::set_applied(work, last)
        })?;
    }
    Ok(entries.len())
}

/// Brings every order that a crash has left behind to its end, if it is older than `age_ms`: a younger one may be under way on
/// another thread. Returns how many.
pub(crate) fn finish_erasures(ledger: &Ledger, age_ms: i64) -> Result<usize, EraseError> {
    let mut open = ledger.read("flows.erasures_ordered", |tx| vault::open_erasures(tx, ErasureState::Ordered, CHUNK))?;
    let now = ledger.now();
    open.retain(|order| now.since(order.at) >= age_ms);
    for order in &open {
        complete(ledger, order.id, true)?;
    }
    Ok(open.len())
}

#[cfg(test)]
mod postgres;
#[cfg(test)]
mod tests;
