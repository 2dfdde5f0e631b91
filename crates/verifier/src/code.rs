//! The code that a resident shows (`LRC1.…`): read and checked anew, from its description in `docs/formats.md`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::Value;

use crate::Language;

/// Seconds by which the clock of whoever shows a code may differ.
const SKEW_SECS: i64 = 30;

/// A code that is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownCode {
    /// Whether the address was confirmed.
    pub address_confirmed: bool,
    /// Until when it is good, seconds since 1970.
    pub until: i64,
}

/// Why a code is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeFault {
    /// It is none.
    Form,
    /// No key of the file has its key's name.
    Key,
    /// It is not as it was signed.
    Signature,
    /// Its time is over, or has not come.
    Time,
}

impl CodeFault {
    /// One plain sentence.
    pub fn text(self, language: Language) -> &'static str {
        language.pick(match self {
            Self::Form => ["This is not such a code.", "這不是此類代碼。", "这不是此类代码。"],
            Self::Key => ["It was signed with a key that the file does not hold.", "簽署所用的密鑰不在檔案內。", "签署所用的密钥不在文件内。"],
            Self::Signature => ["It is not as it was signed: forged, or damaged.", "內容與簽署不符：屬偽造或已損壞。", "内容与签署不符：属伪造或已损坏。"],
            Self::Time => ["Its time is over: an old picture, or a wrong clock.", "已過時：可能是舊截圖，或時鐘不準。", "已过时：可能是旧截图，或时钟不准。"],
        })
    }
}

/// Checks a code at a moment (seconds since 1970) with a set of public keys (RFC 7517); the address of a page before it is taken off.
pub fn check_code(text: &str, keys: &str, at: i64) -> Result<ShownCode, CodeFault> {
    let text = text.trim().rsplit('#').next().unwrap_or_default();
    let (signed, signature) = text.rsplit_once('.').ok_or(CodeFault::Form)?;
    let ["LRC1", state @ ("A" | "C"), issued, until, _, name] = signed.split('.').collect::<Vec<_>>()[..] else {
        return Err(CodeFault::Form);
    };
    let (Ok(issued), Ok(until)) = (issued.parse::<i64>(), until.parse::<i64>()) else { return Err(CodeFault::Form) };
    let signature = BASE64.decode(signature).map_err(|_| CodeFault::Form)?;
    let signature = Signature::from_slice(&signature).map_err(|_| CodeFault::Signature)?;
    let key = key(keys, name).ok_or(CodeFault::Key)?;
    key.verify(signed.as_bytes(), &signature).map_err(|_| CodeFault::Signature)?;
    if at.saturating_add(SKEW_SECS) < issued || at.saturating_sub(SKEW_SECS) > until {
        return Err(CodeFault::Time);
    }
    Ok(ShownCode { address_confirmed: state == "C", until })
}

/// The P-256 key whose name begins like this.
fn key(keys: &str, name: &str) -> Option<VerifyingKey> {
    let set: Value = serde_json::from_str(keys).ok()?;
    let member = |key: &Value, name: &str| key.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let named = |key: &&Value| name.len() >= 8 && member(key, "kid").starts_with(name) && member(key, "crv") == "P-256";
    let key = set.get("keys")?.as_array()?.iter().find(named)?;
    let part = |name: &str| BASE64.decode(member(key, name)).ok();
    VerifyingKey::from_sec1_bytes(&[&[4][..], &part("x")?, &part("y")?].concat()).ok()
}

impl ShownCode {
    /// What it says, in plain words.
    pub fn text(self, language: Language) -> String {
        let address = if self.address_confirmed {
            language.pick(["Its address is confirmed.", "其地址已獲確認。", "其地址已获确认。"])
        } else {
            language.pick(["Its address is not confirmed.", "其地址未獲確認。", "其地址未获确认。"])
        };
        language.pick([
            format!("VALID\n\nThe account is active. {address}\nGood until {} seconds after 1970-01-01T00:00:00Z.\nIt does not say who shows it.", self.until),
            format!("有效\n\n帳戶已啟動。{address}\n有效至1970-01-01T00:00:00Z後第{}秒。\n代碼不顯示出示者的身分。", self.until),
            format!("有效\n\n账户已启动。{address}\n有效至1970-01-01T00:00:00Z后第{}秒。\n代码不显示出示者的身份。", self.until),
        ])
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer;
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_640_995_200;

    fn shown(number: u8, state: &str) -> (String, String) {
        let key = SigningKey::from_slice(&[number; 32]).unwrap();
        let point = key.verifying_key().to_encoded_point(false);
        let part = |bytes: &[u8]| BASE64.encode(bytes);
        let keys = json!({ "keys": [{ "kty": "RSA", "kid": "other" }, { "kty": "EC", "crv": "P-256", "kid": "abcdefgh-and-more",
            "x": part(point.x().unwrap()), "y": part(point.y().unwrap()) }] });
        let signed = format!("LRC1.{state}.{NOW}.{}.AAECAwQFBgcICQoL.abcdefgh", NOW + 90);
        let signature: Signature = key.sign(signed.as_bytes());
        (format!("{signed}.{}", part(&signature.to_bytes())), keys.to_string())
    }

    #[test]
    fn a_good_code_is_good_for_its_time_only() {
        let (code, keys) = shown(7, "C");
        let good = ShownCode { address_confirmed: true, until: NOW + 90 };
        assert_eq!(check_code(&code, &keys, NOW), Ok(good));
        assert_eq!(check_code(&format!("https://example.hk/en/inspect#{code}\n"), &keys, NOW + 119), Ok(good));
        assert_eq!(check_code(&code, &keys, NOW + 121), Err(CodeFault::Time));
        assert_eq!(check_code(&code, &keys, NOW - 31), Err(CodeFault::Time));
        assert!(!check_code(&shown(7, "A").0, &keys, NOW).unwrap().address_confirmed);
    }

    #[test]
    fn what_was_changed_or_signed_by_others_is_refused() {
        let (code, keys) = shown(7, "A");
        assert_eq!(check_code(&code.replacen(".A.", ".C.", 1), &keys, NOW), Err(CodeFault::Signature));
        assert_eq!(check_code(&shown(8, "A").0, &keys, NOW), Err(CodeFault::Signature));
        assert_eq!(check_code(&code.replace("abcdefgh", "abcdefgX"), &keys, NOW), Err(CodeFault::Key));
        assert_eq!(check_code(&code, "{}", NOW), Err(CodeFault::Key));
        for text in ["", "LRC1", "LRC1.B.1.2.x.abcdefgh.AA", "LR1.AA", "LRC1.A.x.2.x.abcdefgh.AA"] {
            assert_eq!(check_code(text, &keys, NOW), Err(CodeFault::Form), "{text}");
        }
    }
}
