//! Visitors who come through a proxy: each has the limits of the own address, and no address is kept anywhere.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;

use registration::Reference;
use rehearsals::simulate::Choices;
use rehearsals::torture::{SLUG, Victim};
use testkit::canary::{Canary, scan_dir};
use toml::{Table, Value};

use crate::city::LIONROCK;
use crate::socket::{Answer, send};

/// An installation with an open scheme, behind a proxy on this machine.
struct Behind {
    victim: Victim,
    child: Child,
    port: u16,
}

impl Behind {
    fn start(trusted: &str) -> Self {
        let victim = Victim::new(7, 1, Choices::default()).unwrap();
        let file = &victim.installation.file;
        let mut config: Table = fs::read_to_string(file).unwrap().parse().unwrap();
        config.remove("tls_certificate");
        config.remove("tls_key");
        config.insert("listen".into(), "127.0.0.1:0".into());
        config.insert("trusted_proxies".into(), Value::Array(vec![trusted.into()]));
        config.insert("proxy_header".into(), "x-forwarded-for".into());
        fs::write(file, config.to_string()).unwrap();
        let log = File::create(victim.installation.directory.join("logs/server.log")).unwrap();
        let mut child = Command::new(LIONROCK)
            .args(["serve", "--config"])
            .arg(file)
            .env("LIONROCK_CLOCK", victim.now().to_string().chars().take(19).collect::<String>())
            .env("TMPDIR", victim.installation.directory.join("tmp"))
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let port = line.split(' ').nth(2).and_then(|address| address.rsplit_once(':')).unwrap_or_else(|| panic!("{line}")).1.parse().unwrap();
        thread::spawn(move || lines.for_each(drop));
        Self { victim, child, port }
    }

    /// Asks for a code of one registration, as the proxy passes it on.
    fn ask(&self, header: (&str, &str)) -> Answer {
        let page = format!("/en/{SLUG}/status");
        let form = send(self.port, "GET", &page, &[header], b"").body;
        let token = form.split("name=\"_token\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("{form}"));
        let body = format!("_token={token}&reference={}&stage=reference", Reference::from_number(7));
        let headers = [("content-type", "application/x-www-form-urlencoded"), header];
        send(self.port, "POST", &page, &headers, body.as_bytes())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.victim.installation.directory.join("logs/server.log")).unwrap()
    }
}

impl Drop for Behind {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const FOR: &str = "x-forwarded-for";

#[test]
fn behind_a_proxy_everybody_has_limits_of_their_own_and_no_address_is_kept() {
    let behind = Behind::start("127.0.0.1");
    let asked = |address: &str| behind.ask((FOR, address)).status;
    assert_eq!((0..11).map(|_| asked("203.0.113.171")).filter(|status| *status == 429).count(), 1, "the eleventh");
    assert_eq!(asked("203.0.113.172"), 200, "somebody else through the same proxy");
    assert_eq!(asked("198.51.100.1, 203.0.113.171"), 429, "made up before the proxy added the true one");
    assert!(!behind.log().contains("did not say"), "{}", behind.log());
    assert_eq!((0..11).map(|_| asked("what is this")).filter(|status| *status == 429).count(), 1, "the proxy's own");
    assert_eq!(behind.log().matches("did not say who asked it").count(), 1, "said once: {}", behind.log());

    let sought = ["203.0.113.171", "203.0.113.172", "198.51.100.1"].map(|address| Canary::new("an address", address));
    assert_eq!(scan_dir(&behind.victim.installation.directory, &sought), []);
    let planted = behind.victim.installation.directory.join("logs/planted");
    fs::write(&planted, "x 203.0.113.171").unwrap();
    assert!(!scan_dir(&behind.victim.installation.directory, &sought).is_empty(), "an address that is planted is found");
}

#[test]
fn what_a_visitor_says_of_himself_counts_for_nothing() {
    let behind = Behind::start("192.0.2.0/24");
    let answers: Vec<u16> = (0..11).map(|number| behind.ask((FOR, &format!("203.0.113.{number}"))).status).collect();
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 1, "{answers:?}");
    assert!(!behind.log().contains("did not say"), "whoever is no proxy of ours has nothing to say: {}", behind.log());
}
