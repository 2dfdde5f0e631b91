//! The only crate that knows a cipher or holds a key.
//!
//! Values are sealed under keys that can be forgotten: a [`Keyring`] keeps, for each purpose of one service, a
//! puncturable key tree by expiry day, record, person and field group. The key of a value is derived when it is needed
//! and stored nowhere; what keeps it alive is a node of the tree, and the tree lives in a small file outside the
//! database and its backups, under a root key in yet another directory. Dropping a node erases every copy of what it
//! covered, in every backup of the data. A sealed value knows its [`Slot`] and opens nowhere else. What is erased early
//! stands first in the erasure ledger, which every restored copy is made to follow.
//!
//! Beside that: keys that live only in memory ([`OneTimeKey`]), the blind index, keyed references, short-lived envelopes, signers, files for couriers (`age`), and public keys
//! to which a phone without a network seals what only this keyring opens ([`hpke`]).

mod aead;
pub mod age_files;
mod begin_ledger;
mod certificate_key;
mod codec;
mod custody;
mod digest;
mod envelope;
mod erasures;
mod error;
mod escrow;
mod file;
mod files;
mod forget;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
pub mod hpke;
mod inspect;
mod jose;
mod keyring;
mod label;
mod ledger;
mod node;
mod one_time;
mod passkey;
mod password;
mod path;
mod place;
mod proof;
mod purpose;
mod random;
mod receive;
mod recover;
mod root_files;
mod sealed;
#[cfg(test)]
mod seeded;
mod signer;
mod slot;
mod state;
mod target;
mod token;
mod token_roots;
mod trail;
mod tree;
mod tree_file;
#[cfg(test)]
mod vectors;

pub use certificate_key::{CertificateKey, TokenKey, sha1_name, verify_p256, verify_rsa};
pub use digest::{Sha256, constant_time_eq, sha256};
pub use erasures::{ErasureEntry, read_erasures};
pub use error::SealError;
pub use inspect::Inspection;
pub use jose::{JoseAlgorithm, JosePublic, JoseSigner};
pub use keyring::Keyring;
pub use ledger::{Destroyed, Roll};
pub use one_time::OneTimeKey;
pub use passkey::Es256Signer;
pub use password::PasswordHash;
pub use place::{EscrowPlace, KeyPlace, RootPlace, TokenPlace};
pub use proof::AfterCommit;
pub use purpose::Purpose;
pub use random::OsRandom;
pub use sealed::Sealed;
pub use signer::{Ed25519Signer, Signer, verify_ed25519};
pub use slot::{RecordNumber, Slot};
pub use target::Target;
