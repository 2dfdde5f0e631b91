use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use journal::Ledger;
use kernel::{Id, kinds};
use people::Scope;
use registration::scheme::Scheme;
use waitingroom::Room;

/// One scheme with a store of its own.
pub struct Service {
    id: Id<kinds::Service>,
    slug: String,
    scope: Scope,
    ledger: Arc<Ledger>,
    scheme: RwLock<Arc<Scheme>>,
    in_force: AtomicBool,
    room: Room,
}

impl Service {
    pub(crate) fn new(slug: String, scope: Scope, ledger: Arc<Ledger>, scheme: Arc<Scheme>, room: Room) -> Self {
        let id = scope.service();
        Self { id, slug, scope, ledger, scheme: RwLock::new(scheme), in_force: AtomicBool::new(false), room }
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

    /// Its waiting room.
    pub const fn room(&self) -> &Room {
        &self.room
    }

    pub(crate) fn adopt(&self, scheme: Arc<Scheme>) {
        *self.scheme.write().unwrap_or_else(PoisonError::into_inner) = scheme;
    }

    /// Whether the gate lets the public in at this moment.
    pub fn is_in_force(&self) -> bool {
        self.in_force.load(Ordering::Acquire)
    }

    pub(crate) fn set_in_force(&self, in_force: bool) {
        self.in_force.store(in_force, Ordering::Release);
    }
}
