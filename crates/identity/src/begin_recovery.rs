use journal::{Event, Work};
use kernel::{Instant, Language, Random};
use notify::{Content, QueueError, QueueMessage, Template};
use seal::Keyring;

use crate::account::mobile_tag;
use crate::confirm_code::is_right;
use crate::recovery::{is_for_recovery, of_ticket};
use crate::{CodeFor, Notice, Owner, RECOVERY_HOURS, Reach, Recovery, Resident, Ticket, storage, tell_account};

/// What sealing has to do before the transaction.
#[derive(Clone, Debug)]
pub struct NewRecovery {
    recovery: Recovery,
    notice: notify::Prepared,
}

/// Makes a recovery and its notice for the number of a ticket, account or none.
pub fn prepare_recovery(
    keys: &Keyring,
    random: &dyn Random,
    now: Instant,
    ticket: &Ticket,
    language: Language,
    host: &str,
) -> Result<NewRecovery, QueueError> {
    let recovery = Recovery::new(now, random);
    let (reference, host, hours) = (recovery.reference.clone(), host.to_owned(), RECOVERY_HOURS);
    let template = match ticket.aim {
        CodeFor::WayBack => Template::WayBackBegun { reference, host, hours },
        _ => Template::RecoveryBegun { reference, host, hours },
    };
    let notice = notice(keys, format!("recovery:{}", recovery.id), now, ticket, language, template)?;
    Ok(NewRecovery { recovery, notice })
}

/// Checks the code and begins the recovery, unless the same is under way: it waits, and the number hears of it. Every other channel of
/// the account hears of it too, the lost number first of all. Nothing here looks whether there is an account: the job of the notices
/// does, a moment later. False when the code is wrong; the try is counted.
pub fn begin_recovery(
    work: &mut Work<'_, '_>,
    keys: &Keyring,
    ticket: &Ticket,
    typed: &str,
    new: &NewRecovery,
) -> Result<bool, QueueError> {
    if !is_for_recovery(ticket) || !is_right(work, keys, ticket, typed)? {
        return Ok(false);
    }
    let (tag, now) = (mobile_tag(keys, &ticket.mobile), work.now());
    if of_ticket(work.tx(), tag, ticket, now)?.is_none() {
        storage::recovery::delete(work.tx(), tag)?;
        storage::recovery::insert(work.tx(), tag, ticket.document, &new.recovery)?;
        notify::queue(work, &new.notice)?;
        let (owner, reach) = match ticket.document {
            Some(person) => (Owner::Person(person), Reach::Every),
            None => (Owner::Mobile(tag), Reach::NotTheMobile),
        };
        tell_account(work, owner, Notice::WayBackBegun { reference: new.recovery.reference.clone() }, reach)?;
        work.journal(Event::new("identity.recovery_begun").detail("recovery", new.recovery.id.to_string()))?;
    }
    Ok(true)
}

/// Whoever is signed in stops every recovery of the account; false when there is none.
pub fn stop_recovery(work: &mut Work<'_, '_>, who: &Resident) -> Result<bool, store::StoreError> {
    let now = work.now();
    let rows = storage::recovery::of_account(work.tx(), who.account, now)?;
    for row in &rows {
        storage::recovery::delete(work.tx(), row.tag)?;
        let event = Event::new("identity.recovery_stopped").record(who.account.bytes());
        work.journal(event.detail("recovery", row.recovery.id.to_string()))?;
    }
    Ok(!rows.is_empty())
}

/// A notice to the number of a ticket. It goes out within three days or not at all.
pub(crate) fn notice(
    keys: &Keyring,
    key: String,
    now: Instant,
    ticket: &Ticket,
    language: Language,
    template: Template,
) -> Result<notify::Prepared, QueueError> {
    let until = now.plus_secs(RECOVERY_HOURS * 3_600);
    let content = Content::Sms { to: ticket.mobile, template };
    notify::prepare(keys, &QueueMessage { key, household: None, language, content, due: now, until, expiry: until.day().plus(1) })
}
