use std::sync::Arc;

use flows::{Platform, SigningOffice};
use journal::Ledger;
use kernel::Instant;
use provider::TokenKeys;

use crate::connect::IdentityDoor;

/// The platform's identity provider, behind its launch gate.
pub struct PlatformDoor {
    platform: Arc<Platform>,
    issuer: String,
    certificates: Option<String>,
    demands_nonces: bool,
    signing: Option<Arc<SigningOffice>>,
}

impl PlatformDoor {
    /// The door of a platform; `origin` is its public address, which is the issuer.
    pub fn new(platform: Arc<Platform>, origin: &str) -> Self {
        Self { platform, issuer: origin.trim_end_matches('/').to_owned(), certificates: None, demands_nonces: false, signing: None }
    }

    /// The same with a second public address, where services are asked for their certificates.
    #[must_use]
    pub fn with_certificates(mut self, origin: Option<&str>) -> Self {
        self.certificates = origin.map(str::to_owned);
        self
    }

    /// The same with a nonce of ours demanded in each proof of possession, or not.
    #[must_use]
    pub fn demanding_nonces(mut self, demands: bool) -> Self {
        self.demands_nonces = demands;
        self
    }

    /// With what documents are signed with, if anything.
    #[must_use]
    pub fn with_signing(self, signing: Option<Arc<SigningOffice>>) -> Self {
        Self { signing, ..self }
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

    fn certificates(&self) -> Option<&str> {
        self.certificates.as_deref()
    }

    fn demands_nonces(&self) -> bool {
        self.demands_nonces
    }

    fn signing(&self) -> Option<Arc<SigningOffice>> {
        self.signing.clone()
    }
}
