use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use seal::{Signer, sha256};

use crate::Hash;

/// The signed size and root of the tree: a C2SP `tlog-checkpoint` in a C2SP `signed-note`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// A text that is not a checkpoint of this log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not the form `origin, size, root, blank, signatures`.
    #[error("not a checkpoint in the form of a signed note")]
    Shape,
    /// No signature by the key asked for.
    #[error("not signed by this log's key")]
    Signature,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// The signed note.
    pub fn signed(&self, signer: &dyn Signer) -> String {
        sign_note(&self.text(), signer)
    }

    /// Reads a signed note and checks that `signer`'s key signed it.
    pub fn verified(note: &str, signer: &dyn Signer) -> Result<Self, NoteError> {
        let (text, signatures) = note.split_once("\n\n").ok_or(NoteError::Shape)?;
        let text = format!("{text}\n");
        let mut lines = text.lines();
        let origin = lines.next().ok_or(NoteError::Shape)?.to_owned();
        let size = lines.next().and_then(|line| line.parse().ok()).ok_or(NoteError::Shape)?;
        let root = lines.next().and_then(|line| STANDARD.decode(line).ok()).ok_or(NoteError::Shape)?;
        let root = root.try_into().map_err(|_| NoteError::Shape)?;
        let id = key_id(signer.key_name(), &signer.public_key());
        let good = signatures.lines().any(|line| signed_by(line, signer, id, text.as_bytes()));
        if good { Ok(Self { origin, size, root }) } else { Err(NoteError::Signature) }
    }
}

/// Size and root in a checkpoint whose signature is somebody else's business.
pub(crate) fn size_and_root(note: &str) -> Option<(u64, Hash)> {
    let (text, _) = note.split_once("\n\n")?;
    let mut lines = text.lines().skip(1);
    let size = lines.next()?.parse().ok()?;
    let root = STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
    Some((size, root))
}

fn signed_by(line: &str, signer: &dyn Signer, id: [u8; 4], text: &[u8]) -> bool {
    let rest = line.strip_prefix("\u{2014} ").and_then(|rest| rest.split_once(' '));
    let Some((_, blob)) = rest.filter(|(name, _)| *name == signer.key_name()) else { return false };
    let Ok(blob) = STANDARD.decode(blob) else { return false };
    blob.strip_prefix(&id[..]).is_some_and(|signature| {
        seal::verify_ed25519(&signer.public_key(), text, signature)
    })
}

/// Signs any text that ends in a newline as a C2SP signed note.
pub fn sign_note(text: &str, signer: &dyn Signer) -> String {
    let mut blob = key_id(signer.key_name(), &signer.public_key()).to_vec();
    blob.extend_from_slice(&signer.sign(text.as_bytes()));
    format!("{text}\n\u{2014} {} {}\n", signer.key_name(), STANDARD.encode(blob))
}

/// The key as others write it down: the C2SP "vkey", `name+hash+base64(0x01 ‖ key)`.
pub fn verifier_key(signer: &dyn Signer) -> String {
    let mut key = vec![1];
    key.extend_from_slice(&signer.public_key());
    let id = kernel::to_hex(&key_id(signer.key_name(), &signer.public_key()));
    format!("{}+{id}+{}", signer.key_name(), STANDARD.encode(key))
}

/// The first four bytes of SHA-256(name ‖ "\n" ‖ 0x01 ‖ key), as the signed-note specification has it.
fn key_id(name: &str, key: &[u8; 32]) -> [u8; 4] {
    let [a, b, c, d, ..] = sha256(&[name.as_bytes(), b"\n", &[1], key]);
    [a, b, c, d]
}
