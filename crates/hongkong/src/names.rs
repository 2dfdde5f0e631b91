//! Parts of names, for making synthetic residents.

use std::sync::LazyLock;

/// A surname, a character of a given name, or an English given name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamePart {
    /// In Traditional Chinese; empty for an English name.
    pub zh_hant: &'static str,
    /// In Simplified Chinese; empty for an English name.
    pub zh_hans: &'static str,
    /// In Latin letters: `Chan`, `Ga`, `Natalie`.
    pub romanised: &'static str,
}

/// Chinese surnames, the commonest first.
pub fn surnames() -> &'static [NamePart] {
    &PARTS.surnames
}

/// Characters of Chinese given names, of which a name has one or two.
pub fn given_characters() -> &'static [NamePart] {
    &PARTS.given
}

/// English given names.
pub fn english_names() -> &'static [NamePart] {
    &PARTS.english
}

#[derive(Default)]
struct Parts {
    surnames: Vec<NamePart>,
    given: Vec<NamePart>,
    english: Vec<NamePart>,
}

static PARTS: LazyLock<Parts> = LazyLock::new(|| {
    let mut parts = Parts::default();
    for line in include_str!("../data/name-parts.tsv").lines().skip(1) {
        let mut columns = line.split('\t');
        let kind = columns.next().unwrap_or_default();
        let mut next = || columns.next().unwrap_or_default();
        let part = NamePart { zh_hant: next(), zh_hans: next(), romanised: next() };
        match kind {
            "surname" => parts.surnames.push(part),
            "given" => parts.given.push(part),
            _ => parts.english.push(part),
        }
    }
    parts
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_all_parts() {
        assert_eq!((surnames().len(), given_characters().len(), english_names().len()), (111, 175, 100));
        assert_eq!(surnames()[0], NamePart { zh_hant: "陳", zh_hans: "陈", romanised: "Chan" });
        let chinese = surnames().iter().chain(given_characters());
        assert!(chinese.into_iter().all(|part| !part.zh_hant.is_empty() && !part.zh_hans.is_empty()));
        assert!(english_names().iter().all(|part| part.romanised.is_ascii() && !part.romanised.is_empty()));
    }
}
