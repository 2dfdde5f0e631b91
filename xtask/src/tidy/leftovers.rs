//! What was left lying about: unfinished code, notes to oneself, paths of one machine.

use super::finding::Finding;
use super::repository::Repository;
use super::rust::names;

/// Put together here so that this file does not find itself.
const NOTES: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
];
const UNFINISHED: &[&str] = &["todo!", "unimplemented!", "#[ignore"];
const MACHINE: &[&str] = &["work", "root", "tmp"];

/// Looks through all texts.
pub fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in repository.texts() {
        for (number, line) in (1..).zip(text.lines()) {
            let note = |rule, advice: String| Finding::new(&file.path, number, rule, advice);
            findings.extend(NOTES.iter().find(|word| names(line, word)).map(|word| {
                note(
                    "left over",
                    format!("{word}: do it, or write it down where the team looks"),
                )
            }));
            findings.extend(MACHINE.iter().find(|folder| names_machine(line, folder)).map(|folder| {
                note("machine path", format!("a path under {folder} exists on one machine only: take an argument or a tempfile"))
            }));
        }
    }
    for (file, source) in repository.rust() {
        for line in &source.lines {
            let left = UNFINISHED.iter().find(|word| line.code.contains(**word));
            findings.extend(left.map(|word| {
                Finding::new(
                    &file.path,
                    line.number,
                    "unfinished",
                    format!("`{word}`: finish it or take it out"),
                )
            }));
        }
    }
    findings
}

/// Whether the line names an absolute path below that folder of the root.
fn names_machine(line: &str, folder: &str) -> bool {
    line.match_indices(&format!("/{folder}/")).any(|(at, _)| {
        let before = line.get(..at).and_then(|start| start.chars().next_back());
        !before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
    })
}

#[cfg(test)]
mod tests {
    use super::super::finding::found;
    use super::*;

    #[test]
    fn notes_and_unfinished_code_are_found() {
        for word in NOTES {
            assert_eq!(
                found(check, &[("docs/a.md", &format!("one\n{word}: two"))]),
                ["2: left over"]
            );
        }
        for code in [
            "fn a() { todo!() }",
            "fn a() { unimplemented!(\"b\") }",
            "#[ignore]\n#[test]\nfn a() {}",
        ] {
            assert_eq!(
                found(check, &[("crates/a/src/b.rs", code)]),
                ["1: unfinished"],
                "{code}"
            );
        }
        assert_eq!(
            found(
                check,
                &[(
                    "crates/a/src/b.rs",
                    "let s = \"todo!\"; // todo! is a macro"
                )]
            ),
            Vec::<String>::new()
        );
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        for folder in MACHINE {
            let path = ["", folder, "file"].join("/");
            for text in [
                path.clone(),
                format!("see `{path}`"),
                format!("fs::read(\"{path}\")"),
            ] {
                assert_eq!(
                    found(check, &[("README.md", &text)]),
                    ["1: machine path"],
                    "{text}"
                );
            }
            assert_eq!(
                found(check, &[("README.md", &format!("..{path} and a{path}"))]),
                Vec::<String>::new()
            );
        }
    }
}
