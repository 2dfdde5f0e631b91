use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use kernel::Language;

use crate::l10n::{Catalogue, CatalogueError};

/// Something wrong with a set of catalogues.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CatalogueFlaw {
    /// A source cannot be read.
    Unreadable(String),
    /// A key stands twice in one language.
    Twice(Language, String),
    /// A key that another language has is missing.
    Missing(Language, String),
    /// A text takes other variables than the English one.
    Variables(Language, String),
    /// A Chinese text holds English words.
    English(Language, String, String),
    /// A Chinese text holds a character of the other script.
    Script(Language, String, char),
}

impl fmt::Display for CatalogueFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(reason) => f.write_str(reason),
            Self::Twice(language, key) => write!(f, "{language}: {key} stands twice"),
            Self::Missing(language, key) => write!(f, "{language}: {key} is missing"),
            Self::Variables(language, key) => {
                write!(f, "{language}: {key} takes other variables than in English")
            }
            Self::English(language, key, word) => {
                write!(f, "{language}: {key} holds the English word {word}")
            }
            Self::Script(language, key, c) => {
                write!(f, "{language}: {key} holds {c}, of the other script")
            }
        }
    }
}

/// Everything wrong with three catalogues: different keys or variables, English left in Chinese texts, characters of the
/// other script. `allowed` are Latin words that Chinese texts may hold (SMS, PDF, a product's name).
///
/// Simplified Chinese still needs a person's eyes (OGCIO Guidelines VII, paragraph 35); this finds what a machine can.
pub fn check_catalogues(sources: [(Language, &str); 3], allowed: &[&str]) -> Vec<CatalogueFlaw> {
    let mut flaws = Vec::new();
    if let Err(error @ (CatalogueError::Syntax { .. } | CatalogueError::Languages)) =
        Catalogue::new(sources)
    {
        flaws.push(CatalogueFlaw::Unreadable(error.to_string()));
    }
    let read = sources.map(|(language, source)| (language, messages(language, source, &mut flaws)));
    let keys: BTreeSet<&String> = read
        .iter()
        .flat_map(|(_, messages)| messages.keys())
        .collect();
    let english = read
        .iter()
        .find(|(language, _)| *language == Language::En)
        .map(|(_, messages)| messages);
    for key in keys {
        let expected = english
            .and_then(|messages| messages.get(key))
            .map(|text| variables(text));
        for (language, messages) in &read {
            let Some(text) = messages.get(key) else {
                flaws.push(CatalogueFlaw::Missing(*language, key.clone()));
                continue;
            };
            if expected
                .as_ref()
                .is_some_and(|expected| variables(text) != *expected)
            {
                flaws.push(CatalogueFlaw::Variables(*language, key.clone()));
            }
            check_words(*language, key, text, allowed, &mut flaws);
        }
    }
    flaws
}

/// Key and raw text of every message. Reads lines, as translators see them: a key starts in the first column.
fn messages(
    language: Language,
    source: &str,
    flaws: &mut Vec<CatalogueFlaw>,
) -> BTreeMap<String, String> {
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, text)) = line
            .split_once('=')
            .filter(|_| line.starts_with(|c: char| c.is_ascii_alphabetic()))
        {
            let key = key.trim().to_owned();
            if out.insert(key.clone(), text.trim().to_owned()).is_some() {
                flaws.push(CatalogueFlaw::Twice(language, key.clone()));
            }
            current = Some(key);
        } else if let Some(text) = current.as_ref().and_then(|key| out.get_mut(key)) {
            text.push('\n');
            text.push_str(line);
        }
    }
    out
}

fn variables(text: &str) -> BTreeSet<&str> {
    let end = |rest: &str| {
        rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
            .unwrap_or(rest.len())
    };
    text.split('$')
        .skip(1)
        .filter_map(|rest| rest.get(..end(rest)))
        .collect()
}

fn check_words(
    language: Language,
    key: &str,
    text: &str,
    allowed: &[&str],
    flaws: &mut Vec<CatalogueFlaw>,
) {
    let other_script = match language {
        Language::En => return,
        Language::ZhHant => SIMPLIFIED_ONLY,
        Language::ZhHans => TRADITIONAL_ONLY,
    };
    let shown = without_placeables(text);
    for word in shown
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| word.len() > 1)
    {
        if !allowed.contains(&word) {
            flaws.push(CatalogueFlaw::English(
                language,
                key.to_owned(),
                word.to_owned(),
            ));
        }
    }
    if let Some(c) = shown.chars().find(|c| other_script.contains(*c)) {
        flaws.push(CatalogueFlaw::Script(language, key.to_owned(), c));
    }
}

/// The words a reader sees: `{ $name }` goes, of `{ $n -> [one] x *[other] y }` the variants stay.
fn without_placeables(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        out.push_str(before);
        let close = from.find('}').map_or(from.len(), |at| at + 1);
        let arrow = from.find("->").filter(|&at| at < close).map(|at| at + 2);
        rest = from.get(arrow.unwrap_or(close)..).unwrap_or_default();
    }
    out.push_str(rest);
    out.lines()
        .map(|line| {
            line.trim_start()
                .strip_prefix(['*', '['])
                .map_or(line, after_key)
        })
        .collect()
}

fn after_key(variant: &str) -> &str {
    variant.split_once(']').map_or(variant, |(_, text)| text)
}

/// Frequent characters that only Simplified texts hold. Characters that Traditional texts hold too (后, 里, 只, 台) are not here.
const SIMPLIFIED_ONLY: &str = "们这说时会对过还发现问题东个为国学样经点员间长开关实无电话请将别张处给让从数据库记录\
                               号码选择认证设单边办统计议证确码错误语译读写输页关闭启续结见观视规场备务动区医疗签证书传历权账帐财产业级简体繁体讯师报网络连线变项";
/// Frequent characters that only Traditional texts hold.
const TRADITIONAL_ONLY: &str = "們這說時會對過還發現問題東個為國學樣經點員間長開關實無電話請將別張處給讓從數據庫記錄\
                                號碼選擇認證設單邊辦統計議確錯誤語譯讀寫輸頁閉啟續結見觀視規場備務動區醫療簽書傳歷權帳財產業級簡體訊師報網絡連線變項";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::l10n::SOURCES;

    #[test]
    fn own_catalogues_are_whole() {
        assert_eq!(check_catalogues(SOURCES, &["PDF", "JPEG", "PNG", "WebP"]), []);
    }

    #[test]
    fn each_flaw_is_found() {
        let en = "a = Hello { $name }\nb = Two\nc = Three\nd = Four\n";
        let traditional = "a = 你好 { $nom }\nb = 二 two\nc = 三\nd = 电话\n";
        let simplified =
            "a = { $name ->\n    [x] 你好\n   *[other] 您好\n}\nb = 二\nd = 電話\nd = 二\n";
        let flaws = check_catalogues(
            [
                (Language::En, en),
                (Language::ZhHant, traditional),
                (Language::ZhHans, simplified),
            ],
            &[],
        );
        let shown: Vec<String> = flaws.iter().map(ToString::to_string).collect();
        assert!(
            shown[0].starts_with("the zh-hans catalogue is not valid Fluent"),
            "{shown:?}"
        );
        assert_eq!(
            shown[1..],
            [
                "zh-hans: d stands twice",
                "zh-hant: a takes other variables than in English",
                "zh-hant: b holds the English word two",
                "zh-hans: c is missing",
                "zh-hant: d holds 电, of the other script",
            ]
        );
    }

    #[test]
    fn no_character_belongs_to_both_scripts() {
        let clash: Vec<char> = SIMPLIFIED_ONLY
            .chars()
            .filter(|c| TRADITIONAL_ONLY.contains(*c))
            .collect();
        assert_eq!(clash, []);
    }
}
