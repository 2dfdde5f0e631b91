use registration::PersonForm;
use serde::{Deserialize, Serialize};

use crate::draft::Draft;

/// A page of the journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Step {
    /// Identity number and date of birth.
    Identity,
    /// Name.
    Name,
    /// Words to find the address by.
    Address,
    /// Which of the addresses found.
    Choose,
    /// Flat and floor.
    Unit,
    /// An address that is not in the list.
    Manual,
    /// Mobile number.
    Mobile,
    /// Who else is in the household.
    Members,
    /// One of them.
    Member(usize),
    /// Check your answers.
    Check,
}

impl Step {
    /// The step of a button's value: `name`, `member-2`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "identity" => Some(Self::Identity),
            "name" => Some(Self::Name),
            "address" => Some(Self::Address),
            "manual" => Some(Self::Manual),
            "mobile" => Some(Self::Mobile),
            "members" => Some(Self::Members),
            other => other.strip_prefix("member-").and_then(|index| index.parse().ok()).map(Self::Member),
        }
    }

    /// Where an answered page leads: on, or back to the check once the answers have been shown there.
    pub(crate) const fn following(self, checked: bool) -> Self {
        match self {
            Self::Member(_) => Self::Members,
            _ if checked => Self::Check,
            Self::Identity => Self::Name,
            Self::Name => Self::Address,
            Self::Address => Self::Choose,
            Self::Choose => Self::Unit,
            Self::Unit | Self::Manual => Self::Mobile,
            Self::Mobile => Self::Members,
            Self::Members | Self::Check => Self::Check,
        }
    }
}

impl Draft {
    /// One page back, with everything kept.
    pub(crate) fn step_back(&mut self) {
        let main = matches!(self.step, Step::Identity | Step::Name | Step::Address | Step::Mobile | Step::Members);
        self.step = match self.step {
            _ if main && self.checked => Step::Check,
            Step::Identity | Step::Name => Step::Identity,
            Step::Address => Step::Name,
            Step::Choose | Step::Manual => Step::Address,
            Step::Unit if self.query.trim().is_empty() => Step::Address,
            Step::Unit => Step::Choose,
            Step::Mobile if self.form.address.key.is_empty() => Step::Manual,
            Step::Mobile => Step::Unit,
            Step::Members => Step::Mobile,
            Step::Member(_) => Step::Members,
            Step::Check => {
                self.checked = false;
                Step::Members
            }
        };
    }

    /// Takes a member out.
    pub(crate) fn remove_member(&mut self, index: usize) {
        if index < self.form.members.len() {
            self.form.members.remove(index);
        }
        self.step = Step::Members;
    }

    /// Settles what the page arrived at needs: empty members are gone from the list, and the check is remembered.
    pub(crate) fn arrive(&mut self) {
        match self.step {
            Step::Members | Step::Check => self.form.members.retain(|member| *member != PersonForm::default()),
            Step::Member(index) if index > self.form.members.len() => self.step = Step::Members,
            // What was looked for in vain need not be typed again.
            Step::Manual if self.form.address.text.is_empty() => self.form.address.text.clone_from(&self.query),
            _ => {}
        }
        self.checked |= self.step == Step::Check;
    }
}
