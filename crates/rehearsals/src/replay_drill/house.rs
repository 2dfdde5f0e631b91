//! The platform on which the replay is held: a store, keys and a journal in a directory of its own, and a program that dies.

use std::sync::Arc;

use drill::{Exercise, Pack, Team, TeamNumber};
use flows::{Done, DrillAct, DrillRoom, Platform, RoomError};
use kernel::Instant;
use store::StoreError;
use tempfile::TempDir;

use crate::drill_hall::{Hall, anchors};
use crate::replay_contractor::department::{SetClock, open_again, platform_at};
use crate::simulate::Failure;

/// Evaluators: two read everything, the third what they differ about.
pub const EVALUATORS: u16 = 3;

/// The house.
pub struct House {
    platform: Option<Arc<Platform>>,
    clock: Arc<SetClock>,
    hall: Hall,
    pack: Arc<Pack>,
    folder: TempDir,
}

impl House {
    /// Seats everybody and starts the clock.
    pub fn open(pack: Pack, teams: &[Team], start: Instant) -> Result<Self, Failure> {
        let folder = TempDir::new()?;
        let (platform, clock) = platform_at(&folder, start)?;
        let name = pack.scenario.name.to_string();
        platform.drills().add_pack(pack);
        let pack = platform.drills().pack(&name)?;
        let hall = Hall::open(&platform, &pack, teams, EVALUATORS)?;
        platform.drills().start(&hall.grant, hall.id)?;
        Ok(Self { platform: Some(platform), clock, hall, pack, folder })
    }

    /// The scenario.
    pub const fn pack(&self) -> &Arc<Pack> {
        &self.pack
    }

    /// Looks at the exercise.
    pub fn read<T>(&self, look: impl FnOnce(&Exercise) -> T) -> Result<T, Failure> {
        Ok(self.room()?.read(look)?)
    }

    /// It is so late; what is due is sent.
    pub fn pass(&self, now: Instant) -> Result<(), Failure> {
        self.clock.set(now);
        let failed = std::cell::RefCell::new(None);
        self.platform()?.drills().drive(&|_, error| *failed.borrow_mut() = Some(error.to_string()));
        failed.into_inner().map_or(Ok(()), |error| Err(error.into()))
    }

    /// A player acts.
    pub fn play(&self, team: TeamNumber, player: u16, act: DrillAct) -> Result<Done, Failure> {
        let seat = self.hall.players.get(usize::from(team)).and_then(|team| team.get(usize::from(player)));
        Ok(self.room()?.act(*seat.ok_or("there is no such player")?, act)?)
    }

    /// An evaluator acts.
    pub fn mark(&self, evaluator: u16, act: DrillAct) -> Result<Done, Failure> {
        let seat = self.hall.evaluators.get(usize::from(evaluator)).ok_or("there is no such evaluator")?;
        Ok(self.room()?.act(*seat, act)?)
    }

    /// Whoever holds it acts.
    pub fn control(&self, act: DrillAct) -> Result<Done, Failure> {
        Ok(self.room()?.act(self.hall.facilitator, act)?)
    }

    /// The program dies without any ceremony, and another finds what is in the store.
    pub fn die(&mut self) -> Result<(), Failure> {
        self.platform = None;
        let platform = open_again(&self.folder, &self.clock)?;
        platform.drills().add_pack(Pack::clone(&self.pack));
        self.platform = Some(platform);
        self.room()?.read(|_| ())?;
        Ok(())
    }

    /// Takes an entry out of the middle of the store.
    pub fn lose(&self) -> Result<(), Failure> {
        let lose = |tx: &mut store::Tx<'_>| {
            tx.execute("-- replay.lose_entry\ndelete from drill_entry where number = $1", &[2_i64.into()]).map(drop)
        };
        Ok(self.platform()?.ledger().store().write::<(), StoreError>("replay.lose", lose).map_err(|error| error.to_string())?)
    }

    /// What the journal says of the entries.
    pub fn anchors(&self) -> Result<Vec<(u64, u64, String)>, Failure> {
        anchors(self.platform()?, self.hall.id)
    }

    fn room(&self) -> Result<Arc<DrillRoom>, Failure> {
        self.platform()?.drills().room(self.hall.id).map_err(|error: RoomError| error.to_string().into())
    }

    fn platform(&self) -> Result<&Arc<Platform>, Failure> {
        self.platform.as_ref().ok_or_else(|| "the program is dead".into())
    }
}
