use std::sync::LazyLock;

use kernel::Language;

use crate::district::{District, Region};
use crate::fold::search_form;

/// Names that people put into an address although the record of the building leaves them out: regions and postal
/// localities, folded, the longest first.
pub(crate) static LOCALITIES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let table = include_str!("../data/areas.tsv").lines().skip(1);
    let mut names: Vec<String> = table.flat_map(|line| line.split('\t').skip(1).take(2)).map(search_form).collect();
    for region in Region::ALL {
        names.extend(Language::ALL.map(|language| search_form(region.name(language))));
    }
    longest_first(names)
});

/// The districts with and without their last word, folded, the longest first.
pub(crate) static DISTRICTS: LazyLock<Vec<(String, District)>> = LazyLock::new(|| {
    let mut names = Vec::new();
    for district in District::ALL {
        let en = search_form(district.name(Language::En));
        names.push((en.trim_end_matches(" district").to_owned(), district));
        names.push((en, district));
        names.push((search_form(district.name(Language::ZhHant)), district));
    }
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    names
});

/// Regions, localities and districts, folded.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    LOCALITIES.iter().map(String::as_str).chain(DISTRICTS.iter().map(|(name, _)| name.as_str()))
}

/// The text, folded, ever shorter: first without regions, then without districts, then without one locality after the other from its beginning.
/// The original is not among them, nor a text in which nothing is left.
pub(crate) fn shortened(text: &str) -> Vec<String> {
    let mut left = search_form(text);
    for region in Region::ALL.into_iter().flat_map(|region| Language::ALL.map(|language| region.name(language))) {
        take_out(&mut left, &search_form(region));
    }
    let mut shorter = vec![left.clone()];
    for district in District::ALL.into_iter().flat_map(|district| Language::ALL.map(|language| district.name(language))) {
        take_out(&mut left, &search_form(district));
    }
    shorter.push(left.clone());
    shorter.dedup();
    for _ in 0..MOST_LOCALITIES {
        let earliest = LOCALITIES.iter().filter_map(|name| Some((find(&left, name)?, name))).min_by_key(|(place, name)| (*place, usize::MAX - name.len()));
        let Some((place, name)) = earliest else { break };
        left.replace_range(place..place + name.len(), " ");
        shorter.push(left.clone());
    }
    shorter.retain(|left| left.chars().any(char::is_alphanumeric));
    shorter
}

const MOST_LOCALITIES: usize = 3;

fn take_out(text: &mut String, name: &str) {
    while let Some(place) = find(text, name) {
        text.replace_range(place..place + name.len(), " ");
    }
}

/// Where a name stands in a text; a name of letters only as whole words.
pub(crate) fn find(text: &str, name: &str) -> Option<usize> {
    let whole_words = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    text.match_indices(name).map(|(place, _)| place).find(|&place| {
        let before = text.get(..place).and_then(|head| head.chars().next_back());
        let after = text.get(place + name.len()..).and_then(|tail| tail.chars().next());
        let joined = |neighbour: Option<char>| neighbour.is_some_and(|c| c.is_ascii_alphanumeric());
        !whole_words || !(joined(before) || joined(after))
    })
}

fn longest_first(mut names: Vec<String>) -> Vec<String> {
    names.retain(|name| !name.is_empty());
    names.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localities_are_passed_over_one_by_one() {
        let texts = |text: &str| shortened(text).iter().map(|left| left.trim().to_owned()).collect::<Vec<_>>();
        assert_eq!(texts("九龍牛頭角觀塘道"), ["牛头角观塘道", "观塘道", "道"]);
        assert_eq!(texts("Leung Fat House, Tsing Yi, NT"), ["leung fat house, tsing yi, nt", "leung fat house,  , nt"]);
        assert!(texts("Kowloon").is_empty());
        assert_eq!(texts("kowloonia"), ["kowloonia"]);
    }
}
