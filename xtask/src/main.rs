//! Tasks of the house. `cargo xtask` lists them; each stands in a file of its own.

mod bench;
mod needs;
mod say;
mod test;
mod tidy;
mod torture;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use say::say;

/// A task: its name, what it does, and the function that returns whether it succeeded.
type Task = (&'static str, &'static str, fn(&Path) -> bool);

const TASKS: &[Task] = &[
    (
        "test",
        "everything CI runs: needs, tidy, lints (when CI=true), build, tests",
        test::run,
    ),
    (
        "core",
        "the tests of the core crates, optimised as in a release: before each release, after each change of the compiler",
        test::core,
    ),
    (
        "tidy",
        "directions, absences, SQL, names, sizes, the dependency budget",
        tidy::run,
    ),
    (
        "torture",
        "kill -9 during registrations [--rounds 200], or power cuts with --power",
        torture::run,
    ),
    ("bench", "measures what docs/performance.md says", bench::run),
];

fn main() -> ExitCode {
    let asked = std::env::args().nth(1).unwrap_or_default();
    let Some((_, _, task)) = TASKS.iter().find(|(name, ..)| *name == asked) else {
        say("usage: cargo xtask TASK");
        for (name, purpose, _) in TASKS {
            say(&format!("  {name:8} {purpose}"));
        }
        return ExitCode::from(2);
    };
    if task(&root()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The repository, wherever in it the task was called.
fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}
