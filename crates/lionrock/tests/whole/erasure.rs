use std::path::Path;
use std::process::Command;

use crate::binary::{lionrock, lionrock_with};

const SMALL: [&str; 6] = ["simulate", "erasure", "--people", "300", "--connections", "8"];

/// `cargo run --release -p lionrock -- simulate erasure` is the same with 5,000 people and more than 10,000 canaries.
#[test]
fn promise_04_nothing_finds_or_restores_who_was_erased() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let (good, said) = lionrock(&[&SMALL[..], &["--json", file.path().to_str().unwrap()]].concat());
    assert!(good, "{said}");
    let told: serde_json::Value = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
    let findings = told["findings"].as_array().unwrap();
    assert!(told["holds"] == true && findings.len() > 20, "{told}");
}

/// Each kind of thing that must not be left turns the run red, and is named.
#[test]
fn promise_04_whatever_is_left_of_somebody_turns_the_search_red() {
    for (spoil, named) in [
        ("log", "promise 1: nobody's value and no dead key is in any file or backup"),
        ("root", "promise 1: nobody's value and no dead key is in any file or backup"),
        ("memory", "promise 4: nothing of who has withdrawn is in the memory"),
        ("page", "promise 4: the ciphertext of who was erased is in no page"),
        ("kept", "promise 4: no older backup of data brings back anything that was erased"),
    ] {
        let (good, said) = lionrock(&["simulate", "erasure", "--people", "60", "--connections", "4", "--sabotage", spoil]);
        let verdict = said.split("does not hold:").last().unwrap();
        assert!(!good && verdict.contains(named), "{spoil}: {said}");
    }
}

/// The root keys in a token: a thief of every file opens nothing at all, whenever he came.
#[test]
fn promise_04_a_root_in_a_token_leaves_a_thief_nothing() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name).display().to_string();
    std::fs::create_dir(at("tokens")).unwrap();
    std::fs::write(at("softhsm2.conf"), format!("directories.tokendir = {}\nlog.level = ERROR\n", at("tokens"))).unwrap();
    std::fs::write(at("pin"), "271828").unwrap();
    let mut init = Command::new("softhsm2-util");
    init.args(["--init-token", "--free", "--label", "city", "--pin", "271828", "--so-pin", "314159"]);
    let made = init.env("SOFTHSM2_CONF", at("softhsm2.conf")).output();
    let made = made.expect("softhsm2-util is missing: apt-get install softhsm2, or run `cargo xtask test` as root");
    assert!(made.status.success(), "{made:?}");
    let modules = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so"];
    let module = modules.into_iter().find(|module| Path::new(module).exists()).expect("libsofthsm2.so is missing");
    let pin = at("pin");
    let arguments = [&SMALL[..], &["--token", module, "city", &pin]].concat();
    let (good, said) = lionrock_with(&arguments, &[("SOFTHSM2_CONF", &at("softhsm2.conf"))]);
    assert!(good && said.contains("a root in a token gives the thief not even that"), "{said}");
}

/// On PostgreSQL, with every file of the database server searched as well.
#[test]
fn promise_04_nothing_of_who_was_erased_is_in_the_files_of_a_database_server() {
    let server = testkit::PostgresServer::shared();
    let store::Location::Postgres(url) = server.fresh_database() else { panic!("not a database") };
    let cluster = server.data_directory().display().to_string();
    let (good, said) = lionrock(&[&SMALL[..], &["--store", url.expose(), "--cluster", &cluster]].concat());
    assert!(good, "{said}");
}
