use journal::{Actor, Event, Work};
use kernel::{Fault, Id, Instant, Kind, Language, kinds, to_hex};
use people::{EnterInField, Grant, RegisterForResident};
use seal::{Keyring, RecordNumber, SealError};
use store::{StoreError, Tx};
use thiserror::Error;

use crate::household::Household;
use crate::reference::{Reference, household_id};
use crate::scheme::Scheme;
use crate::sealing::{SealedHousehold, seal_household};
use crate::state::{Status, current_state};
use crate::storage;

/// By which way a household came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// The public pages or the JSON API.
    Online,
    /// An officer, for somebody who called or came; the result goes by SMS.
    Officer,
    /// An officer, for somebody without a phone; the result goes by letter.
    Letter,
    /// A field officer at the building of an operation.
    Field,
}

impl Channel {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Officer => "officer",
            Self::Letter => "letter",
            Self::Field => "field",
        }
    }

    pub(crate) fn from_str(text: &str) -> Self {
        match text {
            "officer" => Self::Officer,
            "letter" => Self::Letter,
            "field" => Self::Field,
            _ => Self::Online,
        }
    }
}

/// A household ready to be written: everything costly is done, nothing personal is in clear.
#[derive(Clone, Debug)]
pub struct Register {
    pub(crate) household: Id<kinds::Household>,
    pub(crate) record: RecordNumber,
    pub(crate) language: Language,
    pub(crate) channel: Channel,
    pub(crate) district: String,
    pub(crate) people: i64,
    pub(crate) address_known: bool,
    pub(crate) replaces: Option<Id<kinds::Household>>,
    pub(crate) sealed: SealedHousehold,
    pub(crate) version: [u8; 32],
    pub(crate) officer: Option<EnteredBy>,
}

/// The right of the officer who sends a household in.
#[derive(Clone, Copy, Debug)]
pub enum EnteredBy {
    /// For somebody who calls or comes in person.
    Counter(Grant<RegisterForResident>),
    /// At the building of an operation.
    Field(Grant<EnterInField>),
    /// The same, from an entry that waited sealed on a phone.
    FieldLater {
        /// The right of the officer who sent it.
        grant: Grant<EnterInField>,
        /// When its page was loaded, by our clock.
        page: Instant,
        /// When it was typed, as the phone claims.
        claimed: Instant,
    },
}

impl EnteredBy {
    fn actor(&self) -> Actor {
        match self {
            Self::Counter(grant) => grant.actor(),
            Self::Field(grant) | Self::FieldLater { grant, .. } => grant.actor(),
        }
    }

    fn is_of(&self, tx: &mut Tx<'_>) -> Result<bool, StoreError> {
        match self {
            Self::Counter(grant) => vault::covers(tx, grant),
            Self::Field(grant) | Self::FieldLater { grant, .. } => vault::covers(tx, grant),
        }
    }
}

impl Register {
    /// Who sends it in.
    pub fn actor(&self) -> Actor {
        self.officer.map_or(Actor::Visitor, |officer| officer.actor())
    }
}

/// What somebody sends in.
#[derive(Clone, Debug)]
pub struct Submission<'a> {
    /// The parsed household.
    pub household: &'a Household,
    /// The client-made key that makes a double click or a resend count once: 16 to 64 letters, digits, hyphens.
    pub idempotency: &'a str,
    /// The language for messages.
    pub language: Language,
    /// The way it came.
    pub channel: Channel,
    /// The household that this one repairs.
    pub replaces: Option<Id<kinds::Household>>,
    /// Digest of the definition whose collection statement the person was shown.
    pub shown: [u8; 32],
    /// The right of the officer who sends it in; nothing when it comes from the public.
    pub officer: Option<EnteredBy>,
}

/// What is answered, whether the person matches, is a duplicate, or not: nobody knows yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// The household.
    pub household: Id<kinds::Household>,
    /// What the resident writes down.
    pub reference: Reference,
    /// When.
    pub at: Instant,
}

/// Why a household was not taken.
#[derive(Debug, Error)]
pub enum RegisterError {
    /// The scheme is not open.
    #[error("the scheme is not open for registration")]
    NotOpen(Status),
    /// Only an officer with the right to it, in this very scheme, registers for somebody else.
    #[error("there is no such scheme in your department")]
    Elsewhere,
    /// People are entered by field officers at a building and by nobody else, or this is no such scheme.
    #[error("in an operation, and only there, field officers enter people at the building")]
    NoSuchWay,
    /// The idempotency key has the wrong form.
    #[error("an idempotency key is 16 to 64 letters, digits or hyphens, made anew for each household")]
    Idempotency,
    /// Another collection statement is in force than the one that the person was shown: nobody is taken to have agreed to
    /// what they have not seen.
    #[error("another version of the collection statement is in force: read it and send the registration again")]
    Statement,
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for RegisterError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotOpen(Status::Paused) => Kind::Busy,
            Self::NotOpen(_) => Kind::Gone,
            Self::Elsewhere | Self::NoSuchWay => Kind::Missing,
            Self::Idempotency => Kind::Invalid,
            Self::Statement => Kind::Taken,
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Seals a household. Happens before the transaction, never inside it.
pub fn prepare(keys: &Keyring, scheme: &Scheme, submission: &Submission<'_>) -> Result<Register, RegisterError> {
    let key = submission.idempotency;
    let good = (16..=64).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !good {
        return Err(RegisterError::Idempotency);
    }
    let entitled = match submission.channel {
        Channel::Online => submission.officer.is_none(),
        Channel::Officer | Channel::Letter => matches!(submission.officer, Some(EnteredBy::Counter(_))),
        Channel::Field => matches!(submission.officer, Some(EnteredBy::Field(_) | EnteredBy::FieldLater { .. })),
    };
    if !entitled {
        return Err(RegisterError::Elsewhere);
    }
    if (submission.channel == Channel::Field) != scheme.operation().is_some() {
        return Err(RegisterError::NoSuchWay);
    }
    if submission.shown != scheme.digest() {
        return Err(RegisterError::Statement);
    }
    let household = submission.household;
    let record = keys.next_record()?;
    Ok(Register {
        household: household_id(keys, key),
        record,
        language: submission.language,
        channel: submission.channel,
        district: household.address.district.code().to_owned(),
        people: i64::try_from(household.people()).unwrap_or(i64::MAX),
        address_known: household.address.key.is_some(),
        replaces: submission.replaces,
        sealed: seal_household(keys, scheme, record, household)?,
        version: submission.shown,
        officer: submission.officer,
    })
}

/// Takes a household: two rows are written, the household and its journal entry. Matching follows in batches, and the
/// answer comes by message; this answer is the same for everybody.
pub fn register(work: &mut Work<'_, '_>, command: &Register) -> Result<Received, RegisterError> {
    if let Some(grant) = &command.officer
        && !grant.is_of(work.tx())?
    {
        return Err(RegisterError::Elsewhere);
    }
    let state = current_state(work.tx())?;
    let status = state.map_or(Status::Draft, |state| state.status_at(work.now()));
    let allowed = status == Status::Open || (status == Status::Paused && command.replaces.is_some());
    if !allowed {
        return Err(RegisterError::NotOpen(status));
    }
    // A version may have come into force since the household was sealed.
    if state.is_none_or(|state| state.version != command.version) {
        return Err(RegisterError::Statement);
    }
    let reference = Reference::of(command.household);
    let event = Event::new("registration.received")
        .detail("reference", reference.to_string())
        .detail("people", command.people)
        .detail("channel", command.channel.as_str())
        .detail("statement", to_hex(&command.version));
    let event = match command.officer {
        Some(EnteredBy::FieldLater { page, claimed, .. }) => {
            event.detail("page", page.millis()).detail("claimed", claimed.millis())
        }
        _ => event,
    };
    let event = work.journal(event)?;
    let now = work.now();
    storage::submission::insert(work.tx(), event, now, command)?;
    Ok(Received { household: command.household, reference, at: now })
}
