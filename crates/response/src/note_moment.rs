//! When things happened, and the deadlines that follow from it.

use journal::Work;
use kernel::{Id, Instant, kinds};
use people::{Grant, HandleIncident};
use store::{StoreError, Tx};

use crate::command_case::{led, note};
use crate::storage::case as table;
use crate::{CaseError, Entry, EntryKind, Fact, KeptDeadline, Milestone, Moment, Room, SealedEntry, clocks, deadlines};

const MOMENTS_MOST: usize = 500;
const ENTRIES_MOST: i64 = 5_000;

/// A time for a milestone.
#[derive(Clone, Debug)]
pub struct NoteMoment {
    /// The incident.
    pub incident: Id<kinds::Incident>,
    /// Of what.
    pub milestone: Milestone,
    /// When it was; not in the future.
    pub at: Instant,
    /// Why this time: it stands in the timeline beside it.
    pub why: SealedEntry,
}

/// Notes when something was. An earlier time for the same is kept, and so are the deadlines that followed from it.
pub fn note_moment(work: &mut Work<'_, '_>, grant: &Grant<HandleIncident>, command: &NoteMoment) -> Result<(), CaseError> {
    let id = command.incident;
    let incident = led(work.tx(), grant, id)?;
    let now = work.now();
    if command.at > now {
        return Err(CaseError::Future);
    }
    let mut moments = table::moments(work.tx(), id)?;
    let number = i64::try_from(moments.len()).unwrap_or(i64::MAX).saturating_add(1);
    if moments.len() >= MOMENTS_MOST {
        return Err(CaseError::TooMuch);
    }
    let entry = Entry {
        number: next_entry(work.tx(), id)?,
        kind: EntryKind::Timeline,
        room: Room::Common,
        happened: command.at,
        noted: now,
        officer: grant.officer(),
        department: grant.department(),
        about: None,
        due: None,
        settled: None,
        digest: None,
        sealed: command.why.clone(),
    };
    table::insert_entry(work.tx(), id, &entry)?;
    let moment = Moment { milestone: command.milestone, at: command.at, noted: now };
    table::insert_moment(work.tx(), id, &moment, (number, grant.officer(), entry.number))?;
    moments.push(moment);
    let changed = reckon(work, id, &incident.facts, &moments)?;
    note(work, grant, "response.moment_noted", id, |event| {
        let event = event.detail("milestone", command.milestone.slug()).detail("at", command.at.to_string());
        event.detail("deadlines", changed)
    })
}

/// Says what is known of an incident; deadlines come and go with it.
pub fn set_facts(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    (id, facts): (Id<kinds::Incident>, &[Fact]),
) -> Result<(), CaseError> {
    led(work.tx(), grant, id)?;
    let mut facts = facts.to_vec();
    facts.sort();
    facts.dedup();
    table::set_facts(work.tx(), id, &facts)?;
    let moments = table::moments(work.tx(), id)?;
    let changed = reckon(work, id, &facts, &moments)?;
    note(work, grant, "response.facts_set", id, |event| {
        event.detail("facts", crate::fact::fact_names(&facts)).detail("deadlines", changed)
    })
}

/// Open deadlines of real incidents that end before this moment. What is an exercise tells nobody outside its pages.
pub fn open_deadlines(
    tx: &mut Tx<'_>,
    until: Instant,
    limit: usize,
) -> Result<Vec<(Id<kinds::Incident>, KeptDeadline)>, StoreError> {
    table::open_deadlines(tx, until, i64::try_from(limit).unwrap_or(i64::MAX))
}

/// The number of the next entry.
pub(crate) fn next_entry(tx: &mut Tx<'_>, id: Id<kinds::Incident>) -> Result<i64, CaseError> {
    let count = table::entry_count(tx, id)?;
    if count >= ENTRIES_MOST { Err(CaseError::TooMuch) } else { Ok(count + 1) }
}

/// Puts the deadlines that follow from what is known beside those on record: the same ones stand, others are marked as replaced.
fn reckon(
    work: &mut Work<'_, '_>,
    id: Id<kinds::Incident>,
    facts: &[Fact],
    moments: &[Moment],
) -> Result<usize, CaseError> {
    let wanted = deadlines(clocks(), facts, moments);
    let kept = table::deadlines(work.tx(), id)?;
    let (now, mut changed) = (work.now(), 0);
    for old in kept.iter().filter(|old| old.superseded.is_none()) {
        match wanted.iter().find(|new| old.is(new)) {
            Some(new) if (new.met, new.is_excused) != (old.met, old.is_excused) => {
                table::settle_deadline(work.tx(), id, old.number, (new.met, new.is_excused))?;
            }
            Some(_) => {}
            None => {
                table::supersede_deadline(work.tx(), id, old.number, now)?;
                changed += 1;
            }
        }
    }
    let stands = |new: &&crate::Deadline<'_>| !kept.iter().any(|old| old.superseded.is_none() && old.is(new));
    for (new, number) in wanted.iter().filter(stands).zip(kept.len() + 1..) {
        table::insert_deadline(work.tx(), id, new, (i64::try_from(number).unwrap_or(i64::MAX), now))?;
        changed += 1;
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::{Deadline, read_case};
    use kernel::Random as _;
    use store::RunError;
    use testkit::SeededRandom;

    #[test]
    fn when_the_time_of_awareness_changes_both_deadlines_are_kept() {
        let city = City::new();
        let grant = City::handler(1);
        let id = city.open_case(&grant, false);
        let at = |text: &str| Instant::parse_hong_kong(text).unwrap();
        city.note(&grant, (id, Milestone::Aware), at("2023-02-28T08:30")).unwrap();
        city.note(&grant, (id, Milestone::ToldOffice), at("2023-02-28T09:00")).unwrap();
        city.note(&grant, (id, Milestone::Aware), at("2023-02-28T07:45")).unwrap();
        let file = city.act(grant.actor(), move |work| read_case(work, &grant, id)).unwrap();
        let phone: Vec<_> = file.deadlines.iter().filter(|one| one.clock == "office-phone").collect();
        let [old, new] = phone.as_slice() else { panic!("{phone:?}") };
        assert_eq!((old.due, old.superseded.is_some()), (at("2023-02-28T09:30"), true));
        assert_eq!((new.due, new.superseded, new.met), (at("2023-02-28T08:45"), None, Some(at("2023-02-28T09:00"))));
        assert!(new.met > Some(new.due), "and with what was known later it was late");
        assert_eq!(file.moments.len(), 3, "no time is taken back");
        let future = city.note(&grant, (id, Milestone::Contained), at("2023-02-28T09:01"));
        assert!(matches!(future, Err(RunError::Refused(CaseError::Future))));
    }

    /// What stands on record after any number of edits is what follows from the last of them, on the store as in the pure rules.
    #[test]
    fn three_hundred_edited_incidents_on_record_have_the_deadlines_of_what_is_known() {
        let (city, random, grant) = (City::new(), SeededRandom::new(14), City::handler(1));
        println!("seed 14");
        for _ in 0..300 {
            let id = city.open_case(&grant, random.below(2) == 0);
            let (mut facts, mut moments) = (Vec::new(), Vec::new());
            for _ in 0..6 {
                if random.below(4) == 0 {
                    facts = Fact::ALL.into_iter().filter(|_| random.below(2) == 0).collect();
                    let set = facts.clone();
                    city.act(grant.actor(), move |work| set_facts(work, &grant, (id, &set))).unwrap();
                } else {
                    let milestone = if random.below(2) == 0 { Milestone::Aware } else { Milestone::ALL[usize::try_from(random.below(16)).unwrap()] };
                    let at = city.now().plus_secs(-60 * i64::try_from(random.below(200_000)).unwrap());
                    city.note(&grant, (id, milestone), at).unwrap();
                    moments.push(Moment { milestone, at, noted: city.now() });
                }
                let kept = city.read(|tx| table::deadlines(tx, id));
                let live: Vec<_> = kept.iter().filter(|one| one.superseded.is_none()).collect();
                let wanted = deadlines(clocks(), &facts, &moments);
                assert_eq!(live.len(), wanted.len());
                let same = |new: &Deadline<'_>| live.iter().any(|old| old.is(new) && (old.met, old.is_excused) == (new.met, new.is_excused));
                assert!(wanted.iter().all(same), "{kept:?}");
            }
        }
        let open = city.read(|tx| open_deadlines(tx, city.now().plus_secs(400 * 86_400), 10_000));
        assert!(!open.is_empty() && open.iter().all(|(_, one)| one.is_open()));
        let mut exercises = 0;
        for (id, _) in &open {
            exercises += usize::from(city.read(|tx| crate::incident(tx, *id)).unwrap().is_exercise);
        }
        assert_eq!(exercises, 0, "nobody is told of an exercise's");
    }
}
