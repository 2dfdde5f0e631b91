use std::collections::BTreeSet;

use kernel::{Id, Instant, from_hex, kinds, to_hex};
use store::{Row, StoreError, Tx};

use super::unreadable;
use crate::{Channel, Piece, ProofState, Proofing, Refusal, RegisterSays, VerifierSays};

macro_rules! columns {
    () => {
        "id, account, state, channel, boot, key_id, pieces, begun, deadline, sent, register, officer, decided, refusal, destroyed, verifier, verifier_asked, recovery, agreed_by"
    };
}

pub(crate) fn insert(tx: &mut Tx<'_>, one: &Proofing) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.insert_proofing\n\
         insert into identity_proofing \
         (id, account, state, channel, boot, key_id, pieces, begun, deadline, register, told, finished, recovery) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        &[
            one.id.into(),
            one.account.into(),
            one.state.name().into(),
            one.channel.name().into(),
            one.boot.into(),
            one.key_id.into(),
            written(&one.pieces).into(),
            one.begun.into(),
            one.deadline.into(),
            one.register.name().into(),
            false.into(),
            false.into(),
            one.recovery.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<kinds::Proofing>) -> Result<Option<Proofing>, StoreError> {
    let row = tx.query_opt(
        concat!("-- identity.find_proofing\nselect ", columns!(), " from identity_proofing where id = $1"),
        &[id.into()],
    )?;
    row.as_ref().map(read).transpose()
}

/// The proofings of an account, the newest first.
pub(crate) fn of(tx: &mut Tx<'_>, account: Id<kinds::Account>, limit: i64) -> Result<Vec<Proofing>, StoreError> {
    let rows = tx.query(
        concat!(
            "-- identity.proofings_of\nselect ",
            columns!(),
            " from identity_proofing where account = $1 order by begun desc, id desc limit $2"
        ),
        &[account.into(), limit.into()],
    )?;
    rows.iter().map(read).collect()
}

/// Proofings in a state, the oldest first.
pub(crate) fn in_state(tx: &mut Tx<'_>, state: ProofState, limit: i64) -> Result<Vec<Proofing>, StoreError> {
    let rows = tx.query(
        concat!(
            "-- identity.proofings_in_state\nselect ",
            columns!(),
            " from identity_proofing where state = $1 order by begun, id limit $2"
        ),
        &[state.name().into(), limit.into()],
    )?;
    rows.iter().map(read).collect()
}

/// Proofings that are over and have something left to be done: a key of this run, a receipt, or a message.
pub(crate) fn unfinished(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(Proofing, bool, bool)>, StoreError> {
    let rows = tx.query(
        concat!(
            "-- identity.unfinished_proofings\nselect ",
            columns!(),
            ", receipt, told from identity_proofing where finished = $1 \
             and state not in ('draft', 'waiting') order by begun, id limit $2"
        ),
        &[false.into(), limit.into()],
    )?;
    rows.iter().map(with_rest).collect()
}

/// One of those.
pub(crate) fn unfinished_one(tx: &mut Tx<'_>, id: Id<kinds::Proofing>) -> Result<Option<(Proofing, bool, bool)>, StoreError> {
    let row = tx.query_opt(
        concat!(
            "-- identity.unfinished_proofing\nselect ",
            columns!(),
            ", receipt, told from identity_proofing where id = $1 and state not in ('draft', 'waiting')"
        ),
        &[id.into()],
    )?;
    row.as_ref().map(with_rest).transpose()
}

/// Open proofings whose evidence a run of the program holds or held.
pub(crate) fn open_of_run(tx: &mut Tx<'_>, boot: [u8; 16], limit: i64) -> Result<Vec<Proofing>, StoreError> {
    let rows = tx.query(
        concat!(
            "-- identity.proofings_of_run\nselect ",
            columns!(),
            " from identity_proofing where boot = $1 and state in ('draft', 'waiting') order by begun, id limit $2"
        ),
        &[boot.into(), limit.into()],
    )?;
    rows.iter().map(read).collect()
}

/// Open proofings whose time is over.
pub(crate) fn overdue(tx: &mut Tx<'_>, now: Instant, limit: i64) -> Result<Vec<Proofing>, StoreError> {
    let rows = tx.query(
        concat!(
            "-- identity.overdue_proofings\nselect ",
            columns!(),
            " from identity_proofing where state in ('draft', 'waiting') and deadline <= $1 order by begun, id limit $2"
        ),
        &[now.into(), limit.into()],
    )?;
    rows.iter().map(read).collect()
}

/// Open proofings of recoveries that are there no more: stopped, brought to an end, or over.
pub(crate) fn of_ended_recoveries(tx: &mut Tx<'_>, now: Instant, limit: i64) -> Result<Vec<Proofing>, StoreError> {
    let rows = tx.query(
        concat!(
            "-- identity.proofings_of_ended_recoveries\nselect ",
            columns!(),
            " from identity_proofing where state in ('draft', 'waiting') and recovery is not null \
             and not exists (select 1 from identity_recovery as r where r.id = identity_proofing.recovery and r.ends > $1) \
             order by begun, id limit $2"
        ),
        &[now.into(), limit.into()],
    )?;
    rows.iter().map(read).collect()
}

/// An account that was given back takes over what was sent to get it.
pub(crate) fn give_to(tx: &mut Tx<'_>, recovery: Id<kinds::Recovery>, account: Id<kinds::Account>) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.give_proofings\nupdate identity_proofing set account = $2 where recovery = $1",
        &[recovery.into(), account.into()],
    )
}

/// Forgets proofings that were finished for a recovery and belong to no account, with the list of their openings.
pub(crate) fn sweep_recoveries(tx: &mut Tx<'_>, before: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.sweep_recovery_openings\n\
         delete from identity_opening where account in \
         (select recovery from identity_proofing where recovery = account and finished = $1 and begun <= $2)",
        &[true.into(), before.into()],
    )?;
    tx.execute(
        "-- identity.sweep_recovery_proofings\n\
         delete from identity_proofing where recovery is not null and recovery = account and finished = $1 and begun <= $2",
        &[true.into(), before.into()],
    )
}

/// The open proofings whose keys a run of the program holds.
pub(crate) fn open_ids(tx: &mut Tx<'_>, boot: [u8; 16]) -> Result<BTreeSet<Id<kinds::Proofing>>, StoreError> {
    let rows = tx.query(
        "-- identity.open_proofings\nselect id from identity_proofing where state in ('draft', 'waiting') and boot = $1",
        &[boot.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// How many proofings an account began since a moment.
pub(crate) fn count_since(tx: &mut Tx<'_>, account: Id<kinds::Account>, since: Instant) -> Result<i64, StoreError> {
    let row = tx.query_opt(
        "-- identity.count_proofings\n-- small: what one account began in a week, by its index\nselect count(*) from identity_proofing where account = $1 and begun > $2",
        &[account.into(), since.into()],
    )?;
    row.map_or(Ok(0), |row| row.get(0))
}

pub(crate) fn set_pieces(tx: &mut Tx<'_>, id: Id<kinds::Proofing>, pieces: &[(Piece, [u8; 32])]) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.set_pieces\nupdate identity_proofing set pieces = $2 where id = $1 and state = 'draft'",
        &[id.into(), written(pieces).into()],
    )
}

pub(crate) fn send(tx: &mut Tx<'_>, id: Id<kinds::Proofing>, now: Instant, deadline: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.send_proofing\n\
         update identity_proofing set state = 'waiting', sent = $2, deadline = $3 where id = $1 and state = 'draft'",
        &[id.into(), now.into(), deadline.into()],
    )
}

pub(crate) fn take(tx: &mut Tx<'_>, id: Id<kinds::Proofing>, officer: Id<kinds::Officer>) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.take_proofing\nupdate identity_proofing set officer = $2 where id = $1 and state = 'waiting'",
        &[id.into(), officer.into()],
    )
}

/// The first of two officers agrees; another one takes the case.
pub(crate) fn agree(tx: &mut Tx<'_>, id: Id<kinds::Proofing>, officer: Id<kinds::Officer>) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.agree_proofing\n\
         update identity_proofing set agreed_by = $2, officer = null where id = $1 and state = 'waiting' and agreed_by is null",
        &[id.into(), officer.into()],
    )
}

/// Who verified somebody at a counter, and when.
pub(crate) fn take_at_counter(tx: &mut Tx<'_>, one: &Proofing) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.take_at_counter\nupdate identity_proofing set officer = $2, sent = $3, decided = $3 where id = $1",
        &[one.id.into(), one.officer.into(), one.begun.into()],
    )
}

pub(crate) fn set_register(tx: &mut Tx<'_>, id: Id<kinds::Proofing>, says: RegisterSays) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.set_register\nupdate identity_proofing set register = $2 where id = $1 and state = 'waiting'",
        &[id.into(), says.name().into()],
    )
}

/// Counts one showing of an open proofing to the verifier; 0 when it is not to be shown.
pub(crate) fn show_verifier(tx: &mut Tx<'_>, id: Id<kinds::Proofing>, most: i64) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.show_verifier\n\
         update identity_proofing set verifier_asked = verifier_asked + 1 \
         where id = $1 and state = 'waiting' and verifier = 'nothing' and officer is null and recovery is null \
         and verifier_asked < $2",
        &[id.into(), most.into()],
    )
}

pub(crate) fn set_verifier(tx: &mut Tx<'_>, id: Id<kinds::Proofing>, says: VerifierSays) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.set_verifier\nupdate identity_proofing set verifier = $2 where id = $1 and state = 'waiting'",
        &[id.into(), says.name().into()],
    )
}

/// Ends an open proofing; 0 when it is over already. Who took nothing back and saw no verdict is not told.
pub(crate) fn end(
    tx: &mut Tx<'_>,
    before: &Proofing,
    state: ProofState,
    refusal: Option<Refusal>,
    now: Instant,
) -> Result<u64, StoreError> {
    let untold = before.sent.is_some() && state != ProofState::Withdrawn;
    tx.execute(
        "-- identity.end_proofing\n\
         update identity_proofing set state = $2, refusal = $3, decided = $4, told = $5 \
         where id = $1 and state in ('draft', 'waiting')",
        &[
            before.id.into(),
            state.name().into(),
            refusal.map(|refusal| refusal.name().to_owned()).into(),
            now.into(),
            (!untold).into(),
        ],
    )
}

pub(crate) fn set_destroyed(tx: &mut Tx<'_>, id: Id<kinds::Proofing>, at: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.set_destroyed\nupdate identity_proofing set destroyed = $2 where id = $1 and destroyed is null",
        &[id.into(), at.into()],
    )
}

pub(crate) fn set_receipt(tx: &mut Tx<'_>, id: Id<kinds::Proofing>, receipt: &str) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.set_receipt\nupdate identity_proofing set receipt = $2 where id = $1 and receipt is null",
        &[id.into(), receipt.into()],
    )
}

pub(crate) fn receipt(tx: &mut Tx<'_>, id: Id<kinds::Proofing>) -> Result<Option<String>, StoreError> {
    let row = tx.query_opt("-- identity.receipt\nselect receipt from identity_proofing where id = $1", &[id.into()])?;
    row.map_or(Ok(None), |row| row.get(0))
}

pub(crate) fn set_told(tx: &mut Tx<'_>, id: Id<kinds::Proofing>) -> Result<u64, StoreError> {
    tx.execute("-- identity.set_told\nupdate identity_proofing set told = $2 where id = $1", &[id.into(), true.into()])
}

pub(crate) fn set_finished(tx: &mut Tx<'_>, id: Id<kinds::Proofing>) -> Result<u64, StoreError> {
    tx.execute("-- identity.set_finished\nupdate identity_proofing set finished = $2 where id = $1", &[id.into(), true.into()])
}

/// Removes the proofings of an account that ends.
pub(crate) fn remove_of(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<u64, StoreError> {
    tx.execute("-- identity.remove_proofings\ndelete from identity_proofing where account = $1", &[account.into()])
}

fn written(pieces: &[(Piece, [u8; 32])]) -> String {
    let lines: Vec<String> = pieces.iter().map(|(piece, digest)| format!("{} {}", piece.name(), to_hex(digest))).collect();
    lines.join("\n")
}

fn pieces(text: &str) -> Option<Vec<(Piece, [u8; 32])>> {
    let line = |line: &str| {
        let (piece, digest) = line.split_once(' ')?;
        Some((Piece::from_name(piece)?, from_hex(digest).ok()?.try_into().ok()?))
    };
    text.lines().map(line).collect()
}

fn with_rest(row: &Row) -> Result<(Proofing, bool, bool), StoreError> {
    Ok((read(row)?, row.get::<Option<String>>(19)?.is_some(), row.get(20)?))
}

fn read(row: &Row) -> Result<Proofing, StoreError> {
    let name = |column| row.get::<String>(column);
    let damaged = || unreadable("a proofing");
    let refusal = row.get::<Option<String>>(13)?;
    Ok(Proofing {
        id: row.get(0)?,
        account: row.get(1)?,
        state: ProofState::from_name(&name(2)?).ok_or_else(damaged)?,
        channel: Channel::from_name(&name(3)?).ok_or_else(damaged)?,
        boot: row.get(4)?,
        key_id: row.get(5)?,
        pieces: pieces(&name(6)?).ok_or_else(damaged)?,
        begun: row.get(7)?,
        deadline: row.get(8)?,
        sent: row.get(9)?,
        register: RegisterSays::from_name(&name(10)?).ok_or_else(damaged)?,
        officer: row.get(11)?,
        decided: row.get(12)?,
        refusal: refusal.map(|name| Refusal::stored(&name).ok_or_else(damaged)).transpose()?,
        destroyed: row.get(14)?,
        verifier: VerifierSays::from_name(&name(15)?).ok_or_else(damaged)?,
        verifier_asked: row.get(16)?,
        recovery: row.get(17)?,
        agreed_by: row.get(18)?,
    })
}
