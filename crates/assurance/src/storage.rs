//! Every SQL text of this crate.

use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

use crate::{Digest, Gate, GateEvent, Opening};

/// A gate read back from its events, and the number of its next event.
pub(crate) struct Stored {
    pub(crate) gate: Gate,
    pub(crate) next: i64,
}

/// Enters a new gate.
pub(crate) fn insert(tx: &mut Tx<'_>, opening: &Opening) -> Result<(), StoreError> {
    tx.execute(
        "-- assurance.insert_gate\ninsert into gate (version, service, digest, opened) values ($1, $2, $3, $4)",
        &[opening.version.into(), opening.service.into(), opening.digest.bytes().into(), opening.at.into()],
    )?;
    append(tx, opening.version, 0, &GateEvent::Opened(opening.clone()))
}

/// The newest gate of a definition in a service, and whether it was superseded.
pub(crate) fn find(
    tx: &mut Tx<'_>,
    service: Id<kinds::Service>,
    digest: Digest,
) -> Result<Option<(Id<kinds::SchemeVersion>, bool)>, StoreError> {
    let row = tx.query_opt(
        "-- assurance.find_gate\n\
         select version, superseded from gate where service = $1 and digest = $2 order by opened desc, version desc limit 1",
        &[service.into(), digest.bytes().into()],
    )?;
    row.map(|row| Ok((row.get(0)?, row.get::<Option<Instant>>(1)?.is_some()))).transpose()
}

/// Appends an event. Two officers at once cannot both have the same number.
pub(crate) fn append(
    tx: &mut Tx<'_>,
    version: Id<kinds::SchemeVersion>,
    number: i64,
    event: &GateEvent,
) -> Result<(), StoreError> {
    let body = serde_json::to_string(event).map_err(|_| unreadable(version))?;
    tx.execute(
        "-- assurance.append_event\ninsert into gate_event (version, number, at, body) values ($1, $2, $3, $4)",
        &[version.into(), number.into(), event.at().into(), body.into()],
    )?;
    if let GateEvent::Superseded { at } = event {
        tx.execute(
            "-- assurance.supersede\nupdate gate set superseded = $2 where version = $1",
            &[version.into(), (*at).into()],
        )?;
    }
    Ok(())
}

/// A gate with its whole history. A history that does not follow the rules is an error.
pub(crate) fn load(tx: &mut Tx<'_>, version: Id<kinds::SchemeVersion>) -> Result<Option<Stored>, StoreError> {
    match bodies(tx, version)? {
        bodies if bodies.is_empty() => Ok(None),
        bodies => replay(version, &bodies).map(Some).ok_or_else(|| unreadable(version)),
    }
}

/// A gate whose history follows the rules; nothing for any other, so that one damaged history closes one service.
pub(crate) fn load_sound(tx: &mut Tx<'_>, version: Id<kinds::SchemeVersion>) -> Result<Option<Gate>, StoreError> {
    Ok(replay(version, &bodies(tx, version)?).map(|stored| stored.gate))
}

fn bodies(tx: &mut Tx<'_>, version: Id<kinds::SchemeVersion>) -> Result<Vec<String>, StoreError> {
    let rows = tx.query(
        "-- assurance.load_gate\nselect body from gate_event where version = $1 order by number limit 10000",
        &[version.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

fn replay(version: Id<kinds::SchemeVersion>, bodies: &[String]) -> Option<Stored> {
    let mut events = bodies.iter().map(|body| serde_json::from_str::<GateEvent>(body).ok());
    let mut gate = match events.next()?? {
        GateEvent::Opened(opening) if opening.version == version => Gate::open(opening),
        _ => return None,
    };
    for event in events {
        gate.apply(event?).ok()?;
    }
    Some(Stored { gate, next: i64::try_from(bodies.len()).ok()? })
}

/// The versions of a service that have a gate, newest first.
pub(crate) fn of_service(
    tx: &mut Tx<'_>,
    service: Id<kinds::Service>,
) -> Result<Vec<Id<kinds::SchemeVersion>>, StoreError> {
    let rows = tx.query(
        "-- assurance.gates_of_service\n\
         select version from gate where service = $1 order by opened desc, version desc limit 1000",
        &[service.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// The gates of a service that began earlier than this moment and are not superseded.
pub(crate) fn earlier(
    tx: &mut Tx<'_>,
    service: Id<kinds::Service>,
    opened: Instant,
    except: Id<kinds::SchemeVersion>,
) -> Result<Vec<Id<kinds::SchemeVersion>>, StoreError> {
    let rows = tx.query(
        "-- assurance.earlier_gates\n\
         select version from gate where service = $1 and opened <= $2 and version <> $3 and superseded is null \
         order by version limit 1000",
        &[service.into(), opened.into(), except.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Every gate that is not superseded, by service, newest first.
pub(crate) fn standing(tx: &mut Tx<'_>) -> Result<Vec<Id<kinds::SchemeVersion>>, StoreError> {
    let rows = tx.query(
        "-- assurance.standing_gates\n\
         select version from gate where superseded is null order by service, opened desc, version desc limit 10000",
        &[],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Every gate that is not superseded, with its service.
pub(crate) fn standing_with_services(
    tx: &mut Tx<'_>,
) -> Result<Vec<crate::GateName>, StoreError> {
    let rows = tx.query(
        "-- assurance.standing_gates_with_services\n\
         select service, version from gate where superseded is null order by service, version limit 10000",
        &[],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The gates of a service that are not superseded, newest first.
pub(crate) fn standing_of(
    tx: &mut Tx<'_>,
    service: Id<kinds::Service>,
) -> Result<Vec<Id<kinds::SchemeVersion>>, StoreError> {
    let rows = tx.query(
        "-- assurance.standing_gates_of_service\n\
         select version from gate where service = $1 and superseded is null \
         order by opened desc, version desc limit 1000",
        &[service.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Damage, or a row written past the verbs.
fn unreadable(version: Id<kinds::SchemeVersion>) -> StoreError {
    StoreError::Engine(format!("the history of the launch gate {version} cannot be read"))
}
