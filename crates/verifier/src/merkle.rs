//! RFC 6962 trees; the algorithms are those of RFC 9162 sections 2.1.3.2 and 2.1.4.2.

use sha2::{Digest, Sha256};

pub type Hash = [u8; 32];

/// SHA-256(salt ‖ event): what the journal publishes of an event.
pub fn entry(salt: &[u8; 16], event: &str) -> Hash {
    Sha256::new().chain_update(salt).chain_update(event).finalize().into()
}

pub fn leaf(entry: &Hash) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of the tree of `size` leaves in which `path` leads upwards from the leaf at `index`.
pub fn root_of(index: u64, size: u64, leaf: Hash, path: &[Hash]) -> Option<Hash> {
    let mut at = index;
    let mut last = size.checked_sub(1).filter(|last| index <= *last)?;
    let mut hash = leaf;
    for sibling in path {
        if last == 0 {
            return None;
        }
        if at % 2 == 1 || at == last {
            hash = node(sibling, &hash);
            let skipped = at.trailing_zeros().min(63);
            (at, last) = (at >> skipped, last >> skipped);
        } else {
            hash = node(&hash, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    (last == 0).then_some(hash)
}

/// Whether the tree of `size` leaves begins with the one of `old_size`.
pub fn continues(old_size: u64, old_root: &Hash, size: u64, root: &Hash, path: &[Hash]) -> bool {
    if old_size == size {
        return path.is_empty() && old_root == root;
    }
    grown(old_size, old_root, size, path).is_some_and(|found| found == *root)
}

/// The new root to which the path leads, if it leads to the old one as well.
fn grown(old_size: u64, old_root: &Hash, size: u64, path: &[Hash]) -> Option<Hash> {
    if old_size == 0 || old_size > size {
        return None;
    }
    let skipped = old_size.trailing_zeros();
    let (mut at, mut last) = ((old_size - 1) >> skipped, (size - 1) >> skipped);
    let (first, rest) = if old_size.is_power_of_two() { (old_root, path) } else { path.split_first()? };
    let (mut old, mut new) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return None;
        }
        if at % 2 == 1 || at == last {
            (old, new) = (node(sibling, &old), node(sibling, &new));
            let skipped = at.trailing_zeros().min(63);
            (at, last) = (at >> skipped, last >> skipped);
        } else {
            new = node(&new, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    (last == 0 && old == *old_root).then_some(new)
}
