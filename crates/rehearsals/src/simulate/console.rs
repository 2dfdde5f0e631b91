//! An installation opened in this process while its server is stopped: to look at it, to spoil it, and to prepare one for a test of
//! load. Officers of a simulated day act through their pages instead.

use std::sync::Arc;

use flows::{Platform, Service};
use installation::ambient::WallClock;
use installation::config::Config;
use installation::runtime::Runtime;
use installation::seed;
use kernel::{Id, Instant, Text, kinds};
use people::{RelyingParty, Role};
use registration::scheme::Definition;
use store::Options;

use super::{Failure, Installation};

/// An installation opened in this process.
pub struct Console {
    runtime: Runtime,
}

/// Who works in a department that was made at the console.
#[derive(Clone, Copy, Debug)]
pub struct Staff {
    department: Id<kinds::Department>,
    owner: Id<kinds::Officer>,
    privacy: Id<kinds::Officer>,
    service: Id<kinds::Service>,
    version: Id<kinds::SchemeVersion>,
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
        let (service, version) = seed::scheme(platform, department, owner, definition)?;
        Ok(Staff { department, owner, privacy, service, version })
    }

    /// Puts every document on record and signs with two officers.
    pub fn pass_gate(&self, staff: &Staff) -> Result<(), Failure> {
        let Staff { department, service, version, owner, privacy } = *staff;
        Ok(seed::pass_gate(self.platform(), department, service, version, owner, privacy)?)
    }
}
