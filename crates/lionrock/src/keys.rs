//! `lionrock keys`: makes the directories and the log key of a new installation, and says what there is.

use std::fs;
use std::path::Path;

use seal::{Ed25519Signer, Signer};

use crate::config::Config;
use crate::runtime::RuntimeError;

/// Makes what a new installation needs and is not there yet.
pub fn init(config: &Config) -> Result<(), RuntimeError> {
    init_quietly(config)?;
    status(config)
}

/// As [`init`], without a word.
pub fn init_quietly(config: &Config) -> Result<(), RuntimeError> {
    for directory in [&config.keys, &config.roots, &config.tiles] {
        private_directory(directory)?;
    }
    if let Some(parent) = config.log_key.parent() {
        private_directory(parent)?;
    }
    if !config.log_key.exists() {
        Ed25519Signer::create(&config.log_key, &config.log_name)?;
    }
    Ok(())
}

/// Prints the public log key and the key trees.
pub fn status(config: &Config) -> Result<(), RuntimeError> {
    let signer = Ed25519Signer::open(&config.log_key, &config.log_name).map_err(RuntimeError::LogKey)?;
    crate::say(&format!("log key      {}", journal::verifier_key(&signer as &dyn Signer)));
    let entries = fs::read_dir(&config.keys).map_err(|e| RuntimeError::File(config.keys.display().to_string(), e))?;
    let mut trees: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "tree"))
        .collect();
    trees.sort();
    for tree in trees {
        let root = config.roots.join(tree.replace(".tree", ".root"));
        let state = if root.exists() { "root present" } else { "root destroyed or missing" };
        crate::say(&format!("key tree     {tree}  {state}"));
    }
    Ok(())
}

#[cfg(unix)]
fn private_directory(path: &Path) -> Result<(), RuntimeError> {
    use std::os::unix::fs::DirBuilderExt;
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| RuntimeError::File(path.display().to_string(), error))
}
