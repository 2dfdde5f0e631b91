//! The invariants that are absences: what a name stands for has one home, and nobody else says it.

use super::finding::Finding;
use super::manifest::{dependencies, manifests};
use super::repository::Repository;
use super::rust::{Source, names, names_crate};

struct Absence {
    rule: &'static str,
    /// Libraries, in manifests and in code.
    crates: &'static [&'static str],
    /// Paths and keywords, in code.
    words: &'static [&'static str],
    homes: &'static [&'static str],
    /// Whether tests are bound by it too.
    tests_too: bool,
    advice: &'static str,
}

const ABSENCES: &[Absence] = &[
    Absence {
        rule: "engine",
        crates: &[
            "rusqlite",
            "postgres",
            "tokio_postgres",
            "libsqlite3_sys",
            "sqlx",
        ],
        words: &[],
        homes: &["store"],
        tests_too: true,
        advice: "only `store` names a database engine: use store::Tx",
    },
    Absence {
        rule: "cipher",
        crates: &[
            "aws_lc_rs",
            "ring",
            "aes",
            "aes_gcm",
            "chacha20poly1305",
            "hmac",
            "hkdf",
            "sha1",
            "sha2",
            "sha3",
            "blake3",
            "age",
            "argon2",
            "scrypt",
            "cryptoki",
            "ed25519_dalek",
            "p256",
            "rsa",
        ],
        words: &[],
        homes: &["seal", "verifier", "webtest", "testkit"],
        tests_too: false,
        advice: "only `seal` names a cipher or a hash: use what it offers, or add the verb there",
    },
    Absence {
        rule: "tls",
        crates: &["rustls", "tokio_rustls", "rustls_pemfile", "rcgen"],
        words: &[],
        homes: &["webkit", "connectors", "store", "rehearsals", "lionrock", "testkit", "conformance"],
        tests_too: false,
        advice: "TLS ends in `webkit` and begins in `connectors`, and in `store` to a database on another machine",
    },
    Absence {
        rule: "passkeys",
        crates: &["webauthn_rs"],
        words: &[],
        homes: &["people"],
        tests_too: false,
        advice: "only `people` names the WebAuthn library: ask its ceremonies",
    },
    Absence {
        rule: "http",
        crates: &[
            "axum",
            "hyper",
            "hyper_util",
            "http_body_util",
            "tokio",
            "tower",
            "tower_http",
            "reqwest",
            "ureq",
        ],
        words: &["async"],
        homes: &[
            "webkit",
            "connectors",
            "resident",
            "desk",
            "casework",
            "control",
            "staff",
            "partner",
            "api",
            "rehearsals",
            "lionrock",
            "testkit",
            "webtest",
            "conformance",
            "verifier",
        ],
        tests_too: false,
        advice: "nothing below `webkit` and `connectors` knows HTTP or async: return a value or declare a port",
    },
    Absence {
        rule: "ambient",
        crates: &[],
        words: &["SystemTime::now", "Zoned::now", "Timestamp::now"],
        homes: &["installation", "verifier", "xtask", "testkit", "webtest", "conformance"],
        tests_too: false,
        advice: "only `installation` reads the wall clock: take a kernel::Clock or an argument",
    },
    Absence {
        rule: "ambient",
        crates: &["getrandom"],
        words: &["env::var", "env::vars", "env::var_os", "OsRng", "thread_rng", "rand::random", "rand::rng"],
        homes: &["lionrock", "verifier", "xtask", "testkit", "webtest", "conformance"],
        tests_too: false,
        advice: "only `lionrock` reads the environment, and chance is an argument: take a kernel::Random or an argument",
    },
    Absence {
        rule: "ambient",
        crates: &[],
        words: &["std::env"],
        // The last two ask where the program itself and the temporary directory lie.
        homes: &["lionrock", "verifier", "xtask", "testkit", "webtest", "conformance", "installation", "rehearsals"],
        tests_too: false,
        advice: "only `lionrock` reads the environment: take an argument",
    },
    Absence {
        rule: "vouching",
        crates: &[],
        words: &["vouched_by_journal"],
        homes: &["journal", "seal"],
        tests_too: true,
        advice: "only the journal's unit of work, after COMMIT, mints the proof that opens sealed values",
    },
];

/// Finds every name outside its home.
pub fn check(repository: &Repository) -> Vec<Finding> {
    ABSENCES
        .iter()
        .flat_map(|absence| in_manifests(absence, repository).chain(in_code(absence, repository)))
        .collect()
}

fn in_manifests<'a>(
    absence: &'a Absence,
    repository: &'a Repository,
) -> impl Iterator<Item = Finding> + 'a {
    let elsewhere = manifests(repository).filter(|(house, _)| !absence.homes.contains(house));
    elsewhere.flat_map(move |(_, manifest)| {
        let bound = dependencies(manifest)
            .into_iter()
            .filter(|used| absence.tests_too || !used.for_tests);
        let named = bound.filter(|used| absence.crates.contains(&used.name.as_str()));
        named
            .map(|used| Finding::new(&manifest.path, used.line, absence.rule, absence.advice))
            .collect::<Vec<_>>()
    })
}

fn in_code<'a>(
    absence: &'a Absence,
    repository: &'a Repository,
) -> impl Iterator<Item = Finding> + 'a {
    let elsewhere = repository.rust().filter(|(file, _)| {
        // A build script speaks with cargo through the environment, and has no other way.
        let is_script = absence.rule == "ambient" && file.path.ends_with("/build.rs");
        file.house()
            .is_some_and(|house| !absence.homes.contains(&house) && !is_script)
    });
    elsewhere.flat_map(move |(file, source)| {
        let bound = source
            .lines
            .iter()
            .filter(|line| absence.tests_too || !line.is_test);
        let crates: Vec<&str> = absence
            .crates
            .iter()
            .copied()
            .filter(|name| !is_other(source, name))
            .collect();
        let named = bound.filter(|line| {
            crates.iter().any(|name| names_crate(&line.code, name))
                || absence.words.iter().any(|word| names(&line.code, word))
        });
        named
            .map(|line| Finding::new(&file.path, line.number, absence.rule, absence.advice))
            .collect::<Vec<_>>()
    })
}

/// Whether the file calls something else by the crate's name, as `use rustls::crypto::aws_lc_rs;` does.
fn is_other(source: &Source, name: &str) -> bool {
    let (imported, own) = (format!("::{name};"), format!("mod {name}"));
    source
        .lines
        .iter()
        .any(|line| line.code.contains(&imported) || names(&line.code, &own))
}

#[cfg(test)]
mod tests {
    use super::super::finding::found;
    use super::*;

    #[test]
    fn a_name_outside_its_home_is_found() {
        let cases = [
            ("vault", "use rusqlite::Connection;", "engine"),
            ("journal", "let tag = hmac::Hmac::new();", "cipher"),
            ("registration", "let page = axum::Router::new();", "http"),
            ("vault", "pub async fn open() {}", "http"),
            (
                "people",
                "let now = std::time::SystemTime::now();",
                "ambient",
            ),
            ("webkit", "let port = std::env::var(\"PORT\");", "ambient"),
            ("rehearsals", "let port = env::var(\"PORT\");", "ambient"),
            ("lionrock", "let now = std::time::SystemTime::now();", "ambient"),
            ("installation", "pub async fn open() {}", "http"),
            ("staff", "use webauthn_rs::Webauthn;", "passkeys"),
            ("seal", "use rustls::ServerConfig;", "tls"),
            ("flows", "AfterCommit::vouched_by_journal()", "vouching"),
        ];
        for (house, code, rule) in cases {
            let path = format!("crates/{house}/src/a.rs");
            assert!(
                found(check, &[(&path, code)]).contains(&format!("1: {rule}")),
                "{house}: {code}"
            );
        }
        assert_eq!(
            found(
                check,
                &[(
                    "crates/flows/Cargo.toml",
                    "[dependencies]\naxum = \"0.8\"\n"
                )]
            ),
            ["2: http"]
        );
        assert_eq!(
            found(
                check,
                &[(
                    "crates/vault/Cargo.toml",
                    "[dev-dependencies]\npostgres = \"1\"\n"
                )]
            ),
            ["2: engine"]
        );
    }

    #[test]
    fn homes_tests_and_comments_are_free() {
        let free = [
            ("crates/store/src/a.rs", "use rusqlite::Connection;"),
            ("crates/seal/src/a.rs", "use aws_lc_rs::aead;"),
            (
                "crates/webkit/src/a.rs",
                "use rustls::crypto::aws_lc_rs;\nfn a() { aws_lc_rs::default_provider() }",
            ),
            (
                "crates/vault/tests/a.rs",
                "use sha2::Sha256; let folder = std::env::temp_dir();",
            ),
            (
                "crates/vault/src/a.rs",
                "// like postgres::Client\nlet x = \"axum::Router\";",
            ),
            (
                "crates/vault/build.rs",
                "let out = std::env::var(\"OUT_DIR\");",
            ),
            (
                "crates/flows/Cargo.toml",
                "[dev-dependencies]\nsha2 = \"1\"\n",
            ),
        ];
        assert_eq!(found(check, &free), Vec::<String>::new());
        let vouching = "#[cfg(test)]\nmod tests { fn f() { vouched_by_journal() } }";
        assert_eq!(
            found(check, &[("crates/vault/src/a.rs", vouching)]),
            ["2: vouching"]
        );
    }
}
