//! Where exercises of rehearsals are held: departments with officers who do not exist, each with a seat, and what the journal says of
//! the entries.

use std::sync::Arc;

use drill::{Entry, Pack, Part, Place, PlanDrill, PlannedTeam, Seat, Team, plan_drill, seat_officer};
use flows::Platform;
use journal::{Actor, Work};
use kernel::{Id, Text, kinds};
use people::{
    Action, Contact, CreateDepartment, Grant, InviteOfficer, Inviter, Role, RunDrill, SignedIn, authorise, create_department,
    invite_officer, seal_contact,
};
use serde_json::Value;
use store::{RunError, StoreError};

use crate::simulate::Failure;

/// An exercise that is planned, with everybody seated.
pub struct Hall {
    /// The exercise.
    pub id: Id<kinds::Drill>,
    /// The right of the one who holds it.
    pub grant: Grant<RunDrill>,
    /// The players, by team and number.
    pub players: Vec<Vec<Seat>>,
    /// Who runs the clock.
    pub facilitator: Seat,
    /// Who marks.
    pub evaluators: Vec<Seat>,
}

impl Hall {
    /// Makes a department for each team and seats its officers.
    pub fn open(platform: &Platform, pack: &Arc<Pack>, teams: &[Team], evaluators: u16) -> Result<Self, Failure> {
        let departments: Vec<Id<kinds::Department>> =
            (1..=teams.len()).map(|n| department(platform, n)).collect::<Result<_, _>>()?;
        let host = *departments.first().ok_or("an exercise needs teams")?;
        let grant: Grant<RunDrill> = grant_of(host)?;
        let planned = departments.iter().zip(teams).map(|(department, team)| PlannedTeam { department: *department, name: team.name.clone() });
        let plan = PlanDrill {
            pack: Arc::clone(pack),
            title: pack.scenario.title.clone(),
            begins: platform.now(),
            co_hosts: Vec::new(),
            teams: planned.collect(),
            follows: None,
        };
        let id = act(platform, grant.actor(), move |work| plan_drill(work, &grant, &plan))?;
        let mut players = Vec::new();
        for ((number, team), department) in (0..).zip(teams).zip(&departments) {
            let player = |place| Part::Player { team: number, place };
            let places = [(team.in_room, Place::Room), (team.remote, Place::Remote)];
            let parts = places.into_iter().flat_map(|(count, place)| std::iter::repeat_n(player(place), usize::from(count)));
            players.push(seats(platform, (&grant, id), *department, parts.collect())?);
        }
        let mut parts = vec![Part::Facilitator];
        parts.extend(std::iter::repeat_n(Part::Evaluator, usize::from(evaluators)));
        let mut evaluators = seats(platform, (&grant, id), host, parts)?;
        let facilitator = evaluators.remove(0);
        Ok(Self { id, grant, players, facilitator, evaluators })
    }
}

/// What a journal says of an exercise's entries: from which to which, and the digest of the chain at the last.
pub fn anchors(platform: &Platform, id: Id<kinds::Drill>) -> Result<Vec<(u64, u64, String)>, Failure> {
    let (mut anchors, mut after) = (Vec::new(), None);
    loop {
        let page = platform.ledger().scan(after, 5_000)?;
        let Some(last) = page.last() else { return Ok(anchors) };
        after = Some(last.id);
        for entry in page.iter().filter(|entry| entry.body.contains("\"drill.noted\"")) {
            let body: Value = serde_json::from_str(&entry.body)?;
            let detail = |name: &str| body.pointer(&format!("/details/{name}"));
            let number = |name| detail(name).and_then(Value::as_u64).unwrap_or(0);
            if detail("drill").and_then(Value::as_str) == Some(&id.to_string()) {
                let chain = detail("chain").and_then(Value::as_str).unwrap_or_default().to_owned();
                anchors.push((number("from"), number("to"), chain));
            }
        }
    }
}

/// Whether the anchors cover every entry once, in order, and each says the digest that the entry has.
pub fn are_anchored(anchors: &[(u64, u64, String)], entries: &[Entry]) -> bool {
    let mut next = 1;
    let mut covered = true;
    for (from, to, chain) in anchors {
        let at = usize::try_from(to - 1).unwrap_or(usize::MAX);
        covered &= *from == next && to >= from && entries.get(at).is_some_and(|entry| entry.number == *to && entry.chain == *chain);
        next = to + 1;
    }
    covered && next == entries.last().map_or(1, |last| last.number + 1)
}

fn department(platform: &Platform, number: usize) -> Result<Id<kinds::Department>, Failure> {
    let name = Text::new(format!("Department {number}"), format!("第{number}部門"), format!("第{number}部门"));
    let command = CreateDepartment { code: format!("D{number:03}"), name };
    act(platform, Actor::Operator, move |work| create_department(work, command.clone()))
}

/// Invites officers of one department and seats them, in one unit of work each.
fn seats(
    platform: &Platform,
    (grant, id): (&Grant<RunDrill>, Id<kinds::Drill>),
    department: Id<kinds::Department>,
    parts: Vec<Part>,
) -> Result<Vec<Seat>, Failure> {
    let ledger = platform.ledger();
    let contact = Contact::parse("Invented", "invented@dept.example.hk")?;
    let mut invitations = Vec::new();
    for _ in &parts {
        let contact = seal_contact(ledger.keys(), platform.now().day(), &contact)?;
        let post = Text::new("Officer", "主任", "主任");
        invitations.push(InviteOfficer { department, post, roles: vec![Role::SecurityOfficer], contact });
    }
    let officers = act(platform, Actor::Operator, move |work| {
        let invite = |command: &InviteOfficer| invite_officer(work, &Inviter::Operator, command.clone()).map(|invited| invited.officer);
        invitations.iter().map(invite).collect::<Result<Vec<_>, _>>()
    })?;
    let grant = *grant;
    act(platform, grant.actor(), move |work| {
        let pairs = officers.iter().zip(&parts);
        pairs.map(|(officer, part)| seat_officer(work, &grant, id, *officer, *part)).collect()
    })
}

fn act<T, E>(platform: &Platform, actor: Actor, act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static) -> Result<T, Failure>
where
    T: Send + 'static,
    E: std::error::Error + From<StoreError> + Send + 'static,
{
    let done = platform.ledger().write("rehearsal.act", actor, act);
    done.map(|(value, _)| value).map_err(|error: RunError<E>| error.to_string().into())
}

fn grant_of<A: Action>(department: Id<kinds::Department>) -> Result<Grant<A>, Failure> {
    let role = Role::ExerciseController;
    Ok(authorise(&SignedIn::at_console(Id::from_bytes([9; 16]), department, vec![role], role.title()), None)?)
}
