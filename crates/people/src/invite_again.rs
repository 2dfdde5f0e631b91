use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use store::StoreError;

use crate::invite_officer::issue;
use crate::{Invited, Inviter, removal, storage};

/// An officer who lost a passkey, or whose invitation ran out.
#[derive(Clone, Copy, Debug)]
pub struct InviteAgain {
    /// The officer.
    pub officer: Id<kinds::Officer>,
    /// Whether the passkeys there are stop working now: yes when one was lost or stolen.
    pub drop_passkeys: bool,
}

/// Why there was no second invitation.
#[derive(Debug, thiserror::Error)]
pub enum InviteAgainError {
    /// Only the operator or an administrator of that department invites.
    #[error("only an administrator of the department invites its officers")]
    Denied,
    /// There is no such officer, or not any more.
    #[error("there is no such officer")]
    Missing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for InviteAgainError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied => Kind::Denied,
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Invites an officer again; the earlier invitation becomes worthless.
pub fn invite_again(
    work: &mut Work<'_, '_>,
    inviter: &Inviter,
    command: InviteAgain,
) -> Result<Invited, InviteAgainError> {
    let officer = storage::officer::find(work.tx(), command.officer)?.filter(|officer| officer.ended.is_none());
    let officer = officer.ok_or(InviteAgainError::Missing)?;
    if !inviter.may(work.actor(), officer.department) {
        return Err(InviteAgainError::Denied);
    }
    let now = work.now();
    let mut dropped = 0;
    if command.drop_passkeys {
        dropped = storage::passkey::delete_all(work.tx(), officer.id)?;
        work.removed(removal::PASSKEYS, &officer.id.bytes(), "")?;
        storage::session::end_all(work.tx(), officer.id, now)?;
    }
    let issued = issue(work, officer.id)?;
    work.journal(
        Event::new("people.officer_invited_again")
            .detail("officer", officer.id.to_string())
            .detail("passkeys_dropped", dropped)
            .detail("expires", issued.expires.to_string()),
    )?;
    Ok(issued)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::{AddPasskeyError, Role, SessionError, SignInError};
    use store::RunError;

    #[test]
    fn a_lost_passkey_and_its_sessions_stop_working() {
        let city = City::new();
        let mut lost = city.sign_in_new(city.department(), &[Role::CaseOfficer]);
        let command = InviteAgain { officer: lost.who.officer(), drop_passkeys: true };
        let invited = city.operator(move |work| invite_again(work, &Inviter::Operator, command)).unwrap();
        assert_eq!(city.find_session(&lost.token).unwrap_err(), SessionError::Ended);
        let refused = city.try_sign_in(&mut lost.passkey);
        assert!(matches!(refused, Err(RunError::Refused(SignInError::Refused))));
        let mut fresh = city.add_passkey(&invited.token).unwrap();
        city.try_sign_in(&mut fresh).unwrap();
    }

    #[test]
    fn the_earlier_invitation_dies() {
        let city = City::new();
        let first = city.invite(city.department(), &[Role::CaseOfficer]);
        let command = InviteAgain { officer: first.officer, drop_passkeys: false };
        city.operator(move |work| invite_again(work, &Inviter::Operator, command)).unwrap();
        let refused = city.add_passkey(&first.token);
        assert!(matches!(refused, Err(RunError::Refused(AddPasskeyError::Invitation))));
    }
}
