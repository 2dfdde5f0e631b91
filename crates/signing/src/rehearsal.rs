//! A small city's authorities, for the tests of this crate.

use std::sync::Arc;

use kernel::Instant;
use seal::{CertificateKey, Es256Signer};
use testkit::SeededRandom;
use x509_cert::certificate::Certificate;

use crate::{Addresses, Authority, Person, Root, StampingAuthority, to_der};

/// 14 July 2026, noon in Hong Kong.
pub const NOW: Instant = Instant::from_millis(1_784_001_600_000);

/// Root, issuing authority and time-stamping authority.
pub struct City {
    pub root: Certificate,
    pub root_list: Vec<u8>,
    pub authority: Authority,
    pub stamping: StampingAuthority,
    pub random: SeededRandom,
}

impl City {
    pub fn new(seed: u64) -> Self {
        let random = SeededRandom::new(seed);
        let addresses = Addresses { base: "http://localhost:8080".into() };
        let keys = [0, 1, 2].map(|_| Arc::new(Es256Signer::generate().unwrap()));
        let [root_key, issuing_key, stamping_key] = keys;
        let root = Root::make(&*root_key, ("Lionrock", &addresses), &random, NOW).unwrap();
        let issuing = root.certify_issuing(CertificateKey::public_point(&*issuing_key), &random, NOW).unwrap();
        let stamping = root.certify_stamping(CertificateKey::public_point(&*stamping_key), &random, NOW).unwrap();
        let root_list = root.list(1, 365, &[], NOW).unwrap();
        let root = root.certificate().clone();
        let (root_der, issuing) = (to_der(&root).unwrap(), to_der(&issuing).unwrap());
        let authority = Authority::open(issuing_key, &root_der, &issuing, &addresses).unwrap();
        let stamping = StampingAuthority::open(stamping_key, &to_der(&stamping).unwrap()).unwrap();
        Self { root, root_list, authority, stamping, random }
    }

    /// A certificate for one act, and its key.
    pub fn person(&self, name: &str) -> (Es256Signer, Certificate) {
        let key = Es256Signer::generate().unwrap();
        let person = Person { name, point: CertificateKey::public_point(&key), statement: [1; 32], passkey: [2; 32] };
        let certificate = self.authority.issue(person, &self.random, NOW).unwrap();
        (key, certificate)
    }
}
