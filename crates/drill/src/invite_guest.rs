use journal::{Event, Work};
use kernel::{Id, Instant, kinds};
use people::{Grant, RunDrill};
use store::{StoreError, Tx};

use crate::guest::{GuestToken, SealedGuest};
use crate::plan_drill::held;
use crate::record::DrillError;
use crate::seat::{Part, Seat, Sitter};
use crate::seat_officer::{leave, note, sit};
use crate::storage::seat as table;

/// The longest that a guest has access.
pub const GUEST_DAYS: i64 = 30;
const DAY_MS: i64 = 86_400_000;

/// An outside expert to invite.
#[derive(Clone, Debug)]
pub struct InviteGuest {
    /// Who it is, sealed by [`crate::seal_guest`] for this exercise until the day on which the access ends.
    pub details: SealedGuest,
    /// What for: [`Part::Evaluator`] or [`Part::Observer`].
    pub part: Part,
    /// When the access ends: within 30 days.
    pub until: Instant,
}

/// A guest with the link to hand over, which is stored nowhere.
#[derive(Clone, Debug)]
pub struct InvitedGuest {
    /// The guest.
    pub guest: Id<kinds::Guest>,
    /// The secret of the link.
    pub token: GuestToken,
}

/// Invites somebody from outside, for a part and a time.
pub fn invite_guest(
    work: &mut Work<'_, '_>,
    grant: &Grant<RunDrill>,
    id: Id<kinds::Drill>,
    command: &InviteGuest,
) -> Result<InvitedGuest, DrillError> {
    let record = held(work, grant, id)?;
    if !matches!(command.part, Part::Evaluator | Part::Observer) {
        return Err(DrillError::GuestPart);
    }
    let now = work.now();
    let until = command.until;
    if until <= now || until > now.plus_millis(GUEST_DAYS * DAY_MS) || command.details.expiry() < until.day() {
        return Err(DrillError::Until);
    }
    let fresh = command.details.fresh.as_ref().filter(|fresh| fresh.drill == id).ok_or(DrillError::Seat)?;
    let (guest, token) = (work.new_id(), fresh.token.clone());
    let seat = sit(work, &record, (Sitter::Guest(guest), command.part), Some(until))?;
    table::insert_guest(work.tx(), (id, guest), (token.hash(), fresh.tag), (&command.details, now))?;
    note(work, grant, "drill.guest_invited", &seat)?;
    Ok(InvitedGuest { guest, token })
}

/// Ends a guest's access at once.
pub fn end_guest(
    work: &mut Work<'_, '_>,
    grant: &Grant<RunDrill>,
    id: Id<kinds::Drill>,
    guest: Id<kinds::Guest>,
) -> Result<(), DrillError> {
    let record = held(work, grant, id)?;
    let seat = leave(work, &record, Sitter::Guest(guest))?;
    table::forget_guest(work.tx(), guest)?;
    note(work, grant, "drill.guest_ended", &seat)
}

/// Opens a guest's details: the `Committed` of this unit of work opens what is returned.
pub fn open_guest(
    work: &mut Work<'_, '_>,
    grant: &Grant<RunDrill>,
    id: Id<kinds::Drill>,
    guest: Id<kinds::Guest>,
) -> Result<SealedGuest, DrillError> {
    held(work, grant, id)?;
    let details = table::guest_details(work.tx(), id, guest)?.ok_or(DrillError::Seat)?;
    work.journal(
        Event::new("drill.guest_opened")
            .detail("drill", id.to_string())
            .detail("guest", guest.to_string())
            .detail("purpose", crate::guest::PURPOSE)
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(details)
}

/// The seat of whoever holds this token, as long as it lasts.
pub fn guest_seat(tx: &mut Tx<'_>, token: &GuestToken, now: Instant) -> Result<Option<Seat>, StoreError> {
    let seat = table::by_token(tx, token.hash())?;
    Ok(seat.filter(|seat| seat.until.is_none_or(|until| until > now)))
}

/// Forgets who the guests were whose time has passed. Returns how many.
pub fn purge_guests(work: &mut Work<'_, '_>) -> Result<u64, StoreError> {
    let today = work.today();
    let gone = table::purge_guests(work.tx(), today)?;
    if gone > 0 {
        work.journal(Event::new("drill.guests_purged").detail("count", gone))?;
    }
    Ok(gone)
}
