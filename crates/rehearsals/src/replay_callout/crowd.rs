//! The other end of three channels, and people who answer or do not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callout::{Channel, Gateway, GatewayNews, GatewayReceipt, Gateways, OutgoingPage, PageToken, acknowledge_by_link};
use journal::{Actor, Ledger};
use kernel::{Clock as _, Instant};
use notify::CarrierError;
use seal::sha256;

use crate::replay_contractor::department::SetClock;

/// Of a hundred people so many answer a call at all.
const ANSWERING: u8 = 88;
/// The slowest answer comes after so many seconds.
const SLOWEST_SECS: i64 = 1_500;
/// Whoever was called within so long is being called by the same call.
const CALL_MS: i64 = 3 * 3_600_000;
/// Of a hundred pages so many are never delivered.
const LOST: u8 = 2;

/// Everybody who is called, and what they got.
#[derive(Clone)]
pub struct Crowd(Arc<Shared>);

struct Shared {
    seed: u64,
    silent: bool,
    clock: Arc<SetClock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    reached: BTreeSet<String>,
    unmarked: usize,
    taken: usize,
    called: BTreeMap<String, Instant>,
    waiting: BTreeMap<(Instant, usize), Reaction>,
    news: Vec<GatewayReceipt>,
}

enum Reaction {
    Link(PageToken),
    Code(String, String),
}

impl Crowd {
    pub fn new(seed: u64, silent: bool, clock: Arc<SetClock>) -> Self {
        Self(Arc::new(Shared { seed, silent, clock, state: Mutex::default() }))
    }

    pub fn gateways(&self) -> Gateways {
        let line = |channel| -> Option<Arc<dyn Gateway>> { Some(Arc::new(Line(self.clone(), channel))) };
        Gateways { sms: line(Channel::Sms), mail: line(Channel::Mail), voice: line(Channel::Voice) }
    }

    /// When the next person answers.
    pub fn next(&self) -> Option<Instant> {
        self.state().waiting.keys().next().map(|(at, _)| *at)
    }

    /// Whoever answers by now does.
    pub fn answer(&self, ledger: &Ledger, now: Instant) {
        loop {
            let reaction = {
                let mut state = self.state();
                let due = state.waiting.first_entry().filter(|entry| entry.key().0 <= now);
                due.map(std::collections::btree_map::OccupiedEntry::remove)
            };
            match reaction {
                // A link that is not accepted any more is the other side's answer.
                Some(Reaction::Link(token)) => {
                    drop(ledger.write("replay.link", Actor::Visitor, move |work| acknowledge_by_link(work, &token)));
                }
                Some(Reaction::Code(page, code)) => {
                    self.state().news.push(GatewayReceipt { page, what: GatewayNews::Keyed(code) });
                }
                None => return,
            }
        }
    }

    /// Every address that was reached.
    pub fn reached(&self) -> BTreeSet<String> {
        self.state().reached.clone()
    }

    /// Pages taken, and how many of them did not say that they are an exercise.
    pub fn pages(&self) -> (usize, usize) {
        let state = self.state();
        (state.taken, state.unmarked)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Two bytes that follow from the seed and what is decided.
    fn dice(&self, what: &str) -> (u8, u8) {
        let [one, other, ..] = sha256(&[&self.0.seed.to_be_bytes(), what.as_bytes()]);
        (one, other)
    }

    fn take(&self, channel: Channel, page: &OutgoingPage) {
        let now = self.0.clock.now();
        let (to, text) = (page.to.expose().expose().clone(), page.text.expose());
        let who: String = to.chars().rev().filter(char::is_ascii_digit).take(4).collect();
        let mut state = self.state();
        state.taken += 1;
        state.unmarked += usize::from(!text.contains("EXERCISE"));
        state.reached.insert(to);
        let (lost, _) = self.dice(&format!("lost {}", page.idempotency));
        let arrives = percent(lost) >= LOST;
        if arrives {
            state.news.push(GatewayReceipt { page: page.idempotency.clone(), what: GatewayNews::Delivered });
        }
        let known = state.called.get(&who).is_some_and(|last| now.since(*last) < CALL_MS);
        if known || !arrives || self.0.silent {
            return;
        }
        state.called.insert(who.clone(), now);
        let (answers, after) = self.dice(&format!("{who} {now}"));
        let reaction = match channel {
            Channel::Voice => Some(Reaction::Code(page.idempotency.clone(), page.code.expose().clone())),
            _ => token_in(text).map(Reaction::Link),
        };
        if let (true, Some(reaction)) = (percent(answers) < ANSWERING, reaction) {
            let at = now.plus_secs(11 + SLOWEST_SECS * i64::from(after) * i64::from(after) / 65_536);
            let number = state.taken;
            state.waiting.insert((at, number), reaction);
        }
    }
}

fn percent(byte: u8) -> u8 {
    u8::try_from(u16::from(byte) * 100 / 256).unwrap_or(99)
}

fn token_in(text: &str) -> Option<PageToken> {
    let (_, rest) = text.split_once("/staff/page/")?;
    PageToken::parse(rest.get(..32)?)
}

struct Line(Crowd, Channel);

impl Gateway for Line {
    fn hand_over(&self, page: &OutgoingPage) -> Result<(), CarrierError> {
        self.0.take(self.1, page);
        Ok(())
    }

    fn receipts(&self) -> Vec<GatewayReceipt> {
        if self.1 == Channel::Voice { std::mem::take(&mut self.0.state().news) } else { Vec::new() }
    }
}
