use axum::response::Response;
use identity::{SignIn, begin_sign_in, sign_in};
use journal::Work;
use kernel::Kind;
use serde_json::Value;
use webkit::parts::{Button, Form, Inset};
use webkit::{Failure, Json, Page, Values};

use super::call::{Call, answer_of};
use super::first_passkey::welcome;
use super::{connect, cookies};
use crate::blocking::blocking;
use crate::faults::Faults;

/// The cookie lives as long as a session can.
pub(super) const SESSION_SECS: u32 = 12 * 3600;

/// What the account's page is asked by whoever has just signed out.
pub(super) const SIGNED_OUT: &str = "signed-out=1";

/// `GET /account/sign-in`: also for whoever is signed in and must show the passkey again.
pub(super) async fn show(call: Call) -> Result<Response, Failure> {
    let title = call.say("account-sign-in-title");
    let mut body = call.body(&title, &Faults::none());
    connect::who_waits(&call, &mut body).await?;
    let query = call.visitor.query.clone().unwrap_or_default();
    if query == "ended=1" {
        body.part(&Inset(call.say("account-ended").into()));
    }
    let again = call.found.is_some();
    body.p(call.say(if again { "account-again-lead" } else { "account-sign-in-lead" }));
    body.part(&form(&call, call.next()).part(&Button::new(call.say("account-sign-in"))));
    body.note(call.say("account-sign-in-needs"));
    body.link(call.say("account-password-instead"), call.url(&call.with_next("/account/sign-in/password")));
    if !again {
        body.link(call.say("recover-link"), call.url("/account/recover"));
        body.h2(call.say("account-none-yet")).link(call.say("account-sign-up"), call.url("/account/sign-up"));
    }
    Ok(call.show(Page::new(title, body.markup()).script("passkey.js")))
}

/// The form that signs in by script; `next` is where it leads.
pub(super) fn form(call: &Call, next: Option<&str>) -> Form {
    let finish = match next {
        Some(next) => format!("/account/sign-in/finish?next={next}"),
        None => "/account/sign-in/finish".to_owned(),
    };
    call.form("/account/sign-in").id("sign-in").signs_in_by_passkey(call.url("/account/sign-in/options"), call.url(&finish))
}

/// `POST /account/sign-in/options`
pub(super) async fn options(call: Call, Json(json): Json<Value>) -> Result<Response, Failure> {
    call.check_script_token(&json)?;
    let ledger = call.service.ledger();
    Ok(Call::ceremony(begin_sign_in(ledger.keys(), &**ledger.random(), &call.state.relying_party, call.now())?))
}

/// `POST /account/sign-in/finish`: a new session with a new cookie; the one before, if any, ends.
pub(super) async fn finish(call: Call, Json(json): Json<Value>) -> Result<Response, Failure> {
    let (ledger, rp, charter) = (call.service.ledger().clone(), call.state.relying_party.clone(), call.charter.clone());
    let (sealed, answer) = answer_of(json);
    let replaces = call.token.clone();
    let done = blocking(move || sign_in(&ledger, &rp, &charter, (replaces, provider::end_session_grants), (&sealed, answer))).await?;
    let SignIn::Welcome(signed_in) = done else { return Err(Failure::of(Kind::Denied)) };
    Ok(welcome(&call, &signed_in, call.next().unwrap_or("/account")))
}

/// `POST /account/sign-out`: doing it twice is fine.
pub(super) async fn sign_out(call: Call, _: Values) -> Result<Response, Failure> {
    end(&call).await?;
    let mut response = call.go(&format!("/account?{SIGNED_OUT}"));
    cookies::remove(&call.state, &mut response, call.state.session_cookie());
    Ok(response)
}

/// Ends the session of the cookie, and with it what services were given in it.
pub(super) async fn end(call: &Call) -> Result<(), Failure> {
    let Some(token) = call.token.clone() else { return Ok(()) };
    let act = move |work: &mut Work<'_, '_>| identity::sign_out(work, &token, provider::end_session_grants);
    call.act("resident.sign_out", act).await?.map_err(Failure::from)
}

/// Where to go after signing in: only a page of the account. Anything else could lead to a stranger's site.
pub(super) fn inside(path: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
    let below = path == "/account" || path.starts_with("/account/");
    (below && !path.contains("//") && path.chars().all(plain)).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn only_a_page_of_the_account_comes_next() {
        assert_eq!(inside("/account/passkeys/add"), Some("/account/passkeys/add"));
        for bad in ["", "/", "//evil.example", "/account//evil", "/accounts", "https://evil", "/account/%2f", "/account/\\x", "/account?x"] {
            assert_eq!(inside(bad), None, "{bad}");
        }
    }
}
