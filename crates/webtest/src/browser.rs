use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::wire::{PATIENCE, Session, Wire};
use crate::{Failure, Page};

/// Chromium looks for its pipe at descriptors 3 and 4; the shell puts them there, and the browser gets no other input.
const PIPE: &str = r#"exec "$@" 3<&0 4>&1 0</dev/null 1>&2"#;

const FLAGS: &[&str] = &[
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];

/// A running Chromium with a fresh profile; it ends, and its profile goes, when this is dropped.
pub struct Browser {
    wire: Arc<Wire>,
    session: Mutex<Session>,
    child: Child,
    ended: Mutex<Receiver<()>>,
    profile: Option<TempDir>,
}

impl Browser {
    /// Starts Chromium, headless.
    pub fn launch() -> Result<Browser, Failure> {
        Browser::launch_with(&[])
    }

    /// Starts Chromium with further flags, a fake camera for instance.
    pub fn launch_with(flags: &[&str]) -> Result<Browser, Failure> {
        let profile = TempDir::new()?;
        let command = command(&profile, flags);
        Browser::spawn(command, profile)
    }

    /// Lets a program start Chromium, as often as it likes, with the profile of its choice: it gets the browser's flags as arguments
    /// and hands the pipe on to whatever it starts. `profile` is deleted in the end.
    pub fn launch_through(program: &[&str], environment: &[(&str, &str)], profile: TempDir) -> Result<Browser, Failure> {
        let mut command = Command::new("sh");
        command.args(["-c", PIPE, "sh"]).args(program).args(FLAGS);
        if is_root() {
            command.arg("--no-sandbox");
        }
        command.envs(environment.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Browser::spawn(command, profile)
    }

    fn spawn(mut command: Command, profile: TempDir) -> Result<Browser, Failure> {
        let mut child = command
            .spawn()
            .map_err(|error| Failure::Launch(error.to_string()))?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Failure::Launch("no pipe".to_owned()));
        };
        let last_line = Arc::new(Mutex::new(String::new()));
        let ended = watch(stderr, Arc::clone(&last_line));
        let wire = Wire::new(stdin, stdout);
        let session = wire.session("");
        let browser = Browser {
            wire,
            session: Mutex::new(session),
            child,
            ended: Mutex::new(ended),
            profile: Some(profile),
        };
        browser
            .call("Browser.getVersion", &json!({}))
            .map_err(|failure| {
                let said = last_line.lock().unwrap_or_else(PoisonError::into_inner);
                Failure::Launch(format!("{failure}; it said: {said}"))
            })?;
        Ok(browser)
    }

    /// A page with a browser context of its own.
    pub fn page(&self) -> Result<Page, Failure> {
        let context = self.call(
            "Target.createBrowserContext",
            &json!({ "disposeOnDetach": true }),
        )?;
        self.page_in(&text(&context, "browserContextId")?)
    }

    /// Another tab beside `page`: same cookies, same storage.
    pub fn tab(&self, page: &Page) -> Result<Page, Failure> {
        self.page_in(page.context())
    }

    /// A page of the browser's own profile: what it keeps is written to the disk, as on a person's phone.
    pub fn page_on_disk(&self) -> Result<Page, Failure> {
        self.page_of(&json!({ "url": "about:blank" }), "")
    }

    /// Ends Chromium and hands its profile over, for looking at what it wrote.
    pub fn close(mut self) -> Result<TempDir, Failure> {
        self.end();
        self.profile.take().ok_or(Failure::Gone)
    }

    fn page_in(&self, context: &str) -> Result<Page, Failure> {
        self.page_of(&json!({ "url": "about:blank", "browserContextId": context }), context)
    }

    fn page_of(&self, wanted: &Value, context: &str) -> Result<Page, Failure> {
        let target = text(&self.call("Target.createTarget", wanted)?, "targetId")?;
        let attached = self.call(
            "Target.attachToTarget",
            &json!({ "targetId": target, "flatten": true }),
        )?;
        Page::new(
            self.wire.session(&text(&attached, "sessionId")?),
            target,
            context.to_owned(),
        )
    }

    fn call(&self, method: &str, params: &Value) -> Result<Value, Failure> {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        session.call(method, params, |_| ())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.end();
    }
}

impl Browser {
    /// Asks Chromium to close, so that its helpers have gone before the profile is deleted; kills it if it does not. The second
    /// time there is nobody to ask.
    fn end(&mut self) {
        let asked = self.call("Browser.close", &json!({}));
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        if asked.is_err() || ended.recv_timeout(PATIENCE / 6).is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn command(profile: &TempDir, flags: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", PIPE, "sh", "chromium"])
        .args(FLAGS)
        .args(flags);
    command.arg(format!("--user-data-dir={}", profile.path().display()));
    if is_root() {
        // Chromium's sandbox refuses to run as root, which is what a container's tests usually are.
        command.arg("--no-sandbox");
    }
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Keeps the last line Chromium wrote, and reports when the last process that could write has gone.
fn watch(stderr: ChildStderr, last_line: Arc<Mutex<String>>) -> Receiver<()> {
    let (sender, ended) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            *last_line.lock().unwrap_or_else(PoisonError::into_inner) = line;
        }
        let _ = sender.send(());
    });
    ended
}

fn text(answer: &Value, field: &'static str) -> Result<String, Failure> {
    answer
        .get(field)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or(Failure::Answer(field))
}
