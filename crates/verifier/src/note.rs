use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{Key, Reason};

/// The text of a signed note after its signature was checked. Signatures of other keys are passed over.
pub fn verified_text<'a>(note: &'a str, key: &Key) -> Result<&'a str, Reason> {
    let (text, signatures) = split(note).ok_or(Reason::Note)?;
    let mut found = false;
    for line in signatures.lines() {
        let (name, signature) = line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or(Reason::Note)?;
        let bytes = STANDARD.decode(signature).map_err(|_| Reason::Note)?;
        let (hash, signature) = bytes.split_first_chunk::<4>().ok_or(Reason::Note)?;
        if name == key.name && *hash == key.hash {
            key.check(text.as_bytes(), signature)?;
            found = true;
        }
    }
    if found { Ok(text) } else { Err(Reason::OtherKey) }
}

/// Text with its last newline, and signature lines.
fn split(note: &str) -> Option<(&str, &str)> {
    let at = note.rfind("\n\n")?;
    let (text, signatures) = (note.get(..=at)?, note.get(at + 2..)?);
    let plain = !note.contains(|c: char| c.is_control() && c != '\n');
    (plain && signatures.ends_with('\n')).then_some((text, signatures))
}
