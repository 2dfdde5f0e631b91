use super::{CUT, Line};
use crate::address::FLOORS;

/// What follows the number of a flat, the longer first.
const FLAT_MARKS: [&str; 13] =
    ["號單位", "號商舖", "號舖", "號鋪", "号铺", "號室", "號房", "单位", "單位", "室", "舖", "鋪", "铺"];
const FLOOR_MARKS: [&str; 5] = ["字樓", "樓", "楼", "層", "层"];

/// `12樓A室` gives `A`; the last mark in the text counts, because Chinese goes from large to small.
pub(super) fn take_flat(line: &mut Line) -> Option<String> {
    let marks = FLAT_MARKS.iter().filter_map(|mark| Some((line.rfind(mark)?, mark.chars().count())));
    let mut found: Vec<(usize, usize)> = marks.collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    for (place, length) in found {
        let from = list_start(line, place);
        if let Some(flat) = list_text(&line.slice(from, place)) {
            line.cut(from, place + length);
            return Some(flat);
        }
    }
    None
}

/// `1樓103號` gives `103`: after the floor (already cut out) a number can only be a flat's.
pub(super) fn take_bare_flat(line: &mut Line) -> Option<String> {
    let cut = line.chars.iter().rposition(|&c| c == CUT)?;
    let length = line.chars.iter().skip(cut + 1).take_while(|c| is_list(**c)).count();
    let end = cut + 1 + length;
    let mark = usize::from(matches!(line.at(end), Some('號' | '号')));
    if end + mark != line.chars.len() {
        return None;
    }
    let flat = list_text(&line.slice(cut + 1, end)).filter(|flat| flat.chars().count() <= 12)?;
    line.cut(cut, end + mark);
    Some(flat)
}

/// `12樓`, `十二樓`, `地下`.
pub(super) fn take_floor(line: &mut Line) -> Option<String> {
    numbered_floor(line).or_else(|| named_floor(line))
}

/// `第三座`, `B2座`.
pub(super) fn take_block(line: &mut Line) -> Option<String> {
    let place = line.rfind("座")?;
    let (from, number) = number_before(line, place)?;
    line.cut(from, place + 1);
    Some(number)
}

fn numbered_floor(line: &mut Line) -> Option<String> {
    let places = (0..line.chars.len()).rev();
    for place in places {
        for mark in FLOOR_MARKS {
            let length = mark.chars().count();
            if line.slice(place, place + length) != mark {
                continue;
            }
            let number = number_before(line, place).filter(|(_, number)| names_a_floor(number));
            if let Some((from, number)) = number {
                line.cut(from, place + length);
                return Some(number);
            }
        }
    }
    None
}

fn named_floor(line: &mut Line) -> Option<String> {
    for (code, names) in FLOORS {
        for name in names {
            let Some(place) = line.rfind(name) else { continue };
            let end = place + name.chars().count();
            // 地下鐵路 is the underground railway, 地下街 a street below ground.
            if !matches!(line.at(end), Some('鐵' | '铁' | '街' | '通' | '隧')) {
                line.cut(place, end);
                return Some(code.to_owned());
            }
        }
    }
    None
}

fn names_a_floor(number: &str) -> bool {
    number.chars().count() <= 4 && (number.contains(|c: char| c.is_ascii_digit()) || FLOORS.iter().any(|(code, _)| *code == number))
}

/// The number that ends at `end`, in digits and letters or in Chinese numerals, with the 第 before it.
fn number_before(line: &Line, end: usize) -> Option<(usize, String)> {
    let back = |fits: fn(char) -> bool| (0..end).rev().take_while(|&place| line.at(place).is_some_and(fits)).count();
    let latin = back(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '&'));
    let (from, number) = if latin > 0 {
        let text = line.slice(end - latin, end).to_ascii_uppercase();
        (end - latin, text.trim_matches(['-', '&']).to_owned())
    } else {
        let length = back(|c| numeral(c).is_some());
        (end - length, chinese_number(&line.slice(end - length, end))?.to_string())
    };
    if number.is_empty() || number.len() > 6 {
        return None;
    }
    let ordinal = from.checked_sub(1).filter(|&before| line.at(before) == Some('第'));
    Some((ordinal.unwrap_or(from), number))
}

/// `十二` is 12, `二十` 20, `廿三` 23, `一〇三` 103.
pub(crate) fn chinese_number(text: &str) -> Option<u32> {
    let values: Vec<u32> = text.chars().map(numeral).collect::<Option<_>>()?;
    if values.is_empty() || values.len() > 5 {
        return None;
    }
    if values.iter().all(|&value| value < 10) {
        return Some(values.iter().fold(0, |number, value| number * 10 + value));
    }
    let (mut number, mut pending) = (0, 0);
    for value in values {
        match value {
            10 | 100 => {
                number += if pending == 0 { value } else { pending * value };
                pending = 0;
            }
            20 => number += 20,
            digit => pending = digit,
        }
    }
    Some(number + pending)
}

/// The value of one Chinese numeral.
pub(crate) fn numeral(character: char) -> Option<u32> {
    let digit = "〇一二三四五六七八九十".chars().position(|known| known == character);
    match character {
        '零' => Some(0),
        '廿' => Some(20),
        '百' => Some(100),
        _ => digit.and_then(|value| u32::try_from(value).ok()),
    }
}

fn is_list(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '&' | '#' | ',' | '、' | '及' | '至' | '和' | '.')
}

/// Where the list of flats that ends at `end` begins: `27B及27C`.
fn list_start(line: &Line, end: usize) -> usize {
    let latin = (0..end).rev().take_while(|&place| line.at(place).is_some_and(is_list)).count();
    let length = if latin > 0 {
        latin
    } else {
        (0..end).rev().take_while(|&place| line.at(place).is_some_and(|c| numeral(c).is_some())).count()
    };
    end - length
}

fn list_text(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| !c.is_ascii_alphanumeric() && numeral(c).is_none());
    if let Some(number) = chinese_number(text) {
        return Some(number.to_string());
    }
    let has_content = text.contains(|c: char| c.is_ascii_alphanumeric());
    (has_content && text.chars().count() <= 24).then(|| text.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_numerals_are_counted() {
        for (text, number) in [("一", 1), ("十", 10), ("十二", 12), ("二十", 20), ("三十五", 35), ("廿三", 23), ("一〇三", 103), ("一百二十", 120)] {
            assert_eq!(chinese_number(text), Some(number), "{text}");
        }
        assert_eq!(chinese_number(""), None);
        assert_eq!(chinese_number("王"), None);
        assert_eq!(chinese_number("百百百百百"), Some(500));
    }
}
