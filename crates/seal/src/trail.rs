use kernel::Random;

use crate::aead::Seed;
use crate::node::Node;
use crate::path::Path;
use crate::tree::Tree;

/// How many seeds are drawn at once: asking the generator costs more than its bytes.
const SEEDS: usize = 64;

/// What one thread at a time works with: the ways to the values derived last, one for each purpose, and fresh seeds.
#[derive(Default)]
pub struct Bench {
    trails: Vec<Trail>,
    seeds: Vec<Seed>,
}

impl Bench {
    /// The node at `path` in the tree of the purpose at `at`, or nothing when it is no longer alive.
    pub fn walk(&mut self, at: usize, tree: &Tree, path: Path) -> Option<Node> {
        while self.trails.len() <= at {
            self.trails.push(Trail::new());
        }
        self.trails.get_mut(at)?.walk(tree, path).cloned()
    }

    /// A seed that nobody else gets.
    pub fn seed(&mut self, random: &dyn Random) -> Seed {
        self.seeds.pop().unwrap_or_else(|| {
            let mut drawn = vec![Seed::default(); SEEDS];
            random.fill(drawn.as_flattened_mut());
            let first = drawn.pop().unwrap_or_default();
            self.seeds = drawn;
            first
        })
    }

    /// Forgets every node. Must be called when a tree changes.
    pub fn forget(&mut self) {
        self.trails.clear();
    }
}

/// The nodes on the way to the value that was derived last. Record numbers run in sequence, so the next value shares
/// most of the way and costs a few PRF calls instead of sixty.
struct Trail {
    path: Path,
    /// Depth of the first node.
    from: u8,
    nodes: Vec<Node>,
}

impl Trail {
    const fn new() -> Self {
        Self { path: Path::ROOT, from: 0, nodes: Vec::new() }
    }

    fn walk(&mut self, tree: &Tree, path: Path) -> Option<&Node> {
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
