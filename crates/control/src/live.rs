//! The one address from which parts of pages come anew while an exercise runs.

use std::sync::Arc;

use desk::{Answer, Desk, missing};
use drill::Part;
use flows::DrillRoom;
use tokio::sync::watch;
use webkit::{Failure, Markup};

use crate::view::View;
use crate::visit::Visit;
use crate::{board, control_room, discussion, marks, play, play_watch};

/// A part by its name, who may see it, and what renders it.
struct LiveNamed {
    name: &'static str,
    may: fn(&Visit<'_>) -> bool,
    part: fn(&View<'_>) -> Result<Markup, Failure>,
}

const PARTS: &[LiveNamed] = &[
    LiveNamed { name: "clock", may: |_| true, part: control_room::clock },
    LiveNamed { name: "board", may: |_| true, part: board::part },
    LiveNamed { name: "control", may: |visit| visit.runs(), part: control_room::tables },
    LiveNamed { name: "play", may: |visit| visit.seat.is_some_and(|seat| seat.team().is_some()), part: play::part },
    LiveNamed { name: "watch", may: |visit| visit.seat.is_none_or(|seat| seat.team().is_none()), part: play_watch::part },
    LiveNamed { name: "discussion", may: |_| true, part: discussion::part },
    LiveNamed { name: "marks", may: |visit| visit.runs() || visit.part() == Some(Part::Evaluator), part: marks::part },
];

/// Sends a part of the exercise's pages whenever something has happened. Each time the visitor's session, seat and right are asked again.
pub(crate) fn show(desk: &Desk) -> Answer {
    let named = PARTS.iter().find(|part| part.name == desk.query("part")).ok_or_else(missing)?;
    let visit = Visit::of(desk)?;
    if !(named.may)(&visit) {
        return Err(missing());
    }
    let room = visit.started()?;
    let (sender, changes) = watch::channel(0);
    let subscription = room.subscribe(Box::new(move |entry| {
        sender.send_replace(entry);
    }));
    let first = desk.again().ok_or_else(missing)?;
    Ok(webkit::live(changes, move || {
        // It is dropped with the answer.
        let _ = &subscription;
        first.again().and_then(|desk| anew(named, &desk, &room))
    }))
}

fn anew(named: &LiveNamed, desk: &Desk, room: &Arc<DrillRoom>) -> Option<Markup> {
    let visit = Visit::of(desk).ok().filter(|visit| (named.may)(visit))?;
    visit.read(room, named.part).ok()
}
