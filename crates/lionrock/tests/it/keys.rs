//! `lionrock keys` as an operator uses it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use installation::ambient::WallClock;
use installation::seed;
use seal::{Keyring, OsRandom, Target, age_files};

use crate::city::LIONROCK;
use crate::serving::Serving;

/// Runs the program, with a token if there is one in the directory: whether it succeeded, and what it said.
fn run(directory: &Path, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(LIONROCK);
    command.args(arguments).args(["--config", "c.toml"]).current_dir(directory);
    let output = command.env("SOFTHSM2_CONF", directory.join("softhsm2.conf")).output().unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

fn done(directory: &Path, arguments: &[&str]) -> String {
    let (succeeded, said) = run(directory, arguments);
    assert!(succeeded, "{arguments:?}: {said}");
    said
}

fn refused(directory: &Path, arguments: &[&str]) -> String {
    let (succeeded, said) = run(directory, arguments);
    assert!(!succeeded, "{arguments:?}: {said}");
    said
}

/// Adds lines to the configuration.
fn configure(directory: &Path, lines: &str) {
    let text = fs::read_to_string(directory.join("c.toml")).unwrap();
    fs::write(directory.join("c.toml"), text + lines).unwrap();
}

#[test]
fn the_authority_of_signatures_is_made_shown_and_its_keys_changed() {
    let directory = crate::serving::installation("signing = \"signing\"");
    let at = directory.path();
    let signing = |what: &'static str| vec!["keys", "signing", what, "--root", "safe"];
    fs::create_dir(at.join("safe")).unwrap();
    assert!(refused(at, &signing("roll")).contains("begin with `make`"));
    assert!(done(at, &signing("make")).contains("Publish safe/root.cer"));
    assert!(refused(at, &signing("make")).contains("made already"));
    let said = done(at, &["keys", "signing", "show"]);
    assert!(said.contains("issuing 1 ") && said.contains("  issues; key in file") && !said.contains("answers only"), "{said}");
    assert!(done(at, &signing("roll")).contains("authority 2 issues"));
    let said = done(at, &["keys", "signing", "show"]);
    assert!(said.contains("issuing 2 ") && said.contains("  answers only; key in file") && said.contains("stamping 2"), "{said}");
    let revoke = |number: &'static str| [signing("revoke-authority"), vec!["--number", number]].concat();
    assert!(refused(at, &revoke("2")).contains("with `roll` first") && refused(at, &revoke("3")).contains("no authority 3"));
    assert!(done(at, &revoke("1")).contains("authority 1 is revoked"));
    assert!(done(at, &signing("list")).contains("400 days"));
    let said = done(at, &["keys", "signing", "show"]);
    assert!(said.lines().any(|line| line.starts_with("issuing 1") && line.contains("  revoked ")), "a later list keeps who was revoked: {said}");
    fs::rename(at.join("safe"), at.join("away")).unwrap();
    assert!(!run(at, &signing("roll")).0, "without the root nothing is changed");
    let server = Serving::start(at);
    let fetched = |name: &str| {
        let address = format!("http://localhost:{}/pki/{name}", server.port);
        let done = Command::new("curl").args(["-sSf", "-o", name, &address]).current_dir(at).status().unwrap();
        done.success().then(|| fs::read(at.join(name)).unwrap())
    };
    let (first, second) = (fetched("issuing.cer").unwrap(), fetched("issuing-2.cer").unwrap());
    assert!(first != second && fetched("issuing-3.cer").is_none());
    fetched("root.cer").unwrap();
    fetched("root.crl").unwrap();
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl").args(arguments).current_dir(at).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    for name in ["root.cer", "issuing.cer", "issuing-2.cer"] {
        openssl(&["x509", "-inform", "DER", "-in", name, "-out", &name.replace(".cer", ".pem")]);
    }
    openssl(&["crl", "-inform", "DER", "-in", "root.crl", "-out", "crl.pem"]);
    let checked = |name: &str| openssl(&["verify", "-crl_check", "-CRLfile", "crl.pem", "-CAfile", "root.pem", name]);
    assert!(checked("issuing-2.pem").contains(": OK"));
    assert!(checked("issuing.pem").contains("certificate revoked"));
}

/// An installation with the identity provider, whose directories are named in full so that this process finds them too.
fn with_identity_provider(more: &str) -> tempfile::TempDir {
    let directory = tempfile::TempDir::new().unwrap();
    let at = directory.path();
    let below = |name: &str| at.join("data").join(name).display().to_string();
    let places: String = ["keys", "roots", "tiles", "log_key"].map(|name| format!("{name} = {:?}\n", below(name))).concat();
    let lines = format!("listen = \"127.0.0.1:0\"\nenvironment = \"test\"\nstore = \"sqlite:{}\"\nsigning = {:?}\n{places}{more}", below("store"), below("signing"));
    fs::write(at.join("c.toml"), lines).unwrap();
    done(at, &["keys", "init"]);
    let config = installation::config::Config::read(&at.join("c.toml")).unwrap();
    let unsigned = installation::config::Config { signing: None, ..config.clone() };
    let runtime = installation::runtime::Runtime::open(&unsigned, Arc::new(WallClock::default()), store::Options::default()).unwrap();
    let platform = &runtime.platform;
    let rp = Arc::new(people::RelyingParty::new(&config.origin, "Lionrock").unwrap());
    let department = seed::department(platform, "IDP", kernel::Text::new("Identity", "身分", "身份")).unwrap();
    let officer = |role, number| seed::officer(platform, &rp, &config.origin, department, role, number).unwrap().id;
    let (owner, privacy) = (officer(people::Role::SchemeOwner, 1), officer(people::Role::PrivacyOfficer, 2));
    let (service, version) = seed::identity_provider(platform, department, owner, None).unwrap();
    seed::pass_gate(platform, department, service, version, owner, privacy).unwrap();
    directory
}

/// A token for this directory, named in its configuration.
fn make_token(at: &Path) {
    fs::create_dir(at.join("tokens")).unwrap();
    fs::write(at.join("softhsm2.conf"), format!("directories.tokendir = {}\n", at.join("tokens").display())).unwrap();
    let mut init = Command::new("softhsm2-util");
    init.args(["--init-token", "--free", "--label", "city", "--pin", "271828", "--so-pin", "314159"]);
    let made = init.env("SOFTHSM2_CONF", at.join("softhsm2.conf")).output().expect("apt-get install softhsm2, or run `cargo xtask test` as root");
    assert!(made.status.success(), "{made:?}");
    fs::write(at.join("pin"), "271828\n").unwrap();
    configure(at, "root_token_module = \"/usr/lib/softhsm/libsofthsm2.so\"\nroot_token_label = \"city\"\nroot_token_pin_file = \"pin\"\n");
}

#[test]
fn an_authority_answers_over_http_after_its_key_was_changed_with_keys_in_a_token_too() {
    for in_token in [false, true] {
        let directory = with_identity_provider("");
        let at = directory.path();
        if in_token {
            make_token(at);
            done(at, &["keys", "into-token"]);
        }
        fs::create_dir(at.join("safe")).unwrap();
        for what in ["make", "roll", "roll"] {
            done(at, &["keys", "signing", what, "--root", "safe"]);
        }
        let said = done(at, &["keys", "signing", "show"]);
        let place = if in_token { "key in token" } else { "key in file" };
        assert_eq!(said.matches(place).count(), 4, "three that issue or answer, one that stamps: {said}");
        assert_eq!(at.join("data/signing/issuing-3.key").exists(), !in_token, "a key in a token is in no file");
        let server = Serving::start(at);
        let host = format!("http://localhost:{}", server.port);
        let ran = |program: &str, arguments: &[&str]| {
            let output = Command::new(program).args(arguments).current_dir(at).output().unwrap();
            String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
        };
        let fetch = |name: &str| {
            ran("curl", &["-sSf", "-o", &format!("{name}.cer"), &format!("{host}/pki/{name}.cer")]);
            ran("openssl", &["x509", "-inform", "DER", "-in", &format!("{name}.cer"), "-out", &format!("{name}.pem")]);
        };
        fetch("root");
        for name in ["issuing", "issuing-2", "issuing-3"] {
            fetch(name);
            let asked = ["ocsp", "-issuer", &format!("{name}.pem"), "-serial", "0x1234", "-url", &format!("{host}/pki/ocsp"), "-CAfile", "root.pem", "-no_nonce"];
            let said = ran("openssl", &asked);
            assert!(said.contains("Response verify OK") && said.contains("0x1234: unknown"), "{name}: {said}");
        }
    }
}

#[test]
fn keys_are_shown_and_rolled() {
    let directory = crate::serving::installation("");
    let at = directory.path();
    done(at, &["migrate"]);
    let said = done(at, &["keys", "status"]);
    assert!(said.contains("platform  day ") && said.contains("root in a file, changed 0 times; no escrow"), "{said}");
    let said = done(at, &["keys", "roll"]);
    assert!(said.contains("overwritten") && said.contains("(change 1)"), "{said}");
    assert!(done(at, &["keys", "roll", "--service", "platform"]).contains("(change 2)"));
    assert!(refused(at, &["keys", "roll", "--service", "other"]).contains("keys status"));
    assert!(done(at, &["keys", "status"]).contains("changed 2 times, last on "));
    let server = Serving::start(at);
    let said = done(at, &["keys", "status"]);
    assert!(said.contains("a running server") && said.contains("changed 2 times"), "{said}");
    let said = done(at, &["keys", "roll"]);
    assert!(said.contains("platform  root ") && said.contains("(change 3)"), "{said}");
    assert!(done(at, &["keys", "roll", "--service", "platform"]).contains("(change 4)"));
    assert!(refused(at, &["keys", "roll", "--service", "other"]).contains("keys status"));
    assert!(done(at, &["keys", "status"]).contains("changed 4 times"));
    drop(server);
    let root = at.join("lionrock-data/roots/platform.root");
    let copy = fs::read(&root).unwrap();
    done(at, &["keys", "roll"]);
    fs::write(&root, copy).unwrap();
    let said = refused(at, &["keys", "status"]);
    assert!(said.contains("an old copy opens nothing") && said.contains("1 key trees cannot be read"), "{said}");
}

#[test]
fn a_lost_root_is_recovered_by_the_custodian() {
    let (identity, recipient) = age_files::generate_identity();
    let directory = crate::serving::installation(&format!("escrow = \"escrow\"\nescrow_recipient = \"{recipient}\""));
    let at = directory.path();
    done(at, &["migrate"]);
    assert!(done(at, &["keys", "status"]).contains("in escrow"));
    assert!(at.join("escrow/platform.escrow").exists());
    fs::remove_file(at.join("lionrock-data/roots/platform.root")).unwrap();
    assert!(refused(at, &["migrate"]).contains("put it back from its custodian"));
    fs::write(at.join("wrong.txt"), "no identity").unwrap();
    assert!(refused(at, &["keys", "recover", "--identity", "wrong.txt"]).contains("no age identity"));
    fs::write(at.join("identity.txt"), format!("# created: today\n{}\n", identity.expose())).unwrap();
    let said = done(at, &["keys", "recover", "--identity", "identity.txt"]);
    assert!(said.contains("1 key trees recovered"), "{said}");
    done(at, &["migrate"]);
    assert!(done(at, &["keys", "recover", "--identity", "identity.txt"]).contains("0 key trees recovered"));
}

#[test]
fn roots_move_into_a_token_and_live_there() {
    let directory = crate::serving::installation("");
    let at = directory.path();
    done(at, &["migrate"]);
    assert!(refused(at, &["keys", "into-token"]).contains("root_token_module"));
    make_token(at);
    assert!(refused(at, &["migrate"]).contains("stands in a file, but the configuration names a token"));
    assert!(done(at, &["keys", "into-token"]).contains("root in the token"));
    assert!(!at.join("lionrock-data/roots/platform.root").exists());
    done(at, &["migrate"]);
    assert!(done(at, &["keys", "status"]).contains("root in a token, changed 1 times"));
    assert!(done(at, &["keys", "roll"]).contains("destroyed"));
    done(at, &["keys", "into-token"]);
    fs::write(at.join("pin"), "999999").unwrap();
    let said = refused(at, &["migrate"]);
    assert!(said.contains("the token city: it refused the PIN") && said.trim_end().lines().count() == 1, "{said}");
}

/// Erases something before its time, as a withdrawal does.
fn erase_something(at: &Path) {
    let data = at.join("lionrock-data");
    let place = flows::Roots::from(data.join("roots")).key_place(&data.join("keys"), &data.join("tiles"), "platform");
    let seen = Keyring::inspect(&place, "platform").unwrap();
    let keys = Keyring::open(place, "platform", seen.today, Arc::new(OsRandom)).unwrap();
    let target = Target::Record { purpose: seen.purposes[0], expiry: seen.today.plus(9), record: keys.next_record().unwrap() };
    keys.erase(kernel::Instant::at(seen.today, 0), &[(target, [1; 32])]).unwrap();
}

/// The one archive in a directory.
fn archive(directory: &Path) -> String {
    let files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|end| end == "age")).map(|path| path.display().to_string()).next().unwrap()
}

#[test]
fn promise_04_an_erasure_ledger_lost_with_its_copy_is_begun_anew_only_by_a_declaration() {
    let (identity, recipient) = age_files::generate_identity();
    let directory = crate::serving::installation(&format!("backup_recipients = [\"{recipient}\"]"));
    let at = directory.path();
    fs::write(at.join("identity.txt"), format!("{}\n", identity.expose())).unwrap();
    done(at, &["migrate"]);
    for place in ["before", "after"] {
        fs::create_dir(at.join(place)).unwrap();
    }
    done(at, &["backup", "--to", "before"]);
    erase_something(at);
    let begin = ["keys", "begin-ledger", "--service", "platform"];
    let declare = [begin.as_slice(), &["--older-backups-destroyed"]].concat();
    assert!(refused(at, &declare).contains("the erasure ledger is there"));
    for file in ["tiles/platform/erasures", "keys/platform.tree.erasures"] {
        fs::remove_file(at.join("lionrock-data").join(file)).unwrap();
    }
    let said = refused(at, &["migrate"]);
    assert!(said.contains("lionrock keys begin-ledger") && said.trim_end().lines().count() == 1, "{said}");
    let said = refused(at, &begin);
    assert!(said.contains("destroy every backup of the data made before this moment") && said.contains("nothing was done"), "{said}");
    drop(refused(at, &["migrate"]));
    assert!(refused(at, &["keys", "begin-ledger", "--service", "other"]).contains("keys status"));
    assert!(done(at, &declare).contains("a new erasure ledger begins at line 2"));
    let server = Serving::start(at);
    assert!(refused(at, &declare).contains("stop the server first"));
    let said = done(at, &["keys", "status"]);
    assert!(said.contains("its erasure ledger was lost and begun anew at "), "{said}");
    done(at, &["backup", "--to", "after"]);
    drop(server);
    let restore = |from: &str| {
        let from = archive(&at.join(from));
        run(at, &["restore", "--in-place", "--move-aside", "--identity", "identity.txt", "--from", &from])
    };
    let (restored, said) = restore("before");
    assert!(!restored && said.contains("every older backup was declared destroyed"), "{said}");
    done(at, &["migrate"]);
    let (restored, said) = restore("after");
    assert!(restored, "{said}");
    done(at, &["migrate"]);
}

#[test]
fn a_backup_is_verified_beside_a_running_server() {
    let (identity, recipient) = age_files::generate_identity();
    let directory = crate::serving::installation(&format!("backup_recipients = [\"{recipient}\"]"));
    let at = directory.path();
    fs::write(at.join("identity.txt"), format!("{}\n", identity.expose())).unwrap();
    fs::create_dir(at.join("to")).unwrap();
    let server = Serving::start(at);
    done(at, &["backup", "--to", "to"]);
    let from = archive(&at.join("to"));
    let said = done(at, &["backup", "verify", "--from", &from, "--identity", "identity.txt"]);
    assert!(said.contains("restored and looked at: 1 stores"), "{said}");
    drop(server);
}
