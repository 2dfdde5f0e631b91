//! The slow work, on a thread of its own.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use flows::{Platform, Ports, work_round};

/// A thread that works rounds until it is dropped.
pub struct Worker {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// How long a worker rests after a round in which there was nothing to do.
const REST: Duration = Duration::from_millis(250);
/// How long it rests after a round in which a step failed, so that a register that is down is not asked all the time.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(2);

impl Worker {
    /// Starts the thread.
    pub fn start(platform: Arc<Platform>, ports: Ports) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name("work".into()).spawn(move || run(&platform, &ports, &stopped))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

fn run(platform: &Arc<Platform>, ports: &Ports, stopped: &Receiver<()>) {
    let report = |service: &str, error: &flows::StepError| {
        tracing::warn!(target: "work", service, error = %error, "a step failed and is tried again");
    };
    loop {
        let round = work_round(platform, ports, &report);
        let rest = match (round.failed, round.is_idle()) {
            (0, false) => Duration::ZERO,
            (0, true) => REST,
            _ => REST_AFTER_FAILURE,
        };
        match stopped.recv_timeout(rest) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
