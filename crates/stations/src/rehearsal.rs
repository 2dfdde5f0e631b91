//! A platform ledger with two departments, and a station: where this crate is tried.

use std::sync::Arc;

use journal::{Actor, Ledger, LedgerParts, Work};
use kernel::{Clock as _, Id, Random, Text, kinds};
use people::{Grant, ManageStations, Role, SignedIn, Token, authorise};
use seal::{Ed25519Signer, Keyring};
use serde_json::Value;
use store::{Migration, RunError, Store, StoreError, Tx};
use tempfile::TempDir;
use testkit::{MovableClock, SeededRandom};

use crate::*;

/// In Admiralty station from 29 December 2021 to the end of March: nine to six on weekdays, ten to one on Sundays.
pub(crate) fn sample() -> Station {
    let mut hours = WeekHours([Some((540, 1080)); 7]);
    hours.0[5] = None;
    hours.0[6] = Some((600, 780));
    Station {
        place: Place::Mtr {
            code: "ADM".into(),
            spot: Text::new("Concourse, near Exit A", "大堂近A出口", "大堂近A出口"),
        },
        first_day: "2021-12-29".parse().unwrap(),
        last_day: Some("2022-03-31".parse().unwrap()),
        hours,
        holidays: OnHolidays::Closed,
        changes: Vec::new(),
        help: vec![Help::Register, Help::Activate],
        step_free: true,
    }
}

pub(crate) fn listed(number: u8) -> Listed {
    Listed {
        id: Id::from_bytes([number; 16]),
        department: Id::from_bytes([1; 16]),
        operator: Text::new("Digital Policy Office", "數字政策辦公室", "数字政策办公室"),
        station: sample(),
        changed: kernel::Instant::parse_hong_kong("2021-12-20T12:00").unwrap(),
    }
}

pub(crate) struct City {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) clock: Arc<MovableClock>,
    _tiles: TempDir,
}

impl City {
    pub(crate) fn new() -> Self {
        const TABLES: &[&[Migration]] = &[journal::MIGRATIONS, people::MIGRATIONS, MIGRATIONS];
        let tiles = TempDir::new().unwrap();
        let clock = Arc::new(MovableClock::at("2021-12-28T09:00"));
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(5));
        let parts = LedgerParts {
            store: Store::open_in_memory(TABLES).unwrap(),
            keys: Arc::new(Keyring::in_memory("platform", clock.now().day(), random.clone())),
            signer: Arc::new(Ed25519Signer::create(&tiles.path().join("log.key"), "test").unwrap()),
            clock: clock.clone(),
            random,
            tiles: tiles.path().join("tiles"),
            origin: "test.example/platform".to_owned(),
        };
        Self { ledger: Ledger::open(parts).unwrap(), clock, _tiles: tiles }
    }

    pub(crate) fn officer(department: u8, role: Role) -> SignedIn {
        let post = Text::new("Post", "職位", "职位");
        let department: Id<kinds::Department> = Id::from_bytes([department; 16]);
        SignedIn::at_console(Id::from_bytes([9; 16]), department, vec![role], post)
    }

    /// What a case officer of the department may do.
    pub(crate) fn grant(department: u8) -> Grant<ManageStations> {
        authorise(&Self::officer(department, Role::CaseOfficer), None).unwrap()
    }

    /// The sample, open, of the first department.
    pub(crate) fn station(&self) -> Id<kinds::Station> {
        self.act(Actor::Operator, |work| open_station(work, &Self::grant(1), &sample())).unwrap()
    }

    /// A device of the first department, enrolled and lent: its id and its key.
    pub(crate) fn device(&self, station: Id<kinds::Station>) -> (Id<kinds::Device>, Token) {
        let code = DeviceCode::new(&SeededRandom::new(8));
        let typed = code.text().to_lowercase().replace('-', " ");
        let id = self.act(Actor::Operator, move |work| add_device(work, &Self::grant(1), ("Tablet 1", &code))).unwrap();
        let key = enrol_device(&self.ledger, &typed).unwrap().unwrap();
        assert!(enrol_device(&self.ledger, &typed).unwrap().is_none(), "a code works once");
        self.act(Actor::Operator, move |work| lend_device(work, &Self::grant(1), (id, Some(station)))).unwrap();
        (id, key)
    }

    pub(crate) fn act<T, E>(
        &self,
        actor: Actor,
        act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, RunError<E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.ledger.write("test", actor, act).map(|(value, _)| value)
    }

    pub(crate) fn read<T>(&self, look: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>) -> T {
        self.ledger.read("test", look).unwrap()
    }

    pub(crate) fn verbs(&self) -> Vec<String> {
        let verb = |body: String| serde_json::from_str::<Value>(&body).unwrap()["verb"].as_str().unwrap().to_owned();
        self.ledger.scan(None, 1000).unwrap().into_iter().map(|entry| verb(entry.body)).collect()
    }
}
