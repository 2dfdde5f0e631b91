use kernel::{Id, Instant, Random, kinds};
use seal::Keyring;
use store::{StoreError, Tx};

use crate::account::mobile_tag;
use crate::storage::recovery::RecoveryRow;
use crate::{CodeFor, Level, Ticket, storage};

/// So long passes between asking for an account back and getting it: whoever is signed in can stop it meanwhile.
pub const RECOVERY_HOURS: i64 = 72;
/// So long it can be brought to an end afterwards.
pub const RECOVERY_OPEN_HOURS: i64 = 7 * 24;
const HOUR_SECS: i64 = 3_600;
/// Letters and digits that are not taken for one another, on paper or on the telephone.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Somebody who wants an account back: that of a number, or, when the number is lost, that of a person. It stands by number or person
/// and not by an account, so that nothing of it says whether there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// Its id.
    pub id: Id<kinds::Recovery>,
    /// What an officer finds it by, `7K4M-9QXP`.
    pub reference: String,
    /// When it was asked for.
    pub begun: Instant,
    /// When it can be brought to an end.
    pub due: Instant,
    /// Until when.
    pub ends: Instant,
    /// Whether two officers compared the person with an identity document.
    pub proofed: bool,
}

/// How far somebody has come who typed the right code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecoveryStep {
    /// The code was not typed, or its time is over.
    Wrong,
    /// It has begun, account or none, and waits.
    Waiting(Recovery),
    /// The time has come, and the number or the person has no account.
    NoAccount,
    /// The time has come, and two officers must compare the person with a document first: the identity was verified, or the account is
    /// asked back by its person.
    NeedsProof(Recovery),
    /// The time has come: a new passkey or a new password is made.
    Ready(Recovery),
}

impl Recovery {
    /// When it can be brought to an end, and until when, if that begins at this moment.
    pub(crate) fn wait_from(now: Instant) -> (Instant, Instant) {
        let due = now.plus_secs(RECOVERY_HOURS * HOUR_SECS);
        (due, due.plus_secs(RECOVERY_OPEN_HOURS * HOUR_SECS))
    }

    pub(crate) fn new(now: Instant, random: &dyn Random) -> Self {
        let (due, ends) = Self::wait_from(now);
        Self { id: Id::new(now, random), reference: reference(random), begun: now, due, ends, proofed: false }
    }
}

/// How far the recovery has come whose code was typed lately. Until it is due nothing is looked up that depends on an account.
pub fn recovery_step(tx: &mut Tx<'_>, keys: &Keyring, ticket: &Ticket, now: Instant) -> Result<RecoveryStep, StoreError> {
    let Some(row) = confirmed(tx, keys, ticket, now)? else { return Ok(RecoveryStep::Wrong) };
    if now < row.recovery.due {
        return Ok(RecoveryStep::Waiting(row.recovery));
    }
    // Whoever knows the number of somebody's card must not learn by patience whether that person has an account.
    if row.person.is_some() && !row.recovery.proofed {
        return Ok(RecoveryStep::NeedsProof(row.recovery));
    }
    let Some(account) = account_of(tx, &row)? else { return Ok(RecoveryStep::NoAccount) };
    let open = may_end(tx, account, &row)?;
    Ok(if open { RecoveryStep::Ready(row.recovery) } else { RecoveryStep::NeedsProof(row.recovery) })
}

/// The recovery of a ticket whose code was typed lately.
pub(crate) fn confirmed(tx: &mut Tx<'_>, keys: &Keyring, ticket: &Ticket, now: Instant) -> Result<Option<RecoveryRow>, StoreError> {
    if !is_for_recovery(ticket) || !storage::enrolment::is_confirmed(tx, ticket.enrolment, now)? {
        return Ok(None);
    }
    of_ticket(tx, mobile_tag(keys, &ticket.mobile), ticket, now)
}

/// The recovery of an account, for whoever is signed in to it.
pub fn recovery_of(tx: &mut Tx<'_>, account: Id<kinds::Account>, now: Instant) -> Result<Option<Recovery>, StoreError> {
    Ok(storage::recovery::of_account(tx, account, now)?.into_iter().next().map(|row| row.recovery))
}

/// Whether the code of a ticket is for getting an account back, by its number or by its person.
pub(crate) const fn is_for_recovery(ticket: &Ticket) -> bool {
    matches!(ticket.aim, CodeFor::Recovery | CodeFor::WayBack)
}

/// The recovery that somebody with this ticket goes on with: of the same kind, and of the same person.
pub(crate) fn of_ticket(
    tx: &mut Tx<'_>,
    tag: [u8; 32],
    ticket: &Ticket,
    now: Instant,
) -> Result<Option<RecoveryRow>, StoreError> {
    Ok(storage::recovery::of_mobile(tx, tag, now)?.filter(|row| row.person == ticket.document))
}

/// The account that a recovery is about, if there is one.
pub(crate) fn account_of(tx: &mut Tx<'_>, row: &RecoveryRow) -> Result<Option<Id<kinds::Account>>, StoreError> {
    match row.person {
        Some(person) => storage::attribute::person_of(tx, person),
        None => storage::account::by_mobile(tx, row.tag),
    }
}

/// As strong as enrolment: what was verified with a document comes back with a document. So does what is asked for by its person.
pub(crate) fn may_end(tx: &mut Tx<'_>, account: Id<kinds::Account>, row: &RecoveryRow) -> Result<bool, StoreError> {
    let verified = storage::account::find(tx, account)?.is_some_and(|account| account.level >= Level::Verified);
    Ok(row.recovery.proofed || !verified && row.person.is_none())
}

/// A reference as it was typed, as it is kept; nothing when it is none.
pub(crate) fn parse_reference(typed: &str) -> Option<String> {
    let plain: String = hongkong::half_width(typed).to_ascii_uppercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let (first, second) = plain.split_at_checked(4).filter(|(_, second)| second.len() == 4)?;
    Some(format!("{first}-{second}"))
}

fn reference(random: &dyn Random) -> String {
    let letters = random.bytes32().into_iter().filter_map(|byte| LETTERS.get(usize::from(byte) % LETTERS.len()));
    let plain: String = letters.take(8).map(|letter| char::from(*letter)).collect();
    parse_reference(&plain).unwrap_or(plain)
}
