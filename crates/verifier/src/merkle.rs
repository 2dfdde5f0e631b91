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

/// The root of the tree over these entries.
pub fn tree(entries: &[Hash]) -> Hash {
    match entries {
        [] => Sha256::digest([]).into(),
        [one] => leaf(one),
        _ => {
            let (left, right) = entries.split_at(entries.len().next_power_of_two() / 2);
            node(&tree(left), &tree(right))
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::hex;

    fn raw_leaf(bytes: &[u8]) -> Hash {
        Sha256::new().chain_update([0]).chain_update(bytes).finalize().into()
    }

    /// RFC 6962 section 2.1, as it is written: split at the largest power of two below the size.
    fn root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => *one,
            _ => {
                let (left, right) = leaves.split_at(half(leaves.len()));
                node(&root(left), &root(right))
            }
        }
    }

    fn half(size: usize) -> usize {
        size.next_power_of_two() / 2
    }

    /// Section 2.1.1.
    fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
        if leaves.len() < 2 {
            return Vec::new();
        }
        let (left, right) = leaves.split_at(half(leaves.len()));
        if index < left.len() {
            [path(index, left), vec![root(right)]].concat()
        } else {
            [path(index - left.len(), right), vec![root(left)]].concat()
        }
    }

    /// Section 2.1.2.
    fn growth(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
        if old == leaves.len() {
            return if whole { Vec::new() } else { vec![root(leaves)] };
        }
        let (left, right) = leaves.split_at(half(leaves.len()));
        if old <= left.len() {
            [growth(old, left, whole), vec![root(right)]].concat()
        } else {
            [growth(old - left.len(), right, false), vec![root(left)]].concat()
        }
    }

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|n| raw_leaf(&n.to_be_bytes())).collect()
    }

    /// The roots that Certificate Transparency's own tests expect of their eight leaves.
    #[test]
    fn the_published_tree_has_its_published_root() {
        let inputs: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let leaves = inputs.map(raw_leaf);
        assert_eq!(hex(&leaves[0]), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        assert_eq!(hex(&root(&leaves)), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
        let found = root_of(5, 8, leaves[5], &path(5, &leaves));
        assert_eq!(found, Some(root(&leaves)));
    }

    #[test]
    fn every_path_leads_to_the_root_and_no_altered_one_does() {
        for size in 1..40 {
            let leaves = leaves(size);
            let root = root(&leaves);
            for (at, leaf) in leaves.iter().enumerate() {
                let (index, path) = (u64::try_from(at).unwrap(), path(at, &leaves));
                assert_eq!(root_of(index, size, *leaf, &path), Some(root));
                assert_ne!(root_of(index, size, [9; 32], &path), Some(root));
                assert_ne!(root_of(index, size, *leaf, &[path.as_slice(), &[[1; 32]]].concat()), Some(root));
                assert_eq!(root_of(size, size, *leaf, &path), None);
                for cut in 0..path.len() {
                    assert_ne!(root_of(index, size, *leaf, &path[..cut]), Some(root));
                    let mut altered = path.clone();
                    altered[cut][0] ^= 1;
                    assert_ne!(root_of(index, size, *leaf, &altered), Some(root));
                }
                let elsewhere = (0..size).filter(|other| *other != index);
                assert!(elsewhere.into_iter().all(|other| root_of(other, size, *leaf, &path) != Some(root)));
            }
        }
    }

    #[test]
    fn growth_is_believed_only_when_nothing_changed() {
        for new in 1..24 {
            let all = leaves(u64::try_from(new).unwrap());
            for old in 1..=new {
                let (sizes, proof) = ((u64::try_from(old).unwrap(), u64::try_from(new).unwrap()), growth(old, &all, true));
                let (before, after) = (root(&all[..old]), root(&all));
                assert!(continues(sizes.0, &before, sizes.1, &after, &proof), "{old} {new}");
                assert!(!continues(sizes.0, &[1; 32], sizes.1, &after, &proof));
                assert!(!continues(sizes.0, &before, sizes.1, &[1; 32], &proof));
                assert!(!continues(sizes.0, &before, sizes.1, &after, &[proof.as_slice(), &[[1; 32]]].concat()));
                for at in 0..proof.len() {
                    let mut altered = proof.clone();
                    altered[at][31] ^= 1;
                    assert!(!continues(sizes.0, &before, sizes.1, &after, &altered), "{old} {new} {at}");
                    assert!(!continues(sizes.0, &before, sizes.1, &after, &proof[..at]));
                }
                let mut rewritten = all.clone();
                rewritten[old - 1] = [5; 32];
                let (after, proof) = (root(&rewritten), growth(old, &rewritten, true));
                assert!(!continues(sizes.0, &before, sizes.1, &after, &proof), "{old} {new}: history was rewritten");
            }
        }
        assert!(!continues(0, &root(&[]), 3, &root(&leaves(3)), &[]), "an empty beginning proves nothing");
        assert!(!continues(5, &root(&leaves(5)), 3, &root(&leaves(3)), &[]));
    }
}
