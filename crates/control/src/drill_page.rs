use desk::{Answer, Desk, Mistakes, go, link};
use drill::{DrillStage, Part, Place, Seat, Sitter, TeamNumber};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Details, Part as _, SummaryList, SummaryRow, Table, Warning};
use webkit::{Body, Failure, Markup, Page};

use crate::drill_ready::{Ready, readiness};
use crate::told;
use crate::visit::Visit;

/// An exercise: for whoever holds it, how it is set up; everybody else goes to the page of the seat.
pub(crate) fn show(desk: &Desk) -> Answer {
    let visit = Visit::of(desk)?;
    if !visit.holds {
        return Ok(go(&visit.url(place_of(&visit))));
    }
    page(&visit, &Mistakes::default())
}

/// Where somebody with a seat goes.
fn place_of(visit: &Visit<'_>) -> &'static str {
    match (visit.part(), visit.record.stage) {
        (Some(Part::Player { .. }), _) => "/play",
        (Some(Part::Facilitator), DrillStage::Running | DrillStage::Ended) => "/control",
        (Some(Part::Evaluator), DrillStage::Running | DrillStage::Ended) => "/marks",
        _ => "/watch",
    }
}

/// The page of whoever holds it, with what kept it from starting.
pub(crate) fn page(visit: &Visit<'_>, mistakes: &Mistakes) -> Answer {
    let (desk, record) = (visit.desk, &visit.record);
    let seats = desk.platform().ledger().read("control.seats", |tx| drill::seats(tx, record.id))?;
    let title = desk.text(&record.title);
    let mut body = desk.body(&title, mistakes);
    facts(visit, &mut body);
    ways(visit, &mut body);
    if record.stage == DrillStage::Planned {
        start(visit, &seats, &mut body)?;
    }
    teams(visit, &seats, &mut body);
    others(visit, &seats, &mut body);
    guests(visit, &seats, &mut body);
    Ok(desk.show_form(Page::new(title, body.markup()).wide().back(desk.url("/staff/drills")).switch_submits(""), mistakes))
}

fn facts(visit: &Visit<'_>, body: &mut Body) {
    let (desk, record) = (visit.desk, &visit.record);
    let pack = desk.platform().drills().pack_of(record);
    let pack = pack.map_or_else(|_| record.pack.clone(), |pack| desk.text(&pack.scenario.title));
    let hosts: Vec<String> = std::iter::once(&record.host).chain(&record.co_hosts).map(|id| visit.department(*id)).collect();
    let mut rows = vec![
        SummaryRow::new(desk.say("drill-stage"), told::stage(desk, record.stage)),
        SummaryRow::new(desk.say("drill-pack"), pack),
        SummaryRow::new(desk.say("drill-begins"), desk.at(record.begins)),
        SummaryRow::new(desk.say("drill-hosts"), hosts.join(&desk.say("list-comma"))),
    ];
    rows.extend(record.started.map(|at| SummaryRow::new(desk.say("drill-started"), desk.at(at))));
    rows.extend(record.ended.map(|at| SummaryRow::new(desk.say("drill-ended"), desk.at(at))));
    if let Some(earlier) = record.follows {
        let earlier = link(&desk.say("drill-follows-link"), &desk.url(&format!("/staff/drills/{earlier}")));
        rows.push(SummaryRow::new(desk.say("drill-follows"), earlier));
    }
    body.part(&SummaryList::new(rows));
}

/// Where the exercise goes on.
fn ways(visit: &Visit<'_>, body: &mut Body) {
    let desk = visit.desk;
    let way = |key: &str, rest: &str| Button::link(desk.say(key), visit.url(rest)).style(ButtonStyle::Secondary);
    let buttons = match visit.record.stage {
        DrillStage::Planned => vec![way("drill-change", "/plan"), way("drill-cancel", "/cancel")],
        DrillStage::Running | DrillStage::Ended => vec![
            Button::link(desk.say("drill-control"), visit.url("/control")),
            way("drill-board", "/board"),
            way("report-title", "/report"),
        ],
    };
    body.part(&ButtonGroup(buttons));
}

/// What is missing, and the button that starts the clock.
fn start(visit: &Visit<'_>, seats: &[Seat], body: &mut Body) -> Result<(), Failure> {
    let desk = visit.desk;
    body.h2(desk.say("drill-ready-title"));
    let ready = readiness(visit, seats)?;
    for missing in ready.iter().filter(|one| one.stops) {
        body.part(&Warning(missing.words.clone()));
    }
    let rest: Vec<String> = ready.iter().filter(|one| !one.stops).map(|one| one.words.clone()).collect();
    if rest.is_empty() && ready.is_empty() {
        body.p(desk.say("drill-ready-all"));
    } else if !rest.is_empty() {
        body.p(desk.say("drill-ready-not-needed")).bullets(rest);
    }
    if !ready.iter().any(|one| one.stops) {
        body.p(desk.say("drill-start-lead"));
        body.part(&desk.form().to(visit.url("/start")).id("start").part(&Button::new(desk.say("drill-start"))));
    }
    Ok(())
}

fn teams(visit: &Visit<'_>, seats: &[Seat], body: &mut Body) {
    let desk = visit.desk;
    body.h2(desk.say("drill-teams"));
    let head = ["drill-team", "drill-in-room", "drill-remote", "drill-seats", "drill-case"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("drill-teams"), head);
    table.quiet_caption = true;
    table.numeric = vec![1, 2];
    for (number, (team, name)) in (0..).zip(visit.record.teams.iter().zip(visit.teams())) {
        let change = link(&desk.tell("drill-seat-of", [("department", name.clone())]), &visit.url(&format!("/seats/{}", team.department)));
        let case = visit.record.cases.get(usize::from(number)).copied().flatten();
        let case = case.map_or_else(Markup::default, |case| {
            link(&desk.tell("drill-case-of", [("team", name.clone())]), &desk.url(&format!("/staff/incidents/{case}")))
        });
        table.row([Markup::text(&name), in_team(seats, number, Place::Room).into(), in_team(seats, number, Place::Remote).into(), change, case]);
    }
    body.part(&table);
}

fn in_team(seats: &[Seat], number: TeamNumber, place: Place) -> String {
    told::count(seats.iter().filter(|seat| seat.part() == Part::Player { team: number, place }).count())
}

/// Facilitators, evaluators and observers among the officers, and where more are seated.
fn others(visit: &Visit<'_>, seats: &[Seat], body: &mut Body) {
    let desk = visit.desk;
    body.h2(desk.say("drill-others"));
    let count = |part: Part| told::count(seats.iter().filter(|seat| seat.part() == part).count());
    let row = |part: Part| SummaryRow::new(desk.say(&format!("drill-part-{}", part.slug())), count(part));
    body.part(&SummaryList::new([Part::Facilitator, Part::Evaluator, Part::Observer].map(row).to_vec()));
    let ways = visit.departments.iter().map(|department| {
        link(&desk.text(&department.name), &visit.url(&format!("/seats/{}", department.id)))
    });
    let mut list = Body::new(desk.language());
    list.bullets(ways);
    body.part(&Details { summary: desk.say("drill-others-seat"), body: list.markup(), open: false });
}

fn guests(visit: &Visit<'_>, seats: &[Seat], body: &mut Body) {
    let desk = visit.desk;
    body.h2(desk.say("drill-guests"));
    let head = ["drill-guest", "drill-guest-until", "drill-guest-act"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("drill-guests"), head);
    table.quiet_caption = true;
    table.empty = desk.say("drill-guests-none");
    let outside = seats.iter().filter_map(|seat| match seat.sitter() {
        Sitter::Guest(guest) => Some((seat, guest)),
        Sitter::Officer(_) => None,
    });
    for (seat, guest) in outside {
        let name = desk.tell(&format!("drill-guest-{}", seat.part().slug()), [("number", told::count(usize::from(seat.number()) + 1))]);
        let act = |act: &str, key: &str, style: ButtonStyle| {
            let form = desk.form().to(visit.url(&format!("/guests/{guest}/{act}"))).id(format!("{act}-{guest}"));
            form.part(&Button::new(desk.tell(key, [("guest", name.clone())])).style(style)).html(desk.language())
        };
        let mut acts = act("who", "drill-guest-who", ButtonStyle::Quiet);
        acts.push(&act("end", "drill-guest-end", ButtonStyle::Secondary));
        table.row([Markup::text(&name), seat.until().map_or_else(Markup::default, |until| desk.at(until).into()), acts]);
    }
    body.part(&table);
    body.link(desk.say("drill-guest-new"), visit.url("/guests/new"));
}

/// Starts it: the clock runs, every team gets its exercise case.
pub(crate) fn begin(desk: &Desk) -> Answer {
    let (visit, grant) = Visit::held(desk)?;
    if visit.record.stage != DrillStage::Planned {
        return Ok(go(&visit.url("/control")));
    }
    let record = &visit.record;
    let seats = desk.platform().ledger().read("control.seats", |tx| drill::seats(tx, record.id))?;
    let stops: Vec<Ready> = readiness(&visit, &seats)?.into_iter().filter(|one| one.stops).collect();
    if let Some(first) = stops.first() {
        return page(&visit, &Mistakes::one("start", first.words.clone()));
    }
    desk.platform().drills().start(&grant, record.id)?;
    Ok(go(&visit.url("/control")))
}
