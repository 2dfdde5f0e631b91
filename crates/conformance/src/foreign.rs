use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Host, HostError};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");
const PACKAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/openid-clients");

/// The program that runs a script in JavaScript against a host. It stands in the host's own directory, beside the packages that
/// `cargo xtask test` brought.
pub fn javascript(host: &Host, script: &str) -> Result<Command, HostError> {
    let folder = host.directory().join("clients");
    if !folder.exists() {
        std::fs::create_dir(&folder)?;
        std::os::unix::fs::symlink(packages("node_modules")?.canonicalize()?, folder.join("node_modules"))?;
        for entry in std::fs::read_dir(SCRIPTS)?.flatten() {
            if entry.path().extension().is_some_and(|ending| ending == "mjs") {
                std::fs::copy(entry.path(), folder.join(entry.file_name()))?;
            }
        }
    }
    let mut command = Command::new("node");
    command.arg(folder.join(script)).arg(host.write_settings()?).env("NODE_EXTRA_CA_CERTS", host.authority());
    Ok(command)
}

/// The program that runs a script in Python against a host.
pub fn python(host: &Host, script: &str) -> Result<Command, HostError> {
    let mut command = Command::new(packages("python/bin/python")?);
    command.args(["-W", "ignore"]).arg(Path::new(SCRIPTS).join(script)).arg(host.write_settings()?);
    Ok(command)
}

fn packages(part: &str) -> Result<PathBuf, HostError> {
    let path = Path::new(PACKAGES).join(part);
    if path.exists() { Ok(path) } else { Err(HostError::Packages(path)) }
}
