//! `cargo xtask bench`: what `docs/performance.md` says, measured on this machine. It prints and judges nothing: rates of a
//! shared machine vary, CPU microseconds hardly.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::say::say;

/// A part of the table: its title and what cargo runs for it.
type Measure = (&'static str, &'static [&'static str]);

const MEASURES: &[Measure] = &[
    ("100,000 registrations by JSON over HTTPS, 512 connections", &["-p", "lionrock", "--", "load", "--households", "100000"]),
    ("2,000 residents page by page over HTTPS, a connection each", &["-p", "lionrock", "--", "load", "--pages", "--households", "2000", "--connections", "64"]),
    ("the time of an answer tells nothing (promise 11)", &["-p", "lionrock", "--", "load", "--oracle"]),
    ("accounts: the time of an answer tells nothing (promise 11)", &["-p", "identity", "--example", "answer_time"]),
    ("letters with PINs, as encrypted batches", &["-p", "flows", "--example", "letter_rate"]),
    ("a call-out of 68 departments by three channels, and beside a dead one", &["-p", "connectors", "--example", "call_out_wave"]),
    ("gazetteer, 160,000 addresses", &["-p", "hongkong", "--example", "gazetteer_bench"]),
    ("sealing and opening", &["-p", "seal", "--example", "seal_rate"]),
    ("the blind index", &["-p", "seal", "--example", "index_rate"]),
    ("the journal: appending, and the tree", &["-p", "journal", "--example", "append_rate"]),
    ("a city of 1.38 million: reads, look-ups, withdrawals, the end", &["-p", "flows", "--example", "city_rate"]),
    ("complete sign-ins: passkey, pushed request, code, DPoP token, ID token; refreshes", &["-p", "conformance", "--example", "sign_in_rate"]),
    ("client_credentials beside oidc-provider (only with --peers)", &["-p", "conformance", "--example", "sign_in_rate", "--", "peers"]),
    ("two rows a request, durably", &["-p", "store", "--example", "append_rate", "--", "DIRECTORY", "100000"]),
];

/// What measures others' programs too, which `cargo xtask test` brings, runs only when it is asked for by this word.
const PEERS: &str = "--peers";

/// Runs them all, or those whose title holds the word after `bench`; true when each ran to its end.
pub fn run(root: &Path) -> bool {
    say("building");
    let mut good = true;
    let directory = std::env::temp_dir().join(format!("lionrock-bench-{}", std::process::id()));
    let store = format!("sqlite:{}", directory.display());
    let word = std::env::args().nth(2).unwrap_or_default();
    let asked = |title: &str| title.contains(&word) && (word == PEERS || !title.contains(PEERS));
    for (title, arguments) in MEASURES.iter().filter(|(title, _)| asked(title)) {
        let arguments = arguments.iter().map(|argument| if *argument == "DIRECTORY" { store.as_str() } else { argument });
        let mut command = Command::new("cargo");
        command.current_dir(root).args(["run", "--release", "--quiet"]).args(arguments).stderr(Stdio::null());
        let Ok(output) = command.output() else {
            say(&format!("{title}: cargo does not run"));
            return false;
        };
        say(&format!("\n{title}"));
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            say(&format!("  {line}"));
        }
        if !output.status.success() {
            say("  FAILED: run it by itself to see why");
            good = false;
        }
    }
    let _ = std::fs::remove_dir_all(directory);
    good
}
