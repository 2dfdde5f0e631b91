//! Lists what the program is made of, with licences, for the public trust pages: `cargo metadata`, cut down to the packages of
//! the normal dependency tree of this binary on this platform.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=../../Cargo.lock");
    let components = components().unwrap_or_default();
    let out: PathBuf = std::env::var_os("OUT_DIR").ok_or("no OUT_DIR")?.into();
    std::fs::write(out.join("components.json"), Value::Array(components).to_string())?;
    Ok(())
}

fn components() -> Option<Vec<Value>> {
    let cargo = std::env::var_os("CARGO")?;
    let target = std::env::var_os("TARGET")?;
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform"])
        .arg(&target)
        .current_dir(std::env::var_os("CARGO_MANIFEST_DIR")?)
        .output()
        .ok()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).ok()?;
    let used = used(&metadata)?;
    let packages = metadata.get("packages")?.as_array()?;
    let ours = |package: &Value| package.get("source").is_none_or(Value::is_null);
    let listed = packages.iter().filter(|package| !ours(package) && used.contains(text(package, "id")));
    Some(
        listed
            .map(|package| {
                let licence = Some(text(package, "license")).filter(|licence| !licence.is_empty());
                json!({
                    "name": text(package, "name"),
                    "version": text(package, "version"),
                    "licence": licence.unwrap_or("see its licence file"),
                })
            })
            .collect(),
    )
}

/// The ids of the packages that the binary is linked from: normal dependencies, followed from this package.
fn used(metadata: &Value) -> Option<HashSet<&str>> {
    let nodes = metadata.get("resolve")?.get("nodes")?.as_array()?;
    let by_id: HashMap<&str, &Value> = nodes.iter().map(|node| (text(node, "id"), node)).collect();
    let root = nodes.iter().map(|node| text(node, "id")).find(|id| id.contains("crates/lionrock"))?;
    let (mut used, mut waiting) = (HashSet::new(), vec![root]);
    while let Some(id) = waiting.pop() {
        if !used.insert(id) {
            continue;
        }
        let deps = by_id.get(id).and_then(|node| node.get("deps")).and_then(Value::as_array);
        for dep in deps.into_iter().flatten() {
            let kinds = dep.get("dep_kinds").and_then(Value::as_array);
            if kinds.into_iter().flatten().any(|kind| kind.get("kind").is_none_or(Value::is_null)) {
                waiting.push(text(dep, "pkg"));
            }
        }
    }
    Some(used)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
