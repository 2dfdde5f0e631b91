use axum::response::{IntoResponse, Response};
use journal::Actor;
use kernel::Instant;
use people::{Found, SignedIn};
use serde_json::json;
use webkit::{Failure, Json, SessionEnd, formats};

use crate::desk::{Answer, Desk, go};

/// Who is signed in, and for how long.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who.
    pub who: SignedIn,
    ends: Instant,
    latest: Instant,
}

impl Desk {
    /// Finds the session of the request's cookie, and notes that it was used.
    pub(crate) fn find_session(&self) -> Result<Option<Session>, Failure> {
        let Some(Found { who, stale, ends, latest }) = self.session_found()? else { return Ok(None) };
        if stale {
            let who = who.clone();
            let noted = self.platform().ledger().write("staff.keep_session", Actor::Visitor, move |work| people::keep_session(work, &who));
            // A full queue must not sign anybody out; the next request notes it again.
            drop(noted);
        }
        Ok(Some(Session { who, ends, latest }))
    }

    /// The session as it stands, which this does not prolong.
    pub(crate) fn session_still(&self) -> Option<Session> {
        let Found { who, ends, latest, .. } = self.session_found().ok()??;
        Some(Session { who, ends, latest })
    }

    fn session_found(&self) -> Result<Option<Found>, Failure> {
        let Some(token) = &self.session else { return Ok(None) };
        let now = self.now();
        Ok(self.platform().ledger().read("staff.session", |tx| match people::find_session(tx, token, now) {
            Ok(found) => Ok(Some(found)),
            Err(people::SessionError::Ended) => Ok(None),
            Err(people::SessionError::Store(error)) => Err(error),
        })?)
    }

    /// What every page says about the end of this session.
    pub(crate) fn session_end(&self, session: &Session) -> SessionEnd {
        let last = session.ends >= session.latest;
        SessionEnd {
            words: self.session_words(session),
            secs: session.ends.since(self.now()) / 1000,
            stay: (!last).then(|| self.url("/staff/stay")),
            soon: self.say(if last { "session-soon-last" } else { "session-soon" }),
            over: self.say("session-over"),
            button: self.say("session-stay"),
        }
    }

    fn session_words(&self, session: &Session) -> String {
        self.tell("session-ends", [("time", formats::time(session.ends, self.language()))])
    }
}

/// The officer as the journal names an actor, for what needs no right but being signed in.
pub fn actor_of(who: &SignedIn) -> Actor {
    let role = who.roles().first().map_or("", |role| role.slug()).to_owned();
    Actor::Officer { id: who.officer(), department: who.department(), role }
}

/// Keeps the session alive, as every request does; for an officer who is still typing.
pub fn stay(desk: &Desk) -> Answer {
    if desk.json.is_null() {
        return Ok(go(&desk.url("/staff")));
    }
    desk.check_script_token()?;
    Ok(desk.signed_in().map_or_else(Response::default, |session| {
        let secs = session.ends.since(desk.now()) / 1000;
        Json(json!({ "secs": secs, "words": desk.session_words(session) })).into_response()
    }))
}
