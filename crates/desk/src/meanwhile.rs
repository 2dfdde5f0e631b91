use kernel::to_hex;
use seal::sha256;
use webkit::parts::Form;

use crate::desk::Desk;
use crate::mistakes::Mistakes;

/// The field with the mark of what a form was made from.
const FIELD: &str = "_seen";

impl Desk {
    /// A form over something that another officer may change at the same time: it carries a mark of what it was made from.
    pub fn form_over(&self, state: &str) -> Form {
        // Shown again in another language, or after a session that ended, it was still made from what was seen at first.
        let seen = if self.values.switching() && self.values.has(FIELD) { self.values.get(FIELD).to_owned() } else { mark(state) };
        self.form().hidden(FIELD, seen)
    }

    /// Whether it was changed since the form was shown: a mistake then, with which the form is shown once more. What was typed stays in
    /// it, and whoever sends it again knows what it replaces.
    pub fn changed_meanwhile(&self, state: &str) -> Option<Mistakes> {
        let seen = self.values.get(FIELD);
        let changed = !seen.is_empty() && seen != mark(state);
        changed.then(|| Mistakes::one("form", self.say("changed-meanwhile")))
    }
}

fn mark(state: &str) -> String {
    to_hex(&sha256(&[b"what a form was made from", state.as_bytes()]))
}
