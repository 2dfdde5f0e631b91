use std::process::Command;

use conformance::{Host, HostError};

/// What a script in JavaScript prints.
pub fn javascript(host: &Host, script: &str) -> Vec<String> {
    lines(conformance::javascript(host, script))
}

/// What a script in Python prints.
pub fn python(host: &Host, script: &str) -> Vec<String> {
    lines(conformance::python(host, script))
}

/// The checks that held, in the order of the script.
pub fn held(lines: &[String]) -> Vec<&str> {
    lines.iter().filter_map(|line| line.strip_prefix("holds: ")).collect()
}

fn lines(command: Result<Command, HostError>) -> Vec<String> {
    let output = command.unwrap_or_else(|error| panic!("{error}")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said.lines().map(str::to_owned).collect()
}
