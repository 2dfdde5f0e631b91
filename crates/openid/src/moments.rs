use kernel::Instant;
use serde_json::{Map, Value};

/// An id that must not come a second time until `until`: the caller remembers it and refuses the second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What to remember: who sent it and its `jti`, or the key it was signed with.
    pub id: String,
    /// After this moment it would be refused for its age anyway.
    pub until: Instant,
}

/// How far another clock may be ahead of ours, seconds. FAPI 2.0 (section 5.3.2.1) wants 10 accepted and over 60 refused.
pub(crate) const AHEAD_SECS: i64 = 30;
/// The longest `jti` or nonce that is read, bytes. Clients of the conformance suite send 64.
pub(crate) const ID_MOST: usize = 256;

/// A NumericDate (RFC 7519, section 2) of a set of claims: whole or broken seconds. `None` if it is absent, an error if it
/// is no number or outside the years 1970 to 9999.
pub(crate) fn numeric_date(claims: &Map<String, Value>, name: &str) -> Result<Option<Instant>, ()> {
    const LAST: f64 = 253_402_300_799.0;
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_f64().filter(|seconds| (0.0..=LAST).contains(seconds)).ok_or(())?;
    #[expect(clippy::cast_possible_truncation, reason = "up to 2.6e14 milliseconds, checked above")]
    let millis = (seconds * 1000.0) as i64;
    Ok(Some(Instant::from_millis(millis)))
}

/// Whole seconds since 1970, as tokens carry them.
pub(crate) const fn seconds(at: Instant) -> i64 {
    at.millis().div_euclid(1000)
}
