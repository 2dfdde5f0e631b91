use super::finding::Finding;
use super::repository::Repository;

/// Names that say nothing about what is inside.
const EMPTY: &[&str] = &[
    "util", "utils", "common", "helper", "helpers", "manager", "base", "impl", "data", "info",
    "misc",
];

/// Finds crates, modules and folders of modules with names that hide meaning.
pub fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, _) in repository.rust() {
        let empty = file
            .path
            .split('/')
            .map(|part| part.trim_end_matches(".rs"))
            .find(|part| EMPTY.contains(part));
        findings.extend(empty.map(|part| {
            let advice = format!("`{part}` hides what is inside: name the noun or the verb");
            Finding::new(&file.path, 0, "names", advice)
        }));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::finding::found;
    use super::check;

    #[test]
    fn empty_names_are_found() {
        for path in [
            "crates/a/src/utils.rs",
            "crates/common/src/lib.rs",
            "crates/a/src/info/b.rs",
            "crates/a/tests/common/mod.rs",
        ] {
            assert_eq!(found(check, &[(path, "")]), ["0: names"], "{path}");
        }
        assert_eq!(
            found(
                check,
                &[
                    ("crates/a/src/household.rs", ""),
                    ("crates/a/data/b.tsv", "")
                ]
            ),
            Vec::<String>::new()
        );
    }
}
