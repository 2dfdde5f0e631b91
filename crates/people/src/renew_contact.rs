use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use store::StoreError;

use crate::{Grant, ManageOfficers, SealedContact, storage};

/// Contact details for an officer's post, sealed anew for two years: somebody else fills it, or the two years end.
#[derive(Clone, Debug)]
pub struct RenewContact {
    /// The officer.
    pub officer: Id<kinds::Officer>,
    /// The details, sealed by [`crate::seal_contact`].
    pub contact: SealedContact,
}

/// Why contact details were not renewed.
#[derive(Debug, thiserror::Error)]
pub enum RenewContactError {
    /// There is no such officer in your department.
    #[error("there is no such officer in your department")]
    Missing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for RenewContactError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Replaces an officer's contact details; the earlier ones are gone.
pub fn renew_contact(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageOfficers>,
    command: &RenewContact,
) -> Result<(), RenewContactError> {
    let found = storage::officer::find(work.tx(), command.officer)?;
    let here = found.is_some_and(|officer| officer.department == grant.department());
    if !here || storage::officer::set_contact(work.tx(), command.officer, &command.contact)? == 0 {
        return Err(RenewContactError::Missing);
    }
    work.journal(
        Event::new("people.contact_renewed")
            .detail("officer", command.officer.to_string())
            .detail("expiry", command.contact.expiry().to_string()),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::{Contact, Role, SignIn, seal_contact};

    #[test]
    fn details_die_after_two_years_and_renewed_ones_live() {
        let city = City::new();
        let department = city.department();
        let mut officer = city.sign_in_new(department, &[Role::CaseOfficer]);
        city.clock.advance_days(740);
        city.keys.midnight(city.now().day()).unwrap();
        let (sign_in, committed) = city.try_sign_in(&mut officer.passkey).unwrap();
        let SignIn::Welcome(welcome) = sign_in else { panic!("suspended") };
        assert_eq!(welcome.contact.open(&committed, &city.keys).unwrap_err().kind(), Kind::Gone);
        let grant = city.administrator(department);
        let fresh = Contact::parse("Lee Ka Yan", "ky.lee@itb.example.hk").unwrap();
        let contact = seal_contact(&city.keys, city.now().day(), &fresh).unwrap();
        let command = RenewContact { officer: officer.who.officer(), contact };
        city.act(grant.actor(), move |work| renew_contact(work, &grant, &command)).unwrap();
        let (sign_in, committed) = city.try_sign_in(&mut officer.passkey).unwrap();
        let SignIn::Welcome(welcome) = sign_in else { panic!("suspended") };
        assert_eq!(welcome.contact.open(&committed, &city.keys).unwrap().name().expose(), "Lee Ka Yan");
    }
}
