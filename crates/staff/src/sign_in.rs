use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use journal::Actor;
use kernel::{Fault, Kind, Secret};
use people::{FinishSignIn, SignIn};
use serde_json::json;
use webkit::parts::{Button, Form, Inset};
use webkit::{Failure, Json, Page};

use crate::cookies;
use crate::desk::{Answer, Desk, go};
use crate::kept;
use crate::mistakes::Mistakes;
use crate::routes::{ROUTES, Route, Verb};

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

/// The form with the button; `next` is where it leads.
fn way_in(desk: &Desk, next: Option<&str>) -> Form {
    let finish = match next {
        Some(next) => format!("/staff/sign-in/finish?next={next}"),
        None => "/staff/sign-in/finish".to_owned(),
    };
    desk.form()
        .to(desk.url("/staff/sign-in"))
        .signs_in_by_passkey(desk.url("/staff/sign-in/options"), desk.url(&finish))
        .part(&Button::new(desk.say("sign-in-button")))
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

/// What somebody without a session gets: the way in, and back to the page after it, with what was typed there.
pub(crate) fn turn_away(desk: &Desk, route: &Route, json: bool) -> Response {
    if json {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if route.verb == Verb::Get {
        let ended = if desk.session.is_some() { "&ended=1" } else { "" };
        return go(&desk.url(&format!("/staff/sign-in?next={}{ended}", desk.visitor.path)));
    }
    let title = desk.say("ended-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("ended-lead"));
    let kept = if route.typed { desk.keep() } else { None };
    if let Some(kept) = kept {
        body.p(desk.say("ended-kept"));
        body.part(&way_in(desk, next(&desk.visitor.path)).hidden(kept::FIELD, kept));
    } else {
        let typed = typed(desk);
        if !typed.is_empty() {
            body.h2(desk.say("ended-typed")).p(desk.say("ended-typed-lead")).bullets(typed);
        }
        body.part(&way_in(desk, page_of(route, &desk.visitor.path)));
    }
    body.note(desk.say("sign-in-needs"));
    desk.show(Page::new(title, body.markup()).script("passkey.js").status(StatusCode::UNAUTHORIZED).without_switch())
}

/// The page on which this act stands, if it has one of its own.
fn page_of<'p>(route: &Route, path: &'p str) -> Option<&'p str> {
    let has_page = ROUTES.iter().any(|other| other.verb == Verb::Get && other.path == route.path);
    next(path).filter(|_| has_page)
}

/// What was typed, so that it can be copied: the session is over, but the work of ten minutes need not be.
fn typed(desk: &Desk) -> Vec<String> {
    let pairs = desk.values.pairs().filter(|(_, value)| !value.trim().is_empty());
    pairs.map(|(_, value)| value.to_owned()).collect()
}

/// Where to go after signing in: only a page of the desk. Anything else could lead to a stranger's site.
fn next(path: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
    let inside = path == "/staff" || path.starts_with("/staff/");
    (inside && !path.contains("//") && path.chars().all(plain)).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn only_a_page_of_the_desk_comes_next() {
        assert_eq!(next("/staff/schemes/masks-2020"), Some("/staff/schemes/masks-2020"));
        for bad in ["", "/", "//evil.example", "/staff//evil", "/staffx", "https://evil", "/staff/%2f", "/staff/\\x", "/staff?x"] {
            assert_eq!(next(bad), None, "{bad}");
        }
    }
}
