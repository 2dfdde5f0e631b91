//! Letters with PINs in a demonstration, where nobody prints and no post comes: whoever looks into its inbox has a letter delivered
//! and reads it there. Everywhere else there are none: a PIN leaves the house on paper only.

use journal::{Actor, Event, Ledger, Work};
use kernel::{Environment, Instant, Language};
use seal::SealError;
use store::{RunError, StoreError, Tx};

use crate::activation::LetterCargo;
use crate::letters::{OpenLetter, last_day_of_pin, letter};
use crate::opening::list_opening;
use crate::{AFTER_DAYS, AskActivationError, OpenedFor, PinState, storage};

/// So many letters are listed.
const NEWEST: i64 = 20;

/// A letter that a demonstration can show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterAtHand {
    /// Twelve digits by which it is known.
    pub barcode: String,
    /// When it was asked for.
    pub asked: Instant,
    /// Its language.
    pub language: Language,
    /// Whether it was delivered; before, its PIN is good for nothing.
    pub delivered: bool,
}

/// The newest letters of a demonstration that are in no batch; none in any other environment.
pub fn letters_at_hand(tx: &mut Tx<'_>, environment: Environment) -> Result<Vec<LetterAtHand>, StoreError> {
    if environment != Environment::Demo {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for (state, delivered) in [(PinState::Queued, false), (PinState::Posted, true)] {
        let waiting = storage::pin::waiting(tx, state, NEWEST)?;
        found.extend(waiting.into_iter().map(|one| LetterAtHand {
            language: Language::from_slug(&one.language).unwrap_or(Language::ZhHant),
            barcode: one.barcode,
            asked: one.asked,
            delivered,
        }));
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.asked));
    Ok(found)
}

/// Delivers a letter of a demonstration as if it had been printed and posted; false when there is none such that waits. What it says is
/// kept until its PIN is used or lapses.
pub fn deliver_at_hand(work: &mut Work<'_, '_>, environment: Environment, barcode: &str) -> Result<bool, StoreError> {
    if environment != Environment::Demo {
        return Ok(false);
    }
    let Some((one, PinState::Queued, district)) = storage::pin::of_barcode(work.tx(), barcode)? else { return Ok(false) };
    if storage::pin::deliver(work.tx(), one)? == 0 {
        return Ok(false);
    }
    let today = work.today();
    storage::pin::set_lapse(work.tx(), one, last_day_of_pin(today))?;
    storage::activation::set_end(work.tx(), one.0, last_day_of_pin(today).plus(AFTER_DAYS))?;
    for step in ["printed", "posted"] {
        storage::activation::count(work.tx(), today, &district, step)?;
    }
    work.journal(Event::new("identity.letter_delivered_at_hand").record(one.0.bytes()).detail("pin", one.1))?;
    Ok(true)
}

/// Opens a letter of a demonstration that was delivered, on record; nothing when there is none such.
pub fn open_at_hand(
    ledger: &Ledger,
    environment: Environment,
    barcode: &str,
) -> Result<Option<OpenLetter>, RunError<AskActivationError>> {
    if environment != Environment::Demo {
        return Ok(None);
    }
    let barcode = barcode.to_owned();
    let (found, committed) = ledger.write("identity.open_at_hand", Actor::Visitor, move |work| {
        let waiting = storage::pin::waiting(work.tx(), PinState::Posted, NEWEST)?;
        let found = waiting.into_iter().find(|one| one.barcode == barcode);
        if let Some(one) = &found {
            let event = Event::new("identity.letter_shown_at_hand").record(one.account.bytes()).detail("pin", one.number);
            let event = work.journal(event)?;
            list_opening(work, one.account, OpenedFor::Letter, event)?;
        }
        Ok::<_, AskActivationError>(found)
    })?;
    let Some(one) = found else { return Ok(None) };
    let open = || {
        let plain = committed.open(ledger.keys(), &one.cargo.slot, &one.cargo.sealed)?;
        let cargo: LetterCargo = serde_json::from_slice(plain.expose()).map_err(|_| SealError::Broken)?;
        Ok(letter(&one, cargo))
    };
    open().map(Some).map_err(|error: SealError| RunError::Refused(error.into()))
}
