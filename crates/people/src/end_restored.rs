use journal::{Event, Removed, Work};
use kernel::Instant;
use store::StoreError;

use crate::removal::close_again;
use crate::storage;

/// After a restore: ends every session, every invitation and every ceremony of officers. The database is that of the backup, so a
/// session that was ended since or an invitation that was used would be good again. Officers sign in again with their passkeys;
/// who was invited and has not come is invited again. Who left since, and passkeys and roles that were taken away since, the ledger of
/// removals says.
pub fn end_restored(work: &mut Work<'_, '_>, removed: &Removed) -> Result<(), StoreError> {
    let closed = close_again(work, removed)?;
    let (now, all) = (work.now(), Instant::from_millis(i64::MAX));
    let sessions = storage::session::sweep(work.tx(), all)?;
    let invitations = storage::invitation::revoke_every(work.tx(), now)?;
    storage::ceremony::sweep(work.tx(), all)?;
    let event = Event::new("people.ended_by_restore").detail("sessions", sessions).detail("invitations", invitations);
    let event = event.detail("officers_ended", closed.officers).detail("passkeys_removed", closed.passkeys);
    work.journal(event.detail("roles_set", closed.roles))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use store::RunError;

    use super::*;
    use crate::rehearsal::City;
    use crate::{AddPasskeyError, Role};

    #[test]
    fn neither_sessions_nor_invitations_of_a_backup_open_anything() {
        let city = City::new();
        let department = city.department();
        let invited = city.invite(department, &[Role::CaseOfficer]);
        let officer = city.sign_in_new(department, &[Role::PrivacyOfficer]);
        assert!(city.find_session(&officer.token).is_ok());
        city.act(journal::Actor::Operator, |work| end_restored(work, &Removed::default())).unwrap();
        assert!(city.find_session(&officer.token).is_err());
        let refused = city.add_passkey(&invited.token);
        assert!(matches!(refused, Err(RunError::Refused(AddPasskeyError::Invitation))));
    }
}
