use axum::response::{IntoResponse, Response};
use desk::{Answer, Desk, Mistakes, cookies, go, next, way_in};
use journal::Actor;
use kernel::{Fault, Kind, Secret};
use people::{FinishSignIn, SignIn};
use serde_json::json;
use webkit::parts::Inset;
use webkit::{Failure, Json, Page};

const CEREMONY_SECS: u32 = 300;
/// The cookie outlives the session by a day, so that what somebody had typed is still known as theirs.
const SESSION_SECS: u32 = 36_000 + 86_400;

/// The page with one button.
#[expect(clippy::unnecessary_wraps, reason = "every page of the list of routes answers alike")]
pub(crate) fn show(desk: &Desk) -> Answer {
    let title = desk.say("sign-in-title");
    let mut body = desk.body(&title, &Mistakes::default());
    if desk.query("ended") == "1" {
        body.part(&Inset(desk.say("sign-in-ended").into()));
    }
    body.p(desk.say("sign-in-lead"));
    body.part(&way_in(desk, next(desk.query("next"))));
    body.note(desk.say("sign-in-needs"));
    body.note(desk.say("sign-in-lost"));
    Ok(desk.show(Page::new(title, body.markup()).script("passkey.js")))
}

/// Begins the ceremony.
pub(crate) fn options(desk: &Desk) -> Answer {
    desk.check_script_token()?;
    let rp = desk.state.relying_party.clone();
    let begun = desk.platform().ledger().write("staff.begin_sign_in", Actor::Visitor, move |work| {
        people::begin_sign_in(work, &rp)
    });
    let (challenge, _) = begun?;
    Ok(ceremony(desk, &challenge))
}

/// The options for the browser, and a cookie that finds the ceremony again.
pub(crate) fn ceremony(desk: &Desk, challenge: &people::Challenge) -> Response {
    let mut response = Json(challenge.options.clone()).into_response();
    let name = desk.state.ceremony_cookie();
    cookies::set(desk, &mut response, name, &challenge.ceremony.reveal(), CEREMONY_SECS);
    response
}

/// Ends the ceremony: a new session with a new cookie; the one before, if any, ends.
pub(crate) fn finish(desk: &Desk) -> Answer {
    let ceremony = desk.ceremony.clone().ok_or_else(|| Failure::of(Kind::Gone))?;
    let command = FinishSignIn { ceremony, answer: desk.json.clone(), replaces: desk.session.clone() };
    let rp = desk.state.relying_party.clone();
    let ended = desk.platform().ledger().write("staff.finish_sign_in", Actor::Visitor, move |work| {
        people::finish_sign_in(work, &rp, command.clone())
    });
    let (outcome, _) = ended.map_err(|error| Failure::of(error.kind()))?;
    let SignIn::Welcome(welcome) = outcome else { return Err(Failure::of(Kind::Denied)) };
    let to = next(desk.query("next")).unwrap_or("/staff");
    let session = welcome.token.reveal();
    // The form that takes back what was typed needs a token of the new session.
    let token = desk.visitor.form_token_of(session.expose());
    let mut response = Json(json!({ "next": desk.url(to), "token": token })).into_response();
    cookies::set(desk, &mut response, desk.state.session_cookie(), &session, SESSION_SECS);
    cookies::set(desk, &mut response, desk.state.ceremony_cookie(), &Secret::new(String::new()), 0);
    Ok(response)
}

/// Ends the session. Doing it twice is fine.
pub(crate) fn sign_out(desk: &Desk) -> Answer {
    if let Some(token) = desk.session.clone() {
        desk.platform().ledger().write("staff.sign_out", Actor::Visitor, move |work| people::sign_out(work, &token))?;
    }
    let mut response = go(&desk.url("/staff/sign-in"));
    cookies::set(desk, &mut response, desk.state.session_cookie(), &Secret::new(String::new()), 0);
    Ok(response)
}
