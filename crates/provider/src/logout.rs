use journal::{Event, Job, Work, claim_jobs, finish_job, jobs_waiting, retry_job};
use kernel::{Id, Instant, kinds};
use openid::sign_compact;
use serde_json::{Value, json};
use store::{StoreError, Tx};

use crate::issue::session_name;
use crate::{Registered, TokenKeys, storage};

const LOGOUT: &str = "provider.logout";
/// A logout token is taken by its service within so many seconds.
const TOKEN_SECS: i64 = 120;
const LEASE_MS: i64 = 60_000;
const NOTICES: usize = 50;
/// After so many attempts, over about three hours, it is given up.
const ATTEMPTS_MOST: i64 = 10;
const PAUSE_SECS: i64 = 10;

/// Carries a logout token to a service.
pub trait LogoutCarrier: Send + Sync {
    /// Posts it. What is wrong otherwise is for the operators' log, and says nothing of any resident.
    fn carry(&self, address: &str, token: &str) -> Result<(), String>;
}

/// A service that is to hear that a session ended.
#[derive(Clone, Debug)]
pub struct LogoutNotice {
    /// Where.
    pub address: String,
    /// What it is told (OpenID Connect Back-Channel Logout 1.0, section 2.4).
    pub token: String,
    client: String,
    job: Id<kinds::Job>,
    attempts: i64,
}

/// Puts down that a service is to hear of the end of a session, if it wants to.
pub(crate) fn queue(work: &mut Work<'_, '_>, client: &str, session: [u8; 16]) -> Result<(), StoreError> {
    let known = storage::client::find(work.tx(), client)?.filter(Registered::is_in_force);
    if known.is_none_or(|known| known.registration.logout_uri.is_none()) {
        return Ok(());
    }
    let (name, now) = (session_name(&session, client), work.now());
    work.outbox(LOGOUT, &format!("{client} {name}"), now, &json!({ "client": client, "sid": name }))
}

/// Whether a service waits to hear of the end of a session.
pub fn logouts_waiting(tx: &mut Tx<'_>, now: Instant) -> Result<bool, StoreError> {
    jobs_waiting(tx, LOGOUT, now)
}

/// Takes what is due, each with a token signed now.
pub fn claim_logouts(work: &mut Work<'_, '_>, keys: &TokenKeys, issuer: &str) -> Result<Vec<LogoutNotice>, StoreError> {
    let mut notices = Vec::new();
    for job in claim_jobs(work, LOGOUT, NOTICES, LEASE_MS)? {
        match notice(work, keys, issuer, &job)? {
            Some(notice) => notices.push(notice),
            None => finish_job(work, job.id)?,
        }
    }
    Ok(notices)
}

fn notice(work: &mut Work<'_, '_>, keys: &TokenKeys, issuer: &str, job: &Job) -> Result<Option<LogoutNotice>, StoreError> {
    let text = |name: &str| job.body.get(name).and_then(Value::as_str);
    let (Some(client), Some(session)) = (text("client"), text("sid")) else { return Ok(None) };
    let Some(known) = storage::client::find(work.tx(), client)?.filter(Registered::is_in_force) else { return Ok(None) };
    let Some(address) = known.registration.logout_uri.as_ref() else { return Ok(None) };
    let Some(key) = keys.at(known.client().token_algorithm(), work.now()) else { return Ok(None) };
    let at = work.now().millis() / 1000;
    let claims = json!({
        "iss": issuer,
        "aud": client,
        "iat": at,
        "exp": at + TOKEN_SECS,
        "jti": kernel::to_hex(&work.random().bytes16()),
        "sid": session,
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    let Ok(token) = sign_compact(&key.signer, "logout+jwt", &key.kid, &claims) else { return Ok(None) };
    Ok(Some(LogoutNotice { address: address.to_string(), token, client: client.to_owned(), job: job.id, attempts: job.attempts }))
}

/// Notes what became of a notice: it is tried again after a pause that doubles, and given up in the end, on record.
pub fn note_logout(work: &mut Work<'_, '_>, notice: &LogoutNotice, delivered: bool) -> Result<(), StoreError> {
    if delivered {
        return finish_job(work, notice.job);
    }
    if notice.attempts >= ATTEMPTS_MOST {
        work.journal(Event::new("provider.logout_not_heard").detail("client", notice.client.as_str()))?;
        return finish_job(work, notice.job);
    }
    let doubled = PAUSE_SECS << notice.attempts.clamp(0, ATTEMPTS_MOST);
    let due = work.now().plus_secs(doubled);
    retry_job(work, notice.job, due)
}
