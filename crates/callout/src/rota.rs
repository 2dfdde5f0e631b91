//! Who is on call at a moment: a pure function of a rota, of leaves and of the table of general holidays.

use hongkong::is_general_holiday;
use kernel::{Day, Id, Instant, kinds};
use serde::{Deserialize, Serialize};

/// Somebody of an incident team.
pub type PersonId = Id<kinds::CallPerson>;

const DAY_MS: i64 = 86_400_000;
const DAY_MINUTES: u16 = 1440;
const SATURDAY: i8 = 6;
/// More than any department needs; bounds the work of a look.
const LAYERS_MOST: usize = 12;
const MEMBERS_MOST: usize = 60;
const OVERRIDES_MOST: usize = 400;

/// Who is on call when. The first layer that has somebody decides; an override stands above all layers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rota {
    /// From the highest to the lowest.
    pub layers: Vec<Layer>,
    /// Later ones stand above earlier ones.
    pub overrides: Vec<Override>,
}

/// People who take turns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// In the order of their turns.
    pub members: Vec<PersonId>,
    /// When the first turn begins; before it the layer has nobody.
    pub begins: Instant,
    /// How long a turn is, in days of 24 hours (Hong Kong has no summer time).
    pub turn_days: u32,
    /// When the layer counts at all.
    pub hours: Window,
}

/// A part of some days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// On which days it begins.
    pub days: Days,
    /// The first minute of the day, 0 to 1439.
    pub from_minute: u16,
    /// The first minute that no longer belongs, 0 to 1439; at or before `from_minute` it is one of the next day.
    pub until_minute: u16,
}

/// Which days. A rest day is a Saturday, a Sunday or a general holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Days {
    /// All.
    Every,
    /// Neither Saturday nor Sunday nor a general holiday.
    Working,
    /// Saturdays, Sundays and general holidays.
    Rest,
}

/// Somebody who takes over for a while, whoever's turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Who.
    pub person: PersonId,
    /// From this moment.
    pub from: Instant,
    /// Up to, and not including, this one.
    pub until: Instant,
}

/// Somebody is away: nobody on leave is on call, not by an override either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leave {
    /// Who.
    pub person: PersonId,
    /// From this moment.
    pub from: Instant,
    /// Up to, and not including, this one.
    pub until: Instant,
}

/// What is wrong with a rota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RotaFlaw {
    /// Too many layers, members or overrides.
    #[error("a rota has at most 12 layers of 60 people and 400 overrides")]
    TooMuch,
    /// A layer without people or without a length of turns, or one whose minutes are none of a day.
    #[error("a layer needs people, turns of 1 to 366 days, and minutes of the day from 0 to 1439")]
    Layer,
    /// An override that ends before it begins.
    #[error("an override ends after it begins")]
    Override,
}

impl Rota {
    /// Whether it can be kept.
    pub fn check(&self) -> Result<(), RotaFlaw> {
        let many = self.layers.iter().any(|layer| layer.members.len() > MEMBERS_MOST);
        if many || self.layers.len() > LAYERS_MOST || self.overrides.len() > OVERRIDES_MOST {
            return Err(RotaFlaw::TooMuch);
        }
        if !self.layers.iter().all(Layer::is_sound) {
            return Err(RotaFlaw::Layer);
        }
        if self.overrides.iter().any(|one| one.from >= one.until) {
            return Err(RotaFlaw::Override);
        }
        Ok(())
    }

    /// Everybody it names.
    pub fn people(&self) -> Vec<PersonId> {
        let members = self.layers.iter().flat_map(|layer| layer.members.iter().copied());
        let mut all: Vec<PersonId> = members.chain(self.overrides.iter().map(|one| one.person)).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Who is on call at this moment, if anybody is.
    pub fn on_call(&self, leaves: &[Leave], at: Instant) -> Option<PersonId> {
        let away = |person: PersonId| leaves.iter().any(|leave| leave.person == person && leave.from <= at && at < leave.until);
        let taken = self.overrides.iter().rev().filter(|one| one.from <= at && at < one.until);
        taken
            .map(|one| one.person)
            .find(|person| !away(*person))
            .or_else(|| self.layers.iter().find_map(|layer| layer.on_call(&away, at)))
    }
}

impl Layer {
    fn is_sound(&self) -> bool {
        !self.members.is_empty() && (1..=366).contains(&self.turn_days) && self.hours.is_sound()
    }

    /// Whose turn it is; whoever is away is passed over for the next in order.
    fn on_call(&self, away: &impl Fn(PersonId) -> bool, at: Instant) -> Option<PersonId> {
        if at < self.begins || !self.hours.contains(at) {
            return None;
        }
        let turn = at.since(self.begins) / (i64::from(self.turn_days.max(1)) * DAY_MS);
        let members = i64::try_from(self.members.len()).ok().filter(|count| *count > 0)?;
        let first = usize::try_from(turn % members).ok()?;
        let (before, from) = self.members.split_at_checked(first)?;
        from.iter().chain(before).copied().find(|person| !away(*person))
    }
}

impl Window {
    /// Every minute of every day.
    pub const ALWAYS: Self = Self { days: Days::Every, from_minute: 0, until_minute: 0 };

    const fn is_sound(self) -> bool {
        self.from_minute < DAY_MINUTES && self.until_minute < DAY_MINUTES
    }

    /// Whether a moment is in it.
    pub fn contains(self, at: Instant) -> bool {
        let (day, minute) = (at.day(), at.minute_of_day());
        let (from, until) = (i64::from(self.from_minute), i64::from(self.until_minute));
        if from < until {
            return from <= minute && minute < until && self.days.has(day);
        }
        (minute >= from && self.days.has(day)) || (minute < until && self.days.has(day.plus(-1)))
    }
}

impl Days {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Every, Self::Working, Self::Rest];

    /// The name in forms.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Every => "every",
            Self::Working => "working",
            Self::Rest => "rest",
        }
    }

    fn has(self, day: Day) -> bool {
        let rest = || day.weekday() == SATURDAY || is_general_holiday(day);
        match self {
            Self::Every => true,
            Self::Working => !rest(),
            Self::Rest => rest(),
        }
    }
}

/// When somebody does not want to be disturbed by what can wait. Equal ends mean never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuietHours {
    /// The first quiet minute of the day, 0 to 1439.
    pub from_minute: u16,
    /// The first minute that is not quiet; before `from_minute` it is one of the next day.
    pub until_minute: u16,
}

impl QuietHours {
    /// The first moment from `at` on that is not quiet, to the minute.
    pub fn after(self, at: Instant) -> Instant {
        let (from, until, minute) = (i64::from(self.from_minute), i64::from(self.until_minute), at.minute_of_day());
        let ends = |day: Day| Instant::at(day, until);
        if from < until && (from..until).contains(&minute) {
            return ends(at.day());
        }
        if from > until && minute >= from {
            return ends(at.day().plus(1));
        }
        if from > until && minute < until {
            return ends(at.day());
        }
        at
    }
}

#[cfg(test)]
mod tests;
