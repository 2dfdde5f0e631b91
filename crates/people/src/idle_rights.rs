use journal::{Event, Work};
use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

use crate::{Officer, Role, storage};

/// Days without a sign-in after which an officer's rights end (S17 11.2.5: access is revoked after a defined period of
/// inactivity; a quarter leaves room for long leave and no more).
pub const IDLE_DAYS: i32 = 90;

const BATCH: i64 = 500;
const DAY_MS: i64 = 86_400_000;

/// Ends the rights of officers who have not signed in for [`IDLE_DAYS`], nor been given rights since. Their passkeys stay;
/// an administrator gives roles again. Returns those whose rights ended now; repeated until there are none.
pub fn end_idle_rights(work: &mut Work<'_, '_>) -> Result<Vec<Officer>, StoreError> {
    let now = work.now();
    let idle = storage::rights::idle_since(work.tx(), now.plus_millis(-i64::from(IDLE_DAYS) * DAY_MS), BATCH)?;
    for officer in &idle {
        take_away(work, officer, now)?;
        let roles: Vec<&str> = officer.roles.iter().map(|role| role.slug()).collect();
        work.journal(
            Event::new("people.rights_lapsed").detail("officer", officer.id.to_string()).detail("roles", roles),
        )?;
    }
    Ok(idle)
}

/// Whether anybody's rights are idle: a look, so that watching writes nothing.
pub fn has_idle_rights(tx: &mut Tx<'_>, now: Instant) -> Result<bool, StoreError> {
    let since = now.plus_millis(-i64::from(IDLE_DAYS) * DAY_MS);
    Ok(!storage::rights::idle_since(tx, since, 1)?.is_empty())
}

/// When an officer's rights ended for want of use or at a review, and which they were; nothing while the officer has rights.
pub fn lapsed_rights(
    tx: &mut Tx<'_>,
    officer: Id<kinds::Officer>,
) -> Result<Option<(Instant, Vec<Role>)>, StoreError> {
    storage::rights::lapsed(tx, officer)
}

pub(crate) fn take_away(work: &mut Work<'_, '_>, officer: &Officer, now: Instant) -> Result<(), StoreError> {
    storage::officer::set_roles(work.tx(), officer.id, &[])?;
    storage::rights::lapse(work.tx(), officer.id, &officer.roles, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::{ChangeRoles, change_roles};
    use journal::Actor;

    const DAY_SECS: i64 = 86_400;

    fn idle(city: &City) -> Vec<Id<kinds::Officer>> {
        let ended = city.act(Actor::Job("rights"), end_idle_rights).unwrap();
        ended.iter().map(|officer| officer.id).collect()
    }

    #[test]
    fn rights_end_after_ninety_days_without_a_sign_in_and_not_before() {
        let city = City::new();
        let department = city.department();
        let officer = city.sign_in_new(department, &[Role::CaseOfficer]).who.officer();
        city.clock.advance_secs(90 * DAY_SECS - 1);
        assert_eq!(idle(&city), []);
        city.clock.advance_secs(2);
        assert!(city.read(|tx| has_idle_rights(tx, city.now()).map(Some)).unwrap());
        assert_eq!(idle(&city), [officer]);
        assert_eq!(idle(&city), [], "once");
        let found = city.read(|tx| crate::officer(tx, officer)).unwrap();
        assert_eq!(found.roles, []);
        let (_, roles) = city.read(|tx| lapsed_rights(tx, officer)).unwrap();
        assert_eq!(roles, [Role::CaseOfficer]);
        assert_eq!(city.verbs().last().unwrap(), "people.rights_lapsed");
    }

    #[test]
    fn only_an_administrator_gives_rights_again_and_they_are_fresh_then() {
        let city = City::new();
        let department = city.department();
        let officer = city.sign_in_new(department, &[Role::CaseOfficer]).who.officer();
        city.clock.advance_secs(91 * DAY_SECS);
        assert_eq!(idle(&city), [officer]);
        let administrator = city.administrator(department);
        city.act(administrator.actor(), move |work| {
            change_roles(work, &administrator, &ChangeRoles { officer, roles: vec![Role::CaseOfficer] })
        })
        .unwrap();
        assert_eq!(idle(&city), []);
        assert_eq!(city.read(|tx| lapsed_rights(tx, officer)), None);
        city.clock.advance_secs(89 * DAY_SECS);
        assert_eq!(idle(&city), []);
    }
}
