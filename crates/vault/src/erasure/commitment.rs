use kernel::Random;
use seal::sha256;

/// A salted commitment to sealed values, and what opens it. The ledger and the journal hold the commitment alone; whoever is
/// given salt and digests can show later that these very values were erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committing {
    /// SHA-256 over the salt and the digests.
    pub commitment: [u8; 32],
    /// The salt; kept by the person concerned, and nowhere else.
    pub salt: [u8; 32],
    /// SHA-256 of each sealed value, in order.
    pub digests: Vec<[u8; 32]>,
}

/// Commits to sealed values.
pub fn commit<'a>(random: &dyn Random, sealed: impl IntoIterator<Item = &'a [u8]>) -> Committing {
    let salt = random.bytes32();
    let digests: Vec<[u8; 32]> = sealed.into_iter().map(|value| sha256(&[value])).collect();
    let mut parts: Vec<&[u8]> = vec![b"lionrock erased v1\n", &salt];
    parts.extend(digests.iter().map(<[u8; 32]>::as_slice));
    let commitment = sha256(&parts);
    Committing { commitment, salt, digests }
}

#[cfg(test)]
mod tests {
    use testkit::SeededRandom;

    use super::*;

    #[test]
    fn the_same_values_are_committed_to_anew_each_time_and_another_value_is_another_commitment() {
        let chance = SeededRandom::new(1);
        let (first, second) = (commit(&chance, [b"a".as_slice()]), commit(&chance, [b"a".as_slice()]));
        assert_ne!(first.commitment, second.commitment);
        assert_eq!(first.digests, second.digests);
        let again = sha256(&[b"lionrock erased v1\n", &first.salt, &sha256(&[b"a"])]);
        assert_eq!(again, first.commitment);
    }
}
