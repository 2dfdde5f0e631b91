use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// Every way in which words may be written down, each with its name.
pub fn encodings(value: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = vec![
        ("UTF-8", value.as_bytes().to_vec()),
        ("UTF-16LE", value.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("UTF-16BE", value.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ];
    all.extend(armoured(value.as_bytes()));
    all
}

/// Every way in which bytes may be written down.
pub(crate) fn encodings_of_bytes(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = vec![("bytes", bytes.to_vec())];
    all.extend(armoured(bytes));
    all
}

/// Bytes as text.
fn armoured(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let hex = kernel::to_hex(bytes);
    let mut all = vec![("hex", hex.clone().into_bytes()), ("HEX", hex.to_uppercase().into_bytes())];
    for (name, shift) in [("base64 + 0", 0), ("base64 + 1", 1), ("base64 + 2", 2)] {
        let (standard, url) = (aligned(&STANDARD, bytes, shift), aligned(&URL_SAFE, bytes, shift));
        if url != standard {
            all.push((name, url));
        }
        all.push((name, standard));
    }
    all
}

/// The characters of base64 that depend on the value alone when `shift` other bytes stand before it in its group.
fn aligned(engine: &impl Engine, value: &[u8], shift: usize) -> Vec<u8> {
    let mut padded = vec![0; shift];
    padded.extend_from_slice(value);
    let text = engine.encode(&padded);
    let (from, to) = ((shift * 8).div_ceil(6), padded.len() * 8 / 6);
    text.as_bytes().get(from..to).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alignment_of_base64_stands_in_the_encoded_neighbourhood() {
        let value = "Lau Siu-ming 劉小明";
        for before in 0..3 {
            let text = STANDARD.encode([&vec![7; before][..], value.as_bytes(), b"end"].concat());
            let pieces: Vec<String> = encodings(value).into_iter().filter_map(|(_, bytes)| String::from_utf8(bytes).ok()).collect();
            assert_eq!(pieces.iter().filter(|piece| text.contains(piece.as_str())).count(), 1, "{before}");
        }
    }
}
