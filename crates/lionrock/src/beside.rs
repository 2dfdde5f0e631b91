//! An operator's command beside a running server.
//!
//! One process of an installation holds its keys, so a command that needs them hands itself to the server: through a socket
//! in the directory of the key trees, which nobody but the installation's own account can enter. One line of JSON goes in,
//! one comes out. Whoever can open the socket could read the keys anyway, so the command needs no further proof; but a
//! directory that was opened to others by mistake must not invite administrators, so the server also asks the kernel who
//! is calling.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream as Caller;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use flows::Platform;
use installation::config::Config;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

use crate::explain::Asked;
use crate::invite::Invitation;

/// What a command asks of the server. Each module that has one does it there as it does without a server.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Invites an officer.
    Invite(Invitation),
    /// Lists the personal data.
    ExplainData(Asked),
    /// Gives the figures for whoever watches the installation.
    Metrics,
    /// Changes the roots of one key tree, or of every one that the server holds.
    RollKeys(Option<String>),
}

/// What came of it, or one line that says what to do.
type Answer = Result<Value, String>;

/// The longest order.
const LONGEST_ORDER: u64 = 64 * 1024;
/// The longest answer: the inventory of very many services.
const LONGEST_ANSWER: u64 = 64 * 1024 * 1024;
/// How long a caller may take to say what it wants, and to take the answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a command waits for a server that is busy.
const CALLERS_PATIENCE: Duration = Duration::from_mins(1);

/// Answers commands until it is dropped.
pub struct Door {
    place: PathBuf,
    task: JoinHandle<()>,
}

impl Door {
    /// Opens the door of a running server. A socket that is there is of a server that has died: the keys are held by us.
    pub fn open(config: &Config, platform: Arc<Platform>) -> std::io::Result<Self> {
        let place = place(config);
        match std::fs::remove_file(&place) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&place)?;
        std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o600))?;
        let owner = std::fs::metadata(&place)?.uid();
        let origin = config.origin.clone();
        let task = tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                // Whoever gives up or sends nonsense has no answer to wait for.
                let _ = answer(caller, owner, &platform, &origin).await;
            }
        });
        Ok(Self { place, task })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
        let _ = std::fs::remove_file(&self.place);
    }
}

async fn answer(mut caller: UnixStream, owner: u32, platform: &Arc<Platform>, origin: &str) -> std::io::Result<()> {
    if !may(caller.peer_cred()?.uid(), owner) {
        return Ok(());
    }
    let mut line = String::new();
    let (read, mut write) = caller.split();
    let mut read = tokio::io::BufReader::new(read.take(LONGEST_ORDER));
    tokio::time::timeout(PATIENCE, read.read_line(&mut line)).await??;
    let answer: Answer = match serde_json::from_str(&line) {
        Ok(order) => {
            let (platform, origin) = (platform.clone(), origin.to_owned());
            let done = move || carry_out(&platform, &origin, order).map_err(|error| error.to_string());
            let done = tokio::task::spawn_blocking(kernel::scrubbing(done)).await;
            done.map_or_else(|_| Err("the server failed; see its log".into()), |done| *done)
        }
        Err(_) => Err("the running server does not understand this command: it is of another version".into()),
    };
    let mut text = serde_json::to_string(&answer)?;
    text.push('\n');
    tokio::time::timeout(PATIENCE, write.write_all(text.as_bytes())).await?
}

fn carry_out(platform: &Arc<Platform>, origin: &str, order: Order) -> Result<Value, crate::Failure> {
    Ok(match order {
        Order::Invite(invitation) => serde_json::to_value(crate::invite::invite(platform, origin, &invitation)?)?,
        Order::ExplainData(asked) => crate::explain::personal_data(&flows::inventory(platform)?, asked)?.into(),
        Order::Metrics => flows::metrics(platform)?.into(),
        Order::RollKeys(only) => serde_json::to_value(crate::keys::roll_held(platform, only.as_deref())?)?,
    })
}

/// The installation's own account, and root, who could become it.
const fn may(caller: u32, owner: u32) -> bool {
    caller == owner || caller == 0
}

/// Hands an order to the running server; `None` when none runs.
pub fn hand_over<T: DeserializeOwned>(config: &Config, order: &Order) -> Option<Result<T, String>> {
    let caller = call(&place(config))?;
    let silent = |error: std::io::Error| format!("the running server did not answer: {error}");
    let answer = ask(caller, order).unwrap_or_else(|error| Err(silent(error)));
    Some(answer.and_then(|value| serde_json::from_value(value).map_err(|error| silent(error.into()))))
}

/// Whether a server of this installation runs.
pub fn is_served(config: &Config) -> bool {
    call(&place(config)).is_some()
}

fn call(place: &Path) -> Option<Caller> {
    let caller = Caller::connect(place).ok()?;
    caller.set_read_timeout(Some(CALLERS_PATIENCE)).ok()?;
    Some(caller)
}

fn ask(mut caller: Caller, order: &Order) -> std::io::Result<Answer> {
    let mut text = serde_json::to_string(order)?;
    text.push('\n');
    caller.write_all(text.as_bytes())?;
    let mut line = String::new();
    BufReader::new(caller.take(LONGEST_ANSWER)).read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}

fn place(config: &Config) -> PathBuf {
    config.keys.join("server.sock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_account_and_root_are_heard() {
        assert!(may(1000, 1000) && may(0, 1000));
        assert!(!may(1001, 1000) && !may(1000, 0));
    }
}
