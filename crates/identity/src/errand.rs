//! What somebody asks for who has no way in: to cancel an account that was never activated, or a new password for one that was
//! forgotten. Both name a document and a mobile number, and both are only noted: the same row in the same time whether there is such
//! an account. The job that follows looks, a moment later, and whoever asked is told nothing that depends on it.

use hongkong::IdNumber;
use journal::{Actor, Event, Ledger, Work};
use kernel::{Fault, Id, Instant, Kind, Random, kinds};
use seal::{Keyring, SealError};
use store::{RunError, StoreError, Tx};

use crate::account::SealedValue;
use crate::attribute::person_tag;
use crate::confirm_code::is_right;
use crate::document::document_tag;
use crate::{AskCode, BeginError, Charter, CodeFor, Document, NewEnrolment, NewPassword, Ticket, prepare_enrolment, storage};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// The account that waits for its activation is to go.
    Cancel,
    /// The password was forgotten.
    NewPassword,
}

/// An errand on its way. Its id is that of the enrolment whose code was typed.
#[derive(Clone, Debug)]
pub(crate) struct ErrandRow {
    pub(crate) id: Id<kinds::Enrolment>,
    pub(crate) act: Errand,
    pub(crate) document: [u8; 32],
    pub(crate) tag: [u8; 32],
}

/// Why a new password is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ErrandError {
    /// The code was not typed, was used before, or its time is over.
    #[error("this took too long; begin again")]
    Over,
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ErrandError {
    fn kind(&self) -> Kind {
        match self {
            Self::Over => Kind::Gone,
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

impl Errand {
    /// Its name in tables.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::NewPassword => "new-password",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Cancel, Self::NewPassword].into_iter().find(|one| one.name() == name)
    }

    const fn code(self) -> CodeFor {
        match self {
            Self::Cancel => CodeFor::Cancel,
            Self::NewPassword => CodeFor::NewPassword,
        }
    }
}

/// The tag of a document that was typed: a further code needs no more of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentTag([u8; 32]);

impl DocumentTag {
    /// The person whose identity was proofed with an identity card of this number, if there is one.
    pub fn of_person(keys: &Keyring, number: &IdNumber) -> Self {
        Self(person_tag(keys, number))
    }

    /// The tag of a document.
    pub fn of(keys: &Keyring, document: &Document) -> Self {
        Self(document_tag(keys, document))
    }
}

impl Ticket {
    /// The document that was typed with the number, where one was.
    pub fn document(&self) -> Option<DocumentTag> {
        self.document.map(DocumentTag)
    }
}

/// Makes the code of an errand, for the number that was typed; the ticket carries the document's tag. Nothing is looked up.
pub fn prepare_errand(
    keys: &Keyring,
    random: &dyn Random,
    now: Instant,
    asked: AskCode<'_>,
    document: DocumentTag,
) -> Result<(Ticket, NewEnrolment), BeginError> {
    let (mut ticket, new) = prepare_enrolment(keys, random, now, asked)?;
    ticket.document = Some(document.0);
    Ok((ticket, new))
}

/// With the right code the account of this number and this document is on its way out, if there is one and it was never activated.
/// False when the code is wrong; the try is counted.
pub fn ask_to_cancel(work: &mut Work<'_, '_>, keys: &Keyring, ticket: &Ticket, typed: &str) -> Result<bool, StoreError> {
    if ticket.aim != CodeFor::Cancel || !is_right(work, keys, ticket, typed)? {
        return Ok(false);
    }
    note(work, Errand::Cancel, ticket)
}

/// Whether the code of a forgotten password is right; a right one leads to the page that asks for the new one. The try is counted.
pub fn confirm_password_code(
    work: &mut Work<'_, '_>,
    keys: &Keyring,
    ticket: &Ticket,
    typed: &str,
) -> Result<bool, StoreError> {
    Ok(ticket.aim == CodeFor::NewPassword && is_right(work, keys, ticket, typed)?)
}

/// Whether a new password can be chosen with this ticket: its code was typed lately.
pub fn may_choose_password(tx: &mut Tx<'_>, ticket: &Ticket, now: Instant) -> Result<bool, StoreError> {
    Ok(ticket.aim == CodeFor::NewPassword && storage::enrolment::is_confirmed(tx, ticket.enrolment, now)?)
}

/// Takes a new password for the account of this number and this document, if there is one. Slow on purpose, account or none. Until
/// the job looks, the password stands among the others under the errand's id, which is no account's.
pub fn ask_new_password(
    ledger: &Ledger,
    charter: &Charter,
    ticket: &Ticket,
    password: &NewPassword,
) -> Result<(), RunError<ErrandError>> {
    let refused = |error: SealError| RunError::Refused(ErrandError::Seal(error));
    let hash = password.hash(&**ledger.random()).map_err(refused)?;
    let (keys, today, ticket) = (ledger.keys(), ledger.now().day(), ticket.clone());
    let hash = SealedValue::seal(keys, today, charter.keep_months, hash.bytes().expose()).map_err(refused)?;
    ledger.write("identity.ask_new_password", Actor::Visitor, move |work| {
        let now = work.now();
        if !note(work, Errand::NewPassword, &ticket)? {
            return Err(ErrandError::Over);
        }
        storage::password::put(work.tx(), held_by(ticket.enrolment), &hash, now).map_err(ErrandError::from)
    })?;
    Ok(())
}

/// Under which id a password waits.
pub(crate) const fn held_by(errand: Id<kinds::Enrolment>) -> Id<kinds::Account> {
    Id::from_bytes(errand.bytes())
}

/// Uses the code up and notes the errand; false when there is no code to use.
fn note(work: &mut Work<'_, '_>, act: Errand, ticket: &Ticket) -> Result<bool, StoreError> {
    let (now, id) = (work.now(), ticket.enrolment);
    let Some(document) = ticket.document.filter(|_| ticket.aim == act.code()) else { return Ok(false) };
    let Some(tag) = storage::enrolment::take(work.tx(), id, now)? else { return Ok(false) };
    storage::errand::insert(work.tx(), &ErrandRow { id, act, document, tag }, now)?;
    work.journal(Event::new("identity.errand_noted").detail("act", act.name()))?;
    Ok(true)
}
