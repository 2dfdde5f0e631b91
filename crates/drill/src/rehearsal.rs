//! A platform ledger with two departments and their officers: where the slice is tried.

use std::sync::Arc;

use journal::{Actor, Work};
use kernel::{Id, Text, kinds};
use people::{Contact, CreateDepartment, Grant, InviteOfficer, Inviter, Role, RunDrill, SignedIn, authorise, seal_contact};
use store::{Migration, RunError, Store, StoreError};
use testkit::{Rehearsal, memory_store};

use crate::*;

pub(crate) struct City {
    rehearsal: Rehearsal,
    pub(crate) host: Id<kinds::Department>,
    pub(crate) other: Id<kinds::Department>,
}

impl std::ops::Deref for City {
    type Target = Rehearsal;

    fn deref(&self) -> &Rehearsal {
        &self.rehearsal
    }
}

impl City {
    pub(crate) const TABLES: &[&[Migration]] = &[journal::MIGRATIONS, people::MIGRATIONS, MIGRATIONS];

    pub(crate) fn new() -> Self {
        Self::on(memory_store(Self::TABLES))
    }

    pub(crate) fn on(store: Store) -> Self {
        let rehearsal = Rehearsal::on(store, "platform", "2023-03-22T09:00", 5);
        prepare_keys(rehearsal.keys()).unwrap();
        people::prepare_keys(rehearsal.keys()).unwrap();
        let nobody = Id::from_bytes([0; 16]);
        let mut city = Self { rehearsal, host: nobody, other: nobody };
        (city.host, city.other) = (city.department("HST"), city.department("OTH"));
        city
    }

    fn department(&self, code: &str) -> Id<kinds::Department> {
        let command = CreateDepartment { code: code.to_owned(), name: Text::new(code, code, code) };
        self.act(move |work| people::create_department(work, command.clone())).unwrap()
    }

    pub(crate) fn officer(&self, department: Id<kinds::Department>) -> Id<kinds::Officer> {
        let contact = Contact::parse("Chan", "chan@itb.example.hk").unwrap();
        let contact = seal_contact(self.ledger.keys(), self.now().day(), &contact).unwrap();
        let post = Text::new("Officer", "主任", "主任");
        let command = InviteOfficer { department, post, roles: vec![Role::SecurityOfficer], contact };
        self.act(move |work| people::invite_officer(work, &Inviter::Operator, command.clone())).unwrap().officer
    }

    pub(crate) fn controller(department: Id<kinds::Department>) -> Grant<RunDrill> {
        let post = Text::new("Post", "職位", "职位");
        let who = SignedIn::at_console(Id::from_bytes([9; 16]), department, vec![Role::ExerciseController], post);
        authorise(&who, None).unwrap()
    }

    pub(crate) fn act<T, E>(&self, act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + std::fmt::Debug + Send + 'static,
    {
        self.rehearsal.act(Actor::Operator, act).map_err(|error| match error {
            RunError::Refused(error) => error,
            other => panic!("{other:?}"),
        })
    }

    pub(crate) fn pack() -> Arc<Pack> {
        Arc::new(shipped("defacement").unwrap().unwrap())
    }

    /// A plan with one team of each department.
    pub(crate) fn plan(&self) -> PlanDrill {
        let team = |department, name: &str| PlannedTeam { department, name: name.to_owned() };
        PlanDrill {
            pack: Self::pack(),
            title: Text::new("March drill", "三月演習", "三月演习"),
            begins: self.now().plus_secs(86_400),
            co_hosts: Vec::new(),
            teams: vec![team(self.host, "Harbour"), team(self.other, "Peak")],
            follows: None,
        }
    }

    pub(crate) fn planned(&self) -> Id<kinds::Drill> {
        let (plan, grant) = (self.plan(), Self::controller(self.host));
        self.act(move |work| plan_drill(work, &grant, &plan)).unwrap()
    }

    pub(crate) fn seat(&self, id: Id<kinds::Drill>, officer: Id<kinds::Officer>, part: Part) -> Result<Seat, DrillError> {
        let grant = Self::controller(self.host);
        self.act(move |work| seat_officer(work, &grant, id, officer, part))
    }

    pub(crate) fn start(&self, id: Id<kinds::Drill>) -> Result<Exercise, DrillError> {
        let (grant, pack) = (Self::controller(self.host), Self::pack());
        self.act(move |work| start_drill(work, &grant, id, &pack)).map(|(_, exercise)| exercise)
    }
}
