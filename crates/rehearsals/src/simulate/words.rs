//! What simulated people find in texts and on pages.

/// A text without what is different in each: its references are left out.
pub fn shape(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut shape = String::new();
    let mut at = 0;
    while let Some(first) = characters.get(at) {
        let window = characters.get(at..at + LENGTH);
        if window.is_some_and(is_reference) {
            shape.push('#');
            at += LENGTH;
        } else {
            shape.push(*first);
            at += 1;
        }
    }
    shape
}

/// The first reference in a text.
pub fn reference_in(text: &str) -> Option<String> {
    let pieces = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    pieces.filter(|piece| piece.len() == LENGTH).find(|piece| is_reference(&piece.chars().collect::<Vec<_>>())).map(str::to_owned)
}

const LENGTH: usize = 14;

/// Three groups of four letters and digits with hyphens between them.
fn is_reference(window: &[char]) -> bool {
    window.iter().enumerate().all(|(place, c)| match place {
        4 | 9 => *c == '-',
        _ => c.is_ascii_digit() || c.is_ascii_uppercase(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_differ_by_their_reference_only() {
        assert_eq!(shape("Masks: your registration 0123-ABCD-9XYZ is confirmed."), "Masks: your registration # is confirmed.");
        assert_ne!(shape("登記 0123-ABCD-9XYZ 已獲確認"), shape("登記 0123-ABCD-9XYZ 的資料需要核對"));
        assert_eq!(reference_in("登記 <b>0123-ABCD-9XYZ</b>已").as_deref(), Some("0123-ABCD-9XYZ"));
        assert_eq!(reference_in("0123-abcd-9xyz 123-ABCD-9XYZ"), None);
    }
}
