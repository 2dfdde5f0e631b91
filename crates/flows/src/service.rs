use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use journal::Ledger;
use kernel::{Id, Instant, kinds};
use people::Scope;
use registration::scheme::Scheme;
use store::RunError;
use crate::watch_retention::{Retention, Swept};
use waitingroom::{Arrival, Entry, Pass, Room, RoomName, Status, Ticket};

use crate::StepError;

/// How often somebody who arrives waits for more numbers; others may take all that were just reserved.
const SAVES: usize = 8;

/// One scheme with a store of its own.
pub struct Service {
    id: Id<kinds::Service>,
    slug: String,
    scope: Scope,
    ledger: Arc<Ledger>,
    scheme: RwLock<Arc<Scheme>>,
    in_force: AtomicBool,
    room: Mutex<Room>,
    /// One snapshot of the room at a time: an older one must not overwrite a newer.
    saving: Mutex<()>,
    room_name: RoomName,
    entered: AtomicI64,
    waited_ms: AtomicI64,
    /// The minute in which openings were last looked at.
    watched: AtomicI64,
    retention: Retention,
    swept: Swept,
    /// Certificates are issued by one thread at a time: whoever waits finds the own one issued.
    certifying: Mutex<()>,
}

impl Service {
    pub(crate) fn new(slug: String, scope: Scope, ledger: Arc<Ledger>, scheme: Arc<Scheme>, room: Room) -> Self {
        let id = scope.service();
        Self {
            id,
            slug,
            scope,
            ledger,
            scheme: RwLock::new(scheme),
            in_force: AtomicBool::new(false),
            room_name: room.name(),
            room: Mutex::new(room),
            saving: Mutex::new(()),
            entered: AtomicI64::new(0),
            waited_ms: AtomicI64::new(0),
            watched: AtomicI64::new(0),
            retention: Retention::default(),
            swept: Swept::default(),
            certifying: Mutex::new(()),
        }
    }

    /// Its id.
    pub const fn id(&self) -> Id<kinds::Service> {
        self.id
    }

    /// Its name in URLs.
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// Service and department, as grants want it.
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Its store and journal.
    pub const fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// The definition in force.
    pub fn scheme(&self) -> Arc<Scheme> {
        self.scheme.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its waiting room, for the operator: rate, pause, counts. Held for a moment only.
    pub fn with_room<T>(&self, use_it: impl FnOnce(&mut Room) -> T) -> T {
        use_it(&mut self.room.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What everybody may know about the waiting room.
    pub fn room_status(&self, now: Instant) -> Status {
        self.with_room(|room| room.status(now))
    }

    /// A visitor arrives: admitted at once, or with a ticket. No number is given that a crash could give again: in a rush
    /// that the saved reserve did not foresee, this visitor's request waits for one commit, and then there are ten times more.
    pub fn arrive(&self, now: Instant) -> Result<Arrival, StepError> {
        for _ in 0..SAVES {
            let arrival = self.with_room(|room| room.has_numbers().then(|| room.arrive(now)));
            if let Some(arrival) = arrival {
                self.entered.fetch_add(i64::from(matches!(arrival, Arrival::Admitted(_))), Ordering::Relaxed);
                return Ok(arrival);
            }
            self.save_room(now, |room| !room.has_numbers())?;
        }
        Err(StepError::Run(RunError::Busy { retry_after_ms: 1_000 }))
    }

    /// Saves the room's counters if they want to be saved.
    pub(crate) fn save_room(&self, now: Instant, wants: impl FnOnce(&Room) -> bool) -> Result<(), StepError> {
        let _alone = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(snapshot) = self.with_room(|room| wants(room).then(|| room.snapshot(now))) else { return Ok(()) };
        // Six numbers and a short list always make a text.
        let Ok(text) = serde_json::to_string(&snapshot) else { return Ok(()) };
        self.ledger.write("platform.save_room", journal::Actor::Job("room"), move |work| {
            registration::save_room_snapshot(work, &text)
        })?;
        self.with_room(|room| room.stored(snapshot));
        Ok(())
    }

    /// The holder of a ticket asks to enter.
    pub fn enter(&self, ticket: &Ticket, now: Instant) -> Result<Pass, Entry> {
        let pass = self.with_room(|room| room.enter(ticket, now))?;
        self.entered.fetch_add(1, Ordering::Relaxed);
        self.waited_ms.fetch_add(now.since(ticket.issued).max(0), Ordering::Relaxed);
        Ok(pass)
    }

    /// The average wait of those who entered since this process started, in seconds.
    pub fn average_wait_seconds(&self) -> i64 {
        let entered = self.entered.load(Ordering::Relaxed).max(1);
        self.waited_ms.load(Ordering::Relaxed) / entered / 1000
    }

    /// Signs for the waiting room.
    fn mac(&self) -> impl Fn(&[u8]) -> [u8; 32] {
        |input| self.ledger.keys().prf("waitingroom", input)
    }

    /// The signed text of a ticket.
    pub fn write_ticket(&self, ticket: &Ticket) -> String {
        ticket.write(&self.mac())
    }

    /// The code that brings a place back on any device.
    pub fn resume_code(&self, ticket: &Ticket) -> String {
        ticket.resume_code(&self.mac())
    }

    /// The ticket of a signed text or of a resume code.
    pub fn read_ticket(&self, text: &str, now: Instant) -> Option<Ticket> {
        let signed = Ticket::read(text, self.room_name, &self.mac());
        signed.or_else(|_| Ticket::resume(text, self.room_name, now, &self.mac())).ok()
    }

    /// The signed text of a pass.
    pub fn write_pass(&self, pass: &Pass) -> String {
        pass.write(&self.mac())
    }

    /// Whether a pass lets its holder use the form now.
    pub fn admits(&self, pass: &str, now: Instant) -> bool {
        Pass::read(pass, self.room_name, now, &self.mac()).is_ok()
    }

    pub(crate) fn adopt(&self, scheme: Arc<Scheme>) {
        *self.scheme.write().unwrap_or_else(PoisonError::into_inner) = scheme;
    }

    /// Whether this is the first call within a minute: what needs no more than a look a minute asks first.
    pub(crate) fn is_new_minute(&self, now: Instant) -> bool {
        let minute = now.millis() / 60_000;
        self.watched.swap(minute, Ordering::AcqRel) != minute
    }

    /// Held while certificates are issued.
    pub(crate) fn certifying(&self) -> MutexGuard<'_, ()> {
        self.certifying.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) const fn swept(&self) -> &Swept {
        &self.swept
    }

    pub(crate) const fn retention(&self) -> &Retention {
        &self.retention
    }

    /// How many hours ago the oldest value that still stands should have gone; 0 when the purge is up to date. Looked at once an
    /// hour by the worker of this process.
    pub fn purge_lag_hours(&self) -> i64 {
        self.retention.lag_hours()
    }

    /// Whether the gate lets the public in at this moment.
    pub fn is_in_force(&self) -> bool {
        self.in_force.load(Ordering::Acquire)
    }

    pub(crate) fn set_in_force(&self, in_force: bool) {
        self.in_force.store(in_force, Ordering::Release);
    }
}
