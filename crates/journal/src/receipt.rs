use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kernel::Instant;
use seal::Signer;
use serde_json::{Value, json};

use crate::merkle::{Levels, inclusion, leaf_hash, root};
use crate::{EventProof, Hash, Inclusion};

/// What a resident takes away: at first the log's signed promise to merge the event by a deadline (as a signed
/// certificate timestamp is in RFC 6962), later the inclusion proof beside it. `lionrock-verify receipt` accepts both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The log's name.
    pub origin: String,
    /// The event with its salts.
    pub event: EventProof,
    /// The log's promise.
    pub promise: ReceiptPromise,
    /// The proof that the promise was kept, once the event has its place.
    pub inclusion: Option<Inclusion>,
}

/// One signature covers all events that were committed together: a small Merkle tree over their leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptPromise {
    /// How many events the signature covers.
    pub size: u64,
    /// This event's place among them.
    pub index: u64,
    /// The audit path from the leaf to the group's root.
    pub path: Vec<Hash>,
    /// The group's root.
    pub root: Hash,
    /// When it was signed.
    pub at: Instant,
    /// By when the event is in the tree.
    pub deadline: Instant,
    /// Ed25519 over [`ReceiptPromise::text`].
    pub signature: [u8; 64],
    /// The key's name.
    pub key: String,
}

/// The log promises to merge within a day; the integrator usually needs a second.
const MERGE_DELAY_MS: i64 = 24 * 3_600_000;

impl ReceiptPromise {
    /// The text that is signed (`docs/formats.md`).
    pub fn text(origin: &str, root: &Hash, at: Instant, deadline: Instant, size: u64) -> String {
        let root = STANDARD.encode(root);
        format!("lionrock receipt group v1\n{origin}\n{size}\n{root}\n{at}\n{deadline}\n")
    }
}

impl Receipt {
    /// The file a resident can save.
    pub fn to_json(&self) -> Value {
        let path: Vec<String> = self.promise.path.iter().map(|hash| STANDARD.encode(hash)).collect();
        let mut receipt = json!({
            "format": "lionrock-receipt/1",
            "origin": self.origin,
            "event": self.event.body,
            "salt": STANDARD.encode(self.event.salt),
            "promise": {
                "size": self.promise.size,
                "index": self.promise.index,
                "path": path,
                "root": STANDARD.encode(self.promise.root),
                "at": self.promise.at.to_string(),
                "deadline": self.promise.deadline.to_string(),
                "key": self.promise.key,
                "signature": STANDARD.encode(self.promise.signature),
            },
        });
        if let (Some(map), Some(inclusion)) = (receipt.as_object_mut(), &self.inclusion) {
            map.insert("inclusion".into(), inclusion.to_json());
        }
        receipt
    }

    /// One line for a QR code: `LR1.` and the receipt without its inclusion proof as a compact JSON array in base64url.
    pub fn to_line(&self) -> String {
        let promise = &self.promise;
        let array = json!([
            self.origin,
            self.event.body,
            STANDARD.encode(self.event.salt),
            promise.index,
            promise.size,
            STANDARD.encode(promise.path.concat()),
            promise.at.to_string(),
            promise.deadline.to_string(),
            promise.key,
            STANDARD.encode(promise.signature),
        ]);
        format!("LR1.{}", URL_SAFE_NO_PAD.encode(array.to_string()))
    }
}

type Answer = Box<dyn FnOnce(Receipt) + Send>;

struct Request {
    event: EventProof,
    answer: Answer,
}

/// Signs receipts on a thread of its own: everything that queued while the last signature was made shares the next one.
#[derive(Clone)]
pub(crate) struct Signatory(Sender<Request>);

impl Signatory {
    pub(crate) fn start(signer: Arc<dyn Signer>, origin: String) -> std::io::Result<Self> {
        let (sender, receiver) = channel();
        thread::Builder::new().name("receipts".into()).spawn(move || run(&receiver, &*signer, &origin))?;
        Ok(Self(sender))
    }

    /// Answers with a receipt for `event`. Silent when the thread has ended, which happens only at shutdown.
    pub(crate) fn sign(&self, event: EventProof, answer: impl FnOnce(Receipt) + Send + 'static) {
        let _ = self.0.send(Request { event, answer: Box::new(answer) });
    }
}

const GROUP: usize = 512;

fn run(requests: &Receiver<Request>, signer: &dyn Signer, origin: &str) {
    while let Ok(first) = requests.recv() {
        let mut group = vec![first];
        while group.len() < GROUP {
            let Ok(next) = requests.try_recv() else { break };
            group.push(next);
        }
        sign_group(group, signer, origin);
    }
}

fn sign_group(group: Vec<Request>, signer: &dyn Signer, origin: &str) {
    let leaves: Vec<Hash> = group.iter().map(|request| leaf_hash(&request.event.leaf)).collect();
    let size = leaves.len() as u64;
    let at = group.iter().map(|request| request.event.at).max().unwrap_or(Instant::from_millis(0));
    let deadline = at.plus_millis(MERGE_DELAY_MS);
    let tree = Levels::over(leaves);
    let Ok(root) = root(&tree, size);
    let signature = signer.sign(ReceiptPromise::text(origin, &root, at, deadline, size).as_bytes());
    for (request, index) in group.into_iter().zip(0..) {
        let Ok(path) = inclusion(&tree, index, size);
        let key = signer.key_name().to_owned();
        let promise = ReceiptPromise { size, index, path, root, at, deadline, signature, key };
        let receipt = Receipt { origin: origin.to_owned(), event: request.event, promise, inclusion: None };
        let answer = request.answer;
        // A caller that panics loses its own answer and nobody else's.
        let _ = catch_unwind(AssertUnwindSafe(move || answer(receipt)));
    }
}
