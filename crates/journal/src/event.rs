use kernel::{Id, Instant, Random, kinds};
use seal::sha256;
use serde_json::{Map, Value};

use crate::{Actor, Hash};

/// Something that happened, to be noted in the journal. Details hold nothing personal: codes, counts, digests.
#[derive(Clone, Debug)]
pub struct Event {
    verb: &'static str,
    record: Option<[u8; 16]>,
    listed: bool,
    details: Map<String, Value>,
}

impl Event {
    /// An event with its verb, such as `registration.submitted`.
    pub fn new(verb: &'static str) -> Self {
        Self { verb, record: None, listed: false, details: Map::new() }
    }

    /// Links the event to a record. The event keeps only a salted commitment to it; the link itself dies with the record.
    #[must_use]
    pub fn record(mut self, record: [u8; 16]) -> Self {
        self.record = Some(record);
        self
    }

    /// As [`Self::record`], for an event that a list of its slice names beside the record: the journal keeps the salt alone, and
    /// no index of its own over records. Whoever cuts the list's link cuts this one with [`crate::forget_link`].
    #[must_use]
    pub fn listed_record(mut self, record: [u8; 16]) -> Self {
        self.listed = true;
        self.record(record)
    }

    /// Adds a detail.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// The event as it is written: exact bytes, salts and leaf.
    pub(crate) fn into_proof(self, id: Id<kinds::Event>, at: Instant, actor: &Actor, random: &dyn Random) -> EventProof {
        let chance = random.bytes32();
        let (mut salt, mut link_salt) = ([0; 16], [0; 16]);
        salt.iter_mut().zip(&chance).for_each(|(to, from)| *to = *from);
        link_salt.iter_mut().zip(chance.iter().skip(16)).for_each(|(to, from)| *to = *from);
        let link = self.record.map(|record| (record, link_salt));
        // By hand, with the names in the order in which a JSON object of ours is written: this runs in the store's single writer.
        // Moment, id, link and verb hold no character that JSON escapes.
        let mut body = format!("{{\"actor\":{},\"at\":\"{at}\"", actor.to_json());
        if !self.details.is_empty() {
            body = format!("{body},\"details\":{}", Value::Object(self.details));
        }
        body = format!("{body},\"id\":\"{id}\"");
        if let Some((record, link_salt)) = &link {
            body = format!("{body},\"link\":\"{}\"", kernel::to_hex(&sha256(&[link_salt, record])));
        }
        body = format!("{body},\"verb\":\"{}\"}}", self.verb);
        let leaf = sha256(&[&salt, body.as_bytes()]);
        EventProof { id, at, verb: self.verb, body, salt, leaf, link, listed: self.listed }
    }
}

/// An event that has been written: what its holder needs to prove it against the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventProof {
    /// The event.
    pub id: Id<kinds::Event>,
    /// When it happened.
    pub at: Instant,
    /// Its verb.
    pub verb: &'static str,
    /// Its exact JSON bytes.
    pub body: String,
    /// The salt of the leaf.
    pub salt: [u8; 16],
    /// SHA-256(salt ‖ body).
    pub leaf: Hash,
    /// The record and the salt of the commitment `link` in the body.
    pub link: Option<([u8; 16], [u8; 16])>,
    /// Whether a list outside the journal says which record it is.
    pub listed: bool,
}

#[cfg(test)]
mod tests {
    use kernel::kinds;
    use serde_json::json;
    use testkit::SeededRandom;

    use super::*;

    #[test]
    fn an_event_is_written_as_its_object_would_be() {
        let random = SeededRandom::new(7);
        let at = Instant::from_millis(1_588_723_200_123);
        let officer = Actor::Officer { id: Id::new(at, &random), department: Id::new(at, &random), role: "a \"role\"\n".into() };
        let plain = Event::new("test.plain");
        let whole = Event::new("test.whole").record([7; 16]).detail("zulu", "\u{1}\\ 香港").detail("alpha", json!([1, null]));
        for (event, actor) in [(plain, &Actor::Visitor), (whole, &officer)] {
            let (verb, details, linked) = (event.verb, event.details.clone(), event.record.is_some());
            let id: Id<kinds::Event> = Id::new(at, &random);
            let proof = event.into_proof(id, at, actor, &random);
            let mut object = json!({"id": id, "at": at.to_string(), "verb": verb, "actor": actor.to_json()});
            if linked {
                let (record, salt) = proof.link.unwrap();
                object["link"] = json!(kernel::to_hex(&sha256(&[&salt, &record])));
            }
            if !details.is_empty() {
                object["details"] = Value::Object(details);
            }
            assert_eq!(proof.body, object.to_string());
        }
    }
}
