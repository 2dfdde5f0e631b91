use std::collections::BTreeSet;

use kernel::{Fault, Kind, Random, Secret};
use notify::Mobile;
use seal::{PasswordHash, SealError};

/// The shortest password, in characters. NIST SP 800-63B-4 asks for eight where a second factor stands beside it, as here.
pub const PASSWORD_LEAST: usize = 10;
/// The longest: a sentence is welcome, a book is not.
pub const PASSWORD_MOST: usize = 128;
/// Fewer different characters are no secret.
const DIFFERENT_LEAST: usize = 5;
/// Words that open most doors, written for this program: no list of anybody's leaked passwords. Compared without case and without
/// the digits and signs around them.
const COMMON: &str = include_str!("common_passwords.txt");
/// What fingers do without thinking.
const WALKS: [&str; 6] = [
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujm",
    "abcdefghijklmnopqrstuvwxyz",
    "12345678901234567890",
    "09876543210987654321",
];

/// A password that may be chosen: long enough, and not what everybody tries first. There is no rule about kinds of characters, and
/// it never has to be changed (NIST SP 800-63B-4, section 3.1.1).
#[derive(Clone, Debug)]
pub struct NewPassword(Secret<String>);

/// Why a password cannot be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Fewer than [`PASSWORD_LEAST`] characters.
    #[error("the password is too short")]
    Short,
    /// More than [`PASSWORD_MOST`] characters.
    #[error("the password is too long")]
    Long,
    /// One of those that are tried first: a common word, a walk over the keyboard, a repetition, digits only.
    #[error("the password is easily guessed")]
    Common,
    /// It holds the mobile number.
    #[error("the password holds the mobile number")]
    Mobile,
}

impl Fault for PasswordFault {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

impl NewPassword {
    /// Judges what was typed; `mobile` is the number that it must not hold, where it is at hand.
    pub fn parse(typed: &str, mobile: Option<Mobile>) -> Result<Self, PasswordFault> {
        let password = typed_password(typed);
        let plain = password.expose();
        let length = plain.chars().count();
        if length < PASSWORD_LEAST {
            return Err(PasswordFault::Short);
        }
        if length > PASSWORD_MOST {
            return Err(PasswordFault::Long);
        }
        let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
        if mobile.is_some_and(|mobile| mobile.e164().get(4..).is_some_and(|number| digits.contains(number))) {
            return Err(PasswordFault::Mobile);
        }
        if is_common(&plain.to_lowercase()) {
            return Err(PasswordFault::Common);
        }
        Ok(Self(password))
    }

    /// Its hash. Slow on purpose: outside the transaction, and not too many at once.
    pub fn hash(&self, random: &dyn Random) -> Result<PasswordHash, SealError> {
        PasswordHash::of(random, &self.0)
    }
}

/// What was typed, as it is compared: full-width letters and digits, which some keyboards make, are the same as plain ones.
pub(crate) fn typed_password(typed: &str) -> Secret<String> {
    Secret::new(hongkong::half_width(typed))
}

fn is_common(lower: &str) -> bool {
    let different: BTreeSet<char> = lower.chars().collect();
    let core = lower.trim_matches(|c: char| !c.is_alphabetic());
    let listed = |word: &str| COMMON.lines().any(|common| common == word);
    let unmasked = |word: &str| listed(&word.chars().map(unmask).collect::<String>());
    let walked = walks(core) || walks(lower);
    different.len() < DIFFERENT_LEAST || core.is_empty() || repeats(lower) || walked || listed(core) || unmasked(core) || unmasked(lower)
}

/// Whether it is a beginning of at most half its length, over and over.
fn repeats(lower: &str) -> bool {
    let chars: Vec<char> = lower.chars().collect();
    (1..=chars.len() / 2).any(|unit| chars.iter().zip(chars.iter().skip(unit)).all(|(one, next)| one == next))
}

/// Whether it goes along the keyboard or the alphabet, forwards or backwards.
fn walks(lower: &str) -> bool {
    let backwards: String = lower.chars().rev().collect();
    lower.chars().count() > 3 && WALKS.iter().any(|walk| walk.contains(lower) || walk.contains(&backwards))
}

/// Letters behind signs that everybody knows.
const fn unmask(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use hongkong::Phone;

    use super::*;

    fn judge(typed: &str) -> Option<PasswordFault> {
        let mobile = Mobile::try_from(Phone::parse("5123 4567").unwrap()).unwrap();
        NewPassword::parse(typed, Some(mobile)).err()
    }

    #[test]
    fn what_everybody_tries_first_is_refused_and_no_kind_of_character_is_asked_for() {
        for common in [
            "password12", "Password123!", "P@ssw0rd2024", "1234567890", "qwertyuiop", "asdfghjkl;", "1qaz2wsx3edc", "aaaaaaaaaaaa",
            "abcabcabcabc", "abcdefghijk", "zyxwvutsrqp", "iloveyou99", "hongkong1997", "woaini1314520", "lionrock2020", "letmein!!!!!",
        ] {
            assert_eq!(judge(common), Some(PasswordFault::Common), "{common}");
        }
        for good in ["seven tall junks", "飲茶先啦今日食乜好呀", "correcthorsebatterystaple", "kwun-tong-77-lamp", "mmmy own wordss"] {
            assert_eq!(judge(good), None, "{good}");
        }
    }

    #[test]
    fn length_counts_in_characters_and_the_number_is_no_password() {
        assert_eq!(judge("ninechars"), Some(PasswordFault::Short));
        assert_eq!(judge("飲茶先啦今日食乜好"), Some(PasswordFault::Short));
        assert_eq!(judge(&"xk".chars().chain("abcdefgh?".chars()).cycle().take(129).collect::<String>()), Some(PasswordFault::Long));
        assert_eq!(judge("my-5123-4567-secret"), Some(PasswordFault::Mobile));
        assert_eq!(typed_password("ｓｅｖｅｎ　１").expose(), typed_password("seven 1").expose());
    }
}
