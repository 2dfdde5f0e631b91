//! `cargo xtask test`: the whole suite, on a fresh machine as in CI.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::say::say;
use crate::{needs, tidy};

/// Runs every step and stops at the first that fails; the runner's own summary comes last.
pub fn run(root: &Path) -> bool {
    needs::meet() && tidy::run(root) && lints(root) && build(root) && tests(root)
}

/// Warnings are errors in CI only, so that they do not stop anyone in the middle of a thought.
fn lints(root: &Path) -> bool {
    if !in_ci() {
        return true;
    }
    if !has(root, "clippy") {
        say("missing: clippy. rustup component add clippy");
        return false;
    }
    step(
        root,
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ],
    )
}

/// The binaries first: black-box tests run them.
fn build(root: &Path) -> bool {
    step(root, &["build", "--workspace", "--bins", "--quiet"])
}

/// Nothing is said after the runner, so its own summary stands last.
fn tests(root: &Path) -> bool {
    if !has(root, "nextest") {
        return plain_tests(root);
    }
    let profile = if in_ci() { "ci" } else { "default" };
    let run = [
        "nextest",
        "run",
        "--workspace",
        "--no-tests=fail",
        "--profile",
    ];
    runs(root, &[&run[..], &[profile]].concat())
}

/// Keys, journal, personal data and messages: what must not be wrong in the build that runs.
const CORE: [&str; 6] = ["kernel", "seal", "journal", "vault", "registration", "notify"];

/// `cargo xtask core`: their tests, optimised as in a release. An optimiser may be wrong: rustc 1.95 once made another day of a chain of
/// closures in `notify::doomed` than was written, and no test of a debug build could see it.
pub fn core(root: &Path) -> bool {
    let packages: Vec<&str> = CORE.iter().flat_map(|name| ["-p", *name]).collect();
    let run: &[&str] = if has(root, "nextest") {
        &["nextest", "run", "--no-tests=fail", "--no-fail-fast"]
    } else {
        &["test", "--no-fail-fast"]
    };
    needs::meet() && runs(root, &[run, &["--release"], &packages].concat())
}

/// `cargo test` calls a run without any test a success, so its summaries are counted on the way.
fn plain_tests(root: &Path) -> bool {
    let mut command = cargo(root, &["test", "--workspace", "--no-fail-fast"]);
    let Ok(mut child) = command.stdout(Stdio::piped()).spawn() else {
        say("cargo did not start");
        return false;
    };
    let lines = child
        .stdout
        .take()
        .map(|stdout| BufReader::new(stdout).lines().map_while(Result::ok));
    let ran: u64 = lines
        .into_iter()
        .flatten()
        .inspect(|line| say(line))
        .map(|line| passed(&line))
        .sum();
    let succeeded = child.wait().is_ok_and(|status| status.success());
    if ran == 0 {
        say("no test ran");
    }
    succeeded && ran > 0
}

/// How many tests a summary line of libtest counts as passed.
fn passed(line: &str) -> u64 {
    let counts = line
        .strip_prefix("test result: ")
        .and_then(|rest| rest.split_once(". "));
    let number = counts.and_then(|(_, counts)| counts.split_once(" passed"));
    number
        .and_then(|(number, _)| number.parse().ok())
        .unwrap_or(0)
}

fn step(root: &Path, arguments: &[&str]) -> bool {
    let succeeded = runs(root, arguments);
    if !succeeded {
        say(&format!("failed: cargo {}", arguments.join(" ")));
    }
    succeeded
}

/// Whether cargo has a subcommand on this machine.
fn has(root: &Path, subcommand: &str) -> bool {
    let mut command = cargo(root, &[subcommand, "--version"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn runs(root: &Path, arguments: &[&str]) -> bool {
    cargo(root, arguments)
        .status()
        .is_ok_and(|status| status.success())
}

fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command
        .args(arguments)
        .current_dir(root)
        .stdin(Stdio::null());
    command
}

#[expect(
    clippy::disallowed_methods,
    reason = "a task, not the product; CI says so in the environment only"
)]
fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

#[cfg(test)]
mod tests {
    use super::passed;

    #[test]
    fn a_summary_is_counted() {
        assert_eq!(
            passed("test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out"),
            12
        );
        assert_eq!(
            passed("test result: FAILED. 9 passed; 1 failed; 0 ignored"),
            9
        );
        assert_eq!(passed("running 12 tests"), 0);
    }
}
