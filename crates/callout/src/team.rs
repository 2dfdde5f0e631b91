//! What a department does with its incident team.

use journal::{Event, Work};
use kernel::{Id, Instant, Text, kinds};
use people::{Duty, Grant, ManageTeam};
use store::{StoreError, Tx};

use crate::storage::person as table;
use crate::{Leave, Person, PersonId, QuietHours, Rota, SealedDetails, TeamError};

const POST_MAX_CHARS: usize = 100;
const LEAVE_MOST_MS: i64 = 366 * 86_400_000;
/// The one rota of a department, which policies call by this name.
pub const ROTA: &str = "duty";

/// Somebody new in the team, or new details for somebody there.
#[derive(Clone, Debug)]
pub struct KeepPerson {
    /// Whose details; nothing for somebody new.
    pub person: Option<PersonId>,
    /// The title of the post, in three languages; it is shown in clear.
    pub post: Text,
    /// What the post is there for.
    pub duties: Vec<Duty>,
    /// When it does not want to be disturbed by what can wait.
    pub quiet: QuietHours,
    /// Who fills it and how to reach them, sealed by [`crate::seal_details`].
    pub details: SealedDetails,
}

/// Takes somebody into the department's team, or keeps new details; the earlier ones are gone.
pub fn keep_person(work: &mut Work<'_, '_>, grant: &Grant<ManageTeam>, command: &KeepPerson) -> Result<PersonId, TeamError> {
    let titled = |title: &str| !title.trim().is_empty() && title.chars().count() <= POST_MAX_CHARS;
    let Text { en, zh_hant, zh_hans } = &command.post;
    if ![en, zh_hant, zh_hans].into_iter().all(|title| titled(title)) {
        return Err(TeamError::Post);
    }
    if command.duties.is_empty() {
        return Err(TeamError::Duties);
    }
    if command.quiet.from_minute >= 1440 || command.quiet.until_minute >= 1440 {
        return Err(TeamError::Quiet);
    }
    let now = work.now();
    let id = match command.person {
        Some(id) => {
            own(work, grant, id)?;
            id
        }
        None => work.new_id(),
    };
    let person = Person {
        id,
        department: grant.department(),
        post: command.post.clone(),
        duties: command.duties.clone(),
        quiet: command.quiet,
        channels: Vec::new(),
        checked: Some(now),
        reached: None,
        expiry: command.details.expiry,
    };
    table::keep(work.tx(), &person, &command.details, command.person.is_none())?;
    note(work, grant, "callout.person_kept", id, |event| event.detail("duties", Duty::names(&command.duties)))?;
    Ok(id)
}

/// The details were checked with the person and are right.
pub fn check_person(work: &mut Work<'_, '_>, grant: &Grant<ManageTeam>, id: PersonId) -> Result<(), TeamError> {
    own(work, grant, id)?;
    let now = work.now();
    table::checked(work.tx(), id, now)?;
    note(work, grant, "callout.person_checked", id, |event| event)
}

/// Somebody leaves the team: the details are gone at once.
pub fn end_person(work: &mut Work<'_, '_>, grant: &Grant<ManageTeam>, id: PersonId) -> Result<(), TeamError> {
    own(work, grant, id)?;
    let now = work.now();
    table::end(work.tx(), id, now)?;
    note(work, grant, "callout.person_ended", id, |event| event)
}

/// Opens somebody's details: the `Committed` of this unit of work opens what is returned.
pub fn open_person(work: &mut Work<'_, '_>, grant: &Grant<ManageTeam>, id: PersonId) -> Result<SealedDetails, TeamError> {
    own(work, grant, id)?;
    let details = table::details(work.tx(), id)?.ok_or(TeamError::Missing)?;
    note(work, grant, "callout.details_opened", id, |event| event.detail("purpose", crate::details::PURPOSE))?;
    Ok(details)
}

/// Somebody is away for a while.
pub fn take_leave(work: &mut Work<'_, '_>, grant: &Grant<ManageTeam>, leave: Leave) -> Result<(), TeamError> {
    own(work, grant, leave.person)?;
    if leave.from >= leave.until || leave.until.since(leave.from) > LEAVE_MOST_MS {
        return Err(TeamError::Leave);
    }
    table::insert_leave(work.tx(), leave)?;
    note(work, grant, "callout.leave_taken", leave.person, |event| span(event, leave.from, leave.until))
}

/// Somebody is not away after all.
pub fn cancel_leave(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageTeam>,
    (person, from): (PersonId, Instant),
) -> Result<(), TeamError> {
    own(work, grant, person)?;
    if table::delete_leave(work.tx(), person, from)? == 0 {
        return Err(TeamError::Missing);
    }
    note(work, grant, "callout.leave_cancelled", person, |event| event.detail("from", from.to_string()))
}

/// Keeps the department's rota; the earlier one is gone.
pub fn save_rota(work: &mut Work<'_, '_>, grant: &Grant<ManageTeam>, rota: &Rota) -> Result<(), TeamError> {
    rota.check()?;
    for person in rota.people() {
        own(work, grant, person)?;
    }
    let now = work.now();
    table::save_rota(work.tx(), grant.department(), rota, now)?;
    work.journal(
        Event::new("callout.rota_saved")
            .detail("department", grant.department().to_string())
            .detail("layers", rota.layers.len())
            .detail("overrides", rota.overrides.len())
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(())
}

/// The team of a department, oldest first.
pub fn team(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<Person>, StoreError> {
    table::team(tx, department)
}

/// The rota of a department; empty before the first one was saved.
pub fn rota(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Rota, StoreError> {
    Ok(table::rota(tx, department)?.unwrap_or_default())
}

/// The leaves of a department's team that have not ended by `now`, earliest first.
pub fn leaves(tx: &mut Tx<'_>, department: Id<kinds::Department>, now: Instant) -> Result<Vec<Leave>, StoreError> {
    table::leaves(tx, department, now)
}

/// How many of a department's contacts can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// The department.
    pub department: Id<kinds::Department>,
    /// Its contacts at all hours that are reachable at this moment and not on leave.
    pub reachable: usize,
}

/// Contacts that every department owes.
pub const CONTACTS_OWED: usize = 2;

/// Every department with fewer than two reachable contacts at a moment.
pub fn unready(tx: &mut Tx<'_>, at: Instant) -> Result<Vec<Readiness>, StoreError> {
    let mut found = Vec::new();
    for department in people::departments(tx)? {
        let leaves = table::leaves(tx, department.id, at)?;
        let away = |person: &Person| leaves.iter().any(|leave| leave.person == person.id && leave.from <= at);
        let team = table::team(tx, department.id)?;
        let good = |person: &&Person| person.has(Duty::Point) && person.is_reachable(at) && !away(person);
        let reachable = team.iter().filter(good).count();
        if reachable < CONTACTS_OWED {
            found.push(Readiness { department: department.id, reachable });
        }
    }
    Ok(found)
}

/// Removes details whose day has passed, their tags, and leaves that ended a year ago. Returns how many values.
pub fn purge_people(work: &mut Work<'_, '_>) -> Result<u64, StoreError> {
    let (today, now) = (work.today(), work.now());
    let gone = table::forget(work.tx(), today, now.plus_millis(-LEAVE_MOST_MS))?;
    if gone > 0 {
        work.journal(Event::new("callout.purged").detail("people", gone))?;
    }
    Ok(gone)
}

/// Whoever is asked about must be of the department's own team and still be there.
fn own(work: &mut Work<'_, '_>, grant: &Grant<ManageTeam>, id: PersonId) -> Result<(), TeamError> {
    let found = table::find(work.tx(), id)?;
    if found.is_some_and(|person| person.department == grant.department()) { Ok(()) } else { Err(TeamError::Missing) }
}

fn note(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageTeam>,
    verb: &'static str,
    person: PersonId,
    more: impl FnOnce(Event) -> Event,
) -> Result<(), TeamError> {
    let event = Event::new(verb).detail("person", person.to_string()).detail("by", grant.officer().to_string());
    work.journal(more(event))?;
    Ok(())
}

fn span(event: Event, from: Instant, until: Instant) -> Event {
    event.detail("from", from.to_string()).detail("until", until.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Channel;
    use crate::rehearsal::City;
    use kernel::Fault as _;
    use store::RunError;

    #[test]
    fn a_department_keeps_its_own_team_and_nobody_elses() {
        let city = City::new();
        let (ours, theirs) = (city.manager(0), city.manager(1));
        let person = city.hire(&ours, &[Duty::Point, Duty::Commander], 1);
        let team = city.read(|tx| super::team(tx, ours.department()));
        assert_eq!((team.len(), team[0].id, team[0].channels.len()), (1, person, 3));
        assert!(city.read(|tx| super::team(tx, theirs.department())).is_empty());
        let foreign = city.act(theirs.actor(), move |work| end_person(work, &theirs, person));
        assert!(matches!(foreign, Err(RunError::Refused(TeamError::Missing))));
        let rota = Rota { layers: vec![], overrides: vec![crate::Override { person, from: city.now(), until: city.now().plus_secs(60) }] };
        let foreign = city.act(theirs.actor(), move |work| save_rota(work, &theirs, &rota));
        assert!(matches!(foreign, Err(RunError::Refused(TeamError::Missing))));
        let leave = Leave { person, from: city.now(), until: city.now().plus_secs(3600) };
        city.act(ours.actor(), move |work| take_leave(work, &ours, leave)).unwrap();
        assert_eq!(city.read(|tx| leaves(tx, ours.department(), leave.from)), [leave]);
        city.act(ours.actor(), move |work| cancel_leave(work, &ours, (person, leave.from))).unwrap();
        city.act(ours.actor(), move |work| end_person(work, &ours, person)).unwrap();
        assert!(city.read(|tx| super::team(tx, ours.department())).is_empty());
        assert!(!city.journal_text().contains("Chan"), "the journal names nobody");
    }

    #[test]
    fn promise_02_details_open_on_record_and_end_after_a_year() {
        let city = City::new();
        let grant = city.manager(0);
        let person = city.hire(&grant, &[Duty::Point], 7);
        let open = |city: &City| {
            let act = move |work: &mut Work<'_, '_>| open_person(work, &grant, person);
            let (details, committed) = city.ledger().write("test", grant.actor(), act).unwrap();
            details.open(&committed, city.ledger().keys()).map(|details| details.address(Channel::Sms).unwrap().into_exposed())
        };
        assert_eq!(open(&city).unwrap(), City::mobile(7));
        assert_eq!(city.verbs().last().unwrap(), "callout.details_opened");
        city.clock.advance_days(366);
        assert_eq!(open(&city).unwrap_err().kind(), kernel::Kind::Gone);
        assert_eq!(city.act(journal::Actor::Job("purge"), purge_people).unwrap(), 1);
        assert_eq!(city.act(journal::Actor::Job("purge"), purge_people).unwrap(), 0);
        assert!(city.read(|tx| super::team(tx, grant.department()))[0].channels.is_empty(), "no tag is left");
    }

    #[test]
    fn a_department_with_fewer_than_two_reachable_contacts_is_named() {
        let city = City::new();
        let grant = city.manager(0);
        let reachable = |city: &City| {
            let at = city.now();
            let found = city.read(|tx| unready(tx, at));
            found.iter().find(|one| one.department == grant.department()).map(|one| one.reachable)
        };
        assert_eq!(reachable(&city), Some(0));
        let first = city.hire(&grant, &[Duty::Point], 1);
        let second = city.hire(&grant, &[Duty::Point], 2);
        city.hire(&grant, &[Duty::Commander], 3);
        assert_eq!(reachable(&city), None, "two of them");
        let leave = Leave { person: second, from: city.now(), until: city.now().plus_secs(86_400) };
        city.act(grant.actor(), move |work| take_leave(work, &grant, leave)).unwrap();
        assert_eq!(reachable(&city), Some(1), "one is away");
        city.clock.advance_days(CHECK + 1);
        assert_eq!(reachable(&city), Some(0), "nobody has checked for a quarter");
        for person in [first, second] {
            city.act(grant.actor(), move |work| check_person(work, &grant, person)).unwrap();
        }
        assert_eq!(reachable(&city), None);
    }

    const CHECK: i64 = crate::CHECK_DAYS;
}
