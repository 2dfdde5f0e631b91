use std::sync::OnceLock;

use kernel::Language;
use webkit::{Arg, Catalogue, CatalogueFlaw, L10n, check_catalogues};

/// The words of a book in three languages, read once.
pub struct Texts {
    sources: [(Language, &'static str); 3],
    catalogue: OnceLock<Option<Catalogue>>,
}

/// What the pages of one visitor say: the words of their book, then those that many books share.
#[derive(Clone, Debug)]
pub struct Words {
    book: L10n,
    shared: L10n,
}

/// What many books say.
pub(crate) static SHARED: Texts = Texts::new(
    include_str!("../locales/en.ftl"),
    include_str!("../locales/zh-hant.ftl"),
    include_str!("../locales/zh-hans.ftl"),
);

impl Texts {
    /// The Fluent sources in English, Traditional and Simplified Chinese.
    pub const fn new(english: &'static str, traditional: &'static str, simplified: &'static str) -> Self {
        let sources = [(Language::En, english), (Language::ZhHant, traditional), (Language::ZhHans, simplified)];
        Self { sources, catalogue: OnceLock::new() }
    }

    /// The words in one language. A catalogue that cannot be read is found by the tests; the shell's own words stand in then.
    pub(crate) fn of(&self, language: Language) -> L10n {
        let catalogue = self.catalogue.get_or_init(|| Catalogue::new(self.sources).ok());
        catalogue.as_ref().map_or_else(|| webkit::texts(language), |catalogue| catalogue.l10n(language))
    }

    /// What is wrong with the three sources, for the test of each book; `allowed` are Latin words that Chinese texts may use.
    pub fn flaws(&self, allowed: &[&str]) -> Vec<CatalogueFlaw> {
        // Both scripts write 繁 alike; the checker takes it for a character of one.
        let alike = |flaw: &CatalogueFlaw| matches!(flaw, CatalogueFlaw::Script(_, _, '繁'));
        check_catalogues(self.sources, allowed).into_iter().filter(|flaw| !alike(flaw)).collect()
    }

    /// Keys that the source text of a page asks for by `say`, `tell` and `done` and that neither this book nor the desk has; and how
    /// many it asks for.
    pub fn unknown(&self, page: &str) -> (Vec<String>, usize) {
        let words = Words::of(self, Language::En);
        let asked = ["say(\"", "tell(\"", "done(\""].into_iter().flat_map(|call| page.split(call).skip(1));
        let keys: Vec<&str> = asked.filter_map(|rest| rest.split('"').next()).collect();
        let unknown = keys.iter().filter(|key| !key.contains('{') && !words.has(key));
        (unknown.map(|&key| key.to_owned()).collect(), keys.len())
    }
}

impl Words {
    /// The words of a book in one language.
    pub fn of(texts: &Texts, language: Language) -> Self {
        Self { book: texts.of(language), shared: SHARED.of(language) }
    }

    /// Whether there is such a text.
    pub fn has(&self, key: &str) -> bool {
        self.book.has(key) || self.shared.has(key)
    }

    /// A text without arguments.
    pub fn get(&self, key: &str) -> String {
        self.where_it_stands(key).get(key)
    }

    /// A text with arguments.
    pub fn with<V: Into<Arg>, const N: usize>(&self, key: &str, args: [(&str, V); N]) -> String {
        self.where_it_stands(key).with(key, args)
    }

    fn where_it_stands(&self, key: &str) -> &L10n {
        if self.book.has(key) || !self.shared.has(key) { &self.book } else { &self.shared }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn shared_words_are_whole() {
        let allowed = ["SMS", "PDF", "SHA", "TOML", "CSV", "JSON", "age", "reference", "JavaScript", "MB", "KB", "OPS"];
        assert_eq!(SHARED.flaws(&allowed), []);
        let mut asked = 0;
        for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
            let path = entry.unwrap().path();
            let (unknown, count) = SHARED.unknown(&std::fs::read_to_string(&path).unwrap());
            // This file asks for the words of its tests.
            assert!(unknown.is_empty() || path.ends_with("texts.rs"), "{}: {unknown:?}", path.display());
            asked += count;
        }
        assert!(asked > 10, "the pages were read");
    }

    #[test]
    fn the_book_speaks_first_and_the_desk_after_it() {
        static BOOK: Texts = Texts::new("own = Own\ncancel = Leave it", "own = 自己\ncancel = 不要", "own = 自己\ncancel = 不要");
        let words = Words::of(&BOOK, Language::En);
        assert_eq!((words.get("own"), words.get("cancel"), words.get("remove")), ("Own".into(), "Leave it".into(), "Remove".into()));
        assert!(words.has("remove") && !words.has("nowhere"));
        assert_eq!(words.get("nowhere"), "nowhere");
        assert_eq!(BOOK.unknown(r#"desk.say("own"), desk.tell("nowhere", [])"#), (vec!["nowhere".to_owned()], 2));
    }

    #[test]
    fn every_role_says_what_it_is_for() {
        let texts = SHARED.of(Language::En);
        for role in people::Role::ALL {
            assert!(texts.has(&format!("role-{}", role.slug())), "{role}");
        }
    }
}
