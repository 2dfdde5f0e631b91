//! `lionrock replay callout`: the emergency communication exercise of nine days, outside office hours, on a simulated clock.
//!
//! The exercise stood before the inter-departmental drill of March 2023, in which 68 bureaux and departments took part
//! (`docs/sources.md`, part G). Its dates, times and figures are not published: 27 February to 7 March is an assumption, the times are
//! drawn, and the people are invented. What is real is everything under them: departments, contacts, keys, the journal, the
//! call-out with its escalation, the fence around the exercise, and the signed report.

mod crowd;
mod told;

use std::path::PathBuf;
use std::sync::Arc;

use callout::{
    Details, ExerciseReport, KeepPerson, PlanExercise, Policy, QuietHours, call_round, exercise_report, keep_person, next_due,
    plan_exercise, seal_details, sign_report,
};
use flows::Platform;
use journal::{Actor, Work};
use kernel::{Id, Instant, Text, kinds};
use people::{Action, Duty, Grant, Role, SignedIn, authorise};
use store::{RunError, StoreError};
use tempfile::TempDir;

use crate::replay_contractor::department::{SetClock, create, platform_at};
use crate::simulate::Failure;
use crowd::Crowd;

/// How much of it.
#[derive(Clone, Debug, clap::Args)]
pub struct CalloutArgs {
    /// Departments that take part.
    #[arg(long, default_value_t = 68, value_parser = clap::value_parser!(u16).range(1..=400))]
    departments: u16,
    /// The seed of who answers when; the times themselves are drawn anew each time.
    #[arg(long, default_value_t = 2023)]
    seed: u64,
    /// Where to write the signed report, for `docs/callout-check.py`.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Where to write what happened as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Spoils something; the run must then fail.
    #[arg(long, value_enum)]
    sabotage: Option<Sabotage>,
}

/// What is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Sabotage {
    /// Nobody answers.
    Silence,
}

const FIRST_DAY: &str = "2023-02-27";
const DAYS: u32 = 9;
const ORIGIN: &str = "https://replay.example";
/// In every team, in this order.
const TEAM: [Duty; 6] =
    [Duty::Point, Duty::Point, Duty::SystemManager, Duty::ResponseManager, Duty::Coordinator, Duty::Commander];

/// Replays, prints the report by department, and fails when something does not hold.
pub fn run(args: &CalloutArgs) -> Result<(), Box<dyn std::error::Error>> {
    let told = replay(args).map_err(|error| error.to_string())?;
    told.print();
    if let Some(file) = &args.json {
        std::fs::write(file, serde_json::to_string_pretty(&told.to_json())?)?;
    }
    told.verdict()
}

fn replay(args: &CalloutArgs) -> Result<told::Told, Failure> {
    let watch = std::time::Instant::now();
    let town = Town::open(args)?;
    let id = town.plan()?;
    let before = town.report(id)?;
    town.live()?;
    let report = town.report(id)?;
    let signed = sign_report(town.platform.ledger(), Actor::Operator, &report)?.to_json();
    if let Some(file) = &args.report {
        std::fs::write(file, serde_json::to_string_pretty(&signed)?)?;
    }
    let key = journal::verifier_key(&**town.platform.ledger().signer());
    Ok(told::Told::of(&before, report, &town.crowd, key, watch.elapsed()))
}

struct Town {
    platform: Arc<Platform>,
    clock: Arc<SetClock>,
    departments: Vec<Id<kinds::Department>>,
    crowd: Crowd,
    _folder: TempDir,
}

impl Town {
    fn open(args: &CalloutArgs) -> Result<Self, Failure> {
        let folder = TempDir::new()?;
        let now = Instant::parse_hong_kong("2023-02-24T10:00").ok_or("no moment")?;
        let (platform, clock) = platform_at(&folder, now)?;
        let mut departments = Vec::new();
        for n in 1..=args.departments {
            let name = Text::new(format!("Department {n}"), format!("第{n}部門"), format!("第{n}部门"));
            departments.push(create(&platform, &format!("D{n:03}"), name)?);
        }
        let crowd = Crowd::new(args.seed, args.sabotage == Some(Sabotage::Silence), clock.clone());
        let town = Self { platform, clock, departments, crowd, _folder: folder };
        for (department, n) in town.departments.iter().zip(0_u32..) {
            town.hire(*department, n)?;
        }
        Ok(town)
    }

    fn hire(&self, department: Id<kinds::Department>, number: u32) -> Result<(), Failure> {
        let grant = grant(department, Role::SecurityOfficer)?;
        for (duty, member) in TEAM.into_iter().zip(0_u32..) {
            let n = number * 10 + member;
            let [mobile, voice, mail] = addresses(n);
            let details = Details::parse(&format!("Invented {n}"), &mobile, &voice, &mail)?;
            let ledger = self.platform.ledger();
            let details = seal_details(ledger.keys(), ledger.now().day(), &details)?;
            let (post, quiet) = (duty.title(), QuietHours::default());
            let command = KeepPerson { person: None, post, duties: vec![duty], quiet, details };
            self.act(grant.actor(), move |work| keep_person(work, &grant, &command))?;
        }
        Ok(())
    }

    fn plan(&self) -> Result<Id<kinds::Exercise>, Failure> {
        let first = self.departments.first().copied().ok_or("no department")?;
        let grant = grant(first, Role::ExerciseController)?;
        let command = PlanExercise {
            title: Text::new("Emergency communication exercise", "緊急通訊演習", "紧急通讯演习"),
            body: Text::new(
                "This is an exercise. Acknowledge at once; nothing else is to be done.",
                "這是演習。請立即確認，無須採取其他行動。",
                "这是演习。请立即确认，无须采取其他行动。",
            ),
            policy: Policy::exercise()?,
            first: FIRST_DAY.parse()?,
            days: DAYS,
            calls_a_day: 1,
            departments: self.departments.clone(),
        };
        self.act(grant.actor(), move |work| plan_exercise(work, &grant, &command))
    }

    /// Round by round until nothing is due any more and nobody will answer.
    fn live(&self) -> Result<(), Failure> {
        let (ledger, gateways) = (self.platform.ledger(), self.crowd.gateways());
        let mut day = None;
        loop {
            call_round(ledger, &gateways, ORIGIN).map_err(|error| error.to_string())?;
            let due = ledger.read("replay.next", next_due).map_err(|error| error.to_string())?;
            let Some(next) = [due, self.crowd.next()].into_iter().flatten().min() else { return Ok(()) };
            self.clock.set(next.max(ledger.now()));
            if day != Some(next.day()) {
                day = Some(next.day());
                crate::simulate::progress(&format!("{}", next.day()));
            }
            self.crowd.answer(ledger, next);
        }
    }

    fn report(&self, id: Id<kinds::Exercise>) -> Result<ExerciseReport, Failure> {
        let read = self.platform.ledger().read("replay.report", |tx| exercise_report(tx, id));
        read.map_err(|error| error.to_string())?.ok_or_else(|| "there is no such exercise".into())
    }

    fn act<T, E>(&self, actor: Actor, act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static) -> Result<T, Failure>
    where
        T: Send + 'static,
        E: std::error::Error + From<StoreError> + Send + 'static,
    {
        let done = self.platform.ledger().write("replay.act", actor, act);
        done.map(|(value, _)| value).map_err(|error: RunError<E>| error.to_string().into())
    }
}

/// Mobile, telephone and mail of invented person `n`.
fn addresses(n: u32) -> [String; 3] {
    [format!("+8525123{n:04}"), format!("+8522123{n:04}"), format!("duty{n}@dept.example.hk")]
}

fn grant<A: Action>(department: Id<kinds::Department>, role: Role) -> Result<Grant<A>, Failure> {
    let who = SignedIn::at_console(Id::from_bytes([9; 16]), department, vec![role], role.title());
    Ok(authorise(&who, None)?)
}
