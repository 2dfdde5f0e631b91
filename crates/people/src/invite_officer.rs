use journal::{Actor, Event, Work};
use kernel::{Fault, Id, Instant, Kind, Text, kinds};
use store::StoreError;

use crate::create_department::is_title;
use crate::storage::invitation::Invitation;
use crate::{Grant, ManageOfficers, Officer, Role, RoleClash, SealedContact, Token, check_roles, storage};

/// An invitation works for three days.
pub const INVITATION_HOURS: i64 = 72;
const POST_MAX_CHARS: usize = 100;

/// Who invites: the operator the first officers, an administrator the others of the same department.
#[derive(Clone, Copy, Debug)]
pub enum Inviter {
    /// The operator at the command line.
    Operator,
    /// An administrator of the department.
    Administrator(Grant<ManageOfficers>),
}

/// An officer to invite.
#[derive(Clone, Debug)]
pub struct InviteOfficer {
    /// The department.
    pub department: Id<kinds::Department>,
    /// The title of the post, in three languages; it is shown in clear.
    pub post: Text,
    /// The roles of the post.
    pub roles: Vec<Role>,
    /// Who fills it, sealed by [`crate::seal_contact`].
    pub contact: SealedContact,
}

/// An invitation as its sender sees it, once.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The officer.
    pub officer: Id<kinds::Officer>,
    /// The invitation.
    pub invitation: Id<kinds::Invitation>,
    /// The secret of the link. It is stored nowhere.
    pub token: Token,
    /// When the link dies.
    pub expires: Instant,
}

/// Why an officer was not invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteOfficerError {
    /// Only the operator or an administrator of that department invites.
    #[error("only an administrator of the department invites its officers")]
    Denied,
    /// There is no such department.
    #[error("there is no such department")]
    Missing,
    /// The post lacks a language or is too long.
    #[error("a post needs a title in three languages, at most 100 characters each")]
    Post,
    /// The roles do not go together.
    #[error(transparent)]
    Roles(#[from] RoleClash),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for InviteOfficerError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied => Kind::Denied,
            Self::Missing => Kind::Missing,
            Self::Post => Kind::Invalid,
            Self::Roles(clash) => clash.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

impl Inviter {
    /// Whether this inviter is who acts, and may act for the department.
    pub(crate) fn may(&self, actor: &Actor, department: Id<kinds::Department>) -> bool {
        match self {
            Self::Operator => *actor == Actor::Operator,
            Self::Administrator(grant) => grant.department() == department,
        }
    }
}

/// Creates an officer and the one-time invitation with which the officer adds a first passkey.
pub fn invite_officer(
    work: &mut Work<'_, '_>,
    inviter: &Inviter,
    command: InviteOfficer,
) -> Result<Invited, InviteOfficerError> {
    if !inviter.may(work.actor(), command.department) {
        return Err(InviteOfficerError::Denied);
    }
    if !is_title(&command.post, POST_MAX_CHARS) {
        return Err(InviteOfficerError::Post);
    }
    check_roles(&command.roles)?;
    if storage::department::find(work.tx(), command.department)?.is_none() {
        return Err(InviteOfficerError::Missing);
    }
    let (department, post, roles) = (command.department, command.post, command.roles);
    let officer = Officer { id: work.new_id(), department, post, roles, ended: None };
    let now = work.now();
    storage::officer::insert(work.tx(), &officer, &command.contact, now)?;
    let issued = issue(work, officer.id)?;
    let roles: Vec<&str> = officer.roles.iter().map(|role| role.slug()).collect();
    work.journal(
        Event::new("people.officer_invited")
            .detail("officer", officer.id.to_string())
            .detail("department", department.to_string())
            .detail("roles", roles)
            .detail("expires", issued.expires.to_string()),
    )?;
    Ok(issued)
}

/// Makes the invitation; earlier ones become worthless.
pub(crate) fn issue(work: &mut Work<'_, '_>, officer: Id<kinds::Officer>) -> Result<Invited, StoreError> {
    let (token, now) = (Token::new(work.random()), work.now());
    let expires = now.plus_secs(INVITATION_HOURS * 3600);
    let invitation = Invitation { id: work.new_id(), officer };
    storage::invitation::revoke_all(work.tx(), officer, now)?;
    storage::invitation::insert(work.tx(), &invitation, token.hash("invitation"), expires)?;
    Ok(Invited { officer, invitation: invitation.id, token, expires })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use store::RunError;

    #[test]
    fn the_operator_invites_and_the_journal_names_no_person() {
        let city = City::new();
        let department = city.department();
        let invited = city.invite(department, &[Role::SchemeOwner]);
        assert_eq!(invited.expires, city.now().plus_secs(72 * 3600));
        let officer = city.read(|tx| crate::officer(tx, invited.officer)).unwrap();
        assert_eq!(officer.roles, [Role::SchemeOwner]);
        assert_eq!(city.verbs().last().unwrap(), "people.officer_invited");
        assert!(!city.journal_text().contains("Chan"));
    }

    #[test]
    fn an_administrator_invites_at_home_only() {
        let city = City::new();
        let home = city.department();
        let admin = city.sign_in_new(home, &[Role::Administrator]);
        let grant = crate::authorise::<ManageOfficers>(&admin.who, None).unwrap();
        let command = city.officer_command(home, &[Role::CaseOfficer]);
        let inviter = Inviter::Administrator(grant);
        city.act(grant.actor(), move |work| invite_officer(work, &inviter, command.clone())).unwrap();
        let elsewhere = city.officer_command(Id::from_bytes([3; 16]), &[Role::CaseOfficer]);
        let denied = city.act(grant.actor(), move |work| invite_officer(work, &inviter, elsewhere.clone()));
        assert!(matches!(denied, Err(RunError::Refused(InviteOfficerError::Denied))));
    }

    #[test]
    fn nobody_is_invited_into_clashing_roles_or_nowhere() {
        let city = City::new();
        let home = city.department();
        let clash = city.officer_command(home, &[Role::Auditor, Role::CaseOfficer]);
        let refused = city.operator(move |work| invite_officer(work, &Inviter::Operator, clash.clone()));
        assert!(matches!(refused, Err(RunError::Refused(InviteOfficerError::Roles(_)))));
        let nowhere = city.officer_command(Id::from_bytes([3; 16]), &[Role::CaseOfficer]);
        let refused = city.operator(move |work| invite_officer(work, &Inviter::Operator, nowhere.clone()));
        assert!(matches!(refused, Err(RunError::Refused(InviteOfficerError::Missing))));
        let visitor = city.officer_command(home, &[Role::CaseOfficer]);
        let refused = city.act(Actor::Visitor, move |work| invite_officer(work, &Inviter::Operator, visitor.clone()));
        assert!(matches!(refused, Err(RunError::Refused(InviteOfficerError::Denied))));
    }
}
