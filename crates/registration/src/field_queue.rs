//! Entries that waited sealed on a field officer's phone.
//!
//! A page that was loaded with a network carries a public key of this operation and a stamp of the server's time. Without a
//! network the phone seals each entry to that key and keeps the ciphertext, which it cannot open itself; later it sends what it
//! kept. The age of an entry is counted from the stamp, never by the phone's clock: no entry is younger than its page. The
//! private key is no row of any table: it is derived from the leaf of the day on which the last entry of that page may come, and
//! dies with it.

use std::collections::BTreeMap;

use journal::{Event, Ledger};
use kernel::{Fault, Instant, Kind, from_hex, to_hex};
use people::{EnterInField, Grant};
use seal::{Keyring, Purpose, RecordNumber, SealError, Slot};
use serde::Deserialize;
use store::StoreError;
use thiserror::Error;

use crate::scheme::Scheme;

/// The purpose under which the keys of sealed entries stand in the keyring.
pub const FIELD_QUEUE: &str = "field-queue";
/// Entries that are taken at once.
pub const QUEUE_MOST: usize = 50;
/// Longest sealed entry in bytes; one of the form's is about a kilobyte.
const LONGEST: usize = 8 * 1024;
const STAMP: &str = "registration field stamp";
const TAG_LEN: usize = 16;

/// What a page needs so that its entries can wait.
#[derive(Clone, Debug)]
pub struct QueueKey {
    /// The public key, an uncompressed point of P-256.
    pub public: [u8; 65],
    /// The server's time, with a code over it; travels with each entry.
    pub stamp: String,
    /// What the sealing is bound to beside the entry's own id and stamp: HPKE's `info`.
    pub about: String,
    /// Until when entries of this page are taken.
    pub until: Instant,
}

/// An entry as a phone kept it.
#[derive(Clone, Debug, Deserialize)]
pub struct QueuedEntry {
    /// The id that the browser chose: the idempotency key of the registration. Whoever sends it twice is entered once.
    pub id: String,
    /// The stamp of the page on which it was typed.
    pub stamp: String,
    /// Encapsulated key and ciphertext.
    #[serde(skip)]
    pub sealed: Vec<u8>,
}

/// An entry that was opened.
#[derive(Clone, Debug)]
pub struct OpenedEntry {
    /// What was typed, by the names of the form.
    pub form: BTreeMap<String, String>,
    /// When its page was loaded, by our clock.
    pub page: Instant,
    /// When it was typed, as the phone claims: nothing depends on it.
    pub claimed: Instant,
}

/// Why an entry was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueFault {
    /// Its page was older than the operation allows when it came; after that day its key is gone as well.
    TooOld,
    /// It was changed, is not of this operation, or is no entry.
    Unreadable,
}

/// Why entries were not looked at.
#[derive(Debug, Error)]
pub enum OpenQueueError {
    /// The grant is for another service.
    #[error("there is no such operation in your department")]
    Elsewhere,
    /// This operation lets no entries wait.
    #[error("in this operation no entries wait on phones")]
    NoQueue,
    /// Too many at once.
    #[error("at most {QUEUE_MOST} entries are taken at once")]
    TooMany,
    /// The write queue is full.
    #[error("the system is busy; try again in a moment")]
    Busy,
    /// Keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for OpenQueueError {
    fn kind(&self) -> Kind {
        match self {
            Self::Elsewhere | Self::NoQueue => Kind::Missing,
            Self::TooMany => Kind::Invalid,
            Self::Busy => Kind::Busy,
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

store::from_run_error!(OpenQueueError);

/// What a page that is made now carries; nothing when the operation lets no entries wait.
pub fn queue_key(keys: &Keyring, scheme: &Scheme, now: Instant) -> Result<Option<QueueKey>, SealError> {
    let Some(until) = until(scheme, now) else { return Ok(None) };
    let public = keys.receiving_key(&slot(until)?)?;
    let stamp = format!("{}.{}", now.millis(), to_hex(&tag(keys, now)));
    Ok(Some(QueueKey { public, stamp, about: about(scheme), until }))
}

/// Opens what waited, after that is on record. Nothing is entered yet: each opened form goes the way of every registration.
pub fn open_queue(
    ledger: &Ledger,
    scheme: &Scheme,
    grant: Grant<EnterInField>,
    entries: &[QueuedEntry],
) -> Result<Vec<Result<OpenedEntry, QueueFault>>, OpenQueueError> {
    if scheme.queue_hours().is_none() {
        return Err(OpenQueueError::NoQueue);
    }
    if entries.len() > QUEUE_MOST {
        return Err(OpenQueueError::TooMany);
    }
    let stamps: Vec<Result<Stamped, QueueFault>> = entries.iter().map(|entry| stamped(ledger, scheme, entry)).collect();
    let count = stamps.iter().filter(|stamp| stamp.is_ok()).count();
    let ((), committed) = ledger.write("registration.open_queue", grant.actor(), move |work| {
        if !vault::covers(work.tx(), &grant)? {
            return Err(OpenQueueError::Elsewhere);
        }
        if count > 0 {
            let event = Event::new("registration.queue_opened").detail("purpose", FIELD_QUEUE);
            work.journal(event.detail("entries", count))?;
        }
        Ok(())
    })?;
    let about = about(scheme);
    let open = |(entry, stamp): (&QueuedEntry, Result<Stamped, QueueFault>)| {
        let Stamped { page, until } = match stamp {
            Ok(stamp) => stamp,
            Err(fault) => return Ok(Err(fault)),
        };
        let aad = format!("{}\n{}", entry.id, entry.stamp);
        let bound = (about.as_bytes(), aad.as_bytes());
        match committed.open_received(ledger.keys(), &slot(until)?, bound, &entry.sealed) {
            Ok(plain) => Ok(read(plain.expose(), page).ok_or(QueueFault::Unreadable)),
            Err(SealError::Gone) => Ok(Err(QueueFault::TooOld)),
            Err(SealError::Broken) => Ok(Err(QueueFault::Unreadable)),
            Err(error) => Err(error.into()),
        }
    };
    entries.iter().zip(stamps).map(open).collect()
}

/// What the stamp of an entry says, if it is one of ours and not too old.
struct Stamped {
    page: Instant,
    until: Instant,
}

fn stamped(ledger: &Ledger, scheme: &Scheme, entry: &QueuedEntry) -> Result<Stamped, QueueFault> {
    let (millis, code) = entry.stamp.split_once('.').ok_or(QueueFault::Unreadable)?;
    let page = Instant::from_millis(millis.parse().map_err(|_| QueueFault::Unreadable)?);
    let code = from_hex(code).map_err(|_| QueueFault::Unreadable)?;
    let ours = seal::constant_time_eq(&code, &tag(ledger.keys(), page));
    let until = until(scheme, page).filter(|_| ours && entry.sealed.len() <= LONGEST).ok_or(QueueFault::Unreadable)?;
    if ledger.now() < until { Ok(Stamped { page, until }) } else { Err(QueueFault::TooOld) }
}

fn until(scheme: &Scheme, page: Instant) -> Option<Instant> {
    scheme.queue_hours().map(|hours| page.plus_secs(i64::from(hours) * 3600))
}

fn tag(keys: &Keyring, page: Instant) -> [u8; TAG_LEN] {
    keys.prf(STAMP, &page.millis().to_be_bytes()).first_chunk().copied().unwrap_or_default()
}

/// So that an entry of one operation is none of another, whatever keys they have.
fn about(scheme: &Scheme) -> String {
    format!("lionrock field entry v1\n{}", scheme.slug())
}

/// The leaf of the day on which the last entry of a page may come. It seals no values, so it needs no record number of its own.
fn slot(until: Instant) -> Result<Slot, SealError> {
    let purpose = Purpose::new(FIELD_QUEUE)?;
    Ok(Slot { purpose, record: RecordNumber(0), person: 0, group: 0, schema: 1, expiry: until.day() })
}

/// The plaintext: JSON, with spaces behind it so that its length says little.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain {
    at: i64,
    form: BTreeMap<String, String>,
}

fn read(plain: &[u8], page: Instant) -> Option<OpenedEntry> {
    let Plain { at, form } = serde_json::from_slice(plain).ok()?;
    Some(OpenedEntry { form, page, claimed: Instant::from_millis(at) })
}
