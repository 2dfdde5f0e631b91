//! The one address from which parts of pages come anew while an exercise runs.

use std::sync::{Arc, Mutex, PoisonError};

use desk::{Answer, Desk, missing};
use drill::{Event, Exercise, Part, TeamNumber};
use flows::DrillRoom;
use kernel::Instant;
use tokio::sync::watch;
use webkit::{Failure, Markup};

use crate::view::View;
use crate::visit::Visit;
use crate::{board, control_room, discussion, marks, play, play_watch};

/// A part by its name, who may see it, what changes it, and what renders it.
struct LiveNamed {
    name: &'static str,
    may: fn(&Visit<'_>) -> bool,
    /// Whether something that happened may change it for a visitor of this team.
    changes: fn(&Event, Option<TeamNumber>) -> bool,
    part: fn(&View<'_>) -> Result<Markup, Failure>,
}

const PARTS: &[LiveNamed] = &[
    LiveNamed { name: "clock", may: |_| true, changes: |event, _| is_of_clock(event), part: control_room::clock },
    LiveNamed { name: "board", may: |_| true, changes: |event, _| !is_talk(event), part: board::part },
    LiveNamed { name: "control", may: |visit| visit.runs(), changes: |event, _| !is_talk(event), part: control_room::tables },
    LiveNamed { name: "play", may: |visit| visit.seat.is_some_and(|seat| seat.team().is_some()), changes: reaches, part: play::part },
    LiveNamed {
        name: "watch",
        may: |visit| visit.seat.is_none_or(|seat| seat.team().is_none()),
        changes: |event, _| is_of_clock(event) || matches!(event, Event::Sent { .. }),
        part: play_watch::part,
    },
    LiveNamed { name: "discussion", may: |_| true, changes: reaches, part: discussion::part },
    LiveNamed {
        name: "marks",
        may: |visit| visit.runs() || visit.part() == Some(Part::Evaluator),
        changes: |event, _| matches!(event, Event::Answered { .. } | Event::Marked { .. }),
        part: marks::part,
    },
];

fn is_of_clock(event: &Event) -> bool {
    matches!(event, Event::Started { .. } | Event::Rate { .. } | Event::Jumped { .. } | Event::Frozen | Event::Ended)
}

/// What players do among themselves: it changes no score.
fn is_talk(event: &Event) -> bool {
    matches!(event, Event::Pinned { .. } | Event::Unpinned { .. } | Event::Said { .. })
}

/// Whether it concerns this team, or everybody; whoever has no team is concerned by everything.
fn reaches(event: &Event, own: Option<TeamNumber>) -> bool {
    let of = match event {
        Event::Sent { team, .. }
        | Event::Answered { team, .. }
        | Event::Marked { team, .. }
        | Event::Pinned { team, .. }
        | Event::Unpinned { team, .. } => Some(*team),
        Event::Signalled { team, .. } | Event::Said { team, .. } => *team,
        _ => None,
    };
    own.is_none() || of.is_none() || of == own
}

/// What a visitor was sent last.
struct Sent {
    /// The last entry that was looked at.
    entry: usize,
    at: Instant,
    part: Markup,
}

/// Somebody to whom a part is sent for as long as the page is open.
struct Follower {
    desk: Desk,
    named: &'static LiveNamed,
    room: Arc<DrillRoom>,
    team: Option<TeamNumber>,
    last: Mutex<Option<Sent>>,
}

/// Sends a part of the exercise's pages whenever something has happened that changes it.
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
    let (desk, team) = (desk.again().ok_or_else(missing)?, visit.seat.and_then(|seat| seat.team()));
    let follower = Follower { desk, named, room, team, last: Mutex::default() };
    Ok(webkit::live(changes, move || {
        // It is dropped with the answer.
        let _ = &subscription;
        follower.part()
    }))
}

impl Follower {
    /// The part as it stands; nothing once the visitor may not see it any more. What did not change is not made again, but every few
    /// seconds at least: then session, seat and right are asked again too.
    fn part(&self) -> Option<Markup> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.desk.now();
        let (entry, changed) = self.room.read(|exercise| self.since(exercise, last.as_ref())).ok()?;
        if let Some(sent) = last.as_mut().filter(|sent| !changed && now.since(sent.at) < ASKED_AGAIN_MILLIS) {
            sent.entry = entry;
            return Some(sent.part.clone());
        }
        let desk = self.desk.again()?;
        let visit = Visit::of(&desk).ok().filter(|visit| (self.named.may)(visit))?;
        let part = visit.read(&self.room, self.named.part).ok()?;
        *last = Some(Sent { entry, at: now, part: part.clone() });
        Some(part)
    }

    /// How many entries there are, and whether one after the last that was sent changes the part.
    fn since(&self, exercise: &Exercise, last: Option<&Sent>) -> (usize, bool) {
        let entries = exercise.entries();
        let newer = last.and_then(|sent| entries.get(sent.entry..)).unwrap_or(entries);
        (entries.len(), last.is_none() || newer.iter().any(|entry| (self.named.changes)(&entry.event, self.team)))
    }
}

const ASKED_AGAIN_MILLIS: i64 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_team_does_changes_nothing_for_a_player_and_everything_for_the_control_room() {
        let named = |name: &str| PARTS.iter().find(|part| part.name == name).unwrap();
        let line = "log:1".to_owned().try_into().unwrap();
        let pinned = Event::Pinned { team: 1, player: 0, line, note: String::new() };
        let sent = Event::Sent { inject: "call".parse().unwrap(), team: 1, due: drill::Span::default(), late: false };
        for (part, team, by_pin, by_inject) in [
            ("play", Some(0), false, false),
            ("play", Some(1), true, true),
            ("board", Some(0), false, true),
            ("control", None, false, true),
            ("watch", None, false, true),
            ("marks", None, false, false),
            ("clock", None, false, false),
            ("discussion", Some(0), false, false),
        ] {
            let changes = named(part).changes;
            assert_eq!((changes(&pinned, team), changes(&sent, team)), (by_pin, by_inject), "{part} {team:?}");
            assert!(part == "marks" || changes(&Event::Ended, team), "{part}: the end concerns everybody");
        }
    }
}
