//! The code that a resident shows: whether an account is active and its address confirmed, for a minute and a half, signed with the keys
//! whose public halves everybody may fetch. It holds nothing that tells one account from another.
//!
//! `LRC1.<A or C>.<issued>.<until>.<nonce>.<key>.<signature>`: A is active, C active with a confirmed address; moments in seconds; the
//! nonce 12 chance bytes, so that a device that sees one twice can say so; the key's first characters; the signature (ECDSA P-256,
//! SHA-256, 64 bytes) over everything before its dot. No signing input of a token begins like this, so neither passes for the other.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use kernel::{Instant, Random};
use openid::Jwk;
use seal::{JoseAlgorithm, SealError};

use crate::TokenKeys;

/// A code is good for so long, seconds.
pub const SHOWN_SECS: i64 = 90;
/// A page that shows one brings the next after so many seconds: what is shown is always good for a while.
pub const RENEWED_SECS: i64 = 45;
/// How far the clocks of two devices may be apart, seconds.
pub const SKEW_SECS: i64 = 30;
/// Characters of a key's name that stand in a code.
const KEY_LETTERS: usize = 8;
const PREFIX: &str = "LRC1";

/// A code to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCode {
    /// The text of the QR code.
    pub text: String,
    /// Until when it is good.
    pub until: Instant,
}

/// What a good code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeSays {
    /// Whether the address was confirmed; that the account is active every code says.
    pub address_confirmed: bool,
    /// Until when it is good.
    pub until: Instant,
}

/// Why a code is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeFault {
    /// It is none, or not as it was signed.
    Forged,
    /// It was signed with a key that is not known here.
    UnknownKey,
    /// It was signed, and its time is over or has not come.
    Expired,
}

impl TokenKeys {
    /// A new code of this moment; nothing when no key signs now.
    pub fn show_code(&self, random: &dyn Random, now: Instant, address_confirmed: bool) -> Option<Result<ShownCode, SealError>> {
        let key = self.at(JoseAlgorithm::Es256, now)?;
        let state = if address_confirmed { 'C' } else { 'A' };
        let (issued, until) = (now.millis() / 1000, now.millis() / 1000 + SHOWN_SECS);
        let nonce: Vec<u8> = random.bytes16().into_iter().take(12).collect();
        let name: String = key.kid.chars().take(KEY_LETTERS).collect();
        let signed = format!("{PREFIX}.{state}.{issued}.{until}.{}.{name}", BASE64.encode(nonce));
        let write = |signature: Vec<u8>| ShownCode {
            text: format!("{signed}.{}", BASE64.encode(signature)),
            until: Instant::from_millis(until * 1000),
        };
        Some(key.signer.sign(signed.as_bytes()).map(write))
    }
}

/// Checks a code with the public keys, at this moment.
pub fn check_code(text: &str, keys: &[Jwk], now: Instant) -> Result<CodeSays, CodeFault> {
    let (signed, signature) = text.trim().rsplit_once('.').ok_or(CodeFault::Forged)?;
    let [PREFIX, state, issued, until, _, name] = signed.split('.').collect::<Vec<_>>()[..] else { return Err(CodeFault::Forged) };
    let signature = BASE64.decode(signature).map_err(|_| CodeFault::Forged)?;
    let named = |key: &&Jwk| name.len() == KEY_LETTERS && key.kid.as_deref().is_some_and(|kid| kid.starts_with(name));
    let key = keys.iter().find(named).ok_or(CodeFault::UnknownKey)?;
    if !key.key.verifies(JoseAlgorithm::Es256, signed.as_bytes(), &signature) {
        return Err(CodeFault::Forged);
    }
    let (Ok(issued), Ok(until)) = (issued.parse::<i64>(), until.parse::<i64>()) else { return Err(CodeFault::Forged) };
    let seconds = now.millis() / 1000;
    if seconds + SKEW_SECS < issued || seconds - SKEW_SECS > until {
        return Err(CodeFault::Expired);
    }
    Ok(CodeSays { address_confirmed: state == "C", until: Instant::from_millis(until * 1000) })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use seal::JoseSigner;
    use testkit::SeededRandom;

    use super::*;
    use crate::issue::SigningKey;

    fn keys(now: Instant) -> (TokenKeys, Vec<Jwk>) {
        let signer = JoseSigner::generate(JoseAlgorithm::Es256).unwrap();
        let public = Jwk { key: signer.public(), kid: None, algorithm: Some(JoseAlgorithm::Es256) };
        let kid = public.thumbprint();
        let key = SigningKey { kid: kid.clone(), signer, from: now.plus_secs(-1), until: now.plus_secs(86_400) };
        (TokenKeys { keys: Arc::new(vec![key]) }, vec![Jwk { kid: Some(kid), ..public }])
    }

    #[test]
    fn a_code_is_good_for_its_minute_and_no_longer() {
        let now = Instant::from_millis(1_640_995_200_000);
        let (keys, public) = keys(now);
        let random = SeededRandom::new(1);
        for confirmed in [true, false] {
            let code = keys.show_code(&random, now, confirmed).unwrap().unwrap();
            let says = check_code(&code.text, &public, now).unwrap();
            assert_eq!((says.address_confirmed, says.until), (confirmed, code.until));
            let late = now.plus_secs(SHOWN_SECS + SKEW_SECS + 1);
            assert_eq!(check_code(&code.text, &public, late), Err(CodeFault::Expired));
            assert_eq!(check_code(&code.text, &public, now.plus_secs(-SKEW_SECS - 1)), Err(CodeFault::Expired));
        }
    }

    #[test]
    fn no_changed_letter_and_no_other_key_passes() {
        let now = Instant::from_millis(1_640_995_200_000);
        let (keys, public) = keys(now);
        let code = keys.show_code(&SeededRandom::new(2), now, false).unwrap().unwrap().text;
        let raised = code.replacen(".A.", ".C.", 1);
        assert_eq!(check_code(&raised, &public, now), Err(CodeFault::Forged));
        let longer = code.replacen("1640995290", "1640999999", 1);
        assert_ne!(longer, code);
        assert_eq!(check_code(&longer, &public, now), Err(CodeFault::Forged));
        for text in ["", "LRC1", "LR1.a.b", "LRC1.A.1.2.x.y.z", "LRC1.......", "ü.ü.ü.ü.ü.ü.ü"] {
            assert!(check_code(text, &public, now).is_err(), "{text}");
        }
        let (_, others) = self::keys(now);
        assert_eq!(check_code(&code, &others, now), Err(CodeFault::UnknownKey));
        let renamed = Jwk { kid: public[0].kid.clone(), ..others[0].clone() };
        assert_eq!(check_code(&code, &[renamed], now), Err(CodeFault::Forged));
    }

    #[test]
    fn two_codes_of_one_moment_have_nothing_but_the_moment_in_common() {
        let now = Instant::from_millis(1_640_995_200_000);
        let (keys, _) = keys(now);
        let random = SeededRandom::new(3);
        let [one, two] = [(); 2].map(|()| keys.show_code(&random, now, true).unwrap().unwrap().text);
        let parts = |code: &str| code.split('.').map(str::to_owned).collect::<Vec<_>>();
        let same: Vec<usize> = (0..7).filter(|at| parts(&one)[*at] == parts(&two)[*at]).collect();
        assert_eq!(same, [0, 1, 2, 3, 5], "version, state, two moments, the key: nothing of the account");
        assert!(one.len() < 180, "it must be read from a scratched screen: {}", one.len());
    }
}
