use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Instant;
use seal::Keyring;

/// A nonce is given out for so long, and taken for as long again, milliseconds.
const STEP_MS: i64 = 150_000;

/// The nonces that proofs of possession may carry at this moment (RFC 9449, section 8), newest first. They follow from the
/// keys and the time, so that nothing is stored and every node knows them.
pub fn dpop_nonces(keys: &Keyring, now: Instant) -> [String; 2] {
    let step = now.millis().div_euclid(STEP_MS);
    [step, step - 1].map(|step| URL_SAFE_NO_PAD.encode(keys.prf("provider dpop nonce", &step.to_be_bytes())))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use testkit::SeededRandom;

    use super::*;

    #[test]
    fn a_nonce_is_taken_for_two_steps() {
        let at = |secs: i64| Instant::parse_hong_kong("2026-11-22T12:00").map(|noon| noon.plus_secs(secs)).unwrap();
        let keys = Keyring::in_memory("identity", at(0).day(), Arc::new(SeededRandom::new(7)));
        let [given, _] = dpop_nonces(&keys, at(0));
        assert!(dpop_nonces(&keys, at(149)).contains(&given) && dpop_nonces(&keys, at(299)).contains(&given));
        assert!(!dpop_nonces(&keys, at(301)).contains(&given));
        let other = Keyring::in_memory("identity", at(0).day(), Arc::new(SeededRandom::new(8)));
        assert!(!dpop_nonces(&other, at(0)).contains(&given));
    }
}
