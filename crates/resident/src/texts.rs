use std::sync::LazyLock;

use kernel::Language;
use webkit::{Catalogue, L10n};

/// The words of these pages in one language.
pub(crate) fn texts(language: Language) -> L10n {
    CATALOGUE.l10n(language)
}

const SOURCES: [(Language, &str); 3] = [
    (Language::En, include_str!("../locales/en.ftl")),
    (Language::ZhHant, include_str!("../locales/zh-hant.ftl")),
    (Language::ZhHans, include_str!("../locales/zh-hans.ftl")),
];

#[expect(clippy::expect_used, reason = "our own three files, compiled in and read by a test")]
static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::new(SOURCES).expect("own catalogues are valid"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogues_say_the_same_in_three_languages() {
        // Names of standards and programs, and the letters of sample codes.
        let allowed = [
            "SMS", "QR", "JSON", "KB", "SHA", "LR", "WCAG", "AA", "lionrock", "verify", "axe", "core", "Cookie", "XK", "QMT",
            "WRP", "QXM", "AB", "JPEG", "PNG", "WebP", "MB", "PDF", "CSV", "iCalendar", "name", "example", "com",
            "OpenID", "Connect", "FAPI", "TLS", "ES", "EdDSA", "PS", "DPoP", "PKCE", "openid", "anonymous", "acr", "Ed", "LRC",
            // Of the interface by which services have documents signed.
            "sign", "uri", "PAdES", "CMS", "waiting", "signed", "refused", "cancelled", "lapsed",
            // Of the address that signs residents out.
            "id", "token", "hint", "post", "logout", "redirect", "state",
            // Of what is told to a service, and of its registration.
            "POST", "ID", "sid", "scope", "keys",
        ];
        let flaws = webkit::check_catalogues(SOURCES, &allowed);
        assert!(flaws.is_empty(), "{}", flaws.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    }

    /// What is called by one word is called so on every page, and Chinese is set as Chinese: no half-width brackets or commas in it, no
    /// space around a number that is counted in Chinese.
    #[test]
    fn one_word_stands_for_one_thing() {
        let others: [(&str, &[&str]); 2] = [
            (SOURCES[1].1, &["毋須", "裡", "身分證號", "身份證明文件", "手提電話", "程式碼", "日誌", "屏幕", "資料副本"]),
            (SOURCES[2].1, &["您", "日志", "程序代码"]),
        ];
        let mut found = Vec::new();
        for (source, banned) in others {
            for line in source.lines().filter(|line| !line.starts_with('#')) {
                found.extend(banned.iter().filter(|word| line.contains(**word)).map(|word| format!("{word}: {line}")));
                if is_set_in_latin(line) {
                    found.push(format!("set in Latin: {line}"));
                }
            }
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    fn is_set_in_latin(line: &str) -> bool {
        const COUNTED: [char; 12] = ['分', '小', '日', '頁', '页', '個', '个', '年', '次', '字', '歲', '岁'];
        let chinese = |c: char| ('\u{3400}'..='\u{9fff}').contains(&c);
        let letters: Vec<char> = line.chars().collect();
        letters.windows(3).any(|three| match *three {
            [before, mark, after] if matches!(mark, '(' | ')' | ',' | ';') => chinese(before) && (chinese(after) || mark != ')'),
            [digit, ' ', counted] => digit.is_ascii_digit() && COUNTED.contains(&counted),
            _ => false,
        })
    }

    /// Every key that the code names exists; the code names them as literals.
    #[test]
    fn no_text_is_unused() {
        let code = sources(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")));
        let english = SOURCES[0].1;
        let keys = english.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
        let keys: Vec<&str> = keys.filter_map(|line| line.split_once(" =").map(|(key, _)| key)).collect();
        assert!(keys.len() > 100);
        let unused: Vec<&&str> = keys.iter().filter(|key| !named(&code, key)).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }

    /// Keys with a state or a number at their end are put together in the code.
    fn named(code: &str, key: &str) -> bool {
        let stem = key.rsplit_once('-').map_or(key, |(stem, _)| stem);
        code.contains(&format!("\"{key}\"")) || code.contains(&format!("\"{stem}-{{")) || code.contains(&format!("\"{stem}-\""))
    }

    fn sources(folder: &std::path::Path) -> String {
        let mut all = String::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            all += &if path.is_dir() { sources(&path) } else { std::fs::read_to_string(path).unwrap() };
        }
        all
    }
}
