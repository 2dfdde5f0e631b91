use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Instant;

/// Makes message authentication codes. Only `seal` names a cipher, so the binary lends one.
pub trait FormKeys: Send + Sync {
    /// The code of `bytes` for the purpose `label`; another label gives an unrelated code.
    fn mac(&self, label: &str, bytes: &[u8]) -> [u8; 32];
}

/// A token that a form carries back: the minute it was made and a code over that minute and the session.
///
/// It stands beside the check of `Sec-Fetch-Site` and `Origin`, which lets a request with neither header through.
/// `binding` is the session cookie's value, so a token fetched by a stranger does not fit another person's session.
pub(crate) fn issue(keys: &dyn FormKeys, binding: &str, now: Instant) -> String {
    let minute = now.millis().div_euclid(60_000);
    format!(
        "{minute:x}.{}",
        URL_SAFE_NO_PAD.encode(code(keys, binding, minute))
    )
}

/// Whether a token is ours, for this session, and less than a day old.
pub(crate) fn fits(keys: &dyn FormKeys, binding: &str, now: Instant, token: &str) -> bool {
    let Some((minute, mac)) = token.split_once('.') else {
        return false;
    };
    let Ok(minute) = i64::from_str_radix(minute, 16) else {
        return false;
    };
    let Ok(mac) = URL_SAFE_NO_PAD.decode(mac) else {
        return false;
    };
    let age = now.millis().div_euclid(60_000).saturating_sub(minute);
    (-1..LIFE_MINUTES).contains(&age) && same(&mac, &code(keys, binding, minute))
}

fn code(keys: &dyn FormKeys, binding: &str, minute: i64) -> [u8; 32] {
    let mut bytes = minute.to_be_bytes().to_vec();
    bytes.extend_from_slice(binding.as_bytes());
    keys.mac("webkit form token", &bytes)
}

/// Compares without stopping at the first difference.
fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

/// Someone may fill a form with an interruption of a night; a day is kinder than safe-looking minutes, and the token is
/// bound to the session anyway.
const LIFE_MINUTES: i64 = 24 * 60;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Not a cipher: enough to tell labels and bytes apart in tests.
    pub(crate) struct Weak(pub u8);

    impl FormKeys for Weak {
        fn mac(&self, label: &str, bytes: &[u8]) -> [u8; 32] {
            let mut out = [self.0; 32];
            for (index, byte) in label.bytes().chain(bytes.iter().copied()).enumerate() {
                out[index % 32] = out[index % 32].rotate_left(3) ^ byte;
            }
            out
        }
    }

    #[test]
    fn a_token_fits_its_session_for_a_day() {
        let (keys, now) = (Weak(7), Instant::from_millis(1_588_719_600_000));
        let token = issue(&keys, "session", now);
        assert!(fits(&keys, "session", now, &token));
        assert!(fits(&keys, "session", now.plus_secs(86_000), &token));
        assert!(!fits(&keys, "session", now.plus_secs(86_460), &token));
        assert!(
            !fits(&keys, "session", now.plus_secs(-600), &token),
            "from the future"
        );
        assert!(!fits(&keys, "other", now, &token));
        assert!(!fits(&Weak(8), "session", now, &token));
        for broken in [
            "",
            ".",
            "zz.aa",
            &token[..token.len() - 1],
            &token.replace('.', ""),
        ] {
            assert!(!fits(&keys, "session", now, broken), "{broken}");
        }
    }
}
