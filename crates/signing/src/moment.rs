//! Moments as certificates write them: whole seconds.

use std::time::Duration;

use der::asn1::{GeneralizedTime, UtcTime};
use der::{DateTime, Error};
use kernel::Instant;
use x509_cert::time::{Time, Validity};

/// UTCTime until 2049, GeneralizedTime afterwards (RFC 5280, 4.1.2.5).
pub fn time(at: Instant) -> Result<Time, Error> {
    let at = date_time(at)?;
    if at.year() <= UtcTime::MAX_YEAR { Ok(Time::UtcTime(UtcTime::from_date_time(at)?)) } else { Ok(Time::GeneralTime(at.into())) }
}

/// Always GeneralizedTime, as OCSP and timestamps want it.
pub fn generalized(at: Instant) -> Result<GeneralizedTime, Error> {
    date_time(at).map(Into::into)
}

/// From one moment to another.
pub fn validity(from: Instant, until: Instant) -> Result<Validity, Error> {
    Ok(Validity { not_before: time(from)?, not_after: time(until)? })
}

/// The moment that a certificate wrote.
pub fn instant(time: Time) -> Instant {
    of(time.to_unix_duration())
}

/// The moment that OCSP or a timestamp wrote.
pub fn of(since_1970: Duration) -> Instant {
    Instant::from_millis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

fn date_time(at: Instant) -> Result<DateTime, Error> {
    let secs = u64::try_from(at.millis().div_euclid(1000)).unwrap_or(0);
    DateTime::from_unix_duration(Duration::from_secs(secs))
}
