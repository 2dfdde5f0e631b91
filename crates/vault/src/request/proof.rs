//! The picture of a document that a resident sends with a request: to show who asks, or what is right. It dies with the verdict.

use journal::{Committed, Event, Work};
use kernel::{Day, Id, Secret, kinds};
use people::{Grant, HandleRequests};
use seal::{Keyring, Purpose, RecordNumber, SealError, Sealed, Slot, Target};
use store::{StoreError, Tx};

use super::{DecideError, LodgeError, REQUESTS};
use crate::storage;

/// Months after which a picture is unreadable even if nobody decided; a decision erases it before.
pub const PROOF_MONTHS: i32 = 3;

/// The field group of a picture in the record of its request.
const GROUP: u8 = 1;

/// A picture, sealed.
#[derive(Clone, Debug)]
pub struct SealedProof {
    pub(crate) media_type: String,
    pub(crate) record: RecordNumber,
    pub(crate) expiry: Day,
    pub(crate) sealed: Vec<u8>,
}

/// Seals a picture whose metadata the caller has removed. Before the transaction.
pub fn seal_proof(keys: &Keyring, today: Day, media_type: &str, picture: &[u8]) -> Result<SealedProof, LodgeError> {
    let (record, expiry) = (keys.next_record()?, today.plus_months(PROOF_MONTHS));
    let sealed = keys.seal(&slot(record, expiry)?, picture)?.as_bytes().to_vec();
    Ok(SealedProof { media_type: media_type.to_owned(), record, expiry, sealed })
}

fn slot(record: RecordNumber, expiry: Day) -> Result<Slot, SealError> {
    Ok(Slot { group: GROUP, ..super::slot(record, expiry)? })
}

impl SealedProof {
    /// What the keys forget when the request is decided.
    fn target(&self) -> Result<Target, SealError> {
        Ok(Target::Record { purpose: Purpose::new(REQUESTS)?, expiry: self.expiry, record: self.record })
    }
}

/// Whether a picture stands with this request.
pub fn has_proof(tx: &mut Tx<'_>, request: Id<kinds::SubjectRequest>) -> Result<bool, StoreError> {
    Ok(storage::request_proof::find(tx, request)?.is_some())
}

/// A picture that may be opened with the `Committed` of this unit of work.
#[derive(Clone, Debug)]
pub struct ReadProof(Option<SealedProof>);

/// Puts the reading of the picture on record.
pub fn open_proof(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleRequests>,
    id: Id<kinds::SubjectRequest>,
) -> Result<ReadProof, DecideError> {
    let row = storage::request::find(work.tx(), id)?.filter(|row| grant.covers(row.service)).ok_or(DecideError::Missing)?;
    let event = Event::new("vault.request_proof_read").detail("request", row.id.to_string());
    work.journal(event.detail("right", grant.role().to_string()))?;
    Ok(ReadProof(storage::request_proof::find(work.tx(), id)?))
}

impl ReadProof {
    /// What kind of picture it is: `image/jpeg`, `image/png` or `image/webp`; empty when there is none.
    pub fn media_type(&self) -> &str {
        self.0.as_ref().map_or("", |proof| &proof.media_type)
    }

    /// The picture; nothing when there is none, or none any more.
    pub fn open(&self, committed: &Committed, keys: &Keyring) -> Result<Option<Secret<Vec<u8>>>, SealError> {
        let Some(proof) = &self.0 else { return Ok(None) };
        let sealed = Sealed::from_bytes(proof.sealed.clone());
        match committed.open(keys, &slot(proof.record, proof.expiry)?, &sealed) {
            Err(SealError::Gone) => Ok(None),
            opened => Ok(Some(opened?)),
        }
    }
}

/// The picture of a request that is decided.
#[derive(Clone, Debug)]
pub struct DecidedProof {
    /// The request.
    pub request: Id<kinds::SubjectRequest>,
    /// What the keys are to forget.
    pub target: Target,
    /// What is sealed with it.
    pub sealed: Vec<u8>,
}

/// Pictures of requests that are decided: at most `limit`.
pub fn decided_proofs(tx: &mut Tx<'_>, limit: usize) -> Result<Vec<DecidedProof>, StoreError> {
    let found = storage::request_proof::decided(tx, i64::try_from(limit).unwrap_or(100))?;
    let named = found.into_iter().map(|(request, proof)| Ok(DecidedProof { request, target: proof.target()?, sealed: proof.sealed }));
    named.collect::<Result<_, SealError>>().map_err(|error| StoreError::Engine(error.to_string()))
}

/// Removes pictures whose keys have been forgotten.
pub fn remove_proofs(work: &mut Work<'_, '_>, requests: &[Id<kinds::SubjectRequest>]) -> Result<(), StoreError> {
    for request in requests {
        storage::request_proof::delete(work.tx(), *request)?;
        work.journal(Event::new("vault.request_proof_erased").detail("request", request.to_string()))?;
    }
    Ok(())
}
