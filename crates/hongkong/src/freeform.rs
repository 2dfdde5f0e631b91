//! Addresses as people type them, in Chinese, English or both, taken apart by hand-written rules.

mod chinese;
mod english;

pub(crate) use chinese::{chinese_number, numeral};

use crate::address::Unit;
use crate::fold::{half_width_char, is_han};

/// A typed address taken apart: where in the building, and the rest, which names the building.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FreeForm {
    /// Flat, floor and block, as far as they were recognised; letters in capitals.
    pub unit: Unit,
    /// What remains: building, estate, street, district, in ordinary width and otherwise as typed.
    pub rest: String,
}

/// Takes flat, floor and block out of an address as people type it ("Flat A, 12/F, Block 3, …", "…3座12樓A室").
pub fn parse_freeform(text: &str) -> FreeForm {
    let (mut unit, mut line) = flat_and_floor(text);
    if let Some(block) = chinese::take_block(&mut line).or_else(|| english::take_block(&mut line)) {
        unit.block = block;
    }
    FreeForm { unit, rest: line.finish() }
}

/// The same, with the block left in the rest: it belongs to the premises as much as to the unit.
pub(crate) fn without_flat_and_floor(text: &str) -> FreeForm {
    let (mut unit, line) = flat_and_floor(text);
    let mut with_block = line.clone();
    unit.block = chinese::take_block(&mut with_block).or_else(|| english::take_block(&mut with_block)).unwrap_or_default();
    FreeForm { unit, rest: line.finish() }
}

impl Unit {
    /// Reads the three boxes of a form, whatever decoration was typed into them: `Flat A`, `A室`; `12/F`, `12樓`, `地下`;
    /// `Block 3`, `第三座`.
    pub fn from_boxes(flat: &str, floor: &str, block: &str) -> Self {
        let flat_read = parse_freeform(flat).unit.flat;
        let floor_read = parse_freeform(floor).unit.floor;
        let block_read = parse_freeform(block).unit.block;
        let or_typed = |read: String, typed: &str| if read.is_empty() { plain(typed) } else { read };
        Self {
            flat: or_typed(flat_read, flat),
            floor: or_typed(floor_read, floor),
            block: or_typed(block_read, block),
        }
    }
}

/// Bounds the work on hostile input; the longest real address has fewer.
const LONGEST_CHARS: usize = 300;
/// Stands where something was taken out, so that the neighbours do not run together.
const CUT: char = '\u{1}';

fn flat_and_floor(text: &str) -> (Unit, Line) {
    let mut line = Line::new(text);
    let flat = chinese::take_flat(&mut line).or_else(|| english::take_flat(&mut line)).unwrap_or_default();
    let floor = chinese::take_floor(&mut line).or_else(|| english::take_floor(&mut line)).unwrap_or_default();
    let mut unit = Unit { flat, floor, block: String::new() };
    if unit.flat.is_empty() && !unit.floor.is_empty() {
        let bare = chinese::take_bare_flat(&mut line).or_else(|| english::take_bare_flat(&mut line));
        unit.flat = bare.unwrap_or_default();
    }
    (unit, line)
}

fn plain(typed: &str) -> String {
    Line::new(typed).finish().to_uppercase()
}

/// The text while parts are taken out of it.
#[derive(Clone, Debug)]
struct Line {
    chars: Vec<char>,
}

impl Line {
    /// Ordinary width; one space between words, none beside a Chinese character.
    fn new(text: &str) -> Self {
        let mut chars: Vec<char> = Vec::new();
        for character in text.chars().take(LONGEST_CHARS).map(half_width_char).map(without_control) {
            let last = chars.last().copied();
            match last {
                None | Some(' ') if character == ' ' => {}
                Some(' ') if is_han(character) => {
                    chars.pop();
                    chars.push(character);
                }
                Some(before) if character == ' ' && is_han(before) => {}
                _ => chars.push(character),
            }
        }
        Self { chars }
    }

    /// Takes out the characters of a span.
    fn cut(&mut self, from: usize, to: usize) -> String {
        if from >= to || to > self.chars.len() {
            return String::new();
        }
        self.chars.splice(from..to, [CUT]).collect()
    }

    fn slice(&self, from: usize, to: usize) -> String {
        self.chars.get(from..to).unwrap_or_default().iter().collect()
    }

    fn at(&self, place: usize) -> Option<char> {
        self.chars.get(place).copied()
    }

    /// Where a text stands; the last place when it stands in several.
    fn rfind(&self, text: &str) -> Option<usize> {
        let sought: Vec<char> = text.chars().collect();
        self.chars.windows(sought.len().max(1)).rposition(|window| *window == *sought)
    }

    /// The text without what was taken out, and without the separators that stood around it.
    fn finish(&self) -> String {
        let text: String = self.chars.iter().collect();
        let pieces = text.split([CUT, ',', '，', '、', '\n']).map(str::trim).filter(|piece| !piece.is_empty());
        let mut whole = String::new();
        for piece in pieces {
            let within_chinese = whole.ends_with(is_han) && piece.starts_with(is_han);
            if !(whole.is_empty() || within_chinese) {
                whole.push_str(", ");
            }
            whole.push_str(piece);
        }
        whole
    }
}

fn without_control(character: char) -> char {
    if character.is_control() || character.is_whitespace() { ' ' } else { character }
}

/// Whether a word can name a flat or a block: `A`, `12B`, `G5`, `A&B`, and not `HOUSE`.
fn names_a_unit(word: &str) -> bool {
    let short = word.chars().count() <= 8;
    let has_digit = word.chars().any(|c| c.is_ascii_digit());
    let letters = word.chars().filter(char::is_ascii_alphabetic).count();
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '&' | '#'));
    short && plain && (has_digit || (1..=2).contains(&letters))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> (String, String, String, String) {
        let FreeForm { unit, rest } = parse_freeform(text);
        (unit.flat, unit.floor, unit.block, rest)
    }

    fn expect(text: &str, flat: &str, floor: &str, block: &str, rest: &str) {
        assert_eq!(read(text), (flat.into(), floor.into(), block.into(), rest.into()), "{text}");
    }

    #[test]
    fn chinese_addresses_are_taken_apart() {
        expect("香港仔香港仔大道166至168號", "", "", "", "香港仔香港仔大道166至168號");
        expect("長發邨亮發樓12樓A室", "A", "12", "", "長發邨亮發樓");
        expect("長發邨第三座十二樓１２０３室", "1203", "12", "3", "長發邨");
        expect("德福花園Ｂ２座25樓", "", "25", "B2", "德福花園");
        expect("佐敦吳松街120號地下", "", "G", "", "佐敦吳松街120號");
        expect("屯門良景邨良景廣場 2 樓 L220 號舖", "L220", "2", "", "屯門良景邨良景廣場");
        expect("新界天水圍置富嘉湖2期1樓103號", "103", "1", "", "新界天水圍置富嘉湖2期");
        expect("九龍土瓜灣道237A號益豐大厦B座地下109號", "109", "G", "B", "九龍土瓜灣道237A號益豐大厦");
        expect("新 界 大 埔 普 益 街 37 及 39 號", "", "", "", "新界大埔普益街37及39號");
        expect("牛頭角順利邨利溢樓", "", "", "", "牛頭角順利邨利溢樓");
        expect("三座", "", "", "3", "");
        expect("旺角彌敦道664號惠豐中心7樓 703-706室", "703-706", "7", "", "旺角彌敦道664號惠豐中心");
    }

    #[test]
    fn english_addresses_are_taken_apart() {
        expect("Flat A, 12/F, Block 3, Cheung Fat Estate", "A", "12", "3", "Cheung Fat Estate");
        expect("Rm. 1203, 12th Floor, Leung Fat House, Tsing Yi", "1203", "12", "", "Leung Fat House, Tsing Yi");
        expect("UNIT 5B 3/F TOWER 2 METROPLAZA, 223 Hing Fong Road", "5B", "3", "2", "METROPLAZA, 223 Hing Fong Road");
        expect("G/F, 31 Mut Wah Street", "", "G", "", "31 Mut Wah Street");
        expect("Ground Floor, 31 Mut Wah Street", "", "G", "", "31 Mut Wah Street");
        expect("12A, 5/F, Billion Centre", "12A", "5", "", "Billion Centre");
        expect("Hutchison Telecom Tower, 99 Cheung Fai Road", "", "", "", "Hutchison Telecom Tower, 99 Cheung Fai Road");
        expect("Room+ Kwun Tong", "", "", "", "Room+ Kwun Tong");
    }

    #[test]
    fn boxes_are_read_with_any_decoration() {
        let unit = |flat: &str, floor: &str, block: &str| Unit { flat: flat.into(), floor: floor.into(), block: block.into() };
        assert_eq!(Unit::from_boxes("Flat a", "12/F", "Block 3"), unit("A", "12", "3"));
        assert_eq!(Unit::from_boxes("Ａ室", "十二樓", "第三座"), unit("A", "12", "3"));
        assert_eq!(Unit::from_boxes("1203", "12", "b"), unit("1203", "12", "B"));
        assert_eq!(Unit::from_boxes("", "地下", ""), unit("", "G", ""));
        assert_eq!(Unit::from_boxes(" ", "g", ""), unit("", "G", ""));
    }

    #[test]
    fn nothing_that_people_typed_is_lost() {
        let lines = include_str!("../data/address-freeform.tsv").lines().skip(1);
        let mut floors = 0;
        for typed in lines.filter_map(|line| line.split('\t').next()) {
            let parsed = parse_freeform(typed);
            assert!(parsed.rest.chars().filter(|c| is_han(*c)).count() >= 2, "{typed}: {parsed:?}");
            assert!(!parsed.rest.ends_with('樓') || parsed.rest.chars().count() > 4, "{typed}: {parsed:?}");
            floors += usize::from(!parsed.unit.floor.is_empty());
            assert!(!typed.contains("地下") || ["G", "UG", "LG"].contains(&parsed.unit.floor.as_str()), "{typed}: {parsed:?}");
        }
        assert!(floors >= 75, "{floors}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = parse_freeform(&text);
            let _ = Unit::from_boxes(&text, &text, &text);
        }

        #[test]
        fn no_mixture_of_its_own_marks_makes_it_panic(text in "[0-9A座樓室號舖地下第三十/F, 層字BLOCKFlatRoom]{0,24}") {
            let _ = parse_freeform(&text);
            let _ = without_flat_and_floor(&text);
        }
    }
}
