//! The slow work, on a thread of its own, and the watch over gates, keys and rooms, on another.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use callout::{Channel, Gateways, call_channel, call_steps};
use flows::{MailRound, Platform, Ports, VerifierRound, ask_register, ask_verifier, keep_watch, logout_round, mail_round, probe_round, work_round};
use identity::IdentityVerifier;
use notify::MailCarrier;
use processors::Prober;
use provider::LogoutCarrier;
use registration::matching::PopulationRegister;

/// A thread that works rounds until it is dropped.
pub struct Worker {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// How long a worker rests after a round in which there was nothing to do.
const REST: Duration = Duration::from_millis(250);
/// How long it rests after a round in which a step failed, so that a register that is down is not asked all the time.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(2);
/// How often the watch is kept, whatever the worker waits for.
const WATCH: Duration = Duration::from_secs(1);
/// How often is looked whether a probe is due.
const PROBE: Duration = Duration::from_secs(20);
/// How often is looked whether the population register is to be asked about an identity.
const PROOFING: Duration = Duration::from_secs(2);
/// How long a verifier of identities that does not answer is left alone.
const VERIFIER_AWAY: Duration = Duration::from_secs(20);
/// How often is looked whether a mail or a notice to a service is due.
const MAIL: Duration = Duration::from_secs(2);
/// How often is looked whether somebody is to be called.
const CALL_OUT: Duration = Duration::from_secs(1);
/// The longest rest of whoever drives the exercises: what other processes did is seen within a second.
const DRILLS: Duration = Duration::from_millis(500);

impl Worker {
    /// Starts the slow work.
    pub fn start(platform: Arc<Platform>, ports: Ports) -> std::io::Result<Self> {
        Self::repeat("work", move || {
            let round = work_round(&platform, &ports, &report);
            match (round.failed, round.is_idle()) {
                (0, false) => Duration::ZERO,
                (0, true) => REST,
                _ => REST_AFTER_FAILURE,
            }
        })
    }

    /// Starts the watch: every process that serves keeps it, also one that leaves the slow work to others, and it does not
    /// wait for a register or a gateway that is slow.
    pub fn watch(platform: Arc<Platform>) -> std::io::Result<Self> {
        Self::repeat("watch", move || {
            keep_watch(&platform, &report);
            WATCH
        })
    }

    /// Starts the questions to the population register about identities: in every process that serves, because each holds the keys
    /// of its own evidence, and beside the watch, because the register is somebody else's.
    pub fn proofing(platform: Arc<Platform>, register: Arc<dyn PopulationRegister>) -> std::io::Result<Self> {
        Self::repeat("proofing", move || match ask_register(&platform, &*register) {
            Ok(_) => PROOFING,
            Err(error) => {
                report("proofing", &error);
                REST_AFTER_FAILURE
            }
        })
    }

    /// Starts the questions to the external verifier of identities: as those to the register, and on a thread of its own, because a
    /// photo takes longer than a number.
    pub fn verifier(platform: Arc<Platform>, verifier: Arc<dyn IdentityVerifier>) -> std::io::Result<Self> {
        Self::repeat("verifier", move || match ask_verifier(&platform, &*verifier) {
            Ok(VerifierRound { fault: None, .. }) => PROOFING,
            Ok(VerifierRound { fault: Some(fault), .. }) => {
                tracing::warn!(target: "work", service = "verifier", error = %fault, "officers decide what the verifier does not");
                VERIFIER_AWAY
            }
            Err(error) => {
                report("verifier", &error);
                REST_AFTER_FAILURE
            }
        })
    }

    /// Starts the probes of contractors' addresses: beside the slow work, because a machine that answers slowly on purpose must
    /// not hold up anything else.
    pub fn probe(platform: Arc<Platform>, prober: Arc<dyn Prober>) -> std::io::Result<Self> {
        Self::repeat("probe", move || {
            if let Err(error) = probe_round(&platform, &*prober) {
                report("probes", &error);
            }
            PROBE
        })
    }

    /// Starts the mail: beside the slow work too, because the server is somebody else's.
    pub fn mail(platform: Arc<Platform>, carrier: Option<Arc<dyn MailCarrier>>) -> std::io::Result<Self> {
        Self::repeat("mail", move || match mail_round(&platform, carrier.as_deref()) {
            Ok(round) if round == MailRound::default() => MAIL,
            Ok(_) => Duration::ZERO,
            Err(error) => {
                report("mail", &error);
                REST_AFTER_FAILURE
            }
        })
    }

    /// Starts telling online services that a resident signed out: beside the slow work, because their servers are somebody else's.
    pub fn logout(platform: Arc<Platform>, carrier: Arc<dyn LogoutCarrier>, issuer: String) -> std::io::Result<Self> {
        Self::repeat("logout", move || match logout_round(&platform, &*carrier, &issuer) {
            Ok((0, _)) => MAIL,
            Ok(_) => Duration::ZERO,
            Err(error) => {
                report("logout", &error);
                REST_AFTER_FAILURE
            }
        })
    }

    /// Starts the call-out: its steps on one thread, and each channel on one of its own, because a gateway that is dead must not
    /// delay the others.
    pub fn call_out(platform: &Arc<Platform>, gateways: &Gateways, origin: &str) -> std::io::Result<Vec<Self>> {
        let steps = platform.clone();
        let steps = Self::repeat("call-out", move || call_rest("steps", call_steps(steps.ledger())));
        let channel = |channel: Channel| {
            let (platform, gateways, origin) = (platform.clone(), gateways.clone(), origin.to_owned());
            let round = move || {
                let done = call_channel(platform.ledger(), &gateways, channel, &origin);
                call_rest(channel.slug(), done.map(|(pages, receipts)| pages.sent + pages.postponed + receipts))
            };
            Self::repeat("call-out channel", round)
        };
        std::iter::once(steps).chain(Channel::ALL.map(channel)).collect()
    }

    /// Starts the exercises: in every process that serves, because each shows them to those who look on. It wakes at the moment of the next
    /// inject, and whenever somebody acts.
    pub fn drills(platform: Arc<Platform>) -> std::io::Result<Self> {
        Self::repeat("drills", move || {
            let next = platform.drills().drive(&|id, error| report(&id.to_string(), &error.clone().into()));
            platform.drills().rest(next, DRILLS);
            Duration::ZERO
        })
    }

    fn repeat(name: &'static str, mut round: impl FnMut() -> Duration + Send + 'static) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name(name.into()).spawn(move || run(name, &mut round, &stopped))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

fn call_rest(what: &str, done: Result<usize, store::RunError<store::StoreError>>) -> Duration {
    match done {
        Ok(0) => CALL_OUT,
        Ok(_) => Duration::ZERO,
        Err(error) => {
            report(what, &error.into());
            REST_AFTER_FAILURE
        }
    }
}

fn report(service: &str, error: &flows::StepError) {
    tracing::warn!(target: "work", service, error = %error, "a step failed and is tried again");
}

fn run(name: &str, round: &mut impl FnMut() -> Duration, stopped: &Receiver<()>) {
    loop {
        // A round that panics must not end erasure and matching for good while the pages go on.
        let rest = catch_unwind(AssertUnwindSafe(|| kernel::scrubbed(&mut *round))).unwrap_or_else(|_| {
            tracing::error!(target: "work", name, "a round panicked; the next one begins anew");
            REST_AFTER_FAILURE
        });
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
