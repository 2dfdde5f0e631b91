//! `lionrock serve` as a supervisor sees it: a line, signals, an exit code.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::city::LIONROCK;
use crate::socket::get;

/// A new installation with its keys.
pub fn installation(extra: &str) -> TempDir {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("c.toml"), format!("listen = \"127.0.0.1:0\"\n{extra}\n")).unwrap();
    let made = run(directory.path(), &["keys", "init", "--config", "c.toml"]);
    assert!(made.0, "{}", made.1);
    directory
}

/// Runs the program to its end: whether it succeeded, and what it said.
pub fn run(directory: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(LIONROCK).args(arguments).current_dir(directory).output().unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

/// A running `lionrock serve`; it is killed when this goes.
pub struct Serving {
    child: Child,
    pub port: u16,
}

impl Serving {
    /// Starts one and waits for its first line.
    pub fn start(directory: &Path) -> Self {
        Self::start_with(directory, &[])
    }

    /// The same with more options.
    pub fn start_with(directory: &Path, options: &[&str]) -> Self {
        let mut command = Command::new(LIONROCK);
        command.args(["serve", "--config", "c.toml"]).args(options).current_dir(directory).stdout(Stdio::piped());
        command.stderr(fs::File::create(directory.join("log")).unwrap());
        // Where a token of the test is, if it has one.
        command.env("SOFTHSM2_CONF", directory.join("softhsm2.conf"));
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split(' ').nth(2).unwrap_or_else(|| panic!("{line}"));
        let port = address.rsplit_once(':').unwrap().1.parse().unwrap();
        Self { child, port }
    }

    /// Sends a signal and waits for the end; the exit code, or nothing if the signal itself was the end.
    pub fn signal(&mut self, name: &str) -> Option<i32> {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_signal_right_after_the_first_line_stops_the_server_in_order() {
    let directory = installation("");
    for signal in ["TERM", "INT", "TERM", "INT", "TERM"] {
        assert_eq!(Serving::start(directory.path()).signal(signal), Some(0), "SIG{signal}");
    }
}

#[test]
fn health_is_answered_and_requests_are_logged_where_that_is_asked_for_without_who_asked_what() {
    for asked in [true, false] {
        let directory = installation(&format!("origin = \"http://localhost:8443\"\nlog_format = \"json\"\nlog_requests = {asked}"));
        let mut serving = Serving::start(directory.path());
        let health = get(serving.port, "/health?token=canary");
        assert_eq!((health.status, health.body.as_str(), health.header("cache-control")), (200, "ok\n", "no-store"));
        assert_eq!(serving.signal("TERM"), Some(0));
        let log = fs::read_to_string(directory.path().join("log")).unwrap();
        let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let request = lines.iter().find(|line| line["target"] == "request").map(|line| &line["fields"]);
        assert_eq!(request.is_some(), asked, "{log}");
        assert!(request.is_none_or(|fields| fields["route"] == "/health" && fields["status"] == 200), "{log}");
        assert!(!log.contains("canary") && !log.contains("127.0.0.1"), "{log}");
    }
}

/// Keys die with their days, so a clock that is years ahead for one start would erase everything.
#[test]
fn a_start_long_after_the_last_one_is_asked_for() {
    let directory = installation("");
    let migrate = |now: Option<&str>| {
        let mut command = Command::new(LIONROCK);
        command.args(["migrate", "--config", "c.toml"]).current_dir(directory.path());
        command.envs(now.map(|now| ("LIONROCK_CLOCK", now)));
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(migrate(Some("2020-01-01T10:00:00")), (true, String::new()));
    let trees = || fs::read(directory.path().join("lionrock-data/keys/platform.tree")).unwrap();
    let before = trees();
    for (asked, (good, said)) in [("migrate", migrate(None)), ("serve", run(directory.path(), &["serve", "--config", "c.toml"]))] {
        assert!(!good && said.contains("last ran on 2020-01-01") && said.contains("--after-pause"), "{asked}: {said}");
    }
    assert!(before == trees(), "nothing was opened");
    let mut serving = Serving::start_with(directory.path(), &["--after-pause"]);
    assert_eq!(serving.signal("TERM"), Some(0));
    assert!(before != trees() && migrate(None).0, "from then on the installation lives today");
}

#[test]
fn browsers_are_told_to_come_by_tls_if_the_public_address_says_so() {
    for (origin, told) in [("https://register.example", true), ("http://localhost:8443", false)] {
        let directory = installation(&format!("origin = \"{origin}\""));
        let serving = Serving::start(directory.path());
        let answer = get(serving.port, "/en/staff/sign-in");
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(!answer.header("strict-transport-security").is_empty(), told, "{origin}");
        let cookie = answer.header("set-cookie");
        assert!(cookie.is_empty() || cookie.contains("Secure") == told, "{origin}: {cookie}");
    }
}

#[test]
fn an_officer_is_invited_beside_a_running_server_and_what_needs_it_stopped_says_so() {
    let directory = installation("origin = \"http://localhost:8443\"");
    let department = ["--department", "DH", "--department-name", "Health|衞生署|卫生署"];
    let officer = ["--post", "Clerk|文員|文员", "--roles", "auditor", "--name", "Chan Tai Man", "--mail", "a@dh.example"];
    let invite = [["invite", "--config", "c.toml"].as_slice(), &department, &officer].concat();
    let mut serving = Serving::start(directory.path());
    let (good, said) = run(directory.path(), &invite);
    assert!(good, "{said}");
    let path = said.lines().find_map(|line| line.strip_prefix("http://localhost:8443")).unwrap_or_else(|| panic!("{said}"));
    assert_eq!(get(serving.port, path).status, 200);
    let wrong = [["invite", "--config", "c.toml", "--department", "NEW"].as_slice(), &officer].concat();
    let (good, said) = run(directory.path(), &wrong);
    assert!(!good && said.contains("--department-name"), "{said}");
    let held = |form: &[&str]| run(directory.path(), &[&["explain", "data", "--config", "c.toml"], form].concat());
    let (good, said) = held(&["--json"]);
    let inventories: serde_json::Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}"));
    assert!(good && inventories[0]["store"] == "platform", "{said}");
    let (good, said) = held(&["--language", "zh-hant"]);
    assert!(good && said.starts_with("平台本身 (platform)") && said.contains("purpose: "), "{said}");
    let (good, said) = run(directory.path(), &["explain", "metrics", "--config", "c.toml"]);
    assert!(good && said.contains("lionrock_purge_lag_hours{store=\"platform\"} 0\n") && said.trim_end().ends_with("# EOF"), "{said}");
    for (command, why) in [("work", "does the slow work itself"), ("migrate", "stop it first")] {
        let (good, said) = run(directory.path(), &[command, "--config", "c.toml"]);
        assert!(!good && said.contains(why) && said.trim_end().lines().count() == 1, "{said}");
    }
    let socket = directory.path().join("lionrock-data/keys/server.sock");
    let mode = |path: &Path| std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777;
    assert_eq!((mode(&socket), mode(socket.parent().unwrap())), (0o600, 0o700));

    // What a killed server leaves behind is in nobody's way: neither of a command nor of the next server.
    assert_eq!(serving.signal("KILL"), None);
    assert!(socket.exists());
    let (good, said) = run(directory.path(), &invite);
    assert!(good, "{said}");
    let mut serving = Serving::start(directory.path());
    assert!(run(directory.path(), &invite).0);
    assert_eq!(serving.signal("TERM"), Some(0));
    assert!(!socket.exists());
}
