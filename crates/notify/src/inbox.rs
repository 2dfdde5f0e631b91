//! Looking at messages: the inbox of a demonstration, one message, letters to post.

use journal::{Actor, Committed, Event, Ledger, Work};
use kernel::{Fault, Id, Instant, Kind, kinds};
use seal::{Keyring, SealError};
use store::{RunError, StoreError, Tx};

use crate::message::{Plain, batch_root, readable, slot};
use crate::storage::{self, Stored};
use crate::{Letter, PURPOSE, State, Summary};

/// A message as its receiver would see it.
#[derive(Clone, Debug)]
pub struct InboxMessage {
    /// What it is.
    pub summary: Summary,
    /// What it says; nothing when its key has died.
    pub content: Option<Opened>,
}

/// The contents of a message.
#[derive(Clone, Debug)]
pub enum Opened {
    /// A text message.
    Sms {
        /// The mobile, as people read it: `9123 4567`.
        to: String,
        /// What it says.
        text: String,
    },
    /// A mail.
    Mail {
        /// The address.
        to: String,
        /// Its subject.
        subject: String,
        /// What it says.
        text: String,
    },
    /// A letter.
    Letter(Box<Letter>),
}

/// Why messages could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// There is no such message.
    #[error("there is no such message")]
    Missing,
    /// The message does not open: it was altered, or the keys are out of order.
    #[error("a message does not open: {0}")]
    Seal(#[from] SealError),
    /// The database failed or was busy.
    #[error(transparent)]
    Run(#[from] RunError<StoreError>),
}

impl Fault for InboxError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Seal(error) => error.kind(),
            Self::Run(error) => error.kind(),
        }
    }
}

/// The newest messages queued before `before` (all when nothing), opened under one journal entry. For demonstrations, where
/// nobody has a telephone; the caller answers for the actor's right to look.
pub fn inbox(
    ledger: &Ledger,
    actor: Actor,
    before: Option<Instant>,
    limit: usize,
) -> Result<Vec<InboxMessage>, InboxError> {
    let before = before.unwrap_or(Instant::from_millis(i64::MAX));
    let limit = limit.min(PAGE_LIMIT);
    let (rows, committed) = ledger.write("notify.inbox", actor, move |work| {
        let rows = storage::newest(work.tx(), before, limit)?;
        note(work, &rows, "inbox")?;
        Ok::<_, StoreError>(rows)
    })?;
    rows.into_iter().map(|row| open(ledger.keys(), &committed, row)).collect()
}

/// One message, opened for a reason that is noted: a letter to print.
pub fn read_message(
    ledger: &Ledger,
    actor: Actor,
    id: Id<kinds::Message>,
    reason: &'static str,
) -> Result<InboxMessage, InboxError> {
    let (row, committed) = ledger.write("notify.read", actor, move |work| {
        let row = storage::one(work.tx(), id)?;
        note(work, row.as_slice(), reason)?;
        Ok::<_, StoreError>(row)
    })?;
    open(ledger.keys(), &committed, row.ok_or(InboxError::Missing)?)
}

/// What was sent to a household, newest first, without opening it.
pub fn messages_of(tx: &mut Tx<'_>, household: Id<kinds::Household>) -> Result<Vec<Summary>, StoreError> {
    storage::of_household(tx, household)
}

/// The letters that wait to be printed and posted, oldest first.
pub fn letters_to_post(tx: &mut Tx<'_>, limit: usize) -> Result<Vec<Summary>, StoreError> {
    storage::letters_to_post(tx, limit.min(PAGE_LIMIT))
}

/// A letter is in the post; false when it was already.
pub fn letter_posted(work: &mut Work<'_, '_>, id: Id<kinds::Message>) -> Result<bool, StoreError> {
    let Some(row) = storage::one(work.tx(), id)? else {
        return Ok(false);
    };
    let posted = storage::settle(work.tx(), id, State::Sent)?;
    if posted {
        storage::tally(work, &row.summary.template, Some(State::Queued), State::Sent, 1)?;
        work.journal(Event::new("notify.letter_posted").record(id.bytes()))?;
    }
    Ok(posted)
}

fn note(work: &mut Work<'_, '_>, rows: &[Stored], reason: &'static str) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = rows.iter().map(|row| row.summary.id).collect();
    work.journal(
        Event::new("notify.opened")
            .detail("purpose", PURPOSE)
            .detail("reason", reason)
            .detail("count", ids.len())
            .detail("root", batch_root(&ids)),
    )?;
    Ok(())
}

fn open(keys: &Keyring, committed: &Committed, row: Stored) -> Result<InboxMessage, InboxError> {
    let slot = slot(row.record, row.expiry)?;
    let content = match committed.open(keys, &slot, &row.sealed) {
        Ok(plain) => Plain::read(&plain).map(opened),
        Err(SealError::Gone) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(InboxMessage { summary: row.summary, content })
}

fn opened(plain: Plain) -> Opened {
    match plain {
        Plain::Sms { to, text } => Opened::Sms { to: readable(&to), text },
        Plain::Mail { to, subject, text } => Opened::Mail { to, subject, text },
        Plain::Letter(letter) => Opened::Letter(letter),
    }
}

const PAGE_LIMIT: usize = 200;

#[cfg(test)]
mod tests {
    use kernel::{Language, Text};

    use super::*;
    use crate::stage::{Stage, household};
    use crate::{Content, LetterKind, QueueMessage};

    fn letter(stage: &Stage) -> QueueMessage {
        let letter = Letter {
            kind: LetterKind::NeedsChecking,
            language: Language::En,
            scheme: crate::stage::masks(),
            sender: Text::new("Innovation Bureau", "創新局", "创新局"),
            reference: "LR-0009".into(),
            link: "https://masks.example/en/status".into(),
            addressee: "CHAN Tai Man".into(),
            address: vec!["Kwun Tong".into()],
            date: stage.clock_day(),
        };
        QueueMessage { key: "letter:9".into(), content: Content::Letter(Box::new(letter)), ..stage.confirmed(9) }
    }

    #[test]
    fn the_inbox_shows_the_newest_first_and_notes_that_it_was_looked_at() {
        let stage = Stage::new();
        stage.queue(&[stage.confirmed(1)]);
        stage.clock.advance_secs(1);
        stage.queue(&[letter(&stage)]);
        let seen = inbox(&stage.ledger, Actor::Operator, None, 10).unwrap();
        let [first, second] = seen.as_slice() else { panic!("two messages: {seen:?}") };
        assert!(matches!(&first.content, Some(Opened::Letter(letter)) if letter.addressee == "CHAN Tai Man"));
        assert!(matches!(&second.content, Some(Opened::Sms { to, .. }) if to == "9123 0001"));
        assert_eq!(second.summary.state, State::Queued);
        let journal = stage.journal();
        assert_eq!(journal.len(), 1);
        assert_eq!((&journal[0]["verb"], &journal[0]["details"]["count"]), (&"notify.opened".into(), &2.into()));
        let older = inbox(&stage.ledger, Actor::Operator, Some(first.summary.queued), 10).unwrap();
        assert_eq!(older.len(), 1);
    }

    #[test]
    fn a_letter_waits_until_it_is_posted_once() {
        let stage = Stage::new();
        stage.queue(&[letter(&stage), stage.confirmed(1)]);
        let waiting = stage.ledger.read("test", |tx| letters_to_post(tx, 10)).unwrap();
        let [one] = waiting.as_slice() else { panic!("one letter: {waiting:?}") };
        let id = one.id;
        let read = read_message(&stage.ledger, Actor::Operator, id, "print").unwrap();
        assert!(matches!(read.content, Some(Opened::Letter(_))));
        assert_eq!(stage.journal()[0]["details"]["reason"], "print");
        let post = || stage.ledger.write("test", Actor::Operator, move |work| letter_posted(work, id)).unwrap().0;
        assert_eq!([post(), post()], [true, false]);
        assert_eq!(stage.counts("letter-needs-checking"), (0, 1, 0));
        assert!(stage.ledger.read("test", |tx| letters_to_post(tx, 10)).unwrap().is_empty());
        let listed = stage.ledger.read("test", |tx| messages_of(tx, household(9))).unwrap();
        assert_eq!(listed[0].state, State::Sent);
    }

    #[test]
    fn an_unknown_message_is_missing_and_nothing_is_noted() {
        let stage = Stage::new();
        let unknown = read_message(&stage.ledger, Actor::Operator, Id::from_bytes([9; 16]), "print");
        assert!(matches!(unknown, Err(InboxError::Missing)));
        assert!(stage.journal().is_empty());
    }
}
