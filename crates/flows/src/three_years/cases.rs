//! A case file of an incident, with something written in it and a piece of evidence.

use kernel::Day;
use people::{HandleIncident, Role, authorise};
use response::{EntryKind, EntryText, IncidentKind, OpenCase, Room, WriteEntry, open_case, read_case, seal_entry, write_entry};

use super::course::{Door, act};
use crate::rehearsal::City;

/// Opens a case and writes into it; an officer of the department reads it.
pub fn write(city: &City, today: Day) -> Door {
    let text = EntryText { title: "Canary Witness says".into(), text: "what was seen".into(), ..EntryText::default() };
    let sealed = seal_entry(city.platform().ledger().keys(), today, &text, Some(b"Canary log line")).unwrap();
    let last = sealed.expiry();
    let grant = authorise::<HandleIncident>(&city.officer(8, Role::SecurityOfficer), None).unwrap();
    let happened = city.platform().now();
    let incident = act(city, move |work| {
        let command = OpenCase { kind: IncidentKind::Leak, name: "Leak".into(), is_exercise: false };
        let incident = open_case(work, &grant, &command)?;
        let (kind, room, text) = (EntryKind::Evidence, Room::Technical, sealed.clone());
        let entry = WriteEntry { incident, kind, room, happened, about: None, due: None, digest: None, text };
        write_entry(work, &grant, &entry).map(|_| incident)
    })
    .0;
    let opens = Box::new(move |city: &City| {
        let grant = authorise::<HandleIncident>(&city.officer(8, Role::HeadOfDepartment), None).unwrap();
        let ledger = city.platform().ledger();
        let (file, committed) = ledger.write("test.case", grant.actor(), move |work| read_case(work, &grant, incident)).unwrap();
        let entry = &file.entries[0].sealed;
        entry.open(&committed, ledger.keys()).is_ok() && entry.open_file(&committed, ledger.keys()).is_ok_and(|file| file.is_some())
    });
    Door { what: "a case file".into(), last, opens }
}
