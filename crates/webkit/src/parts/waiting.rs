use super::part;

/// A place in the queue: my number, the number being served, people ahead, the time as a range, when that was known.
///
/// Without scripts the page loads itself again ([`crate::Page::refresh`]); with `waiting.js` it polls `status_url`, a
/// cacheable JSON object `{"serving": 41200, "people_per_minute": 900, "as_at": "2020-05-06T07:12:00+08:00",
/// "next_poll_secs": 15, "open": true}`, and goes to `enter_url` when the number is reached.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    /// My number.
    pub number: u64,
    /// The number being served.
    pub serving: u64,
    /// The time in words: "about 10 to 15 minutes".
    pub estimate: String,
    /// When this was known, in words.
    pub as_at: String,
    /// The JSON object to poll.
    pub status_url: String,
    /// Where to go when it is my turn.
    pub enter_url: String,
    /// The words of the estimate with `{low}` and `{high}` for whole minutes, used by the script.
    pub estimate_pattern: String,
    /// The code with which another device can take the place over.
    pub resume_code: Option<String>,
}

impl Waiting {
    const fn ahead(&self) -> u64 {
        self.number.saturating_sub(self.serving).saturating_sub(1)
    }

    fn shown(number: u64) -> String {
        crate::formats::number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

part!(Waiting, "parts/waiting.html");
