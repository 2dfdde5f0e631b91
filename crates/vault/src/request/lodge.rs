use journal::{Event, Work};
use kernel::{Day, Fault, Id, Kind, Language, kinds};
use seal::{Keyring, RecordNumber, SealError, Sealed};
use store::StoreError;
use thiserror::Error;

use super::{DETAILS_MONTHS, LOG_MONTHS, REQUEST_DAYS, RequestChannel, RequestDetails, RequestKind, RequestRow, RequestState, SealedProof, slot};
use crate::storage;

/// A request that somebody lodges.
#[derive(Clone, Debug)]
pub struct LodgeRequest {
    /// The service concerned.
    pub service: Id<kinds::Service>,
    /// What is asked for.
    pub kind: RequestKind,
    /// By which way it came.
    pub channel: RequestChannel,
    /// The language of the letters.
    pub language: Language,
    /// What the resident wrote, sealed by [`seal_details`].
    pub details: SealedDetails,
    /// The picture of a document, sealed by [`super::seal_proof`].
    pub proof: Option<SealedProof>,
}

/// What a resident wrote, sealed.
#[derive(Clone, Debug)]
pub struct SealedDetails {
    pub(crate) record: RecordNumber,
    pub(crate) expiry: Day,
    pub(crate) sealed: Sealed,
}

/// Why a request was not taken.
#[derive(Debug, Error)]
pub enum LodgeError {
    /// A name, an address for the answer and a few words are needed.
    #[error("give a name, an address for the answer, and say in a few words what you ask for (at most 2,000 characters)")]
    Details,
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The write queue is full.
    #[error("the system is busy; try again in a moment")]
    Busy,
}

impl Fault for LodgeError {
    fn kind(&self) -> Kind {
        match self {
            Self::Details => Kind::Invalid,
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Busy => Kind::Busy,
        }
    }
}

/// The longest name of a requester, in characters.
pub const NAME_MOST: usize = 100;
/// The longest address for the answer, in characters.
pub const ADDRESS_MOST: usize = 400;
/// The longest request, in characters.
pub const TEXT_MOST: usize = 2_000;

/// Seals what was written, for twelve months. Before the transaction.
pub fn seal_details(keys: &Keyring, today: Day, details: &RequestDetails) -> Result<SealedDetails, LodgeError> {
    let fits = |text: &str, most: usize| (1..=most).contains(&text.trim().chars().count());
    let good = fits(&details.name, NAME_MOST)
        && fits(&details.address, ADDRESS_MOST)
        && fits(&details.text, TEXT_MOST)
        && details.reference.chars().count() <= NAME_MOST;
    if !good {
        return Err(LodgeError::Details);
    }
    let plain = serde_json::to_vec(details).map_err(|_| LodgeError::Details)?;
    let (record, expiry) = (keys.next_record()?, today.plus_months(DETAILS_MONTHS));
    Ok(SealedDetails { record, expiry, sealed: keys.seal(&slot(record, expiry)?, &plain)? })
}

/// Lodges a request: the forty days begin.
pub fn lodge_request(work: &mut Work<'_, '_>, command: &LodgeRequest) -> Result<RequestRow, LodgeError> {
    let lodged = work.now();
    let row = RequestRow {
        id: work.new_id(),
        number: storage::request::next_number(work.tx())?,
        service: command.service,
        kind: command.kind,
        channel: command.channel,
        language: command.language,
        lodged,
        due: lodged.day().plus(REQUEST_DAYS),
        state: RequestState::Lodged,
        ground: None,
        decided: None,
        record: command.details.record,
        details: Some(command.details.sealed.as_bytes().to_vec()),
        expiry: command.details.expiry,
    };
    storage::request::insert(work.tx(), &row)?;
    if let Some(proof) = &command.proof {
        storage::request_proof::insert(work.tx(), row.id, proof)?;
    }
    log(work, &row, "lodged")?;
    Ok(row)
}

/// Writes the log book and the journal: every step of a request.
pub(super) fn log(work: &mut Work<'_, '_>, row: &RequestRow, step: &'static str) -> Result<(), StoreError> {
    let ground = row.ground.map_or("", super::Ground::as_str);
    let event = Event::new("vault.request")
        .detail("request", row.id.to_string())
        .detail("service", row.service.to_string())
        .detail("kind", row.kind.as_str())
        .detail("step", step)
        .detail("ground", ground)
        .detail("due", row.due.to_string());
    work.journal(event)?;
    let keep = work.today().plus_months(LOG_MONTHS);
    let (id, now, actor) = (work.new_id(), work.now(), work.actor().to_json().to_string());
    storage::request::insert_log(work.tx(), id, row, now, step, &actor, keep)
}
