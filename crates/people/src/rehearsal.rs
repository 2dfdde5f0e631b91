//! One platform ledger in memory, with a movable clock: where the verbs of this crate are tried.

use std::sync::Arc;

use journal::{Actor, Committed, Ledger, LedgerParts, Work};
use kernel::{Clock as _, Id, Instant, Random, Text, kinds};
use seal::{Ed25519Signer, Keyring};
use serde_json::Value;
use store::{Migration, RunError, Store, StoreError, Tx};
use tempfile::TempDir;
use testkit::{MovableClock, SeededRandom};

use crate::*;

pub(crate) const ORIGIN: &str = "http://localhost:8080";

pub(crate) struct City {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) keys: Arc<Keyring>,
    pub(crate) clock: Arc<MovableClock>,
    pub(crate) rp: RelyingParty,
    _tiles: TempDir,
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
        Self::on(Store::open_in_memory(Self::TABLES).unwrap())
    }

    pub(crate) fn on(store: Store) -> Self {
        let tiles = TempDir::new().unwrap();
        let clock = Arc::new(MovableClock::at("2020-05-06T07:00"));
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(7));
        let keys = Arc::new(Keyring::in_memory("platform", clock.now().day(), random.clone()));
        prepare_keys(&keys).unwrap();
        let parts = LedgerParts {
            store,
            keys: keys.clone(),
            signer: Arc::new(Ed25519Signer::create(&tiles.path().join("log.key"), "test").unwrap()),
            clock: clock.clone(),
            random,
            tiles: tiles.path().join("tiles"),
            origin: "test.example/platform".to_owned(),
        };
        let ledger = Ledger::open(parts).unwrap();
        let rp = RelyingParty::new(ORIGIN, "Lionrock").unwrap();
        Self { ledger, keys, clock, rp, _tiles: tiles }
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(crate) fn act<T, E>(
        &self,
        actor: Actor,
        act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, RunError<E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.ledger.write("test", actor, act).map(|(value, _)| value)
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

    /// The verbs in the journal, oldest first.
    pub(crate) fn verbs(&self) -> Vec<String> {
        let verb = |body: String| serde_json::from_str::<Value>(&body).unwrap()["verb"].as_str().unwrap().to_owned();
        self.ledger.scan(None, 1000).unwrap().into_iter().map(|entry| verb(entry.body)).collect()
    }

    pub(crate) fn journal_text(&self) -> String {
        self.ledger.scan(None, 1000).unwrap().into_iter().map(|entry| entry.body + "\n").collect()
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
