use std::process::Command;

/// Runs the binary and returns how it ended and what it said.
pub fn lionrock(arguments: &[&str]) -> (bool, String) {
    lionrock_with(arguments, &[])
}

/// The same with something in its environment.
pub fn lionrock_with(arguments: &[&str], environment: &[(&str, &str)]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lionrock"));
    let output = command.args(arguments).envs(environment.iter().copied()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}
