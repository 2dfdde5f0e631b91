use kernel::{Day, Environment, Random};
use zeroize::Zeroizing;

use crate::codec::{Reader, Writer};
use crate::digest::sha256;
use crate::erasures::{ErasureEntry, Position};
use crate::ledger::{DESTROYED, LOST, OVERWRITTEN, Roll};
use crate::node::Node;
use crate::path::Path;
use crate::tree::Tree;
use crate::{Purpose, SealError, Target};

/// How old roots end, in the order of the tree file.
const ENDS: [&str; 3] = [OVERWRITTEN, DESTROYED, LOST];
/// The labels of installations, in the order of the tree file.
const LABELS: [Environment; 3] = [Environment::Demo, Environment::Test, Environment::Live];

/// The root key of one roll.
#[derive(Clone)]
pub struct Root {
    pub number: u64,
    pub key: Node,
    /// What a token made of the key, to be kept in the head of the tree file; nothing for a root in a file.
    pub wrapping: Vec<u8>,
}

impl Root {
    pub fn new(number: u64, random: &dyn Random) -> Self {
        Self { number, key: Node::new(random), wrapping: Vec::new() }
    }

    /// Names the root in ledgers and certificates without telling it.
    pub fn id(&self) -> [u8; 32] {
        sha256(&[b"lionrock root id v1", self.key.bytes()])
    }
}

/// Everything a keyring knows, as it stands in the tree file.
#[derive(Clone)]
pub struct State {
    /// The latest day the keyring was told; nodes of earlier days are gone.
    pub today: Day,
    /// Record numbers below this one may have been handed out.
    pub reserved: u64,
    pub index_key: Node,
    pub prf_key: Node,
    /// How far the erasure ledger had come; every entry up to there has been carried out.
    pub ledger: Position,
    pub rolls: Vec<Roll>,
    pub trees: Vec<(Purpose, Tree)>,
    /// The label of the installation it belongs to; nothing until one has claimed it.
    pub label: Option<Environment>,
}

impl State {
    pub fn new(service: &str, today: Day, random: &dyn Random) -> Self {
        let (index_key, prf_key) = (Node::new(random), Node::new(random));
        let ledger = Position::start(service);
        Self { today, reserved: 0, index_key, prf_key, ledger, rolls: Vec::new(), trees: Vec::new(), label: None }
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

    /// Whether a target can be forgotten: its purpose has a tree, and its place exists.
    pub fn knows(&self, target: &Target) -> Result<(), SealError> {
        target.paths()?;
        target.purpose().map_or(Ok(()), |purpose| self.tree(&purpose).map(drop))
    }

    /// Drops the nodes of a target. One of a purpose that was never in this tree is not there anyway.
    pub fn forget(&mut self, target: &Target) {
        let (Some(purpose), Ok(paths)) = (target.purpose(), target.paths()) else { return };
        let tree = self.trees.iter_mut().find(|(name, _)| *name == purpose);
        let Some((_, tree)) = tree else { return };
        for path in paths {
            tree.puncture(path);
        }
    }

    /// Forgets what an entry of the ledger names, and remembers that it did.
    pub fn carry_out(&mut self, entry: &ErasureEntry) {
        self.forget(&entry.target);
        self.ledger = entry.position();
    }

    /// How many nodes there are in all trees.
    pub fn nodes(&self) -> usize {
        self.trees.iter().map(|(_, tree)| tree.len()).sum()
    }

    /// Whether something was erased since the last roll.
    pub fn needs_roll(&self) -> bool {
        self.ledger.number > self.rolls.last().map_or(0, |roll| roll.erasures)
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
        let nodes = self.nodes();
        let mut out = Writer::new(256 + self.rolls.len() * 169 + self.trees.len() * 64 + nodes * 49);
        out.put(&self.today.number().to_be_bytes()).put(&self.reserved.to_be_bytes());
        out.put(self.index_key.bytes()).put(self.prf_key.bytes());
        out.put(&self.ledger.number.to_be_bytes()).put(&self.ledger.chain).count(self.rolls.len());
        for roll in &self.rolls {
            out.put(&roll.number.to_be_bytes()).put(&roll.day.number().to_be_bytes());
            out.text(&roll.root_id_before).text(&roll.root_id_after);
            out.put(&[ENDS.iter().position(|how| *how == roll.how).and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX)]).put(&roll.erasures.to_be_bytes());
        }
        out.count(self.trees.len());
        for (purpose, tree) in &self.trees {
            out.text(purpose.as_str()).count(tree.len());
            for (bits, len, node) in tree.iter() {
                out.put(&bits.to_be_bytes()).put(&[len]).put(node.bytes());
            }
        }
        // A tree without a label is written as before there were labels.
        if let Some(label) = self.label {
            out.put(&[LABELS.iter().position(|one| *one == label).and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX)]);
        }
        out.finish()
    }

    /// Reads what `encode` wrote; nothing when it is anything else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        Self::read(bytes, |from| Some(Position { number: from.u64()?, chain: from.array()? }), roll)
    }

    /// Reads the state of the first release, which knew no erasure ledger.
    pub fn decode_first(bytes: &[u8], service: &str) -> Option<Self> {
        Self::read(bytes, |_| Some(Position::start(service)), first_roll)
    }

    fn read(
        bytes: &[u8],
        ledger: impl FnOnce(&mut Reader<'_>) -> Option<Position>,
        roll: impl Fn(&mut Reader<'_>) -> Option<Roll>,
    ) -> Option<Self> {
        let mut from = Reader::new(bytes);
        let today = Day::from_number(from.i32()?);
        let reserved = from.u64()?;
        let (index_key, prf_key) = (Node::from_bytes(from.array()?), Node::from_bytes(from.array()?));
        let ledger = ledger(&mut from)?;
        let rolls = (0..from.count()?).map(|_| roll(&mut from)).collect::<Option<_>>()?;
        let trees = (0..from.count()?).map(|_| tree(&mut from)).collect::<Option<_>>()?;
        let label = if from.is_at_end() { None } else { Some(label(&mut from)?) };
        from.is_at_end().then_some(Self { today, reserved, index_key, prf_key, ledger, rolls, trees, label })
    }
}

fn label(from: &mut Reader<'_>) -> Option<Environment> {
    let [at] = from.array()?;
    LABELS.get(usize::from(at)).copied()
}

fn roll(from: &mut Reader<'_>) -> Option<Roll> {
    let roll = first_roll(from)?;
    let [how] = from.array()?;
    let how = ENDS.get(usize::from(how))?;
    Some(Roll { how, erasures: from.u64()?, ..roll })
}

fn first_roll(from: &mut Reader<'_>) -> Option<Roll> {
    let (number, day) = (from.u64()?, Day::from_number(from.i32()?));
    let (root_id_before, root_id_after) = (from.text()?.to_owned(), from.text()?.to_owned());
    Some(Roll { number, day, root_id_before, root_id_after, how: OVERWRITTEN, erasures: 0 })
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
