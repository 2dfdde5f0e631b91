use journal::Committed;
use kernel::{Id, Instant, Secret, kinds};
use seal::Keyring;
use store::{StoreError, Tx};

use crate::guest::{GuestToken, SealedGuest};
use crate::storage::seat as table;

/// An invitation that waits to be sent: whose it is lies sealed in the list of the exercise's guests.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub(crate) drill: Id<kinds::Drill>,
    pub(crate) details: SealedGuest,
    /// The tag with which the address came into the list.
    pub(crate) tag: [u8; 32],
}

/// An address of the exercise's list with the secret of the link for whoever reads it there. Only this file makes one.
#[derive(Clone, Debug)]
pub struct ClearedInvitation {
    to: Secret<String>,
    token: GuestToken,
}

/// The invitation of a guest, as long as the access lasts; nothing for one of an earlier version, whose link only its host had.
pub fn invitation(tx: &mut Tx<'_>, guest: Id<kinds::Guest>, now: Instant) -> Result<Option<Invitation>, StoreError> {
    table::invitation(tx, guest, now)
}

impl Invitation {
    /// Opens the address with the proof that its opening is on record. Nothing when it cannot be opened any more, and nothing when it is
    /// not the one for which this exercise's list has the tag, whoever put it there: an exercise reaches nobody outside its list.
    pub fn clear(&self, committed: &Committed, keys: &Keyring) -> Option<ClearedInvitation> {
        let contact = self.details.open(committed, keys).ok()?;
        let record = self.details.contact.record();
        let is_listed = crate::guest::tag_of(keys, (self.drill, record), contact.mail()) == self.tag;
        is_listed.then(|| ClearedInvitation { to: contact.mail().clone(), token: crate::guest::token_of(keys, (self.drill, record)) })
    }
}

impl ClearedInvitation {
    /// The address.
    pub const fn to(&self) -> &Secret<String> {
        &self.to
    }

    /// The secret of the link.
    pub const fn token(&self) -> &GuestToken {
        &self.token
    }
}
