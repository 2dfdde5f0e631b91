use journal::{Committed, Event, Work};
use kernel::{Day, Fault, Id, Instant, Kind, Secret, kinds};
use seal::{Keyring, Purpose, RecordNumber, SealError, Sealed, Slot};
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx};

use crate::asked::answered;
use crate::{Form, Outcome, PAGES_MOST, PURPOSE, storage};

const SCHEMA: u16 = 1;
const BODY: u8 = 0;
const SIGNED: u8 = 255;
/// A document waits so long for its signature.
pub const REQUEST_MINUTES: i64 = 30;
/// A signed document can be fetched for so long.
pub const FETCH_HOURS: i64 = 24;
/// Documents of its own that wait for one account.
const WAITING_MOST: i64 = 5;

/// A document that waits to be signed, or was signed and can be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its id.
    pub id: Id<kinds::SigningRequest>,
    /// Who asked.
    pub service: String,
    /// Which kind of signature.
    pub form: Form,
    /// Pictures of pages.
    pub pages: usize,
    /// When it was brought.
    pub created: Instant,
    /// When it is gone.
    pub expires: Instant,
    /// When it was signed.
    pub made: Option<Instant>,
}

/// What waits, in clear: only in memory, and only before it is sealed or after it was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// What the document is called.
    pub title: String,
    /// The lines that the passkey will be asked to sign.
    pub statement: String,
    /// Where the signature's place begins and ends, for a PDF.
    pub hole: (usize, usize),
    /// The name that the certificate will bear.
    pub name: String,
    /// Where an online service wants the resident back, with what it wants to hear again. Nothing for a document of one's own.
    #[serde(default)]
    pub back: Option<WayBack>,
    /// The document, prepared for its signature.
    #[serde(skip)]
    pub document: Vec<u8>,
}

/// Where a resident goes after a service's document was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayBack {
    /// One of the service's registered addresses.
    pub address: String,
    /// What the service hears again, so that it knows whose return this is.
    pub state: Option<String>,
}

impl Body {
    fn bytes(&self) -> Result<Vec<u8>, SealError> {
        let head = serde_json::to_vec(self).map_err(|_| SealError::Invalid("a document cannot be written"))?;
        let length = u32::try_from(head.len()).map_err(|_| SealError::Invalid("a document cannot be written"))?;
        Ok([length.to_be_bytes().as_slice(), &head, &self.document].concat())
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (head, document) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        let body: Self = serde_json::from_slice(head).ok()?;
        Some(Self { document: document.to_vec(), ..body })
    }
}

/// What came to be signed, sealed.
#[derive(Clone, Debug)]
pub struct SealedDraft {
    pub(crate) id: Id<kinds::SigningRequest>,
    pub(crate) account: Id<kinds::Account>,
    pub(crate) service: String,
    pub(crate) form: Form,
    pub(crate) record: RecordNumber,
    pub(crate) expiry: Day,
    pub(crate) body: Sealed,
    pub(crate) pages: Vec<Sealed>,
    pub(crate) created: Instant,
    pub(crate) expires: Instant,
}

impl SealedDraft {
    /// The id of the request.
    pub const fn id(&self) -> Id<kinds::SigningRequest> {
        self.id
    }
}

/// Whose document, from whom, and how it is to be signed.
#[derive(Clone, Debug)]
pub struct Brought {
    /// The id, which stands in the statement too.
    pub id: Id<kinds::SigningRequest>,
    /// The account.
    pub account: Id<kinds::Account>,
    /// Who asks.
    pub service: String,
    /// Which kind of signature.
    pub form: Form,
}

/// A sealed part of a request, and where it lives.
#[derive(Clone, Debug)]
pub struct SealedPart {
    pub(crate) record: RecordNumber,
    pub(crate) expiry: Day,
    pub(crate) sealed: Sealed,
}

/// Why a document was not taken, shown or signed.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// There is none, it is another's, or its time is over.
    #[error("this document is not here any more")]
    Missing,
    /// Too many wait.
    #[error("five documents wait already")]
    TooMany,
    /// It was signed before: an assertion counts once.
    #[error("this document was signed already")]
    Made,
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for RequestError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::TooMany => Kind::Busy,
            Self::Made => Kind::Taken,
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Seals what came to be signed, before the transaction that keeps it.
pub fn seal_request(
    keys: &Keyring,
    now: Instant,
    brought: Brought,
    (body, pictures): (&Body, &[Vec<u8>]),
) -> Result<SealedDraft, SealError> {
    if pictures.len() > PAGES_MOST {
        return Err(SealError::Invalid("too many pages"));
    }
    let (record, expiry) = (keys.next_record()?, now.day().plus(2));
    let page = |(group, picture): (u8, &Vec<u8>)| keys.seal(&slot(record, expiry, group)?, picture);
    Ok(SealedDraft {
        id: brought.id,
        account: brought.account,
        service: brought.service,
        form: brought.form,
        record,
        expiry,
        body: keys.seal(&slot(record, expiry, BODY)?, &body.bytes()?)?,
        pages: (1..).zip(pictures).map(page).collect::<Result<_, _>>()?,
        created: now,
        expires: now.plus_secs(REQUEST_MINUTES * 60),
    })
}

/// Keeps it.
pub fn keep_request(work: &mut Work<'_, '_>, draft: &SealedDraft) -> Result<(), RequestError> {
    let now = work.now();
    if storage::request::open_count(work.tx(), draft.account, now)? >= WAITING_MOST {
        return Err(RequestError::TooMany);
    }
    storage::request::insert(work.tx(), draft)?;
    note(work, "signing.document_brought", draft.account, draft.id)?;
    Ok(())
}

/// A request of an account, unless its time is over.
pub fn find_request(
    tx: &mut Tx<'_>,
    id: Id<kinds::SigningRequest>,
    account: Id<kinds::Account>,
    now: Instant,
) -> Result<Option<Request>, StoreError> {
    storage::request::find(tx, (id, account), now)
}

/// What of a request is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The document with what belongs to it.
    Body,
    /// The picture of a page, from 1.
    Page(u8),
    /// The signed document.
    Signed,
}

/// Notes that a part is read, and hands it out sealed: [`open_part`] opens it once that is on record.
pub fn read_part(
    work: &mut Work<'_, '_>,
    id: Id<kinds::SigningRequest>,
    account: Id<kinds::Account>,
    part: Part,
) -> Result<SealedPart, RequestError> {
    let now = work.now();
    storage::request::find(work.tx(), (id, account), now)?.ok_or(RequestError::Missing)?;
    let (found, verb) = match part {
        Part::Body => (storage::request::body(work.tx(), id)?, "signing.document_read"),
        Part::Page(page) => (storage::request::page(work.tx(), id, page.into())?, "signing.page_shown"),
        Part::Signed => (storage::request::signed(work.tx(), id)?, "signing.signed_fetched"),
    };
    let found = found.ok_or(RequestError::Missing)?;
    note(work, verb, account, id)?;
    Ok(found)
}

/// Opens a part.
pub fn open_part(
    committed: &Committed,
    keys: &Keyring,
    (part, sealed): (Part, &SealedPart),
) -> Result<Secret<Vec<u8>>, SealError> {
    let group = match part {
        Part::Body => BODY,
        Part::Page(page) => page,
        Part::Signed => SIGNED,
    };
    committed.open(keys, &slot(sealed.record, sealed.expiry, group)?, &sealed.sealed)
}

/// The body of a request from its opened bytes.
pub fn body_of(opened: &Secret<Vec<u8>>) -> Result<Body, SealError> {
    Body::parse(opened.expose()).ok_or(SealError::Broken)
}

/// A signed document, sealed to be fetched.
#[derive(Clone, Debug)]
pub struct SealedResult {
    record: RecordNumber,
    sealed: Sealed,
}

/// Seals a signed document, before the transaction that keeps it. It goes with its request: `created` is the request's.
pub fn seal_result(keys: &Keyring, created: Instant, signed: &[u8]) -> Result<SealedResult, SealError> {
    let record = keys.next_record()?;
    Ok(SealedResult { record, sealed: keys.seal(&slot(record, created.day().plus(2), SIGNED)?, signed)? })
}

/// A signature in its maker's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The serial number of its certificate.
    pub serial: Vec<u8>,
    /// Who asked.
    pub service: String,
    /// Which kind.
    pub form: Form,
    /// SHA-256 of the document as it was brought.
    pub document: [u8; 32],
    /// When it was made.
    pub made: Instant,
    /// When it was revoked, if it was.
    pub revoked: Option<Instant>,
}

const HISTORY_DAYS: i64 = 2 * 365;

/// Ends a request with its signature, and notes the certificate. Of two answers to one request only the first counts.
pub fn finish_request(
    work: &mut Work<'_, '_>,
    (id, account): (Id<kinds::SigningRequest>, Id<kinds::Account>),
    signature: &Signature,
    result: &SealedResult,
) -> Result<(), RequestError> {
    let now = work.now();
    storage::request::find(work.tx(), (id, account), now)?.ok_or(RequestError::Missing)?;
    let until = now.plus_secs(FETCH_HOURS * 3600);
    if storage::request::finish(work.tx(), id, (result.record, &result.sealed), (now, until))? == 0 {
        return Err(RequestError::Made);
    }
    answered(work, id, Outcome::Signed)?;
    storage::certificate::insert(work.tx(), &signature.serial, now)?;
    let kept = now.plus_secs(HISTORY_DAYS * 86_400);
    storage::certificate::note(work.tx(), account, (signature, kept))?;
    let event = Event::new("signing.signed").record(account.bytes()).detail("request", id.to_string());
    let event = event.detail("service", signature.service.as_str()).detail("certificate", kernel::to_hex(&signature.serial));
    work.journal(event)?;
    Ok(())
}

/// Takes a document back before it is signed; to a service that brought it this says no.
pub fn withdraw_request(
    work: &mut Work<'_, '_>,
    id: Id<kinds::SigningRequest>,
    account: Id<kinds::Account>,
) -> Result<(), RequestError> {
    let now = work.now();
    storage::request::find(work.tx(), (id, account), now)?.ok_or(RequestError::Missing)?;
    answered(work, id, Outcome::Refused)?;
    storage::request::remove(work.tx(), id)?;
    note(work, "signing.document_withdrawn", account, id)?;
    Ok(())
}

fn slot(record: RecordNumber, expiry: Day, group: u8) -> Result<Slot, SealError> {
    Ok(Slot { purpose: Purpose::new(PURPOSE)?, record, person: 0, group, schema: SCHEMA, expiry })
}

fn note(
    work: &mut Work<'_, '_>,
    verb: &'static str,
    account: Id<kinds::Account>,
    id: Id<kinds::SigningRequest>,
) -> Result<(), StoreError> {
    work.journal(Event::new(verb).record(account.bytes()).detail("request", id.to_string())).map(|_| ())
}
