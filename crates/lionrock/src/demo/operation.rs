use std::sync::Arc;

use installation::runtime::Runtime;
use installation::seed::{self, SeededOfficer};
use kernel::{Day, Instant, Text};
use people::{RelyingParty, Role};
use registration::scheme::Definition;

use super::broken;
use crate::serve::RunError;

/// How long the operation goes on after the demonstration was started: long enough for whoever shows it.
const OPEN_DAYS: i32 = 2;
/// Numbers of the officers' addresses; those of the other department come before.
const FIRST_OFFICER: usize = 21;

/// A second department with one operation at a building, through its gate and open since `opens`. Answers with the field officer:
/// the only one of this department that visitors are shown.
pub fn add(
    runtime: &Runtime,
    party: &Arc<RelyingParty>,
    origin: &str,
    (opens, today): (Instant, Day),
) -> Result<SeededOfficer, RunError> {
    let platform = &runtime.platform;
    let definition = Definition::restriction_testing().map_err(|e| broken("the shipped operation", &e))?;
    let name: Text = definition.department.clone();
    let department = seed::department(platform, "WSD", name).map_err(|e| broken("the second department", &e))?;
    let hire = |role, number| {
        let officer = seed::officer(platform, party, origin, department, role, FIRST_OFFICER + number);
        officer.map_err(|e| broken("an officer", &e))
    };
    let (owner, privacy) = (hire(Role::SchemeOwner, 0)?, hire(Role::PrivacyOfficer, 1)?);
    let field = hire(Role::FieldOfficer, 2)?;
    let closes = Instant::at(today.plus(OPEN_DAYS), 0);
    let definition = definition.with_window(opens, closes, closes.day().plus(1));
    let (service, version) =
        seed::scheme(platform, department, owner.id, &definition).map_err(|e| broken("the operation", &e))?;
    seed::pass_gate(platform, department, service, version, owner.id, privacy.id).map_err(|e| broken("the gate", &e))?;
    Ok(field)
}
