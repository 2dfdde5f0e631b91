use axum::Router;
use kernel::Language;

/// The language a browser asks for: the first entry of `Accept-Language`, by weight, that we speak; English otherwise.
///
/// The table is our own because language ranges match badly for Chinese: `zh-HK`, `zh-MO` and `zh-TW` read Traditional,
/// `zh-CN` and `zh-SG` Simplified, and a bare `zh` in Hong Kong means Traditional.
pub fn negotiate(accept_language: &str) -> Language {
    let mut best: Option<(u16, Language)> = None;
    for entry in accept_language.split(',').take(MAX_ENTRIES) {
        let Some((weight, language)) = parse_entry(entry) else {
            continue;
        };
        if weight > 0 && best.is_none_or(|(top, _)| weight > top) {
            best = Some((weight, language));
        }
    }
    best.map_or(Language::En, |(_, language)| language)
}

/// The same pages under `/en`, `/zh-hant` and `/zh-hans`.
pub fn in_every_language<S: Clone + Send + Sync + 'static>(pages: &Router<S>) -> Router<S> {
    let nest = |router: Router<S>, language: Language| {
        router.nest(&format!("/{}", language.slug()), pages.clone())
    };
    Language::ALL.into_iter().fold(Router::new(), nest)
}

/// Splits `/zh-hant/status` into its language and `/status`.
pub(crate) fn split(path: &str) -> Option<(Language, &str)> {
    let rest = path.strip_prefix('/')?;
    let (slug, tail) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    Language::from_slug(slug).map(|language| (language, tail))
}

fn parse_entry(entry: &str) -> Option<(u16, Language)> {
    let mut pieces = entry.split(';');
    let language = of_tag(pieces.next()?.trim())?;
    let weight = pieces
        .find_map(|p| p.trim().strip_prefix("q="))
        .map_or(Some(1000), parse_weight)?;
    Some((weight, language))
}

/// `0.8` as 800; nothing for what is no weight.
fn parse_weight(text: &str) -> Option<u16> {
    let (whole, thousandths) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if thousandths.len() > 3 || !thousandths.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let rest: u16 = format!("{thousandths:0<3}").parse().ok()?;
    match whole {
        "0" => Some(rest),
        "1" => Some(1000),
        _ => None,
    }
}

fn of_tag(tag: &str) -> Option<Language> {
    let tag = tag.to_ascii_lowercase();
    let mut subtags = tag.split('-');
    match subtags.next()? {
        "en" | "*" => Some(Language::En),
        "zh" if subtags.clone().any(|s| s == "hant") => Some(Language::ZhHant),
        "zh" if subtags.any(|s| matches!(s, "hans" | "cn" | "sg" | "my")) => Some(Language::ZhHans),
        "zh" | "yue" => Some(Language::ZhHant),
        _ => None,
    }
}

/// Browsers send a handful; the rest of a longer header is not read.
const MAX_ENTRIES: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_table() {
        let table = [
            ("", Language::En),
            ("fr-FR,de;q=0.5", Language::En),
            ("zh", Language::ZhHant),
            ("zh-HK", Language::ZhHant),
            ("zh-MO,en;q=0.2", Language::ZhHant),
            ("zh-TW", Language::ZhHant),
            ("zh-Hant-CN", Language::ZhHant),
            ("yue-HK", Language::ZhHant),
            ("zh-CN", Language::ZhHans),
            ("zh-SG", Language::ZhHans),
            ("zh-Hans-HK", Language::ZhHans),
            ("ZH-hans", Language::ZhHans),
            ("fr, zh-CN;q=0.8, zh-HK;q=0.9", Language::ZhHant),
            ("en;q=0.1,zh-CN;q=0.8", Language::ZhHans),
            ("zh-CN;q=0, en;q=0.1", Language::En),
            ("zh-CN;q=2", Language::En),
            ("zh-CN;q=0.99999", Language::En),
            ("*", Language::En),
        ];
        for (header, expected) in table {
            assert_eq!(negotiate(header), expected, "{header}");
        }
    }

    #[test]
    fn the_prefix_is_split_off() {
        assert_eq!(split("/en"), Some((Language::En, "/")));
        assert_eq!(
            split("/zh-hant/status/x"),
            Some((Language::ZhHant, "/status/x"))
        );
        assert_eq!(split("/english/x"), None);
        assert_eq!(split("/"), None);
    }
}
