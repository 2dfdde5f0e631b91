//! Before a letter is printed the register is asked whether it knows the address. Where it does, the PIN goes by text message.

use hongkong::Phone;
use journal::{Actor, Committed, Event, Ledger, Work};
use kernel::{Day, Id, Instant, Secret, kinds};
use notify::{Content, Mobile, QueueMessage, Template};
use seal::SealError;
use store::{RunError, StoreError, Tx};

use crate::account::SealedValue;
use crate::activation::LetterCargo;
use crate::opening::list_opening;
use crate::storage::pin::WaitingPin;
use crate::{AFTER_DAYS, NoticeError, OpenedFor, PIN_DAYS, PinState, storage};

/// PINs of an address that a register was asked about.
#[derive(Clone, Debug)]
pub struct AskedAddress {
    /// Whose it is.
    pub account: Id<kinds::Account>,
    /// The number of the PIN.
    pub number: i64,
    /// When it was asked for.
    pub asked: Instant,
    /// The number of the identity card; nothing when the person has another document, which no register knows.
    pub card: Option<String>,
    /// The address, a line each.
    pub address: Vec<String>,
    /// The PIN, to be sent by text message when the register knows the address.
    pub pin: Secret<String>,
}

/// Opens what waits for the register, each with an entry in the journal before.
pub fn addresses_to_check(ledger: &Ledger, most: i64) -> Result<Vec<AskedAddress>, RunError<NoticeError>> {
    let look = |tx: &mut Tx<'_>| Ok::<_, NoticeError>(storage::pin::waiting(tx, PinState::Checking, 1)?.is_empty());
    if ledger.read("identity.addresses_waiting", look)? {
        return Ok(Vec::new());
    }
    let (waiting, committed) = ledger.write("identity.check_addresses", Actor::Job("register"), move |work| {
        let waiting = storage::pin::waiting(work.tx(), PinState::Checking, most)?;
        for one in &waiting {
            let event = Event::new("identity.address_read").record(one.account.bytes()).detail("for", "register");
            let event = work.journal(event)?;
            list_opening(work, one.account, OpenedFor::Register, event)?;
        }
        Ok::<_, NoticeError>(waiting)
    })?;
    let open = |one: &WaitingPin| {
        let plain = committed.open(ledger.keys(), &one.cargo.slot, &one.cargo.sealed)?;
        let cargo: LetterCargo = serde_json::from_slice(plain.expose()).map_err(|_| SealError::Broken)?;
        let (account, number, asked) = (one.account, one.number, one.asked);
        Ok(AskedAddress { account, number, asked, card: cargo.card, address: cargo.address, pin: Secret::new(cargo.pin) })
    };
    let opened: Result<Vec<_>, SealError> = waiting.iter().map(open).collect();
    opened.map_err(|error| RunError::Refused(error.into()))
}

/// A letter goes out, because no register knows the address.
pub fn queue_letter(work: &mut Work<'_, '_>, account: Id<kinds::Account>, number: i64) -> Result<(), StoreError> {
    storage::pin::set_state(work.tx(), (account, number), PinState::Queued)?;
    work.journal(Event::new("identity.letter_queued").record(account.bytes()).detail("pin", number))?;
    Ok(())
}

/// The register knows the address: the PIN goes by text message, and counts like one that came by post.
pub fn text_pin(ledger: &Ledger, address: &AskedAddress, host: &str) -> Result<(), RunError<NoticeError>> {
    let (account, number) = (address.account, address.number);
    let (found, committed) = ledger.write("identity.read_mobile", Actor::Job("register"), move |work| {
        let found = storage::account::find(work.tx(), account)?.zip(storage::account::mobile(work.tx(), account)?);
        work.journal(Event::new("identity.mobile_read").record(account.bytes()).detail("for", "pin-text"))?;
        Ok::<_, NoticeError>(found)
    })?;
    let Some((owner, mobile)) = found else { return Ok(()) };
    let refused = |error: SealError| RunError::Refused(NoticeError::from(error));
    let to = number_of(ledger, &committed, &mobile).map_err(refused)?;
    let (now, until) = (ledger.now(), ledger.now().day().plus(PIN_DAYS));
    let template = Template::PinText { pin: address.pin.expose().clone(), host: host.to_owned(), until };
    let message = QueueMessage {
        key: format!("pin:{account}:{number}"),
        household: None,
        language: owner.language,
        content: Content::Sms { to, template },
        due: now,
        until: now.plus_secs(WORTH_SECS),
        expiry: now.day().plus(WORTH_DAYS + 1),
    };
    let prepared = notify::prepare(ledger.keys(), &message).map_err(|error| RunError::Refused(error.into()))?;
    ledger.write("identity.text_pin", Actor::Job("register"), move |work| {
        notify::queue(work, &prepared)?;
        Ok::<_, NoticeError>(sent(work, (account, number), until)?)
    })?;
    Ok(())
}

fn sent(work: &mut Work<'_, '_>, one: (Id<kinds::Account>, i64), until: Day) -> Result<(), StoreError> {
    storage::pin::set_state(work.tx(), one, PinState::Sent)?;
    storage::pin::set_lapse(work.tx(), one, until)?;
    storage::activation::set_end(work.tx(), one.0, until.plus(AFTER_DAYS))?;
    work.journal(Event::new("identity.pin_texted").record(one.0.bytes()).detail("pin", one.1))?;
    Ok(())
}

fn number_of(ledger: &Ledger, committed: &Committed, mobile: &SealedValue) -> Result<Mobile, SealError> {
    let plain = committed.open(ledger.keys(), &mobile.slot()?, &mobile.sealed)?;
    let number = String::from_utf8(plain.into_exposed()).ok().and_then(|number| Phone::parse(&number).ok());
    number.and_then(|phone| Mobile::try_from(phone).ok()).ok_or(SealError::Broken)
}

/// A text message with a PIN is worth sending for three days.
const WORTH_DAYS: i32 = 3;
const WORTH_SECS: i64 = 3 * 86_400;
