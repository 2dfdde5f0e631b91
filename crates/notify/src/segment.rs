//! How many parts a text needs on the air: carriers charge for each, and old phones show each as it comes.

/// The encoding a text needs and the number of parts it is sent in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    /// Whether the text needs UCS-2; otherwise the GSM 7-bit alphabet is enough.
    pub ucs2: bool,
    /// Parts, at least one.
    pub parts: usize,
}

/// The parts of a text (3GPP TS 23.038 alphabets; TS 23.040 section 9.2.3.24.1 takes six octets of each part of several).
pub fn segments(text: &str) -> Segments {
    match gsm_units(text) {
        Some(units) => Segments { ucs2: false, parts: parts(units, 160, 153) },
        None => Segments { ucs2: true, parts: parts(text.encode_utf16().count(), 70, 67) },
    }
}

fn parts(units: usize, alone: usize, joined: usize) -> usize {
    if units <= alone { 1 } else { units.div_ceil(joined) }
}

/// Septets, or nothing when a character is outside the alphabet.
fn gsm_units(text: &str) -> Option<usize> {
    text.chars().try_fold(0, |units, c| {
        if GSM_BASIC.contains(c) {
            Some(units + 1)
        } else if GSM_EXTENDED.contains(c) {
            Some(units + 2)
        } else {
            None
        }
    })
}

const GSM_BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                         ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const GSM_EXTENDED: &str = "\u{c}^{}\\[~]|€";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_the_alphabet_and_its_limits() {
        let cases = [
            ("a".repeat(160), false, 1),
            ("a".repeat(161), false, 2),
            ("a".repeat(306), false, 2),
            ("a".repeat(307), false, 3),
            ("€".repeat(80), false, 1),
            ("€".repeat(81), false, 2),
            ("登".repeat(70), true, 1),
            ("登".repeat(71), true, 2),
            ("登".repeat(135), true, 3),
            (String::new(), false, 1),
        ];
        for (text, ucs2, parts) in cases {
            assert_eq!(segments(&text), Segments { ucs2, parts }, "{text}");
        }
    }
}
