//! `docs/oidc-conformance.md`: every test that it names exists.

use std::path::{Path, PathBuf};

const DOCUMENT: &str = include_str!("../../../../docs/oidc-conformance.md");

#[test]
fn every_test_that_the_table_names_exists() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (mut rows, mut not_yet) = (0, 0);
    for line in DOCUMENT.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [module, covered] = cells[..] else { panic!("two cells a row: {line}") };
        rows += 1;
        if covered.starts_with("not yet") || covered.starts_with("does not apply") {
            assert!(covered.contains(": "), "say why: {line}");
            not_yet += 1;
            continue;
        }
        for named in covered.split("; ") {
            let (file, test) = named.trim_matches('`').split_once(" · ").unwrap_or_else(|| panic!("{module}: FILE · TEST, not {named}"));
            let text = std::fs::read_to_string(house.join(file)).unwrap_or_else(|error| panic!("{module}: {file}: {error}"));
            let exists = if is_rust(&house.join(file)) { text.contains(&format!("fn {test}()")) } else { text.contains(&format!("'{test}'")) || text.contains(&format!("\"{test}\"")) };
            assert!(exists, "{module}: {file} has no `{test}`");
        }
    }
    assert!(rows >= 130, "{rows} rows");
    assert!(DOCUMENT.contains(&format!("{rows} modules, {} with a test, {not_yet} without", rows - not_yet)), "{rows} rows, {not_yet} without a test");
}

fn is_rust(path: &PathBuf) -> bool {
    path.extension().is_some_and(|ending| ending == "rs")
}
