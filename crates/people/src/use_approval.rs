use std::fmt;
use std::marker::PhantomData;

use journal::{Event, Work};
use kernel::{Fault, Id, Instant, Kind, kinds, to_hex};
use seal::sha256;
use store::{StoreError, Tx};

use crate::{ApprovalRefused, Grant, TwoPerson, storage};

/// What is about to be done on the strength of an approval.
#[derive(Clone, Debug)]
pub struct UseApproval {
    /// The approval.
    pub approval: Id<kinds::Approval>,
    /// What is to be done, in exactly the words that were approved.
    pub what: String,
}

/// Proof that two persons agreed, made in the transaction that acts on it. If that rolls back, the approval is unused.
pub struct Used<K: TwoPerson> {
    approval: Id<kinds::Approval>,
    service: Id<kinds::Service>,
    approved_by: Id<kinds::Officer>,
    kind: PhantomData<fn() -> K>,
}

impl<K: TwoPerson> Used<K> {
    /// The approval.
    pub const fn approval(&self) -> Id<kinds::Approval> {
        self.approval
    }

    /// The service.
    pub const fn service(&self) -> Id<kinds::Service> {
        self.service
    }

    /// The second person.
    pub const fn approved_by(&self) -> Id<kinds::Officer> {
        self.approved_by
    }
}

impl<K: TwoPerson> fmt::Debug for Used<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Used({}, {})", K::KIND, self.approval)
    }
}

/// Why an approval was not used.
#[derive(Debug, thiserror::Error)]
pub enum UseApprovalError {
    /// There is no such approval in the service of the grant.
    #[error("there is no such approval")]
    Missing,
    /// The approval does not allow it.
    #[error(transparent)]
    Refused(#[from] ApprovalRefused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for UseApprovalError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Refused(refused) => refused.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Whether an approval allows exactly this now, without using it up: for an act that must prepare what it does before the unit
/// of work in which it uses the approval.
pub fn check_approval<K: TwoPerson>(
    tx: &mut Tx<'_>,
    now: Instant,
    grant: &Grant<K::Request>,
    command: &UseApproval,
) -> Result<(), UseApprovalError> {
    let service = grant.service().ok_or(UseApprovalError::Missing)?;
    let found = storage::approval::find(tx, command.approval, K::KIND, service)?;
    found.ok_or(UseApprovalError::Missing)?.redeem(&sha256(&[command.what.as_bytes()]), now)?;
    Ok(())
}

/// Uses an approval, once, for exactly what was approved.
pub fn use_approval<K: TwoPerson>(
    work: &mut Work<'_, '_>,
    grant: &Grant<K::Request>,
    command: &UseApproval,
) -> Result<Used<K>, UseApprovalError> {
    let service = grant.service().ok_or(UseApprovalError::Missing)?;
    let now = work.now();
    let found = storage::approval::find(work.tx(), command.approval, K::KIND, service)?;
    let used = found.ok_or(UseApprovalError::Missing)?.redeem(&sha256(&[command.what.as_bytes()]), now)?;
    if storage::approval::mark_used(work.tx(), &used, now)? == 0 {
        return Err(ApprovalRefused::Used.into());
    }
    let approved_by = used.decided_by.ok_or(ApprovalRefused::NotApproved)?;
    work.journal(
        Event::new("people.approval_used")
            .detail("approval", used.id.to_string())
            .detail("kind", K::KIND)
            .detail("digest", to_hex(&used.digest))
            .detail("by", grant.officer().to_string())
            .detail("approved_by", approved_by.to_string()),
    )?;
    Ok(Used { approval: used.id, service, approved_by, kind: PhantomData })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::{
        Approval, ApproveExport, DecideApprovalError, PersonalDataExport, RequestApproval, RequestApprovalError,
        RequestExport, Role, Scope, SignedIn, approve, authorise, refuse, request_approval,
    };
    use kernel::Text;
    use store::RunError;

    const WHAT: &str = "households of Sha Tin to the courier of the contract";

    fn officer(number: u8, role: Role) -> SignedIn {
        let post = Text::new("Officer", "主任", "主任");
        SignedIn::at_console(Id::from_bytes([number; 16]), Id::from_bytes([1; 16]), vec![role], post)
    }

    fn service() -> Id<kinds::Service> {
        Id::from_bytes([2; 16])
    }

    fn scope() -> Scope {
        Scope::at_console(service(), Id::from_bytes([1; 16]))
    }

    fn asker() -> Grant<RequestExport> {
        authorise(&officer(1, Role::DeliveryOfficer), Some(scope())).unwrap()
    }

    fn second(number: u8) -> Grant<ApproveExport> {
        authorise(&officer(number, Role::SupervisingOfficer), Some(scope())).unwrap()
    }

    fn ask(city: &City) -> Approval {
        let command = RequestApproval { service: service(), what: WHAT.to_owned() };
        let ask =
            move |work: &mut Work<'_, '_>| request_approval::<PersonalDataExport>(work, &asker(), command.clone());
        city.act(asker().actor(), ask).unwrap()
    }

    fn use_it(
        city: &City,
        id: Id<kinds::Approval>,
        what: &str,
    ) -> Result<Used<PersonalDataExport>, RunError<UseApprovalError>> {
        let command = UseApproval { approval: id, what: what.to_owned() };
        city.act(asker().actor(), move |work| use_approval::<PersonalDataExport>(work, &asker(), &command))
    }

    fn say_yes(city: &City, number: u8, id: Id<kinds::Approval>) -> Result<Approval, RunError<DecideApprovalError>> {
        let grant = second(number);
        city.act(grant.actor(), move |work| approve::<PersonalDataExport>(work, &grant, id))
    }

    #[test]
    fn two_persons_agree_and_it_works_once() {
        let city = City::new();
        let asked = ask(&city);
        say_yes(&city, 2, asked.id).unwrap();
        let used = use_it(&city, asked.id, WHAT).unwrap();
        assert_eq!((used.approved_by(), used.service()), (Id::from_bytes([2; 16]), service()));
        let again = use_it(&city, asked.id, WHAT);
        assert!(matches!(again, Err(RunError::Refused(UseApprovalError::Refused(ApprovalRefused::Used)))));
        assert_eq!(city.verbs(), ["people.approval_requested", "people.approval_given", "people.approval_used"]);
        assert!(!city.journal_text().contains("Sha Tin"));
    }

    #[test]
    fn one_person_alone_or_other_words_get_nothing() {
        let city = City::new();
        let asked = ask(&city);
        let own = say_yes(&city, 1, asked.id);
        assert!(matches!(own, Err(RunError::Refused(DecideApprovalError::Refused(ApprovalRefused::OwnRequest)))));
        let early = use_it(&city, asked.id, WHAT);
        assert!(matches!(early, Err(RunError::Refused(UseApprovalError::Refused(ApprovalRefused::NotApproved)))));
        say_yes(&city, 2, asked.id).unwrap();
        let other = use_it(&city, asked.id, "all households to everybody");
        assert!(matches!(other, Err(RunError::Refused(UseApprovalError::Refused(ApprovalRefused::Different)))));
        city.clock.advance_days(7);
        let late = use_it(&city, asked.id, WHAT);
        assert!(matches!(late, Err(RunError::Refused(UseApprovalError::Refused(ApprovalRefused::Expired)))));
    }

    #[test]
    fn a_refusal_stands_and_another_service_sees_nothing() {
        let city = City::new();
        let asked = ask(&city);
        let elsewhere = Some(Scope::at_console(Id::from_bytes([9; 16]), Id::from_bytes([1; 16])));
        let grant = authorise::<ApproveExport>(&officer(2, Role::SupervisingOfficer), elsewhere).unwrap();
        let unseen = city.act(grant.actor(), move |work| approve::<PersonalDataExport>(work, &grant, asked.id));
        assert!(matches!(unseen, Err(RunError::Refused(DecideApprovalError::Missing))));
        let id = asked.id;
        city.act(second(2).actor(), move |work| refuse::<PersonalDataExport>(work, &second(2), id)).unwrap();
        let late = say_yes(&city, 3, id);
        assert!(matches!(late, Err(RunError::Refused(DecideApprovalError::Refused(ApprovalRefused::Decided)))));
        assert!(use_it(&city, id, WHAT).is_err());
    }

    #[test]
    fn a_grant_for_another_service_asks_for_nothing() {
        let city = City::new();
        let command = RequestApproval { service: Id::from_bytes([9; 16]), what: WHAT.to_owned() };
        let refused = city
            .act(asker().actor(), move |work| request_approval::<PersonalDataExport>(work, &asker(), command.clone()));
        assert!(matches!(refused, Err(RunError::Refused(RequestApprovalError::Denied))));
    }
}
