use std::sync::Arc;

use flows::Platform;
use journal::Ledger;
use kernel::Instant;
use provider::TokenKeys;

use crate::connect::IdentityDoor;

/// The platform's identity provider, behind its launch gate.
pub struct PlatformDoor {
    platform: Arc<Platform>,
    issuer: String,
}

impl PlatformDoor {
    /// The door of a platform; `origin` is its public address, which is the issuer.
    pub fn new(platform: Arc<Platform>, origin: &str) -> Self {
        Self { platform, issuer: origin.trim_end_matches('/').to_owned() }
    }
}

impl IdentityDoor for PlatformDoor {
    fn ledger(&self) -> Option<Arc<Ledger>> {
        self.platform.public_identity().map(|identity| identity.ledger().clone())
    }

    fn keys(&self) -> TokenKeys {
        self.platform.public_identity().map(|identity| identity.token_keys()).unwrap_or_default()
    }

    fn issuer(&self) -> &str {
        &self.issuer
    }

    fn now(&self) -> Instant {
        self.platform.now()
    }
}
