//! Why a configuration file does not parse: the line, the key and what would be right, without a value that is a secret.

use crate::config::{KEYS, Key};

/// One line for the operator. `text` is the file, `wrong` what the parser said of it and where that begins (in bytes).
pub fn misread(text: &str, wrong: &str, begins: Option<usize>) -> String {
    let wrong = wrong.replace('\n', " ").replace("expected u16", "expected a number from 0 to 65535");
    let before = begins.and_then(|at| text.get(..at));
    let place = before.map_or_else(String::new, |before| format!("line {}: ", before.matches('\n').count() + 1));
    if let Some(unknown) = wrong.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next()) {
        let meant = nearest(unknown).map_or_else(String::new, |key| format!("; did you mean `{}`?", key.name));
        return format!("{place}there is no key `{unknown}`{meant}");
    }
    match before.and_then(|before| key_at(text, before)) {
        Some(key) if key.secret => format!("{place}`{}` is not of the form {}", key.name, key.line()),
        Some(key) => format!("{place}`{}`: {wrong}; for example {}", key.name, key.line()),
        None => format!("{place}{wrong}"),
    }
}

/// The key in whose line the fault begins.
fn key_at(text: &str, before: &str) -> Option<&'static Key> {
    let line = text.get(before.rfind('\n').map_or(0, |end| end + 1)..)?.lines().next()?;
    let name = line.split('=').next()?.trim();
    KEYS.iter().find(|key| key.name == name)
}

/// The key that was probably meant: at most a third of its letters are other ones.
fn nearest(name: &str) -> Option<&'static Key> {
    let name = name.replace('-', "_").to_lowercase();
    let near = KEYS.iter().map(|key| (distance(&name, key.name), key)).min_by_key(|(distance, _)| *distance)?;
    (near.0 * 3 <= near.1.name.len()).then_some(near.1)
}

/// How many letters must be added, removed or replaced to make one of the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.bytes().enumerate() {
        let mut corner = at;
        let mut left = at + 1;
        for (above, wanted) in row.iter_mut().skip(1).zip(other.bytes()) {
            let best = (corner + usize::from(letter != wanted)).min(*above + 1).min(left + 1);
            (corner, left) = (*above, best);
            *above = best;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn said(text: &str) -> String {
        let error = toml::from_str::<Config>(text).unwrap_err();
        misread(text, error.message(), error.span().map(|span| span.start))
    }

    #[test]
    fn the_line_the_key_and_an_example_are_named() {
        assert_eq!(
            said("work = true\n\nlisten = 8443\n"),
            "line 3: `listen`: invalid type: integer `8443`, expected a string; for example listen = \"0.0.0.0:8443\""
        );
        let line = said("# a comment\nenvironment = \"production\"");
        assert!(line.starts_with("line 2: `environment`: ") && line.ends_with("for example environment = \"live\""), "{line}");
        assert!(said("signing_renderers = 70000").contains("a number from 0 to 65535"));
        assert!(said("backup_recipients = \"age1\"").ends_with("for example backup_recipients = [\"age1…\"]"));
        assert!(said("work = true\nthis is not toml").starts_with("line 2: "), "{}", said("work = true\nthis is not toml"));
    }

    #[test]
    fn a_key_that_is_not_there_brings_the_one_that_was_meant() {
        assert_eq!(said("lissten = \"x\""), "line 1: there is no key `lissten`; did you mean `listen`?");
        assert_eq!(said("work = true\nLog-Format = \"json\""), "line 2: there is no key `Log-Format`; did you mean `log_format`?");
        assert_eq!(said("nonsense = 1"), "line 1: there is no key `nonsense`");
    }

    #[test]
    fn a_secret_that_does_not_parse_is_not_repeated() {
        let line = said("sms_token = 987654321");
        assert_eq!(line, "line 1: `sms_token` is not of the form sms_token = \"a long random text\"");
    }

    #[test]
    fn letters_are_counted() {
        for (one, other, wanted) in [("listen", "listen", 0), ("lissten", "listen", 1), ("", "abc", 3), ("kitten", "sitting", 3)] {
            assert_eq!((distance(one, other), distance(other, one)), (wanted, wanted), "{one} {other}");
        }
    }
}
