//! The queue of mails: one table of the platform's store, with a lease for whoever delivers.

use journal::{Event, Work};
use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

use crate::deliver::backoff_ms;
use crate::message::batch_root;
use crate::queue::id_of;
use crate::storage::mail;
use crate::{DueMail, ListedMail, QueueMail, State};

/// Longer than any round: a batch of twenty, half a minute each at worst.
const LEASE_MS: i64 = 900_000;
const BATCH_LIMIT: usize = 20;
/// What was sent or given up is forgotten after three months.
const KEPT_MS: i64 = 90 * 86_400_000;
const PAGE_LIMIT: usize = 200;

/// Queues a mail; false when the same one was queued before.
pub fn queue_mail(work: &mut Work<'_, '_>, queued: &QueueMail) -> Result<bool, StoreError> {
    let now = work.now();
    mail::insert(work.tx(), id_of(&format!("mail {}", queued.key)), queued, now)
}

/// Whether a mail is due: a look, so that an idle round writes nothing.
pub fn mails_due(tx: &mut Tx<'_>, now: Instant) -> Result<bool, StoreError> {
    mail::due_at(tx, now)
}

/// Takes the mails that are due, for a quarter of an hour. The addresses that the caller opens for them, with the `Committed` of
/// this unit of work, stand in the journal as one batch.
pub fn claim_mails(work: &mut Work<'_, '_>) -> Result<Vec<DueMail>, StoreError> {
    let now = work.now();
    let due = mail::claim(work.tx(), now, now.plus_millis(LEASE_MS), BATCH_LIMIT)?;
    if !due.is_empty() {
        let ids: Vec<_> = due.iter().map(|mail| mail.id).collect();
        work.journal(
            Event::new("notify.addresses_opened")
                .detail("job", "mail")
                .detail("purpose", "officers and contractors")
                .detail("count", ids.len())
                .detail("root", batch_root(&ids)),
        )?;
    }
    Ok(due)
}

/// A mail has left, or was refused for ever.
pub fn settle_mail(work: &mut Work<'_, '_>, id: Id<kinds::Message>, state: State) -> Result<(), StoreError> {
    mail::settle(work.tx(), id, state)
}

/// A mail that did not leave is tried again after half a minute, doubled each time up to an hour, as long as it is worth sending.
/// Whether it is.
pub fn retry_mail(work: &mut Work<'_, '_>, due: &DueMail) -> Result<bool, StoreError> {
    let again = work.now().plus_millis(backoff_ms(due.attempts));
    if again > due.until {
        mail::settle(work.tx(), due.id, State::Failed)?;
        return Ok(false);
    }
    mail::retry(work.tx(), due.id, again)?;
    Ok(true)
}

/// Gives up what is no longer worth sending, and forgets what ended long ago. Returns how many.
pub fn purge_mails(work: &mut Work<'_, '_>) -> Result<u64, StoreError> {
    let now = work.now();
    Ok(mail::give_up(work.tx(), now)? + mail::forget(work.tx(), now.plus_millis(-KEPT_MS))?)
}

/// The newest mails queued before `before`. Their addresses stay closed.
pub fn mails(tx: &mut Tx<'_>, before: Option<Instant>, limit: usize) -> Result<Vec<ListedMail>, StoreError> {
    mail::newest(tx, before.unwrap_or(Instant::from_millis(i64::MAX)), limit.min(PAGE_LIMIT))
}

#[cfg(test)]
mod tests {
    use journal::Actor;
    use kernel::Text;

    use super::*;
    use crate::stage::Stage;
    use crate::{MailText, MailTo};

    fn mail(stage: &Stage, n: u8) -> QueueMail {
        let text = Text::new("An alert waits", "有一項警示", "有一项警示");
        QueueMail {
            key: format!("alert {n}"),
            to: MailTo::Officer(Id::from_bytes([n; 16])),
            kind: "alert",
            text: MailText { subject: text.clone(), body: text, path: "/staff/alerts".into() },
            until: stage.clock_now().plus_secs(7_200),
        }
    }

    fn act<T: Send + 'static>(
        stage: &Stage,
        act: impl FnMut(&mut Work<'_, '_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        stage.ledger.write("test", Actor::Job("test"), act).unwrap().0
    }

    fn states(stage: &Stage) -> Vec<State> {
        let listed = stage.ledger.read("test", |tx| mails(tx, None, 10)).unwrap();
        listed.iter().map(|mail| mail.state).collect()
    }

    #[test]
    fn a_mail_is_queued_once_taken_once_and_comes_back_when_its_lease_runs_out() {
        let stage = Stage::new();
        let one = mail(&stage, 1);
        let queue = || { let one = one.clone(); act(&stage, move |work| queue_mail(work, &one)) };
        assert_eq!([queue(), queue()], [true, false]);
        let taken = act(&stage, claim_mails);
        assert_eq!((taken.len(), taken[0].to), (1, one.to));
        assert!(act(&stage, claim_mails).is_empty(), "another worker finds nothing");
        let journal = stage.journal();
        assert_eq!(journal.len(), 1, "an empty round writes nothing");
        assert_eq!((&journal[0]["verb"], &journal[0]["details"]["count"]), (&"notify.addresses_opened".into(), &1.into()));
        stage.clock.advance_millis(LEASE_MS);
        let id = taken[0].id;
        assert_eq!(act(&stage, claim_mails)[0].id, id);
        act(&stage, move |work| settle_mail(work, id, State::Sent));
        stage.clock.advance_millis(LEASE_MS);
        assert!(act(&stage, claim_mails).is_empty());
        assert_eq!(states(&stage), [State::Sent]);
    }

    #[test]
    fn a_mail_is_tried_again_later_and_given_up_when_it_is_of_no_use() {
        let stage = Stage::new();
        let one = mail(&stage, 1);
        act(&stage, move |work| queue_mail(work, &one));
        let mut tries = 0;
        loop {
            let taken = act(&stage, claim_mails);
            tries += 1;
            let [due] = taken.as_slice() else { panic!("{tries}: {taken:?}") };
            let due = due.clone();
            if !act(&stage, move |work| retry_mail(work, &due)) {
                break;
            }
            assert!(!stage.ledger.read("test", |tx| mails_due(tx, stage.clock_now())).unwrap(), "not at once");
            stage.clock.advance_millis(backoff_ms(tries));
        }
        assert!((6..10).contains(&tries), "{tries}");
        assert_eq!(states(&stage), [State::Failed]);
    }

    #[test]
    fn what_nobody_sends_is_given_up_and_later_forgotten() {
        let stage = Stage::new();
        for n in 1..=2 {
            let one = mail(&stage, n);
            act(&stage, move |work| queue_mail(work, &one));
        }
        assert_eq!(act(&stage, purge_mails), 0);
        stage.clock.advance_secs(7_201);
        assert_eq!(act(&stage, purge_mails), 2);
        assert_eq!(states(&stage), [State::Failed, State::Failed]);
        stage.clock.advance_days(91);
        assert_eq!(act(&stage, purge_mails), 2);
        assert!(states(&stage).is_empty());
    }
}
