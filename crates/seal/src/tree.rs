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
#[derive(Clone)]
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
            self.keep_siblings(cover, node, path);
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
        let straddles = self.cover(path).is_some_and(|(cover, _)| cover.bits() < path.bits());
        if let Some((cover, node)) = straddles.then(|| self.take_cover(path)).flatten() {
            let last = self.keep_siblings(cover, node, path);
            self.insert(path, last);
        }
        let alive = self.nodes.split_off(&path.bits());
        std::mem::replace(&mut self.nodes, alive).len()
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

    /// Walks from `cover` down to `path`, keeps the siblings beside the way, returns the node at the end.
    fn keep_siblings(&mut self, cover: Path, mut node: Node, path: Path) -> Node {
        for depth in cover.len()..path.len() {
            let right = path.bit(depth);
            self.insert(path.prefix(depth).child(!right), node.child(!right));
            node = node.child(right);
        }
        node
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use kernel::Day;

    use super::*;
    use crate::RecordNumber;
    use crate::seeded::Seeded;
    use crate::trail::Bench;

    type Leaf = (i32, u64, u8, u8);

    fn path((day, record, person, group): Leaf) -> Path {
        Path::of_value(Day::from_number(18_300 + day), RecordNumber(record), person, group).unwrap()
    }

    fn random_leaf(chance: &Seeded) -> Leaf {
        let pick = |bound| chance.below(bound);
        let small = |n: u64| u8::try_from(n).unwrap();
        let record = if pick(4) == 0 { pick(1 << 40) } else { pick(10) };
        (i32::try_from(pick(8)).unwrap(), record, small(pick(9)), small(pick(10)))
    }

    fn key(tree: &Tree, at: Path) -> Option<[u8; 32]> {
        Bench::default().walk(0, tree, at).map(|node| *node.bytes())
    }

    fn no_node_lies_below_another(tree: &Tree) -> bool {
        let paths: Vec<Path> = tree.iter().map(|(bits, len, _)| Path::from_parts(bits, len).unwrap()).collect();
        paths.windows(2).all(|pair| pair[0].last_bits() < pair[1].bits())
    }

    /// The tree against a plain table of what is alive: thousands of random erasures, by record and by day.
    #[test]
    fn the_tree_agrees_with_a_table_of_what_is_alive() {
        let chance = Seeded::fresh();
        let seed = chance.seed;
        for _ in 0..40 {
            let mut tree = Tree::full(&chance);
            let mut alive: HashMap<Leaf, [u8; 32]> = HashMap::new();
            let mut dead: Vec<Leaf> = Vec::new();
            let mut bench = Bench::default();
            let mut first_day = 0;
            for _ in 0..120 {
                let leaf = random_leaf(&chance);
                match chance.below(5) {
                    0 => {
                        // Mostly a record, now and then one value or a whole day.
                        let day = Day::from_number(18_300 + leaf.0);
                        let erased = match chance.below(10) {
                            0 => Path::of_day(day).unwrap(),
                            1..4 => path(leaf),
                            _ => Path::of_record(day, RecordNumber(leaf.1)).unwrap(),
                        };
                        tree.puncture(erased);
                        dead.extend(alive.extract_if(|l, _| erased.covers(path(*l))).map(|(l, _)| l));
                        assert!(key(&tree, path(leaf)).is_none(), "seed {seed}: {leaf:?} was to die");
                        bench.forget();
                    }
                    1 if chance.below(6) == 0 => {
                        first_day = (first_day + leaf.0 % 3).min(7);
                        tree.drop_before(Path::of_day(Day::from_number(18_300 + first_day)).unwrap());
                        dead.extend(alive.extract_if(|l, _| l.0 < first_day).map(|(l, _)| l));
                        bench.forget();
                    }
                    _ => {
                        if let Some(node) = bench.walk(0, &tree, path(leaf)) {
                            let known = alive.entry(leaf).or_insert(*node.bytes());
                            assert_eq!(known, node.bytes(), "seed {seed}: a leaf has changed its key");
                            assert!(!dead.contains(&leaf), "seed {seed}: {leaf:?} has come back");
                        } else {
                            assert!(!alive.contains_key(&leaf), "seed {seed}: {leaf:?} was lost");
                        }
                    }
                }
            }
            assert!(no_node_lies_below_another(&tree), "seed {seed}");
            for (&leaf, expected) in &alive {
                assert_eq!(key(&tree, path(leaf)).as_ref(), Some(expected), "seed {seed}: {leaf:?}");
            }
            assert!(dead.iter().all(|&leaf| key(&tree, path(leaf)).is_none()), "seed {seed}");
        }
    }

    #[test]
    fn distinct_leaves_have_distinct_keys() {
        let tree = Tree::full(&Seeded::new(1));
        let mut keys: Vec<_> = (0..2_000).map(|n| key(&tree, path((3, n / 20, 0, u8::try_from(n % 20).unwrap()))).unwrap()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 2_000);
    }

    #[test]
    fn a_tree_stays_small() {
        let mut tree = Tree::full(&Seeded::new(2));
        tree.drop_before(Path::of_day(Day::from_number(18_388)).unwrap());
        assert!(tree.len() <= 16, "{}", tree.len());
        let before = tree.len();
        tree.puncture(path((100, 5, 0, 0)));
        assert!(tree.len() <= before + usize::from(crate::path::MAX_DEPTH));
    }
}
