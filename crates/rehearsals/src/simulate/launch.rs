//! Before the opening: a department, a scheme, and its launch gate.

use super::day::{Day, FOUNDED, SLUG};
use super::department::{Department, invite_administrator};
use super::story::{EVE, OPEN, Story, at, one_registration};
use super::Failure;

/// Routes that do not exist before the gate.
const PUBLIC: [&str; 5] = ["", "/queue", "/statistics", "/checkpoint", "/consistency/0"];

#[expect(clippy::unused_self, reason = "every stage has the same shape, so that one list of stages can hold them")]
impl Story {
    /// The server starts, the operator invites an administrator beside it, and everybody gets a passkey by following a link.
    pub fn found(&mut self, day: &mut Day) -> Result<String, Failure> {
        day.start(at(FOUNDED))?;
        let link = invite_administrator(&day.installation, at(FOUNDED))?;
        let target = day.target()?;
        day.department = Some(day.runtime.block_on(Department::found(&target, &link))?);
        Ok("six officers with passkeys, one by the operator's invitation, five by the administrator's".into())
    }

    pub fn before_gate(&mut self, day: &mut Day) -> Result<String, Failure> {
        let definition = day.scheme.definition().to_toml()?;
        day.act(async |department| department.write_scheme(&definition).await)?;
        let found = open_routes(day)?;
        day.told.findings.note(7, "no public route exists before the gate", found.is_empty(), format!("{} routes asked, {} exist", PUBLIC.len() + 1, found.len()));
        Ok("one scheme as a draft; asked every public route".into())
    }

    pub fn gate(&mut self, day: &mut Day) -> Result<String, Failure> {
        let documents = day.act(Department::record_documents)?;
        let kept = day.act(Department::case_officer_cannot_sign)?;
        day.told.findings.note(7, "who has no right to sign cannot", kept, "page and form of the signature were tried by a case officer");
        day.act(Department::owner_signs)?;
        let found = open_routes(day)?.len();
        day.told.findings.note(7, "one signature opens nothing", found == 0, format!("{found} routes exist"));
        day.act(Department::privacy_officer_signs)?;
        day.clock(at(EVE))?;
        let found = open_routes(day)?.len();
        day.told.findings.expect("the public routes exist once the gate is passed", found >= 4, format!("{found} exist"));
        let early = one_registration(day)?;
        day.told.findings.expect("nothing is taken before the opening", (400..500).contains(&early), format!("HTTP {early}"));
        day.clock(at(OPEN))?;
        Ok(format!("{documents} documents, two signatures; open at 07:00"))
    }
}

/// The public routes that exist.
pub(super) fn open_routes(day: &Day) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for route in PUBLIC {
        let path = format!("/api/v1/schemes/{SLUG}{route}");
        if day.get(&path)?.status != 404 {
            found.push(path);
        }
    }
    let path = format!("/api/v1/schemes/{SLUG}/households");
    let act = day.plan.acts.first().ok_or("the plan is empty")?;
    if day.post(&path, &serde_json::to_value(&act.request)?)?.status != 404 {
        found.push(path);
    }
    Ok(found)
}
