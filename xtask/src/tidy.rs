//! `cargo xtask tidy`: the rules of ARCHITECTURE.md and STYLE.md that a machine can hold. One line a finding, and what to
//! do about it.

mod absences;
mod budget;
mod directions;
mod faces;
mod finding;
mod identity;
mod leftovers;
mod lints;
mod manifest;
mod names;
mod plan;
mod repository;
mod rust;
mod sizes;
mod sql;

use std::path::Path;

use finding::Finding;
use repository::Repository;

use crate::say::say;

const RULES: &[fn(&Repository) -> Vec<Finding>] = &[
    directions::check,
    absences::check,
    sql::check,
    names::check,
    leftovers::check,
    lints::check,
    identity::check,
    faces::check,
    sizes::check,
    budget::check,
    plan::check,
];

/// Checks the repository; true when there is no finding.
pub fn run(root: &Path) -> bool {
    let repository = match Repository::read(root) {
        Ok(repository) => repository,
        Err(error) => {
            say(&format!("tidy: cannot read the repository: {error}"));
            return false;
        }
    };
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&repository)).collect();
    findings.sort();
    for finding in &findings {
        say(&finding.to_string());
    }
    let packages = budget::packages(&repository);
    say(&format!(
        "tidy: {} files, {packages} packages in Cargo.lock, {} findings",
        repository.files.len(),
        findings.len()
    ));
    findings.is_empty()
}
