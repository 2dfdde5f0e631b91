//! `cargo xtask torture [--rounds 200] | --power`: the server is killed, or its power cut, while clients register.

use std::path::Path;
use std::process::Command;

use crate::needs;
use crate::say::say;

/// Runs the long version in a release build; true when nothing acknowledged was lost or doubled.
pub fn run(root: &Path) -> bool {
    let arguments: Vec<String> = std::env::args().skip(2).collect();
    if arguments.iter().any(|argument| argument == "--power") && !needs::meet() {
        return false;
    }
    say("building");
    let mut command = Command::new("cargo");
    command.current_dir(root).args(["run", "--release", "--quiet", "-p", "lionrock", "--", "torture"]);
    command.args(arguments);
    command.status().is_ok_and(|status| status.success())
}
