//! Tickets, admission control and an honest estimate of the wait.
//!
//! The room keeps counters and nothing about anybody: a visitor holds a signed [`Ticket`] with a number, and may enter
//! once the number served has passed it. [`Room`] paces by *claimed* places: those who left do not hold up those who
//! stayed, and who comes late enters at once. What the public sees is one small [`Status`], the same for everybody, so
//! that polls are answered from a cache; a ticket's wait follows from it alone. Who is admitted gets a [`Pass`], which
//! the form asks for. Signing is an argument ([`Mac`]), and so is the time.
//!
//! First come, first served: numbers run in the order of arrival and the number served only grows. The class byte of a
//! ticket leaves room for a draw before opening.
//!
//! Sources: abandoners freezing a queue, aws-solutions/virtual-waiting-room-on-aws#154; pacing by rate, Queue-it's and
//! Queue-Fair's published arguments; the remedy here is ours.

mod claims;
mod code;
mod estimate;
mod gaps;
mod pass;
#[cfg(test)]
mod restarts;
mod room;
#[cfg(test)]
mod simulation;
mod status;
mod ticket;
mod words;

pub use estimate::{Estimate, Promise, Reason, Told, tell};
pub use pass::{Pass, PassError};
pub use room::{Arrival, Room, Snapshot};
pub use status::{Entry, Poll, Slowed, Status};
pub use ticket::{Class, RoomName, Ticket, TicketError};

/// A keyed function, such as `|input| keyring.prf("waitingroom", input)`. Inputs are told apart by their first bytes.
pub type Mac<'a> = &'a dyn Fn(&[u8]) -> [u8; 32];
