//! A platform ledger with two departments and a movable clock: where this crate is tried.

use journal::Actor;
use kernel::{Id, Instant, Text, kinds};
use people::{Contact, CreateDepartment, Grant, InviteOfficer, Inviter, ManageTraining, Role, SignedIn, authorise, seal_contact};
use store::{Migration, RunError, Store};
use testkit::{Rehearsal, memory_store};

use crate::*;

pub(crate) struct City {
    rehearsal: Rehearsal,
    pub(crate) departments: Vec<Id<kinds::Department>>,
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
        let rehearsal = Rehearsal::on(store, "platform", "2023-03-01T09:00", 5);
        people::prepare_keys(rehearsal.keys()).unwrap();
        let mut city = Self { rehearsal, departments: Vec::new() };
        city.departments = (0..2).map(|n| city.department(n)).collect();
        city
    }

    fn department(&self, n: usize) -> Id<kinds::Department> {
        let name = Text::new(format!("Department {n}"), format!("第{n}部門"), format!("第{n}部门"));
        let command = CreateDepartment { code: format!("D{n:02}"), name };
        self.act(Actor::Operator, move |work| people::create_department(work, command.clone())).unwrap()
    }

    /// A new officer of a department, signed in.
    pub(crate) fn officer(&self, department: usize, roles: &[Role]) -> SignedIn {
        let contact = Contact::parse("Chan Siu Ming", "sm.chan@dept.example.hk").unwrap();
        let contact = seal_contact(self.ledger.keys(), self.now().day(), &contact).unwrap();
        let post = Text::new("Post", "職位", "职位");
        let command = InviteOfficer { department: self.departments[department], post: post.clone(), roles: roles.to_vec(), contact };
        let invited = self.act(Actor::Operator, move |work| people::invite_officer(work, &Inviter::Operator, command.clone())).unwrap();
        SignedIn::at_console(invited.officer, self.departments[department], roles.to_vec(), post)
    }

    pub(crate) fn manager(&self, department: usize) -> Grant<ManageTraining> {
        authorise(&self.officer(department, &[Role::SecurityOfficer]), None).unwrap()
    }

    /// A session of the first department, tomorrow at ten, for an hour.
    pub(crate) fn plan(&self, grant: Grant<ManageTraining>, capacity: i64) -> Id<kinds::TrainingSession> {
        let venue = Venue { room: Some("Training room, 12/F".into()), link: Some("https://meet.example.hk/drill".into()) };
        let begins = Instant::at(self.now().day().plus(1), 600);
        let plan = PlanSession { course: "incident-response".into(), begins, minutes: 60, venue, capacity };
        self.act(grant.actor(), move |work| plan_session(work, &grant, &plan)).unwrap()
    }

    pub(crate) fn session(&self, id: Id<kinds::TrainingSession>) -> TrainingSession {
        self.read(|tx| session(tx, id)).unwrap()
    }

    /// Sits the quiz of a course, with everything right or nothing.
    pub(crate) fn sit(&self, who: &SignedIn, slug: &'static str, knows: bool) -> Result<QuizOutcome, RunError<QuizError>> {
        let begun = self.begin(who, slug)?;
        let chosen = if knows { course(slug).unwrap().quiz.key(begun.seed) } else { Chosen::new() };
        let who = who.clone();
        self.act(Actor::Operator, move |work| hand_in(work, &who, (begun.id, &chosen)))
    }

    pub(crate) fn begin(&self, who: &SignedIn, slug: &'static str) -> Result<QuizTry, RunError<QuizError>> {
        let who = who.clone();
        self.act(Actor::Operator, move |work| begin_quiz(work, &who, slug))
    }

    pub(crate) fn attend(&self, who: &SignedIn, id: Id<kinds::TrainingSession>, code: &str) -> Result<CodeTyped, RunError<SessionError>> {
        let (who, code) = (who.clone(), code.to_owned());
        self.act(Actor::Operator, move |work| crate::attend(work, &who, (id, &code)))
    }

    pub(crate) fn standing(&self, who: &SignedIn, slug: &str) -> Standing {
        let (officer, today) = (who.officer(), self.now().day());
        self.read(|tx| standings(tx, officer, today)).into_iter().find(|standing| standing.course.slug == slug).unwrap()
    }
}
