use std::fmt;
use std::str::FromStr;

use kernel::{Fault, Kind, Text};
use serde::{Deserialize, Serialize};

use crate::action::{
    Action, ApproveClose, ApproveErasure, ApproveExport, EditScheme, EnterInField, GrantLease, HandleIncident, HandleRequests, IssueCertificate,
    ManageContractors, ManageOfficers, ManageStations, ManageTeam, ManageTraining, OpenRecord, OperateScheme, OrderErasure, ProofIdentity, ReadDashboard, ReadInventory, ReadJournal, ReadMessages, RegisterForResident,
    RequestClose, RequestExport, ResolveException, ReviewAccess, RunDrill, RunExercise, SignGate, StartCallOut, SubmitGateRecord, WithdrawGateRecord,
};

/// What an officer is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Answers for a scheme: writes it, runs it, ends it.
    SchemeOwner,
    /// Helps residents and decides exceptions.
    CaseOfficer,
    /// Answers for the collection statement and the privacy impact assessment.
    PrivacyOfficer,
    /// Answers for the security risk assessment and the audit.
    SecurityOfficer,
    /// The second person for exports and early closes.
    SupervisingOfficer,
    /// Reads the evidence and changes nothing.
    Auditor,
    /// Arranges delivery with the couriers.
    DeliveryOfficer,
    /// Invites and ends officers, and sees no record and no evidence.
    Administrator,
    /// Answers for the department: what is escalated comes here.
    HeadOfDepartment,
    /// Enters people at a building, and sees nobody's record.
    FieldOfficer,
    /// Calls many departments out, and runs the exercises.
    ExerciseController,
}

/// Which role may do what. This table is the whole of it: what does not stand here cannot be done.
pub const RIGHTS: &[(Role, &[&str])] = &[
    (
        Role::SchemeOwner,
        &[
            EditScheme::NAME,
            SubmitGateRecord::NAME,
            SignGate::NAME,
            OperateScheme::NAME,
            RequestClose::NAME,
            GrantLease::NAME,
            IssueCertificate::NAME,
            ReadInventory::NAME,
            ReadDashboard::NAME,
        ],
    ),
    (
        Role::CaseOfficer,
        &[
            OpenRecord::NAME,
            ResolveException::NAME,
            RegisterForResident::NAME,
            ProofIdentity::NAME,
            ManageStations::NAME,
            ReadMessages::NAME,
            ReadDashboard::NAME,
        ],
    ),
    (
        Role::PrivacyOfficer,
        &[
            SubmitGateRecord::NAME,
            WithdrawGateRecord::NAME,
            SignGate::NAME,
            ManageContractors::NAME,
            HandleIncident::NAME,
            ManageTraining::NAME,
            ReviewAccess::NAME,
            ReadInventory::NAME,
            HandleRequests::NAME,
            OrderErasure::NAME,
            ReadJournal::NAME,
            ReadDashboard::NAME,
        ],
    ),
    (
        Role::SecurityOfficer,
        &[
            SubmitGateRecord::NAME,
            WithdrawGateRecord::NAME,
            SignGate::NAME,
            HandleIncident::NAME,
            ManageTeam::NAME,
            ManageTraining::NAME,
            StartCallOut::NAME,
            ReadJournal::NAME,
            ReadDashboard::NAME,
        ],
    ),
    (
        Role::SupervisingOfficer,
        &[ApproveExport::NAME, ApproveClose::NAME, ApproveErasure::NAME, ReadMessages::NAME, ReadDashboard::NAME],
    ),
    (Role::Auditor, &[ReadInventory::NAME, ReadJournal::NAME, ReadDashboard::NAME]),
    (Role::DeliveryOfficer, &[RequestExport::NAME, ReadDashboard::NAME]),
    (Role::Administrator, &[ManageOfficers::NAME]),
    (
        Role::HeadOfDepartment,
        &[HandleIncident::NAME, ManageTeam::NAME, ManageTraining::NAME, StartCallOut::NAME, ReviewAccess::NAME, ReadDashboard::NAME],
    ),
    (Role::FieldOfficer, &[EnterInField::NAME]),
    (Role::ExerciseController, &[StartCallOut::NAME, RunExercise::NAME, RunDrill::NAME, ManageTraining::NAME]),
];

/// Pairs of actions that never meet in one officer: who may ask does not approve, who gives data out does not vouch for the
/// contract.
const APART: &[(&str, &str)] = &[
    (RequestExport::NAME, ApproveExport::NAME),
    (RequestClose::NAME, ApproveClose::NAME),
    (OrderErasure::NAME, ApproveErasure::NAME),
    (GrantLease::NAME, ManageContractors::NAME),
];

impl Role {
    /// Every role, in the order of the table.
    pub const ALL: [Self; 11] = [
        Self::SchemeOwner,
        Self::CaseOfficer,
        Self::PrivacyOfficer,
        Self::SecurityOfficer,
        Self::SupervisingOfficer,
        Self::Auditor,
        Self::DeliveryOfficer,
        Self::Administrator,
        Self::HeadOfDepartment,
        Self::FieldOfficer,
        Self::ExerciseController,
    ];

    /// The name in commands, in the store and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::SchemeOwner => "scheme-owner",
            Self::CaseOfficer => "case-officer",
            Self::PrivacyOfficer => "privacy-officer",
            Self::SecurityOfficer => "security-officer",
            Self::SupervisingOfficer => "supervising-officer",
            Self::Auditor => "auditor",
            Self::DeliveryOfficer => "delivery-officer",
            Self::Administrator => "administrator",
            Self::HeadOfDepartment => "head-of-department",
            Self::FieldOfficer => "field-officer",
            Self::ExerciseController => "exercise-controller",
        }
    }

    /// The name people read.
    pub fn title(self) -> Text {
        match self {
            Self::SchemeOwner => Text::new("Scheme owner", "計劃負責人", "计划负责人"),
            Self::CaseOfficer => Text::new("Case officer", "個案主任", "个案主任"),
            Self::PrivacyOfficer => Text::new("Privacy officer", "私隱主任", "私隐主任"),
            Self::SecurityOfficer => Text::new("Security officer", "保安主任", "安全主任"),
            Self::SupervisingOfficer => Text::new("Supervising officer", "監督主任", "监督主任"),
            Self::Auditor => Text::new("Auditor", "審計人員", "审计人员"),
            Self::DeliveryOfficer => Text::new("Delivery officer", "派送主任", "派送主任"),
            Self::Administrator => Text::new("Administrator", "系統管理員", "系统管理员"),
            Self::HeadOfDepartment => Text::new("Head of department", "部門首長", "部门首长"),
            Self::FieldOfficer => Text::new("Field officer", "外勤人員", "外勤人员"),
            Self::ExerciseController => Text::new("Exercise controller", "演習統籌主任", "演习统筹主任"),
        }
    }

    /// Exactly what the role may do.
    pub fn actions(self) -> &'static [&'static str] {
        RIGHTS.iter().find(|(role, _)| *role == self).map_or(&[], |(_, actions)| actions)
    }

    /// Whether the role may do `A`.
    pub fn may<A: Action>(self) -> bool {
        self.may_named(A::NAME)
    }

    fn may_named(self, action: &str) -> bool {
        self.actions().contains(&action)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

impl FromStr for Role {
    type Err = RoleClash;

    fn from_str(slug: &str) -> Result<Self, RoleClash> {
        Self::ALL.into_iter().find(|role| role.slug() == slug).ok_or(RoleClash::Unknown)
    }
}

/// Roles that one officer cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoleClash {
    /// There is no such role.
    #[error("there is no such role; the roles are {roles}", roles = Role::ALL.map(Role::slug).join(", "))]
    Unknown,
    /// An officer without a role can do nothing.
    #[error("an officer needs at least one role")]
    None,
    /// The role stands alone: an auditor or an administrator does nothing else.
    #[error("a {0} holds no other role")]
    Alone(Role),
    /// The two roles keep an eye on each other.
    #[error("one officer cannot be both {0} and {1}")]
    Clash(Role, Role),
}

impl Fault for RoleClash {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

/// Whether one officer may hold these roles together (the Government's IT security policy, S17 5.3: duties are
/// segregated, and who administers rights does not touch the logs).
pub fn check_roles(roles: &[Role]) -> Result<(), RoleClash> {
    if roles.is_empty() {
        return Err(RoleClash::None);
    }
    for (at, &one) in roles.iter().enumerate() {
        for &other in roles.iter().skip(at + 1).filter(|&&other| other != one) {
            check_pair(one, other)?;
        }
    }
    Ok(())
}

fn check_pair(one: Role, other: Role) -> Result<(), RoleClash> {
    for alone in [Role::Auditor, Role::Administrator] {
        if one == alone || other == alone {
            return Err(RoleClash::Alone(alone));
        }
    }
    let split = |a: Role, b: Role| APART.iter().any(|(ask, approve)| a.may_named(ask) && b.may_named(approve));
    let both_sign = one.may::<SignGate>() && other.may::<SignGate>();
    if both_sign || split(one, other) || split(other, one) {
        return Err(RoleClash::Clash(one, other));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action;

    /// The matrix written out once more, by hand, so that a slip in the table shows (LR-ACC-1).
    const EXPECTED: &str = "
        edit-scheme            owner
        submit-gate-record     owner privacy security
        withdraw-gate-record   privacy security
        sign-gate              owner privacy security
        open-record            case
        resolve-exception      case
        register-for-resident  case
        proof-identity         case
        enter-in-field         field
        request-export         delivery
        approve-export         supervising
        request-close          owner
        approve-close          supervising
        operate-scheme         owner
        read-journal           privacy security auditor
        read-dashboard         owner case privacy security supervising auditor delivery head
        read-messages          case supervising
        manage-officers        administrator
        manage-contractors     privacy
        grant-lease            owner
        handle-incident        privacy security head
        manage-team            security head
        call-out               security head exercise
        run-exercise           exercise
        run-drill              exercise
        manage-training        privacy security head exercise
        manage-stations        case
        review-access          privacy head
        read-inventory         owner privacy auditor
        handle-requests        privacy
        order-erasure          privacy
        approve-erasure        supervising
        issue-certificate      owner
    ";

    fn is_expected(role: Role, action: &str) -> bool {
        EXPECTED.lines().filter_map(|line| line.trim().split_once(' ')).any(|(name, roles)| {
            name == action && roles.split_whitespace().any(|word| role.slug().split('-').any(|part| part == word))
        })
    }

    #[test]
    fn every_role_has_exactly_its_actions() {
        for role in Role::ALL {
            for action in action::ALL {
                assert_eq!(role.may_named(action), is_expected(role, action), "{role} {action}");
            }
            assert!(role.actions().iter().all(|name| action::ALL.contains(name)), "{role}");
        }
        assert_eq!(RIGHTS.len(), Role::ALL.len());
    }

    #[test]
    fn duties_are_segregated() {
        for role in [Role::Administrator, Role::Auditor] {
            for action in [OpenRecord::NAME, OperateScheme::NAME, EditScheme::NAME, SignGate::NAME] {
                assert!(!role.may_named(action), "{role} {action}");
            }
        }
        assert!(!Role::Administrator.may::<ReadJournal>());
        for role in Role::ALL {
            for (ask, approve) in APART {
                assert!(!(role.may_named(ask) && role.may_named(approve)), "{role}");
            }
        }
    }

    #[test]
    fn roles_that_watch_each_other_do_not_meet_in_one_officer() {
        let refused = |roles: &[Role]| check_roles(roles).unwrap_err();
        assert_eq!(refused(&[]), RoleClash::None);
        assert_eq!(refused(&[Role::Auditor, Role::CaseOfficer]), RoleClash::Alone(Role::Auditor));
        assert_eq!(refused(&[Role::CaseOfficer, Role::Administrator]), RoleClash::Alone(Role::Administrator));
        let clash = |one, other| assert_eq!(refused(&[one, other]), RoleClash::Clash(one, other));
        clash(Role::SchemeOwner, Role::PrivacyOfficer);
        clash(Role::SecurityOfficer, Role::PrivacyOfficer);
        clash(Role::SupervisingOfficer, Role::DeliveryOfficer);
        clash(Role::SchemeOwner, Role::SupervisingOfficer);
        assert_eq!(check_roles(&[Role::CaseOfficer, Role::DeliveryOfficer]), Ok(()));
        assert_eq!(check_roles(&[Role::CaseOfficer, Role::CaseOfficer]), Ok(()));
    }

    #[test]
    fn slugs_go_there_and_back_and_titles_are_in_three_languages() {
        for role in Role::ALL {
            assert_eq!(role.slug().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.slug());
            assert!(role.title().blanks().is_empty());
        }
        assert_eq!("chief".parse::<Role>(), Err(RoleClash::Unknown));
    }
}
