use kernel::Instant;
use serde::{Deserialize, Serialize};

use crate::gaps::between;
use crate::{Estimate, Reason};

/// What everybody may know about a room: one small document, the same for all, cacheable for a second.
/// A ticket's turn, wait and next look follow from it and the ticket's number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The scheme's slug.
    pub room: String,
    /// Numbers below this one may enter.
    pub now_serving: u64,
    /// Tickets that have been given out.
    pub issued: u64,
    /// People who enter in a minute, as set by the operator.
    pub rate_per_minute: u32,
    /// The slowest and the fastest at which `now_serving` is expected to grow, in numbers a minute.
    pub moving_per_minute: [u64; 2],
    /// Whether nobody is admitted for now; places are kept.
    pub paused: bool,
    /// When the scheme closes; there is no need to rush before.
    pub closes_at: Instant,
    /// The moment of these figures.
    pub as_at: Instant,
    /// When to look again, for a page that does not work it out: right for the last in the queue.
    pub next_poll_seconds: u64,
    /// How to work it out.
    pub poll: Poll,
    /// The last time that the room became slower, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slowed: Option<Slowed>,
    /// Numbers ahead, in pairs of first and beyond, that nobody holds since a restart: they cost no wait.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<[u64; 2]>,
}

/// When a page looks again: its expected wait divided by `share`, within the limits, and up to `jitter_percent`
/// earlier, each ticket differently, so that pages do not ask in step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// Looks in the course of a wait.
    pub share: u64,
    /// Never sooner.
    pub least_seconds: u64,
    /// Never later.
    pub most_seconds: u64,
    /// How much earlier, at most.
    pub jitter_percent: u64,
}

/// When and why the room became slower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slowed {
    /// The moment.
    pub at: Instant,
    /// The reason told to those who wait.
    pub reason: Reason,
}

/// What a ticket's holder is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Come in. Who comes late comes in at once.
    Now,
    /// Not yet.
    Wait {
        /// Places before this one; some of their holders will have left.
        ahead: u64,
        /// The wait.
        estimate: Estimate,
    },
}

impl Poll {
    /// The rule of every room.
    pub const RULE: Self = Self { share: 4, least_seconds: 5, most_seconds: 60, jitter_percent: 20 };

    /// Seconds until the holder of `number`, who expects to wait so long, should look again.
    pub fn seconds(&self, expected_wait_seconds: u64, number: u64) -> u64 {
        let even = (expected_wait_seconds / self.share.max(1)).clamp(self.least_seconds, self.most_seconds);
        let spread = even * self.jitter_percent / 100;
        // Knuth's multiplicative hash: neighbours in the queue land far apart.
        let scattered = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        (even - scattered % (spread + 1)).max(self.least_seconds)
    }
}

impl Status {
    /// What the holder of this number is told.
    pub fn entry(&self, number: u64) -> Entry {
        match number.checked_sub(self.now_serving) {
            None if self.paused => Entry::Wait { ahead: 0, estimate: Estimate::Paused },
            None => Entry::Now,
            Some(places) => {
                let ahead = places - between(&self.skipped, self.now_serving, number).min(places);
                Entry::Wait { ahead, estimate: self.estimate(ahead) }
            }
        }
    }

    /// Places given out and not yet called.
    pub fn waiting(&self) -> u64 {
        let places = self.issued.saturating_sub(self.now_serving);
        places.saturating_sub(between(&self.skipped, self.now_serving, self.issued))
    }

    /// Seconds until the holder of this number should look again.
    pub fn poll_seconds(&self, number: u64) -> u64 {
        match self.entry(number) {
            Entry::Now => self.poll.least_seconds,
            Entry::Wait { estimate: Estimate::Between { low_seconds, .. }, .. } => self.poll.seconds(low_seconds, number),
            Entry::Wait { estimate: Estimate::Paused, .. } => self.poll.seconds(u64::MAX, number),
        }
    }

    fn estimate(&self, ahead: u64) -> Estimate {
        if self.paused {
            return Estimate::Paused;
        }
        let [slowest, fastest] = self.moving_per_minute.map(|speed| speed.max(1));
        Estimate::Between {
            low_seconds: ahead.saturating_mul(60) / fastest,
            high_seconds: (ahead + 1).saturating_mul(60) / slowest + self.poll.least_seconds + 1,
        }
    }
}
