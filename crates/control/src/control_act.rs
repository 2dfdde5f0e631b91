use desk::{Answer, Desk, Mistakes, go, missing};
use drill::{DrillStage, Refusal, TeamNumber};
use flows::{DrillAct, RoomError};
use webkit::parts::{Button, ButtonStyle};
use webkit::{Failure, Page};

use crate::control_room::{page, signals};
use crate::told;
use crate::visit::Visit;

/// An act of a facilitator: the clock, a signal, a topic.
pub(crate) fn act(desk: &Desk) -> Answer {
    let visit = Visit::run(desk)?;
    if desk.values.switching() {
        return page(&visit, &Mistakes::default());
    }
    match wanted(&visit)? {
        Ok(act) => done(&visit, act),
        Err(mistakes) => page(&visit, &mistakes),
    }
}

/// What the form asks for, or what is wrong with it.
fn wanted(visit: &Visit<'_>) -> Result<Result<DrillAct, Mistakes>, Failure> {
    let desk = visit.desk;
    let sent = |name: &str| desk.values.get(name);
    Ok(match sent("act") {
        "rate" => sent("rate").parse().map(DrillAct::Rate).map_err(|_| Mistakes::one("rate", desk.say("drill-rate-wrong"))),
        "jump" => told::moment(sent("to")).map(DrillAct::Jump).ok_or_else(|| Mistakes::one("to", desk.say("drill-jump-wrong"))),
        "signal" => {
            let known = visit.started()?.read(signals)?;
            let name = known.iter().find(|name| *name == sent("signal")).and_then(|name| name.parse().ok());
            let team: Option<TeamNumber> = sent("team").parse().ok();
            name.map(|name| DrillAct::Signal(name, team)).ok_or_else(|| Mistakes::one("signal", desk.say("drill-signal-wrong")))
        }
        "discuss" => Ok(DrillAct::Discuss(sent("topic").parse().ok())),
        _ => return Err(missing()),
    })
}

/// Does it; what the rules of the exercise refuse is said beside the field that it is about.
fn done(visit: &Visit<'_>, act: DrillAct) -> Answer {
    let desk = visit.desk;
    match visit.started()?.act(visit.hand()?, act) {
        Ok(_) => Ok(go(&visit.url("/control"))),
        Err(RoomError::Refused(Refusal::Clock(drill::ClockError::Back))) => page(visit, &Mistakes::one("to", desk.say("drill-jump-back"))),
        Err(RoomError::Refused(Refusal::Clock(drill::ClockError::Rate))) => page(visit, &Mistakes::one("rate", desk.say("drill-rate-wrong"))),
        Err(RoomError::Refused(Refusal::Over)) => page(visit, &Mistakes::one("rate", desk.say("drill-over"))),
        Err(error) => Err(error.into()),
    }
}

/// What cannot be taken back is asked once more.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let visit = Visit::run(desk)?;
    let act = last(&visit)?;
    let name = if matches!(act, DrillAct::Freeze) { "freeze" } else { "end" };
    let title = desk.say(&format!("drill-{name}"));
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say(&format!("drill-{name}-lead")));
    body.part(&desk.form().part(&Button::new(title.clone()).style(ButtonStyle::Warning)));
    Ok(desk.show(Page::new(title, body.markup()).back(visit.url("/control"))))
}

/// Freezes the board, or ends the exercise.
pub(crate) fn confirm(desk: &Desk) -> Answer {
    let visit = Visit::run(desk)?;
    let act = last(&visit)?;
    done(&visit, act)
}

fn last(visit: &Visit<'_>) -> Result<DrillAct, Failure> {
    match (visit.desk.param("act"), visit.record.stage) {
        ("freeze", DrillStage::Running) => Ok(DrillAct::Freeze),
        ("end", DrillStage::Running) => Ok(DrillAct::End),
        _ => Err(missing()),
    }
}
