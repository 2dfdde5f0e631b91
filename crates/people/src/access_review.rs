use journal::{Event, Work};
use kernel::{Day, Fault, Id, Instant, Kind, kinds};
use store::{StoreError, Tx};

use crate::idle_rights::take_away;
use crate::{Grant, Officer, ReviewAccess, storage};

/// Months between two reviews of who may do what (S17 11.2.4: access rights are reviewed periodically, with records).
pub const REVIEW_MONTHS: i32 = 6;

/// What a reviewer decides about one officer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewDecision {
    /// The rights are needed.
    Keep,
    /// The rights end now.
    End,
    /// The reviewer's own rights: on record, decided by nobody.
    Own,
}

/// Where a department's review stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewStatus {
    /// When the last one was done.
    pub last: Option<Instant>,
    /// The last day on which the next one is in time.
    pub due: Day,
}

/// One officer in a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewLine {
    /// The officer, who has rights.
    pub officer: Officer,
    /// The last sign-in.
    pub last_sign_in: Option<Instant>,
}

/// A review, done on one page: a decision about every officer with rights but the reviewer.
#[derive(Clone, Debug)]
pub struct RecordReview {
    /// Officer and decision.
    pub lines: Vec<(Id<kinds::Officer>, ReviewDecision)>,
}

/// Why a review was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordReviewError {
    /// Not every officer has a decision, or one has none to get.
    #[error("decide about every officer in the list; it may have changed since you opened the page")]
    Incomplete,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for RecordReviewError {
    fn kind(&self) -> Kind {
        match self {
            Self::Incomplete => Kind::Invalid,
            Self::Store(error) => error.kind(),
        }
    }
}

impl ReviewDecision {
    /// The name in forms, in the store and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::End => "end",
            Self::Own => "own",
        }
    }

    /// What a form may say; nobody decides `own`.
    pub fn from_slug(slug: &str) -> Option<Self> {
        [Self::Keep, Self::End].into_iter().find(|decision| decision.slug() == slug)
    }
}

/// Where a department's review stands; nothing for a department that does not exist.
pub fn review_status(
    tx: &mut Tx<'_>,
    department: Id<kinds::Department>,
) -> Result<Option<ReviewStatus>, StoreError> {
    let found = storage::review::last_done(tx, department)?;
    Ok(found.map(|(made, last)| ReviewStatus { last, due: last.unwrap_or(made).day().plus_months(REVIEW_MONTHS) }))
}

/// Every officer of a department who has rights.
pub fn review_lines(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<ReviewLine>, StoreError> {
    let mut lines = Vec::new();
    for officer in storage::officer::list(tx, department)? {
        if officer.ended.is_none() && !officer.roles.is_empty() {
            let last_sign_in = storage::review::last_sign_in(tx, officer.id)?;
            lines.push(ReviewLine { officer, last_sign_in });
        }
    }
    Ok(lines)
}

/// Records a review and ends the rights that are not needed, in living sessions too.
pub fn record_review(
    work: &mut Work<'_, '_>,
    grant: &Grant<ReviewAccess>,
    command: &RecordReview,
) -> Result<Id<kinds::Review>, RecordReviewError> {
    let mut decided = Vec::new();
    for line in review_lines(work.tx(), grant.department())? {
        let id = line.officer.id;
        let said = command.lines.iter().find(|(officer, _)| *officer == id).map(|(_, decision)| *decision);
        let decision = if id == grant.officer() { ReviewDecision::Own } else { said.ok_or(RecordReviewError::Incomplete)? };
        decided.push((line.officer, decision));
    }
    let known = |id: &Id<kinds::Officer>| decided.iter().any(|(officer, _)| officer.id == *id);
    if !command.lines.iter().all(|(id, decision)| known(id) && *decision != ReviewDecision::Own) {
        return Err(RecordReviewError::Incomplete);
    }
    let (id, now) = (work.new_id(), work.now());
    storage::review::insert(work.tx(), id, grant.department(), grant.officer(), now)?;
    storage::review::insert_lines(work.tx(), id, &decided)?;
    let mut ended = Vec::new();
    for (officer, _) in decided.iter().filter(|(_, decision)| *decision == ReviewDecision::End) {
        take_away(work, officer, now)?;
        ended.push(officer.id.to_string());
    }
    work.journal(
        Event::new("people.access_reviewed")
            .detail("review", id.to_string())
            .detail("officers", decided.len())
            .detail("ended", ended),
    )?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::{Role, SignedIn, authorise};
    use kernel::Text;
    use store::RunError;

    struct Office {
        city: City,
        department: Id<kinds::Department>,
        reviewer: Grant<ReviewAccess>,
        officer: Id<kinds::Officer>,
    }

    fn office() -> Office {
        let city = City::new();
        let department = city.department();
        let reviewer = city.invite(department, &[Role::PrivacyOfficer]).officer;
        let officer = city.invite(department, &[Role::CaseOfficer]).officer;
        let post = Text::new("Privacy", "私隱", "私隐");
        let who = SignedIn::at_console(reviewer, department, vec![Role::PrivacyOfficer], post);
        Office { reviewer: authorise(&who, None).unwrap(), city, department, officer }
    }

    impl Office {
        fn record(&self, lines: &[(Id<kinds::Officer>, ReviewDecision)]) -> Result<Id<kinds::Review>, RunError<RecordReviewError>> {
            let (grant, command) = (self.reviewer, RecordReview { lines: lines.to_vec() });
            self.city.act(grant.actor(), move |work| record_review(work, &grant, &command))
        }
    }

    #[test]
    fn a_review_decides_about_everyone_but_the_reviewer() {
        let office = office();
        let refused = |lines: &[_]| matches!(office.record(lines), Err(RunError::Refused(RecordReviewError::Incomplete)));
        assert!(refused(&[]), "somebody was left out");
        let stranger = Id::from_bytes([3; 16]);
        assert!(refused(&[(office.officer, ReviewDecision::Keep), (stranger, ReviewDecision::Keep)]));
        assert!(refused(&[(office.officer, ReviewDecision::Own)]));
        office.record(&[(office.officer, ReviewDecision::End)]).unwrap();
        let found = office.city.read(|tx| crate::officer(tx, office.officer)).unwrap();
        assert_eq!(found.roles, []);
        let own = office.city.read(|tx| crate::officer(tx, office.reviewer.officer())).unwrap();
        assert_eq!(own.roles, [Role::PrivacyOfficer]);
        assert_eq!(office.city.verbs().last().unwrap(), "people.access_reviewed");
    }

    #[test]
    fn a_review_is_due_six_months_after_the_last_one() {
        let office = office();
        let status = || office.city.read(|tx| review_status(tx, office.department)).unwrap();
        let made = office.city.now().day();
        assert_eq!(status(), ReviewStatus { last: None, due: made.plus_months(REVIEW_MONTHS) });
        office.city.clock.advance_secs(100 * 86_400);
        office.record(&[(office.officer, ReviewDecision::Keep)]).unwrap();
        assert_eq!(status().due, office.city.now().day().plus_months(REVIEW_MONTHS));
    }
}
