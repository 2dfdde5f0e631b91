//! The form of a tree file: a head in clear, then the sealed state; or the stone that stands in its place.
//!
//! ```text
//! tree   "lionrock-tree/2\n" │ roll u64 │ length u16, wrapping │ state, sealed under the root
//! stone  "lionrock-gone/2\n" │ roll u64 │ root id 32 bytes │ length u16, wrapping
//! ```
//! The wrapping is what the custody of the root needs to find it: nothing for a root in a file, the wrapped root for one
//! in a token. The whole head is additional data of the state. Form 1, of the first release, has no wrapping.

use kernel::to_hex;

use crate::codec::Reader;
use crate::ledger::{DESTROYED, Destroyed, OVERWRITTEN};

const TREE: &[u8; 16] = b"lionrock-tree/2\n";
const TREE_1: &[u8; 16] = b"lionrock-tree/1\n";
const STONE: &[u8; 16] = b"lionrock-gone/2\n";
const STONE_1: &[u8; 16] = b"lionrock-gone/1\n";

/// The head of a tree file.
pub struct Head {
    /// How often the root had changed when the file was written.
    pub number: u64,
    pub wrapping: Vec<u8>,
    first_form: bool,
}

impl Head {
    pub fn new(number: u64, wrapping: &[u8]) -> Self {
        Self { number, wrapping: wrapping.to_vec(), first_form: false }
    }

    /// Splits a tree file into head and sealed state; nothing when it is no tree file.
    pub fn split(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let mut from = Reader::new(bytes);
        let magic: [u8; 16] = from.array()?;
        let number = from.u64()?;
        let wrapping = match &magic {
            TREE => from.short()?.to_vec(),
            TREE_1 => Vec::new(),
            _ => return None,
        };
        Some((Self { number, wrapping, first_form: magic == *TREE_1 }, from.rest()))
    }

    /// Whether the state is in the first form too.
    pub const fn is_first_form(&self) -> bool {
        self.first_form
    }

    /// As it stands at the beginning of the file.
    pub fn bytes(&self) -> Vec<u8> {
        if self.first_form {
            return [TREE_1.as_slice(), &self.number.to_be_bytes()].concat();
        }
        [TREE.as_slice(), &self.number.to_be_bytes(), &short(&self.wrapping)].concat()
    }

    /// Additional data of the state: the head and the service.
    pub fn additional_data(&self, service: &str) -> Vec<u8> {
        [&self.bytes(), service.as_bytes()].concat()
    }
}

/// The stone in the place of a keyring that was destroyed.
pub struct Stone {
    pub number: u64,
    pub root_id: [u8; 32],
    pub wrapping: Vec<u8>,
}

impl Stone {
    /// Whether a file is meant as a stone, whole or not.
    pub fn is_meant(bytes: &[u8]) -> bool {
        bytes.starts_with(STONE) || bytes.starts_with(STONE_1)
    }

    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader::new(bytes);
        let magic: [u8; 16] = from.array()?;
        let (number, root_id) = (from.u64()?, from.array()?);
        let wrapping = match &magic {
            STONE => from.short()?.to_vec(),
            STONE_1 => Vec::new(),
            _ => return None,
        };
        from.is_at_end().then_some(Self { number, root_id, wrapping })
    }

    pub fn bytes(&self) -> Vec<u8> {
        [STONE.as_slice(), &self.number.to_be_bytes(), &self.root_id, &short(&self.wrapping)].concat()
    }

    pub fn destroyed(&self) -> Destroyed {
        let kind = if self.wrapping.is_empty() { OVERWRITTEN } else { DESTROYED };
        Destroyed { root_id: to_hex(&self.root_id), kind, rolls: self.number }
    }
}

/// At most 65,535 bytes after their length; a wrapping has about a hundred.
fn short(bytes: &[u8]) -> Vec<u8> {
    let len = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    [&len.to_be_bytes(), bytes].concat()
}
