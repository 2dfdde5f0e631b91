use crate::node::Node;
use crate::path::Path;
use crate::tree::Tree;

/// The nodes on the way to the value that was derived last. Record numbers run in sequence, so the next value shares
/// most of the way and costs a few PRF calls instead of sixty.
pub struct Trail {
    path: Path,
    /// Depth of the first node.
    from: u8,
    nodes: Vec<Node>,
}

impl Trail {
    pub const fn new() -> Self {
        Self { path: Path::ROOT, from: 0, nodes: Vec::new() }
    }

    /// The node at `path`, or nothing when it is no longer alive. A trail must be cleared when its tree changes.
    pub fn walk(&mut self, tree: &Tree, path: Path) -> Option<&Node> {
        let shared = self.path.common(path);
        if self.nodes.is_empty() || shared < self.from {
            self.restart(tree, path)?;
        } else {
            self.nodes.truncate(usize::from(shared - self.from) + 1);
        }
        let depth = self.from + u8::try_from(self.nodes.len()).ok()?.checked_sub(1)?;
        self.path = path;
        for depth in depth..path.len() {
            let next = self.nodes.last()?.child(path.bit(depth));
            self.nodes.push(next);
        }
        self.nodes.last()
    }

    fn restart(&mut self, tree: &Tree, path: Path) -> Option<()> {
        self.nodes.clear();
        let (cover, node) = tree.cover(path)?;
        self.from = cover.len();
        self.nodes.push(node.clone());
        Some(())
    }
}
