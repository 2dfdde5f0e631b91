//! The dependencies: how many, and from where.

use super::finding::Finding;
use super::repository::{File, Repository};

const BUDGET: usize = 700;
const REFUSED: &[&str] = &["openssl", "openssl-sys", "native-tls"];
const REGISTRY: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

/// How many packages the lock file names, ours included.
pub fn packages(repository: &Repository) -> usize {
    lock(repository)
        .lines()
        .filter(|line| *line == "[[package]]")
        .count()
}

/// More than the budget needs a decision on record; every package comes from the public registry; TLS is `rustls`.
pub fn check(repository: &Repository) -> Vec<Finding> {
    let count = packages(repository);
    let decided = repository
        .files
        .iter()
        .any(|file| file.path.starts_with("docs/adr/") && file.path.contains("dependenc"));
    let advice = format!(
        "{count} packages, {BUDGET} without an ADR (docs/adr/NNNN-dependencies.md): drop some or decide"
    );
    let over =
        (count > BUDGET && !decided).then(|| Finding::new("Cargo.lock", 0, "budget", advice));
    let lines = (1..).zip(lock(repository).lines());
    let foreign = lines.filter(|(_, line)| line.starts_with("source = ") && *line != REGISTRY);
    let foreign = foreign.map(|(number, line)| {
        Finding::new(
            "Cargo.lock",
            number,
            "budget",
            format!("{line}: take the package from crates.io"),
        )
    });
    let refused = (1..).zip(lock(repository).lines()).filter(|(_, line)| {
        line.strip_prefix("name = ")
            .is_some_and(|name| REFUSED.contains(&name.trim_matches('"')))
    });
    let refused = refused.map(|(number, line)| {
        Finding::new(
            "Cargo.lock",
            number,
            "budget",
            format!("{line}: use rustls with aws-lc-rs"),
        )
    });
    over.into_iter().chain(foreign).chain(refused).collect()
}

fn lock(repository: &Repository) -> &str {
    repository
        .file("Cargo.lock")
        .and_then(File::text)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::finding::found;
    use super::*;

    #[test]
    fn too_many_and_foreign_packages_are_found() {
        let many = "[[package]]\n".repeat(BUDGET + 1);
        assert_eq!(found(check, &[("Cargo.lock", &many)]), ["0: budget"]);
        assert_eq!(
            found(
                check,
                &[("Cargo.lock", &many), ("docs/adr/0009-dependencies.md", "")]
            ),
            Vec::<String>::new()
        );
        let foreign = format!(
            "[[package]]\n{REGISTRY}\n[[package]]\nsource = \"git+https://example.org/a\"\n"
        );
        assert_eq!(found(check, &[("Cargo.lock", &foreign)]), ["4: budget"]);
        let refused = "[[package]]\nname = \"openssl-sys\"\n";
        assert_eq!(found(check, &[("Cargo.lock", refused)]), ["2: budget"]);
    }
}
