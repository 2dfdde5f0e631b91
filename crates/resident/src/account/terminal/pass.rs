use identity::VISIT_MINUTES;
use kernel::{Id, Instant, from_hex, kinds, to_hex};
use serde::{Deserialize, Serialize};
use webkit::Failure;

use crate::account::call::Call;

/// What leads from page to page at a terminal, sealed: whose visit it is, and which proofing. It opens at this terminal only, and not
/// for long.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Pass {
    terminal: Id<kinds::Terminal>,
    pub(super) account: Id<kinds::Account>,
    pub(super) case: Option<Id<kinds::Proofing>>,
    until: i64,
}

/// A visit at a terminal takes so many minutes at most.
const MINUTES: i64 = VISIT_MINUTES / 4;
const LABEL: &str = "terminal visit";

impl Pass {
    /// A visit that begins.
    pub(super) fn new(call: &Call, terminal: Id<kinds::Terminal>, account: Id<kinds::Account>) -> Self {
        Self { terminal, account, case: None, until: call.now().plus_secs(MINUTES * 60).millis() }
    }

    /// The same visit with its proofing.
    pub(super) const fn with(self, case: Id<kinds::Proofing>) -> Self {
        Self { case: Some(case), ..self }
    }

    /// For a hidden field.
    pub(super) fn write(&self, call: &Call) -> Result<String, Failure> {
        let plain = serde_json::to_vec(self).map_err(|_| Failure::of(kernel::Kind::Broken))?;
        Ok(to_hex(&call.service.ledger().keys().envelope_seal(LABEL, &plain)?))
    }

    /// Of a hidden field; nothing when it is another terminal's, or too old.
    pub(super) fn read(call: &Call, terminal: Id<kinds::Terminal>, text: &str) -> Option<Self> {
        let plain = call.service.ledger().keys().envelope_open(LABEL, &from_hex(text).ok()?).ok()?;
        let pass: Self = serde_json::from_slice(plain.expose()).ok()?;
        (pass.terminal == terminal && call.now() < Instant::from_millis(pass.until)).then_some(pass)
    }
}
