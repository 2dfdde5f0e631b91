use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use seal::sha256;
use serde_json::{Value, json};
use store::StoreError;

use crate::integrate::Inclusion;
use crate::{Actor, Event, JournalError, Ledger, sign_note};

/// A signed note that somebody can take away, with the proof that a journal records it: certificates of erasure, closing records.
/// Their forms stand in docs/formats.md; `lionrock-verify` reads them.
#[derive(Clone, Debug)]
pub struct SignedRecord {
    /// The file's `format`.
    pub format: &'static str,
    /// The signed note.
    pub note: String,
    /// The exact JSON of the event that records it.
    pub event: String,
    /// That event's salt.
    pub salt: Vec<u8>,
    /// The proof that the event stands in the journal.
    pub inclusion: Inclusion,
    /// The path from the tree that the note names to the inclusion's checkpoint.
    pub consistency: Option<Vec<[u8; 32]>>,
}

impl SignedRecord {
    /// The file.
    pub fn to_json(&self) -> Value {
        let mut file = json!({
            "format": self.format,
            "note": self.note,
            "event": self.event,
            "salt": STANDARD.encode(&self.salt),
            "inclusion": self.inclusion.to_json(),
        });
        if let (Some(map), Some(path)) = (file.as_object_mut(), &self.consistency) {
            let path: Vec<String> = path.iter().map(|hash| STANDARD.encode(hash)).collect();
            map.insert("consistency".into(), json!(path));
        }
        file
    }
}

impl Ledger {
    /// Notes the text under its digest (the event's detail `certificate`), waits until the event has its place in the tree, and
    /// signs. `size` is that of the tree which the text names.
    pub fn sign_record(
        &self,
        name: &'static str,
        actor: Actor,
        event: Event,
        (format, text): (&'static str, &str),
        size: u64,
    ) -> Result<SignedRecord, JournalError> {
        let event = event.detail("certificate", kernel::to_hex(&sha256(&[text.as_bytes()])));
        let ((), committed) = self.write(name, actor, move |work| -> Result<(), StoreError> {
            work.journal(event.clone())?;
            Ok(())
        })?;
        let event = committed.events().first().cloned().ok_or(JournalError::Unplaced)?;
        let inclusion = self.place(event.id)?.ok_or(JournalError::Unplaced)?;
        let consistency = self.consistency(size)?.map(|consistency| consistency.path);
        let note = sign_note(text, &**self.signer());
        Ok(SignedRecord { format, note, event: event.body, salt: event.salt.to_vec(), inclusion, consistency })
    }
}
