use super::{CUT, Line, names_a_unit};
use crate::address::FLOORS;

/// `Flat A`, `Rm. 1203`, `Shop No. 5`.
pub(super) fn take_flat(line: &mut Line) -> Option<String> {
    take_marked(line, &["FLAT", "FLT", "ROOM", "RM", "UNIT", "SHOP", "SUITE", "APARTMENT", "APT"])
}

/// `Block 3`, `Tower B`.
pub(super) fn take_block(line: &mut Line) -> Option<String> {
    take_marked(line, &["BLOCK", "BLK", "TOWER", "TWR"])
}

/// `12/F`, `12F`, `12th Floor`, `Floor 12`, `Ground Floor`.
pub(super) fn take_floor(line: &mut Line) -> Option<String> {
    let words = words(line);
    for (place, word) in words.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| words.get(place)).filter(|other| other.segment == word.segment);
        let after = words.get(place + 1).filter(|other| other.segment == word.segment);
        let (from, to, floor) = match word.text.as_str() {
            "FLOOR" | "FLR" | "FL" => match (before.and_then(floor_word), after.and_then(floor_word)) {
                (Some(floor), _) => (before.map_or(word.from, |before| before.from), word.to, floor),
                (None, Some(floor)) => (word.from, after.map_or(word.to, |after| after.to), floor),
                (None, None) => continue,
            },
            text => match floor_suffix(text) {
                Some(floor) => (word.from, word.to, floor),
                None => continue,
            },
        };
        line.cut(from, to);
        return Some(floor);
    }
    None
}

/// `12A, 5/F, …`: a lone word before the floor (already cut out) can only be a flat.
pub(super) fn take_bare_flat(line: &mut Line) -> Option<String> {
    let cut = line.chars.iter().position(|&c| c == CUT)?;
    let before = line.slice(0, cut);
    let flat = before.trim_matches([' ', ',']).to_ascii_uppercase();
    if !names_a_unit(&flat) {
        return None;
    }
    line.cut(0, cut);
    Some(flat)
}

/// A word, where it stands, and the number of the comma-separated segment it stands in.
struct Word {
    text: String,
    from: usize,
    to: usize,
    segment: usize,
}

fn words(line: &Line) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let (mut segment, mut open) = (0, false);
    for (place, &character) in line.chars.iter().enumerate() {
        if character.is_ascii_alphanumeric() || matches!(character, '/' | '-' | '&' | '#' | '+') {
            match words.last_mut().filter(|_| open) {
                Some(word) => {
                    word.text.push(character.to_ascii_uppercase());
                    word.to = place + 1;
                }
                None => words.push(Word { text: character.to_ascii_uppercase().to_string(), from: place, to: place + 1, segment }),
            }
            open = true;
        } else {
            open = false;
            segment += usize::from(matches!(character, ',' | ';' | CUT));
        }
    }
    words
}

fn take_marked(line: &mut Line, marks: &[&str]) -> Option<String> {
    let words = words(line);
    for (place, word) in words.iter().enumerate().filter(|(_, word)| marks.contains(&word.text.as_str())) {
        let mut following = words.iter().skip(place + 1).filter(|next| next.text != "NO" && next.text != "#");
        let Some(next) = following.next().filter(|next| next.segment == word.segment) else { continue };
        let named = next.text.trim_start_matches('#');
        if names_a_unit(named) && floor_suffix(named).is_none_or(|_| !named.contains('/')) {
            let named = named.to_owned();
            line.cut(word.from, next.to);
            return Some(named);
        }
    }
    None
}

fn floor_suffix(word: &str) -> Option<String> {
    if let Some(floor) = word.strip_suffix("/F").or_else(|| word.strip_suffix("/FL")) {
        return floor_code(floor);
    }
    let floor = word.strip_suffix('F')?;
    floor.bytes().all(|byte| byte.is_ascii_digit()).then(|| floor_code(floor)).flatten()
}

fn floor_word(word: &Word) -> Option<String> {
    let ordinal = ["ST", "ND", "RD", "TH"].iter().find_map(|ending| word.text.strip_suffix(ending));
    let number = ordinal.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    let named = NAMED.iter().find(|(name, _)| *name == word.text).map(|(_, code)| (*code).to_owned());
    named.or_else(|| floor_code(number.unwrap_or(&word.text)))
}

const NAMED: [(&str, &str); 8] = [
    ("GROUND", "G"),
    ("MEZZANINE", "M"),
    ("BASEMENT", "B"),
    ("ROOF", "R"),
    ("PODIUM", "P"),
    ("FIRST", "1"),
    ("SECOND", "2"),
    ("THIRD", "3"),
];

fn floor_code(text: &str) -> Option<String> {
    let short = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    (short && (has_digit || FLOORS.iter().any(|(code, _)| *code == text))).then(|| text.to_owned())
}
