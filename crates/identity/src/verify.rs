use hongkong::IdNumber;
use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use seal::Keyring;
use store::StoreError;

use crate::attribute::person_tag;
use crate::{Level, SealedAttribute, keep_attributes, storage};

/// Why an account does not become verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The person has another account, or the account is another person's.
    #[error("this person has an account already")]
    HasAccount,
    /// The account has ended meanwhile.
    #[error("there is no such account any more")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for VerifyError {
    fn kind(&self) -> Kind {
        match self {
            Self::HasAccount => Kind::Taken,
            Self::Gone => Kind::Gone,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Makes an account that of one person, with what was proofed: the last act of proofing, in the unit of work of the verdict. One person
/// has one account, by the blind index of the identity number.
pub fn verify_person(
    work: &mut Work<'_, '_>,
    keys: &Keyring,
    account: Id<kinds::Account>,
    number: &IdNumber,
    attributes: &[SealedAttribute],
) -> Result<(), VerifyError> {
    let tag = person_tag(keys, number);
    storage::attribute::claim_person(work.tx(), tag, account)?;
    if storage::attribute::person_of(work.tx(), tag)? != Some(account) {
        return Err(VerifyError::HasAccount);
    }
    if storage::account::set_level(work.tx(), account, Level::Verified)? == 0 {
        return Err(VerifyError::Gone);
    }
    storage::account::set_recovered(work.tx(), account, None)?;
    keep_attributes(work, account, attributes)?;
    work.journal(Event::new("identity.account_verified").record(account.bytes()).detail("level", Level::Verified.name()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::Stage;

    fn number(text: &str) -> IdNumber {
        IdNumber::from_number(text).unwrap()
    }

    fn verify(stage: &Stage, account: Id<kinds::Account>, text: &'static str) -> Result<(), store::RunError<VerifyError>> {
        let keys = stage.ledger.keys().clone();
        stage.act(move |work| verify_person(work, &keys, account, &number(text), &[]))
    }

    #[test]
    fn one_person_has_one_account_and_one_account_one_person() {
        let stage = Stage::new();
        let mine = stage.sign_up("5123 4567").1.who.account();
        let other = stage.sign_up("5123 7654").1.who.account();
        verify(&stage, mine, "Q123456").unwrap();
        assert_eq!(stage.read(move |tx| crate::account(tx, mine)).unwrap().level, Level::Verified);
        verify(&stage, mine, "Q123456").unwrap();
        for (account, number) in [(other, "Q123456"), (mine, "Q654321")] {
            let refused = verify(&stage, account, number);
            assert!(matches!(refused, Err(store::RunError::Refused(VerifyError::HasAccount))), "{number}");
        }
        assert_eq!(stage.read(move |tx| crate::account(tx, other)).unwrap().level, Level::Registered);
        stage.clock.advance_days(800);
        stage.act(crate::purge).unwrap();
        let anew = stage.sign_up("5123 7654").1.who.account();
        verify(&stage, anew, "Q123456").unwrap();
    }
}
