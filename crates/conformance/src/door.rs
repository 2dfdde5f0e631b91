use std::sync::Arc;

use api::IdentityDoor;
use journal::Ledger;
use kernel::Instant;
use provider::TokenKeys;

/// The provider as its endpoints see it: always open.
pub struct Door {
    pub ledger: Arc<Ledger>,
    pub keys: TokenKeys,
    pub issuer: String,
    pub certificates: String,
    pub demands_nonces: bool,
}

impl IdentityDoor for Door {
    fn ledger(&self) -> Option<Arc<Ledger>> {
        Some(self.ledger.clone())
    }

    fn keys(&self) -> TokenKeys {
        self.keys.clone()
    }

    fn issuer(&self) -> &str {
        &self.issuer
    }

    fn now(&self) -> Instant {
        self.ledger.now()
    }

    fn certificates(&self) -> Option<&str> {
        Some(&self.certificates)
    }

    fn demands_nonces(&self) -> bool {
        self.demands_nonces
    }
}
