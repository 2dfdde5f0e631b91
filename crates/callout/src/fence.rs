//! Where an exercise may reach, and nowhere else.

use std::collections::BTreeSet;

use kernel::Secret;
use seal::Keyring;

use crate::Channel;
use crate::details::tag_of;

/// An address that a call-out may use. Gateways take nothing else, and only this file makes one.
#[derive(Clone, Debug)]
pub struct Cleared(Secret<String>);

impl Cleared {
    /// The address.
    pub const fn expose(&self) -> &Secret<String> {
        &self.0
    }
}

/// What a call-out may reach.
pub(crate) enum Fence {
    /// Whoever its policy calls.
    Real,
    /// Only addresses whose tags stand on the exercise's list.
    Exercise(BTreeSet<[u8; 32]>),
}

impl Fence {
    /// Clears an address; nothing when the exercise's list does not name it.
    pub(crate) fn clear(&self, keys: &Keyring, channel: Channel, address: Secret<String>) -> Option<Cleared> {
        let inside = match self {
            Self::Real => true,
            Self::Exercise(list) => list.contains(&tag_of(keys, channel, &address)),
        };
        inside.then_some(Cleared(address))
    }
}
