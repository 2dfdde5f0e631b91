//! What the pages should say, from the catalogues themselves.

use kernel::Language;

const RESIDENT: [&str; 3] = [
    include_str!("../../../resident/locales/en.ftl"),
    include_str!("../../../resident/locales/zh-hant.ftl"),
    include_str!("../../../resident/locales/zh-hans.ftl"),
];

/// The languages as they stand in addresses.
pub const LANGUAGES: [&str; 3] = ["en", "zh-hant", "zh-hans"];

/// A language of an address.
pub fn language(slug: &str) -> Language {
    Language::from_slug(slug).unwrap()
}

/// A text of the residents' pages that has no placeholder.
pub fn said(slug: &str, key: &str) -> &'static str {
    let at = LANGUAGES.iter().position(|one| *one == slug).unwrap();
    let line = RESIDENT[at].lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
    line.unwrap_or_else(|| panic!("{key} is not in the {slug} catalogue"))
}
