//! Which crate may use which: the line of ARCHITECTURE.md, from left to right.

use super::finding::Finding;
use super::manifest::{Dependency, dependencies, manifests, section};
use super::repository::Repository;

/// Each crate may use what stands in an earlier row, never its neighbours: no slice knows another slice.
const ROWS: &[&[&str]] = &[
    &["kernel"],
    &["canary", "hongkong", "store", "seal"],
    &["journal", "openid"],
    &["people"],
    &["vault", "notify"],
    SLICES,
    &["flows", "webkit", "connectors"],
    &["desk"],
    &["casework", "control"],
    &["resident", "staff", "partner", "api", "installation"],
    &["rehearsals"],
    &["lionrock"],
];

const SLICES: &[&str] = &[
    "waitingroom",
    "registration",
    "identity",
    "provider",
    "signing",
    "stations",
    "processors",
    "checkin",
    "assurance",
    "response",
    "advisories",
    "callout",
    "drill",
    "training",
];

/// Used by tests only, and then by every crate.
const FOR_TESTS: &[&str] = &["testkit", "webtest", "conformance"];

const RULE: &str = "directions";

/// Finds every edge between our crates that goes the wrong way, and cargo features of our own.
pub fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (house, manifest) in manifests(repository) {
        if !is_known(house) {
            let advice = format!(
                "give `{house}` a place in ROWS of xtask/src/tidy/directions.rs and in ARCHITECTURE.md"
            );
            findings.push(Finding::new(&manifest.path, 1, RULE, advice));
        }
        let wrong = dependencies(manifest)
            .into_iter()
            .filter(|used| !may_use(house, used));
        findings.extend(wrong.map(|used| {
            let advice = format!(
                "`{house}` may not use `{}`: {}",
                used.name,
                reason(house, &used)
            );
            Finding::new(&manifest.path, used.line, RULE, advice)
        }));
        findings.extend(section(manifest, "features").map(|line| {
            Finding::new(
                &manifest.path,
                line,
                RULE,
                "no cargo feature changes behaviour: make it configuration",
            )
        }));
    }
    findings
}

fn is_known(house: &str) -> bool {
    row(house).is_some() || FOR_TESTS.contains(&house) || ["verifier", "xtask"].contains(&house)
}

fn may_use(house: &str, used: &Dependency) -> bool {
    let name = used.name.as_str();
    match (house, row(house), row(name)) {
        (_, _, None) => match name {
            // The verifier judges the writers in their own tests.
            "testkit" | "webtest" | "conformance" | "verifier" => used.for_tests || FOR_TESTS.contains(&house),
            "xtask" => false,
            _ => true, // a library
        },
        // It checks the writers, so it shares nothing with them but their output in its tests.
        ("verifier", ..) => used.for_tests,
        ("xtask", ..) => false,
        // The shell holds no feature.
        ("webkit", ..) if SLICES.contains(&name) => false,
        (_, Some(own), Some(other)) => other < own,
        // testkit, webtest and conformance may bring everything together.
        (_, None, Some(_)) => true,
    }
}

fn reason(house: &str, used: &Dependency) -> &'static str {
    match house {
        "verifier" => "it shares no code with the writers",
        "xtask" => "it must build in seconds; put what needs the house into a binary of its own",
        "webkit" => "the shell holds no feature; let a face bring both together",
        _ if FOR_TESTS.contains(&used.name.as_str()) => "it is for tests; make it a dev-dependency",
        _ if SLICES.contains(&house) && SLICES.contains(&used.name.as_str()) => {
            "no slice depends on another; bring them together in `flows`"
        }
        _ => "it stands beside or to the right; declare a trait here and implement it there",
    }
}

fn row(house: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&house))
}

#[cfg(test)]
mod tests {
    use super::super::finding::found;
    use super::*;

    fn edge(house: &str, section: &str, used: &str) -> bool {
        let manifest = format!("[{section}]\n{used}.workspace = true\n");
        !found(check, &[(&format!("crates/{house}/Cargo.toml"), &manifest)]).is_empty()
    }

    #[test]
    fn edges_to_the_left_are_fine() {
        for (house, used) in [
            ("journal", "seal"),
            ("registration", "vault"),
            ("connectors", "registration"),
        ] {
            assert!(!edge(house, "dependencies", used), "{house} -> {used}");
        }
        assert!(!edge("kernel", "dev-dependencies", "testkit"));
        assert!(!edge("journal", "dev-dependencies", "verifier"));
        assert!(!edge("verifier", "dev-dependencies", "journal"));
        assert!(!edge("seal", "dependencies", "thiserror"));
    }

    #[test]
    fn every_other_edge_is_found() {
        let wrong = [
            ("kernel", "store"),
            ("store", "seal"),
            ("vault", "notify"),
            ("registration", "assurance"),
            ("registration", "flows"),
            ("flows", "webkit"),
            ("webkit", "registration"),
            ("resident", "staff"),
            ("desk", "casework"),
            ("casework", "control"),
            ("control", "staff"),
            ("verifier", "seal"),
            ("xtask", "kernel"),
            ("people", "testkit"),
            ("lionrock", "xtask"),
            ("staff", "installation"),
            ("installation", "rehearsals"),
            ("rehearsals", "lionrock"),
            ("unheard", "kernel"),
        ];
        for (house, used) in wrong {
            assert!(edge(house, "dependencies", used), "{house} -> {used}");
        }
        assert!(edge("vault", "dev-dependencies", "registration"));
        assert_eq!(
            found(
                check,
                &[("crates/seal/Cargo.toml", "[features]\nfast = []\n")]
            ),
            ["1: directions"]
        );
    }
}
