//! The workspace's lints bind every crate, and whoever silences one says why.

use super::finding::Finding;
use super::manifest::{manifests, section};
use super::repository::Repository;

/// Finds manifests without the workspace's lints, and `allow` where `expect` with a reason would do.
pub fn check(repository: &Repository) -> Vec<Finding> {
    let free = manifests(repository).filter(|(_, manifest)| section(manifest, "lints").is_none());
    let mut findings: Vec<Finding> = free
        .map(|(_, manifest)| {
            Finding::new(
                &manifest.path,
                0,
                "lints",
                "add `[lints]` with `workspace = true`",
            )
        })
        .collect();
    for (file, source) in repository.rust() {
        let allowing = source.lines.iter().filter(|line| {
            ["#[allow(", "#![allow("]
                .iter()
                .any(|a| line.code.contains(a))
        });
        findings.extend(allowing.map(|line| {
            Finding::new(
                &file.path,
                line.number,
                "lints",
                "say `#[expect(…, reason = \"…\")]`, so that it ends with its reason",
            )
        }));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::finding::found;
    use super::check;

    #[test]
    fn a_free_crate_and_a_silent_allow_are_found() {
        assert_eq!(
            found(check, &[("crates/a/Cargo.toml", "[package]\n")]),
            ["0: lints"]
        );
        let bound = "[package]\n[lints]\nworkspace = true\n";
        assert_eq!(
            found(check, &[("crates/a/Cargo.toml", bound)]),
            Vec::<String>::new()
        );
        assert_eq!(
            found(
                check,
                &[("crates/a/src/b.rs", "\n#[allow(dead_code)]\nfn c() {}")]
            ),
            ["2: lints"]
        );
    }
}
