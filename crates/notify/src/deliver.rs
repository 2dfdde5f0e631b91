//! Delivery of what is due.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use journal::{Actor, Committed, Event, Ledger, Work};
use kernel::{Fault, Id, Instant, Kind, Secret, kinds};
use seal::SealError;
use store::{RunError, StoreError};

use crate::message::{Plain, batch_root, slot};
use crate::storage::{self, Claimed};
use crate::{Carrier, CarrierError, Channel, MailCarrier, Outgoing, OutgoingMail, PURPOSE, Sent, State};

/// What one round of delivery did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Messages taken.
    pub claimed: usize,
    /// Accepted by the carrier.
    pub sent: usize,
    /// To be tried again later.
    pub postponed: usize,
    /// Given up.
    pub failed: usize,
}

/// Why a round of delivery stopped.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The database failed or was busy. What was taken is taken again when its lease runs out.
    #[error("messages could not be taken or marked: {0}")]
    Run(#[from] RunError<StoreError>),
}

impl Fault for DeliverError {
    fn kind(&self) -> Kind {
        match self {
            Self::Run(error) => error.kind(),
        }
    }
}

/// Sends up to `limit` (at most 100) text messages that are due.
///
/// The batch is opened under one journal entry. Each message is marked, durably, before its lane takes the next one: a
/// crash can repeat at most the one message each of the eight lanes had in flight, and the carrier knows that one by its id.
pub fn deliver_due(ledger: &Ledger, carrier: &dyn Carrier, limit: usize) -> Result<Delivery, DeliverError> {
    deliver(ledger, Way::Texts(carrier), limit)
}

/// Sends up to `limit` (at most 100) mails to residents that are due, as [`deliver_due`] does text messages.
pub fn deliver_mails(ledger: &Ledger, carrier: &dyn MailCarrier, limit: usize) -> Result<Delivery, DeliverError> {
    deliver(ledger, Way::Mails(carrier), limit)
}

/// How messages leave.
#[derive(Clone, Copy)]
enum Way<'w> {
    Texts(&'w dyn Carrier),
    Mails(&'w dyn MailCarrier),
}

impl Way<'_> {
    const fn channel(self) -> Channel {
        match self {
            Self::Texts(_) => Channel::Sms,
            Self::Mails(_) => Channel::Mail,
        }
    }

    /// Hands over an opened message; nothing when it is none of this way.
    fn send(self, plain: Plain, idempotency: String) -> Option<Result<Sent, CarrierError>> {
        match (self, plain) {
            (Self::Texts(carrier), Plain::Sms { to, text }) => {
                Some(carrier.send(&Outgoing { to: Secret::new(to), text: Secret::new(text), idempotency }))
            }
            (Self::Mails(carrier), Plain::Mail { to, subject, text }) => {
                Some(carrier.send(&OutgoingMail { to: Secret::new(to), subject, text, idempotency, unsubscribe: None }))
            }
            _ => None,
        }
    }
}

fn deliver(ledger: &Ledger, way: Way<'_>, limit: usize) -> Result<Delivery, DeliverError> {
    let (now, channel) = (ledger.now(), way.channel());
    if !ledger.read("notify.due", |tx| storage::due_at(tx, channel, now))? {
        return Ok(Delivery::default());
    }
    let limit = limit.min(BATCH_LIMIT);
    let (batch, committed) = ledger.write("notify.claim", Actor::Job(JOB), move |work| claim(work, channel, limit))?;
    let round = Round { ledger, way, batch: &batch, committed: &committed, next: AtomicUsize::new(0) };
    round.run()
}

fn claim(work: &mut Work<'_, '_>, channel: Channel, limit: usize) -> Result<Vec<Claimed>, StoreError> {
    let opening: Id<kinds::Opening> = work.new_id();
    let lease = work.now().plus_millis(LEASE_MS);
    let batch = storage::claim(work, channel, opening, lease, limit)?;
    if !batch.is_empty() {
        let ids: Vec<_> = batch.iter().map(|message| message.id).collect();
        work.journal(
            Event::new("notify.batch_opened")
                .detail("job", JOB)
                .detail("purpose", PURPOSE)
                .detail("opening", opening.to_string())
                .detail("count", ids.len())
                .detail("root", batch_root(&ids)),
        )?;
    }
    Ok(batch)
}

struct Round<'r> {
    ledger: &'r Ledger,
    way: Way<'r>,
    batch: &'r [Claimed],
    committed: &'r Committed,
    next: AtomicUsize,
}

enum Outcome {
    Sent,
    Failed,
    Later(Instant),
}

impl Round<'_> {
    fn run(&self) -> Result<Delivery, DeliverError> {
        let lanes = LANES.min(self.batch.len());
        let results = thread::scope(|scope| {
            let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(|| kernel::scrubbed(|| self.lane()))).collect();
            lanes.into_iter().map(|lane| lane.join().unwrap_or(Err(gone()))).collect::<Vec<_>>()
        });
        let mut delivery = Delivery { claimed: self.batch.len(), ..Delivery::default() };
        for result in results {
            let lane = result?;
            delivery.sent += lane.sent;
            delivery.postponed += lane.postponed;
            delivery.failed += lane.failed;
        }
        Ok(delivery)
    }

    fn lane(&self) -> Result<Delivery, DeliverError> {
        let mut delivery = Delivery::default();
        while let Some(message) = self.batch.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            // The lease has run out (a carrier that answers slowly): another round may have this message already.
            if self.ledger.now().since(self.committed.at()) > LEASE_MS - SEND_LIMIT_MS {
                break;
            }
            match self.send(message) {
                Outcome::Sent => {
                    self.settle(message, State::Sent)?;
                    delivery.sent += 1;
                }
                Outcome::Failed => {
                    self.settle(message, State::Failed)?;
                    delivery.failed += 1;
                }
                Outcome::Later(due) => {
                    let id = message.id;
                    self.mark(move |work| storage::retry(work.tx(), id, due))?;
                    delivery.postponed += 1;
                }
            }
        }
        Ok(delivery)
    }

    fn send(&self, message: &Claimed) -> Outcome {
        if self.ledger.now() > message.until {
            return Outcome::Failed;
        }
        let Ok(plain) = self.open(message) else {
            return Outcome::Failed;
        };
        match plain.and_then(|plain| self.way.send(plain, message.id.to_string())) {
            Some(Ok(_)) => Outcome::Sent,
            None | Some(Err(CarrierError::Refused(_))) => Outcome::Failed,
            Some(Err(CarrierError::Later(_))) => self.later(message),
        }
    }

    fn open(&self, message: &Claimed) -> Result<Option<Plain>, SealError> {
        let slot = slot(message.record, message.expiry)?;
        let plain = self.committed.open(self.ledger.keys(), &slot, &message.sealed)?;
        Ok(Plain::read(&plain))
    }

    fn later(&self, message: &Claimed) -> Outcome {
        let due = self.ledger.now().plus_millis(backoff_ms(message.attempts));
        if message.attempts >= MOST_ATTEMPTS || due > message.until { Outcome::Failed } else { Outcome::Later(due) }
    }

    fn settle(&self, message: &Claimed, state: State) -> Result<(), DeliverError> {
        let (id, template) = (message.id, message.template.clone());
        self.mark(move |work| {
            if storage::settle(work.tx(), id, state)? {
                storage::tally(work, &template, Some(State::Queued), state, 1)?;
            }
            Ok(())
        })
    }

    /// A message that has left must be marked, so a full queue is waited for.
    fn mark(
        &self,
        act: impl FnMut(&mut Work<'_, '_>) -> Result<(), StoreError> + Clone + Send + 'static,
    ) -> Result<(), DeliverError> {
        let mut tries = 0;
        loop {
            match self.ledger.write("notify.mark", Actor::Job(JOB), act.clone()) {
                Err(RunError::Busy { retry_after_ms }) if tries < MOST_MARK_TRIES => {
                    thread::park_timeout(Duration::from_millis(retry_after_ms.min(1_000)));
                    tries += 1;
                }
                result => return Ok(result.map(|_| ())?),
            }
        }
    }
}

/// Half a minute, doubled each time, at most 64 minutes.
pub(crate) fn backoff_ms(attempts: u32) -> i64 {
    30_000 << attempts.saturating_sub(1).min(7)
}

/// A lane that panicked; its messages come back when their lease runs out.
fn gone() -> DeliverError {
    DeliverError::Run(RunError::Store(StoreError::Closed))
}

const JOB: &str = "notify.deliver";
const BATCH_LIMIT: usize = 100;
const LANES: usize = 8;
/// Longer than any round: a hundred messages in eight lanes, ten seconds each at worst.
const LEASE_MS: i64 = 300_000;
/// A carrier answers within this.
const SEND_LIMIT_MS: i64 = 30_000;
const MOST_ATTEMPTS: u32 = 8;
const MOST_MARK_TRIES: u32 = 60;

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::stage::{Recording, Stage};
    use crate::{Content, MailAddress, QueueMessage, Template};

    #[derive(Default)]
    struct Post(Mutex<Vec<(String, String, String)>>);

    impl MailCarrier for Post {
        fn send(&self, mail: &OutgoingMail) -> Result<Sent, CarrierError> {
            self.0.lock().unwrap().push((mail.to.expose().clone(), mail.subject.clone(), mail.text.clone()));
            Ok(Sent)
        }
    }

    #[test]
    fn mails_and_text_messages_leave_each_by_its_own_way() {
        let stage = Stage::new();
        let template = Template::MailConfirm { link: "https://id.example/en/account/email/x".into(), hours: 24 };
        let to = MailAddress::parse("tai-man@example.hk").unwrap();
        stage.queue(&[QueueMessage { content: Content::Mail { to, template: template.clone() }, ..stage.message(1, template) }, stage.confirmed(1)]);
        let (texts, post) = (Recording::default(), Post::default());
        assert_eq!(deliver_due(&stage.ledger, &texts, 100).unwrap().sent, 1);
        assert_eq!(deliver_mails(&stage.ledger, &post, 100).unwrap().sent, 1);
        let sent = post.0.lock().unwrap();
        let [(to, subject, text)] = sent.as_slice() else { panic!("one mail") };
        assert_eq!((to.as_str(), subject.as_str()), ("tai-man@example.hk", "你的市民帳戶"));
        assert!(text.contains("https://id.example/en/account/email/x"));
        assert_eq!((texts.seen().len(), stage.counts("mail-confirm")), (1, (0, 1, 0)));
    }

    #[test]
    fn a_batch_is_opened_under_one_entry_that_names_nobody() {
        let stage = Stage::new();
        stage.queue(&(1..=20).map(|n| stage.confirmed(n)).collect::<Vec<_>>());
        let carrier = Recording::default();
        let delivery = deliver_due(&stage.ledger, &carrier, 100).unwrap();
        assert_eq!(delivery, Delivery { claimed: 20, sent: 20, ..Delivery::default() });
        let seen = carrier.seen();
        assert_eq!(seen.len(), 20);
        assert_eq!(seen[0].0, "+85291230001");
        assert!(seen[0].1.starts_with("可重用口罩：你的登記 LR-0001 已獲確認"));
        let journal = stage.journal();
        assert_eq!(journal.len(), 1);
        assert_eq!(journal[0]["verb"], "notify.batch_opened");
        assert_eq!(journal[0]["details"]["count"], 20);
        assert_eq!(journal[0]["details"]["purpose"], "messages");
        assert_eq!(journal[0]["details"]["root"].as_str().unwrap().len(), 64);
        assert!(!journal[0].to_string().contains("9123"));
        assert_eq!(stage.counts("registration-confirmed"), (0, 20, 0));
        assert_eq!(deliver_due(&stage.ledger, &carrier, 100).unwrap(), Delivery::default());
        assert_eq!(stage.journal().len(), 1, "a round with nothing due writes nothing");
    }

    #[test]
    fn nothing_is_sent_before_it_is_due_or_after_it_is_of_use() {
        let stage = Stage::new();
        let code = Template::StatusCode { code: "123456".into(), host: "masks.example".into(), minutes: 15 };
        let code = stage.message(1, code);
        stage.queue(&[crate::QueueMessage {
            due: code.due.plus_secs(60),
            until: code.due.plus_secs(900),
            ..code
        }]);
        let carrier = Recording::default();
        assert_eq!(deliver_due(&stage.ledger, &carrier, 10).unwrap().claimed, 0);
        stage.clock.advance_secs(901);
        assert_eq!(deliver_due(&stage.ledger, &carrier, 10).unwrap().failed, 1);
        assert!(carrier.seen().is_empty());
    }

    #[test]
    fn a_busy_carrier_is_asked_again_later_under_the_same_id_and_not_for_ever() {
        let stage = Stage::new();
        stage.queue(&[crate::QueueMessage { until: stage.clock_now().plus_secs(90_000), ..stage.confirmed(1) }]);
        let carrier = Recording::answering(CarrierError::Later("503".into()));
        assert_eq!(deliver_due(&stage.ledger, &carrier, 10).unwrap().postponed, 1);
        assert_eq!(deliver_due(&stage.ledger, &carrier, 10).unwrap().claimed, 0, "not at once");
        for _ in 2..MOST_ATTEMPTS {
            stage.clock.advance_secs(3_601);
            assert_eq!(deliver_due(&stage.ledger, &carrier, 10).unwrap().postponed, 1);
        }
        stage.clock.advance_secs(3_601);
        assert_eq!(deliver_due(&stage.ledger, &carrier, 10).unwrap().failed, 1);
        let seen = carrier.seen();
        assert_eq!(seen.len(), 8);
        assert!(seen.iter().all(|(_, _, id)| *id == seen[0].2), "the carrier can tell");
        assert_eq!(stage.counts("registration-confirmed"), (0, 0, 1));
    }

    #[test]
    fn a_refusal_is_final() {
        let stage = Stage::new();
        stage.queue(&[stage.confirmed(1)]);
        let carrier = Recording::answering(CarrierError::Refused("no such number".into()));
        assert_eq!(deliver_due(&stage.ledger, &carrier, 10).unwrap().failed, 1);
        stage.clock.advance_days(1);
        assert_eq!(deliver_due(&stage.ledger, &carrier, 10).unwrap(), Delivery::default());
    }

    #[test]
    fn what_a_dead_worker_had_taken_comes_back_when_its_lease_runs_out() {
        let stage = Stage::new();
        stage.queue(&[stage.confirmed(1), stage.confirmed(2)]);
        let (taken, _) = stage.ledger.write("test", Actor::Job("test"), |work| claim(work, Channel::Sms, 1)).unwrap();
        assert_eq!(taken.len(), 1);
        let carrier = Recording::default();
        assert_eq!(deliver_due(&stage.ledger, &carrier, 10).unwrap().sent, 1, "the other one only");
        stage.clock.advance_secs(LEASE_MS / 1000 + 1);
        assert_eq!(deliver_due(&stage.ledger, &carrier, 10).unwrap().sent, 1);
        assert_eq!(carrier.seen().len(), 2);
    }

    /// Notes, at each sending, how many messages had left without being marked.
    struct Watching<'s>(&'s Stage, Mutex<(usize, usize)>);

    impl Carrier for Watching<'_> {
        fn send(&self, _: &Outgoing) -> Result<Sent, CarrierError> {
            // Under the lock, so that no other lane sends between the two looks; marking may only make the difference smaller.
            let mut state = self.1.lock().unwrap();
            state.0 += 1;
            let (_, marked, _) = self.0.counts("registration-confirmed");
            state.1 = state.1.max(state.0 - usize::try_from(marked).unwrap());
            Ok(Sent)
        }
    }

    #[test]
    fn each_lane_marks_a_message_before_it_takes_the_next() {
        let stage = Stage::new();
        stage.queue(&(1..=60).map(|n| stage.confirmed(n)).collect::<Vec<_>>());
        let carrier = Watching(&stage, Mutex::new((0, 0)));
        assert_eq!(deliver_due(&stage.ledger, &carrier, 100).unwrap().sent, 60);
        let (_, most_unmarked) = *carrier.1.lock().unwrap();
        assert!(most_unmarked <= LANES, "{most_unmarked} could be sent twice after a crash");
    }

    #[test]
    fn the_wait_doubles_up_to_an_hour_or_so() {
        assert_eq!([1, 2, 3, 8, 60].map(backoff_ms), [30_000, 60_000, 120_000, 3_840_000, 3_840_000]);
    }
}
