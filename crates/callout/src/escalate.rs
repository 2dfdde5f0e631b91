//! The steps of a policy, as they fall due. What is due stands in rows, so a process that was down goes on where it stood: steps
//! that it missed are taken at once, repeats that it missed only once.

use std::collections::BTreeMap;

use journal::{Event, Work};
use kernel::{Id, Instant, kinds};
use people::Duty;
use seal::Keyring;
use store::StoreError;

use crate::storage::{call_out as table, page as pages, person};
use crate::{CallOut, CallPage, Channel, Goal, PageState, PageToken, Person, PersonId, Policy, Severity, Target};

const MINUTE_MS: i64 = 60_000;

/// Where a department stands in a call-out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The call-out.
    pub callout: Id<kinds::CallOut>,
    /// The department.
    pub department: Id<kinds::Department>,
    /// How it goes on.
    pub state: CalledState,
    /// The next step.
    pub step: u32,
    /// When it is due.
    pub due: Instant,
    /// Steps taken so far, repeats included: how far it was escalated.
    pub fired: u32,
    /// Steps that had nobody to call.
    pub gaps: u32,
    /// When the department had answered, or everything was over without.
    pub settled: Option<Instant>,
}

/// Whether a department has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalledState {
    /// Not yet.
    Open,
    /// It has.
    Met,
    /// Its time has passed.
    Unanswered,
    /// The call-out was stood down before.
    StoodDown,
}

impl CalledState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Met, Self::Unanswered, Self::StoodDown];

    /// The name in the store.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Met => "met",
            Self::Unanswered => "unanswered",
            Self::StoodDown => "stood-down",
        }
    }

    /// The state with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.slug() == slug)
    }
}

/// Takes the steps that are due, of up to `limit` departments. Returns of how many.
pub fn escalate_due(work: &mut Work<'_, '_>, keys: &Keyring, limit: usize) -> Result<usize, StoreError> {
    let now = work.now();
    let due = table::due(work.tx(), now, limit)?;
    let mut call_outs: BTreeMap<Id<kinds::CallOut>, CallOut> = BTreeMap::new();
    for called in &due {
        if !call_outs.contains_key(&called.callout)
            && let Some(call_out) = table::find(work.tx(), called.callout)?
        {
            call_outs.insert(called.callout, call_out);
        }
        if let Some(call_out) = call_outs.get(&called.callout) {
            Escalation { keys, call_out, now }.advance(work, called.clone())?;
        }
    }
    Ok(due.len())
}

struct Escalation<'e> {
    keys: &'e Keyring,
    call_out: &'e CallOut,
    now: Instant,
}

impl Escalation<'_> {
    /// Every step up to now. One that has nobody is followed by the next at once, in the same window.
    fn advance(&self, work: &mut Work<'_, '_>, mut called: Called) -> Result<(), StoreError> {
        let policy = &self.call_out.policy;
        let steps = u32::try_from(policy.steps.len()).unwrap_or(u32::MAX);
        let mut nobody = false;
        while called.state == CalledState::Open {
            let due = self.moment(policy, called.step);
            if due >= self.call_out.ends || self.now >= self.call_out.ends {
                if self.now < self.call_out.ends {
                    called.due = self.call_out.ends;
                    break;
                }
                called.state = CalledState::Unanswered;
                called.settled = Some(self.call_out.ends);
                pages::stop_department(work.tx(), called.callout, called.department)?;
                note_unanswered(work, &called)?;
                break;
            }
            let early = nobody && called.step < steps;
            if due > self.now && !early {
                called.due = due;
                break;
            }
            nobody = self.take(work, &mut called)? == 0;
            called.step = self.following(policy, called.step, steps);
        }
        table::moved(work.tx(), &called)
    }

    /// Of repeats that were missed only one is made up for.
    fn following(&self, policy: &Policy, step: u32, steps: u32) -> u32 {
        let mut next = step.saturating_add(1);
        while step >= steps && self.moment(policy, next) <= self.now {
            next = next.saturating_add(1);
        }
        next
    }

    fn moment(&self, policy: &Policy, step: u32) -> Instant {
        self.call_out.started.plus_millis(i64::from(policy.minute_of(step)) * MINUTE_MS)
    }

    /// Makes the pages of one step; returns how many.
    fn take(&self, work: &mut Work<'_, '_>, called: &mut Called) -> Result<usize, StoreError> {
        let answered = table::answered(work.tx(), called.callout, called.department)?;
        let policy = &self.call_out.policy;
        let step = usize::try_from(called.step).ok().and_then(|at| policy.steps.get(at));
        let (mut people, channels) = match step {
            Some(step) => (self.resolve(work, called.department, &step.to)?, step.channels.clone()),
            None => (self.called_before(work, called)?, Channel::ALL.to_vec()),
        };
        people.retain(|person| !answered.contains(&person.id));
        let mut made = 0;
        for person in &people {
            for channel in channels.iter().filter(|channel| person.channels.contains(channel)) {
                made += usize::from(self.queue(work, called, person, *channel)?);
            }
        }
        called.fired = called.step.saturating_add(1);
        // Who has answered already is no gap.
        called.gaps += u32::from(made == 0 && answered.is_empty());
        work.journal(
            Event::new("callout.step_taken")
                .detail("callout", called.callout.to_string())
                .detail("department", called.department.to_string())
                .detail("step", called.step)
                .detail("people", people.len())
                .detail("pages", made),
        )?;
        Ok(made)
    }

    fn queue(&self, work: &mut Work<'_, '_>, called: &Called, person: &Person, channel: Channel) -> Result<bool, StoreError> {
        let waits = self.call_out.severity == Severity::Routine && !person.has(Duty::Point);
        let due = if waits { person.quiet.after(self.now) } else { self.now };
        let id = work.new_id();
        let page = CallPage {
            id,
            callout: called.callout,
            department: called.department,
            person: person.id,
            channel,
            step: called.step,
            state: PageState::Queued,
            due,
            attempts: 0,
            expires: self.call_out.ends,
            queued: self.now,
            handed_over: None,
            delivered: None,
            acknowledged: None,
            fault: None,
        };
        pages::insert(work.tx(), &page, &PageToken::of(self.keys, id, person.id).hash())
    }

    /// Whom the targets mean at this moment, each once. Nobody on leave is called.
    fn resolve(
        &self,
        work: &mut Work<'_, '_>,
        department: Id<kinds::Department>,
        targets: &[Target],
    ) -> Result<Vec<Person>, StoreError> {
        let team = self.present(work, department)?;
        let leaves = person::leaves(work.tx(), department, self.now)?;
        let rota = person::rota(work.tx(), department)?.unwrap_or_default();
        let on_call = rota.on_call(&leaves, self.now);
        let meant = |person: &Person| {
            targets.iter().any(|target| match target.duty() {
                Some(duty) => person.has(duty),
                None => on_call == Some(person.id),
            })
        };
        Ok(team.into_iter().filter(meant).collect())
    }

    fn called_before(&self, work: &mut Work<'_, '_>, called: &Called) -> Result<Vec<Person>, StoreError> {
        let before: Vec<PersonId> = pages::people(work.tx(), called.callout, called.department)?;
        let mut team = self.present(work, called.department)?;
        team.retain(|person| before.contains(&person.id));
        Ok(team)
    }

    /// The team, without whoever is on leave.
    fn present(&self, work: &mut Work<'_, '_>, department: Id<kinds::Department>) -> Result<Vec<Person>, StoreError> {
        let leaves = person::leaves(work.tx(), department, self.now)?;
        let mut team = person::team(work.tx(), department)?;
        team.retain(|person| !leaves.iter().any(|leave| leave.person == person.id && leave.from <= self.now));
        Ok(team)
    }
}

fn note_unanswered(work: &mut Work<'_, '_>, called: &Called) -> Result<(), StoreError> {
    work.journal(
        Event::new("callout.unanswered")
            .detail("callout", called.callout.to_string())
            .detail("department", called.department.to_string()),
    )?;
    Ok(())
}

/// Whether a department has answered, by what stands on record.
pub(crate) fn is_met(
    work: &mut Work<'_, '_>,
    goal: Goal,
    callout: Id<kinds::CallOut>,
    department: Id<kinds::Department>,
) -> Result<bool, StoreError> {
    let answered = table::answered(work.tx(), callout, department)?;
    Ok(match goal {
        Goal::Any => !answered.is_empty(),
        Goal::Quorum(of) => answered.len() >= usize::try_from(of).unwrap_or(usize::MAX),
        Goal::Each => {
            let first = pages::first_called(work.tx(), callout, department)?;
            !first.is_empty() && first.iter().all(|person| answered.contains(person))
        }
    })
}
