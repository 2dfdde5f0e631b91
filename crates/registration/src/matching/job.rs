use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashSet};

use hongkong::Phone;
use journal::{Actor, Committed, Event, Ledger, Work};
use kernel::{Fault, Id, Instant, Kind, kinds};
use notify::QueueError;
use seal::{Keyring, SealError};
use store::{StoreError, Tx};
use thiserror::Error;
use vault::{BatchCommand, BatchOutcome};

use super::decide::{Case, Known, Verdict};
use super::patience::Patience;
use super::{AddressState, Answer, PopulationRegister, Question, Reason, RegisterUnavailable, State};
use crate::messages::{Sender, prepare_for, result_message};
use crate::reference::Reference;
use crate::register::Channel;
use crate::scheme::{FieldGroup, Scheme};
use crate::sealing::{SealedGroup, open_contact, open_mobile, open_people, readable};
use crate::storage;
use crate::storage::counter::Tally;
use crate::storage::household::HouseholdRow;
use crate::storage::submission::Submitted;

/// What one batch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Submissions read.
    pub taken: usize,
    /// Resends folded into the household that was there already.
    pub twins: usize,
    /// Households confirmed.
    pub confirmed: usize,
    /// Households that need checking.
    pub checking: usize,
}

/// Why a batch was not decided. Nothing is lost: it is taken again.
#[derive(Debug, Error)]
pub enum MatchError {
    /// The register did not answer.
    #[error(transparent)]
    Register(#[from] RegisterUnavailable),
    /// The statement does not name the purpose: matching is refused, and the refusal is journaled.
    #[error("the collection statement does not name the purpose {0:?}: nothing is matched")]
    Purpose(String),
    /// A message could not be sealed.
    #[error(transparent)]
    Message(#[from] QueueError),
    /// A value could not be opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database failed or was busy.
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    /// The write queue is full.
    #[error("the write queue is full; the batch is taken again")]
    Busy,
    /// Another worker decided this batch first.
    #[error("another worker decided this batch first")]
    Overtaken,
}

impl Fault for MatchError {
    fn kind(&self) -> Kind {
        match self {
            Self::Register(_) | Self::Busy | Self::Overtaken => Kind::Busy,
            Self::Purpose(_) => Kind::Denied,
            Self::Message(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

store::from_run_error!(MatchError);

/// What matching needs beside the ledger.
pub struct Matcher<'a> {
    /// The scheme's definition in force.
    pub scheme: &'a Scheme,
    /// The population register.
    pub register: &'a dyn PopulationRegister,
    /// What messages say about where to go.
    pub sender: &'a Sender,
    /// Submissions in a batch.
    pub limit: usize,
}

pub(crate) const CURSOR: &str = "matching";
/// Counts the exceptions that officers resolved.
pub(crate) const RESOLVED: &str = "resolved";

/// Matches one batch: puts the opening on record, opens, asks the register, decides, tells. An empty batch writes nothing.
/// While the register is silent nothing is opened for it: after each failure matching waits twice as long, from two seconds to
/// five minutes, and until then a batch is empty. The wait is kept in the store, so that a restart does not forget it.
pub fn match_batch(ledger: &Ledger, matcher: &Matcher<'_>) -> Result<Batch, MatchError> {
    let patience = Patience::read(ledger)?;
    if patience.waits(ledger.now()) {
        return Ok(Batch::default());
    }
    let outcome = match_now(ledger, matcher);
    match &outcome {
        Err(MatchError::Register(_)) => patience.failed(ledger)?,
        Ok(batch) if batch.taken > 0 => patience.answered(ledger)?,
        _ => {}
    }
    outcome
}

fn match_now(ledger: &Ledger, matcher: &Matcher<'_>) -> Result<Batch, MatchError> {
    let (from, submissions) = waiting(ledger, matcher.limit)?;
    let Some(last) = submissions.last() else { return Ok(Batch::default()) };
    let to = last.event;
    let (fresh, twins) = without_twins(ledger, &submissions)?;
    let opened = open(ledger, matcher.scheme, fresh)?;
    let cases = ask(ledger.keys(), matcher, &opened)?;
    let (decided, resolved) = decide(ledger, matcher.scheme, &opened, cases)?;
    let outcome = Batch {
        taken: submissions.len(),
        twins: twins.len(),
        confirmed: decided.iter().filter(|d| d.verdict.reason == Reason::None).count(),
        checking: decided.iter().filter(|d| d.verdict.reason != Reason::None).count(),
    };
    write(ledger, matcher, Place { from, to, resolved, twins }, &decided, outcome)?;
    Ok(outcome)
}

/// The next submissions. With several writers a transaction may commit after one with a later id, so the batch ends where an
/// unanswered unit of work may still put something: nothing is ever passed over.
fn waiting(ledger: &Ledger, limit: usize) -> Result<(Id<kinds::Event>, Vec<Submitted>), MatchError> {
    let limit = i64::try_from(limit).unwrap_or(1000);
    let settled = if ledger.store().commits_in_order() { None } else { ledger.settled() };
    ledger.read("registration.match_read", |tx| {
        let from = storage::counter::cursor(tx, CURSOR)?;
        let mut submissions = storage::submission::after(tx, from, limit)?;
        submissions.retain(|submission| settled.is_none_or(|settled| submission.event <= settled));
        Ok::<_, MatchError>((from, submissions))
    })
    .map_err(MatchError::from)
}

/// Where a batch stands: the cursor before and after it, how many exceptions officers had resolved when it was decided, and the
/// resends in it.
struct Place {
    from: Id<kinds::Event>,
    to: Id<kinds::Event>,
    resolved: i64,
    twins: Vec<Twin>,
}

/// A resend: the household and the submission that brought it again.
type Twin = (Id<kinds::Household>, Id<kinds::Event>);

/// A submission that is no resend, and the reference under which its household is found.
struct Fresh {
    submission: Submitted,
    reference: Reference,
}

/// A resend has the same household id: it is folded into the first one.
/// What was erased before it was matched is not matched: a restored copy of the store has it still waiting.
fn without_twins(ledger: &Ledger, submissions: &[Submitted]) -> Result<(Vec<Fresh>, Vec<Twin>), MatchError> {
    ledger.read("registration.match_twins", |tx| {
        let (mut seen, mut given) = (HashSet::new(), HashSet::new());
        let (mut fresh, mut twins) = (Vec::new(), Vec::new());
        for submission in submissions.iter().filter(|submission| !submission.sealed.is_empty()) {
            let new = seen.insert(submission.household);
            match if new { reference(tx, submission.household, &given)? } else { None } {
                Some(reference) => {
                    given.insert(reference);
                    fresh.push(Fresh { submission: submission.clone(), reference });
                }
                None => twins.push((submission.household, submission.event)),
            }
        }
        Ok::<_, MatchError>((fresh, twins))
    }).map_err(MatchError::from)
}

/// The reference of a household that is not there yet; nothing for one that is. A reference is 55 bits of the id: when another
/// household has the same one, this household gets one of its own, and the message with its result says which.
fn reference(
    tx: &mut Tx<'_>,
    household: Id<kinds::Household>,
    given: &HashSet<Reference>,
) -> Result<Option<Reference>, MatchError> {
    let own = Reference::of(household);
    match storage::household::id_by_reference(tx, own)? {
        Some(there) if there == household => return Ok(None),
        None if !given.contains(&own) => return Ok(Some(own)),
        _ => {}
    }
    // A household that is found under another reference lost its own one to somebody.
    if storage::household::by_id(tx, household)?.is_some() {
        return Ok(None);
    }
    for other in (1..=u64::MAX).map(|number| Reference::another(household, number)) {
        if !given.contains(&other) && storage::household::id_by_reference(tx, other)?.is_none() {
            return Ok(Some(other));
        }
    }
    Err(MatchError::Overtaken)
}

struct Opened {
    submission: Submitted,
    reference: Reference,
    people: Vec<crate::household::Person>,
    mobile: Option<Phone>,
    contact: Option<crate::sealing::Contact>,
}

/// Puts the opening of the batch on record, for matching and for telling, then opens.
fn open(ledger: &Ledger, scheme: &Scheme, fresh: Vec<Fresh>) -> Result<Vec<Opened>, MatchError> {
    if fresh.is_empty() {
        return Ok(Vec::new());
    }
    let submissions = || fresh.iter().map(|fresh| &fresh.submission);
    // Where nothing is compared, nobody's number is opened.
    let compared = submissions().filter(|_| scheme.matching().is_some());
    let identities = compared.map(|submission| (&submission.sealed.identity, submission.household));
    let others = submissions().filter_map(|submission| Some((told_by(submission, scheme)?, submission.household)));
    let basis = scheme.matching().map_or("statement:purposes", |matching| &matching.reference);
    let commands = openings(identities.chain(others), scheme, basis);
    let committed = put_on_record(ledger, Actor::Job("matching"), commands)?;
    let keys = ledger.keys();
    fresh.into_iter().map(|fresh| open_one(&committed, keys, scheme, fresh)).collect()
}

/// By what somebody is told: the mobile, else a letter. Whoever is entered in the field without a phone holds a slip, and so does
/// everybody in an operation that sends no messages.
fn told_by<'s>(submission: &'s Submitted, scheme: &Scheme) -> Option<&'s SealedGroup> {
    match &submission.sealed.mobile {
        _ if !scheme.confirms() => None,
        mobile if mobile.bytes.is_some() => Some(mobile),
        _ if submission.channel == Channel::Field => None,
        _ => Some(&submission.sealed.contact),
    }
}

/// One entry for each purpose under which something is to be opened.
pub(crate) fn openings<'a>(
    groups: impl Iterator<Item = (&'a SealedGroup, Id<kinds::Household>)>,
    scheme: &Scheme,
    basis: &str,
) -> Vec<BatchCommand> {
    let mut records: BTreeMap<&str, Vec<[u8; 16]>> = BTreeMap::new();
    for (group, household) in groups {
        records.entry(&group.purpose).or_default().push(household.bytes());
    }
    let command = |(purpose, records): (&str, Vec<[u8; 16]>)| BatchCommand {
        purpose: purpose.to_owned(),
        basis: basis.to_owned(),
        records,
        expiry: scheme.last_expiry(),
    };
    records.into_iter().map(command).collect()
}

/// Opens for several purposes at once; the first that the statement does not name refuses the whole.
pub(crate) fn put_on_record(
    ledger: &Ledger,
    actor: Actor,
    commands: Vec<BatchCommand>,
) -> Result<Committed, MatchError> {
    let (refused, committed) = ledger.write("registration.open_batch", actor, move |work| {
        for command in &commands {
            if vault::open_batch(work, command)? == BatchOutcome::Refused {
                return Ok::<_, MatchError>(Some(command.purpose.clone()));
            }
        }
        Ok(None)
    })?;
    refused.map_or(Ok(committed), |purpose| Err(MatchError::Purpose(purpose)))
}

/// One value that does not open must not hold up everybody behind it: an officer looks at that household.
fn open_one(committed: &Committed, keys: &Keyring, scheme: &Scheme, fresh: Fresh) -> Result<Opened, MatchError> {
    let Fresh { submission, reference } = fresh;
    let (sealed, record) = (&submission.sealed, submission.record);
    let people = match scheme.matching() {
        Some(_) => readable(open_people(committed, keys, record, &sealed.identity).map(Some))?.unwrap_or_default(),
        None => Vec::new(),
    };
    let mobile = if scheme.confirms() { readable(open_mobile(committed, keys, record, &sealed.mobile))? } else { None };
    let by_letter = sealed.mobile.bytes.is_none() && submission.channel != Channel::Field;
    let contact =
        if by_letter { readable(open_contact(committed, keys, record, &sealed.contact))? } else { None };
    Ok(Opened { submission, reference, people, mobile, contact })
}

/// Asks the register about everybody in the batch and computes the index tags.
fn ask(keys: &Keyring, matcher: &Matcher<'_>, opened: &[Opened]) -> Result<Vec<Case>, MatchError> {
    let Some(matching) = matcher.scheme.matching() else { return Ok(opened.iter().map(uncompared).collect()) };
    let people = opened.iter().flat_map(|opened| &opened.people);
    let question =
        |person: &crate::household::Person| Question { id_number: person.id_number.number().to_owned(), birth: person.birth };
    let questions: Vec<Question> = people.map(question).collect();
    let mut answers = Vec::with_capacity(questions.len());
    for part in questions.chunks(1000) {
        answers.extend(matcher.register.check(&matching.reference, part)?);
    }
    if answers.len() != questions.len() {
        return Err(RegisterUnavailable("it answered fewer questions than were asked".into()).into());
    }
    let mut answers = answers.into_iter();
    opened.iter().map(|opened| case(keys, opened, &mut answers)).collect()
}

/// A household of which nothing is compared leaves no tag behind either.
fn uncompared(opened: &Opened) -> Case {
    Case { household: opened.submission.household, replaces: opened.submission.replaces, people: Vec::new(), mobile: None }
}

fn case(keys: &Keyring, opened: &Opened, answers: &mut impl Iterator<Item = Answer>) -> Result<Case, MatchError> {
    let mut people = Vec::with_capacity(opened.people.len());
    for (person, answer) in opened.people.iter().zip(answers) {
        people.push((person_tag(keys, person)?, answer));
    }
    let mobile = opened.mobile.as_ref().map(|phone| keys.blind("mobile", phone.digits().as_bytes())).transpose()?;
    Ok(Case { household: opened.submission.household, replaces: opened.submission.replaces, people, mobile })
}

/// The blind index of one person: number and date of birth together, under the scheme's own key.
pub(crate) fn person_tag(keys: &Keyring, person: &crate::household::Person) -> Result<[u8; 32], SealError> {
    keys.blind("person", person.index_input().as_bytes())
}

struct Decided<'a> {
    opened: &'a Opened,
    case: Case,
    verdict: Verdict,
}

fn decide<'a>(
    ledger: &Ledger,
    scheme: &Scheme,
    opened: &'a [Opened],
    cases: Vec<Case>,
) -> Result<(Vec<Decided<'a>>, i64), MatchError> {
    let (mut known, resolved) = ledger.read("registration.match_claims", |tx| {
        let mut known = Known::default();
        for (_, _, tag) in cases.iter().flat_map(Case::claims) {
            if let Entry::Vacant(vacant) = known.claims.entry(tag) {
                vacant.insert(storage::index::claims(tx, &tag)?);
            }
        }
        for old in cases.iter().filter_map(|case| case.replaces) {
            if storage::household::by_id(tx, old)?.is_some_and(|row| row.state.can_be_repaired()) {
                known.repairable.insert(old);
            }
        }
        Ok::<_, MatchError>((known, storage::counter::total(tx, RESOLVED)?))
    })?;
    let decide = |(opened, case): (&'a Opened, Case)| {
        let verdict = match scheme.matching() {
            Some(_) => known.decide(&case),
            None => Verdict { reason: Reason::None, tell: true, repairs: None },
        };
        Decided { opened, case, verdict }
    };
    Ok((opened.iter().zip(cases).map(decide).collect(), resolved))
}

fn write(
    ledger: &Ledger,
    matcher: &Matcher<'_>,
    place: Place,
    decided: &[Decided<'_>],
    outcome: Batch,
) -> Result<(), MatchError> {
    let now = ledger.now();
    let households: Vec<HouseholdRow> = decided.iter().map(|decided| decided.row(now)).collect();
    let repairs: Vec<(HouseholdRow, Id<kinds::Household>)> =
        decided.iter().zip(&households).filter_map(|(d, row)| Some((row.clone(), d.verdict.repairs?))).collect();
    let claims: Vec<_> = decided.iter().flat_map(Decided::claims).collect();
    let mut messages = Vec::new();
    for (decided, row) in decided.iter().zip(&households).filter(|(decided, _)| decided.verdict.tell) {
        let (mobile, contact) = (decided.opened.mobile.as_ref(), decided.opened.contact.as_ref());
        if let Some(message) = result_message(matcher.sender, matcher.scheme, row, mobile, contact, now) {
            messages.push(prepare_for(ledger.keys(), &decided.opened.submission.sealed, message)?);
        }
    }
    let counted = tally(decided, &households);
    ledger.write("registration.match_write", Actor::Job("matching"), move |work| {
        let moved = storage::counter::advance(work.tx(), CURSOR, place.from, place.to)?;
        // An officer who resolved something meanwhile may have given a person to another household.
        if !moved || storage::counter::total(work.tx(), RESOLVED)? != place.resolved {
            return Err(MatchError::Overtaken);
        }
        let mut tally = counted.clone();
        for (household, old) in &repairs {
            replace(work.tx(), household, *old, &mut tally)?;
        }
        let inserted = storage::household::insert_many(work.tx(), &households)?;
        if inserted != u64::try_from(households.len()).unwrap_or(u64::MAX) {
            // An acknowledged household is never left out: the batch is decided anew, with what is there now.
            return Err(MatchError::Overtaken);
        }
        for household in households.iter().filter(|household| household.reference != Reference::of(household.id)) {
            journal_reference(work, household)?;
        }
        storage::index::insert(work.tx(), &claims)?;
        storage::erasure::insert_twins(work.tx(), &place.twins)?;
        for (household, submission) in &place.twins {
            forget_late(work, *household, *submission)?;
        }
        notify::queue_batch(work, &messages)?;
        tally.write(work.tx())?;
        journal_batch(work, outcome)?;
        Ok(())
    })?;
    Ok(())
}

/// A resend that arrives after its household was erased brings nothing back.
fn forget_late(
    work: &mut Work<'_, '_>,
    household: Id<kinds::Household>,
    submission: Id<kinds::Event>,
) -> Result<(), StoreError> {
    let row = storage::household::by_id(work.tx(), household)?;
    if row.is_some_and(|row| row.state == State::Withdrawn) {
        for group in FieldGroup::ALL {
            storage::erasure::set_group(work.tx(), submission, group, None)?;
        }
    }
    Ok(())
}

fn journal_batch(work: &mut Work<'_, '_>, outcome: Batch) -> Result<(), StoreError> {
    let event = Event::new("registration.matched")
        .detail("taken", outcome.taken)
        .detail("twins", outcome.twins)
        .detail("confirmed", outcome.confirmed)
        .detail("checking", outcome.checking);
    work.journal(event).map(|_| ())
}

fn journal_reference(work: &mut Work<'_, '_>, household: &HouseholdRow) -> Result<(), StoreError> {
    let event = Event::new("registration.reference_changed")
        .record(household.id.bytes())
        .detail("from", Reference::of(household.id).to_string())
        .detail("to", household.reference.to_string());
    work.journal(event).map(|_| ())
}

/// The household that a repair replaces gives up its claims and its place in the figures.
fn replace(
    tx: &mut Tx<'_>,
    new: &HouseholdRow,
    old: Id<kinds::Household>,
    tally: &mut Tally,
) -> Result<(), MatchError> {
    let old = storage::household::by_id(tx, old)?.filter(|old| old.state.can_be_repaired());
    let old = old.ok_or(MatchError::Overtaken)?;
    storage::household::move_on(tx, &old, State::Replaced, Reason::None, new.decided)?;
    storage::index::forget(tx, old.id)?;
    tally.add(old.state.as_str(), "", -1);
    tally.add(State::Replaced.as_str(), "", 1);
    tally.add("repaired", "", 1);
    tally.add("people", "", new.people - old.people);
    tally.add("received-by-district", &old.district, -1);
    tally.add("received-by-district", &new.district, 1);
    tally.add("people-by-district", &old.district, -old.people);
    tally.add("people-by-district", &new.district, new.people);
    Ok(())
}

impl Decided<'_> {
    fn row(&self, now: Instant) -> HouseholdRow {
        let submission = &self.opened.submission;
        let confirmed = self.verdict.reason == Reason::None;
        HouseholdRow {
            id: submission.household,
            reference: self.opened.reference,
            submission: submission.event,
            record: submission.record,
            state: if confirmed { State::Confirmed } else { State::Checking },
            reason: self.verdict.reason,
            language: submission.language,
            channel: submission.channel,
            district: submission.district.clone(),
            people: submission.people,
            address: if submission.address_known { AddressState::Known } else { AddressState::ToCheck },
            received: submission.at,
            decided: now,
            replaces: submission.replaces,
            export: None,
        }
    }

    fn claims(&self) -> impl Iterator<Item = ([u8; 32], Id<kinds::Household>, i64, bool)> {
        let confirmed = self.verdict.reason == Reason::None;
        self.case.claims().map(move |(household, person, tag)| (tag, household, person, confirmed))
    }
}

/// Counters that pages show are folded here, once a batch; nothing ever counts a large table.
/// A submission that repairs another household is counted with it; one that came too late to repair is a household of its own.
fn tally(decided: &[Decided<'_>], households: &[HouseholdRow]) -> Tally {
    let mut tally = Tally::default();
    let own = decided.iter().zip(households).filter(|(decided, _)| decided.verdict.repairs.is_none());
    for (_, household) in own {
        count_received(&mut tally, &household.district, household.people, household.received);
    }
    for household in households {
        tally.add(household.state.as_str(), "", 1);
        if household.reason != Reason::None {
            tally.add("checking-by-reason", household.reason.as_str(), 1);
        }
    }
    tally
}

/// One household more, in every counter of what was received.
pub(crate) fn count_received(tally: &mut Tally, district: &str, people: i64, at: Instant) {
    tally.add("received", "", 1);
    tally.add("people", "", people);
    tally.add("received-by-district", district, 1);
    tally.add("people-by-district", district, people);
    tally.add("received-by-hour", &hour(at), 1);
}

/// `2020-05-06T07`: one bar of the chart.
fn hour(at: Instant) -> String {
    at.to_string().chars().take(13).collect()
}
