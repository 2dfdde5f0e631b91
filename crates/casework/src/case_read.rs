//! What every page of a case file begins with: reading it, on record, and its marks.

use desk::{Desk, Mistakes};
use journal::Committed;
use kernel::{Id, kinds};
use people::{Grant, HandleIncident};
use response::{CaseFile, OpenedCase, Room, read_case};
use webkit::parts::Warning;
use webkit::{Body, Failure};

/// The right, and the incident of the address.
pub(crate) fn asked(desk: &Desk) -> Result<(Grant<HandleIncident>, Id<kinds::Incident>), Failure> {
    Ok((desk.right::<HandleIncident>()?, desk.id("incident")?))
}

/// Reads a case file; that it was read is on record first.
pub(crate) fn read(desk: &Desk) -> Result<(Grant<HandleIncident>, OpenedCase, Committed), Failure> {
    let (grant, id) = asked(desk)?;
    let ledger = desk.platform().ledger();
    let (file, committed) = ledger.write("staff.read_case", grant.actor(), move |work| read_case(work, &grant, id))?;
    let case = OpenedCase::open(file, &committed, ledger.keys())?;
    Ok((grant, case, committed))
}

/// A body with the heading; an exercise says so at once.
pub(crate) fn body(desk: &Desk, file: &CaseFile, title: &str, mistakes: &Mistakes) -> Body {
    let mut body = desk.body(title, mistakes);
    if file.incident.is_exercise {
        body.part(&Warning(desk.say("call-exercise")));
    }
    body
}

/// The address of a page of this case.
pub(crate) fn at(desk: &Desk, file: &CaseFile, rest: &str) -> String {
    desk.url(&format!("/staff/incidents/{}{rest}", file.incident.id))
}

/// Who wrote something: the post, or the department of somebody else.
pub(crate) struct Writers {
    own: Id<kinds::Department>,
    posts: desk::Posts,
    departments: std::collections::BTreeMap<Id<kinds::Department>, String>,
}

impl Writers {
    pub(crate) fn of(desk: &Desk) -> Result<Self, Failure> {
        Ok(Self { own: desk.who()?.department(), posts: desk.posts()?, departments: crate::call_outs::names(desk)? })
    }

    pub(crate) fn name(&self, department: Id<kinds::Department>, officer: Id<kinds::Officer>) -> String {
        if department == self.own { self.posts.of(officer) } else { self.department(department) }
    }

    pub(crate) fn department(&self, id: Id<kinds::Department>) -> String {
        self.departments.get(&id).cloned().unwrap_or_default()
    }
}

/// The department that leads a case, in three languages; the officer's own where nobody leads yet.
pub(crate) fn leading(desk: &Desk, file: &CaseFile) -> Result<kernel::Text, Failure> {
    let id = file.incident.department.or(file.incident.lead).map_or_else(|| desk.who().map(people::SignedIn::department), Ok)?;
    let found = desk.platform().ledger().read("staff.department", |tx| people::department(tx, id))?;
    Ok(found.map_or_else(|| kernel::Text::new("", "", ""), |department| department.name))
}

/// The rooms of a case as choices.
pub(crate) fn rooms(desk: &Desk, rooms: &[Room]) -> Vec<webkit::parts::Choice> {
    rooms.iter().map(|room| webkit::parts::Choice::new(room.slug(), desk.text(&room.title()))).collect()
}
