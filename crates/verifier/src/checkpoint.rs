use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::document::{Document, Field};
use crate::finding::{Finding, Report};
use crate::merkle::{self, Hash};
use crate::{Key, Reason, note};

/// A journal's state, signed.
pub struct Checkpoint {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

impl Checkpoint {
    /// Reads a signed note and checks its signature.
    pub fn verified(text: &str, key: &Key) -> Result<Self, Reason> {
        let mut lines = note::verified_text(text, key)?.lines();
        let origin = lines.next().filter(|origin| is_origin(origin)).ok_or(Reason::Member("origin"))?;
        let size = lines.next().and_then(decimal).ok_or(Reason::Member("size"))?;
        let root = lines.next().and_then(hash).ok_or(Reason::Member("root"))?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    pub fn finding(&self, key: &Key) -> Finding {
        Finding::Checkpoint { key: key.name.clone(), origin: self.origin.clone(), size: self.size }
    }
}

/// Where an entry stands in the journal.
pub struct Inclusion {
    pub index: u64,
    pub checkpoint: Checkpoint,
}

impl Inclusion {
    /// Checks that the path leads from the entry to a root that the key signed.
    pub fn verified(field: Field, entry: &Hash, key: &Key) -> Result<Self, Reason> {
        let mut document = field.document(&["index", "path", "checkpoint"])?;
        let (index, path) = (document.take("index")?.number()?, document.take("path")?.hashes()?);
        let checkpoint = Checkpoint::verified(&document.take("checkpoint")?.text()?, key)?;
        let root = merkle::root_of(index, checkpoint.size, merkle::leaf(entry), &path);
        if root == Some(checkpoint.root) { Ok(Self { index, checkpoint }) } else { Err(Reason::Inclusion) }
    }

    pub fn finding(&self) -> Finding {
        Finding::Included { origin: self.checkpoint.origin.clone(), index: self.index, size: self.checkpoint.size }
    }
}

/// Checks a checkpoint by itself.
pub fn check_checkpoint(text: &str, key: &Key) -> Result<Report, Reason> {
    let checkpoint = Checkpoint::verified(text, key)?;
    let unproven = vec![Finding::EarlierEntries, Finding::SameForAll, Finding::ContentTrue];
    Ok(Report { proven: vec![checkpoint.finding(key)], unproven, stated: Vec::new() })
}

/// Checks that a checkpoint continues an older one.
pub fn check_growth(text: &str, older: &str, proof: &str, key: &Key) -> Result<Report, Reason> {
    let (new, old) = (Checkpoint::verified(text, key)?, Checkpoint::verified(older, key)?);
    if new.origin != old.origin {
        return Err(Reason::Origin);
    }
    let mut document = Document::parse(proof, &["format", "from", "to", "path"])?;
    if document.take("format")?.text()? != "lionrock-consistency/1" {
        return Err(Reason::Format);
    }
    let (from, to) = (document.take("from")?.number()?, document.take("to")?.number()?);
    let path = document.take("path")?.hashes()?;
    if (from, to) != (old.size, new.size) || !merkle::continues(from, &old.root, to, &new.root, &path) {
        return Err(Reason::Growth);
    }
    let proven = vec![old.finding(key), new.finding(key), Finding::Grown { from, to }];
    Ok(Report { proven, unproven: vec![Finding::SameForAll, Finding::ContentTrue], stated: Vec::new() })
}

/// No text signed for another reason can be taken for a checkpoint.
pub fn is_origin(text: &str) -> bool {
    !text.is_empty() && !text.starts_with("lionrock receipt") && !text.starts_with("lionrock erasure")
}

/// A decimal number without leading zeros or sign.
pub fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// 32 bytes in base64.
pub fn hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok()
}
