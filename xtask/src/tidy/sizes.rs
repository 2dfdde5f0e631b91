use std::collections::BTreeMap;

use super::finding::Finding;
use super::repository::Repository;

const FILE: usize = 800;
const CRATE: usize = 15_000;

/// A file that is one long table says so in its first line.
const TABLE: &str = "// table:";

/// Finds files and crates that have grown too large. Functions over 70 lines are left to clippy.
pub fn check(repository: &Repository) -> Vec<Finding> {
    let (mut findings, mut houses) = (Vec::new(), BTreeMap::<String, usize>::new());
    for (file, source) in repository.rust() {
        let lines = source.lines.len();
        if lines > FILE && !file.text().is_some_and(|text| text.starts_with(TABLE)) {
            let advice = format!(
                "{lines} lines, {FILE} at most: split by use case, or begin with `{TABLE} …`"
            );
            findings.push(Finding::new(&file.path, 0, "sizes", advice));
        }
        if let Some(house) = file.house() {
            // What stands below `tests/` is compiled as a crate of its own.
            let part = if file.path.contains("/tests/") { " (tests)" } else { "" };
            *houses.entry(format!("{house}{part}")).or_default() += lines;
        }
    }
    let large = houses.into_iter().filter(|(_, lines)| *lines > CRATE);
    findings.extend(large.map(|(house, lines)| {
        Finding::new(
            &house,
            0,
            "sizes",
            format!("{lines} lines, {CRATE} at most: split by what changes together"),
        )
    }));
    findings
}

#[cfg(test)]
mod tests {
    use super::super::finding::found;
    use super::*;

    #[test]
    fn large_files_and_crates_are_found() {
        let long = "\n".repeat(FILE + 1);
        assert_eq!(found(check, &[("crates/a/src/b.rs", &long)]), ["0: sizes"]);
        assert_eq!(
            found(check, &[("crates/a/src/b.rs", &"\n".repeat(FILE))]),
            Vec::<String>::new()
        );
        let table = format!("{TABLE} every id{}", "\n".repeat(CRATE));
        assert_eq!(
            found(check, &[("crates/a/src/b.rs", &table)]),
            Vec::<String>::new()
        );
        assert_eq!(
            found(
                check,
                &[("crates/a/src/b.rs", &table), ("crates/a/src/c.rs", "//\n")]
            ),
            ["0: sizes"]
        );
        assert_eq!(
            found(
                check,
                &[
                    ("crates/a/src/b.rs", &table),
                    ("crates/a/tests/it/c.rs", "//\n")
                ]
            ),
            Vec::<String>::new()
        );
    }
}
