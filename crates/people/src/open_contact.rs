use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use store::{StoreError, Tx};

use crate::{Grant, ManageOfficers, SealedContact, SignedIn, storage};

/// Why contact details are opened. A list and no free text: the journal keeps it, and must name nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactReason {
    /// To reach the officer in an emergency.
    CallOut,
    /// To send an invitation or other mail about the account.
    Account,
    /// To answer the officer's own request for access or correction.
    SubjectRequest,
}

impl ContactReason {
    /// The name in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::CallOut => "call-out",
            Self::Account => "account",
            Self::SubjectRequest => "subject-request",
        }
    }
}

/// An opening of an officer's contact details by an administrator.
#[derive(Clone, Copy, Debug)]
pub struct OpenContact {
    /// The officer.
    pub officer: Id<kinds::Officer>,
    /// Why.
    pub reason: ContactReason,
}

/// Why contact details were not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenContactError {
    /// There is no such officer in your department.
    #[error("there is no such officer in your department")]
    Missing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for OpenContactError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Notes the opening of an officer's contact details; the `Committed` of this unit of work opens what is returned.
pub fn open_contact(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageOfficers>,
    command: OpenContact,
) -> Result<SealedContact, OpenContactError> {
    let found = storage::officer::find(work.tx(), command.officer)?;
    if found.is_none_or(|officer| officer.department != grant.department()) {
        return Err(OpenContactError::Missing);
    }
    note_opening(work, command.officer, command.reason.slug())
}

/// Notes that officers look at their own contact details; the `Committed` of this unit of work opens what is returned.
pub fn open_own_contact(work: &mut Work<'_, '_>, who: &SignedIn) -> Result<SealedContact, OpenContactError> {
    note_opening(work, who.officer(), "own details")
}

/// The sealed contact of an officer who is still there, for a mail; nothing when it has been removed. The job that sends mails
/// notes its openings as one batch (`notify::claim_mails`), and its `Committed` opens what is returned.
pub fn contact_for_mail(tx: &mut Tx<'_>, officer: Id<kinds::Officer>) -> Result<Option<SealedContact>, StoreError> {
    let found = storage::officer::find(tx, officer)?;
    if found.is_none_or(|officer| officer.ended.is_some()) {
        return Ok(None);
    }
    storage::officer::contact(tx, officer)
}

fn note_opening(
    work: &mut Work<'_, '_>,
    officer: Id<kinds::Officer>,
    reason: &str,
) -> Result<SealedContact, OpenContactError> {
    let contact = storage::officer::contact(work.tx(), officer)?.ok_or(OpenContactError::Missing)?;
    work.journal(
        Event::new("people.contact_opened")
            .detail("officer", officer.to_string())
            .detail("purpose", "officers")
            .detail("reason", reason),
    )?;
    Ok(contact)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;
    use crate::rehearsal::City;
    use store::RunError;

    #[test]
    fn an_administrator_opens_with_a_reason_and_it_is_seen() {
        let city = City::new();
        let department = city.department();
        let officer = city.invite(department, &[Role::CaseOfficer]).officer;
        let grant = city.administrator(department);
        let command = OpenContact { officer, reason: ContactReason::CallOut };
        let opened = city.ledger.write("test", grant.actor(), move |work| open_contact(work, &grant, command));
        let (contact, committed) = opened.unwrap();
        assert_eq!(contact.open(&committed, &city.keys).unwrap().mail().expose(), "sm.chan@itb.example.hk");
        assert_eq!(city.verbs().last().unwrap(), "people.contact_opened");
        assert!(city.journal_text().contains("call-out"));
        assert!(!city.journal_text().contains("sm.chan"));
    }

    #[test]
    fn another_departments_officers_stay_closed() {
        let city = City::new();
        let grant = city.administrator(city.department());
        let foreign = city.invite(city.second_department(), &[Role::CaseOfficer]).officer;
        let command = OpenContact { officer: foreign, reason: ContactReason::Account };
        let refused = city.act(grant.actor(), move |work| open_contact(work, &grant, command));
        assert!(matches!(refused, Err(RunError::Refused(OpenContactError::Missing))));
    }
}
