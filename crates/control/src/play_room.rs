//! What the pages of those who sit in an exercise ask of it.

use desk::missing;
use drill::{DrillStage, Part, Seat, TeamNumber};
use webkit::Failure;

use crate::visit::Visit;

/// The team of a player.
pub(crate) fn team(seat: Option<Seat>) -> Option<TeamNumber> {
    seat.and_then(|seat| seat.team())
}

/// The seat of a player, with its team; what players do is nobody else's.
pub(crate) fn player(visit: &Visit<'_>) -> Result<(Seat, TeamNumber), Failure> {
    let seat = visit.seat.ok_or_else(missing)?;
    seat.team().map(|team| (seat, team)).ok_or_else(missing)
}

/// Whether what is right may be seen: by those who run and mark it, and by everybody after the end.
pub(crate) fn sees_keys(visit: &Visit<'_>) -> bool {
    visit.record.stage == DrillStage::Ended || visit.runs() || visit.part() == Some(Part::Evaluator)
}
