use kernel::{Day, Random, to_hex};
use zeroize::Zeroizing;

use crate::codec::{Reader, Writer};
use crate::digest::sha256;
use crate::ledger::Roll;
use crate::node::Node;
use crate::path::Path;
use crate::tree::Tree;
use crate::{Purpose, SealError};

/// The root key of one roll.
#[derive(Clone)]
pub struct Root {
    pub number: u64,
    pub key: Node,
}

impl Root {
    pub fn new(number: u64, random: &dyn Random) -> Self {
        Self { number, key: Node::new(random) }
    }

    /// Names the root in ledgers and certificates without telling it.
    pub fn id(&self) -> String {
        to_hex(&sha256(&[b"lionrock root id v1", self.key.bytes()]))
    }
}

/// Everything a keyring knows, as it stands in the tree file.
pub struct State {
    /// The latest day the keyring was told; nodes of earlier days are gone.
    pub today: Day,
    /// Record numbers below this one may have been handed out.
    pub reserved: u64,
    pub index_key: Node,
    pub prf_key: Node,
    pub rolls: Vec<Roll>,
    pub trees: Vec<(Purpose, Tree)>,
}

impl State {
    pub fn new(today: Day, random: &dyn Random) -> Self {
        let (index_key, prf_key) = (Node::new(random), Node::new(random));
        Self { today, reserved: 0, index_key, prf_key, rolls: Vec::new(), trees: Vec::new() }
    }

    /// Adds an empty-handed tree: everything from today on is alive. Returns whether it is new.
    pub fn add(&mut self, purpose: Purpose, random: &dyn Random) -> Result<bool, SealError> {
        if self.position(&purpose).is_some() {
            return Ok(false);
        }
        let mut tree = Tree::full(random);
        tree.drop_before(Path::of_day(self.today)?);
        self.trees.push((purpose, tree));
        Ok(true)
    }

    pub fn position(&self, purpose: &Purpose) -> Option<usize> {
        self.trees.iter().position(|(name, _)| name == purpose)
    }

    pub fn tree(&self, purpose: &Purpose) -> Result<(usize, &Tree), SealError> {
        let found = self.trees.iter().enumerate().find(|(_, (name, _))| name == purpose);
        found.map(|(at, (_, tree))| (at, tree)).ok_or_else(|| SealError::UnknownPurpose(purpose.to_string()))
    }

    pub fn tree_mut(&mut self, purpose: &Purpose) -> Result<&mut Tree, SealError> {
        let found = self.trees.iter_mut().find(|(name, _)| name == purpose);
        found.map(|(_, tree)| tree).ok_or_else(|| SealError::UnknownPurpose(purpose.to_string()))
    }

    /// Drops the nodes of days before `today`; a clock that went back changes nothing.
    pub fn drop_past(&mut self, today: Day) -> Result<usize, SealError> {
        if today <= self.today {
            return Ok(0);
        }
        let boundary = Path::of_day(today)?;
        self.today = today;
        Ok(self.trees.iter_mut().map(|(_, tree)| tree.drop_before(boundary)).sum())
    }

    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let nodes: usize = self.trees.iter().map(|(_, tree)| tree.len()).sum();
        let mut out = Writer::new(256 + self.rolls.len() * 160 + self.trees.len() * 64 + nodes * 49);
        out.put(&self.today.number().to_be_bytes()).put(&self.reserved.to_be_bytes());
        out.put(self.index_key.bytes()).put(self.prf_key.bytes()).count(self.rolls.len());
        for roll in &self.rolls {
            out.put(&roll.number.to_be_bytes()).put(&roll.day.number().to_be_bytes());
            out.text(&roll.root_id_before).text(&roll.root_id_after);
        }
        out.count(self.trees.len());
        for (purpose, tree) in &self.trees {
            out.text(purpose.as_str()).count(tree.len());
            for (bits, len, node) in tree.iter() {
                out.put(&bits.to_be_bytes()).put(&[len]).put(node.bytes());
            }
        }
        out.finish()
    }

    /// Reads what `encode` wrote; nothing when it is anything else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader::new(bytes);
        let today = Day::from_number(from.i32()?);
        let reserved = from.u64()?;
        let (index_key, prf_key) = (Node::from_bytes(from.array()?), Node::from_bytes(from.array()?));
        let rolls = (0..from.count()?).map(|_| roll(&mut from)).collect::<Option<_>>()?;
        let trees = (0..from.count()?).map(|_| tree(&mut from)).collect::<Option<_>>()?;
        from.is_at_end().then_some(Self { today, reserved, index_key, prf_key, rolls, trees })
    }
}

fn roll(from: &mut Reader<'_>) -> Option<Roll> {
    let (number, day) = (from.u64()?, Day::from_number(from.i32()?));
    Some(Roll { number, day, root_id_before: from.text()?.to_owned(), root_id_after: from.text()?.to_owned() })
}

fn tree(from: &mut Reader<'_>) -> Option<(Purpose, Tree)> {
    let purpose = Purpose::new(from.text()?).ok()?;
    let mut tree = Tree::empty();
    for _ in 0..from.count()? {
        let (bits, [len]) = (u128::from_be_bytes(from.array()?), from.array()?);
        tree.insert(Path::from_parts(bits, len)?, Node::from_bytes(from.array()?));
    }
    Some((purpose, tree))
}
