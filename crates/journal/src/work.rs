use kernel::{Day, Id, IdKind, Instant, Random, kinds};
use serde_json::Value;
use store::{StoreError, Tx};

use crate::ledger::Sequence;
use crate::{Actor, Event, EventProof, removals, storage};

/// One unit of work: a transaction with its time, chance, actor and journal.
///
/// Time is fixed when the unit begins, so that everything in it happens at one moment.
pub struct Work<'w, 't> {
    tx: &'w mut Tx<'t>,
    now: Instant,
    random: &'w dyn Random,
    actor: &'w Actor,
    sequence: &'w Sequence,
    events: Vec<EventProof>,
}

impl<'w, 't> Work<'w, 't> {
    pub(crate) fn begin(
        tx: &'w mut Tx<'t>,
        now: Instant,
        random: &'w dyn Random,
        actor: &'w Actor,
        sequence: &'w Sequence,
    ) -> Self {
        Self { tx, now, random, actor, sequence, events: Vec::new() }
    }

    pub(crate) fn into_events(self) -> Vec<EventProof> {
        self.events
    }

    /// The moment of this unit of work.
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The civil day of this unit of work in Hong Kong.
    pub const fn today(&self) -> Day {
        self.now.day()
    }

    /// Chance.
    pub fn random(&self) -> &dyn Random {
        self.random
    }

    /// Who acts.
    pub const fn actor(&self) -> &Actor {
        self.actor
    }

    /// The transaction.
    pub fn tx(&mut self) -> &mut Tx<'t> {
        self.tx
    }

    /// A new id of this moment.
    pub fn new_id<K: IdKind>(&self) -> Id<K> {
        Id::new(self.now, self.random)
    }

    /// Notes an event in the journal, in this transaction.
    pub fn journal(&mut self, event: Event) -> Result<Id<kinds::Event>, StoreError> {
        let id = self.sequence.next(self.now, self.random);
        let proof = event.into_proof(id, self.now, self.actor, self.random);
        storage::insert_event(self.tx, &proof)?;
        self.events.push(proof);
        Ok(id)
    }

    /// Says that something which opened a door (`thing`, by its id) is taken away in this transaction, so that no restore brings it back: a
    /// keyed tag of it goes into the ledger of removals before the journal publishes what happened here. The note is a public word.
    pub fn removed(&mut self, kind: &str, thing: &[u8], note: &str) -> Result<(), StoreError> {
        removals::note(self.tx, self.now, (kind, thing), note)
    }

    /// Puts a job into the outbox, once for each `key`; a second one with the same key is the same job.
    pub fn outbox(&mut self, kind: &'static str, key: &str, due: Instant, body: &Value) -> Result<(), StoreError> {
        let id = self.new_id();
        storage::insert_job(self.tx, id, kind, key, due, body)
    }
}
