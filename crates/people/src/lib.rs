//! Departments, officers, roles and rights; the only crate that mints a [`Grant`].
//!
//! An officer is a post in a department, with roles; the name and mail of whoever fills the post are sealed, with an
//! end. Officers sign in with a passkey and nothing else: an invitation works once, for 72 hours; a session dies after
//! 15 idle minutes or ten hours. A role has exactly the actions of one table ([`RIGHTS`]), and a right is handed out as
//! a proof: a verb that asks for `&Grant<OpenRecord>` cannot be called by someone who may not open records, because
//! only [`authorise`] makes one. What needs two persons ([`TwoPerson`]) is asked by one officer, approved by another in
//! a role of its own, bound to the digest of what was asked, and used once.
//!
//! [`MIGRATIONS`] belong to the platform's store; [`APPROVAL_MIGRATIONS`] to the store in which the approved act
//! happens, so that using an approval and acting on it are one transaction.

mod access_review;
mod action;
mod add_passkey;
mod approval;
mod approval_kind;
mod attestation;
mod change_roles;
mod contact;
mod create_department;
mod decide_approval;
mod directory;
mod duty;
mod end_officer;
mod end_restored;
mod enrol_service;
mod find_session;
mod grant;
mod idle_rights;
mod invite_again;
mod invite_officer;
mod name_passkey;
mod open_contact;
mod purge;
mod relying_party;
mod removal;
mod remove_passkey;
mod renew_contact;
mod request_approval;
mod role;
mod session;
mod sign_in;
mod sign_out;
mod signed_in;
mod software_passkey;
mod storage;
mod token;
mod use_approval;

#[cfg(test)]
mod rehearsal;
#[cfg(test)]
mod story;

use store::Migration;

pub use access_review::{
    REVIEW_MONTHS, RecordReview, RecordReviewError, ReviewDecision, ReviewLine, ReviewStatus, record_review, review_lines,
    review_status,
};
pub use action::{
    Action, ApproveClose, ApproveErasure, ApproveExport, EditScheme, EnterInField, GrantLease, HandleIncident, HandleRequests, IssueCertificate,
    ManageContractors, ManageOfficers, ManageStations, ManageTeam, ManageTraining, OpenRecord, OperateScheme, OrderErasure, ProofIdentity, ReadDashboard, ReadInventory,
    ReadJournal, ReadMessages, RegisterForResident, RequestClose, RequestExport, ResolveException, ReviewAccess, RunDrill, RunExercise, SignGate,
    StartCallOut, SubmitGateRecord, WithdrawGateRecord,
};
pub use add_passkey::{
    AddPasskey, AddPasskeyError, BeginPasskey, Challenge, FinishPasskey, PasskeyAdded, begin_passkey, finish_passkey,
};
pub use approval::{APPROVAL_DAYS, Approval, ApprovalRefused, ApprovalState};
pub use approval_kind::{EarlyClose, EarlyErasure, PersonalDataExport, TwoPerson};
pub use change_roles::{ChangeRoles, ChangeRolesError, change_roles};
pub use contact::{Contact, ContactError, SealedContact, mail_address, prepare_keys, seal_contact};
pub use create_department::{CreateDepartment, CreateDepartmentError, create_department};
pub use decide_approval::{DecideApprovalError, approve, refuse};
pub use directory::{
    Department, Officer, PasskeyListed, approvals, department, departments, officer, officers, passkeys,
};
pub use duty::Duty;
pub use end_officer::{EndOfficer, EndOfficerError, end_officer};
pub use end_restored::end_restored;
pub use enrol_service::{EnrolService, EnrolServiceError, Scope, enrol_service, owner_of};
pub use find_session::{Found, SessionError, find_session, keep_session, lapsed_session};
pub use grant::{Denied, Grant, authorise};
pub use idle_rights::{IDLE_DAYS, end_idle_rights, has_idle_rights, lapsed_rights};
pub use invite_again::{InviteAgain, InviteAgainError, invite_again};
pub use invite_officer::{INVITATION_HOURS, InviteOfficer, InviteOfficerError, Invited, Inviter, invite_officer};
pub use name_passkey::{NamePasskey, NamePasskeyError, SealedPasskeyName, name_passkey, own_passkeys};
pub use open_contact::{ContactReason, OpenContact, OpenContactError, contact_for_mail, open_contact, open_own_contact};
pub use purge::purge;
pub use attestation::{AttestationError, AttestationPolicy, AttestationRules, AttestedModel};
pub use relying_party::{Answer as PasskeyAnswer, Claim, KeptPasskey, RelyingParty, RelyingPartyError};
pub use remove_passkey::{RemovePasskey, RemovePasskeyError, remove_passkey};
pub use renew_contact::{RenewContact, RenewContactError, renew_contact};
pub use request_approval::{RequestApproval, RequestApprovalError, request_approval};
pub use role::{RIGHTS, Role, RoleClash, check_roles};
pub use session::{ABSOLUTE_LIMIT_MS, IDLE_LIMIT_MS};
pub use sign_in::{FinishSignIn, SignIn, SignInError, Welcome, begin_sign_in, finish_sign_in};
pub use sign_out::{end_sessions, sign_out};
pub use signed_in::SignedIn;
pub use software_passkey::{CeremonyRefused, SoftwarePasskey};
pub use token::Token;
pub use use_approval::{check_approval, UseApproval, UseApprovalError, Used, use_approval};

/// The platform store's tables of this crate.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "people.0001_people", sql: include_str!("../migrations/0001_people.sql") },
    Migration { name: "people.0003_passkey_names", sql: include_str!("../migrations/0003_passkey_names.sql") },
    Migration { name: "people.0004_reviews", sql: include_str!("../migrations/0004_reviews.sql") },
    Migration { name: "people.0005_passkey_name_ends", sql: include_str!("../migrations/0005_passkey_name_ends.sql") },
];

/// The table of two-person approvals, for each store in which approved acts happen.
pub const APPROVAL_MIGRATIONS: &[Migration] =
    &[Migration { name: "people.0002_approvals", sql: include_str!("../migrations/0002_approvals.sql") }];
