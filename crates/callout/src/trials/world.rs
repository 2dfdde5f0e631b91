//! Departments with whole teams, gateways that write down what they get, and people who answer or do not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use kernel::{Id, Instant, Text, kinds};
use notify::CarrierError;
use people::{Duty, Grant, Role, StartCallOut as MayCallOut};
use store::{Location, Options, Store};
use tempfile::TempDir;

use crate::rehearsal::City;
use crate::*;

pub(super) const ORIGIN: &str = "https://lionrock.example";
/// Who is in every team, in this order; person `n` of department `d` has the number `10 d + n`.
pub(super) const TEAM: [Duty; 6] =
    [Duty::Point, Duty::Point, Duty::SystemManager, Duty::ResponseManager, Duty::Coordinator, Duty::Commander];

/// Something that a gateway took.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) channel: Channel,
    pub(super) to: String,
    pub(super) text: String,
    pub(super) code: String,
    pub(super) page: String,
    pub(super) at: Instant,
}

impl Taken {
    pub(super) fn token(&self) -> PageToken {
        let at = self.text.find("/staff/page/").unwrap() + "/staff/page/".len();
        PageToken::parse(&self.text[at..at + 32]).unwrap()
    }
}

/// What happened, in the order in which it did.
#[derive(Clone, Debug)]
pub(super) enum Happened {
    Taken(Taken),
    Acknowledged { callout: Id<kinds::CallOut>, person: PersonId },
}

/// The other end of all three channels.
#[derive(Default)]
pub(super) struct Phones {
    pub(super) log: Mutex<Vec<Happened>>,
    /// So many more pages are taken, then the process dies: before the page was sent, or after.
    pub(super) dies: Mutex<Option<(usize, bool)>>,
    pub(super) dead: Mutex<BTreeSet<Channel>>,
    pub(super) news: Mutex<Vec<GatewayReceipt>>,
}

impl Phones {
    pub(super) fn taken(&self) -> Vec<Taken> {
        let log = self.log.lock().unwrap();
        let taken = |happened: &Happened| match happened {
            Happened::Taken(taken) => Some(taken.clone()),
            Happened::Acknowledged { .. } => None,
        };
        log.iter().filter_map(taken).collect()
    }

    fn is_dying(&self) -> Option<bool> {
        let mut dies = self.dies.lock().unwrap();
        match &mut *dies {
            Some((0, after)) => Some(*after),
            Some((left, _)) => {
                *left -= 1;
                None
            }
            None => None,
        }
    }
}

struct Line(Arc<Phones>, Channel, Arc<testkit::MovableClock>);

impl Gateway for Line {
    fn hand_over(&self, page: &OutgoingPage) -> Result<(), CarrierError> {
        let Self(phones, channel, clock) = self;
        if phones.dead.lock().unwrap().contains(channel) {
            return Err(CarrierError::Later("no answer".into()));
        }
        let dying = phones.is_dying();
        assert_ne!(dying, Some(false), "killed before it was sent");
        phones.log.lock().unwrap().push(Happened::Taken(Taken {
            channel: *channel,
            to: page.to.expose().expose().clone(),
            text: page.text.expose().clone(),
            code: page.code.expose().clone(),
            page: page.idempotency.clone(),
            at: kernel::Clock::now(&**clock),
        }));
        assert_eq!(dying, None, "killed after it was sent");
        Ok(())
    }

    fn receipts(&self) -> Vec<GatewayReceipt> {
        if self.1 == Channel::Voice { std::mem::take(&mut self.0.news.lock().unwrap()) } else { Vec::new() }
    }
}

pub(super) struct World {
    pub(super) city: City,
    pub(super) phones: Arc<Phones>,
    pub(super) gateways: Gateways,
    /// By department, in the order of [`TEAM`].
    pub(super) people: Vec<Vec<PersonId>>,
    files: Option<TempDir>,
}

impl World {
    pub(super) fn new(departments: usize, seed: u64) -> Self {
        Self::on(City::with(departments, seed), departments, None)
    }

    /// On disk, so that it can be killed.
    pub(super) fn on_disk(departments: usize, seed: u64) -> Self {
        let files = TempDir::new().unwrap();
        let city = City::on(open(&files), departments, seed);
        Self::on(city, departments, Some(files))
    }

    fn on(city: City, departments: usize, files: Option<TempDir>) -> Self {
        let hire = |department: usize| {
            let grant = city.manager(department);
            TEAM.iter().enumerate().map(|(n, duty)| city.hire(&grant, &[*duty], 10 * department + n)).collect()
        };
        let people = (0..departments).map(hire).collect();
        let world = Self::over(city, people, &Arc::default());
        Self { files, ..world }
    }

    /// Over a city and people that are there already.
    pub(super) fn over(city: City, people: Vec<Vec<PersonId>>, phones: &Arc<Phones>) -> Self {
        let line = |channel| -> Option<Arc<dyn Gateway>> { Some(Arc::new(Line(phones.clone(), channel, city.clock.clone()))) };
        let gateways = Gateways { sms: line(Channel::Sms), mail: line(Channel::Mail), voice: line(Channel::Voice) };
        Self { phones: phones.clone(), gateways, people, city, files: None }
    }

    /// What is left of a process is what it had written.
    pub(super) fn restart(&mut self, seed: u64) {
        *self.phones.dies.lock().unwrap() = None;
        let files = self.files.as_ref().unwrap();
        self.city.reopen(|| open(files), seed);
    }

    pub(super) fn controller(&self) -> Grant<MayCallOut> {
        self.city.grant(0, Role::ExerciseController)
    }

    pub(super) fn command(&self, policy: Policy, exercise: bool) -> StartCallOut {
        StartCallOut {
            title: Text::new("Call", "召集", "召集"),
            body: Text::new("Acknowledge at once.", "請立即確認。", "请立即确认。"),
            severity: Severity::Urgent,
            policy,
            departments: self.city.departments.clone(),
            exercise,
        }
    }

    pub(super) fn start(&self, policy: Policy, exercise: bool) -> Id<kinds::CallOut> {
        let (grant, command) = (self.controller(), self.command(policy, exercise));
        self.city.act(grant.actor(), move |work| start_call_out(work, &grant, &command)).unwrap()
    }

    pub(super) fn round(&self) -> CallRound {
        call_round(self.city.ledger(), &self.gateways, ORIGIN).unwrap()
    }

    pub(super) fn acknowledge(&self, token: &PageToken) -> Result<(), store::RunError<AnswerError>> {
        let token = token.clone();
        self.city.act(journal::Actor::Visitor, move |work| acknowledge_by_link(work, &token))
    }

    pub(super) fn pages(&self, id: Id<kinds::CallOut>) -> Vec<CallPage> {
        self.city.read(|tx| call_pages(tx, id))
    }

    pub(super) fn called(&self, id: Id<kinds::CallOut>) -> Vec<Called> {
        self.city.read(|tx| called(tx, id))
    }

    /// Who is who: person by mobile, telephone and mail.
    pub(super) fn owner_of(&self) -> BTreeMap<String, PersonId> {
        let mut owners = BTreeMap::new();
        for (department, people) in self.people.iter().enumerate() {
            for (n, person) in people.iter().enumerate() {
                let n = 10 * department + n;
                owners.insert(City::mobile(n), *person);
                owners.insert(format!("+8522123{n:04}"), *person);
                owners.insert(format!("duty{n}@dept.example.hk"), *person);
            }
        }
        owners
    }
}

fn open(files: &TempDir) -> Store {
    let options = Options { synchronous_off: true, ..Options::default() };
    Store::open(&Location::Sqlite(files.path().to_owned()), "platform", City::TABLES, options).unwrap()
}
