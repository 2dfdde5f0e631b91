use journal::{Event, Work};
use store::StoreError;

use crate::storage;

/// Removes officers' contact details and names of passkeys whose day has passed; their keys are dead already. Posts, roles and
/// passkeys stay. Returns how many values.
pub fn purge(work: &mut Work<'_, '_>) -> Result<u64, StoreError> {
    let today = work.today();
    let contacts = storage::officer::forget_contacts(work.tx(), today)?;
    let names = storage::passkey::forget_names(work.tx(), today)?;
    if contacts + names > 0 {
        work.journal(Event::new("people.purged").detail("contacts", contacts).detail("passkey-names", names))?;
    }
    Ok(contacts + names)
}

#[cfg(test)]
mod tests {
    use journal::Actor;

    use super::*;
    use crate::rehearsal::City;
    use crate::{ContactError, NamePasskey, Role, SealedPasskeyName, name_passkey, open_own_contact, own_passkeys};

    #[test]
    fn promise_02_contacts_and_passkey_names_end_after_two_years_and_the_purge_removes_them() {
        let city = City::new();
        let officer = city.sign_in_new(city.department(), &[Role::CaseOfficer]);
        let own = |who: &crate::SignedIn| {
            let who = who.clone();
            city.ledger.write("test", Actor::Visitor, move |work| own_passkeys(work, &who)).unwrap()
        };
        let passkey = own(&officer.who).0[0].id;
        let name = SealedPasskeyName::seal(&city.keys, city.now().day(), passkey, "Siu Ming's phone").unwrap();
        let (who, command) = (officer.who.clone(), NamePasskey { passkey, name });
        city.act(Actor::Visitor, move |work| name_passkey(work, &who, &command)).unwrap();
        let last = city.now().day().plus_months(crate::contact::LIFE_MONTHS);
        let days = i64::from(last.since(city.now().day()));
        city.clock.advance_days(days);
        assert_eq!(city.act(Actor::Job("purge"), purge).unwrap(), 0, "not on the last day");
        let (listed, committed) = own(&officer.who);
        let name = |listed: &[crate::PasskeyListed], committed: &journal::Committed| {
            listed[0].name.as_ref().and_then(|name| name.open(committed, &city.keys, passkey))
        };
        assert_eq!(name(&listed, &committed).as_deref(), Some("Siu Ming's phone"));
        city.clock.advance_days(1);
        let (listed, committed) = own(&officer.who);
        assert!(listed[0].name.is_some(), "the row stands");
        assert_eq!(name(&listed, &committed), None, "and does not open");
        assert_eq!(city.act(Actor::Job("purge"), purge).unwrap(), 2);
        assert_eq!(city.act(Actor::Job("purge"), purge).unwrap(), 0);
        assert_eq!(own(&officer.who).0[0].name, None);
        let who = officer.who.clone();
        let (contact, committed) =
            city.ledger.write("test", Actor::Visitor, move |work| open_own_contact(work, &who)).unwrap();
        let gone = contact.open(&committed, &city.keys);
        assert!(matches!(gone, Err(ContactError::Seal(seal::SealError::Gone))), "{gone:?}");
    }
}
