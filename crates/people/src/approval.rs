use kernel::{Fault, Id, Instant, Kind, kinds};

/// A request lives seven days, from asking to use.
pub const APPROVAL_DAYS: i64 = 7;
const DAY_MS: i64 = 86_400_000;

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalState {
    /// Asked for; nobody has decided.
    Requested,
    /// Approved by a second person; not yet used.
    Approved,
    /// Refused by a second person.
    Refused,
    /// Used. There is no second time.
    Used,
}

impl ApprovalState {
    const ALL: [Self; 4] = [Self::Requested, Self::Approved, Self::Refused, Self::Used];

    /// The name in the store.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Used => "used",
        }
    }

    pub(crate) fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.slug() == slug)
    }
}

/// Something that one officer asked for and another decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The request.
    pub id: Id<kinds::Approval>,
    /// What kind of act, as [`crate::TwoPerson::KIND`] names it.
    pub kind: String,
    /// The service in which it happens.
    pub service: Id<kinds::Service>,
    /// Exactly what was asked, in words or JSON; nothing personal.
    pub what: String,
    /// SHA-256 of `what`: what was approved is what is done.
    pub digest: [u8; 32],
    /// Who asked.
    pub requested_by: Id<kinds::Officer>,
    /// When.
    pub requested_at: Instant,
    /// When it dies, used or not.
    pub expires: Instant,
    /// Where it stands.
    pub state: ApprovalState,
    /// Who approved or refused.
    pub decided_by: Option<Id<kinds::Officer>>,
}

/// Why an approval cannot be given or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalRefused {
    /// The second person must be another one.
    #[error("you asked for this yourself; another officer must decide")]
    OwnRequest,
    /// Seven days have passed.
    #[error("the request is more than seven days old; ask again")]
    Expired,
    /// Somebody has decided already.
    #[error("this request has been decided already")]
    Decided,
    /// It was refused, or nobody has approved it yet.
    #[error("nobody has approved this")]
    NotApproved,
    /// It has been used.
    #[error("this approval has been used; an approval works once")]
    Used,
    /// Something else is to be done than what was approved.
    #[error("this is not what was approved; ask again")]
    Different,
}

impl Fault for ApprovalRefused {
    fn kind(&self) -> Kind {
        match self {
            Self::OwnRequest | Self::NotApproved | Self::Different => Kind::Denied,
            Self::Expired => Kind::Gone,
            Self::Decided | Self::Used => Kind::Taken,
        }
    }
}

impl Approval {
    /// When a request made now dies.
    pub(crate) const fn expiry(now: Instant) -> Instant {
        now.plus_millis(APPROVAL_DAYS * DAY_MS)
    }

    /// The same request, decided by `officer`.
    pub fn decide(self, officer: Id<kinds::Officer>, approve: bool, now: Instant) -> Result<Self, ApprovalRefused> {
        match self.state {
            ApprovalState::Requested => {}
            _ => return Err(ApprovalRefused::Decided),
        }
        if officer == self.requested_by {
            return Err(ApprovalRefused::OwnRequest);
        }
        if now >= self.expires {
            return Err(ApprovalRefused::Expired);
        }
        let state = if approve { ApprovalState::Approved } else { ApprovalState::Refused };
        Ok(Self { state, decided_by: Some(officer), ..self })
    }

    /// The same request, used for what has this digest.
    pub fn redeem(self, digest: &[u8; 32], now: Instant) -> Result<Self, ApprovalRefused> {
        match self.state {
            ApprovalState::Approved => {}
            ApprovalState::Used => return Err(ApprovalRefused::Used),
            ApprovalState::Requested | ApprovalState::Refused => return Err(ApprovalRefused::NotApproved),
        }
        if *digest != self.digest {
            return Err(ApprovalRefused::Different);
        }
        if now >= self.expires {
            return Err(ApprovalRefused::Expired);
        }
        Ok(Self { state: ApprovalState::Used, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DIGEST: [u8; 32] = [5; 32];

    fn request() -> Approval {
        Approval {
            id: Id::from_bytes([1; 16]),
            kind: "export".to_owned(),
            service: Id::from_bytes([2; 16]),
            what: "district: Sha Tin".to_owned(),
            digest: DIGEST,
            requested_by: officer(1),
            requested_at: Instant::from_millis(0),
            expires: Approval::expiry(Instant::from_millis(0)),
            state: ApprovalState::Requested,
            decided_by: None,
        }
    }

    fn officer(number: u8) -> Id<kinds::Officer> {
        Id::from_bytes([number; 16])
    }

    #[test]
    fn the_requester_never_decides() {
        let now = Instant::from_millis(1);
        assert_eq!(request().decide(officer(1), true, now), Err(ApprovalRefused::OwnRequest));
        assert_eq!(request().decide(officer(1), false, now), Err(ApprovalRefused::OwnRequest));
    }

    #[test]
    fn seven_days_and_not_a_moment_more() {
        let end = Instant::from_millis(APPROVAL_DAYS * DAY_MS);
        assert_eq!(request().decide(officer(2), true, end), Err(ApprovalRefused::Expired));
        let approved = request().decide(officer(2), true, end.plus_millis(-1)).unwrap();
        assert_eq!(approved.redeem(&DIGEST, end), Err(ApprovalRefused::Expired));
    }

    proptest! {
        /// Whatever people try in whatever order, it is used at most once, after a second person approved, in time.
        #[test]
        fn used_once_after_another_approved(acts in prop::collection::vec((0_u8..3, 1_u8..4, any::<bool>(), 0_i64..10), 0..20)) {
            let mut approval = request();
            let (mut used, mut now) = (0, 0);
            for (act, who, flag, days) in acts {
                now += days * DAY_MS / 3;
                let at = Instant::from_millis(now);
                let before = approval.clone();
                let digest = if flag { DIGEST } else { [6; 32] };
                let after = if act == 0 { before.redeem(&digest, at) } else { before.decide(officer(who), flag, at) };
                if let Ok(after) = after {
                    used += u8::from(after.state == ApprovalState::Used);
                    approval = after;
                }
            }
            prop_assert!(used <= 1);
            if used == 1 {
                prop_assert!(approval.decided_by.is_some_and(|by| by != approval.requested_by));
            }
        }
    }
}
