use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::Parameters;

/// A code challenge of the method S256 (RFC 7636). The method `plain` does not exist here (RFC 9700, section 2.1.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CodeChallenge([u8; 32]);

/// Why a challenge or a verifier is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeError {
    /// There is none.
    #[error("code_challenge is missing: PKCE with S256 is required")]
    Missing,
    /// A method other than S256, or none named: the default would be `plain`.
    #[error("code_challenge_method must be S256")]
    Method,
    /// Not 43 characters of base64url.
    #[error("code_challenge must be the SHA-256 of the verifier in base64url without padding")]
    Form,
    /// Not 43 to 128 unreserved characters, or not what the challenge was made of.
    #[error("code_verifier does not match")]
    Verifier,
}

impl CodeChallenge {
    /// Reads it from an authorization request.
    pub fn read(parameters: &Parameters) -> Result<Self, ChallengeError> {
        let challenge = parameters.get("code_challenge").ok_or(ChallengeError::Missing)?;
        if parameters.get("code_challenge_method") != Some("S256") {
            return Err(ChallengeError::Method);
        }
        let bytes = URL_SAFE_NO_PAD.decode(challenge).map_err(|_| ChallengeError::Form)?;
        bytes.try_into().map(Self).map_err(|_| ChallengeError::Form)
    }

    /// A challenge that was kept.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// What to keep beside the code.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether the verifier is what the challenge was made of; 43 to 128 characters (RFC 7636, section 4.1).
    pub fn check(&self, verifier: &str) -> Result<(), ChallengeError> {
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        let well_formed = (43..=128).contains(&verifier.len()) && verifier.bytes().all(unreserved);
        let same = seal::constant_time_eq(&seal::sha256(&[verifier.as_bytes()]), &self.0);
        if well_formed && same { Ok(()) } else { Err(ChallengeError::Verifier) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::of;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_rfc_7636_holds() {
        let asked = of(&[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]);
        let challenge = CodeChallenge::read(&asked).unwrap();
        assert_eq!(challenge.check(VERIFIER), Ok(()));
        for wrong in ["", "short", &VERIFIER[1..], &format!("{VERIFIER}="), &"a".repeat(129), CHALLENGE] {
            assert_eq!(challenge.check(wrong), Err(ChallengeError::Verifier), "{wrong}");
        }
    }

    #[test]
    fn a_verifier_of_the_right_hash_but_too_short_is_refused() {
        let challenge = CodeChallenge::from_bytes(seal::sha256(&[b"too-short"]));
        assert_eq!(challenge.check("too-short"), Err(ChallengeError::Verifier));
    }

    #[test]
    fn plain_and_absent_are_refused() {
        let read = |pairs: &[(&str, &str)]| CodeChallenge::read(&of(pairs)).unwrap_err();
        assert_eq!(read(&[]), ChallengeError::Missing);
        assert_eq!(read(&[("code_challenge", CHALLENGE)]), ChallengeError::Method);
        assert_eq!(read(&[("code_challenge", VERIFIER), ("code_challenge_method", "plain")]), ChallengeError::Method);
        let padded = format!("{CHALLENGE}=");
        for bad in [&CHALLENGE[1..], &padded, "not base64url!"] {
            assert_eq!(read(&[("code_challenge", bad), ("code_challenge_method", "S256")]), ChallengeError::Form);
        }
    }
}
