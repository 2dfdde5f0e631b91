use crate::fold::{fold_char, is_han};
use crate::freeform::{chinese_number, numeral};

/// A stretch of a text in the form in which texts are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Letters and digits, abbreviations written out: `road`, `300a`.
    Word(String),
    /// Chinese characters.
    Han(Vec<char>),
}

/// The pieces of a text, in order.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut word = String::new();
    let mut han: Vec<char> = Vec::new();
    for character in canonical(text).into_iter().chain([' ']) {
        let in_word = character.is_alphanumeric() && !is_han(character);
        if !in_word && !word.is_empty() && character != '\'' {
            pieces.push(Piece::Word(written_out(&word).to_owned()));
            word.clear();
        }
        // 彩雲(一)邨 is written with and without its brackets.
        if !is_han(character) && !matches!(character, '(' | ')') && !han.is_empty() {
            pieces.push(Piece::Han(std::mem::take(&mut han)));
        }
        if in_word {
            word.push(character);
        } else if is_han(character) {
            // What counts belongs to the number before it, and is no neighbour of what follows: 1座匯仁樓.
            if let [counter] = han[..]
                && COUNTERS.contains(&counter)
                && matches!(pieces.last(), Some(Piece::Word(_)))
            {
                pieces.push(Piece::Han(std::mem::take(&mut han)));
            }
            han.push(character);
        }
    }
    pieces
}

/// Characters that stand after a number: block, phase, house number (folded).
const COUNTERS: [char; 3] = ['座', '期', '号'];

/// The words of a text in one line with a space before, between and after, so that words are found whole.
pub(super) fn word_line(text: &str) -> String {
    let mut line = String::from(" ");
    for piece in pieces(text) {
        if let Piece::Word(word) = piece {
            line.push_str(&word);
            line.push(' ');
        }
    }
    line
}

/// Chinese characters, letters and digits without anything between them, except the hyphens of ranges.
pub(super) fn han_line(text: &str) -> String {
    canonical(text).into_iter().filter(|c| c.is_alphanumeric() || is_han(*c) || *c == '-').collect()
}

/// Folded, with Chinese numerals before 座, 期, 樓 and 號 as digits and without the 第 before a number.
fn canonical(text: &str) -> Vec<char> {
    let folded: Vec<char> = text.chars().map(fold_char).collect();
    if !folded.iter().any(|c| numeral(*c).is_some() || *c == '第') {
        return folded;
    }
    let mut plain = Vec::with_capacity(folded.len());
    let mut rest = folded.as_slice();
    while let Some((&first, tail)) = rest.split_first() {
        let run = rest.iter().take_while(|c| numeral(**c).is_some()).count();
        let (numerals, after) = rest.split_at(run);
        let counted = matches!(after.first(), Some('座' | '期' | '楼' | '号'));
        let number = if counted { chinese_number(&numerals.iter().collect::<String>()) } else { None };
        match number {
            Some(number) => {
                plain.extend(number.to_string().chars());
                rest = after;
            }
            None if run > 0 => {
                plain.extend(numerals);
                rest = after;
            }
            None => {
                let ordinal = first == '第' && tail.first().is_some_and(|c| c.is_ascii_digit() || numeral(*c).is_some());
                if !ordinal {
                    plain.push(first);
                }
                rest = tail;
            }
        }
    }
    plain
}

/// The whole words that an unfinished word may be the abbreviation of: `hs` of `hse`, which is `house`.
pub(super) fn abbreviated(beginning: &str) -> impl Iterator<Item = &'static str> {
    ABBREVIATIONS.iter().filter(move |(short, _)| short.starts_with(beginning)).map(|(_, whole)| *whole)
}

/// The whole word for an abbreviation; the source itself writes both.
fn written_out(word: &str) -> &str {
    ABBREVIATIONS.iter().find(|(short, _)| *short == word).map_or(word, |(_, whole)| whole)
}

const ABBREVIATIONS: [(&str, &str); 47] = [
    ("rd", "road"),
    ("st", "street"),
    ("ave", "avenue"),
    ("av", "avenue"),
    ("ln", "lane"),
    ("dr", "drive"),
    ("terr", "terrace"),
    ("ter", "terrace"),
    ("sq", "square"),
    ("bldg", "building"),
    ("bldgs", "building"),
    ("bld", "building"),
    ("buildings", "building"),
    ("blk", "block"),
    ("blks", "block"),
    ("blocks", "block"),
    ("twr", "tower"),
    ("towers", "tower"),
    ("hse", "house"),
    ("hses", "house"),
    ("houses", "house"),
    ("est", "estate"),
    ("estates", "estate"),
    ("ct", "court"),
    ("crt", "court"),
    ("ctr", "centre"),
    ("center", "centre"),
    ("cntr", "centre"),
    ("gdn", "gardens"),
    ("gdns", "gardens"),
    ("garden", "gardens"),
    ("mans", "mansion"),
    ("mansions", "mansion"),
    ("man", "mansion"),
    ("vil", "village"),
    ("vill", "village"),
    ("vlg", "village"),
    ("ind", "industrial"),
    ("indl", "industrial"),
    ("fty", "factory"),
    ("factories", "factory"),
    ("comm", "commercial"),
    ("coml", "commercial"),
    ("hts", "heights"),
    ("ii", "2"),
    ("iii", "3"),
    ("iv", "4"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Piece {
        Piece::Word(text.to_owned())
    }

    fn han(text: &str) -> Piece {
        Piece::Han(text.chars().collect())
    }

    #[test]
    fn texts_fall_into_words_and_runs() {
        assert_eq!(pieces("St. Paul's Rd, 300A-302"), [word("street"), word("pauls"), word("road"), word("300a"), word("302")]);
        assert_eq!(pieces("觀塘道３８８號Ａ座"), [han("观塘道"), word("388"), han("号"), word("a"), han("座")]);
        assert_eq!(pieces("創紀之城第五期"), pieces("创纪之城5期"));
        assert_eq!(pieces("三家村"), [han("三家村")]);
        assert_eq!(han_line("豐盛街紀律部隊宿舍 第二座"), "丰盛街纪律部队宿舍2座");
        assert_eq!(word_line("Blk 3, 觀塘 Est."), " block 3 estate ");
    }
}
