//! Writing into a case file.

use journal::Work;
use kernel::{Day, Id, Instant, kinds, to_hex};
use people::{Grant, HandleIncident};
use store::StoreError;

use crate::command_case::{led, note, rooms};
use crate::note_moment::next_entry;
use crate::playbook::playbooks;
use crate::storage::case as table;
use crate::{CaseError, Entry, EntryKind, Room, SealedEntry, storage};

/// An entry to write.
#[derive(Clone, Debug)]
pub struct WriteEntry {
    /// The incident.
    pub incident: Id<kinds::Incident>,
    /// What it is.
    pub kind: EntryKind,
    /// Into which room; one that the department may see.
    pub room: Room,
    /// When it happened; not in the future.
    pub happened: Instant,
    /// The evidence that changed hands.
    pub about: Option<i64>,
    /// When it has to be done.
    pub due: Option<Day>,
    /// SHA-256 of evidence that is kept elsewhere; of a file that is attached it is reckoned.
    pub digest: Option<[u8; 32]>,
    /// What it says, sealed by [`crate::seal_entry`].
    pub text: SealedEntry,
}

/// Writes an entry and returns its number. Nothing written is ever changed or taken out.
pub fn write_entry(work: &mut Work<'_, '_>, grant: &Grant<HandleIncident>, command: &WriteEntry) -> Result<i64, CaseError> {
    let id = command.incident;
    let incident = storage::incident(work.tx(), id)?.ok_or(CaseError::Missing)?;
    let rooms = rooms(work.tx(), grant.department(), &incident)?;
    if !rooms.contains(&command.room) {
        return Err(CaseError::Missing);
    }
    let now = work.now();
    if command.happened > now {
        return Err(CaseError::Future);
    }
    if let Some(about) = command.about {
        let entries = table::entries(work.tx(), id)?;
        let known = entries.iter().any(|entry| entry.number == about && rooms.contains(&entry.room));
        if !known {
            return Err(CaseError::Missing);
        }
    }
    let entry = Entry {
        number: next_entry(work.tx(), id)?,
        kind: command.kind,
        room: command.room,
        happened: command.happened,
        noted: now,
        officer: grant.officer(),
        department: grant.department(),
        about: command.about,
        due: command.due.filter(|_| command.kind.is_owned()),
        settled: None,
        digest: command.text.digest.or(command.digest),
        sealed: command.text.clone(),
    };
    table::insert_entry(work.tx(), id, &entry)?;
    note(work, grant, "response.entry_written", id, |event| {
        let event = event.detail("number", entry.number).detail("kind", entry.kind.slug()).detail("room", entry.room.slug());
        match &entry.digest {
            Some(digest) => event.detail("digest", to_hex(digest)),
            None => event,
        }
    })?;
    Ok(entry.number)
}

/// A task or an action is done.
pub fn settle_entry(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    (id, number): (Id<kinds::Incident>, i64),
) -> Result<(), CaseError> {
    let incident = storage::incident(work.tx(), id)?.ok_or(CaseError::Missing)?;
    let rooms = rooms(work.tx(), grant.department(), &incident)?;
    let entries = table::entries(work.tx(), id)?;
    let known = entries.iter().find(|entry| entry.number == number && rooms.contains(&entry.room));
    if !known.is_some_and(|entry| entry.kind.is_owned()) {
        return Err(CaseError::Missing);
    }
    let now = work.now();
    if table::settle_entry(work.tx(), id, number, (now, grant.officer()))? == 0 {
        return Ok(());
    }
    note(work, grant, "response.entry_settled", id, |event| event.detail("number", number))
}

/// A step of a playbook was taken.
pub fn tick_step(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    (id, playbook, step): (Id<kinds::Incident>, &str, &str),
) -> Result<(), CaseError> {
    led(work.tx(), grant, id)?;
    let book = playbooks().iter().find(|book| book.slug == playbook).ok_or(CaseError::Missing)?;
    let step = book.steps.iter().find(|one| one.slug == step).ok_or(CaseError::Missing)?;
    let now = work.now();
    if table::tick(work.tx(), id, (&book.slug, &step.slug), (now, grant.officer()))? == 0 {
        return Ok(());
    }
    note(work, grant, "response.step_taken", id, |event| {
        event.detail("playbook", book.slug.as_str()).detail("step", step.slug.as_str())
    })
}

/// A call-out was begun for the incident, in the same unit of work.
pub fn link_call_out(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    (id, callout): (Id<kinds::Incident>, Id<kinds::CallOut>),
) -> Result<(), CaseError> {
    led(work.tx(), grant, id)?;
    table::insert_call_out(work.tx(), id, callout)?;
    note(work, grant, "response.call_out_linked", id, |event| event.detail("callout", callout.to_string()))
}

/// Removes what was written more than three years ago. Returns how many entries were emptied.
pub fn purge_cases(work: &mut Work<'_, '_>) -> Result<u64, StoreError> {
    let today = work.today();
    let gone = table::forget_entries(work.tx(), today)?;
    if gone > 0 {
        work.journal(journal::Event::new("response.purged").detail("entries", gone))?;
    }
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::{EntryText, read_case, seal_entry};
    use journal::Actor;
    use kernel::Fault as _;
    use store::RunError;

    #[test]
    fn promise_02_entries_open_on_record_and_end_after_three_years() {
        let city = City::new();
        let grant = City::handler(1);
        let id = city.open_case(&grant, false);
        let text = EntryText { title: "Chan Tai Man's mailbox".into(), text: "all of it".into(), ..EntryText::default() };
        let sealed = seal_entry(city.ledger.keys(), city.now().day(), &text, Some(b"the log")).unwrap();
        let command = WriteEntry {
            incident: id,
            kind: EntryKind::Evidence,
            room: Room::Technical,
            happened: city.now(),
            about: None,
            due: None,
            digest: None,
            text: sealed,
        };
        city.act(grant.actor(), move |work| write_entry(work, &grant, &command)).unwrap();
        let read = || city.ledger.write("test", grant.actor(), move |work| read_case(work, &grant, id)).unwrap();
        let (file, committed) = read();
        let [entry] = file.entries.as_slice() else { panic!("{file:?}") };
        assert_eq!(entry.sealed.open(&committed, city.ledger.keys()).unwrap(), text);
        let bytes = entry.sealed.open_file(&committed, city.ledger.keys()).unwrap().unwrap();
        assert_eq!((bytes.as_slice(), entry.digest), (&b"the log"[..], Some(seal::sha256(&[b"the log"]))));
        assert_eq!(city.verbs(), ["response.incident_opened", "response.entry_written", "response.case_read"]);
        assert!(!city.journal_text().contains("Chan"), "the journal names nobody");
        city.clock.advance_days(3 * 366);
        let (file, committed) = read();
        assert_eq!(file.entries[0].sealed.open(&committed, city.ledger.keys()).unwrap_err().kind(), kernel::Kind::Gone);
        assert_eq!(city.act(Actor::Job("purge"), purge_cases).unwrap(), 1);
        assert_eq!(city.act(Actor::Job("purge"), purge_cases).unwrap(), 0);
    }

    #[test]
    fn tasks_are_done_once_and_custody_is_of_evidence_that_is_there() {
        let city = City::new();
        let grant = City::handler(1);
        let id = city.open_case(&grant, false);
        let task = city.write(&grant, (id, EntryKind::Task, Room::Common), "block the address");
        let event = city.write(&grant, (id, EntryKind::Timeline, Room::Common), "blocked");
        let settle = |number| city.act(grant.actor(), move |work| settle_entry(work, &grant, (id, number)));
        settle(task).unwrap();
        settle(task).unwrap();
        assert!(matches!(settle(event), Err(RunError::Refused(CaseError::Missing))), "an event is nobody's to do");
        assert_eq!(city.verbs().iter().filter(|verb| *verb == "response.entry_settled").count(), 1);
        let text = EntryText { title: "to the police".into(), ..EntryText::default() };
        let text = seal_entry(city.ledger.keys(), city.now().day(), &text, None).unwrap();
        let happened = city.now();
        let custody = WriteEntry { incident: id, kind: EntryKind::Custody, room: Room::Common, happened, about: Some(99), due: None, digest: None, text };
        let refused = city.act(grant.actor(), move |work| write_entry(work, &grant, &custody));
        assert!(matches!(refused, Err(RunError::Refused(CaseError::Missing))));
        let tick = |step: &'static str| city.act(grant.actor(), move |work| tick_step(work, &grant, (id, "ransomware", step)));
        let first = playbooks().iter().find(|book| book.slug == "ransomware").unwrap().steps[0].slug.as_str();
        tick(first).unwrap();
        tick(first).unwrap();
        assert!(tick("pay").is_err());
        assert_eq!(city.read(|tx| table::steps(tx, id)).len(), 1);
    }
}
