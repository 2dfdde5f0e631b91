//! The verifier's side, written from RFC 9162 and `docs/formats.md` alone.

use sha2::{Digest, Sha256};

pub type Hash = [u8; 32];

pub fn sha(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

pub fn leaf(salt: &[u8], event: &str) -> Hash {
    sha(&[&[0], &sha(&[salt, event.as_bytes()])])
}

fn node(left: &Hash, right: &Hash) -> Hash {
    sha(&[&[1], left, right])
}

/// RFC 9162 section 2.1.1.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves.len() {
        0 => sha(&[]),
        1 => leaves[0],
        n => {
            let mut k = 1;
            while k * 2 < n {
                k *= 2;
            }
            node(&root(&leaves[..k]), &root(&leaves[k..]))
        }
    }
}

/// RFC 9162 section 2.1.3.2.
pub fn included(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    let (mut f, mut s, mut r) = (index, size.checked_sub(1)?, leaf);
    for p in path {
        if s == 0 {
            return None;
        }
        if f & 1 == 1 || f == s {
            r = node(p, &r);
            while f & 1 == 0 && f != 0 {
                f >>= 1;
                s >>= 1;
            }
        } else {
            r = node(&r, p);
        }
        f >>= 1;
        s >>= 1;
    }
    (s == 0).then_some(r)
}

/// RFC 9162 section 2.1.4.2.
pub fn consistent(first: u64, second: u64, first_root: Hash, second_root: Hash, path: &[Hash]) -> bool {
    if first == second {
        return path.is_empty() && first_root == second_root;
    }
    let mut path = path.to_vec();
    if first.is_power_of_two() {
        path.insert(0, first_root);
    }
    let Some((start, rest)) = path.split_first() else { return false };
    let (mut f, mut s) = (first - 1, second - 1);
    while f & 1 == 1 {
        f >>= 1;
        s >>= 1;
    }
    let (mut fr, mut sr) = (*start, *start);
    for c in rest {
        if s == 0 {
            return false;
        }
        if f & 1 == 1 || f == s {
            fr = node(c, &fr);
            sr = node(c, &sr);
            while f & 1 == 0 && f != 0 {
                f >>= 1;
                s >>= 1;
            }
        } else {
            sr = node(&sr, c);
        }
        f >>= 1;
        s >>= 1;
    }
    fr == first_root && sr == second_root && s == 0
}
