//! A scheme through its gate, as officers bring it there.

use assurance::{AddRecord, Digest, NewRecord, OpenGate, RecordKind, SignVersion, Tier};
use journal::{Actor, Work};
use kernel::{Day, Id, Instant, Language, Text, kinds};
use people::{CreateDepartment, EditScheme, Role, Scope, SignGate, SubmitGateRecord, authorise};
use registration::scheme::{Definition, Scheme};
use store::StoreError;

use crate::Failure;
use crate::city::{City, OPENED, officer};

/// Makes a department and takes its scheme through the gate.
pub fn launch(city: &City) -> Result<Id<kinds::Department>, Failure> {
    let name = Text::new("Innovation Services Department", "創新服務署", "创新服务署");
    let command = CreateDepartment { code: "ISD".into(), name };
    let department = city.act(Actor::Operator, move |work| people::create_department(work, command.clone()).map_err(said))?;
    let moment = |text| Instant::parse_hong_kong(text).ok_or("a time");
    let latest: Day = "2020-06-30".parse()?;
    let definition = Definition::masks_2020()?.with_window(moment(OPENED)?, moment("2020-06-06T23:59")?, latest);
    let digest = Scheme::compile(definition.clone()).map_err(|flaws| format!("{flaws:?}"))?.digest();
    let (toml, owner) = (definition.to_toml()?, officer(1, department, Role::SchemeOwner));
    let edit = authorise::<EditScheme>(&owner, None)?;
    let saved = city.act(edit.actor(), move |work| registration::create_scheme(work, &edit, &toml).map_err(said))?;
    let scope = Some(Scope::at_console(saved.service, department));
    let grant = authorise::<EditScheme>(&owner, scope)?;
    let gate = OpenGate { service: saved.service, digest: Digest::new(digest), tier: Tier::LargeOrHighRisk };
    let version = city.act(grant.actor(), move |work| assurance::open_gate(work, &grant, gate).map_err(said))?;
    let submit = authorise::<SubmitGateRecord>(&owner, scope)?;
    for kind in documents() {
        let command = AddRecord { version, record: document(kind, city.platform.now().day()) };
        city.act(submit.actor(), move |work| assurance::add_record(work, &submit, command.clone()).map_err(said))?;
    }
    for officer in [owner, officer(2, department, Role::PrivacyOfficer)] {
        let grant = authorise::<SignGate>(&officer, scope)?;
        city.act(grant.actor(), move |work: &mut Work<'_, '_>| {
            let now = work.now();
            let gate = assurance::status(work.tx(), version, now)?.ok_or_else(|| said("no gate"))?.gate;
            let sign = SignVersion { version, shown: gate.digest(), records: gate.to_sign(now.day()) };
            assurance::sign_version(work, &grant, sign).map_err(said)
        })?;
    }
    city.platform.refresh()?;
    Ok(department)
}

fn said(error: impl std::fmt::Display) -> StoreError {
    StoreError::Engine(error.to_string())
}

fn documents() -> Vec<RecordKind> {
    let statements = Language::ALL.into_iter().map(|language| RecordKind::CollectionStatement { language });
    let others = [
        RecordKind::PrivacyCommissionerConsultation,
        RecordKind::PrivacyImpactAssessment,
        RecordKind::SecurityRiskAssessment,
        RecordKind::SecurityAudit,
        RecordKind::PreLaunchTest { simulated_intrusion: true },
    ];
    statements.chain(others).collect()
}

fn document(kind: RecordKind, today: Day) -> NewRecord {
    let title = format!("{} (bench)", kind.title().get(Language::En));
    NewRecord {
        kind,
        document: Digest::of(title.as_bytes()),
        title,
        author: "Assessment Team".into(),
        organisation: "Harbour Assurance".into(),
        dated: today.plus(-14),
        expires: None,
    }
}
