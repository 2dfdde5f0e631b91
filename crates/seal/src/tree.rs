use std::collections::BTreeMap;

use kernel::Random;

use crate::node::Node;
use crate::path::Path;

/// A puncturable key tree: the nodes that cover what is alive, and no other.
///
/// No node lies below another, so the only node that can cover a path is the last one that begins at or before it.
/// After Backendal, Günther and Paterson ("Puncturable Key Wrapping and Its Applications", ASIACRYPT 2022), with the
/// tree of Green and Miers ("Forward Secure Asynchronous Messaging from Puncturable Encryption", IEEE S&P 2015 uses the
/// same idea for public keys) and the goal of Reardon, Ritzdorf, Basin and Capkun (CCS 2013): small secrets that can be
/// overwritten stand for large data that cannot.
pub struct Tree {
    nodes: BTreeMap<u128, (u8, Node)>,
}

impl Tree {
    /// A tree in which everything is alive.
    pub fn full(random: &dyn Random) -> Self {
        Self { nodes: BTreeMap::from([(0, (0, Node::new(random)))]) }
    }

    pub const fn empty() -> Self {
        Self { nodes: BTreeMap::new() }
    }

    /// The node that keeps `path` alive.
    pub fn cover(&self, path: Path) -> Option<(Path, &Node)> {
        let (&bits, (len, node)) = self.nodes.range(..=path.bits()).next_back()?;
        let found = Path::from_parts(bits, *len)?;
        found.covers(path).then_some((found, node))
    }

    /// Forgets everything at and below `path`. Returns how many nodes were dropped.
    pub fn puncture(&mut self, path: Path) -> usize {
        let mut dropped = 0;
        if let Some((cover, node)) = self.take_cover(path) {
            self.keep_siblings(cover, node, path, |_| true);
            dropped += 1;
        }
        let below: Vec<u128> = self.nodes.range(path.bits()..=path.last_bits()).map(|(&bits, _)| bits).collect();
        for bits in below {
            self.nodes.remove(&bits);
            dropped += 1;
        }
        dropped
    }

    /// Forgets everything that lies before `path`. Returns how many nodes were dropped.
    pub fn drop_before(&mut self, path: Path) -> usize {
        let mut dropped = 0;
        let straddles = self.cover(path).is_some_and(|(cover, _)| cover.bits() < path.bits());
        if let Some((cover, node)) = straddles.then(|| self.take_cover(path)).flatten() {
            let last = self.keep_siblings(cover, node, path, |right| right);
            self.insert(path, last);
            dropped += 1;
        }
        let alive = self.nodes.split_off(&path.bits());
        dropped += self.nodes.len();
        self.nodes = alive;
        dropped
    }

    pub fn insert(&mut self, path: Path, node: Node) {
        self.nodes.insert(path.bits(), (path.len(), node));
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = (u128, u8, &Node)> {
        self.nodes.iter().map(|(&bits, (len, node))| (bits, *len, node))
    }

    fn take_cover(&mut self, path: Path) -> Option<(Path, Node)> {
        let (cover, _) = self.cover(path)?;
        let (_, node) = self.nodes.remove(&cover.bits())?;
        Some((cover, node))
    }

    /// Walks from `cover` down to `path`, keeps the siblings (by their side) that `keep` wants, returns the node at the end.
    fn keep_siblings(&mut self, cover: Path, node: Node, path: Path, keep: impl Fn(bool) -> bool) -> Node {
        let mut node = node;
        for depth in cover.len()..path.len() {
            let right = path.bit(depth);
            if keep(!right) {
                self.insert(path.prefix(depth).child(!right), node.child(!right));
            }
            node = node.child(right);
        }
        node
    }
}
