use people::Duty;
use serde::{Deserialize, Serialize};

use crate::Channel;

/// Whom a call-out calls when, as data. The shipped ones follow the sample escalation of the Government's incident handling guide
/// (ISPG-SM02, annex D): 15, 30 and 60 minutes, then every 30.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// In the order in which they are taken; the first one at once.
    pub steps: Vec<Step>,
    /// After the last step everybody who was called and has not answered is called again so often.
    pub repeat_minutes: u32,
    /// When nobody is called any more.
    pub ends_minutes: u32,
    /// When a department has answered.
    pub goal: Goal,
}

/// Who is called after so many minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Minutes after the start.
    pub after_minutes: u32,
    /// Who.
    pub to: Vec<Target>,
    /// How.
    pub channels: Vec<Channel>,
}

/// Who is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// Whoever is on call by the department's rota at that moment.
    OnCall,
    /// The contacts at all hours.
    Point,
    /// The information system managers.
    SystemManager,
    /// The incident response manager.
    ResponseManager,
    /// The information coordinator.
    Coordinator,
    /// The commander.
    Commander,
}

/// When a department has answered, and nobody there is called any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "of")]
pub enum Goal {
    /// One person has.
    Any,
    /// Everybody has whom the first step called: how an exercise proves that each contact is reachable.
    Each,
    /// So many persons have.
    Quorum(u32),
}

/// What is wrong with a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFlaw {
    /// Not the form of a policy.
    #[error("not a policy: see docs/formats.md")]
    Form,
    /// Steps are missing or not in order.
    #[error("the first step is at minute 0 and each later one is later, at most 12, each with somebody and a channel")]
    Steps,
    /// It repeats too often, ends too early or too late, or asks for nobody.
    #[error("repeats are 5 minutes apart or more; the end comes after the last step and within three days; a quorum is 1 to 50")]
    Limits,
}

const STEPS_MOST: usize = 12;
const REPEAT_LEAST: u32 = 5;
const ENDS_MOST: u32 = 3 * 1440;

impl Policy {
    /// The guide's escalation, until one person has answered.
    pub fn guide() -> Result<Self, PolicyFlaw> {
        Self::parse(include_str!("../policies/guide.json"))
    }

    /// As the guide's, until each of the two contacts has answered.
    pub fn exercise() -> Result<Self, PolicyFlaw> {
        Self::parse(include_str!("../policies/exercise.json"))
    }

    /// Reads a policy and checks it.
    pub fn parse(json: &str) -> Result<Self, PolicyFlaw> {
        let policy: Self = serde_json::from_str(json).map_err(|_| PolicyFlaw::Form)?;
        policy.check()?;
        Ok(policy)
    }

    /// The same with another goal.
    #[must_use]
    pub fn with_goal(self, goal: Goal) -> Self {
        Self { goal, ..self }
    }

    /// Whether it can be followed.
    pub fn check(&self) -> Result<(), PolicyFlaw> {
        let minutes: Vec<u32> = self.steps.iter().map(|step| step.after_minutes).collect();
        let ordered = minutes.first() == Some(&0) && minutes.is_sorted_by(|one, next| one < next);
        let whole = self.steps.iter().all(|step| !step.to.is_empty() && !step.channels.is_empty());
        if !ordered || !whole || self.steps.len() > STEPS_MOST {
            return Err(PolicyFlaw::Steps);
        }
        let quorum = !matches!(self.goal, Goal::Quorum(of) if !(1..=50).contains(&of));
        let ends = Some(&self.ends_minutes) > minutes.last() && self.ends_minutes <= ENDS_MOST;
        if ends && quorum && self.repeat_minutes >= REPEAT_LEAST { Ok(()) } else { Err(PolicyFlaw::Limits) }
    }

    /// Minutes after the start at which a step falls due; those after the last one are repeats.
    pub fn minute_of(&self, step: u32) -> u32 {
        let count = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
        let last = self.steps.last().map_or(0, |step| step.after_minutes);
        match usize::try_from(step).ok().and_then(|at| self.steps.get(at)) {
            Some(step) => step.after_minutes,
            None => last.saturating_add((step - count).saturating_add(1).saturating_mul(self.repeat_minutes)),
        }
    }
}

impl Target {
    /// The duty that is meant, unless it is whoever is on call.
    pub const fn duty(self) -> Option<Duty> {
        match self {
            Self::OnCall => None,
            Self::Point => Some(Duty::Point),
            Self::SystemManager => Some(Duty::SystemManager),
            Self::ResponseManager => Some(Duty::ResponseManager),
            Self::Coordinator => Some(Duty::Coordinator),
            Self::Commander => Some(Duty::Commander),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_policies_are_the_guides() {
        for policy in [Policy::guide().unwrap(), Policy::exercise().unwrap()] {
            let minutes: Vec<u32> = (0..7).map(|step| policy.minute_of(step)).collect();
            assert_eq!(minutes, [0, 15, 30, 60, 90, 120, 150]);
            let again = Policy::parse(&serde_json::to_string(&policy).unwrap()).unwrap();
            assert_eq!(again, policy);
        }
        assert_eq!(Policy::exercise().unwrap().goal, Goal::Each);
    }

    #[test]
    fn a_policy_that_cannot_be_meant_is_refused() {
        let good = Policy::guide().unwrap();
        let steps = |minutes: &[u32]| {
            let step = |after_minutes: &u32| Step { after_minutes: *after_minutes, ..good.steps[0].clone() };
            Policy { steps: minutes.iter().map(step).collect(), ..good.clone() }.check()
        };
        assert_eq!(steps(&[0, 15]), Ok(()));
        for bad in [&[][..], &[5], &[0, 0], &[0, 30, 15], &[0; 13]] {
            assert_eq!(steps(bad), Err(PolicyFlaw::Steps), "{bad:?}");
        }
        assert_eq!(steps(&[0, 240]), Err(PolicyFlaw::Limits), "it ends with its last step");
        let goal = |goal| good.clone().with_goal(goal).check();
        assert_eq!([goal(Goal::Quorum(0)), goal(Goal::Quorum(2))], [Err(PolicyFlaw::Limits), Ok(())]);
        assert_eq!(Policy { repeat_minutes: 0, ..good.clone() }.check(), Err(PolicyFlaw::Limits));
        assert_eq!(Policy::parse("{}"), Err(PolicyFlaw::Form));
    }
}
