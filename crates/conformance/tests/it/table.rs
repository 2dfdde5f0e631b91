//! `docs/oidc-conformance.md`: what it says is covered is covered, and what is covered stands in it.

use std::path::Path;

use conformance::{Host, Options};
use serde_json::Value;

use crate::foreign::{held, javascript};

const DOCUMENT: &str = include_str!("../../../../docs/oidc-conformance.md");

/// Module and what covers it.
fn rows() -> Vec<(&'static str, &'static str)> {
    let lines = DOCUMENT.lines().filter(|line| line.starts_with("| `"));
    lines.map(|line| line.trim_matches(['|', ' ']).split_once(" | ").unwrap_or_else(|| panic!("two cells: {line}"))).collect()
}

fn modules_of(script: &str) -> Vec<&'static str> {
    let cell = format!("`{script}`");
    let mut names: Vec<_> = rows().into_iter().filter(|(_, covered)| *covered == cell).map(|(module, _)| module.trim_matches('`')).collect();
    names.sort_unstable();
    names
}

#[test]
fn each_module_that_a_script_is_named_for_holds() {
    let host = Host::start(&Options::default()).unwrap();
    for script in ["fapi-modules.mjs", "basic-modules.mjs"] {
        let lines = javascript(&host, script);
        let mut names = held(&lines);
        names.sort_unstable();
        assert_eq!(names, modules_of(script), "{script}");
    }
}

#[test]
fn each_test_that_the_table_names_exists() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let rows = rows();
    let mut without = 0;
    for (module, covered) in &rows {
        if covered.starts_with("not yet: ") || covered.starts_with("does not apply: ") {
            without += 1;
        } else if !covered.ends_with(".mjs`") {
            let (file, test) = covered.trim_matches('`').split_once(" · ").unwrap_or_else(|| panic!("{module}: {covered}"));
            let source = std::fs::read_to_string(house.join(file)).unwrap_or_else(|error| panic!("{module}: {file}: {error}"));
            assert!(source.contains(&format!("fn {test}()")), "{module}: {file} has no {test}");
        }
    }
    let counts = format!("{} modules, {} with a test, {without} without", rows.len(), rows.len() - without);
    assert!(DOCUMENT.contains(&counts), "say: {counts}");
}

/// The traps that providers fall into, each with the names of what looks for it.
fn traps() -> Vec<(&'static str, Vec<&'static str>)> {
    let part = DOCUMENT.split("## ").find(|part| part.starts_with("What is missed most often")).unwrap();
    let cells = part.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    let cells = cells.filter(|(trap, _)| *trap != "trap");
    cells.map(|(trap, seen)| (trap, seen.split('`').skip(1).step_by(2).collect())).collect()
}

/// Whether a name with an ellipsis in it, or without, is a module of the table that is covered.
fn is_module(name: &str) -> bool {
    let parts: Vec<&str> = name.split('…').collect();
    let covered = rows().into_iter().filter(|(_, covered)| !covered.starts_with("does not apply"));
    covered.into_iter().any(|(module, _)| parts.iter().all(|part| module.contains(part)))
}

#[test]
fn each_trap_is_seen_by_modules_and_tests_that_exist() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let traps = traps();
    assert_eq!(traps.len(), 10, "{traps:?}");
    for (trap, names) in traps {
        let tests: Vec<&str> = names.iter().filter(|name| name.contains('_') && !name.contains('-')).copied().collect();
        let modules = names.iter().filter(|name| name.contains('-'));
        assert!(modules.clone().all(|module| is_module(module)), "{trap}: {names:?}");
        for test in &tests {
            let said = names.iter().filter(|name| house.join("crates").join(name).is_dir());
            let sources = said.flat_map(|name| std::fs::read_dir(house.join("crates").join(name).join("src")).unwrap());
            let found = sources.flatten().any(|file| std::fs::read_to_string(file.path()).is_ok_and(|source| source.contains(&format!("fn {test}()"))));
            assert!(found, "{trap}: there is no {test} in {names:?}");
        }
        assert!(modules.count() + tests.len() > 0 || trap.starts_with("the suite's browser"), "{trap} is seen by nothing");
    }
    assert!(!is_module("no-such-module"));
}

/// The Foundation's own suite does not run here; what it would be given can be had.
#[test]
fn the_foundations_suite_gets_a_configuration_with_this_hosts_keys() {
    let back = "https://suite.example/test/a/lionrock/callback";
    let options = Options { redirect_uris: vec![back.to_owned(), format!("{back}?dummy1=lorem&dummy2=ipsum")], ..Options::default() };
    let host = Host::start(&options).unwrap();
    let mut command = std::process::Command::new("node");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/suite/run.mjs")).arg(host.write_settings().unwrap()).arg("print");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    let plans: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(plans.len(), 4);
    for plan in &plans {
        let discovery = plan["configuration"]["server"]["discoveryUrl"].as_str().unwrap();
        assert!(discovery.starts_with(host.issuer()), "{discovery}");
        for client in ["client", "client2"] {
            let client = &plan["configuration"][client];
            let known = host.services().iter().any(|service| client["client_id"] == service.id.as_str());
            assert!(known && (client["client_secret"].is_string() || client["jwks"]["keys"][0]["d"].is_string()), "{client}");
        }
    }
}
