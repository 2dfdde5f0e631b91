use kernel::Random;
use zeroize::Zeroize;

use crate::digest::sha256;

/// Sixteen bytes, so that label, side and node fit one block of SHA-256.
const LABEL: &[u8; 16] = b"lionrock-ggm-v1 ";

/// The secret of one node of a key tree; wiped when dropped.
///
/// A child is SHA-256 of a label, the side and the parent: the length-doubling generator of Goldreich, Goldwasser and
/// Micali ("How to construct random functions", J. ACM 1986), from which a parent yields every descendant and no
/// descendant yields a parent or a sibling. One block each, because a leaf costs dozens of them.
#[derive(Clone)]
pub struct Node([u8; 32]);

impl Node {
    pub fn new(random: &dyn Random) -> Self {
        Self(random.bytes32())
    }

    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub fn child(&self, right: bool) -> Self {
        Self(sha256(&[LABEL, &[u8::from(right)], &self.0]))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use kernel::to_hex;

    use super::*;

    /// Computed with `sha256sum` from the description above: other software can walk the tree.
    #[test]
    fn a_child_is_the_hash_of_label_side_and_parent() {
        let parent = Node::from_bytes([7; 32]);
        assert_eq!(to_hex(parent.child(false).bytes()), "840ed926bf51da325e9b7e48a8a86809f3aa9a3389d42e54717fac0c4227ec99");
        assert_eq!(to_hex(parent.child(true).bytes()), "d18e7eb43ff1699884331fe5a0003e1003d18d27ad0ebaffd11103fd758cb4cf");
    }
}
