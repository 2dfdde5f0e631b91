//! A new installation: the operator's department, its officers, and a scheme on its way through the gate.
//!
//! `lionrock demo` and simulations begin here. Officers register real passkeys: software ones, which the demonstration
//! keeps, so that its front page can offer "sign in as" without a password existing anywhere.

use std::sync::Arc;

use assurance::{AddRecord, Digest, NewRecord, OpenGate, RecordKind, SignVersion, Tier};
use flows::Platform;
use journal::{Actor, Ledger, Work};
use kernel::{Day, Fault, Id, Secret, Text, kinds};
use people::{
    AddPasskey, BeginPasskey, Contact, CreateDepartment, EditScheme, FinishPasskey, InviteOfficer, Inviter,
    ManageContractors, RelyingParty, Role, Scope, SignGate, SignedIn, SoftwarePasskey, SubmitGateRecord, Token, authorise,
};
use processors::{Clause, ClauseRecord, ContractorKeys, RecordContract, RegisterContractor, Storage, Trade};
use registration::scheme::{Definition, Scheme};
use store::{RunError, StoreError};
use thiserror::Error;

/// An officer of the demonstration with a passkey kept in memory.
pub struct SeededOfficer {
    /// The officer.
    pub id: Id<kinds::Officer>,
    /// The post.
    pub post: Text,
    /// What the post may do.
    pub role: Role,
    /// The passkey that the demonstration uses on this officer's behalf.
    pub passkey: SoftwarePasskey,
}

/// A step of seeding failed.
#[derive(Debug, Error)]
#[error("seeding: {step}: {reason}")]
pub struct SeedError {
    step: &'static str,
    /// Why, in words for whoever asked for it.
    pub reason: String,
}

/// Says which step failed, in `map_err`.
pub fn failed<E: std::fmt::Display>(step: &'static str) -> impl FnOnce(E) -> SeedError {
    move |error| SeedError { step, reason: error.to_string() }
}

/// A unit of work in the name of `actor`; `step` names it where it fails.
pub fn act<T: Send + 'static, E: From<StoreError> + Fault + Send + 'static>(
    platform: &Platform,
    step: &'static str,
    actor: Actor,
    verb: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
) -> Result<T, SeedError> {
    act_in(platform.ledger(), step, actor, verb)
}

fn act_in<T: Send + 'static, E: From<StoreError> + Fault + Send + 'static>(
    ledger: &Ledger,
    step: &'static str,
    actor: Actor,
    verb: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
) -> Result<T, SeedError> {
    let done = ledger.write(step, actor, verb).map_err(|error| match error {
        RunError::Refused(error) => error.to_string(),
        RunError::Busy { .. } => "busy".to_owned(),
        RunError::Store(error) => error.to_string(),
    });
    done.map(|(value, _)| value).map_err(failed(step))
}

/// Makes a department.
pub fn department(platform: &Platform, code: &str, name: Text) -> Result<Id<kinds::Department>, SeedError> {
    let command = CreateDepartment { code: code.to_owned(), name };
    act(platform, "seed.department", Actor::Operator, move |work| people::create_department(work, command.clone()))
}

/// Invites an officer; the token opens the page on which a passkey is registered.
pub fn invite(
    platform: &Platform,
    department: Id<kinds::Department>,
    post: Text,
    roles: Vec<Role>,
    contact: &Contact,
) -> Result<(Id<kinds::Officer>, Token), SeedError> {
    let today = platform.now().day();
    let contact = people::seal_contact(platform.ledger().keys(), today, contact).map_err(failed("seed.contact"))?;
    let command = InviteOfficer { department, post, roles, contact };
    let invited = act(platform, "seed.invite", Actor::Operator, move |work| {
        people::invite_officer(work, &Inviter::Operator, command.clone())
    })?;
    Ok((invited.officer, invited.token))
}

/// Invites an officer and registers a software passkey by the real ceremony.
pub fn officer(
    platform: &Platform,
    rp: &Arc<RelyingParty>,
    origin: &str,
    department: Id<kinds::Department>,
    role: Role,
    number: usize,
) -> Result<SeededOfficer, SeedError> {
    let post = post_of(role);
    let contact = Contact::parse(&format!("Demonstration Officer {number}"), &format!("officer{number}@demo.example"));
    let contact = contact.map_err(failed("seed.contact"))?;
    let (id, token) = invite(platform, department, post.clone(), vec![role], &contact)?;
    let passkey = register_passkey(platform, rp, origin, token)?;
    Ok(SeededOfficer { id, post, role, passkey })
}

/// A further invitation, for whoever wants to register a passkey of his own.
pub fn invite_again(platform: &Platform, officer: Id<kinds::Officer>) -> Result<Token, SeedError> {
    let again = people::InviteAgain { officer, drop_passkeys: false };
    let invited = act(platform, "seed.invite_again", Actor::Operator, move |work| {
        people::invite_again(work, &Inviter::Operator, again)
    })?;
    Ok(invited.token)
}

fn register_passkey(
    platform: &Platform,
    rp: &Arc<RelyingParty>,
    origin: &str,
    token: Token,
) -> Result<SoftwarePasskey, SeedError> {
    let (begin, rp_begin) = (BeginPasskey { by: AddPasskey::Invitation(token) }, rp.clone());
    let challenge = act(platform, "seed.begin_passkey", Actor::Operator, move |work| {
        people::begin_passkey(work, &rp_begin, begin.clone())
    })?;
    let (passkey, answer) =
        SoftwarePasskey::create(origin, &challenge.options).map_err(failed("seed.software_passkey"))?;
    let (finish, rp) = (FinishPasskey { ceremony: challenge.ceremony, answer }, rp.clone());
    act(platform, "seed.finish_passkey", Actor::Operator, move |work| people::finish_passkey(work, &rp, finish.clone()))?;
    Ok(passkey)
}

/// The post of each role in the demonstration.
pub fn post_of(role: Role) -> Text {
    match role {
        Role::SchemeOwner => Text::new("Senior Manager (Scheme)", "高級經理（計劃）", "高级经理（计划）"),
        Role::CaseOfficer => Text::new("Case Officer", "個案主任", "个案主任"),
        Role::PrivacyOfficer => Text::new("Data Protection Officer", "保障資料主任", "保障资料主任"),
        Role::SecurityOfficer => Text::new("IT Security Officer", "資訊科技保安主任", "信息科技保安主任"),
        Role::SupervisingOfficer => Text::new("Chief Manager", "總經理", "总经理"),
        Role::Auditor => Text::new("Auditor", "審計師", "审计师"),
        Role::DeliveryOfficer => Text::new("Delivery Officer", "派遞主任", "派递主任"),
        Role::Administrator => Text::new("System Administrator", "系統管理員", "系统管理员"),
        Role::HeadOfDepartment => Text::new("Permanent Secretary", "常任秘書長", "常任秘书长"),
        Role::FieldOfficer => Text::new("Field officer, restriction testing", "外勤人員（圍封強檢）", "外勤人员（围封强检）"),
        Role::ExerciseController => Text::new("Standing Office, Duty Controller", "常設辦事處當值主任", "常设办事处当值主任"),
    }
}

/// Saves a scheme and opens its gate, as the scheme owner. Returns the service and the version.
pub fn scheme(
    platform: &Platform,
    department: Id<kinds::Department>,
    owner: Id<kinds::Officer>,
    definition: &Definition,
) -> Result<(Id<kinds::Service>, Id<kinds::SchemeVersion>), SeedError> {
    let toml = definition.to_toml().map_err(failed("seed.definition"))?;
    let digest = Scheme::compile(definition.clone())
        .map_err(|flaws| format!("{} flaws", flaws.len()))
        .map_err(failed("seed.compile"))?
        .digest();
    let who = SignedIn::at_console(owner, department, vec![Role::SchemeOwner], post_of(Role::SchemeOwner));
    let edit = authorise::<EditScheme>(&who, None).map_err(failed("seed.grant"))?;
    let version =
        act(platform, "seed.scheme", edit.actor(), move |work| registration::create_scheme(work, &edit, &toml))?;
    let service = version.service;
    let scoped = authorise::<EditScheme>(&who, Some(Scope::at_console(service, department)));
    let scoped = scoped.map_err(failed("seed.grant"))?;
    let open = OpenGate { service, digest: Digest::new(digest), tier: Tier::LargeOrHighRisk };
    let gate = act(platform, "seed.gate", scoped.actor(), move |work| assurance::open_gate(work, &scoped, open))?;
    Ok((service, gate))
}

/// Saves the shipped charter of the identity provider, with the name of an external verifier if there is one, and opens its gate, as the
/// scheme owner of a department.
pub fn identity_provider(
    platform: &Platform,
    department: Id<kinds::Department>,
    owner: Id<kinds::Officer>,
    verifier: Option<&Text>,
) -> Result<(Id<kinds::Service>, Id<kinds::SchemeVersion>), SeedError> {
    let who = SignedIn::at_console(owner, department, vec![Role::SchemeOwner], post_of(Role::SchemeOwner));
    let edit = authorise::<EditScheme>(&who, None).map_err(failed("seed.grant"))?;
    let named = verifier.map(|name| {
        let Text { en, zh_hant, zh_hans } = name;
        format!("\n[verifier]\nen = {en:?}\nzh-hant = {zh_hant:?}\nzh-hans = {zh_hans:?}\n")
    });
    let charter = format!("{}{}", identity::SHIPPED_CHARTER, named.unwrap_or_default());
    let (service, digest) = act(platform, "seed.charter", edit.actor(), move |work| {
        identity::save_charter(work, &edit, &charter)
    })?;
    let scoped = authorise::<EditScheme>(&who, Some(Scope::at_console(service, department)));
    let scoped = scoped.map_err(failed("seed.grant"))?;
    let open = OpenGate { service, digest: Digest::new(digest), tier: Tier::LargeOrHighRisk };
    let gate = act(platform, "seed.gate", scoped.actor(), move |work| assurance::open_gate(work, &scoped, open))?;
    Ok((service, gate))
}

/// Puts every document on record and has two officers sign: the whole gate in one go, for a demonstration.
pub fn pass_gate(
    platform: &Platform,
    department: Id<kinds::Department>,
    service: Id<kinds::Service>,
    version: Id<kinds::SchemeVersion>,
    owner: Id<kinds::Officer>,
    privacy: Id<kinds::Officer>,
) -> Result<(), SeedError> {
    let scope = Scope::at_console(service, department);
    let owner = SignedIn::at_console(owner, department, vec![Role::SchemeOwner], post_of(Role::SchemeOwner));
    let privacy = SignedIn::at_console(privacy, department, vec![Role::PrivacyOfficer], post_of(Role::PrivacyOfficer));
    let today = platform.now().day();
    for kind in documents() {
        let grant = authorise::<SubmitGateRecord>(&owner, Some(scope)).map_err(failed("seed.grant"))?;
        let command = AddRecord { version, record: document(kind, today) };
        act(platform, "seed.document", grant.actor(), move |work| {
            assurance::add_record(work, &grant, command.clone())
        })?;
    }
    for officer in [&owner, &privacy] {
        let grant = authorise::<SignGate>(officer, Some(scope)).map_err(failed("seed.grant"))?;
        act(platform, "seed.sign", grant.actor(), move |work| {
            let now = work.now();
            let status = assurance::status(work.tx(), version, now)?;
            let Some(status) = status else { return Err(assurance::SignGateError::Missing) };
            let (shown, records) = (status.gate.digest(), status.gate.to_sign(now.day()));
            assurance::sign_version(work, &grant, SignVersion { version, shown, records })
        })?;
    }
    platform.refresh().map_err(failed("seed.refresh"))
}

/// Registers an online service as the scheme owner and approves it as the privacy officer.
pub fn online_service(
    platform: &Platform,
    department: Id<kinds::Department>,
    (owner, privacy): (Id<kinds::Officer>, Id<kinds::Officer>),
    registration: &provider::Registration,
) -> Result<(), SeedError> {
    let accounts = platform.identity().ok_or("there are no resident accounts").map_err(failed("seed.online_service"))?;
    let owner = SignedIn::at_console(owner, department, vec![Role::SchemeOwner], post_of(Role::SchemeOwner));
    let grant = authorise::<EditScheme>(&owner, None).map_err(failed("seed.grant"))?;
    let written = registration.clone();
    let digest = act_in(accounts.ledger(), "seed.register_client", grant.actor(), move |work| {
        provider::register_client(work, &grant, &written)
    })?;
    let privacy = SignedIn::at_console(privacy, department, vec![Role::PrivacyOfficer], post_of(Role::PrivacyOfficer));
    let grant = authorise::<SignGate>(&privacy, None).map_err(failed("seed.grant"))?;
    let (id, environment) = (registration.client.id.clone(), platform.environment());
    act_in(accounts.ledger(), "seed.approve_client", grant.actor(), move |work| {
        provider::approve_client(work, &grant, environment, id.as_str(), digest)
    })
}

/// Registers the courier of a scheme with this key, records a contract in force until `until` and issues its credential.
pub fn courier(
    platform: &Platform,
    department: Id<kinds::Department>,
    privacy: Id<kinds::Officer>,
    name: Text,
    (recipient, signing): (&str, [u8; 32]),
    until: Day,
) -> Result<Secret<String>, SeedError> {
    let (ledger, today) = (platform.ledger(), platform.now().day());
    let who = SignedIn::at_console(privacy, department, vec![Role::PrivacyOfficer], post_of(Role::PrivacyOfficer));
    let grant = || authorise::<ManageContractors>(&who, None).map_err(failed("seed.grant"));
    let contact = Contact::parse("Demonstration Courier Desk", "desk@courier.example").map_err(failed("seed.contact"))?;
    let command = RegisterContractor {
        name,
        trade: Trade::Courier,
        contact: processors::seal_contact(ledger.keys(), today, &contact).map_err(failed("seed.contact"))?,
        keys: Some(ContractorKeys { signing, recipient: recipient.to_owned() }),
    };
    let may = grant()?;
    let contractor = act(platform, "seed.contractor", may.actor(), move |work| {
        processors::register_contractor(work, &may, &command)
    })?;
    let clauses = Clause::ALL.into_iter().map(|clause| (clause, "Schedule 3 (demonstration)".to_owned())).collect();
    let command = RecordContract {
        contractor,
        title: Text::new("Delivery to households", "派遞至各住戶", "派递至各住户"),
        clauses: ClauseRecord { clauses, storage: Storage::OwnMachines, place: "8 Demonstration Wharf Road".into() },
        from: today,
        until,
    };
    let may = grant()?;
    let agreed = act(platform, "seed.contract", may.actor(), move |work| processors::record_contract(work, &may, &command))?;
    let may = grant()?;
    let issued = act(platform, "seed.credential", may.actor(), move |work| {
        processors::issue_credential(work, &may, agreed)
    })?;
    Ok(issued.token.reveal())
}

fn documents() -> Vec<RecordKind> {
    let mut kinds: Vec<RecordKind> =
        kernel::Language::ALL.into_iter().map(|language| RecordKind::CollectionStatement { language }).collect();
    kinds.extend([
        RecordKind::PrivacyCommissionerConsultation,
        RecordKind::PrivacyImpactAssessment,
        RecordKind::SecurityRiskAssessment,
        RecordKind::SecurityAudit,
        RecordKind::PreLaunchTest { simulated_intrusion: true },
    ]);
    kinds
}

fn document(kind: RecordKind, today: Day) -> NewRecord {
    let title = format!("{} (demonstration)", kind.title().en);
    NewRecord {
        kind,
        document: Digest::of(title.as_bytes()),
        title,
        author: "Assessment Team".into(),
        organisation: "Harbour Assurance (demonstration)".into(),
        dated: today.plus(-14),
        expires: None,
    }
}
