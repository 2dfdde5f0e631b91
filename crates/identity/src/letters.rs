//! Letters with PINs: taken in batches for a print bureau, each opening on record by itself, posted, returned.

use journal::{Event, Ledger, Work};
use kernel::{Day, Id, Instant, Language, Secret, kinds};
use people::{Grant, ProofIdentity, RequestExport};
use seal::SealError;
use store::{RunError, StoreError, Tx};

use crate::activation::LetterCargo;
use crate::opening::list_opening;
use crate::storage::pin::WaitingPin;
use crate::{AFTER_DAYS, AskActivationError, Notice, OpenedFor, PIN_DAYS, PinState, Reach, storage, tell_account};

/// A batch of letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterBatch {
    /// Its id; the package that the bureau fetches has the same.
    pub id: Id<kinds::Export>,
    /// The lease to which it is bound.
    pub lease: Id<kinds::Lease>,
    /// When it was made.
    pub made: Instant,
    /// Letters in it.
    pub letters: i64,
    /// Whether the bureau can fetch it.
    pub finished: bool,
    /// When the bureau had posted it.
    pub posted: Option<Instant>,
}

/// A letter, opened to be printed.
#[derive(Clone, Debug)]
pub struct OpenLetter {
    /// Whose it is.
    pub account: Id<kinds::Account>,
    /// The number of the PIN.
    pub number: i64,
    /// Its language.
    pub language: Language,
    /// The PIN: eight digits.
    pub pin: Secret<String>,
    /// The token of the QR code.
    pub token: Secret<String>,
    /// The lines of the window: names, then address.
    pub window: Vec<String>,
    /// Twelve digits by which a returned letter is known.
    pub barcode: String,
}

/// The last day of a PIN whose letter is dated `day`.
pub const fn last_day_of_pin(day: Day) -> Day {
    day.plus(PIN_DAYS)
}

/// How many letters wait for a batch.
pub fn letters_waiting(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    Ok(pin_counts(tx)?.into_iter().find(|(state, _)| *state == PinState::Queued).map_or(0, |(_, count)| count))
}

/// How many PINs stand in each state.
pub fn pin_counts(tx: &mut Tx<'_>) -> Result<Vec<(PinState, i64)>, StoreError> {
    storage::pin::counts(tx)
}

/// The latest batches.
pub fn letter_batches(tx: &mut Tx<'_>) -> Result<Vec<LetterBatch>, StoreError> {
    storage::batch::latest(tx, 50)
}

/// Batches begun and not finished, for what a crash has interrupted.
pub fn unfinished_batches(tx: &mut Tx<'_>) -> Result<Vec<LetterBatch>, StoreError> {
    storage::batch::unfinished(tx, 50)
}

/// Begins a batch: puts letters into it and opens them, each with an entry of its own in the journal before. Nothing when none waits.
pub fn open_batch(
    ledger: &Ledger,
    grant: &Grant<RequestExport>,
    lease: Id<kinds::Lease>,
    most: i64,
) -> Result<Option<(LetterBatch, Vec<OpenLetter>)>, RunError<AskActivationError>> {
    let officer = grant.officer();
    let ((batch, taken), committed) = ledger.write("identity.open_batch", grant.actor(), move |work| {
        let (id, made) = (work.new_id(), work.now());
        let waiting = storage::pin::waiting(work.tx(), PinState::Queued, most)?;
        let letters = i64::try_from(waiting.len()).unwrap_or(i64::MAX);
        let batch = LetterBatch { id, lease, made, letters, finished: false, posted: None };
        if !waiting.is_empty() {
            storage::batch::insert(work.tx(), &batch, officer)?;
        }
        for one in &waiting {
            storage::batch::claim(work.tx(), id, (one.account, one.number))?;
            let event = Event::new("identity.letter_printed").record(one.account.bytes()).detail("batch", id.to_string());
            let event = work.journal(event.detail("lease", lease.to_string()).detail("pin", one.number))?;
            list_opening(work, one.account, OpenedFor::Letter, event)?;
        }
        Ok::<_, AskActivationError>((batch, waiting))
    })?;
    if taken.is_empty() {
        return Ok(None);
    }
    let open = |one: &WaitingPin| {
        let plain = committed.open(ledger.keys(), &one.cargo.slot, &one.cargo.sealed)?;
        let cargo: LetterCargo = serde_json::from_slice(plain.expose()).map_err(|_| SealError::Broken)?;
        Ok(letter(one, cargo))
    };
    let letters = taken.iter().map(open).collect::<Result<Vec<_>, SealError>>();
    Ok(Some((batch, letters.map_err(|error| RunError::Refused(error.into()))?)))
}

pub(crate) fn letter(one: &WaitingPin, cargo: LetterCargo) -> OpenLetter {
    OpenLetter {
        account: one.account,
        number: one.number,
        language: Language::from_slug(&one.language).unwrap_or(Language::ZhHant),
        pin: Secret::new(cargo.pin),
        token: Secret::new(cargo.token),
        window: cargo.name.into_iter().chain(cargo.address).collect(),
        barcode: one.barcode.clone(),
    }
}

/// The bureau can fetch a batch: its letters count as printed on this day, what they needed is forgotten, and those that could not be
/// printed are set aside.
pub fn finish_batch(
    work: &mut Work<'_, '_>,
    batch: &LetterBatch,
    unprintable: &[(Id<kinds::Account>, i64)],
) -> Result<(), StoreError> {
    let (today, made) = (work.today(), batch.made.day());
    for one in unprintable {
        storage::pin::set_state(work.tx(), *one, PinState::Unprintable)?;
    }
    let letters = storage::batch::letters(work.tx(), batch.id, PinState::Queued.name())?;
    for (one, district) in &letters {
        storage::pin::set_state(work.tx(), *one, PinState::Printed)?;
        storage::pin::set_lapse(work.tx(), *one, last_day_of_pin(made))?;
        storage::activation::set_end(work.tx(), one.0, last_day_of_pin(made).plus(AFTER_DAYS))?;
        storage::activation::count(work.tx(), today, district, "printed")?;
    }
    storage::batch::set_finished(work.tx(), batch.id, i64::try_from(letters.len()).unwrap_or(i64::MAX))?;
    let event = Event::new("identity.batch_finished").detail("batch", batch.id.to_string()).detail("lease", batch.lease.to_string());
    work.journal(event.detail("letters", letters.len()).detail("unprintable", unprintable.len()))?;
    Ok(())
}

/// A batch came to nothing: its letters wait again, except those that cannot be printed.
pub fn drop_batch(
    work: &mut Work<'_, '_>,
    batch: Id<kinds::Export>,
    unprintable: &[(Id<kinds::Account>, i64)],
) -> Result<(), StoreError> {
    for one in unprintable {
        storage::pin::set_state(work.tx(), *one, PinState::Unprintable)?;
    }
    storage::batch::drop(work.tx(), batch)?;
    work.journal(Event::new("identity.batch_dropped").detail("batch", batch.to_string()))?;
    Ok(())
}

/// The batches of a lease, the latest first.
pub fn batches_of_lease(tx: &mut Tx<'_>, lease: Id<kinds::Lease>) -> Result<Vec<LetterBatch>, StoreError> {
    storage::batch::of_lease(tx, lease)
}

/// An officer has heard that the bureau has posted a batch; false when it is none, or was posted before.
pub fn post_batch(
    work: &mut Work<'_, '_>,
    _grant: &Grant<RequestExport>,
    batch: Id<kinds::Export>,
) -> Result<bool, StoreError> {
    note_posted(work, batch)
}

/// The bureau says that it has posted a batch of its lease; false when it is none of it, or was posted before. Whose lease it is, the
/// caller has asked.
pub fn post_batch_of_lease(
    work: &mut Work<'_, '_>,
    lease: Id<kinds::Lease>,
    batch: Id<kinds::Export>,
) -> Result<bool, StoreError> {
    let own = storage::batch::of_lease(work.tx(), lease)?.iter().any(|one| one.id == batch);
    if own { note_posted(work, batch) } else { Ok(false) }
}

fn note_posted(work: &mut Work<'_, '_>, batch: Id<kinds::Export>) -> Result<bool, StoreError> {
    let (now, today) = (work.now(), work.today());
    if storage::batch::set_posted(work.tx(), batch, now)? == 0 {
        return Ok(false);
    }
    let letters = storage::batch::letters(work.tx(), batch, PinState::Printed.name())?;
    for (one, district) in &letters {
        storage::pin::set_state(work.tx(), *one, PinState::Posted)?;
        storage::activation::count(work.tx(), today, district, "posted")?;
    }
    work.journal(Event::new("identity.batch_posted").detail("batch", batch.to_string()).detail("letters", letters.len()))?;
    Ok(true)
}

/// What became of a barcode that was scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scanned {
    /// The letter is noted as returned; its PIN is good no more.
    Returned,
    /// It was scanned before.
    Again,
    /// The account needs it no more: it was activated, or another letter was sent.
    NotNeeded,
    /// No letter of ours, or its account has ended.
    Unknown,
}

/// Notes a letter that came back. Nobody sees whose it is.
pub fn return_letter(work: &mut Work<'_, '_>, _grant: &Grant<ProofIdentity>, scanned: &str) -> Result<Scanned, StoreError> {
    let digits: String = hongkong::half_width(scanned).chars().filter(char::is_ascii_digit).collect();
    let Some((one, state, district)) = storage::pin::of_barcode(work.tx(), &digits)? else { return Ok(Scanned::Unknown) };
    let today = work.today();
    match state {
        PinState::Returned => return Ok(Scanned::Again),
        PinState::Printed | PinState::Posted | PinState::Lapsed => {}
        _ => return Ok(Scanned::NotNeeded),
    }
    storage::pin::set_state(work.tx(), one, PinState::Returned)?;
    storage::activation::set_end(work.tx(), one.0, today.plus(PIN_DAYS + AFTER_DAYS))?;
    storage::activation::count(work.tx(), today, &district, "returned")?;
    tell_account(work, one.0, Notice::LetterReturned, Reach::Every)?;
    work.journal(Event::new("identity.letter_returned").record(one.0.bytes()).detail("pin", one.1))?;
    Ok(Scanned::Returned)
}
