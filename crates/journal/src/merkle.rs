//! RFC 6962 section 2.1: hashes, audit paths and consistency proofs over any source of complete-subtree hashes.

use seal::sha256;

/// A node of the tree.
pub type Hash = [u8; 32];

/// The hash of a leaf whose entry is `entry`: SHA-256(0x00 ‖ entry).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    sha256(&[&[0], entry])
}

/// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
pub(crate) fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// Where the hashes of complete subtrees come from: `hash(height, n)` covers leaves n·2^height to (n+1)·2^height.
pub(crate) trait Subtrees {
    type Error;
    fn hash(&self, height: u32, n: u64) -> Result<Hash, Self::Error>;
}

/// Leaf hashes in memory; the small tree of a receipt group, and tests.
impl Subtrees for [Hash] {
    type Error = std::convert::Infallible;

    fn hash(&self, height: u32, n: u64) -> Result<Hash, Self::Error> {
        let width = 1usize << height;
        let start = usize::try_from(n).unwrap_or(usize::MAX).saturating_mul(width);
        Ok(self.get(start..start + width).map_or([0; 32], root_of))
    }
}

/// The complete subtrees of a small tree, each hashed once: the many paths of a receipt group share them.
pub(crate) struct Levels(Vec<Vec<Hash>>);

impl Levels {
    pub(crate) fn over(leaves: Vec<Hash>) -> Self {
        let mut levels = vec![leaves];
        while let Some(above) = levels.last().map(|below| pairs(below)).filter(|above| !above.is_empty()) {
            levels.push(above);
        }
        Self(levels)
    }
}

fn pairs(below: &[Hash]) -> Vec<Hash> {
    below.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect()
}

impl Subtrees for Levels {
    type Error = std::convert::Infallible;

    fn hash(&self, height: u32, n: u64) -> Result<Hash, Self::Error> {
        let level = self.0.get(height as usize);
        let hash = usize::try_from(n).ok().and_then(|n| level?.get(n));
        Ok(hash.copied().unwrap_or_default())
    }
}

/// The root over 2^k leaf hashes.
pub(crate) fn root_of(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => sha256(&[]),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(many.len().next_power_of_two() / 2);
            node_hash(&root_of(left), &root_of(right))
        }
    }
}

/// The root of a tree over entries held in memory (RFC 6962 section 2.1).
pub fn tree_root(entries: &[Hash]) -> Hash {
    let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let Ok(root) = root(&leaves[..], leaves.len() as u64);
    root
}

/// A tree of which only its right edge is kept: leaves come in order, the root can be asked for at any time.
#[derive(Debug, Default)]
pub(crate) struct Growing(Vec<(u32, Hash)>);

impl Growing {
    pub(crate) fn push(&mut self, leaf: Hash) {
        let mut last = (0, leaf);
        while let Some((height, left)) = self.0.pop_if(|(height, _)| *height == last.0) {
            last = (height + 1, node_hash(&left, &last.1));
        }
        self.0.push(last);
    }

    pub(crate) fn root(&self) -> Hash {
        let edge = self.0.iter().rev().map(|(_, hash)| *hash);
        edge.reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(|| sha256(&[]))
    }
}

/// The largest power of two below `size` (`size` > 1).
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The root of the first `size` leaves.
pub(crate) fn root<S: Subtrees + ?Sized>(tree: &S, size: u64) -> Result<Hash, S::Error> {
    if size == 0 {
        return Ok(sha256(&[]));
    }
    range(tree, 0, size)
}

/// The hash over leaves `from..to`, where `from` is a multiple of the width's power of two.
fn range<S: Subtrees + ?Sized>(tree: &S, from: u64, to: u64) -> Result<Hash, S::Error> {
    let width = to - from;
    if width.is_power_of_two() {
        return tree.hash(width.trailing_zeros(), from / width);
    }
    let middle = from + split(width);
    Ok(node_hash(&range(tree, from, middle)?, &range(tree, middle, to)?))
}

/// PATH(index, D[size]), nearest sibling first.
pub(crate) fn inclusion<S: Subtrees + ?Sized>(tree: &S, index: u64, size: u64) -> Result<Vec<Hash>, S::Error> {
    let (mut from, mut to) = (0, size);
    let mut path = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            path.push(range(tree, middle, to)?);
            to = middle;
        } else {
            path.push(range(tree, from, middle)?);
            from = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// PROOF(old, D[new]) of RFC 6962 section 2.1.2.
pub(crate) fn consistency<S: Subtrees + ?Sized>(tree: &S, old: u64, new: u64) -> Result<Vec<Hash>, S::Error> {
    let (mut from, mut to, mut whole) = (0, new, true);
    let mut path = Vec::new();
    while old != to {
        let middle = from + split(to - from);
        if old <= middle {
            path.push(range(tree, middle, to)?);
            to = middle;
        } else {
            path.push(range(tree, from, middle)?);
            from = middle;
            whole = false;
        }
    }
    if !whole {
        path.push(range(tree, from, to)?);
    }
    path.reverse();
    Ok(path)
}

/// The root that an inclusion path leads to, or nothing when the path has the wrong length (RFC 9162 section 2.1.3.2).
pub fn root_from_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if node % 2 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node % 2 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(n: u64) -> Vec<Hash> {
        (0..n).map(|i| leaf_hash(&i.to_be_bytes())).collect()
    }

    /// The definition, written out: RFC 6962 section 2.1.
    fn naive(hashes: &[Hash]) -> Hash {
        match hashes.len() {
            0 => sha256(&[]),
            1 => hashes[0],
            n => {
                let k = (0..63).map(|e| 1usize << e).take_while(|k| *k < n).last().unwrap();
                node_hash(&naive(&hashes[..k]), &naive(&hashes[k..]))
            }
        }
    }

    #[test]
    fn the_empty_tree_and_one_leaf_have_the_hashes_of_rfc_6962() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(kernel::to_hex(&root(&leaves(0)[..], 0).unwrap()), empty);
        // Published vector: the leaf hash of the empty entry (certificate-transparency test data).
        let leaf = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
        assert_eq!(kernel::to_hex(&leaf_hash(&[])), leaf);
    }

    #[test]
    fn roots_match_the_definition_and_every_inclusion_proof_leads_to_them() {
        for size in 1..70 {
            let tree = leaves(size);
            let expected = naive(&tree);
            assert_eq!(root(&tree[..], size).unwrap(), expected);
            let levels = Levels::over(tree.clone());
            assert_eq!(root(&levels, size).unwrap(), expected);
            for index in 0..size {
                let leaf = tree[usize::try_from(index).unwrap()];
                let path = inclusion(&tree[..], index, size).unwrap();
                assert_eq!(inclusion(&levels, index, size).unwrap(), path);
                assert_eq!(root_from_inclusion(&leaf, index, size, &path), Some(expected));
                if size > 1 {
                    assert_ne!(root_from_inclusion(&leaf, (index + 1) % size, size, &path), Some(expected));
                }
            }
        }
    }

    #[test]
    fn consistency_proofs_have_the_lengths_of_rfc_6962_and_end_in_the_old_root() {
        let tree = leaves(7);
        // The worked example of RFC 6962 section 2.1.3.
        assert_eq!(consistency(&tree[..], 3, 7).unwrap().len(), 4);
        assert_eq!(consistency(&tree[..], 4, 7).unwrap().len(), 1);
        assert_eq!(consistency(&tree[..], 6, 7).unwrap().len(), 3);
        assert!(consistency(&tree[..], 7, 7).unwrap().is_empty());
    }
}
