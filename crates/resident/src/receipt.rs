//! Reading a receipt that somebody brings, by `docs/formats.md`, and asking the journal about it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use journal::{Hash, Inclusion, Ledger, leaf_hash, root_from_inclusion};
use kernel::{Id, kinds};
use seal::{Signer, sha256, verify_ed25519};
use serde_json::{Value, json};
use webkit::Failure;

/// A receipt with the log's promise, as its holder has it. Every text is kept exactly as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) origin: String,
    pub(crate) event: String,
    salt: Vec<u8>,
    index: u64,
    size: u64,
    path: Vec<Hash>,
    pub(crate) at: String,
    deadline: String,
    key: String,
    signature: [u8; 64],
}

impl Held {
    /// Reads the file or the line of the QR code; nothing when it is neither.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        match text.strip_prefix("LR1.") {
            Some(line) => {
                let line: String = line.chars().filter(|c| !c.is_whitespace()).collect();
                Self::from_array(&serde_json::from_slice(&URL_SAFE_NO_PAD.decode(line).ok()?).ok()?)
            }
            None => Self::from_file(&serde_json::from_str(text).ok()?),
        }
    }

    fn from_array(array: &Value) -> Option<Self> {
        let text = |at: usize| array.get(at)?.as_str().map(str::to_owned);
        let number = |at: usize| array.get(at)?.as_u64();
        let path = STANDARD.decode(text(5)?).ok()?;
        let path: Option<Vec<Hash>> = path.chunks(32).map(|hash| hash.try_into().ok()).collect();
        Some(Self {
            origin: text(0)?,
            event: text(1)?,
            salt: STANDARD.decode(text(2)?).ok()?,
            index: number(3)?,
            size: number(4)?,
            path: path?,
            at: text(6)?,
            deadline: text(7)?,
            key: text(8)?,
            signature: STANDARD.decode(text(9)?).ok()?.try_into().ok()?,
        })
    }

    fn from_file(file: &Value) -> Option<Self> {
        let promise = file.get("promise")?;
        let text = |of: &Value, name: &str| of.get(name)?.as_str().map(str::to_owned);
        let number = |name: &str| promise.get(name)?.as_u64();
        let hash = |hash: &Value| STANDARD.decode(hash.as_str()?).ok()?.try_into().ok();
        let path: Option<Vec<Hash>> = promise.get("path")?.as_array()?.iter().map(hash).collect();
        Some(Self {
            origin: text(file, "origin")?,
            event: text(file, "event")?,
            salt: STANDARD.decode(text(file, "salt")?).ok()?,
            index: number("index")?,
            size: number("size")?,
            path: path?,
            at: text(promise, "at")?,
            deadline: text(promise, "deadline")?,
            key: text(promise, "key")?,
            signature: STANDARD.decode(text(promise, "signature")?).ok()?.try_into().ok()?,
        })
    }

    /// Whether our log signed it.
    pub(crate) fn is_signed_by(&self, signer: &dyn Signer) -> bool {
        let Some(root) = self.root() else { return false };
        let (origin, size, root) = (&self.origin, self.size, STANDARD.encode(root));
        let text =
            format!("lionrock receipt group v1\n{origin}\n{size}\n{root}\n{}\n{}\n", self.at, self.deadline);
        verify_ed25519(&signer.public_key(), text.as_bytes(), &self.signature)
    }

    fn root(&self) -> Option<Hash> {
        root_from_inclusion(&leaf_hash(&self.entry()), self.index, self.size, &self.path)
    }

    fn entry(&self) -> Hash {
        sha256(&[&self.salt, self.event.as_bytes()])
    }

    fn body(&self) -> Option<Value> {
        serde_json::from_str(&self.event).ok()
    }

    /// The event's id.
    pub(crate) fn id(&self) -> Option<Id<kinds::Event>> {
        self.body()?.get("id")?.as_str()?.parse().ok()
    }

    /// What the event says of the registration, such as its `reference`.
    pub(crate) fn detail(&self, name: &str) -> Option<Value> {
        self.body()?.get("details")?.get(name).cloned()
    }

    /// What the journal knows of it.
    pub(crate) fn look_up(&self, ledger: &Ledger) -> Result<Found, Failure> {
        let Some(id) = self.id() else { return Ok(Found::Nowhere) };
        match ledger.entry(id)? {
            Some(entry) if entry.body == self.event => {}
            _ => return Ok(Found::Nowhere),
        }
        Ok(ledger.inclusion(id)?.map_or(Found::Waiting, Found::Merged))
    }

    /// The file, completed by the proof when there is one.
    pub(crate) fn to_json(&self, inclusion: Option<&Inclusion>) -> Value {
        let path: Vec<String> = self.path.iter().map(|hash| STANDARD.encode(hash)).collect();
        let mut file = json!({
            "format": "lionrock-receipt/1",
            "origin": self.origin,
            "event": self.event,
            "salt": STANDARD.encode(&self.salt),
            "promise": {
                "size": self.size,
                "index": self.index,
                "path": path,
                "root": self.root().map(|root| STANDARD.encode(root)),
                "at": self.at,
                "deadline": self.deadline,
                "key": self.key,
                "signature": STANDARD.encode(self.signature),
            },
        });
        if let (Some(map), Some(inclusion)) = (file.as_object_mut(), inclusion) {
            map.insert("inclusion".to_owned(), inclusion.to_json());
        }
        file
    }
}

/// What the journal knows of a receipt's event.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// It stands in the published tree.
    Merged(Inclusion),
    /// It is on record and waits for its place.
    Waiting,
    /// It is not on record.
    Nowhere,
}
