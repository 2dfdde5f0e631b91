//! The whole by black-box runs: real processes, real sockets, kill -9, restart, sabotage.

mod life;
mod torture;

use std::process::{Command, Output};

/// Runs the binary and returns how it ended and what it said.
fn lionrock(arguments: &[&str]) -> (bool, String) {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_lionrock")).args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}
