use std::sync::LazyLock;

use kernel::Language;
use webkit::{Catalogue, L10n};

const SOURCES: [(Language, &str); 3] = [
    (Language::En, include_str!("../locales/en.ftl")),
    (Language::ZhHant, include_str!("../locales/zh-hant.ftl")),
    (Language::ZhHans, include_str!("../locales/zh-hans.ftl")),
];

static CATALOGUE: LazyLock<Option<Catalogue>> = LazyLock::new(|| Catalogue::new(SOURCES).ok());

/// The texts of this face. A catalogue that cannot be read is found by the tests; the shell's own words stand in then.
pub(crate) fn texts(language: Language) -> L10n {
    CATALOGUE.as_ref().map_or_else(|| webkit::texts(language), |catalogue| catalogue.l10n(language))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use webkit::{CatalogueFlaw, check_catalogues};

    use super::*;

    #[test]
    fn three_catalogues_are_whole() {
        let allowed = ["SMS", "PDF", "SHA", "TOML", "CSV", "JSON", "age", "reference", "delivered", "failed", "JavaScript", "slug", "MB", "KB", "localhost", "Connect", "DPoP", "Ed", "FAPI", "JPEG", "JWKS", "JWT", "OpenID", "PEM", "PNG", "RFC", "RSA", "TLS", "WebP", "http", "https", "OPS"];
        // Both scripts write 繁 alike; the checker takes it for a character of one.
        let alike = |flaw: &CatalogueFlaw| matches!(flaw, CatalogueFlaw::Script(_, _, '繁'));
        let flaws: Vec<_> = check_catalogues(SOURCES, &allowed).into_iter().filter(|flaw| !alike(flaw)).collect();
        assert_eq!(flaws, []);
    }

    /// Every key that stands in quotes in a page is in the catalogue, and nothing in the catalogue is left over.
    #[test]
    fn every_key_of_a_page_exists() {
        let texts = texts(Language::En);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut asked = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let source = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for call in ["say(\"", "tell(\""] {
                for rest in source.split(call).skip(1) {
                    let key = rest.split('"').next().unwrap();
                    assert!(key.contains('{') || texts.has(key), "{key}");
                    asked += 1;
                }
            }
        }
        assert!(asked > 100, "the pages were read");
    }

    #[test]
    fn every_role_says_what_it_is_for() {
        let texts = texts(Language::En);
        for role in people::Role::ALL {
            assert!(texts.has(&format!("role-{}", role.slug())), "{role}");
        }
    }
}
