use std::collections::BTreeMap;
use std::sync::LazyLock;

use kernel::{Language, Text};

/// The words of the report, in `words.toml`.
static WORDS: LazyLock<BTreeMap<String, Text>> = LazyLock::new(|| toml::from_str(include_str!("words.toml")).unwrap_or_default());

/// The report's words in one language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words(pub(super) Language);

impl Words {
    /// The words of a key.
    pub(super) fn say(self, key: &str) -> String {
        WORDS.get(key).map_or_else(|| key.to_owned(), |text| text.get(self.0).to_owned())
    }

    /// The same with values in their places. What a value says is never a place itself.
    pub(super) fn with(self, key: &str, values: &[(&str, &str)]) -> String {
        let said = self.say(key);
        let (mut out, mut rest) = (String::with_capacity(said.len() + 32), said.as_str());
        while let Some((before, (name, after))) = rest.split_once('{').and_then(|(before, more)| Some((before, more.split_once('}')?))) {
            out.push_str(before);
            out.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const SOURCES: [&str; 5] =
        [include_str!("../after_action.rs"), include_str!("annex.rs"), include_str!("html.rs"), include_str!("sections.rs"), include_str!("talk.rs")];

    #[test]
    fn every_word_is_there_in_three_languages_with_the_same_places_and_is_used() {
        assert!(WORDS.len() > 90);
        let places = |text: &str| text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name.to_owned()).collect::<BTreeSet<_>>();
        for (key, text) in WORDS.iter() {
            assert!(text.blanks().is_empty(), "{key}");
            assert_eq!(places(&text.en), places(&text.zh_hant), "{key}");
            assert_eq!(places(&text.en), places(&text.zh_hans), "{key}");
            let used = SOURCES.iter().any(|source| source.contains(&format!("\"{key}\"")));
            let by_name = key.starts_with("rule-") || crate::Aspect::ALL.iter().any(|aspect| aspect.as_str() == key);
            assert!(used || by_name, "{key} is never said");
        }
        for rule in crate::Rule::ALL {
            assert!(WORDS.contains_key(&format!("rule-{}", rule.as_str())));
        }
        for call in SOURCES.iter().flat_map(|source| source.split("say(\"").skip(1).chain(source.split("with(\"").skip(1))) {
            let key = call.split('"').next().unwrap();
            assert!(WORDS.contains_key(key), "{key} has no words");
        }
    }

    #[test]
    fn a_value_is_never_a_place_itself() {
        assert_eq!(Words(Language::En).with("of", &[("earned", "{possible}"), ("possible", "9")]), "{possible} of 9");
    }
}
