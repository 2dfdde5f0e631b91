//! What a part of a page is rendered from, for the page itself and for what is sent anew while it is open.

use desk::Desk;
use drill::{DrillRecord, Exercise, Seat, TeamNumber};
use kernel::Text;
use people::Department;
use webkit::Failure;

/// An exercise that has started, with whoever looks at it.
#[derive(Clone, Copy)]
pub(crate) struct View<'v> {
    pub(crate) desk: &'v Desk,
    pub(crate) drill: &'v DrillRecord,
    /// The visitor's seat; none for an officer of a department that holds it.
    pub(crate) seat: Option<Seat>,
    pub(crate) exercise: &'v Exercise,
}

impl View<'_> {
    /// What the teams are called, in the order of their numbers.
    pub(crate) fn teams(&self) -> Result<Vec<String>, Failure> {
        let departments = self.desk.platform().ledger().read("control.departments", people::departments)?;
        Ok(teams(self.desk, &departments, self.drill))
    }

    /// An address below the exercise.
    pub(crate) fn url(&self, rest: &str) -> String {
        self.desk.url(&format!("/staff/drills/{}{rest}", self.drill.id))
    }
}

/// What teams are called in the visitor's language.
pub(crate) fn teams(desk: &Desk, departments: &[Department], record: &DrillRecord) -> Vec<String> {
    team_names(departments, record).iter().map(|name| desk.text(name)).collect()
}

/// What teams are called: by the departments' official names, unless one was given a name of its own.
pub(crate) fn team_names(departments: &[Department], record: &DrillRecord) -> Vec<Text> {
    let name = |team: &drill::PlannedTeam| {
        let usual = departments.iter().find(|department| department.id == team.department && team_name(department) == team.name);
        usual.map_or_else(|| Text::new(&team.name, &team.name, &team.name), |department| department.name.clone())
    };
    record.teams.iter().map(name).collect()
}

/// One of them.
pub(crate) fn team(names: &[String], number: TeamNumber) -> &str {
    names.get(usize::from(number)).map_or("", String::as_str)
}

/// What a department's team is called on record: its English name, or its code where that is too long.
pub(crate) fn team_name(department: &Department) -> String {
    let name = &department.name.en;
    if name.chars().count() <= TEAM_MOST_CHARS { name.clone() } else { department.code.clone() }
}

const TEAM_MOST_CHARS: usize = 60;
