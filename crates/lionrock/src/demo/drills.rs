//! The exercise of the demonstration: planned, everybody seated, so that whoever looks needs only to press start.

use drill::{DrillError, Part, Place, PlanDrill, PlannedTeam, plan_drill, seat_officer};
use flows::Platform;
use installation::seed::{SeedError, SeededOfficer, act, failed, post_of};
use kernel::{Day, Id, Instant, Text, kinds};
use people::{Role, RunDrill, SignedIn, authorise};

const PACK: &str = "defacement";

/// Plans an exercise of both departments for the morning after `today`, held by the demonstration's `own`. Two officers of it play in
/// the room and one elsewhere; the officer of the other department plays alone.
pub fn add(
    platform: &Platform,
    own: Id<kinds::Department>,
    officers: &[SeededOfficer],
    today: Day,
) -> Result<(), SeedError> {
    let id = |role: Role| officers.iter().find(|officer| officer.role == role).map(|officer| officer.id).ok_or("nobody has the role");
    let controller = id(Role::ExerciseController).map_err(failed("seed.drill"))?;
    let who = SignedIn::at_console(controller, own, vec![Role::ExerciseController], post_of(Role::ExerciseController));
    let grant = authorise::<RunDrill>(&who, None).map_err(failed("seed.grant"))?;
    let plan = PlanDrill {
        pack: platform.drills().pack(PACK).map_err(failed("seed.drill"))?,
        title: Text::new("Exercise: the night ferries (demonstration)", "演習：通宵渡輪（示範）", "演习：通宵渡轮（示范）"),
        begins: Instant::at(today.plus(1), 9 * 60 + 30),
        co_hosts: Vec::new(),
        teams: teams(platform, own)?,
        follows: None,
    };
    let seats: Vec<(Id<kinds::Officer>, Part)> =
        SEATS.iter().filter_map(|(role, part)| Some((id(*role).ok()?, *part))).collect();
    act(platform, "seed.drill", grant.actor(), move |work| {
        let drill = plan_drill(work, &grant, &plan)?;
        for (officer, part) in &seats {
            seat_officer(work, &grant, drill, *officer, *part)?;
        }
        Ok::<_, DrillError>(())
    })
}

/// Every department plays, the host's own team first.
fn teams(platform: &Platform, own: Id<kinds::Department>) -> Result<Vec<PlannedTeam>, SeedError> {
    let mut all = platform.ledger().read("seed.departments", people::departments).map_err(failed("seed.drill"))?;
    all.sort_by_key(|department| department.id != own);
    Ok(all.into_iter().map(|department| PlannedTeam { name: department.name.en, department: department.id }).collect())
}

const SEATS: [(Role, Part); 9] = [
    (Role::CaseOfficer, Part::Player { team: 0, place: Place::Room }),
    (Role::SecurityOfficer, Part::Player { team: 0, place: Place::Room }),
    (Role::Administrator, Part::Player { team: 0, place: Place::Remote }),
    (Role::FieldOfficer, Part::Player { team: 1, place: Place::Room }),
    (Role::SchemeOwner, Part::Facilitator),
    (Role::PrivacyOfficer, Part::Evaluator),
    (Role::SupervisingOfficer, Part::Evaluator),
    (Role::HeadOfDepartment, Part::Observer),
    (Role::Auditor, Part::Observer),
];
