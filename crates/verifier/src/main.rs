//! `lionrock-verify`: see the crate's documentation, or run it without arguments.

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = verifier::run(&arguments);
    // Who cannot read the text still gets the exit code.
    let written = if outcome.code == 2 {
        writeln!(std::io::stderr(), "{}", outcome.text)
    } else {
        writeln!(std::io::stdout(), "{}", outcome.text)
    };
    ExitCode::from(if written.is_ok() { outcome.code } else { 2 })
}
