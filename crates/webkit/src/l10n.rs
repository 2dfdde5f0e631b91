use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use kernel::Language;

use crate::formats;

/// The texts of a face in all three languages, as Fluent (`.ftl`) sources.
#[derive(Clone)]
pub struct Catalogue(Arc<[FluentBundle<FluentResource>; 3]>);

/// A catalogue that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A source is not valid Fluent.
    #[error("the {language} catalogue is not valid Fluent: {reason}")]
    Syntax {
        /// Which of the three.
        language: Language,
        /// The parser's words.
        reason: String,
    },
    /// One language was given twice or not at all.
    #[error("a catalogue needs English, Traditional and Simplified Chinese, each once")]
    Languages,
}

impl Catalogue {
    /// Reads the three sources.
    pub fn new(sources: [(Language, &str); 3]) -> Result<Self, CatalogueError> {
        let find = |language| {
            let source = sources
                .iter()
                .find(|(l, _)| *l == language)
                .ok_or(CatalogueError::Languages)?;
            bundle(language, source.1)
        };
        let bundles = [
            find(Language::En)?,
            find(Language::ZhHant)?,
            find(Language::ZhHans)?,
        ];
        Ok(Self(Arc::new(bundles)))
    }

    /// The texts in one language.
    pub fn l10n(&self, language: Language) -> L10n {
        L10n {
            catalogue: self.clone(),
            language,
        }
    }

    fn bundle(&self, language: Language) -> &FluentBundle<FluentResource> {
        let [english, traditional, simplified] = &*self.0;
        match language {
            Language::En => english,
            Language::ZhHant => traditional,
            Language::ZhHans => simplified,
        }
    }
}

impl std::fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Catalogue")
    }
}

/// A catalogue in one language: what templates call `t`.
#[derive(Clone, Debug)]
pub struct L10n {
    catalogue: Catalogue,
    language: Language,
}

impl L10n {
    /// The language spoken.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// A text without arguments.
    pub fn get(&self, key: &str) -> String {
        self.text(key, &[])
    }

    /// A text with arguments of one type: `t.with("hello", [("name", name)])`.
    pub fn with<'a, V: Into<Arg>, const N: usize>(
        &self,
        key: &str,
        args: [(&'a str, V); N],
    ) -> String {
        let args: Vec<(&'a str, Arg)> = args
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .collect();
        self.text(key, &args)
    }

    /// A text with any arguments. A key that does not exist shows as itself and is logged: tests must find it first.
    pub fn text(&self, key: &str, args: &[(&str, Arg)]) -> String {
        self.find(key, args).unwrap_or_else(|| {
            tracing::error!(key, language = %self.language, "a text is missing");
            key.to_owned()
        })
    }

    /// Whether the key exists.
    pub fn has(&self, key: &str) -> bool {
        self.catalogue.bundle(self.language).has_message(key)
    }

    fn find(&self, key: &str, args: &[(&str, Arg)]) -> Option<String> {
        let bundle = self.catalogue.bundle(self.language);
        let pattern = bundle.get_message(key)?.value()?;
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            values.set(*name, value.fluent());
        }
        let mut errors = Vec::new();
        let text = bundle
            .format_pattern(pattern, Some(&values), &mut errors)
            .into_owned();
        if !errors.is_empty() {
            tracing::error!(key, language = %self.language, ?errors, "a text lacks an argument");
        }
        Some(text)
    }
}

/// An argument of a text. Numbers choose the plural and are grouped by thousands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// Shown as it stands.
    Text(String),
    /// Chooses the plural; shown grouped.
    Number(i64),
}

impl Arg {
    #[expect(
        clippy::cast_precision_loss,
        reason = "Fluent counts in f64; exact below 2^53, far above any count of people"
    )]
    fn fluent(&self) -> FluentValue<'_> {
        match self {
            Self::Text(text) => FluentValue::String(Cow::Borrowed(text)),
            Self::Number(number) => FluentValue::from(*number as f64),
        }
    }
}

macro_rules! arg_from {
    ($($from:ty => $value:ident => $make:expr),* $(,)?) => {$(
        impl From<$from> for Arg {
            fn from($value: $from) -> Self {
                $make
            }
        }
    )*};
}

arg_from! {
    String => v => Self::Text(v),
    &String => v => Self::Text(v.clone()),
    &&String => v => Self::Text((*v).clone()),
    &str => v => Self::Text(v.to_owned()),
    &&str => v => Self::Text((*v).to_owned()),
    i64 => v => Self::Number(v),
    &i64 => v => Self::Number(*v),
    i32 => v => Self::Number(v.into()),
    u32 => v => Self::Number(v.into()),
    u64 => v => Self::Number(i64::try_from(v).unwrap_or(i64::MAX)),
    &u64 => v => Self::Number(i64::try_from(*v).unwrap_or(i64::MAX)),
    usize => v => Self::Number(i64::try_from(v).unwrap_or(i64::MAX)),
    &usize => v => Self::Number(i64::try_from(*v).unwrap_or(i64::MAX)),
}

/// The shell's own words: "Back", "There is a problem", the pages of a failure.
pub fn texts(language: Language) -> L10n {
    OWN.l10n(language)
}

pub(crate) const SOURCES: [(Language, &str); 3] = [
    (Language::En, include_str!("../locales/en.ftl")),
    (Language::ZhHant, include_str!("../locales/zh-hant.ftl")),
    (Language::ZhHans, include_str!("../locales/zh-hans.ftl")),
];

#[expect(
    clippy::expect_used,
    reason = "our own three files, compiled in and read by a test"
)]
static OWN: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::new(SOURCES).expect("own catalogues are valid"));

fn bundle(
    language: Language,
    source: &str,
) -> Result<FluentBundle<FluentResource>, CatalogueError> {
    let syntax = |reason: String| CatalogueError::Syntax { language, reason };
    let resource = FluentResource::try_new(source.to_owned())
        .map_err(|(_, errors)| syntax(format!("{errors:?}")))?;
    let tag = language
        .tag()
        .parse()
        .map_err(|error| syntax(format!("{error:?}")))?;
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Isolation marks serve right-to-left scripts, which none of the three languages uses; they break copy and paste.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(group_numbers));
    bundle
        .add_resource(resource)
        .map_err(|errors| syntax(format!("{errors:?}")))?;
    Ok(bundle)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the numbers come from `Arg::Number`, an i64"
)]
fn group_numbers<M>(value: &FluentValue, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(formats::number(number.value as i64)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Catalogue {
        let en = "people = { $count ->\n    [one] { $count } person\n   *[other] { $count } people\n}\nhi = Hello { $name }";
        let zh = "people = { $count }人\nhi = { $name }您好";
        Catalogue::new([
            (Language::ZhHans, zh),
            (Language::En, en),
            (Language::ZhHant, zh),
        ])
        .unwrap()
    }

    #[test]
    fn plurals_numbers_and_names() {
        let en = sample().l10n(Language::En);
        assert_eq!(en.with("people", [("count", 1)]), "1 person");
        assert_eq!(
            en.with("people", [("count", 1_380_000)]),
            "1,380,000 people"
        );
        assert_eq!(en.with("hi", [("name", "<Ada>")]), "Hello <Ada>");
        assert_eq!(
            sample()
                .l10n(Language::ZhHant)
                .with("people", [("count", 1200)]),
            "1,200人"
        );
        assert_eq!(en.get("nothing"), "nothing");
    }

    #[test]
    fn a_broken_source_names_its_language() {
        let sources = [
            (Language::En, "a = b"),
            (Language::ZhHant, "a = { "),
            (Language::ZhHans, "a = b"),
        ];
        let error = Catalogue::new(sources).unwrap_err();
        assert!(
            error.to_string().starts_with("the zh-hant catalogue"),
            "{error}"
        );
        let twice = [
            (Language::En, "a = b"),
            (Language::En, "a = b"),
            (Language::ZhHans, "a = b"),
        ];
        assert!(matches!(
            Catalogue::new(twice),
            Err(CatalogueError::Languages)
        ));
    }

    #[test]
    fn own_texts_exist() {
        assert_eq!(texts(Language::ZhHant).get("back"), "返回");
    }
}
