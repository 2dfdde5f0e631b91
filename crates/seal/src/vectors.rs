//! Computes `docs/keys-vectors.json` again, which was made by another program from the description alone.

use kernel::{Day, from_hex, to_hex};
use serde::Deserialize;

use crate::envelope::Macs;
use crate::erasures::{ErasureLedger, Position};
use crate::node::Node;
use crate::path::Path;
use crate::state::{Root, State};
use crate::tree::Tree;
use crate::tree_file::Head;
use crate::trail::Bench;
use crate::{Purpose, RecordNumber, Sealed, Slot, aead};

#[derive(Deserialize)]
struct Vectors {
    tree: TreeVectors,
    sealed_values: Vec<SealedValue>,
    keyed_functions: KeyedFunctions,
    erasure_ledger: LedgerVectors,
    tree_file: TreeFile,
}

#[derive(Deserialize)]
struct TreeVectors {
    root: String,
    left: String,
    right: String,
    leaves: Vec<Leaf>,
}

#[derive(Deserialize)]
struct Leaf {
    expiry: Day,
    record: u64,
    person: u8,
    group: u8,
    path: String,
    #[serde(rename = "leaf")]
    node: String,
}

#[derive(Deserialize)]
struct SealedValue {
    service: String,
    purpose: Purpose,
    expiry: Day,
    record: u64,
    person: u8,
    group: u8,
    schema: u16,
    seed: String,
    plaintext: String,
    additional_data: String,
    key: String,
    sealed: String,
}

#[derive(Deserialize)]
struct KeyedFunctions {
    index_key: String,
    prf_key: String,
    index: String,
    input: String,
    blind: String,
    label: String,
    prf: String,
}

#[derive(Deserialize)]
struct LedgerVectors {
    service: String,
    start: String,
    lines: Vec<String>,
}

#[derive(Deserialize)]
struct TreeFile {
    service: String,
    root_key: String,
    root_id: String,
    roll: u64,
    state: String,
    seed: String,
    file: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../../docs/keys-vectors.json")).unwrap()
}

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    from_hex(hex).unwrap().try_into().unwrap()
}

#[test]
fn leaves_lie_where_the_vectors_say() {
    let tree = vectors().tree;
    let root = Node::from_bytes(bytes(&tree.root));
    assert_eq!((to_hex(root.child(false).bytes()), to_hex(root.child(true).bytes())), (tree.left, tree.right));
    let mut whole = Tree::empty();
    whole.insert(Path::ROOT, root);
    for leaf in tree.leaves {
        let path = Path::of_value(leaf.expiry, RecordNumber(leaf.record), leaf.person, leaf.group).unwrap();
        let bits: String = (0..path.len()).map(|depth| if path.bit(depth) { '1' } else { '0' }).collect();
        assert_eq!(bits, leaf.path);
        let node = Bench::default().walk(0, &whole, path).unwrap();
        assert_eq!(to_hex(node.bytes()), leaf.node);
    }
}

#[test]
fn values_are_sealed_as_the_vectors_say() {
    let Vectors { tree, sealed_values, .. } = vectors();
    for (value, leaf) in sealed_values.iter().zip(&tree.leaves) {
        let slot = Slot {
            purpose: value.purpose,
            record: RecordNumber(value.record),
            person: value.person,
            group: value.group,
            schema: value.schema,
            expiry: value.expiry,
        };
        let aad = slot.additional_data(&value.service).unwrap();
        assert_eq!(to_hex(&aad), value.additional_data);
        let mut sealed = slot.header().unwrap().to_vec();
        let plaintext = from_hex(&value.plaintext).unwrap();
        aead::seal_with(&mut sealed, &bytes(&leaf.node), &bytes(&value.seed), &aad, &plaintext).unwrap();
        assert_eq!(to_hex(&sealed), value.sealed);
        assert_eq!(to_hex(aead::derived(&bytes(&leaf.node), &bytes(&value.seed[..24])).unwrap().as_ref()), value.key);
        assert_eq!(Sealed::from_bytes(sealed).claimed_slot(value.purpose).unwrap(), slot);
    }
}

#[test]
fn the_keyed_functions_are_those_of_the_vectors() {
    let vector = vectors().keyed_functions;
    let macs = Macs::new(&Node::from_bytes(bytes(&vector.index_key)), &Node::from_bytes(bytes(&vector.prf_key)));
    let input = from_hex(&vector.input).unwrap();
    assert_eq!(to_hex(&macs.blind(&vector.index, &input)), vector.blind);
    assert_eq!(to_hex(&macs.prf(&vector.label, &input)), vector.prf);
}

#[test]
fn a_ledger_is_read_and_written_as_the_vectors_say() {
    let vector = vectors().erasure_ledger;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("erasures");
    let text = vector.lines.join("\n") + "\n";
    std::fs::write(&path, &text).unwrap();
    let entries = crate::read_erasures(&path, &vector.service).unwrap();
    assert_eq!(entries.len() + 1, vector.lines.len());
    let start = Position::start(&vector.service);
    assert_eq!(to_hex(&start.chain), vector.start);
    std::fs::remove_file(&path).unwrap();
    let (mut ledger, _) = ErasureLedger::open([path.clone(), folder.path().join("copy")], &vector.service, start).unwrap();
    for entry in entries {
        ledger.append(entry.at, &[(entry.target, entry.commitment)]).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), text);
}

#[test]
fn a_tree_file_opens_as_the_vectors_say() {
    let vector = vectors().tree_file;
    let root = Root { number: vector.roll, key: Node::from_bytes(bytes(&vector.root_key)), wrapping: Vec::new() };
    assert_eq!(to_hex(&root.id()), vector.root_id);
    let file = from_hex(&vector.file).unwrap();
    let (head, body) = Head::split(&file).unwrap();
    let plain = aead::open(root.key.bytes(), &head.additional_data(&vector.service), body).unwrap();
    assert_eq!(to_hex(&plain), vector.state);
    let state = State::decode(&plain).unwrap();
    assert_eq!(*state.encode(), *plain);
    let mut again = Head::new(vector.roll, &[]).bytes();
    let aad = head.additional_data(&vector.service);
    aead::seal_with(&mut again, root.key.bytes(), &bytes(&vector.seed), &aad, &state.encode()).unwrap();
    assert_eq!(again, file);
    // So that the vectors cannot be empty words: one bit of the head breaks it.
    assert!(aead::open(root.key.bytes(), &Head::new(vector.roll + 1, &[]).additional_data(&vector.service), body).is_err());
}
