use journal::{Event, Work};
use kernel::{Fault, Id, Kind, kinds};
use store::StoreError;

use crate::{SignedIn, removal, storage};

/// A passkey that its officer no longer wants.
#[derive(Clone, Copy, Debug)]
pub struct RemovePasskey {
    /// The passkey.
    pub passkey: Id<kinds::Passkey>,
}

/// Why a passkey was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemovePasskeyError {
    /// It is not one of yours.
    #[error("this is not one of your passkeys")]
    Missing,
    /// Without the last one there is no way in.
    #[error("this is your last passkey; add another one first")]
    Last,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for RemovePasskeyError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Last => Kind::Invalid,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Removes one of the officer's own passkeys, but not the last that works.
pub fn remove_passkey(
    work: &mut Work<'_, '_>,
    who: &SignedIn,
    command: RemovePasskey,
) -> Result<(), RemovePasskeyError> {
    let mine = storage::passkey::list(work.tx(), who.officer())?;
    if !mine.iter().any(|passkey| passkey.id == command.passkey) {
        return Err(RemovePasskeyError::Missing);
    }
    if !mine.iter().any(|passkey| passkey.id != command.passkey && !passkey.suspended) {
        return Err(RemovePasskeyError::Last);
    }
    storage::passkey::delete(work.tx(), who.officer(), command.passkey)?;
    work.removed(removal::PASSKEY, &command.passkey.bytes(), "")?;
    work.journal(
        Event::new("people.passkey_removed")
            .detail("officer", who.officer().to_string())
            .detail("passkey", command.passkey.to_string()),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::{AddPasskey, BeginPasskey, Role, begin_passkey, passkeys};
    use journal::Actor;
    use store::RunError;

    #[test]
    fn a_further_passkey_can_go_but_the_last_stays() {
        let city = City::new();
        let officer = city.sign_in_new(city.department(), &[Role::CaseOfficer]);
        let (rp, who) = (city.rp.clone(), officer.who.clone());
        let challenge = city
            .visitor(move |work| begin_passkey(work, &rp, BeginPasskey { by: AddPasskey::SignedIn(who.clone()) }))
            .unwrap();
        city.finish(&challenge).unwrap();
        let mine = city.read(|tx| passkeys(tx, officer.who.officer()).map(Some)).unwrap();
        assert_eq!(mine.len(), 2);
        let remove = |passkey| {
            let who = officer.who.clone();
            city.act(Actor::Visitor, move |work| remove_passkey(work, &who, RemovePasskey { passkey }))
        };
        remove(mine[0].id).unwrap();
        assert!(matches!(remove(mine[1].id), Err(RunError::Refused(RemovePasskeyError::Last))));
        assert!(matches!(remove(mine[0].id), Err(RunError::Refused(RemovePasskeyError::Missing))));
    }
}
