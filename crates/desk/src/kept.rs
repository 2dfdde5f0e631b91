//! What an officer had typed when the session ended. It travels sealed in the page that asks to sign in again, opens for the
//! same officer at the same address only, and is stored nowhere.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Day, Id, kinds};
use webkit::Values;

use crate::desk::Desk;

/// The field that carries it.
pub(crate) const FIELD: &str = "_kept";
/// A form may have a megabyte; sealing adds a third, and the rest of the form needs room.
const SEALED_MAX_BYTES: usize = 900 * 1024;

impl Desk {
    /// Seals what came with this request, if it is known whose session it was and if it is not too much.
    pub(crate) fn keep(&self) -> Option<String> {
        let token = self.session.as_ref()?;
        let owner = self.platform().ledger().read("staff.lapsed_session", |tx| people::lapsed_session(tx, token)).ok()??;
        let pairs: Vec<(&str, &str)> = self.values.pairs().collect();
        let plain = serde_json::to_vec(&pairs).ok()?;
        let label = label(owner, &self.visitor.path, self.now().day());
        let sealed = URL_SAFE_NO_PAD.encode(self.platform().ledger().keys().envelope_seal(&label, &plain).ok()?);
        (sealed.len() <= SEALED_MAX_BYTES).then_some(sealed)
    }

    /// Opens what was kept for this officer at this address, yesterday or today. Nothing is done with it but to show it.
    pub(crate) fn bring_back(&self, sealed: &str) -> Option<Values> {
        let (owner, path, today) = (self.who().ok()?.officer(), &self.visitor.path, self.now().day());
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let keys = self.platform().ledger().keys();
        let days = [today, today.plus(-1)];
        let plain = days.into_iter().find_map(|day| keys.envelope_open(&label(owner, path, day), &bytes).ok())?;
        let pairs: Vec<(String, String)> = serde_json::from_slice(plain.expose()).ok()?;
        Some(Values::from_pairs(pairs).to_be_shown())
    }
}

fn label(owner: Id<kinds::Officer>, path: &str, day: Day) -> String {
    format!("staff form of {owner} {day} {path}")
}
