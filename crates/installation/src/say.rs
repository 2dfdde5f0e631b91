//! What the operator at the terminal reads.

use std::io::Write as _;

/// A line for the operator. Nobody may be listening any more (`lionrock serve | head -1`), which must not stop a server.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// A complaint, on the other stream.
#[expect(clippy::print_stderr, reason = "the command line's complaint")]
pub fn complain(line: &str) {
    eprintln!("lionrock: {line}");
}
