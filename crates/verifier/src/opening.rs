use sha2::{Digest, Sha256};

use crate::document::Document;
use crate::merkle::{self, Hash};
use crate::Reason;

/// What opens the commitments of a certificate: a salt for each, and the SHA-256 of every sealed value under it.
pub struct Opening {
    /// The commitments, in the order of the erasure ledger.
    pub commitments: Vec<Hash>,
    /// SHA-256 of each sealed value.
    pub sealed: Vec<Hash>,
}

impl Opening {
    /// Reads an opening.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        let mut document = Document::parse(text.trim(), &["format", "commitments"])?;
        if document.take("format")?.text()? != "lionrock-opening/1" {
            return Err(Reason::Format);
        }
        let mut opening = Self { commitments: Vec::new(), sealed: Vec::new() };
        for field in document.take("commitments")?.list()? {
            let mut one = field.document(&["salt", "sealed"])?;
            let (salt, sealed): (Hash, Vec<Hash>) = (one.take("salt")?.array()?, one.take("sealed")?.hashes()?);
            let hash = Sha256::new().chain_update(b"lionrock erased v1\n").chain_update(salt);
            opening.commitments.push(sealed.iter().fold(hash, Digest::chain_update).finalize().into());
            opening.sealed.extend(sealed);
        }
        Ok(opening)
    }

    /// Whether its commitments are those under this root, all of them and no others.
    pub fn opens(&self, root: &Hash, lines: u64) -> bool {
        u64::try_from(self.commitments.len()) == Ok(lines) && merkle::tree(&self.commitments) == *root
    }
}
