//! Briefings for associations: who was invited as an association, how many came, what they took, and what is still to be done. No list of
//! people: who helps members later needs no name with us.

use hongkong::District;
use journal::{Event, Work};
use kernel::{Day, Fault, Id, Kind, kinds};
use people::{Grant, ManageStations};
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx};

use crate::hours::is_span;
use crate::storage;

/// A briefing as its department keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Briefing {
    /// The association, by its name.
    pub association: String,
    /// Where the association works.
    pub district: District,
    /// Where the briefing is.
    pub place: String,
    /// On which day.
    pub day: Day,
    /// From which minute of the day to which.
    pub minutes: (i64, i64),
    /// What became of it; none: it is planned.
    pub outcome: Option<Outcome>,
}

/// What became of a briefing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Outcome {
    /// It was called off.
    Cancelled,
    /// It was held.
    Held {
        /// How many came: heads, no names.
        attended: u16,
        /// What they took along.
        materials: Vec<Material>,
        /// What is still to be done, and until when.
        follow_up: Option<FollowUp>,
    },
}

/// What is still to be done after a briefing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowUp {
    /// What; no names.
    pub what: String,
    /// Until when.
    pub due: Day,
    /// Whether it was done.
    pub done: bool,
}

/// What is handed out at a briefing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Material {
    /// Leaflets for members.
    Leaflets,
    /// The rules for helpers.
    HelperRules,
    /// The list of stations of the week.
    StationList,
    /// Forms on paper.
    PaperForms,
}

impl Material {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Leaflets, Self::HelperRules, Self::StationList, Self::PaperForms];

    /// The name in forms.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Leaflets => "leaflets",
            Self::HelperRules => "helper-rules",
            Self::StationList => "station-list",
            Self::PaperForms => "paper-forms",
        }
    }
}

/// A briefing in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedBriefing {
    /// Its id.
    pub id: Id<kinds::Briefing>,
    /// Whose it is.
    pub department: Id<kinds::Department>,
    /// The briefing.
    pub briefing: Briefing,
}

/// Why a briefing was not kept.
#[derive(Debug, thiserror::Error)]
pub enum BriefingError {
    /// A name, a place or a follow-up is blank or too long.
    #[error("names and places have 1 to 120 characters, a follow-up 1 to 400")]
    Text,
    /// It ends before it begins.
    #[error("a briefing begins before it ends, within one day")]
    Hours,
    /// It has not been yet.
    #[error("a briefing that has not been yet has no attendance")]
    Early,
    /// It has an outcome already.
    #[error("the briefing has an outcome already")]
    Settled,
    /// There is no such briefing in your department.
    #[error("there is no such briefing in your department")]
    Missing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for BriefingError {
    fn kind(&self) -> Kind {
        match self {
            Self::Text | Self::Hours | Self::Early => Kind::Invalid,
            Self::Settled => Kind::Taken,
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

fn fits(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most
}

/// Plans a briefing; its invitation is printed from the page.
pub fn plan_briefing(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageStations>,
    briefing: &Briefing,
) -> Result<Id<kinds::Briefing>, BriefingError> {
    if !fits(&briefing.association, 120) || !fits(&briefing.place, 120) {
        return Err(BriefingError::Text);
    }
    if !is_span(briefing.minutes) {
        return Err(BriefingError::Hours);
    }
    let (id, now) = (work.new_id(), work.now());
    let listed = ListedBriefing { id, department: grant.department(), briefing: Briefing { outcome: None, ..briefing.clone() } };
    storage::briefing::insert(work.tx(), &listed, now)?;
    work.journal(Event::new("stations.briefing_planned").detail("briefing", id.to_string()))?;
    Ok(id)
}

/// Notes what became of a briefing.
pub fn settle_briefing(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageStations>,
    (id, outcome): (Id<kinds::Briefing>, &Outcome),
) -> Result<(), BriefingError> {
    let listed = own(work, grant, id)?;
    let now = work.now();
    if listed.briefing.outcome.is_some() {
        return Err(BriefingError::Settled);
    }
    if let Outcome::Held { follow_up, .. } = outcome {
        if listed.briefing.day > now.day() {
            return Err(BriefingError::Early);
        }
        if follow_up.as_ref().is_some_and(|follow_up| !fits(&follow_up.what, 400)) {
            return Err(BriefingError::Text);
        }
    }
    let verb = if *outcome == Outcome::Cancelled { "stations.briefing_cancelled" } else { "stations.briefing_held" };
    let briefing = Briefing { outcome: Some(outcome.clone()), ..listed.briefing };
    storage::briefing::update(work.tx(), id, &briefing, now)?;
    work.journal(Event::new(verb).detail("briefing", id.to_string()))?;
    Ok(())
}

/// Notes that what was still to be done is done.
pub fn finish_follow_up(work: &mut Work<'_, '_>, grant: &Grant<ManageStations>, id: Id<kinds::Briefing>) -> Result<(), BriefingError> {
    let mut briefing = own(work, grant, id)?.briefing;
    let Some(Outcome::Held { follow_up: Some(follow_up), .. }) = &mut briefing.outcome else { return Err(BriefingError::Missing) };
    follow_up.done = true;
    let now = work.now();
    storage::briefing::update(work.tx(), id, &briefing, now)?;
    work.journal(Event::new("stations.briefing_followed_up").detail("briefing", id.to_string()))?;
    Ok(())
}

/// The briefings of a department, the latest day first.
pub fn briefings_of(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<ListedBriefing>, StoreError> {
    storage::briefing::of_department(tx, department)
}

fn own(work: &mut Work<'_, '_>, grant: &Grant<ManageStations>, id: Id<kinds::Briefing>) -> Result<ListedBriefing, BriefingError> {
    let found = storage::briefing::by_id(work.tx(), id)?;
    found.filter(|listed| listed.department == grant.department()).ok_or(BriefingError::Missing)
}

#[cfg(test)]
mod tests {
    use journal::Actor;
    use store::RunError;

    use super::*;
    use crate::rehearsal::City;

    fn planned(day: &str) -> Briefing {
        Briefing {
            association: "Kwun Tong Carers".into(),
            district: District::KwunTong,
            place: "Hall of the association".into(),
            day: day.parse().unwrap(),
            minutes: (600, 660),
            outcome: None,
        }
    }

    fn held(what: &str) -> Outcome {
        let follow_up = FollowUp { what: what.into(), due: "2022-01-10".parse().unwrap(), done: false };
        Outcome::Held { attended: 23, materials: vec![Material::Leaflets], follow_up: Some(follow_up) }
    }

    #[test]
    fn a_briefing_is_planned_held_once_and_followed_up() {
        let city = City::new();
        let plan = |briefing: Briefing| city.act(Actor::Operator, move |work| plan_briefing(work, &City::grant(1), &briefing));
        assert!(plan(Briefing { association: " ".into(), ..planned("2021-12-28") }).is_err());
        assert!(plan(Briefing { minutes: (660, 600), ..planned("2021-12-28") }).is_err());
        let (today, later) = (plan(planned("2021-12-28")).unwrap(), plan(planned("2021-12-30")).unwrap());
        let settle = |department, id, outcome: Outcome| {
            let settled = city.act(Actor::Operator, move |work| settle_briefing(work, &City::grant(department), (id, &outcome)));
            settled.map_err(|error| match error {
                RunError::Refused(error) => error.to_string(),
                _ => String::new(),
            })
        };
        assert!(settle(1, later, held("Visit again")).unwrap_err().contains("has not been yet"));
        assert!(settle(1, today, held("")).unwrap_err().contains("follow-up"));
        assert!(settle(2, today, held("Visit again")).is_err(), "another department's");
        settle(1, today, held("Visit again")).unwrap();
        assert!(settle(1, today, Outcome::Cancelled).unwrap_err().contains("already"));
        settle(1, later, Outcome::Cancelled).unwrap();
        city.act(Actor::Operator, move |work| finish_follow_up(work, &City::grant(1), today)).unwrap();
        assert!(city.act(Actor::Operator, move |work| finish_follow_up(work, &City::grant(1), later)).is_err(), "nothing to do");
        let department = City::grant(1).department();
        let all = city.read(|tx| briefings_of(tx, department));
        assert_eq!(all.iter().map(|listed| listed.id).collect::<Vec<_>>(), [later, today]);
        assert!(matches!(&all[1].briefing.outcome, Some(Outcome::Held { attended: 23, follow_up: Some(FollowUp { done: true, .. }), .. })));
    }
}
