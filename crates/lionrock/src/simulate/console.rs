//! What officers do in a simulation, by the verbs behind the staff pages, at the operator's console while the server is
//! stopped: nobody else can then hold the keys.

use std::collections::HashSet;
use std::sync::Arc;

use flows::{Platform, Service};
use hongkong::District;
use journal::{Actor, Ledger, Work};
use kernel::{Fault, Id, Instant, Secret, Text, kinds};
use people::{
    Action, ApproveExport, Grant, PersonalDataExport, RelyingParty, RequestApproval, RequestExport, Role, SignedIn,
    authorise,
};
use registration::scheme::Definition;
use registration::{ExportError, export_district, export_file, export_words, import_results};
use store::{Options, RunError, StoreError};

use super::{Failure, Installation};
use crate::ambient::WallClock;
use crate::config::Config;
use crate::runtime::Runtime;
use crate::seed;

/// An installation opened in this process.
pub struct Console {
    runtime: Runtime,
}

/// Who works in the simulated department.
#[derive(Clone, Copy, Debug)]
pub struct Staff {
    department: Id<kinds::Department>,
    owner: Id<kinds::Officer>,
    privacy: Id<kinds::Officer>,
    supervisor: Id<kinds::Officer>,
    delivery: Id<kinds::Officer>,
    service: Id<kinds::Service>,
    version: Id<kinds::SchemeVersion>,
}

/// What went to the courier.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    /// Exports made.
    pub exports: usize,
    /// References in the files, as the courier reads them.
    pub references: Vec<String>,
    /// Exports that were refused to a single officer, as they must be.
    pub refused_alone: usize,
}

impl Console {
    /// Opens an installation whose server is stopped, with the clock at this moment.
    pub fn open(installation: &Installation, now: Instant) -> Result<Self, Failure> {
        Self::of(&installation.config, Some(now))
    }

    /// Opens a configuration, with the clock at a moment or at the present one.
    pub fn of(config: &Config, now: Option<Instant>) -> Result<Self, Failure> {
        let clock = Arc::new(WallClock::default());
        if let Some(now) = now {
            clock.show(now);
        }
        Ok(Self { runtime: Runtime::open(config, clock, Options::default())? })
    }

    /// The platform.
    pub const fn platform(&self) -> &Arc<Platform> {
        &self.runtime.platform
    }

    /// The service of a scheme.
    pub fn service(&self, slug: &str) -> Result<Arc<Service>, Failure> {
        self.platform().service(slug).ok_or_else(|| format!("{slug} has no store").into())
    }

    /// Makes the department, its officers with passkeys, and the scheme, which is not through its gate.
    pub fn found(&self, origin: &str, definition: &Definition) -> Result<Staff, Failure> {
        let platform = self.platform();
        let name = Text::new("Simulated Department", "模擬部門", "模拟部门");
        let department = seed::department(platform, "SIM", name)?;
        let rp = Arc::new(RelyingParty::new(origin, "Lionrock")?);
        let officer = |role, number| seed::officer(platform, &rp, origin, department, role, number).map(|officer| officer.id);
        let (owner, privacy) = (officer(Role::SchemeOwner, 1)?, officer(Role::PrivacyOfficer, 2)?);
        let (supervisor, delivery) = (officer(Role::SupervisingOfficer, 3)?, officer(Role::DeliveryOfficer, 4)?);
        let (service, version) = seed::scheme(platform, department, owner, definition)?;
        Ok(Staff { department, owner, privacy, supervisor, delivery, service, version })
    }

    /// Puts every document on record and signs with two officers.
    pub fn pass_gate(&self, staff: &Staff) -> Result<(), Failure> {
        let Staff { department, service, version, owner, privacy, .. } = *staff;
        Ok(seed::pass_gate(self.platform(), department, service, version, owner, privacy)?)
    }

    /// Exports every district with two persons, and reads the files as the courier does.
    pub fn deliver(&self, staff: &Staff, slug: &str, courier: &Secret<String>) -> Result<Delivery, Failure> {
        let service = self.service(slug)?;
        let mut delivery = Delivery::default();
        for district in District::ALL {
            self.export(staff, &service, district.code(), courier, &mut delivery)?;
        }
        Ok(delivery)
    }

    fn export(
        &self,
        staff: &Staff,
        service: &Arc<Service>,
        district: &str,
        courier: &Secret<String>,
        delivery: &mut Delivery,
    ) -> Result<(), Failure> {
        let (ledger, scheme) = (service.ledger(), service.scheme());
        let asks: Arc<Grant<RequestExport>> = Arc::new(grant(staff, service, staff.delivery, Role::DeliveryOfficer)?);
        let approves: Grant<ApproveExport> = grant(staff, service, staff.supervisor, Role::SupervisingOfficer)?;
        let command = RequestApproval { service: service.id(), what: export_words(&scheme, district) };
        let asking = asks.clone();
        let approval = act(ledger, asks.actor(), move |work| {
            people::request_approval::<PersonalDataExport>(work, &asking, command.clone())
        })?;
        let id = approval.id;
        let run = |asks: &Arc<_>| export_district(ledger, &scheme, self.platform().sender(), asks, district, id);
        match run(&asks) {
            Err(ExportError::Empty) => return Ok(()),
            Err(ExportError::Approval(_)) => delivery.refused_alone += 1,
            Err(error) => return Err(error.to_string().into()),
            Ok(_) => return Err("an export ran on one person's word".into()),
        }
        act(ledger, approves.actor(), move |work| people::approve::<PersonalDataExport>(work, &approves, id))?;
        let row = run(&asks).map_err(|error| error.to_string())?;
        let file = export_file(ledger, row.id).map_err(|error| error.to_string())?.ok_or("the export has no file")?;
        let list = seal::age_files::decrypt(courier, &file)?;
        let text = String::from_utf8_lossy(list.expose()).into_owned();
        delivery.references.extend(text.lines().skip(1).filter_map(|line| line.split(',').next()).map(str::to_owned));
        delivery.exports += 1;
        Ok(())
    }

    /// Takes over what the courier reports.
    pub fn results(&self, staff: &Staff, slug: &str, file: &str) -> Result<usize, Failure> {
        let service = self.service(slug)?;
        let may = grant::<RequestExport>(staff, &service, staff.delivery, Role::DeliveryOfficer)?;
        let sender = self.platform().sender();
        let imported = import_results(service.ledger(), &service.scheme(), sender, &may, file);
        let imported = imported.map_err(|error| error.to_string())?;
        if let Some((line, why)) = imported.bad.first() {
            return Err(format!("line {line} of the courier's results: {why}").into());
        }
        Ok(imported.taken)
    }
}

impl Delivery {
    /// Whether nobody is delivered to twice.
    pub fn is_distinct(&self) -> bool {
        self.references.iter().collect::<HashSet<_>>().len() == self.references.len()
    }
}

fn grant<A: Action>(staff: &Staff, service: &Service, officer: Id<kinds::Officer>, role: Role) -> Result<Grant<A>, Failure> {
    let who = SignedIn::at_console(officer, staff.department, vec![role], seed::post_of(role));
    authorise::<A>(&who, Some(service.scope())).map_err(|denied| denied.to_string().into())
}

fn act<T: Send + 'static, E: From<StoreError> + Fault + Send + 'static>(
    ledger: &Ledger,
    actor: Actor,
    verb: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
) -> Result<T, Failure> {
    match ledger.write("simulate.act", actor, verb) {
        Ok((value, _)) => Ok(value),
        Err(RunError::Refused(error)) => Err(error.to_string().into()),
        Err(RunError::Busy { .. }) => Err("the write queue is full".into()),
        Err(RunError::Store(error)) => Err(error.into()),
    }
}
