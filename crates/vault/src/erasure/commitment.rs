use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::Random;
use seal::sha256;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A salted commitment to sealed values, and what opens it. The ledger and the journal hold the commitment alone; whoever is
/// given salt and digests can show later that these very values were erased.
#[derive(Clone, PartialEq, Eq)]
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
    Committing::new(salt, digests)
}

/// The opening of an erasure's commitments as a file (`lionrock-opening/1`, `docs/formats.md`), in the order of the erasure ledger.
/// It is handed to the person concerned and written down nowhere else.
pub fn opening_file(openings: &[Committing]) -> Value {
    let one = |opening: &Committing| {
        let sealed = opening.digests.iter().map(|digest| STANDARD.encode(digest)).collect();
        Opened { salt: STANDARD.encode(opening.salt), sealed }
    };
    let commitments: Vec<Opened> = openings.iter().map(one).collect();
    serde_json::json!({ "format": OPENING_FORMAT, "commitments": commitments })
}

/// Reads such a file; nothing when it is none.
pub fn read_opening(text: &str) -> Option<Vec<Committing>> {
    let file: OpeningFile = serde_json::from_str(text).ok().filter(|file: &OpeningFile| file.format == OPENING_FORMAT)?;
    let hash = |text: &String| -> Option<[u8; 32]> { STANDARD.decode(text).ok()?.try_into().ok() };
    let read = |one: &Opened| Some(Committing::new(hash(&one.salt)?, one.sealed.iter().map(hash).collect::<Option<_>>()?));
    file.commitments.iter().map(read).collect()
}

const OPENING_FORMAT: &str = "lionrock-opening/1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpeningFile {
    format: String,
    commitments: Vec<Opened>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Opened {
    salt: String,
    sealed: Vec<String>,
}

impl Committing {
    fn new(salt: [u8; 32], digests: Vec<[u8; 32]>) -> Self {
        let mut parts: Vec<&[u8]> = vec![b"lionrock erased v1\n", &salt];
        parts.extend(digests.iter().map(<[u8; 32]>::as_slice));
        let commitment = sha256(&parts);
        Self { commitment, salt, digests }
    }
}

/// The salt stands in no log.
impl fmt::Debug for Committing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Committing({})", kernel::to_hex(&self.commitment))
    }
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

    #[test]
    fn an_opening_is_read_as_it_was_written_and_is_not_printed() {
        let chance = SeededRandom::new(2);
        let openings = [commit(&chance, [b"a".as_slice(), b"b"]), commit(&chance, [])];
        let text = opening_file(&openings).to_string();
        assert_eq!(read_opening(&text).unwrap(), openings);
        assert!(!format!("{openings:?}").contains(&format!("{:?}", openings[0].salt)));
        for wrong in [text.replace("/1", "/2"), text.replace("\"salt\":\"", "\"salt\":\"A"), text.replace("\"sealed\"", "\"closed\""), String::new()] {
            assert!(read_opening(&wrong).is_none(), "{wrong}");
        }
    }
}
