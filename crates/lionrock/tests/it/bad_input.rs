//! What is wrong is refused in words: over HTTP, and on the command line.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::city::{City, LIONROCK, SLUG};
use crate::socket::{Answer, get, send};

const JSON: (&str, &str) = ("content-type", "application/json");

fn problem(answer: &Answer, status: u16) -> Value {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/problem+json", "{answer:?}");
    let problem = answer.json();
    assert_eq!(problem["status"], status);
    for field in ["type", "title", "detail"] {
        assert!(!problem[field].as_str().unwrap().is_empty(), "{problem}");
    }
    problem
}

#[test]
fn programs_get_a_problem_document_for_whatever_is_wrong() {
    let city = City::start();
    let households = format!("/api/v1/schemes/{SLUG}/households");
    let post = |headers: &[(&str, &str)], body: &[u8]| send(city.port, "POST", &households, headers, body);
    problem(&post(&[JSON], b"{"), 400);
    problem(&post(&[JSON], b"\xff\xfe"), 400);
    problem(&post(&[JSON], b"[]"), 422);
    problem(&post(&[JSON], b"{\"unknown\": 1}"), 422);
    problem(&post(&[("content-type", "text/plain")], b"{}"), 415);
    problem(&post(&[], b"{}"), 415);
    problem(&post(&[JSON], &vec![b' '; 2 * 1024 * 1024]), 413);
    problem(&post(&[JSON], household("").to_string().as_bytes()), 403);
    problem(&post(&[JSON], household("forged").to_string().as_bytes()), 403);
    problem(&send(city.port, "DELETE", &households, &[], b""), 405);
    problem(&get(city.port, "/api/v1/nothing"), 404);
    problem(&get(city.port, "/api/v1/schemes/no-such-scheme"), 404);
    problem(&get(city.port, &format!("/api/v1/schemes/{SLUG}/consistency/not-a-number")), 400);
    problem(&get(city.port, &format!("/api/v1/schemes/{SLUG}/receipts/..%2f..%2fetc")), 404);
    let chinese = send(city.port, "GET", "/api/v1/nothing", &[("accept-language", "zh-HK")], b"");
    assert_ne!(problem(&chinese, 404)["title"], problem(&get(city.port, "/api/v1/nothing"), 404)["title"]);
    fields_are_named(&city, &households);
}

/// A household with something wrong in every field names each of them, in the language asked for.
fn fields_are_named(city: &City, households: &str) {
    let place = send(city.port, "POST", &format!("/api/v1/schemes/{SLUG}/queue"), &[], b"").json();
    another_statement_is_a_conflict(city, households, place["admitted"]["pass"].as_str().unwrap());
    let mut wrong = household(place["admitted"]["pass"].as_str().unwrap());
    wrong["household"]["id_number"] = "Q123456(0)".into();
    wrong["household"]["birth"] = "1850-01-01".into();
    wrong["household"]["mobile"] = "2123 4567".into();
    let headers = [JSON, ("accept-language", "zh-HK")];
    let answer = send(city.port, "POST", households, &headers, wrong.to_string().as_bytes());
    let problem = problem(&answer, 422);
    for field in ["household.id_number", "household.birth", "household.mobile"] {
        let error = problem["errors"].as_array().unwrap().iter().find(|error| error["field"] == field);
        let message = error.unwrap_or_else(|| panic!("{field}: {problem}"))["message"].as_str().unwrap();
        assert!(!message.is_ascii(), "{message}");
    }
    assert!(!answer.body.contains("Q123456"), "nothing that was sent comes back: {}", answer.body);
}

/// A registration under a statement that is not in force is not taken.
fn another_statement_is_a_conflict(city: &City, households: &str, pass: &str) {
    let answer = send(city.port, "POST", households, &[JSON], household(pass).to_string().as_bytes());
    problem(&answer, 409);
    let version = get(city.port, &format!("/api/v1/schemes/{SLUG}")).json()["version"].clone();
    let mut good = household(pass);
    good["version"] = version;
    assert_eq!(send(city.port, "POST", households, &[JSON], good.to_string().as_bytes()).status, 201);
}

fn household(pass: &str) -> Value {
    json!({
        "idempotency_key": "0123456789abcdef0123456789abcdef",
        "language": "en",
        "pass": pass,
        "version": "00",
        "household": {
            "id_number": "Q123456(7)",
            "birth": "1970-01-01",
            "name": "Chan Tai Man",
            "address": {"text": "12 Example Village", "district": "KT"},
            "mobile": "5123 4567",
            "members": [],
        },
    })
}

#[test]
fn people_get_a_page_for_whatever_is_wrong() {
    let city = City::start();
    for (language, tag) in [("en", "en-HK"), ("zh-hant", "zh-Hant-HK"), ("zh-hans", "zh-Hans")] {
        let missing = send(city.port, "GET", &format!("/{language}/nowhere"), &[("accept", "text/html")], b"");
        assert_eq!(missing.status, 404);
        assert!(missing.body.contains(&format!("<html lang=\"{tag}\"")) && missing.body.contains("<h1"), "{}", missing.body);
        let method = send(city.port, "DELETE", &format!("/{language}/{SLUG}"), &[("accept", "text/html")], b"");
        assert_eq!(method.status, 405);
        let register = format!("/{language}/{SLUG}/register");
        let strange = send(city.port, "POST", &register, &[("content-type", "text/plain"), ("accept", "text/html")], b"x");
        assert_eq!(strange.status, 415, "{}", strange.body);
        let form = ("content-type", "application/x-www-form-urlencoded");
        let no_token = send(city.port, "POST", &register, &[form, ("accept", "text/html")], b"draft=x");
        assert_eq!(no_token.status, 403, "{}", no_token.body);
        let stranger = [form, ("origin", "https://elsewhere.example"), ("sec-fetch-site", "cross-site")];
        assert_eq!(send(city.port, "POST", &register, &stranger, b"draft=x").status, 403);
    }
}

/// Runs the program and expects one line that says what to do.
fn refused(arguments: &[&str], directory: &Path) -> String {
    let Output { status, stdout, stderr } =
        Command::new(LIONROCK).args(arguments).current_dir(directory).output().unwrap();
    let line = String::from_utf8(stderr).unwrap();
    assert!(!status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stdout));
    assert_eq!(line.trim_end().lines().count(), 1, "one line: {line}");
    assert!(line.starts_with("lionrock: "), "{line}");
    line
}

fn installation(extra: &str) -> TempDir {
    let directory = TempDir::new().unwrap();
    let text = format!("listen = \"127.0.0.1:0\"\norigin = \"http://localhost:8443\"\n{extra}\n");
    fs::write(directory.path().join("c.toml"), text).unwrap();
    directory
}

const SERVE: [&str; 3] = ["serve", "--config", "c.toml"];

#[test]
fn a_wrong_configuration_stops_with_one_line() {
    let empty = TempDir::new().unwrap();
    assert!(refused(&SERVE, empty.path()).contains("--config"));
    let table = [
        ("lissten = 1", "line 3: there is no key `lissten`; did you mean `listen`?"),
        ("dpop_nonces = 1", "line 3: `dpop_nonces`: "),
        ("register_key = \"k\"", "register_key: means nothing without register_url"),
        ("environment = \"production\"", "lionrock explain"),
        ("keys = \"k\"\nroots = \"k\"", "roots: must be a directory outside"),
        ("tls_key = \"k.pem\"", "set both or neither"),
        ("this is not toml", "lionrock explain"),
    ];
    for (extra, wanted) in table {
        let line = refused(&SERVE, installation(extra).path());
        assert!(line.contains(wanted), "{extra}: {line}");
    }
}

#[test]
fn a_place_that_is_not_there_is_told_with_its_key() {
    let directory = installation("");
    prepare(directory.path());
    let before = fs::read_to_string(directory.path().join("c.toml")).unwrap();
    for (extra, wanted) in [
        ("addresses = \"nothere\"", "addresses: nothere: "),
        ("drill_packs = \"nothere\"", "drill_packs: nothere: "),
        ("signing = \"nothere\"", "keys signing make"),
        ("services_authorities = \"nothere\"", "services_authorities: nothere"),
        ("attestation = \"nothere\"", "attestation: nothere: "),
    ] {
        fs::write(directory.path().join("c.toml"), format!("{before}{extra}\n")).unwrap();
        let line = refused(&SERVE, directory.path());
        assert!(line.contains(wanted), "{extra}: {line}");
    }
}

#[test]
fn a_missing_key_stops_with_one_line() {
    let directory = installation("");
    assert!(refused(&SERVE, directory.path()).contains("keys init"));
    prepare(directory.path());
    let roots = directory.path().join("lionrock-data/roots");
    let trees = fs::read_dir(&roots).unwrap().count();
    fs::rename(roots.join("log.key"), directory.path().join("elsewhere")).unwrap();
    let line = refused(&["keys", "init", "--config", "c.toml"], directory.path());
    assert!(line.contains("put it back from its custodian"), "{line}");
    fs::rename(directory.path().join("elsewhere"), roots.join("log.key")).unwrap();
    assert_eq!(fs::read_dir(&roots).unwrap().count(), trees, "nothing new was made");
    let root = fs::read_dir(&roots).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.extension().is_some_and(|it| it == "root"));
    fs::remove_file(root.unwrap()).unwrap();
    let line = refused(&["migrate", "--config", "c.toml"], directory.path());
    assert!(line.contains("root"), "{line}");
}

#[test]
fn a_data_directory_of_a_newer_version_stops_with_one_line() {
    let directory = installation("");
    prepare(directory.path());
    newer(&store::Location::Sqlite(directory.path().join("lionrock-data/stores")));
    let line = refused(&["migrate", "--config", "c.toml"], directory.path());
    assert!(line.contains("newer") && line.contains("platform"), "{line}");
}

/// Adds a step of the schema that this program does not know.
fn newer(location: &store::Location) {
    const FUTURE: &[store::Migration] =
        &[store::Migration { name: "zz.9999_future", sql: "create table from_the_future (number INT64 not null);" }];
    let all: Vec<&[store::Migration]> = flows::migrations_of("platform").iter().copied().chain([FUTURE]).collect();
    store::Store::open(location, "platform", &all, store::Options::default()).unwrap();
}

fn prepare(directory: &Path) {
    for arguments in [["keys", "init", "--config", "c.toml"].as_slice(), &["migrate", "--config", "c.toml"]] {
        let output = Command::new(LIONROCK).args(arguments).current_dir(directory).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_port_that_is_taken_stops_with_one_line() {
    let directory = TempDir::new().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("listen = \"{}\"\norigin = \"http://localhost:1\"\n", taken.local_addr().unwrap());
    fs::write(directory.path().join("c.toml"), listen).unwrap();
    prepare(directory.path());
    assert!(refused(&SERVE, directory.path()).contains("cannot listen on 127.0.0.1"));
}
