//! A platform ledger with a movable clock: where this crate is tried.

use journal::Actor;
use kernel::{Id, Instant, Text, kinds};
use people::{CreateDepartment, Grant, HandleIncident, Role, SignedIn, authorise};
use store::{Migration, RunError, Store};
use testkit::{Rehearsal, memory_store};

use crate::*;

pub(crate) struct City {
    rehearsal: Rehearsal,
}

impl std::ops::Deref for City {
    type Target = Rehearsal;

    fn deref(&self) -> &Rehearsal {
        &self.rehearsal
    }
}

impl City {
    pub(crate) const TABLES: &[&[Migration]] = &[journal::MIGRATIONS, people::MIGRATIONS, MIGRATIONS];
    pub(crate) const DEPARTMENT: Id<kinds::Department> = Id::from_bytes([1; 16]);
    pub(crate) const SERVICE: Id<kinds::Service> = Id::from_bytes([4; 16]);

    pub(crate) fn new() -> Self {
        Self::on(memory_store(Self::TABLES))
    }

    pub(crate) fn on(store: Store) -> Self {
        let rehearsal = Rehearsal::on(store, "platform", "2023-02-28T09:00", 5);
        prepare_keys(rehearsal.keys()).unwrap();
        Self { rehearsal }
    }

    pub(crate) fn officer(department: u8, roles: &[Role]) -> SignedIn {
        let post = Text::new("Post", "職位", "职位");
        SignedIn::at_console(Id::from_bytes([9; 16]), Id::from_bytes([department; 16]), roles.to_vec(), post)
    }

    pub(crate) fn open(&self, kind: IncidentKind, key: &str) -> Id<kinds::Incident> {
        let command = OpenIncident {
            kind,
            department: Some(Self::DEPARTMENT),
            service: Some(Self::SERVICE),
            contractor: None,
            cause_key: key.to_owned(),
            summary: Text::new("What is known", "已知情況", "已知情况"),
        };
        self.act(Actor::Job("test"), move |work| open_incident(work, &command)).unwrap()
    }

    pub(crate) fn raise(&self, key: &str, to: &[Role]) -> Id<kinds::Alert> {
        let command = RaiseAlert {
            kind: AlertKind::LeaseEnds,
            department: Some(Self::DEPARTMENT),
            service: Some(Self::SERVICE),
            to: to.to_vec(),
            key: key.to_owned(),
            text: Text::new("A lease ends in 7 days", "租約七日後屆滿", "租约七日后届满"),
        };
        self.act(Actor::Job("test"), move |work| raise_alert(work, &command)).unwrap()
    }

    /// A department that is on record.
    pub(crate) fn department(&self, n: usize) -> Id<kinds::Department> {
        let name = Text::new(format!("Department {n}"), format!("第{n}部門"), format!("第{n}部门"));
        let command = CreateDepartment { code: format!("D{n:02}"), name };
        self.act(Actor::Operator, move |work| people::create_department(work, command.clone())).unwrap()
    }

    /// A security officer of this department.
    pub(crate) fn handler_of(department: Id<kinds::Department>, officer: u8) -> Grant<HandleIncident> {
        let post = Text::new("Post", "職位", "职位");
        authorise(&SignedIn::at_console(Id::from_bytes([officer; 16]), department, vec![Role::SecurityOfficer], post), None).unwrap()
    }

    pub(crate) fn handler(department: u8) -> Grant<HandleIncident> {
        Self::handler_of(Id::from_bytes([department; 16]), 9)
    }

    pub(crate) fn open_case(&self, grant: &Grant<HandleIncident>, is_exercise: bool) -> Id<kinds::Incident> {
        let (grant, command) = (*grant, OpenCase { kind: IncidentKind::Ransomware, name: "Monday".into(), is_exercise });
        self.act(grant.actor(), move |work| open_case(work, &grant, &command)).unwrap()
    }

    fn sealed(&self, title: &str, file: Option<&[u8]>) -> SealedEntry {
        let text = EntryText { title: title.to_owned(), ..EntryText::default() };
        seal_entry(self.ledger.keys(), self.now().day(), &text, file).unwrap()
    }

    pub(crate) fn write(
        &self,
        grant: &Grant<HandleIncident>,
        (incident, kind, room): (Id<kinds::Incident>, EntryKind, Room),
        title: &str,
    ) -> i64 {
        let text = self.sealed(title, None);
        let (grant, happened) = (*grant, self.now());
        let command = WriteEntry { incident, kind, room, happened, about: None, due: None, digest: None, text };
        self.act(grant.actor(), move |work| write_entry(work, &grant, &command)).unwrap()
    }

    pub(crate) fn attach(&self, grant: &Grant<HandleIncident>, (incident, room): (Id<kinds::Incident>, Room), file: &[u8]) {
        let text = self.sealed("log", Some(file));
        let (grant, happened, kind) = (*grant, self.now(), EntryKind::Evidence);
        let command = WriteEntry { incident, kind, room, happened, about: None, due: None, digest: None, text };
        self.act(grant.actor(), move |work| write_entry(work, &grant, &command)).unwrap();
    }

    pub(crate) fn note(
        &self,
        grant: &Grant<HandleIncident>,
        (incident, milestone): (Id<kinds::Incident>, Milestone),
        at: Instant,
    ) -> Result<(), RunError<CaseError>> {
        let (grant, command) = (*grant, NoteMoment { incident, milestone, at, why: self.sealed("as the log says", None) });
        self.act(grant.actor(), move |work| note_moment(work, &grant, &command))
    }

    pub(crate) fn opened(&self, grant: &Grant<HandleIncident>, id: Id<kinds::Incident>) -> OpenedCase {
        let grant = *grant;
        let (file, committed) = self.ledger.write("test", grant.actor(), move |work| read_case(work, &grant, id)).unwrap();
        OpenedCase::open(file, &committed, self.ledger.keys()).unwrap()
    }

    pub(crate) fn packed(&self, grant: &Grant<HandleIncident>, id: Id<kinds::Incident>, department: &Text) -> Vec<u8> {
        let grant = *grant;
        let (file, committed) = self.ledger.write("test", grant.actor(), move |work| read_case(work, &grant, id)).unwrap();
        let case = OpenedCase::open(file, &committed, self.ledger.keys()).unwrap();
        let pack = make_pack(&case, department, &committed, self.ledger.keys()).unwrap();
        let digest = seal::sha256(&[&pack]);
        self.act(grant.actor(), move |work| note_pack(work, &grant, (id, digest))).unwrap();
        pack
    }
}
