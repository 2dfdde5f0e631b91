use std::collections::{HashMap, HashSet};

use kernel::{Id, kinds};

use super::{Answer, Reason};
use crate::storage::index::Claim;

/// How many households may name one person, the true one included, before nothing more is sent about that person.
pub(super) const CLAIMS_MOST: usize = 5;
/// How many households may share one mobile: relatives help each other, machines fill forms.
pub(super) const MOBILE_MOST: usize = 20;

/// One household of a batch, as far as matching is concerned.
pub(super) struct Case {
    pub household: Id<kinds::Household>,
    pub replaces: Option<Id<kinds::Household>>,
    /// Index tags of the people, in order, and what the register says about each.
    pub people: Vec<([u8; 32], Answer)>,
    /// Index tag of the mobile.
    pub mobile: Option<[u8; 32]>,
}

/// What is known about the tags of a batch: claims already on record, and those that this batch adds as it is decided.
#[derive(Default)]
pub(super) struct Known {
    pub claims: HashMap<[u8; 32], Vec<Claim>>,
    /// Households that may still be replaced by a repair; the first repair of a batch takes its place.
    pub repairable: HashSet<Id<kinds::Household>>,
}

/// What is decided about one household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub reason: Reason,
    /// Whether a message may go out.
    pub tell: bool,
    /// The household that this one takes the place of. A repair that comes too late, because its household stands by now or
    /// another repair was first, is a household like any other.
    pub repairs: Option<Id<kinds::Household>>,
}

impl Known {
    /// Decides one household and notes its claims, so that the next one of the batch sees them. First come, first served:
    /// cases are decided in the order in which they were received.
    pub(super) fn decide(&mut self, case: &Case) -> Verdict {
        let repairs = case.replaces.filter(|old| self.repairable.remove(old));
        if let Some(old) = repairs {
            // What is replaced names nobody any more: whoever repairs five times has one claim.
            self.claims.values_mut().for_each(|claims| claims.retain(|claim| claim.household != old));
        }
        let own = |claim: &Claim| claim.household == case.household;
        let others = |tag: &[u8; 32]| self.claims.get(tag).into_iter().flatten().filter(move |claim| !own(claim));
        let households = |tag: &[u8; 32]| others(tag).map(|claim| claim.household).collect::<HashSet<_>>().len();
        let crowded = case.people.iter().any(|(tag, _)| households(tag) >= CLAIMS_MOST)
            || case.mobile.iter().any(|tag| households(tag) >= MOBILE_MOST);
        let taken = case.people.iter().any(|(tag, _)| others(tag).any(|claim| claim.confirmed));
        let said = |wanted| case.people.iter().any(|(_, answer)| *answer == wanted);
        let reason = if case.people.is_empty() {
            Reason::Unreadable
        } else if crowded {
            Reason::Limited
        } else if said(Answer::Mismatch) {
            Reason::Mismatch
        } else if said(Answer::NotResident) {
            Reason::NotResident
        } else if taken {
            Reason::Duplicate
        } else {
            Reason::None
        };
        self.note(case, reason == Reason::None);
        Verdict { reason, tell: !crowded, repairs }
    }

    fn note(&mut self, case: &Case, confirmed: bool) {
        for (household, person, tag) in case.claims() {
            self.claims.entry(tag).or_default().push(Claim { household, person, confirmed });
        }
    }
}

impl Case {
    /// The index rows of this household: its people by place, its mobile under a place of its own.
    pub(super) fn claims(&self) -> impl Iterator<Item = (Id<kinds::Household>, i64, [u8; 32])> {
        let household = self.household;
        let people = self.people.iter().zip(0..).map(move |((tag, _), person)| (household, person, *tag));
        people.chain(self.mobile.map(|tag| (household, crate::storage::index::MOBILE, tag)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(household: u8, tags: &[u8], answer: Answer) -> Case {
        Case {
            household: Id::from_bytes([household; 16]),
            replaces: None,
            people: tags.iter().map(|tag| ([*tag; 32], answer)).collect(),
            mobile: Some([200; 32]),
        }
    }

    #[test]
    fn the_first_good_claim_wins_and_a_bad_one_does_not_lock_it_out() {
        let mut known = Known::default();
        assert_eq!(known.decide(&case(1, &[7], Answer::Mismatch)).reason, Reason::Mismatch);
        assert_eq!(known.decide(&case(2, &[7, 8], Answer::Resident)).reason, Reason::None);
        assert_eq!(known.decide(&case(3, &[8], Answer::Resident)).reason, Reason::Duplicate);
        assert_eq!(known.decide(&case(4, &[9], Answer::NotResident)).reason, Reason::NotResident);
    }

    #[test]
    fn a_repair_does_not_collide_with_the_household_it_replaces() {
        let mut known = Known::default();
        known.decide(&case(1, &[7], Answer::Resident));
        known.repairable.insert(Id::from_bytes([1; 16]));
        let repair = Case { replaces: Some(Id::from_bytes([1; 16])), ..case(2, &[7], Answer::Resident) };
        let verdict = known.decide(&repair);
        assert_eq!((verdict.reason, verdict.repairs), (Reason::None, repair.replaces));
        // The second repair of the same household, and one of a household that stands by now.
        let again = Case { replaces: repair.replaces, ..case(3, &[7], Answer::Resident) };
        let verdict = known.decide(&again);
        assert_eq!((verdict.reason, verdict.repairs), (Reason::Duplicate, None));
    }

    #[test]
    fn whoever_repairs_again_and_again_has_one_claim() {
        let mut known = Known::default();
        for household in 0..9 {
            let before = Id::from_bytes([household; 16]);
            known.repairable.insert(before);
            let repair = Case { replaces: Some(before), ..case(household + 1, &[7], Answer::Mismatch) };
            assert_eq!(known.decide(&repair).reason, Reason::Mismatch, "{household}");
        }
    }

    #[test]
    fn a_household_that_does_not_open_waits_for_an_officer() {
        assert_eq!(Known::default().decide(&case(1, &[], Answer::Resident)).reason, Reason::Unreadable);
    }

    #[test]
    fn attempts_on_one_person_are_limited_and_then_nothing_is_sent() {
        let mut known = Known::default();
        for household in 0..5 {
            assert!(known.decide(&case(household, &[7], Answer::Mismatch)).tell);
        }
        let verdict = known.decide(&case(99, &[7], Answer::Resident));
        assert_eq!((verdict.reason, verdict.tell), (Reason::Limited, false));
    }
}
