//! Mail, from an alert in a running server to a mail server that takes it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use testkit::{MailLine, MailServer};

use crate::city::LIONROCK;
use crate::serving::installation;

/// A server whose clock shows a day to come; it is killed when this goes.
struct Later(Child);

impl Drop for Later {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn at(directory: &Path, now: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(LIONROCK);
    command.args(arguments).args(["--config", "c.toml"]).current_dir(directory).env("LIONROCK_CLOCK", now);
    command
}

fn invite(directory: &Path, now: &str, role: &str, mail: &str) {
    let department = ["--department", "DH", "--department-name", "Health|衞生署|卫生署"];
    let officer = ["--post", "Post|職位|职位", "--roles", role, "--name", "Chan Tai Man", "--mail", mail];
    let output = at(directory, now, &[["invite"].as_slice(), &department, &officer].concat()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn an_alert_reaches_the_officer_whom_it_is_for_through_a_mail_server() {
    let post = MailServer::start(MailLine::Plain);
    let directory = installation(&format!(
        "origin = \"http://localhost:8443\"\nmail_url = \"smtp+plain://127.0.0.1:{}\"\nmail_from = \"lionrock@register.example\"",
        post.port()
    ));
    // Nobody uses these rights for four months, so they end, and who answers for privacy hears of it.
    invite(directory.path(), "2040-01-02T09:00", "auditor", "auditor@dh.example");
    invite(directory.path(), "2040-05-02T09:00", "privacy-officer", "privacy@dh.example");
    let mut serve = at(directory.path(), "2040-05-02T10:00", &["serve"]);
    let mut server = Later(serve.stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let mails = post.wait_for(1);
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!((mail.from.as_str(), mail.to.as_slice()), ("lionrock@register.example", &["privacy@dh.example".to_owned()][..]));
    assert!(mail.headers().contains(&"Content-Type: text/plain; charset=utf-8"), "{}", mail.content);
    assert!(mail.headers().iter().all(|line| line.is_ascii()), "{}", mail.content);
}
