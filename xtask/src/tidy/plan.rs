//! ARCHITECTURE.md shows the house as it is: every crate in its tree, and no other.

use super::finding::Finding;
use super::repository::{File, Repository};

const PLAN: &str = "ARCHITECTURE.md";

/// Compares the tree of the plan (its code blocks) with the crates that exist.
pub fn check(repository: &Repository) -> Vec<Finding> {
    let Some(plan) = repository.file(PLAN).and_then(File::text) else {
        return vec![Finding::new(
            PLAN,
            0,
            "plan",
            "missing: describe the house as built",
        )];
    };
    let drawn = drawn(plan);
    let exists = |name: &str| {
        repository
            .files
            .iter()
            .any(|file| file.path.starts_with(&format!("{name}/")))
    };
    let is_drawn = |house: &str| drawn.iter().any(|(_, name)| *name == house);
    let undrawn = repository.crates().filter(|house| !is_drawn(house));
    let undrawn =
        undrawn.map(|house| Finding::new(PLAN, 0, "plan", format!("draw `{house}/` in the tree")));
    let gone = drawn
        .iter()
        .filter(|(_, name)| !exists(&format!("crates/{name}")) && !exists(name));
    let gone = gone.map(|(line, name)| {
        Finding::new(
            PLAN,
            *line,
            "plan",
            format!("`{name}/` does not exist: take it out"),
        )
    });
    undrawn.chain(gone).collect()
}

/// The folders at the start of lines in code blocks, several on one line possible: `  resident/ staff/   faces`.
fn drawn(plan: &str) -> Vec<(usize, &str)> {
    let (mut inside, mut found) = (false, Vec::new());
    for (number, line) in (1..).zip(plan.lines()) {
        if line.starts_with("```") {
            inside = !inside;
        } else if inside {
            let names = line
                .split_whitespace()
                .map_while(|word| word.strip_suffix('/'));
            found.extend(
                names
                    .filter(|name| !name.contains('/'))
                    .map(|name| (number, name)),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::finding::found;
    use super::*;

    #[test]
    fn the_plan_and_the_house_agree() {
        let house = ("crates/seal/Cargo.toml", "");
        assert_eq!(found(check, &[house]), ["0: plan"], "missing");
        let plan = "```\ncrates/\n  seal/   keys\n```\nprose about vault/ here\n";
        assert_eq!(found(check, &[house, (PLAN, plan)]), Vec::<String>::new());
        assert_eq!(
            found(
                check,
                &[house, (PLAN, "```\ncrates/\n  seal/ vault/  x\n```\n")]
            ),
            ["3: plan"]
        );
        assert_eq!(found(check, &[house, (PLAN, "no tree")]), ["0: plan"]);
    }
}
