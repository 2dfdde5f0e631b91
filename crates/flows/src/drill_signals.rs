use std::collections::BTreeSet;

use drill::{Fact, Name, TeamNumber};
use journal::Ledger;
use kernel::{Id, kinds};
use response::{Milestone, call_outs_of, has_reached};
use store::{StoreError, Tx};

use crate::drill_act::{DrillAct, RoomError};
use crate::drill_room::DrillRoom;

/// The preliminary report of the team's case has gone out.
const REPORTED: &str = "case-reported";
/// Somebody acknowledged a page of a call-out that was begun from the team's case.
const ACKNOWLEDGED: &str = "call-acknowledged";

/// Gives the signals that follow from what teams did on the platform itself, as far as the pack waits for them.
pub(crate) fn give_signals(ledger: &Ledger, room: &DrillRoom) -> Result<(), RoomError> {
    let waited: BTreeSet<&Name> = room.pack().scenario.injects.iter().flat_map(|inject| inject.when.facts()).filter_map(signal).collect();
    if waited.is_empty() {
        return Ok(());
    }
    let id = room.id();
    let cases = ledger.read("flows.drill", |tx| drill::drill(tx, id))?.map(|record| record.cases).unwrap_or_default();
    for (team, case) in (0..).zip(cases).filter_map(|(team, case)| case.map(|case| (team, case))) {
        for name in waited.iter().filter(|name| [REPORTED, ACKNOWLEDGED].contains(&name.as_str())) {
            let happened = room.read(|exercise| exercise.state().was_signalled(team, name))?;
            if !happened && ledger.read("flows.drill_signal", |tx| has_happened(tx, case, name))? {
                give(room, name, team)?;
            }
        }
    }
    Ok(())
}

fn signal(fact: &Fact) -> Option<&Name> {
    if let Fact::Signal(name) = fact { Some(name) } else { None }
}

fn has_happened(tx: &mut Tx<'_>, case: Id<kinds::Incident>, name: &Name) -> Result<bool, StoreError> {
    if name.as_str() == REPORTED {
        return has_reached(tx, case, Milestone::Preliminary);
    }
    for call_out in call_outs_of(tx, case)? {
        if !callout::answers(tx, call_out)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn give(room: &DrillRoom, name: &Name, team: TeamNumber) -> Result<(), RoomError> {
    match room.act_itself(DrillAct::Signal(name.clone(), Some(team))) {
        // It ended meanwhile.
        Err(RoomError::Refused(drill::Refusal::Over)) => Ok(()),
        done => done.map(drop),
    }
}
