//! The identity provider: a second kind of service. Like a scheme it has a store, keys and a journal of its own, belongs to one
//! department and stands behind the launch gate; unlike a scheme there is one of it, it has no end, and what it holds ends
//! account by account.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use assurance::OpenService;
use identity::{Charter, Evidence};
use journal::{Actor, Ledger};
use kernel::{Id, Instant, kinds};
use people::Scope;
use provider::TokenKeys;
use store::{Store, StoreError};

use crate::certify::certify_accounts;
use crate::activation_round::activation_round;
use crate::close_account::{finish_closings, follow_closings};
use crate::run_errands::run_errands;
use crate::open_platform::{IDENTITY, open_identity_ledger};
use crate::watch_retention::UNDER_WAY_MS;
use crate::{Platform, PlatformError, StepError};

/// The spool of evidence, beside the key trees: like them it is in no backup.
const EVIDENCE: &str = "evidence";

/// The identity provider with its store.
pub struct IdentityService {
    scope: Scope,
    ledger: Arc<Ledger>,
    pub(crate) evidence: Arc<Evidence>,
    charter: RwLock<Arc<Charter>>,
    in_force: AtomicBool,
    /// The keys that sign for services, and the day on which they were read.
    token_keys: RwLock<(i32, TokenKeys)>,
    /// The minute in which what is over was last removed.
    purged: AtomicI64,
    /// One thread at a time issues certificates.
    certifying: Mutex<()>,
}

impl IdentityService {
    /// Its id.
    pub const fn id(&self) -> Id<kinds::Service> {
        self.scope.service()
    }

    /// Service and department, as grants want it.
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Its store and journal.
    pub const fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// The charter in force.
    pub fn charter(&self) -> Arc<Charter> {
        self.charter.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the gate lets the public in at this moment.
    pub fn is_in_force(&self) -> bool {
        self.in_force.load(Ordering::Acquire)
    }

    /// The keys that sign what services are told.
    pub fn token_keys(&self) -> TokenKeys {
        self.token_keys.read().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    /// Makes and reads signing keys once a day, in every process that serves: a key is made two days before it signs.
    fn renew_token_keys(&self, now: Instant) -> Result<(), PlatformError> {
        let today = now.day().number();
        if self.token_keys.read().unwrap_or_else(PoisonError::into_inner).0 == today {
            return Ok(());
        }
        provider::rotate_keys(&self.ledger, now)?;
        let keys = provider::load_keys(&self.ledger, now)?;
        *self.token_keys.write().unwrap_or_else(PoisonError::into_inner) = (today, keys);
        Ok(())
    }

    /// Held while certificates are issued.
    pub(crate) fn certifying(&self) -> MutexGuard<'_, ()> {
        self.certifying.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_in_force(&self, in_force: bool) {
        self.in_force.store(in_force, Ordering::Release);
    }

    /// Whether this is the first call within a minute.
    pub(crate) fn is_new_minute(&self, now: Instant) -> bool {
        let minute = now.millis() / 60_000;
        self.purged.swap(minute, Ordering::AcqRel) != minute
    }
}

impl Platform {
    /// The identity provider for the public: only if the gate lets it at this moment.
    pub fn public_identity(&self) -> Option<Arc<IdentityService>> {
        self.identity().filter(|identity| identity.is_in_force())
    }

    /// Asks whether the gate lets a charter through, opens the store when one does for the first time, and closes the public
    /// pages when none does.
    pub(crate) fn refresh_identity(&self, open: &[OpenService]) -> Result<(), PlatformError> {
        let listed = self.ledger().read("platform.identity", |tx| {
            let Some(provider) = identity::provider(tx)? else { return Ok::<_, StoreError>(None) };
            let version = open.iter().find(|open| open.service == provider.service);
            let digest = version.map(|version| *version.digest.bytes());
            let charter = digest.map(|digest| identity::charter(tx, digest)).transpose()?.flatten();
            Ok(people::owner_of(tx, provider.service)?.map(|scope| (scope, charter)))
        })?;
        let Some((scope, charter)) = listed else { return Ok(()) };
        let done = self.follow_charter(scope, charter.as_deref());
        if done.is_err()
            && let Some(service) = self.identity()
        {
            service.set_in_force(false);
        }
        done
    }

    /// Without a charter in force a store that exists stays open all the same: messages go out, and what is over goes.
    fn follow_charter(&self, scope: Scope, charter: Option<&str>) -> Result<(), PlatformError> {
        let service = self.identity();
        let Some(text) = charter else {
            if let Some(service) = &service {
                service.set_in_force(false);
            } else if Store::exists(&self.parts.location, IDENTITY)? {
                self.reopen_identity(scope)?;
            }
            return Ok(());
        };
        let charter = Arc::new(parse(text)?);
        if let Some(service) = service.as_ref().filter(|service| service.is_in_force() && service.charter() == charter) {
            return service.renew_token_keys(self.now());
        }
        let service = match service {
            Some(service) => service,
            None => self.open_identity(scope, charter.clone())?,
        };
        put_in_force(&service, charter, self.now())
    }

    /// The store of a provider whose gate is not in force at the start, with the charter that it followed last.
    fn reopen_identity(&self, scope: Scope) -> Result<(), PlatformError> {
        let ledger = self.open_accounts()?;
        let digest = ledger.read("platform.charter_in_force", identity::charter_in_force)?;
        let Some(digest) = digest else { return Ok(()) };
        let text = self.ledger().read("platform.charter", |tx| identity::charter(tx, digest))?;
        let charter = parse(&text.ok_or_else(|| PlatformError::Definition(IDENTITY.into()))?)?;
        self.adopt_identity(scope, ledger, Arc::new(charter));
        Ok(())
    }

    fn open_identity(&self, scope: Scope, charter: Arc<Charter>) -> Result<Arc<IdentityService>, PlatformError> {
        let ledger = self.open_accounts()?;
        Ok(self.adopt_identity(scope, ledger, charter))
    }

    /// A store that was restored, or a process that died, must not serve an account that was closed.
    fn open_accounts(&self) -> Result<Arc<Ledger>, PlatformError> {
        let ledger = open_identity_ledger(&self.parts)?;
        finish_closings(&ledger, 0)?;
        follow_closings(&ledger)?;
        Ok(ledger)
    }

    fn adopt_identity(&self, scope: Scope, ledger: Arc<Ledger>, charter: Arc<Charter>) -> Arc<IdentityService> {
        let evidence = Evidence::new(self.parts.keys.join(EVIDENCE), self.parts.random.clone());
        let service = Arc::new(IdentityService {
            scope,
            ledger,
            evidence: Arc::new(evidence),
            charter: RwLock::new(charter),
            in_force: AtomicBool::new(false),
            token_keys: RwLock::default(),
            purged: AtomicI64::new(0),
            certifying: Mutex::new(()),
        });
        self.keep_identity(service.clone());
        service
    }
}

fn parse(text: &str) -> Result<Charter, PlatformError> {
    Charter::parse(text).map_err(|_| PlatformError::Definition(IDENTITY.into()))
}

fn put_in_force(service: &IdentityService, charter: Arc<Charter>, now: Instant) -> Result<(), PlatformError> {
    identity::prepare_keys(service.ledger().keys())?;
    provider::prepare_keys(service.ledger().keys())?;
    signing::prepare_keys(service.ledger().keys())?;
    service.renew_token_keys(now)?;
    let before = service.ledger().read("platform.charter_in_force", identity::charter_in_force)?;
    if before != Some(charter.digest()) {
        let taken = charter.clone();
        service.ledger().write("platform.put_charter_in_force", Actor::Job("gate"), move |work| {
            identity::put_in_force(work, &taken)
        })?;
    }
    *service.charter.write().unwrap_or_else(PoisonError::into_inner) = charter;
    service.set_in_force(true);
    Ok(())
}

const MESSAGES: usize = 100;
const MESSAGE_ROUNDS: usize = 20;
const PURGED: usize = 2_000;

/// The slow work of the identity provider: messages, their counters, what is over, the journal.
pub(crate) fn identity_round(
    platform: &Platform,
    carrier: &dyn notify::Carrier,
) -> Result<(usize, u64), StepError> {
    let Some(service) = platform.identity() else { return Ok((0, 0)) };
    let (ledger, mut sent) = (service.ledger(), 0);
    identity::send_notices(ledger, &platform.sender().host)?;
    for _ in 0..MESSAGE_ROUNDS {
        let delivery = notify::deliver_due(ledger, carrier, MESSAGES)?;
        sent += delivery.sent;
        if delivery.claimed < MESSAGES {
            break;
        }
    }
    run_errands(platform, &service)?;
    if service.is_new_minute(platform.now()) {
        finish_closings(ledger, UNDER_WAY_MS)?;
        activation_round(platform, &service)?;
        if !ledger.keys().needs_roll() {
            certify_accounts(platform, &service)?;
        }
        ledger.write("flows.fold_counts", Actor::Job("work"), notify::fold_counts)?;
        ledger.write("flows.purge_identity", Actor::Job("purge"), identity::purge)?;
        ledger.write("flows.sweep_provider", Actor::Job("purge"), provider::sweep)?;
        ledger.write("flows.purge_signing", Actor::Job("purge"), signing::purge)?;
        ledger.write("flows.purge_messages", Actor::Job("purge"), |work| notify::purge(work, PURGED))?;
    }
    Ok((sent, ledger.integrate()?.leaves))
}
