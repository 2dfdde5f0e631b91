use std::sync::LazyLock;

/// Full-width letters, digits, punctuation and the ideographic space become their ordinary forms; nothing else changes.
pub fn half_width(text: &str) -> String {
    text.chars().map(half_width_char).collect()
}

/// The form in which texts are compared: ordinary width, lower case, and one character for each family of variants
/// (峰 and 峯, 匯 and 滙, 邨 and 村, traditional and simplified, the private-use characters of old HKSCS files).
///
/// For comparing only. What is stored and shown is always the text as it came.
pub fn search_form(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

/// The character as which a private-use one of old HKSCS files is drawn by fonts of today (ISO/IEC 10646 gave each a place of its own);
/// nothing for any other character.
pub fn drawn_as(character: char) -> Option<char> {
    static HKSCS: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
        let row = |line: &str| {
            let mut columns = line.split('\t');
            let from = columns.next().and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32)?;
            let to = columns.next()?.chars().next()?;
            (columns.next() == Some("hkscs")).then_some((from, to))
        };
        let mut rows: Vec<_> = include_str!("../data/folding.tsv").lines().skip(1).filter_map(row).collect();
        rows.sort_unstable();
        rows
    });
    let at = HKSCS.binary_search_by_key(&character, |(from, _)| *from).ok()?;
    HKSCS.get(at).map(|(_, to)| *to)
}

/// [`half_width`] for one character.
pub(crate) fn half_width_char(character: char) -> char {
    match character {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character),
        '\u{3000}' | '\u{00A0}' | '\u{2007}' | '\u{202F}' => ' ',
        '\u{2018}' | '\u{2019}' | '\u{2032}' => '\'',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' => '-',
        other => other,
    }
}

/// [`search_form`] for one character.
pub(crate) fn fold_char(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    let plain = half_width_char(character);
    if plain.is_ascii() {
        return plain.to_ascii_lowercase();
    }
    let code = usize::try_from(u32::from(plain)).unwrap_or(usize::MAX);
    match FOLDING.get(code) {
        Some(&folded) if folded != '\0' => folded,
        _ => plain,
    }
}

/// Whether a character is a Chinese one (private-use characters count: old HKSCS files hold place names in them).
pub(crate) fn is_han(character: char) -> bool {
    matches!(character,
        '\u{3400}'..='\u{9FFF}' | '\u{E000}'..='\u{F8FF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' | '〇' | '々')
}

/// Indexed by code point, NUL where a character stays itself; a table, because addresses are folded by the million.
static FOLDING: LazyLock<Vec<char>> = LazyLock::new(|| {
    let mut table = vec!['\0'; 0x1_0000];
    for line in include_str!("../data/folding.tsv").lines().skip(1) {
        let mut columns = line.split('\t');
        let code = columns.next().and_then(|code| usize::from_str_radix(code, 16).ok());
        let folded = columns.next().and_then(|to| to.chars().next());
        if let (Some(code), Some(folded)) = (code, folded)
            && let Some(slot) = table.get_mut(code)
        {
            *slot = folded;
        }
    }
    table
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_fold_together() {
        for family in ["峰峯", "匯滙汇", "衛衞卫", "台臺", "裡裏里", "邨村", "栢柏", "啓啟启", "恒恆", "厦廈", "埗\u{E88C}", "觀观"] {
            let forms: Vec<String> = family.chars().map(|c| search_form(&c.to_string())).collect();
            assert!(forms.iter().all(|form| *form == forms[0]), "{family}: {forms:?}");
        }
        assert_ne!(search_form("東"), search_form("西"));
    }

    #[test]
    fn width_and_case_fold_and_nothing_else_is_lost() {
        assert_eq!(search_form("Ａ１（座）－Ｂ"), "a1(座)-b");
        assert_eq!(half_width("Ａ１　峯"), "A1 峯");
    }

    #[test]
    fn only_private_use_characters_are_drawn_as_others() {
        assert_eq!(drawn_as('\u{E88C}'), Some('埗'));
        assert_eq!((drawn_as('埗'), drawn_as('峯'), drawn_as('A')), (None, None, None));
        assert!(('\u{E000}'..='\u{F8FF}').filter_map(drawn_as).count() > 4_000);
    }

    #[test]
    fn folding_twice_is_folding_once() {
        let twice = FOLDING.iter().filter(|&&c| c != '\0').find(|&&c| fold_char(c) != c);
        assert_eq!(twice, None);
    }
}
