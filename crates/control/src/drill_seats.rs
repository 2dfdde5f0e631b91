use axum::response::Response;
use desk::{Answer, Desk, Mistakes, missing};
use drill::{DrillError, DrillStage, Part, Place, Seat, Sitter, seat_officer, unseat};
use kernel::{Id, kinds};
use people::Officer;
use store::{RunError, StoreError};
use webkit::parts::{Button, Choice, Select};
use webkit::{Failure, Page};

use crate::visit::Visit;

/// Officers of one department and what each does.
struct Bench {
    department: Id<kinds::Department>,
    officers: Vec<Officer>,
    seats: Vec<Seat>,
}

/// The form that seats the officers of a department.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (visit, _) = Visit::held(desk)?;
    Ok(page(&visit, &Bench::of(&visit)?, &Mistakes::default()))
}

/// Seats them as the form says; who is left out has no seat any more.
pub(crate) fn seat(desk: &Desk) -> Answer {
    let (visit, grant) = Visit::held(desk)?;
    let bench = Bench::of(&visit)?;
    if desk.values.switching() {
        return Ok(page(&visit, &bench, &Mistakes::default()));
    }
    if let Some(mistakes) = desk.changed_meanwhile(&bench.state()) {
        return Ok(page(&visit, &bench, &mistakes));
    }
    let id = visit.record.id;
    let changes = bench.changes(&visit);
    let done = desk.platform().ledger().write("control.seat", grant.actor(), move |work| {
        for (officer, part) in &changes {
            match part {
                Some(part) => drop(seat_officer(work, &grant, id, *officer, *part)?),
                None => unseat(work, &grant, id, *officer)?,
            }
        }
        Ok::<_, DrillError>(())
    });
    match done {
        Ok(_) => Ok(desk.done("done-seats", &visit.url(""))),
        Err(RunError::Refused(error)) => refused(&visit, &bench, error),
        Err(error) => Err(error.into()),
    }
}

fn refused(visit: &Visit<'_>, bench: &Bench, error: DrillError) -> Answer {
    let key = match error {
        DrillError::Part => "drill-seat-part",
        DrillError::NoChair => "drill-seat-no-chair",
        DrillError::Crowd => "drill-seat-crowd",
        DrillError::Over => "drill-seat-over",
        other => return Err(other.into()),
    };
    let first = bench.officers.first().map_or_else(String::new, |officer| field(officer.id));
    Ok(page(visit, bench, &Mistakes::one(&first, visit.desk.say(key))))
}

impl Bench {
    fn of(visit: &Visit<'_>) -> Result<Self, Failure> {
        let department: Id<kinds::Department> = visit.desk.id("department")?;
        if !visit.departments.iter().any(|known| known.id == department) {
            return Err(missing());
        }
        let id = visit.record.id;
        let (officers, seats) = visit.desk.platform().ledger().read("control.bench", |tx| {
            Ok::<_, StoreError>((people::officers(tx, department)?, drill::seats(tx, id)?))
        })?;
        Ok(Self { department, officers: officers.into_iter().filter(|officer| officer.ended.is_none()).collect(), seats })
    }

    fn part_of(&self, officer: Id<kinds::Officer>) -> Option<Part> {
        self.seats.iter().find(|seat| seat.sitter() == Sitter::Officer(officer)).map(Seat::part)
    }

    /// What the form was made from.
    fn state(&self) -> String {
        let parts = self.officers.iter().map(|officer| self.part_of(officer.id).map(value).unwrap_or_default());
        parts.collect::<Vec<_>>().join(" ")
    }

    /// What the department's officers may do here, by the names that the form sends.
    fn offered(&self, visit: &Visit<'_>) -> Vec<(String, Part)> {
        let teams = (0..).zip(&visit.record.teams).filter(|(_, team)| team.department == self.department);
        let players = teams.flat_map(|(team, _)| [Place::Room, Place::Remote].map(|place| Part::Player { team, place }));
        let all = players.chain([Part::Facilitator, Part::Evaluator, Part::Observer]);
        all.map(|part| (value(part), part)).collect()
    }

    /// What the form says otherwise than the seats do.
    fn changes(&self, visit: &Visit<'_>) -> Vec<(Id<kinds::Officer>, Option<Part>)> {
        let offered = self.offered(visit);
        let wanted = |officer: &Officer| {
            let typed = visit.desk.values.get(&field(officer.id));
            let part = offered.iter().find(|(name, _)| name == typed).map(|(_, part)| *part);
            (officer.id, part)
        };
        self.officers.iter().map(wanted).filter(|(officer, part)| self.part_of(*officer) != *part).collect()
    }
}

/// What the form calls a part.
fn value(part: Part) -> String {
    match part {
        Part::Player { team, place } => format!("{team}-{}", place.slug()),
        other => other.slug().to_owned(),
    }
}

fn field(officer: Id<kinds::Officer>) -> String {
    format!("seat-{officer}")
}

fn page(visit: &Visit<'_>, bench: &Bench, mistakes: &Mistakes) -> Response {
    let desk = visit.desk;
    let title = desk.tell("drill-seat-of", [("department", visit.department(bench.department))]);
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say(if visit.record.stage == DrillStage::Planned { "drill-seat-lead" } else { "drill-seat-running" }));
    if bench.officers.is_empty() {
        body.p(desk.say("drill-seat-nobody"));
    }
    let offered = bench.offered(visit);
    let choices: Vec<Choice> = offered.iter().map(|(name, part)| Choice::new(name, words(desk, *part))).collect();
    let sent = desk.values.pairs().next().is_some();
    let mut form = desk.form_over(&bench.state());
    for officer in &bench.officers {
        let name = field(officer.id);
        let now = bench.part_of(officer.id).map(value).unwrap_or_default();
        form = form.part(&Select {
            value: if sent { desk.values.get(&name).to_owned() } else { now },
            empty: desk.say("drill-seat-none"),
            error: mistakes.of(&name),
            ..Select::new(name, desk.text(&officer.post), choices.clone())
        });
    }
    if !bench.officers.is_empty() {
        body.part(&form.part(&Button::new(desk.say("drill-seat-save"))));
    }
    desk.show_form(Page::new(title, body.markup()).back(visit.url("")), mistakes)
}

fn words(desk: &Desk, part: Part) -> String {
    match part {
        Part::Player { place: Place::Room, .. } => desk.say("drill-seat-room"),
        Part::Player { place: Place::Remote, .. } => desk.say("drill-seat-remote"),
        other => desk.say(&format!("drill-part-{}", other.slug())),
    }
}
