use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::drill_act::{Done, DrillAct, DrillHand, RoomError};

/// Acts that wait for the next group. Whoever comes while nobody leads leads: takes everything that waits, commits it as one unit of
/// work, answers, and passes the lead on to somebody who came meanwhile.
#[derive(Default)]
pub(crate) struct DrillQueue(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    acts: Vec<Pending>,
    is_led: bool,
}

/// An act that waits.
pub(crate) struct Pending {
    pub(crate) hand: Option<DrillHand>,
    /// Nothing: what is due is to be sent, no more.
    pub(crate) act: Option<DrillAct>,
    answer: SyncSender<Message>,
}

enum Message {
    Lead,
    Done(Result<Done, RoomError>),
}

/// So many acts wait at most.
const MOST: usize = 20_000;

impl DrillQueue {
    /// Waits until the act is durable or refused. `commit` is called for a group when this thread leads.
    pub(crate) fn act(
        &self,
        (hand, act): (Option<DrillHand>, Option<DrillAct>),
        commit: impl Fn(Vec<Pending>),
    ) -> Result<Done, RoomError> {
        let (answer, answers) = sync_channel(2);
        if self.enter(Pending { hand, act, answer })? {
            self.lead(&commit);
        }
        self.wait(&answers, &commit)
    }

    fn wait(&self, answers: &Receiver<Message>, commit: &impl Fn(Vec<Pending>)) -> Result<Done, RoomError> {
        loop {
            match answers.recv() {
                Ok(Message::Lead) => self.lead(commit),
                Ok(Message::Done(done)) => return done,
                // Whoever led panicked.
                Err(_) => return Err(RoomError::Busy),
            }
        }
    }

    /// Whether the newcomer leads.
    fn enter(&self, pending: Pending) -> Result<bool, RoomError> {
        let mut waiting = self.lock();
        if waiting.acts.len() >= MOST {
            return Err(RoomError::Busy);
        }
        waiting.acts.push(pending);
        Ok(!std::mem::replace(&mut waiting.is_led, true))
    }

    fn lead(&self, commit: &impl Fn(Vec<Pending>)) {
        let _passed_on = Lead(self);
        let group = std::mem::take(&mut self.lock().acts);
        commit(group);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    pub(crate) fn done(self, done: Result<Done, RoomError>) {
        // Whoever asked waits below, or has died with its thread.
        let _ = self.answer.send(Message::Done(done));
    }
}

/// Passes the lead on at the end, also when the leader panics.
struct Lead<'q>(&'q DrillQueue);

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        let mut waiting = self.0.lock();
        let next = waiting.acts.iter().any(|pending| pending.answer.send(Message::Lead).is_ok());
        waiting.is_led = next;
    }
}
