//! No real person's identity number stands in the repository: synthetic people have prefixes that were never issued.

use super::finding::Finding;
use super::repository::Repository;

/// The specimens that everyone prints.
const SPECIMENS: &[&str] = &["A123456", "AB123456", "G123456"];
const NEVER_ISSUED: &[char] = &['Q', 'U', 'I', 'O'];
const VECTORS: &str = "hkid-vectors.tsv";

/// Finds numbers with a valid check digit that someone may hold.
pub fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in repository
        .texts()
        .filter(|(file, _)| !file.path.ends_with(VECTORS))
    {
        for (number, line) in (1..).zip(text.lines()) {
            findings.extend(numbers(line).into_iter().filter(|found| !is_harmless(found)).map(|found| {
                let advice = format!("{found} may be somebody's: use the prefixes Q, U, I, O (`lionrock synth`)");
                Finding::new(&file.path, number, "identity number", advice)
            }));
        }
    }
    findings
}

fn is_harmless(number: &str) -> bool {
    let prefix = number.trim_end_matches(|c: char| c.is_ascii_digit());
    SPECIMENS.contains(&number) || prefix.chars().all(|letter| NEVER_ISSUED.contains(&letter))
}

/// The identity numbers of a line whose check digit is right, without it.
fn numbers(line: &str) -> Vec<String> {
    let characters: Vec<char> = line.chars().map(half_width).collect();
    let begins = |at: usize| {
        at.checked_sub(1)
            .and_then(|before| characters.get(before))
            .is_none_or(|c| !is_joined(*c))
    };
    let starts = (0..characters.len()).filter(|at| begins(*at));
    starts
        .filter_map(|at| number(characters.get(at..)?))
        .collect()
}

/// Reads `A123456(3)`, `A 123456 (3)` or `A1234563` at the start of the characters.
fn number(characters: &[char]) -> Option<String> {
    let letters: String = characters
        .iter()
        .take(3)
        .take_while(|c| c.is_ascii_alphabetic())
        .collect();
    let after_letters = skip_space(characters.get(letters.len()..)?);
    let digits: String = after_letters
        .iter()
        .take(7)
        .take_while(|c| c.is_ascii_digit())
        .take(6)
        .collect();
    let rest = skip_space(after_letters.get(digits.len()..)?);
    let bracketed = rest.first() == Some(&'(') && rest.get(2) == Some(&')');
    let (check, end) = if bracketed {
        (rest.get(1)?, rest.get(3))
    } else {
        (after_letters.get(6)?, after_letters.get(7))
    };
    let compact_is_lower = !bracketed && letters.chars().any(|c| c.is_ascii_lowercase());
    if !(1..=2).contains(&letters.len())
        || digits.len() != 6
        || compact_is_lower
        || end.is_some_and(|c| is_joined(*c))
    {
        return None;
    }
    let number = format!("{}{digits}", letters.to_ascii_uppercase());
    (check_digit(&number) == Some(check.to_ascii_uppercase())).then_some(number)
}

/// Letters count from A = 10, a missing first letter 36; weights 9 to 2; the sum with the check digit is a multiple of 11.
fn check_digit(number: &str) -> Option<char> {
    let blank = if number.len() == 7 { Some(36) } else { None };
    let values = blank
        .into_iter()
        .chain(number.chars().filter_map(|c| c.to_digit(36)));
    let sum: u32 = values
        .zip((2..=9).rev())
        .map(|(value, weight)| value * weight)
        .sum();
    match (11 - sum % 11) % 11 {
        10 => Some('A'),
        digit => char::from_digit(digit, 10),
    }
}

/// Part of a longer code, as in a hash or a file name, and so not a number by itself.
fn is_joined(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '+' | '=')
}

fn skip_space(characters: &[char]) -> &[char] {
    characters.strip_prefix(&[' ']).unwrap_or(characters)
}

/// Full-width letters, digits and brackets as people type them in Chinese.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::found;
    use super::*;

    /// A number that may be real, put together here so that this file does not find itself.
    fn real(bracketed: bool) -> String {
        let number = ["R", "654321"].concat();
        let check = check_digit(&number).unwrap();
        if bracketed {
            format!("{number}({check})")
        } else {
            format!("{number}{check}")
        }
    }

    #[test]
    fn a_number_that_may_be_real_is_found() {
        let spaced = real(true).replace('R', "R ").replace('(', " (");
        let wide: String = real(true)
            .chars()
            .map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap())
            .collect();
        for number in [
            real(true),
            real(false),
            real(true).to_lowercase(),
            spaced,
            wide,
        ] {
            let text = format!("first\nthe number {number}, typed");
            assert_eq!(
                found(check, &[("docs/a.md", &text)]),
                ["2: identity number"],
                "{number}"
            );
        }
    }

    #[test]
    fn specimens_synthetic_and_wrong_numbers_pass() {
        let wrong = real(true)
            .replace('(', "(9")
            .replace("(9", "(")
            .replace("65", "66");
        let text = format!(
            "A123456(3) AB123456(9) G123456(A) OQ920236(0) Q772189(3) {wrong} deadbeef{}",
            real(false)
        );
        assert_eq!(found(check, &[("docs/a.md", &text)]), Vec::<String>::new());
        assert_eq!(
            found(
                check,
                &[("crates/hongkong/data/hkid-vectors.tsv", &real(true))]
            ),
            Vec::<String>::new()
        );
    }

    #[test]
    fn check_digits_are_those_of_the_specimens() {
        let known = [
            ("A123456", '3'),
            ("AB123456", '9'),
            ("G123456", 'A'),
            ("OQ920236", '0'),
            ("UQ099625", 'A'),
        ];
        for (number, digit) in known {
            assert_eq!(check_digit(number), Some(digit), "{number}");
        }
    }
}
