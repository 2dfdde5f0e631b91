use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use flows::{Platform, PlatformParts};
use hongkong::Gazetteer;
use installation::addresses::premises;
use journal::{Actor, Committed, Work};
use kernel::{Clock, Environment, Id, Instant, Random, Text, kinds};
use ::people::{Action, CreateDepartment, Grant, Role, Scope, SignedIn, authorise, create_department};
use registration::Sender;
use seal::{Ed25519Signer, OsRandom};
use store::{Location, Options, RunError, StoreError, Tx};
use tempfile::TempDir;

use crate::simulate::Failure;

/// The clock of the replay: it stands still until it is set.
#[derive(Debug)]
pub struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.load(Ordering::SeqCst))
    }
}

impl SetClock {
    pub const fn at(now: Instant) -> Self {
        Self(AtomicI64::new(now.millis()))
    }

    pub fn set(&self, now: Instant) {
        self.0.store(now.millis(), Ordering::SeqCst);
    }
}

/// A department with a platform of its own, in a directory that is removed afterwards.
pub struct Department {
    pub platform: Arc<Platform>,
    pub clock: Arc<SetClock>,
    pub ours: Id<kinds::Department>,
    /// Another department that uses the same contractor.
    pub other: Id<kinds::Department>,
    pub folder: TempDir,
}

/// The service of the operations; this replay needs its leases, not its store.
pub const SERVICE: Id<kinds::Service> = Id::from_bytes([14; 16]);

impl Department {
    pub fn open(now: Instant) -> Result<Self, Failure> {
        let folder = TempDir::new()?;
        let (platform, clock) = platform_at(&folder, now)?;
        let ours = create(&platform, "RTD", Text::new("Restriction-testing department", "圍封強檢部門", "围封强检部门"))?;
        let other = create(&platform, "OTH", Text::new("Another department", "另一部門", "另一部门"))?;
        Ok(Self { platform, clock, ours, other, folder })
    }

    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The right of an officer of this role.
    pub fn grant<A: Action>(department: Id<kinds::Department>, role: Role) -> Result<Grant<A>, Failure> {
        let who = SignedIn::at_console(Id::from_bytes([9; 16]), department, vec![role], role.title());
        Ok(authorise(&who, Some(Scope::at_console(SERVICE, department)))?)
    }

    /// One act as a unit of work.
    pub fn act<T, E>(
        &self,
        actor: Actor,
        act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<(T, Committed), Failure>
    where
        T: Send + 'static,
        E: std::error::Error + From<StoreError> + Send + 'static,
    {
        self.platform.ledger().write("replay.act", actor, act).map_err(|error: RunError<E>| error.to_string().into())
    }

    pub fn read<T>(&self, look: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>) -> Result<T, Failure> {
        self.platform.ledger().read("replay.read", look).map_err(|error| error.to_string().into())
    }
}

/// A platform of its own in this directory, at this moment.
pub fn platform_at(folder: &TempDir, now: Instant) -> Result<(Arc<Platform>, Arc<SetClock>), Failure> {
    let clock = Arc::new(SetClock::at(now));
    for name in ["stores", "keys", "roots", "tiles"] {
        std::fs::create_dir(folder.path().join(name))?;
    }
    Ed25519Signer::create(&folder.path().join("log.key"), LOG)?;
    Ok((open_again(folder, &clock)?, clock))
}

/// The same platform after its program has stopped.
pub fn open_again(folder: &TempDir, clock: &Arc<SetClock>) -> Result<Arc<Platform>, Failure> {
    Ok(Platform::open(parts(folder, clock)?)?)
}

const LOG: &str = "replay.example";

fn parts(folder: &TempDir, clock: &Arc<SetClock>) -> Result<PlatformParts, Failure> {
    let at = |name: &str| folder.path().join(name);
    let random: Arc<dyn Random> = Arc::new(OsRandom);
    Ok(PlatformParts {
        environment: Environment::Demo,
        location: Location::Sqlite(at("stores")),
        options: Options::default(),
        keys: at("keys"),
        roots: at("roots").into(),
        tiles: at("tiles"),
        signer: Arc::new(Ed25519Signer::open(&at("log.key"), LOG)?),
        clock: clock.clone(),
        random,
        places: Arc::new(Gazetteer::build(premises(None)?)),
        origin: LOG.to_owned(),
        sender: Sender { origin: "https://replay.example".to_owned(), host: "replay.example".to_owned() },
    })
}

pub fn create(platform: &Platform, code: &str, name: Text) -> Result<Id<kinds::Department>, Failure> {
    let command = CreateDepartment { code: code.to_owned(), name };
    let done = platform.ledger().write("replay.department", Actor::Operator, move |work| create_department(work, command.clone()));
    Ok(done.map_err(|error| error.to_string())?.0)
}
