//! Queueing: sealing before the transaction, one or many rows within it.

use journal::Work;
use kernel::{Fault, Id, Kind, kinds};
use seal::{Keyring, SealError};
use store::StoreError;

use crate::message::{Plain, slot};
use crate::{Prepared, QueueMessage, State, storage};

/// Why a message was not queued.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// Its contents could not be sealed: the expiry has passed, or the service has no such purpose.
    #[error("the message cannot be sealed: {0}")]
    Seal(#[from] SealError),
    /// Its contents could not be written down; a fault of ours.
    #[error("the message cannot be written down: {0}")]
    Unwritable(#[from] serde_json::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for QueueError {
    fn kind(&self) -> Kind {
        match self {
            Self::Seal(error) => error.kind(),
            Self::Unwritable(_) => Kind::Broken,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Seals a message. Before the transaction: sealing costs more than the rows.
pub fn prepare(keys: &Keyring, message: &QueueMessage) -> Result<Prepared, QueueError> {
    let slot = slot(keys.next_record()?, message.expiry)?;
    let plain = serde_json::to_vec(&Plain::of(&message.content, message.language))?;
    Ok(Prepared {
        id: id_of(&message.key),
        household: message.household,
        channel: message.content.channel(),
        template: message.content.template_name(),
        language: message.language,
        sealed: keys.seal(&slot, &plain)?,
        slot,
        due: message.due,
        until: message.until,
    })
}

/// Queues one message; false when it was there already.
pub fn queue(work: &mut Work<'_, '_>, message: &Prepared) -> Result<bool, QueueError> {
    Ok(queue_batch(work, std::slice::from_ref(message))? == 1)
}

/// Queues many messages and says how many were new.
pub fn queue_batch(work: &mut Work<'_, '_>, messages: &[Prepared]) -> Result<u64, QueueError> {
    let mut templates: Vec<&'static str> = messages.iter().map(|message| message.template).collect();
    templates.sort_unstable();
    templates.dedup();
    let mut new = 0;
    for template in templates {
        let of_template = messages.iter().filter(|message| message.template == template);
        let added = storage::insert(work, of_template)?;
        storage::tally(work, template, None, State::Queued, added)?;
        new += added;
    }
    Ok(new)
}

/// The first half of a hash: 128 bits are enough that no two keys meet.
fn id_of(key: &str) -> Id<kinds::Message> {
    let hash = seal::sha256(&[b"lionrock message\0", key.as_bytes()]);
    let mut id = [0; 16];
    id.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    Id::from_bytes(id)
}
