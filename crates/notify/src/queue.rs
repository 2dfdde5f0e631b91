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

/// Makes the message of a key due at once that was queued for later; false when there is none, or somebody has taken it already. So a
/// message can be written while its address is at hand, which is kept nowhere else, and wait for its occasion.
pub fn release(work: &mut Work<'_, '_>, key: &str) -> Result<bool, StoreError> {
    let now = work.now();
    Ok(storage::release(work.tx(), id_of(key), now)? == 1)
}

/// The first half of a hash: 128 bits are enough that no two keys meet.
pub(crate) fn id_of(key: &str) -> Id<kinds::Message> {
    let hash = seal::sha256(&[b"lionrock message\0", key.as_bytes()]);
    let mut id = [0; 16];
    id.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    Id::from_bytes(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::Stage;
    use crate::{Template, messages_of};

    #[test]
    fn a_message_with_the_same_key_is_the_same_message() {
        let stage = Stage::new();
        assert_eq!(stage.queue(&[stage.confirmed(1), stage.confirmed(2), stage.confirmed(1)]), 2);
        assert_eq!(stage.queue(&[stage.confirmed(2), stage.confirmed(3)]), 1);
        assert_eq!(stage.counts("registration-confirmed"), (3, 0, 0));
        let of_two = stage.ledger.read("test.of", |tx| messages_of(tx, crate::stage::household(2))).unwrap();
        assert_eq!(of_two.len(), 1);
    }

    #[test]
    fn a_message_that_waits_for_its_occasion_is_released_once_and_only_before_anybody_takes_it() {
        let stage = Stage::new();
        let later = QueueMessage { due: stage.clock_now().plus_secs(3_600), ..stage.confirmed(1) };
        stage.queue(std::slice::from_ref(&later));
        let deliver = || crate::deliver_due(&stage.ledger, &crate::stage::Recording::default(), 10).unwrap().sent;
        let release = |key: &str| {
            let key = key.to_owned();
            stage.ledger.write("test", journal::Actor::Job("test"), move |work| release(work, &key)).unwrap().0
        };
        assert_eq!(deliver(), 0);
        assert!(!release("another") && release(&later.key));
        assert_eq!((deliver(), release(&later.key), deliver()), (1, false, 0));
    }

    #[test]
    fn nothing_readable_is_stored() {
        let stage = Stage::new();
        let prepared = stage.prepare(&stage.confirmed(1));
        let bytes = prepared.sealed.as_bytes();
        for canary in ["91230001", "LR-0001", "登記"] {
            assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()), "{canary}");
        }
    }

    #[test]
    fn a_message_that_has_ended_already_is_refused() {
        let stage = Stage::new();
        let yesterday = stage.clock_day().plus(-1);
        let late = QueueMessage { expiry: yesterday, ..stage.confirmed(1) };
        assert!(matches!(prepare(stage.ledger.keys(), &late), Err(QueueError::Seal(_))));
    }

    #[test]
    fn templates_are_counted_apart() {
        let stage = Stage::new();
        let code = Template::StatusCode { code: "123456".into(), host: "masks.example".into(), minutes: 15 };
        assert_eq!(stage.queue(&[stage.confirmed(1), stage.message(1, code)]), 2);
        assert_eq!(stage.counts("registration-confirmed"), (1, 0, 0));
        assert_eq!(stage.counts("status-code"), (1, 0, 0));
    }
}
