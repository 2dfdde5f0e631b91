use journal::{Event, Work};
use kernel::{Fault, Id, Instant, Kind, kinds};
use seal::SealError;
use store::{StoreError, Tx};

use crate::{Form, RequestError, SealedDraft, SealedPart, storage};

/// Documents of one service that wait for one account: somebody has to read them.
const WAITING_OF_SERVICE: i64 = 2;
/// Documents of all services that wait for one account. The account's own are counted apart, so that no service stands in their way.
const WAITING_OF_ALL: i64 = 10;
/// Documents that one service may bring to one account in a day.
const DAY_MOST: i64 = 20;
/// Documents that one service may bring to everybody in a minute: each is drawn.
const MINUTE_MOST: i64 = 120;
/// A signed document stays for so long after the service has fetched it first: for an answer that was lost, and for the resident's own copy.
pub const FETCHED_MINUTES: i64 = 60;
const HISTORY_DAYS: i64 = 2 * 365;
const SHOWN_MOST: i64 = 200;

/// What became of a document that a service brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The resident signed it.
    Signed,
    /// The resident said no.
    Refused,
    /// The service took it back.
    Cancelled,
}

impl Outcome {
    /// Its name in tables and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Signed, Self::Refused, Self::Cancelled].into_iter().find(|outcome| outcome.name() == name)
    }
}

/// That an online service asked an account to sign. It stays in the resident's list when the document is long gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedSignature {
    /// The id of the request.
    pub id: Id<kinds::SigningRequest>,
    /// The service, as the provider knows it.
    pub client: String,
    /// Which kind of signature.
    pub form: Form,
    /// SHA-256 of the document as it was brought.
    pub document: [u8; 32],
    /// When it was brought.
    pub asked: Instant,
    /// Until when it could be signed.
    pub due: Instant,
    /// What became of it, and when; nothing while it waits, or when nobody answered.
    pub outcome: Option<(Outcome, Instant)>,
    /// When the service first fetched what was signed.
    pub fetched: Option<Instant>,
}

impl AskedSignature {
    /// Its state as services and lists name it.
    pub fn state(&self, now: Instant) -> &'static str {
        match self.outcome {
            Some((outcome, _)) => outcome.name(),
            None if now < self.due => "waiting",
            None => "lapsed",
        }
    }
}

/// Why a service's document was not taken, or is not given back.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Too many documents of this service wait, or came lately.
    #[error("too many documents wait or came lately")]
    TooMany,
    /// There is none of this service for this account, or nothing was signed, or its time is over.
    #[error("there is no such document")]
    Missing,
    /// It was answered before.
    #[error("this document was answered already")]
    Answered,
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for AskError {
    fn kind(&self) -> Kind {
        match self {
            Self::TooMany => Kind::Busy,
            Self::Missing => Kind::Missing,
            Self::Answered => Kind::Taken,
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Which service and which account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Between {
    /// The service, as the provider knows it.
    pub client: String,
    /// The account.
    pub account: Id<kinds::Account>,
}

/// Whether a service may bring one more document: asked before it is drawn, and again when it is kept.
pub fn may_ask(tx: &mut Tx<'_>, between: &Between, now: Instant) -> Result<(), AskError> {
    let day = now.plus_secs(-86_400);
    let of_service = storage::asked::waiting(tx, between.account, Some(&between.client), now)?;
    let of_all = storage::asked::waiting(tx, between.account, None, now)?;
    let lately = storage::asked::of_account_since(tx, between, day)?;
    let at_once = storage::asked::of_client_since(tx, &between.client, now.plus_secs(-60))?;
    let within = of_service < WAITING_OF_SERVICE && of_all < WAITING_OF_ALL && lately < DAY_MOST && at_once < MINUTE_MOST;
    if within { Ok(()) } else { Err(AskError::TooMany) }
}

/// Keeps a document that a service brought, and the line in the resident's list.
pub fn keep_asked(work: &mut Work<'_, '_>, draft: &SealedDraft, client: &str, document: [u8; 32]) -> Result<(), AskError> {
    let now = work.now();
    may_ask(work.tx(), &Between { client: client.to_owned(), account: draft.account }, now)?;
    storage::request::insert(work.tx(), draft)?;
    let asked = AskedSignature {
        id: draft.id,
        client: client.to_owned(),
        form: draft.form,
        document,
        asked: now,
        due: draft.expires,
        outcome: None,
        fetched: None,
    };
    storage::asked::insert(work.tx(), draft.account, &asked, now.plus_secs(HISTORY_DAYS * 86_400))?;
    note(work, "signing.asked", draft.account, &asked)?;
    Ok(())
}

/// The documents that services brought to an account, the newest first.
pub fn asked_signatures(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Vec<AskedSignature>, StoreError> {
    storage::asked::of_account(tx, account, SHOWN_MOST)
}

/// One of them, for its resident.
pub fn asked_signature(
    tx: &mut Tx<'_>,
    id: Id<kinds::SigningRequest>,
    account: Id<kinds::Account>,
) -> Result<Option<AskedSignature>, StoreError> {
    storage::asked::find(tx, id, account)
}

/// One of them, for the service that brought it and for no other.
pub fn asked_by(tx: &mut Tx<'_>, id: Id<kinds::SigningRequest>, between: &Between) -> Result<AskedSignature, AskError> {
    let found = storage::asked::find(tx, id, between.account)?;
    found.filter(|asked| asked.client == between.client).ok_or(AskError::Missing)
}

/// A service takes its document back: it is gone at once, and the resident's list says so.
pub fn cancel_asked(work: &mut Work<'_, '_>, id: Id<kinds::SigningRequest>, between: &Between) -> Result<(), AskError> {
    let now = work.now();
    let asked = asked_by(work.tx(), id, between)?;
    if storage::asked::end(work.tx(), id, Outcome::Cancelled, now)? == 0 {
        return Err(AskError::Answered);
    }
    storage::request::remove(work.tx(), id)?;
    note(work, "signing.ask_cancelled", between.account, &asked)?;
    Ok(())
}

/// Notes that a service fetches what was signed, and hands it out sealed. From the first time on an hour is left.
pub fn fetch_asked(work: &mut Work<'_, '_>, id: Id<kinds::SigningRequest>, between: &Between) -> Result<(Form, SealedPart), AskError> {
    let now = work.now();
    let asked = asked_by(work.tx(), id, between)?;
    storage::request::find(work.tx(), (id, between.account), now)?.ok_or(AskError::Missing)?;
    let found = storage::request::signed(work.tx(), id)?.ok_or(AskError::Missing)?;
    if storage::asked::fetch(work.tx(), id, now)? > 0 {
        storage::request::shorten(work.tx(), id, now.plus_secs(FETCHED_MINUTES * 60))?;
    }
    note(work, "signing.ask_fetched", between.account, &asked)?;
    Ok((asked.form, found))
}

/// A request ended with its resident's answer; nothing for a document that the resident brought.
pub(crate) fn answered(work: &mut Work<'_, '_>, id: Id<kinds::SigningRequest>, outcome: Outcome) -> Result<(), StoreError> {
    let now = work.now();
    storage::asked::end(work.tx(), id, outcome, now).map(drop)
}

impl From<RequestError> for AskError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Missing => Self::Missing,
            RequestError::TooMany => Self::TooMany,
            RequestError::Made => Self::Answered,
            RequestError::Seal(error) => Self::Seal(error),
            RequestError::Store(error) => Self::Store(error),
        }
    }
}

fn note(work: &mut Work<'_, '_>, verb: &'static str, account: Id<kinds::Account>, asked: &AskedSignature) -> Result<(), StoreError> {
    let event = Event::new(verb).record(account.bytes()).detail("request", asked.id.to_string());
    work.journal(event.detail("client", asked.client.as_str())).map(|_| ())
}
