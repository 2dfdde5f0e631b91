//! The DevTools protocol over Chromium's pipe: JSON messages, each ended by a zero byte.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Failure;

/// How long a single command or wait may take. A loaded two-core machine needs up to 4 s for an axe run.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

type Listeners = Arc<Mutex<HashMap<String, Sender<Value>>>>;

/// The pipe, shared by all sessions of one browser.
pub(crate) struct Wire {
    to_browser: Mutex<ChildStdin>,
    next: AtomicU64,
    listeners: Listeners,
}

/// One target's end of the pipe; the empty id is the browser itself.
pub(crate) struct Session {
    wire: Arc<Wire>,
    id: String,
    inbox: Receiver<Value>,
}

impl Wire {
    pub(crate) fn new(to_browser: ChildStdin, from_browser: ChildStdout) -> Arc<Wire> {
        let listeners = Listeners::default();
        let heard = Arc::clone(&listeners);
        std::thread::spawn(move || hand_out(from_browser, &heard));
        Arc::new(Wire {
            to_browser: Mutex::new(to_browser),
            next: AtomicU64::new(1),
            listeners,
        })
    }

    pub(crate) fn session(self: &Arc<Wire>, id: &str) -> Session {
        let (sender, inbox) = channel();
        held(&self.listeners).insert(id.to_owned(), sender);
        Session {
            wire: Arc::clone(self),
            id: id.to_owned(),
            inbox,
        }
    }

    fn send(&self, session: &str, method: &str, params: &Value) -> Result<u64, Failure> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let (false, Some(fields)) = (session.is_empty(), message.as_object_mut()) {
            fields.insert("sessionId".to_owned(), json!(session));
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        let mut pipe = held(&self.to_browser);
        pipe.write_all(&bytes)
            .and_then(|()| pipe.flush())
            .map_err(|_| Failure::Gone)?;
        Ok(id)
    }
}

impl Session {
    /// Sends a command and waits for its answer; events that come in between go to `note`.
    pub(crate) fn call(
        &self,
        method: &str,
        params: &Value,
        mut note: impl FnMut(&Value),
    ) -> Result<Value, Failure> {
        let id = self.wire.send(&self.id, method, params)?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut message = self
                .next(deadline)
                .map_err(|failure| named(failure, method))?;
            if message.get("id").and_then(Value::as_u64) != Some(id) {
                note(&message);
            } else if let Some(reason) = message.pointer("/error/message").and_then(Value::as_str) {
                return Err(Failure::Refused {
                    method: method.to_owned(),
                    reason: reason.to_owned(),
                });
            } else {
                return Ok(message
                    .get_mut("result")
                    .map(Value::take)
                    .unwrap_or_default());
            }
        }
    }

    /// The next message of this session, answer or event.
    pub(crate) fn next(&self, deadline: Instant) -> Result<Value, Failure> {
        let left = deadline.saturating_duration_since(Instant::now());
        self.inbox.recv_timeout(left).map_err(|error| match error {
            RecvTimeoutError::Timeout => Failure::Late {
                what: "an answer".to_owned(),
                seconds: PATIENCE.as_secs(),
            },
            RecvTimeoutError::Disconnected => Failure::Gone,
        })
    }

    /// What has arrived already, without waiting.
    pub(crate) fn arrived(&self) -> impl Iterator<Item = Value> {
        self.inbox.try_iter()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        held(&self.wire.listeners).remove(&self.id);
    }
}

/// Gives every message to the session it is for; at the end of the pipe every waiting session learns that by its closed
/// channel.
fn hand_out(from_browser: ChildStdout, listeners: &Listeners) {
    let mut pipe = BufReader::new(from_browser);
    let mut bytes = Vec::new();
    while matches!(pipe.read_until(0, &mut bytes), Ok(read) if read > 0) {
        bytes.pop();
        if let Ok(message) = serde_json::from_slice::<Value>(&bytes) {
            let session = message
                .get("sessionId")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if let Some(listener) = held(listeners).get(session) {
                // A page that was closed meanwhile needs no news.
                let _ = listener.send(message.clone());
            }
        }
        bytes.clear();
    }
    held(listeners).clear();
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn named(failure: Failure, method: &str) -> Failure {
    match failure {
        Failure::Late { seconds, .. } => Failure::Late {
            what: format!("the answer to {method}"),
            seconds,
        },
        other => other,
    }
}
