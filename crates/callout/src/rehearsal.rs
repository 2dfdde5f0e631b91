//! A platform ledger with some departments and a movable clock: where this crate is tried.

use std::sync::Arc;

use journal::{Actor, Ledger};
use kernel::{Id, Text, kinds};
use people::{Action, CreateDepartment, Duty, Grant, ManageTeam, Role, SignedIn, authorise};
use store::{Migration, Store};
use testkit::{Rehearsal, memory_store};

use crate::*;

pub(crate) struct City {
    // Nothing only while another process takes over.
    rehearsal: Option<Rehearsal>,
    pub(crate) departments: Vec<Id<kinds::Department>>,
}

impl std::ops::Deref for City {
    type Target = Rehearsal;

    fn deref(&self) -> &Rehearsal {
        self.rehearsal.as_ref().unwrap()
    }
}

impl City {
    pub(crate) const TABLES: &[&[Migration]] = &[journal::MIGRATIONS, people::MIGRATIONS, MIGRATIONS];

    /// With two departments.
    pub(crate) fn new() -> Self {
        Self::with(2, 5)
    }

    pub(crate) fn with(departments: usize, seed: u64) -> Self {
        Self::on(memory_store(Self::TABLES), departments, seed)
    }

    pub(crate) fn on(store: Store, departments: usize, seed: u64) -> Self {
        let rehearsal = Rehearsal::on(store, "platform", "2023-02-26T09:00", seed);
        prepare_keys(rehearsal.keys()).unwrap();
        let mut city = Self { rehearsal: Some(rehearsal), departments: Vec::new() };
        city.departments = (0..departments).map(|n| city.department(n)).collect();
        city
    }

    /// Another process on the same store: nothing is left of the first but what it had written, and the keys.
    pub(crate) fn reopen(&mut self, open: impl FnOnce() -> Store, seed: u64) {
        self.rehearsal = self.rehearsal.take().map(|before| before.reopened(open, seed));
    }

    pub(crate) fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    fn department(&self, n: usize) -> Id<kinds::Department> {
        let name = Text::new(format!("Department {n}"), format!("第{n}部門"), format!("第{n}部门"));
        let command = CreateDepartment { code: format!("D{n:02}"), name };
        self.act(Actor::Operator, move |work| people::create_department(work, command.clone())).unwrap()
    }

    pub(crate) fn officer(&self, department: usize, role: Role) -> SignedIn {
        let post = Text::new("Post", "職位", "职位");
        SignedIn::at_console(Id::from_bytes([9; 16]), self.departments[department], vec![role], post)
    }

    pub(crate) fn grant<A: Action>(&self, department: usize, role: Role) -> Grant<A> {
        authorise(&self.officer(department, role), None).unwrap()
    }

    pub(crate) fn manager(&self, department: usize) -> Grant<ManageTeam> {
        self.grant(department, Role::SecurityOfficer)
    }

    pub(crate) fn mobile(n: usize) -> String {
        format!("+8525123{n:04}")
    }

    pub(crate) fn details(&self, n: usize) -> SealedDetails {
        let mail = format!("duty{n}@dept.example.hk");
        let details = Details::parse("Chan Siu Ming", &Self::mobile(n), &format!("2123{n:04}"), &mail).unwrap();
        seal_details(self.ledger().keys(), self.now().day(), &details).unwrap()
    }

    pub(crate) fn hire(&self, grant: &Grant<ManageTeam>, duties: &[Duty], n: usize) -> PersonId {
        let command = KeepPerson {
            person: None,
            post: Text::new(format!("Manager {n}"), format!("經理{n}"), format!("经理{n}")),
            duties: duties.to_vec(),
            quiet: QuietHours::default(),
            details: self.details(n),
        };
        let grant = *grant;
        self.act(grant.actor(), move |work| keep_person(work, &grant, &command)).unwrap()
    }
}
