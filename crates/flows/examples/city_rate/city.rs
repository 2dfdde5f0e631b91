use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant as Stopwatch;

use flows::{Platform, PlatformParts, Service};
use journal::{Actor, Work};
use kernel::{Clock, Environment, Id, Instant, Text, kinds};
use people::{Role, Scope, SignedIn};
use registration::Sender;
use seal::{Ed25519Signer, OsRandom};
use store::{Location, Options, StoreError};

use crate::Failure;
use crate::launch::launch;
use crate::residents::Buildings;

pub const SLUG: &str = "masks-2020";
/// When the scheme opens, by the city's own clock.
pub const OPENED: &str = "2020-05-06T07:00";

/// A platform with one scheme of which everything stands below one directory.
pub struct City {
    pub platform: Arc<Platform>,
    pub clock: Arc<CityClock>,
    pub department: Id<kinds::Department>,
    pub directory: PathBuf,
}

impl City {
    /// A new city, with its scheme open.
    pub fn create(directory: &Path) -> Result<Self, Failure> {
        for folder in ["stores", "keys", "roots", "tiles"] {
            fs::create_dir_all(directory.join(folder))?;
        }
        Ed25519Signer::create(&directory.join("log.key"), "lionrock.bench")?;
        let mut city = Self::at(directory, Id::from_bytes([0; 16]), 3_600_000)?;
        city.department = launch(&city)?;
        fs::write(directory.join("department"), city.department.to_string())?;
        Ok(city)
    }

    /// One that stands there already. Its clock begins where the last left off.
    pub fn open(directory: &Path) -> Result<Self, Failure> {
        let department = fs::read_to_string(directory.join("department"))?.parse().map_err(|_| "not a department")?;
        let passed = fs::read_to_string(directory.join("clock")).map_or(Ok(3_600_000), |text| text.parse::<i64>())?;
        Self::at(directory, department, passed)
    }

    fn at(directory: &Path, department: Id<kinds::Department>, passed_ms: i64) -> Result<Self, Failure> {
        let clock = Arc::new(CityClock { since: Stopwatch::now(), passed: AtomicI64::new(passed_ms) });
        let platform = Platform::open(PlatformParts {
            environment: Environment::Demo,
            location: Location::Sqlite(directory.join("stores")),
            options: Options::default(),
            keys: directory.join("keys"),
            roots: directory.join("roots").into(),
            tiles: directory.join("tiles"),
            signer: Arc::new(Ed25519Signer::open(&directory.join("log.key"), "lionrock.bench")?),
            clock: clock.clone(),
            random: Arc::new(OsRandom),
            places: Arc::new(Buildings),
            origin: "lionrock.bench".into(),
            sender: Sender { origin: "https://register.example".into(), host: "register.example".into() },
        })?;
        Ok(Self { platform, clock, department, directory: directory.to_owned() })
    }

    pub fn service(&self) -> Result<Arc<Service>, Failure> {
        Ok(self.platform.service(SLUG).ok_or("the scheme is not there: was it filled, or has it ended?")?)
    }

    pub fn officer(&self, number: u8, role: Role) -> SignedIn {
        officer(number, self.department, role)
    }

    pub fn scope(&self) -> Result<Scope, Failure> {
        Ok(Scope::at_console(self.service()?.id(), self.department))
    }

    /// A unit of work in the platform's own store.
    pub fn act<T: Send + 'static>(
        &self,
        actor: Actor,
        act: impl FnMut(&mut Work<'_, '_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Failure> {
        let done = self.platform.ledger().write("bench.act", actor, act);
        Ok(done.map_err(|error| format!("{error:?}"))?.0)
    }

    /// The households in the order in which they came.
    pub fn households(&self) -> Result<Vec<Id<kinds::Household>>, Failure> {
        let bytes = fs::read(self.directory.join("households"))?;
        Ok(bytes.chunks_exact(16).filter_map(|chunk| chunk.try_into().ok()).map(Id::from_bytes).collect())
    }
}

impl Drop for City {
    fn drop(&mut self) {
        let passed = self.clock.now().since(opened()).to_string();
        // A city that is gone needs no clock.
        let _ = fs::write(self.directory.join("clock"), passed);
    }
}

pub fn officer(number: u8, department: Id<kinds::Department>, role: Role) -> SignedIn {
    let post = Text::new("Officer", "主任", "主任");
    SignedIn::at_console(Id::from_bytes([number; 16]), department, vec![role], post)
}

/// A clock that goes on from the day on which the scheme opens, and may be moved forwards.
pub struct CityClock {
    since: Stopwatch,
    passed: AtomicI64,
}

impl CityClock {
    pub fn advance_millis(&self, millis: i64) {
        self.passed.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for CityClock {
    fn now(&self) -> Instant {
        let since = i64::try_from(self.since.elapsed().as_millis()).unwrap_or(0);
        opened().plus_millis(self.passed.load(Ordering::Relaxed) + since)
    }
}

fn opened() -> Instant {
    Instant::parse_hong_kong(OPENED).unwrap_or(Instant::from_millis(0))
}
