use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use journal::{Actor, Ledger};
use kernel::{Environment, Id, Instant, kinds};
use people::Scope;
use registration::scheme::{Definition, Scheme};
use registration::{Places, SchemeService, Sender};
use store::{Store, StoreError};
use waitingroom::Room;

use crate::erase::{apply_erasures, finish_erasures};
use crate::lost_ledger::{Owner, report_lost_ledger, settle_lost_ledger};
use crate::open_platform::{PlatformParts, open_service_ledger, store_name};
use crate::watch_retention::Retention;
use crate::{DrillRooms, IdentityService, PlatformError, Service};

/// The whole: the platform's own ledger and its services.
pub struct Platform {
    pub(crate) parts: PlatformParts,
    drills: DrillRooms,
    ledger: Arc<Ledger>,
    services: RwLock<BTreeMap<String, Arc<Service>>>,
    identity: RwLock<Option<Arc<IdentityService>>>,
    /// Held by whoever opens or ends services: no two at once.
    directory: Mutex<()>,
    /// Held by whoever keeps watch, so that no older counters of a room are saved over newer ones.
    watch: Mutex<()>,
    /// Gates that could not be read, and when that was last said.
    pub(crate) damaged: Mutex<BTreeMap<Id<kinds::SchemeVersion>, Instant>>,
    /// The minute in which officers' rights were last looked at.
    watched: AtomicI64,
    /// The hour in which what has passed its day was last removed from the platform's own store.
    purged: AtomicI64,
    retention: Retention,
    /// The program that runs, for receipts.
    pub(crate) software: OnceLock<String>,
}

impl Platform {
    pub(crate) fn new(parts: PlatformParts, ledger: Arc<Ledger>) -> Self {
        Self {
            parts,
            drills: DrillRooms::new(Arc::clone(&ledger)),
            ledger,
            services: RwLock::new(BTreeMap::new()),
            identity: RwLock::new(None),
            directory: Mutex::new(()),
            watch: Mutex::new(()),
            watched: AtomicI64::new(0),
            purged: AtomicI64::new(0),
            retention: Retention::default(),
            damaged: Mutex::default(),
            software: OnceLock::new(),
        }
    }

    /// The platform's own ledger.
    pub const fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// Exercises that are played.
    pub const fn drills(&self) -> &DrillRooms {
        &self.drills
    }

    /// Demo, test or live.
    pub const fn environment(&self) -> Environment {
        self.parts.environment
    }

    /// The gazetteer.
    pub fn places(&self) -> &dyn Places {
        &*self.parts.places
    }

    /// What messages say about where to go.
    pub const fn sender(&self) -> &Sender {
        &self.parts.sender
    }

    /// The present moment.
    pub fn now(&self) -> Instant {
        self.parts.clock.now()
    }

    /// A service for the public: only if the gate lets it at this moment.
    pub fn public_service(&self, slug: &str) -> Option<Arc<Service>> {
        self.service(slug).filter(|service| service.is_in_force())
    }

    /// A service for officers, in force or not.
    pub fn service(&self, slug: &str) -> Option<Arc<Service>> {
        self.services.read().unwrap_or_else(PoisonError::into_inner).get(slug).cloned()
    }

    /// Every service that has a store.
    pub fn services(&self) -> Vec<Arc<Service>> {
        self.services.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// The identity provider, in force or not; nothing before its first charter came into force.
    pub fn identity(&self) -> Option<Arc<IdentityService>> {
        self.identity.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn keep_identity(&self, service: Arc<IdentityService>) {
        *self.identity.write().unwrap_or_else(PoisonError::into_inner) = Some(service);
    }

    pub(crate) fn forget(&self, slug: &str) {
        self.services.write().unwrap_or_else(PoisonError::into_inner).remove(slug);
    }

    /// Whether this is the first call within a minute.
    pub(crate) fn is_new_minute(&self) -> bool {
        let minute = self.now().millis() / 60_000;
        self.watched.swap(minute, Ordering::AcqRel) != minute
    }

    /// Does something at the first call within an hour; what fails is done at the next.
    pub(crate) fn hourly<E>(&self, act: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        let hour = self.now().millis() / 3_600_000;
        if self.purged.load(Ordering::Acquire) != hour {
            act()?;
            self.purged.store(hour, Ordering::Release);
        }
        Ok(())
    }

    pub(crate) const fn retention(&self) -> &Retention {
        &self.retention
    }

    pub(crate) fn hold_directory(&self) -> MutexGuard<'_, ()> {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn hold_watch(&self) -> MutexGuard<'_, ()> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the gate which version of each scheme is in force: opens the store of one that came into force, puts a new
    /// version into effect, and closes the public routes of one whose gate no longer holds. Runs each second and after acts.
    /// A service that fails does not stop the others; the first failure is returned.
    pub fn refresh(&self) -> Result<(), PlatformError> {
        let _alone = self.hold_directory();
        let now = self.now();
        let (listed, in_force) = self.ledger.read("platform.directory", |tx| {
            let mut listed = Vec::new();
            let open = assurance::open_services(tx, now)?;
            for service in registration::schemes(tx)?.into_iter().filter(|service| service.ending.is_none()) {
                let version = open.iter().find(|open| open.service == service.service);
                let version = version.map(|open| *open.digest.bytes());
                let scope = people::owner_of(tx, service.service)?;
                listed.push((service, version, scope));
            }
            Ok::<_, StoreError>((listed, open))
        })?;
        let mut result = self.refresh_identity(&in_force);
        for (service, version, scope) in listed {
            let Some(scope) = scope else { continue };
            let done = self.refresh_one(&service, version, scope);
            if done.is_err()
                && let Some(open) = self.service(&service.slug)
            {
                // The gate let another version through than the one that is open here.
                open.set_in_force(false);
            }
            result = result.and(done);
        }
        result
    }

    fn refresh_one(
        &self,
        listed: &SchemeService,
        version: Option<[u8; 32]>,
        scope: Scope,
    ) -> Result<(), PlatformError> {
        let open = self.service(&listed.slug);
        let Some(version) = version else { return self.suspend(listed, scope, open.as_deref()) };
        if let Some(service) = &open
            && service.is_in_force()
            && service.scheme().digest() == version
        {
            return Ok(());
        }
        let scheme = self.definition(listed, version)?;
        let service = match open {
            Some(service) => service,
            None => self.open_service(listed, scope, Some(scheme.clone()))?,
        };
        put_in_force(&service, scheme)
    }

    /// A service without a gate in force keeps its store, so that officers and jobs go on, but has no public route.
    fn suspend(&self, listed: &SchemeService, scope: Scope, open: Option<&Service>) -> Result<(), PlatformError> {
        if let Some(service) = open {
            service.set_in_force(false);
        } else if Store::exists(&self.parts.location, &store_name(&listed.slug))? {
            self.open_service(listed, scope, None)?;
        }
        Ok(())
    }

    fn open_service(
        &self,
        listed: &SchemeService,
        scope: Scope,
        scheme: Option<Arc<Scheme>>,
    ) -> Result<Arc<Service>, PlatformError> {
        let ledger = open_service_ledger(&self.parts, &listed.slug)?;
        // A store that was restored, or a process that died, must not serve what was erased.
        settle_lost_ledger(&ledger)?;
        report_lost_ledger(&self.ledger, &Owner { name: &store_name(&listed.slug), scope: Some(scope) }, &ledger)?;
        finish_erasures(&ledger, 0)?;
        apply_erasures(&ledger)?;
        let scheme = scheme.map_or_else(|| self.kept_definition(listed, &ledger), Ok)?;
        let room = self.open_room(&ledger, &scheme)?;
        let service = Arc::new(Service::new(listed.slug.clone(), scope, ledger, scheme, room));
        let mut services = self.services.write().unwrap_or_else(PoisonError::into_inner);
        Ok(services.entry(listed.slug.clone()).or_insert(service).clone())
    }

    /// The waiting room goes on from its last snapshot, which reserves numbers ahead: no number is given out twice.
    fn open_room(&self, ledger: &Ledger, scheme: &Scheme) -> Result<Room, PlatformError> {
        let (state, snapshot) = ledger.read("platform.room", |tx| {
            Ok::<_, StoreError>((registration::current_state(tx)?, registration::room_snapshot(tx)?))
        })?;
        let rate = state.map_or(scheme.rate_per_minute(), |state| state.rate);
        let closes = state.map_or(scheme.window().closes, |state| state.closes);
        let snapshot = snapshot.and_then(|text| serde_json::from_str(&text).ok());
        let now = self.now();
        Ok(match snapshot {
            Some(snapshot) => Room::restore(scheme.slug(), rate, closes, now, &snapshot),
            None => Room::new(scheme.slug(), rate, closes, now),
        })
    }

    fn definition(&self, listed: &SchemeService, digest: [u8; 32]) -> Result<Arc<Scheme>, PlatformError> {
        let version = self.ledger.read("platform.version", |tx| {
            registration::version_by_digest(tx, listed.service, &digest)
        })?;
        let broken = || PlatformError::Definition(listed.slug.clone());
        compile(&version.ok_or_else(broken)?.definition).ok_or_else(broken)
    }

    /// The definition that was last in force: a draft that nobody has signed decides nothing about what is stored.
    fn kept_definition(&self, listed: &SchemeService, ledger: &Ledger) -> Result<Arc<Scheme>, PlatformError> {
        match ledger.read("platform.kept_state", registration::current_state)? {
            Some(state) => self.definition(listed, state.version),
            None => self.last_definition(listed),
        }
    }

    fn last_definition(&self, listed: &SchemeService) -> Result<Arc<Scheme>, PlatformError> {
        let versions = self.versions(listed.service)?;
        let newest = versions.first().and_then(|version| compile(&version.definition));
        newest.ok_or_else(|| PlatformError::Definition(listed.slug.clone()))
    }

    fn versions(&self, service: Id<kinds::Service>) -> Result<Vec<registration::SchemeVersion>, PlatformError> {
        Ok(self.ledger.read("platform.versions", |tx| registration::versions(tx, service))?)
    }
}

/// A store from before stores knew their service is told which one it is.
fn put_in_force(service: &Service, scheme: Arc<Scheme>) -> Result<(), PlatformError> {
    let purposes: Vec<String> = scheme.purposes().iter().map(|purpose| purpose.id.clone()).collect();
    vault::prepare_keys(service.ledger().keys(), &purposes)?;
    vault::prepare_keys(service.ledger().keys(), &[notify::PURPOSE.to_owned()])?;
    if scheme.queue_hours().is_some() {
        vault::prepare_keys(service.ledger().keys(), &[registration::FIELD_QUEUE.to_owned()])?;
    }
    let digest = scheme.digest();
    let (state, owner) = service.ledger().read("platform.state", |tx| {
        Ok::<_, StoreError>((registration::current_state(tx)?, vault::owner(tx)?))
    })?;
    if owner.is_none() || state.is_none_or(|state| state.version != digest) {
        let (scheme, id) = (scheme.clone(), service.id());
        service.ledger().write("platform.put_in_force", Actor::Job("gate"), move |work| {
            registration::put_in_force(work, id, &scheme)
        })?;
    }
    service.adopt(scheme);
    service.set_in_force(true);
    Ok(())
}

fn compile(toml: &str) -> Option<Arc<Scheme>> {
    Some(Arc::new(Scheme::compile(Definition::from_toml(toml).ok()?).ok()?))
}
