//! Runs the scripts in `clients/` with the packages that `cargo xtask test` brought.

use std::path::{Path, PathBuf};
use std::process::Command;

use conformance::Host;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");
const PACKAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/openid-clients");

/// What a script in JavaScript prints. It stands in the host's own directory, beside the packages.
pub fn javascript(host: &Host, script: &str) -> Vec<String> {
    let folder = host.directory().join("clients");
    if !folder.exists() {
        std::fs::create_dir(&folder).unwrap();
        std::os::unix::fs::symlink(packages("node_modules"), folder.join("node_modules")).unwrap();
        for entry in std::fs::read_dir(SCRIPTS).unwrap().flatten() {
            if entry.path().extension().is_some_and(|ending| ending == "mjs") {
                std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
            }
        }
    }
    let mut command = Command::new("node");
    command.arg(folder.join(script)).env("NODE_EXTRA_CA_CERTS", host.authority());
    lines(host, &mut command)
}

/// What a script in Python prints.
pub fn python(host: &Host, script: &str) -> Vec<String> {
    let mut command = Command::new(packages("python/bin/python"));
    command.arg("-W").arg("ignore").arg(Path::new(SCRIPTS).join(script));
    lines(host, &mut command)
}

/// The checks that held, in the order of the script.
pub fn held(lines: &[String]) -> Vec<&str> {
    lines.iter().filter_map(|line| line.strip_prefix("holds: ")).collect()
}

fn lines(host: &Host, command: &mut Command) -> Vec<String> {
    let output = command.arg(host.write_settings().unwrap()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said.lines().map(str::to_owned).collect()
}

fn packages(part: &str) -> PathBuf {
    let path = Path::new(PACKAGES).join(part);
    assert!(path.exists(), "{} is missing: `cargo xtask test` brings it", path.display());
    path.canonicalize().map(|whole| if part.ends_with("python") { path } else { whole }).unwrap()
}
