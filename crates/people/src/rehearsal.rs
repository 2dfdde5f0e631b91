//! One platform ledger in memory, with a movable clock: where the verbs of this crate are tried.

use std::sync::Arc;

use journal::{Actor, Committed, Work};
use kernel::{Id, Text, kinds};
use seal::Keyring;
use serde_json::Value;
use store::{Migration, RunError, Store, StoreError, Tx};
use testkit::{Rehearsal, memory_store};

use crate::*;

pub(crate) const ORIGIN: &str = "http://localhost:8080";

pub(crate) struct City {
    rehearsal: Rehearsal,
    pub(crate) keys: Arc<Keyring>,
    pub(crate) rp: RelyingParty,
}

impl std::ops::Deref for City {
    type Target = Rehearsal;

    fn deref(&self) -> &Rehearsal {
        &self.rehearsal
    }
}

/// An officer with a session and the passkey that made it.
pub(crate) struct AtDesk {
    pub(crate) who: SignedIn,
    pub(crate) token: Token,
    pub(crate) passkey: SoftwarePasskey,
}

pub(crate) fn itb() -> CreateDepartment {
    let name = Text::new("Innovation and Technology Bureau", "創新及科技局", "创新及科技局");
    CreateDepartment { code: "ITB".to_owned(), name }
}

impl City {
    pub(crate) const TABLES: &[&[Migration]] = &[journal::MIGRATIONS, MIGRATIONS, APPROVAL_MIGRATIONS];

    pub(crate) fn new() -> Self {
        Self::on(memory_store(Self::TABLES))
    }

    pub(crate) fn on(store: Store) -> Self {
        let rehearsal = Rehearsal::on(store, "platform", "2020-05-06T07:00", 7);
        prepare_keys(rehearsal.keys()).unwrap();
        let (keys, rp) = (rehearsal.keys().clone(), RelyingParty::new(ORIGIN, "Lionrock").unwrap());
        Self { rehearsal, keys, rp }
    }

    pub(crate) fn operator<T, E>(
        &self,
        act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, RunError<E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.act(Actor::Operator, act)
    }

    pub(crate) fn visitor<T, E>(
        &self,
        act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, RunError<E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.act(Actor::Visitor, act)
    }

    pub(crate) fn read<T>(&self, look: impl FnMut(&mut Tx<'_>) -> Result<Option<T>, StoreError>) -> Option<T> {
        self.ledger.read("test", look).unwrap()
    }

    pub(crate) fn department(&self) -> Id<kinds::Department> {
        self.operator(|work| create_department(work, itb())).unwrap()
    }

    pub(crate) fn second_department(&self) -> Id<kinds::Department> {
        let command = CreateDepartment { code: "DH".to_owned(), name: Text::new("Health", "衞生署", "卫生署") };
        self.operator(move |work| create_department(work, command.clone())).unwrap()
    }

    pub(crate) fn officer_command(&self, department: Id<kinds::Department>, roles: &[Role]) -> InviteOfficer {
        let contact = Contact::parse("Chan Siu Ming", "sm.chan@itb.example.hk").unwrap();
        let contact = seal_contact(&self.keys, self.now().day(), &contact).unwrap();
        let post = Text::new("Senior Manager", "高級經理", "高级经理");
        InviteOfficer { department, post, roles: roles.to_vec(), contact }
    }

    pub(crate) fn invite(&self, department: Id<kinds::Department>, roles: &[Role]) -> Invited {
        let command = self.officer_command(department, roles);
        self.operator(move |work| invite_officer(work, &Inviter::Operator, command.clone())).unwrap()
    }

    pub(crate) fn administrator(&self, department: Id<kinds::Department>) -> Grant<ManageOfficers> {
        let post = Text::new("Administrator", "系統管理員", "系统管理员");
        let id = self.invite(department, &[Role::Administrator]).officer;
        authorise(&SignedIn::at_console(id, department, vec![Role::Administrator], post), None).unwrap()
    }

    pub(crate) fn begin(&self, token: &Token) -> Result<Challenge, RunError<AddPasskeyError>> {
        let (rp, command) = (self.rp.clone(), BeginPasskey { by: AddPasskey::Invitation(token.clone()) });
        self.visitor(move |work| begin_passkey(work, &rp, command.clone()))
    }

    pub(crate) fn finish_with(
        &self,
        challenge: &Challenge,
        answer: Value,
    ) -> Result<PasskeyAdded, RunError<AddPasskeyError>> {
        let (rp, command) = (self.rp.clone(), FinishPasskey { ceremony: challenge.ceremony.clone(), answer });
        self.visitor(move |work| finish_passkey(work, &rp, command.clone()))
    }

    pub(crate) fn finish(&self, challenge: &Challenge) -> Result<SoftwarePasskey, RunError<AddPasskeyError>> {
        let (passkey, answer) = SoftwarePasskey::create(ORIGIN, &challenge.options).unwrap();
        self.finish_with(challenge, answer).map(|_| passkey)
    }

    pub(crate) fn add_passkey(&self, token: &Token) -> Result<SoftwarePasskey, RunError<AddPasskeyError>> {
        self.finish(&self.begin(token)?)
    }

    pub(crate) fn begin_sign_in(&self) -> Challenge {
        let rp = self.rp.clone();
        self.visitor(move |work| begin_sign_in(work, &rp)).unwrap()
    }

    pub(crate) fn answer(
        &self,
        challenge: &Challenge,
        answer: Value,
        replaces: Option<Token>,
    ) -> Result<(SignIn, Committed), RunError<SignInError>> {
        let command = FinishSignIn { ceremony: challenge.ceremony.clone(), answer, replaces };
        let rp = self.rp.clone();
        self.ledger.write("test", Actor::Visitor, move |work| finish_sign_in(work, &rp, command.clone()))
    }

    pub(crate) fn sign_in(
        &self,
        passkey: &mut SoftwarePasskey,
        replaces: Option<Token>,
    ) -> Result<(SignIn, Committed), RunError<SignInError>> {
        let challenge = self.begin_sign_in();
        let answer = passkey.get(ORIGIN, &challenge.options).unwrap();
        self.answer(&challenge, answer, replaces)
    }

    pub(crate) fn try_sign_in(
        &self,
        passkey: &mut SoftwarePasskey,
    ) -> Result<(SignIn, Committed), RunError<SignInError>> {
        self.sign_in(passkey, None)
    }

    pub(crate) fn sign_in_new(&self, department: Id<kinds::Department>, roles: &[Role]) -> AtDesk {
        let invited = self.invite(department, roles);
        let mut passkey = self.add_passkey(&invited.token).unwrap();
        let (sign_in, _) = self.try_sign_in(&mut passkey).unwrap();
        let SignIn::Welcome(welcome) = sign_in else { panic!("suspended") };
        let Welcome { token, who, .. } = *welcome;
        AtDesk { who, token, passkey }
    }

    pub(crate) fn find_session(&self, token: &Token) -> Result<Found, SessionError> {
        let now = self.now();
        match self.ledger.read("test", |tx| find_session(tx, token, now)) {
            Ok(found) => Ok(found),
            Err(RunError::Refused(error)) => Err(error),
            Err(other) => panic!("{other}"),
        }
    }
}
