use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockWriteGuard};

use drill::{DrillRecord, Entry, Exercise, Pack, entries_after, note_entries};
use journal::{Actor, Event, Ledger};
use kernel::{Id, Instant, kinds};
use store::{RunError, StoreError};

use crate::drill_act::{Done, DrillAct, DrillHand, RoomError};
use crate::drill_queue::{DrillQueue, Pending};
use crate::drill_rooms::Bell;

/// One exercise that is played, or was: its fold in memory, and behind it the store. Nobody ever sees an entry that is not durable.
///
/// Acts that come while a group of them is committed make up the next group: one unit of work and one fsync for all. A group that the
/// store does not keep leaves nothing behind: the fold is made again from what the store has. So it is when another process was faster.
pub struct DrillRoom {
    id: Id<kinds::Drill>,
    holders: Vec<Id<kinds::Department>>,
    pack: Arc<Pack>,
    ledger: Arc<Ledger>,
    bell: Arc<Bell>,
    /// Nothing after a commit that failed, until it is read again.
    held: RwLock<Option<Exercise>>,
    queue: DrillQueue,
    /// Whether another process was ever faster: from then on what it has noted is read before each group.
    is_shared: AtomicBool,
    watchers: Arc<Mutex<Watchers>>,
}

#[derive(Default)]
struct Watchers {
    next: u64,
    all: BTreeMap<u64, Arc<Watch>>,
}

type Watch = dyn Fn(u64) + Send + Sync;

/// Ends when it is dropped.
pub struct Subscription {
    watchers: Arc<Mutex<Watchers>>,
    number: u64,
}

/// How often a group is tried when other processes are faster.
const TRIES: usize = 50;
const JOB: Actor = Actor::Job("drill");

impl DrillRoom {
    pub(crate) fn new(record: &DrillRecord, pack: Arc<Pack>, ledger: Arc<Ledger>, bell: Arc<Bell>) -> Self {
        let mut holders = record.co_hosts.clone();
        holders.push(record.host);
        let (held, queue, watchers) = (RwLock::new(None), DrillQueue::default(), Arc::default());
        Self { id: record.id, holders, pack, ledger, bell, held, queue, is_shared: AtomicBool::new(false), watchers }
    }

    /// The exercise.
    pub const fn id(&self) -> Id<kinds::Drill> {
        self.id
    }

    /// Its pack.
    pub const fn pack(&self) -> &Arc<Pack> {
        &self.pack
    }

    /// Looks at it. Short, please: acts wait meanwhile.
    pub fn read<T>(&self, look: impl FnOnce(&Exercise) -> T) -> Result<T, RoomError> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(exercise) = held.as_ref() {
            return Ok(look(exercise));
        }
        drop(held);
        let mut held = self.write_lock();
        let exercise = match held.take() {
            Some(exercise) => exercise,
            None => self.load()?,
        };
        Ok(look(held.insert(exercise)))
    }

    /// Does something in it, and returns when it is durable.
    pub fn act(&self, hand: impl Into<DrillHand>, act: DrillAct) -> Result<Done, RoomError> {
        let hand = hand.into();
        let here = match &hand {
            DrillHand::Seat(seat) => seat.drill() == self.id,
            DrillHand::Controller(grant) => self.holders.contains(&grant.department()),
        };
        if here { self.queue.act((Some(hand), Some(act)), |group| self.commit(group)) } else { Err(RoomError::Missing) }
    }

    /// Calls `watch` with the number of the last entry whenever there are new ones, until what is returned is dropped. It must be short.
    pub fn subscribe(&self, watch: Box<dyn Fn(u64) + Send + Sync>) -> Subscription {
        let mut watchers = self.watchers.lock().unwrap_or_else(PoisonError::into_inner);
        let number = watchers.next;
        watchers.next += 1;
        watchers.all.insert(number, watch.into());
        Subscription { watchers: Arc::clone(&self.watchers), number }
    }

    /// Whether anybody subscribes.
    pub(crate) fn is_watched(&self) -> bool {
        !self.watchers.lock().unwrap_or_else(PoisonError::into_inner).all.is_empty()
    }

    /// What the platform does by itself.
    pub(crate) fn act_itself(&self, act: DrillAct) -> Result<Done, RoomError> {
        self.queue.act((None, Some(act)), |group| self.commit(group))
    }

    /// Sends what is due at this moment, and says when the next is.
    pub(crate) fn tick(&self, now: Instant) -> Result<Option<Instant>, RoomError> {
        if self.read(Exercise::next_due)?.is_some_and(|due| due <= now) {
            self.queue.act((None, None), |group| self.commit(group))?;
        }
        self.read(Exercise::next_due)
    }

    /// Takes what another process has noted.
    pub(crate) fn catch_up(&self) -> Result<(), RoomError> {
        let known = self.read(last_number)?;
        if self.ledger.read("flows.last_drill_entry", |tx| drill::last_entry(tx, self.id))? <= known {
            return Ok(());
        }
        let mut held = self.write_lock();
        let Some(mut exercise) = held.take() else { return Ok(()) };
        self.follow(&mut exercise)?;
        let last = last_number(&exercise);
        *held = Some(exercise);
        drop(held);
        self.is_shared.store(true, Ordering::Relaxed);
        self.tell(last);
        Ok(())
    }

    fn follow(&self, exercise: &mut Exercise) -> Result<(), RoomError> {
        let after = last_number(exercise);
        Ok(exercise.follow(self.ledger.read("flows.drill_entries", |tx| entries_after(tx, self.id, after))?)?)
    }

    fn commit(&self, group: Vec<Pending>) {
        let mut held = self.write_lock();
        let done = self.try_commit(&mut held, &group);
        drop(held);
        match done {
            Ok((entry, results)) => {
                self.tell(entry);
                let answer = |noted| Done { entry, noted };
                group.into_iter().zip(results).for_each(|(pending, noted)| pending.done(noted.map(answer)));
            }
            Err(error) => group.into_iter().for_each(|pending| pending.done(Err(error.clone()))),
        }
    }

    /// What stays in `held` is durable: it is taken out, and put back only when the store has it.
    fn try_commit(
        &self,
        held: &mut Option<Exercise>,
        group: &[Pending],
    ) -> Result<(u64, Vec<Result<bool, RoomError>>), RoomError> {
        for _ in 0..TRIES {
            let mut exercise = match held.take() {
                Some(exercise) => exercise,
                None => self.load()?,
            };
            if self.is_shared.load(Ordering::Relaxed) {
                self.follow(&mut exercise)?;
            }
            let (now, before) = (self.ledger.now(), exercise.entries().len());
            exercise.send_due(now);
            let mut controls = Vec::new();
            let results = group.iter().map(|pending| run(&mut exercise, now, pending, &mut controls)).collect();
            exercise.send_due(now);
            let fresh: Vec<Entry> = exercise.entries().iter().skip(before).cloned().collect();
            let last = last_number(&exercise);
            match self.write(&fresh, controls) {
                Ok(()) => {
                    *held = Some(exercise);
                    return Ok((last, results));
                }
                Err(StoreError::Unique(_) | StoreError::Conflict) => self.is_shared.store(true, Ordering::Relaxed),
                Err(error) => {
                    // Whether it was kept is not known: the store says. If it cannot, whoever looks next asks again.
                    let kept = held.insert(self.load()?);
                    let is_kept = fresh.last().is_some_and(|entry| kept.entries().contains(entry));
                    return if is_kept { Ok((last_number(kept), results)) } else { Err(error.into()) };
                }
            }
        }
        Err(RoomError::Busy)
    }

    fn write(&self, fresh: &[Entry], controls: Vec<Control>) -> Result<(), StoreError> {
        if fresh.is_empty() {
            return Ok(());
        }
        let (id, fresh) = (self.id, fresh.to_vec());
        let written = self.ledger.write("flows.drill_group", JOB, move |work| {
            note_entries(work, id, &fresh)?;
            for (act, by, entry) in &controls {
                let event = Event::new("drill.controlled").detail("drill", id.to_string());
                work.journal(event.detail("act", *act).detail("by", by.clone()).detail("entry", *entry))?;
            }
            Ok::<_, StoreError>(())
        });
        match written {
            Ok(_) => Ok(()),
            Err(RunError::Refused(error) | RunError::Store(error)) => Err(error),
            Err(RunError::Busy { .. }) => Err(StoreError::Engine("the write queue is full".into())),
        }
    }

    fn load(&self) -> Result<Exercise, RoomError> {
        let entries = self.ledger.read("flows.drill_entries", |tx| entries_after(tx, self.id, 0))?;
        if entries.is_empty() {
            return Err(RoomError::Missing);
        }
        Ok(Exercise::from_entries(Arc::clone(&self.pack), entries)?)
    }

    fn tell(&self, last: u64) {
        self.bell.ring();
        let watchers: Vec<Arc<Watch>> =
            self.watchers.lock().unwrap_or_else(PoisonError::into_inner).all.values().cloned().collect();
        for watch in watchers {
            watch(last);
        }
    }

    fn write_lock(&self) -> RwLockWriteGuard<'_, Option<Exercise>> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner).all.remove(&self.number);
    }
}

/// What a facilitator did, who it was, and the entry that says so.
type Control = (&'static str, String, u64);

fn run(exercise: &mut Exercise, now: Instant, pending: &Pending, controls: &mut Vec<Control>) -> Result<bool, RoomError> {
    let Some(act) = &pending.act else { return Ok(false) };
    let noted = act.run(exercise, now, pending.hand.as_ref())?;
    if let Some((name, hand)) = act.control_name().zip(pending.hand.as_ref()).filter(|_| noted) {
        controls.push((name, hand.name(), last_number(exercise)));
    }
    Ok(noted)
}

fn last_number(exercise: &Exercise) -> u64 {
    exercise.entries().last().map_or(0, |last| last.number)
}
