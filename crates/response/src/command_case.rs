//! One commander, and what only the commander does: sharing.

use journal::{Event, Work};
use kernel::{Id, kinds};
use people::{Grant, HandleIncident, Role};
use store::Tx;

use crate::storage::case as table;
use crate::{CaseError, Incident, Room, storage};

/// A room of a case file, shared with a department or taken back.
#[derive(Clone, Copy, Debug)]
pub struct ShareRoom {
    /// The incident.
    pub incident: Id<kinds::Incident>,
    /// Which room.
    pub room: Room,
    /// With which department.
    pub department: Id<kinds::Department>,
}

/// Takes command: of an incident without a commander, or, as the head of the department, of any that the department leads.
pub fn take_command(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    id: Id<kinds::Incident>,
) -> Result<(), CaseError> {
    let incident = led(work.tx(), grant, id)?;
    if incident.is_commanded_by(grant) {
        return Ok(());
    }
    if incident.commander.is_some() && grant.role() != Role::HeadOfDepartment {
        return Err(CaseError::Taken);
    }
    table::set_commander(work.tx(), id, grant.department(), grant.officer())?;
    note(work, grant, "response.command_taken", id, |event| event)
}

/// Shares a room with another department. Only the commander does.
pub fn share_room(work: &mut Work<'_, '_>, grant: &Grant<HandleIncident>, command: ShareRoom) -> Result<(), CaseError> {
    commanded(work.tx(), grant, command.incident)?;
    people::department(work.tx(), command.department)?.ok_or(CaseError::Missing)?;
    let shared = table::shares(work.tx(), command.incident)?;
    let is_same = |room: Room, department| room == command.room && department == command.department;
    if command.department == grant.department()
        || shared.iter().any(|share| share.ended.is_none() && is_same(share.room, share.department))
    {
        return Ok(());
    }
    let now = work.now();
    table::insert_share(work.tx(), command.incident, (command.room, command.department), (now, grant.officer()))?;
    note(work, grant, "response.room_shared", command.incident, |event| about(event, command))
}

/// Takes a room back. What was read stays read; what is written from now on is not seen any more.
pub fn end_share(work: &mut Work<'_, '_>, grant: &Grant<HandleIncident>, command: ShareRoom) -> Result<(), CaseError> {
    commanded(work.tx(), grant, command.incident)?;
    let now = work.now();
    if table::end_share(work.tx(), command.incident, (command.room, command.department), now)? == 0 {
        return Err(CaseError::Missing);
    }
    note(work, grant, "response.share_ended", command.incident, |event| about(event, command))
}

fn about(event: Event, command: ShareRoom) -> Event {
    event.detail("room", command.room.slug()).detail("department", command.department.to_string())
}

/// The incident, when the officer's department leads it.
pub(crate) fn led(tx: &mut Tx<'_>, grant: &Grant<HandleIncident>, id: Id<kinds::Incident>) -> Result<Incident, CaseError> {
    let found = storage::incident(tx, id)?.filter(|incident| incident.is_led_by(grant.department()));
    found.ok_or(CaseError::Missing)
}

/// The incident, when the officer commands it.
pub(crate) fn commanded(
    tx: &mut Tx<'_>,
    grant: &Grant<HandleIncident>,
    id: Id<kinds::Incident>,
) -> Result<Incident, CaseError> {
    let incident = led(tx, grant, id)?;
    if incident.is_commanded_by(grant) { Ok(incident) } else { Err(CaseError::Commander) }
}

/// The rooms that a department may see at this moment; an error when it may not even know of the incident. Of those that concern the
/// whole platform everybody knows.
pub(crate) fn rooms(
    tx: &mut Tx<'_>,
    department: Id<kinds::Department>,
    incident: &Incident,
) -> Result<Vec<Room>, CaseError> {
    if incident.is_led_by(department) {
        return Ok(Room::ALL.into());
    }
    let shares = table::shares(tx, incident.id)?;
    let mine = |room: &Room| shares.iter().any(|it| it.ended.is_none() && it.department == department && it.room == *room);
    let rooms: Vec<Room> = Room::ALL.into_iter().filter(mine).collect();
    if rooms.is_empty() && incident.department.is_some() { Err(CaseError::Missing) } else { Ok(rooms) }
}

/// Notes what was done with a case file.
pub(crate) fn note(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    verb: &'static str,
    incident: Id<kinds::Incident>,
    more: impl FnOnce(Event) -> Event,
) -> Result<(), CaseError> {
    let event = Event::new(verb).detail("incident", incident.to_string()).detail("by", grant.officer().to_string());
    work.journal(more(event))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::{EntryKind, read_case};
    use people::{SignedIn, authorise};
    use store::RunError;

    fn officer(department: u8, officer: u8, role: Role) -> Grant<HandleIncident> {
        let post = kernel::Text::new("Post", "職位", "职位");
        let who = SignedIn::at_console(Id::from_bytes([officer; 16]), Id::from_bytes([department; 16]), vec![role], post);
        authorise(&who, None).unwrap()
    }

    #[test]
    fn only_the_commander_shares_and_only_what_was_shared_is_seen() {
        let city = City::new();
        let (one, other) = (city.department(1), city.department(2));
        let commander = City::handler_of(one, 9);
        let colleague = City::handler_of(one, 8);
        let helper = City::handler_of(other, 7);
        let id = city.open_case(&commander, false);
        for (room, title) in [(Room::Technical, "weakness"), (Room::PersonalData, "whose data")] {
            city.write(&commander, (id, EntryKind::Timeline, room), title);
        }
        let read = |grant: &Grant<HandleIncident>| {
            let grant = *grant;
            city.act(grant.actor(), move |work| read_case(work, &grant, id)).map(|file| file.entries.len())
        };
        assert_eq!(read(&colleague).unwrap(), 2);
        assert!(matches!(read(&helper), Err(RunError::Refused(CaseError::Missing))));
        let share = |grant: &Grant<HandleIncident>, room| {
            let (grant, command) = (*grant, ShareRoom { incident: id, room, department: other });
            city.act(grant.actor(), move |work| share_room(work, &grant, command))
        };
        assert!(matches!(share(&colleague, Room::Technical), Err(RunError::Refused(CaseError::Commander))));
        assert!(matches!(share(&helper, Room::PersonalData), Err(RunError::Refused(CaseError::Missing))));
        share(&commander, Room::Technical).unwrap();
        share(&commander, Room::Technical).unwrap();
        assert_eq!(read(&helper).unwrap(), 1, "and not whose data");
        assert_eq!(city.read(|tx| crate::incidents(tx, other)).len(), 1, "it stands in the helper's list");
        let end = ShareRoom { incident: id, room: Room::Technical, department: other };
        city.act(commander.actor(), move |work| end_share(work, &commander, end)).unwrap();
        assert!(matches!(read(&helper), Err(RunError::Refused(CaseError::Missing))));
        assert!(city.read(|tx| crate::incidents(tx, other)).is_empty());
        assert_eq!(city.verbs().iter().filter(|verb| *verb == "response.room_shared").count(), 1);
    }

    #[test]
    fn command_is_taken_once_and_over_by_the_head_only() {
        let city = City::new();
        let (first, second, head) =
            (officer(1, 2, Role::SecurityOfficer), officer(1, 3, Role::PrivacyOfficer), officer(1, 4, Role::HeadOfDepartment));
        let id = city.open(crate::IncidentKind::DataAlive, "lease");
        let take = |grant: Grant<HandleIncident>| city.act(grant.actor(), move |work| take_command(work, &grant, id));
        assert!(take(officer(2, 5, Role::HeadOfDepartment)).is_err(), "another department's");
        take(first).unwrap();
        take(first).unwrap();
        assert!(matches!(take(second), Err(RunError::Refused(CaseError::Taken))));
        take(head).unwrap();
        assert_eq!(city.read(|tx| crate::incident(tx, id)).unwrap().commander, Some(head.officer()));
    }
}
