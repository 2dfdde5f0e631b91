use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use drill::{DrillRecord, DrillStage, Pack, PackFlaw, SHIPPED, running_drills, shipped};
use journal::Ledger;
use kernel::{Id, Instant, kinds};
use people::{Grant, RunDrill};

use crate::drill_act::RoomError;
use crate::drill_room::DrillRoom;
use crate::drill_signals::give_signals;
use crate::start_drill::start_with_cases;

/// Every exercise that is played or looked at, and the packs.
pub struct DrillRooms {
    ledger: Arc<Ledger>,
    bell: Arc<Bell>,
    packs: Mutex<BTreeMap<String, Arc<Pack>>>,
    rooms: Mutex<BTreeMap<Id<kinds::Drill>, Arc<DrillRoom>>>,
    /// The second in which the store was last asked what runs.
    looked: AtomicI64,
}

/// Exercises that nobody looks at are forgotten beyond so many.
const ROOMS: usize = 32;

impl DrillRooms {
    pub(crate) fn new(ledger: Arc<Ledger>) -> Self {
        let (packs, rooms) = (Mutex::default(), Mutex::default());
        Self { ledger, bell: Arc::default(), packs, rooms, looked: AtomicI64::new(0) }
    }

    /// A pack by its name: one that was added, or one that comes with the product.
    pub fn pack(&self, name: &str) -> Result<Arc<Pack>, RoomError> {
        if let Some(pack) = self.lock_packs().get(name) {
            return Ok(Arc::clone(pack));
        }
        let missing = || RoomError::Pack(name.to_owned());
        let pack = shipped(name).ok_or_else(missing)?.map_err(|_: Vec<PackFlaw>| missing())?;
        Ok(Arc::clone(self.lock_packs().entry(name.to_owned()).or_insert_with(|| Arc::new(pack))))
    }

    /// The pack with which an exercise was planned: the one that is here, if nothing of it has changed since; else the one that was
    /// kept with the plan.
    pub fn pack_of(&self, record: &DrillRecord) -> Result<Arc<Pack>, RoomError> {
        if let Ok(pack) = self.pack(&record.pack)
            && pack.digest == record.pack_digest
        {
            return Ok(pack);
        }
        let kept = self.ledger.read("flows.kept_pack", |tx| drill::kept_pack(tx, record.pack_digest))?;
        kept.map(Arc::new).ok_or_else(|| RoomError::Pack(record.pack.clone()))
    }

    /// Every pack that can be played, by name.
    pub fn packs(&self) -> Vec<Arc<Pack>> {
        // One that does not read is not offered; a test reads every one that comes with the product.
        let _shipped: Vec<_> = SHIPPED.iter().map(|name| self.pack(name)).collect();
        self.lock_packs().values().cloned().collect()
    }

    /// Whether a pack is one of the installation's own, not one that comes with the product.
    pub fn is_own(&self, pack: &Pack) -> bool {
        let name = pack.scenario.name.as_str();
        !SHIPPED.contains(&name) || shipped(name).and_then(Result::ok).is_none_or(|shipped| shipped.digest != pack.digest)
    }

    /// Adds a pack that does not come with the product, in place of one of the same name.
    pub fn add_pack(&self, pack: Pack) {
        self.lock_packs().insert(pack.scenario.name.to_string(), Arc::new(pack));
    }

    /// Starts an exercise: its clock, and an exercise case for every team.
    pub fn start(&self, grant: &Grant<RunDrill>, id: Id<kinds::Drill>) -> Result<Arc<DrillRoom>, RoomError> {
        let record = self.ledger.read("flows.drill", |tx| drill::drill(tx, id))?.ok_or(RoomError::Missing)?;
        let (pack, grant) = (self.pack_of(&record)?, *grant);
        self.ledger.write("flows.start_drill", grant.actor(), move |work| start_with_cases(work, &grant, id, &pack))?;
        let room = self.room(id)?;
        room.tick(self.ledger.now())?;
        self.bell.ring();
        Ok(room)
    }

    /// The room of an exercise that has started; read from the store the first time.
    pub fn room(&self, id: Id<kinds::Drill>) -> Result<Arc<DrillRoom>, RoomError> {
        if let Some(room) = self.lock_rooms().get(&id) {
            return Ok(Arc::clone(room));
        }
        let record = self.ledger.read("flows.drill", |tx| drill::drill(tx, id))?.ok_or(RoomError::Missing)?;
        if record.stage == DrillStage::Planned {
            return Err(RoomError::Missing);
        }
        let pack = self.pack_of(&record)?;
        let room = Arc::new(DrillRoom::new(&record, pack, Arc::clone(&self.ledger), Arc::clone(&self.bell)));
        let mut rooms = self.lock_rooms();
        if rooms.len() >= ROOMS {
            rooms.retain(|_, room| Arc::strong_count(room) > 1 || room.is_watched());
        }
        // Two rooms of one exercise would each hold a fold of their own.
        Ok(Arc::clone(rooms.entry(id).or_insert(room)))
    }

    /// Sends what is due in every exercise that runs, also in one that another process started, and says when the next is due. What
    /// fails is reported, and tried again the next time.
    pub fn drive(&self, report: &dyn Fn(Id<kinds::Drill>, &RoomError)) -> Option<Instant> {
        let now = self.ledger.now();
        if self.looked.swap(now.millis() / 1_000, Ordering::AcqRel) != now.millis() / 1_000 {
            self.look(report);
        }
        let rooms: Vec<Arc<DrillRoom>> = self.lock_rooms().values().cloned().collect();
        let mut next = None;
        for room in rooms {
            match room.tick(now) {
                Ok(due) => next = next.into_iter().chain(due).min(),
                Err(error) => report(room.id(), &error),
            }
        }
        next
    }

    /// Waits until a moment on the platform's clock, so long at most, or until something happens in any exercise.
    pub fn rest(&self, until: Option<Instant>, longest: Duration) {
        let left = until.map(|until| u64::try_from(until.since(self.ledger.now())).unwrap_or(0));
        self.bell.wait(left.map_or(longest, |left| Duration::from_millis(left).min(longest)));
    }

    /// What the store says of exercises that run: those of other processes too, and what happened outside their rooms.
    fn look(&self, report: &dyn Fn(Id<kinds::Drill>, &RoomError)) {
        let running = match self.ledger.read("flows.running_drills", running_drills) {
            Ok(running) => running,
            Err(error) => return report(Id::from_bytes([0; 16]), &error.into()),
        };
        for id in running {
            let looked = self.room(id).and_then(|room| {
                room.catch_up()?;
                give_signals(&self.ledger, &room)
            });
            if let Err(error) = looked {
                report(id, &error);
            }
        }
    }

    fn lock_packs(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Pack>>> {
        self.packs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_rooms(&self) -> MutexGuard<'_, BTreeMap<Id<kinds::Drill>, Arc<DrillRoom>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes whoever drives the exercises.
#[derive(Default)]
pub(crate) struct Bell {
    has_rung: Mutex<bool>,
    rings: Condvar,
}

impl Bell {
    pub(crate) fn ring(&self) {
        *self.has_rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.rings.notify_all();
    }

    fn wait(&self, longest: Duration) {
        let has_rung = self.has_rung.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.rings.wait_timeout_while(has_rung, longest, |has_rung| !*has_rung);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }
}
