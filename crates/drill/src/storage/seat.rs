use kernel::{Day, Id, Instant, kinds};
use people::SealedContact;
use seal::{RecordNumber, Sealed};
use store::{Row, StoreError, Tx, Value};

use super::unreadable;
use crate::guest::{PURPOSE, SealedGuest};
use crate::invitation::Invitation;
use crate::seat::{Part, Place, Seat, Sitter};

type DrillId = Id<kinds::Drill>;
type GuestId = Id<kinds::Guest>;

pub(crate) fn put(tx: &mut Tx<'_>, seat: &Seat, now: Instant) -> Result<(), StoreError> {
    let (team, place) = match seat.part {
        Part::Player { team, place } => (Value::from(team), Value::from(place.slug())),
        _ => (Value::Null, Value::Null),
    };
    tx.execute(
        "-- drill.put_seat\n\
         insert into drill_seat (drill, sitter, is_guest, part, team, place, number, until, seated) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (drill, sitter) do update set part = excluded.part, \
         team = excluded.team, place = excluded.place, number = excluded.number, until = excluded.until, ended = null",
        &[
            seat.drill.into(),
            seat.sitter.bytes().into(),
            seat.sitter.is_guest().into(),
            seat.part.slug().into(),
            team,
            place,
            seat.number.into(),
            seat.until.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn renumber(tx: &mut Tx<'_>, seat: &Seat, number: u16) -> Result<(), StoreError> {
    tx.execute(
        "-- drill.renumber\nupdate drill_seat set number = $3 where drill = $1 and sitter = $2",
        &[seat.drill.into(), seat.sitter.bytes().into(), number.into()],
    )?;
    Ok(())
}

pub(crate) fn end(tx: &mut Tx<'_>, seat: &Seat, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- drill.end_seat\nupdate drill_seat set ended = $3 where drill = $1 and sitter = $2",
        &[seat.drill.into(), seat.sitter.bytes().into(), now.into()],
    )?;
    Ok(())
}

pub(crate) fn delete(tx: &mut Tx<'_>, id: DrillId, sitter: Sitter) -> Result<(), StoreError> {
    tx.execute(
        "-- drill.delete_seat\ndelete from drill_seat where drill = $1 and sitter = $2",
        &[id.into(), sitter.bytes().into()],
    )?;
    Ok(())
}

pub(crate) fn delete_all(tx: &mut Tx<'_>, id: DrillId) -> Result<(), StoreError> {
    tx.execute("-- drill.delete_seats\ndelete from drill_seat where drill = $1", &[id.into()])?;
    tx.execute("-- drill.delete_guests\ndelete from drill_guest where drill = $1", &[id.into()])?;
    Ok(())
}

/// Everybody who has or had the same part, in the same team; and whether the seat has ended.
pub(crate) fn like(tx: &mut Tx<'_>, id: DrillId, part: Part) -> Result<Vec<(Seat, bool)>, StoreError> {
    let rows = match part {
        Part::Player { team, .. } => tx.query(
            "-- drill.seats_of_team\n\
             select drill, sitter, is_guest, part, team, place, number, until, ended from drill_seat \
             where drill = $1 and team = $2 order by number, sitter",
            &[id.into(), team.into()],
        )?,
        _ => tx.query(
            "-- drill.seats_of_part\n\
             select drill, sitter, is_guest, part, team, place, number, until, ended from drill_seat \
             where drill = $1 and part = $2 order by number, sitter",
            &[id.into(), part.slug().into()],
        )?,
    };
    rows.iter().map(read_ended).collect()
}

/// A seat, also one that has ended, and whether it has.
pub(crate) fn any(tx: &mut Tx<'_>, id: DrillId, sitter: Sitter) -> Result<Option<(Seat, bool)>, StoreError> {
    let row = tx.query_opt(
        "-- drill.any_seat\n\
         select drill, sitter, is_guest, part, team, place, number, until, ended from drill_seat \
         where drill = $1 and sitter = $2 and is_guest = $3",
        &[id.into(), sitter.bytes().into(), sitter.is_guest().into()],
    )?;
    row.as_ref().map(read_ended).transpose()
}

/// How many play or played, and how many others there are or were.
pub(crate) fn count(tx: &mut Tx<'_>, id: DrillId) -> Result<(u64, u64), StoreError> {
    let row = tx.query_opt(
        "-- drill.count_seats\n-- small: an exercise has 5,500 seats at most\n\
         select count(team), count(*) from drill_seat where drill = $1",
        &[id.into()],
    )?;
    let (players, all): (u64, u64) = row.map_or(Ok((0, 0)), |row| Ok::<_, StoreError>((row.get(0)?, row.get(1)?)))?;
    Ok((players, all - players))
}

pub(crate) fn list(tx: &mut Tx<'_>, id: DrillId) -> Result<Vec<Seat>, StoreError> {
    let rows = tx.query(
        "-- drill.seats\n\
         select drill, sitter, is_guest, part, team, place, number, until from drill_seat where drill = $1 and ended is null \
         order by part, team, number, sitter limit 20000",
        &[id.into()],
    )?;
    rows.iter().map(read).collect()
}

pub(crate) fn find(tx: &mut Tx<'_>, id: DrillId, sitter: Sitter) -> Result<Option<Seat>, StoreError> {
    let row = tx.query_opt(
        "-- drill.seat\n\
         select drill, sitter, is_guest, part, team, place, number, until from drill_seat \
         where drill = $1 and sitter = $2 and is_guest = $3 and ended is null",
        &[id.into(), sitter.bytes().into(), sitter.is_guest().into()],
    )?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn of_sitter(tx: &mut Tx<'_>, sitter: Sitter) -> Result<Vec<Seat>, StoreError> {
    let rows = tx.query(
        "-- drill.seats_of\n\
         select s.drill, s.sitter, s.is_guest, s.part, s.team, s.place, s.number, s.until from drill_seat s \
         join drill d on d.id = s.drill where s.sitter = $1 and s.is_guest = $2 and s.ended is null \
         order by d.begins desc, d.id desc limit 50",
        &[sitter.bytes().into(), sitter.is_guest().into()],
    )?;
    rows.iter().map(read).collect()
}

pub(crate) fn insert_guest(
    tx: &mut Tx<'_>,
    (drill, guest): (DrillId, GuestId),
    (token_hash, tag): ([u8; 32], [u8; 32]),
    (details, now): (&SealedGuest, Instant),
) -> Result<(), StoreError> {
    let record = i64::try_from(details.contact.record().0).map_err(|_| unreadable("a record number"))?;
    tx.execute(
        "-- drill.insert_guest\n\
         insert into drill_guest (id, drill, token_hash, tag, sealed, sealed_record, sealed_expiry, invited) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            guest.into(),
            drill.into(),
            token_hash.into(),
            tag.into(),
            details.contact.sealed().as_bytes().into(),
            record.into(),
            details.expiry().into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// The person is forgotten; that there was a guest stays.
pub(crate) fn forget_guest(tx: &mut Tx<'_>, guest: GuestId) -> Result<(), StoreError> {
    let nothing: &[u8] = &[];
    tx.execute("-- drill.forget_guest\nupdate drill_guest set sealed = $2 where id = $1", &[guest.into(), nothing.into()])?;
    Ok(())
}

pub(crate) fn purge_guests(tx: &mut Tx<'_>, today: Day) -> Result<u64, StoreError> {
    let nothing: &[u8] = &[];
    tx.execute(
        "-- drill.purge_guests\nupdate drill_guest set sealed = $2 where sealed_expiry < $1 and length(sealed) > 0",
        &[today.into(), nothing.into()],
    )
}

pub(crate) fn guest_details(tx: &mut Tx<'_>, drill: DrillId, guest: GuestId) -> Result<Option<SealedGuest>, StoreError> {
    let row = tx.query_opt(
        "-- drill.guest_details\nselect sealed, sealed_record, sealed_expiry from drill_guest where id = $1 and drill = $2",
        &[guest.into(), drill.into()],
    )?;
    row.map(|row| read_details(&row)).transpose()
}

fn read_details(row: &Row) -> Result<SealedGuest, StoreError> {
    let (sealed, record, expiry) = (Sealed::from_bytes(row.get(0)?), RecordNumber(row.get(1)?), row.get(2)?);
    Ok(SealedGuest { contact: SealedContact::stored(PURPOSE, record, expiry, sealed), fresh: None })
}

/// What is needed to send a guest the link, while the access lasts.
pub(crate) fn invitation(tx: &mut Tx<'_>, guest: GuestId, now: Instant) -> Result<Option<Invitation>, StoreError> {
    let row = tx.query_opt(
        "-- drill.invitation\n\
         select g.sealed, g.sealed_record, g.sealed_expiry, g.drill, g.tag from drill_guest g \
         join drill_seat s on s.drill = g.drill and s.sitter = g.id \
         where g.id = $1 and g.tag is not null and s.ended is null and s.until > $2",
        &[guest.into(), now.into()],
    )?;
    row.map(|row| Ok(Invitation { details: read_details(&row)?, drill: row.get(3)?, tag: row.get(4)? })).transpose()
}

pub(crate) fn by_token(tx: &mut Tx<'_>, hash: [u8; 32]) -> Result<Option<Seat>, StoreError> {
    let row = tx.query_opt(
        "-- drill.seat_by_token\n\
         select s.drill, s.sitter, s.is_guest, s.part, s.team, s.place, s.number, s.until from drill_guest g \
         join drill_seat s on s.drill = g.drill and s.sitter = g.id where g.token_hash = $1 and s.ended is null",
        &[hash.into()],
    )?;
    row.as_ref().map(read).transpose()
}

fn read_ended(row: &Row) -> Result<(Seat, bool), StoreError> {
    Ok((read(row)?, row.get::<Option<Instant>>(8)?.is_some()))
}

fn read(row: &Row) -> Result<Seat, StoreError> {
    let sitter: [u8; 16] = row.get(1)?;
    let sitter = if row.get(2)? { Sitter::Guest(Id::from_bytes(sitter)) } else { Sitter::Officer(Id::from_bytes(sitter)) };
    let (team, place): (Option<u16>, Option<String>) = (row.get(4)?, row.get(5)?);
    let part = match row.get::<String>(3)?.as_str() {
        "facilitator" => Some(Part::Facilitator),
        "evaluator" => Some(Part::Evaluator),
        "observer" => Some(Part::Observer),
        "player" => team.zip(place.as_deref().and_then(Place::from_slug)).map(|(team, place)| Part::Player { team, place }),
        _ => None,
    };
    let part = part.ok_or_else(|| unreadable("a part in an exercise"))?;
    Ok(Seat { drill: row.get(0)?, sitter, part, number: row.get(6)?, until: row.get(7)? })
}
