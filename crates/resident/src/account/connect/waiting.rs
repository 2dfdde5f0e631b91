use axum::http::HeaderMap;
use axum::response::Response;
use kernel::{Secret, from_hex, to_hex};
use provider::{ANSWER_SECS, Asked};
use webkit::parts::{Button, Inset};
use webkit::{Body, Failure, cookie};

use super::{Call, Way};
use crate::account::{AccountState, cookies};

/// Notes in a cookie which request waits, so that a sign-up or a recovery on the way loses nothing.
pub(in crate::account) fn note_waiting(call: &Call, response: &mut Response, way: &Way) {
    let text = Secret::new(to_hex(format!("{}/{}", way.client, way.opener).as_bytes()));
    cookies::set(&call.state, response, call.state.waiting_cookie(), &text, u32::try_from(ANSWER_SECS).unwrap_or_default());
}

/// The request of that cookie.
pub(in crate::account) fn read_waiting(headers: &HeaderMap, state: &AccountState) -> Option<Way> {
    let bytes = from_hex(cookie(headers, state.waiting_cookie())?).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (client, opener) = text.split_once('/')?;
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    (plain(client) && plain(opener)).then(|| Way { client: client.to_owned(), opener: opener.to_owned() })
}

/// The request that still waits for this resident, with its page.
async fn waiting(call: &Call) -> Result<Option<(Asked, String)>, Failure> {
    let Some(way) = call.waiting.clone() else { return Ok(None) };
    Ok(way.asked(call).await?.ok().map(|asked| (asked, way.path())))
}

/// Says on the way in for whom it is.
pub(in crate::account) async fn who_waits(call: &Call, body: &mut Body) -> Result<(), Failure> {
    if let Some((asked, _)) = waiting(call).await? {
        let name = asked.registered.registration.name.get(call.language());
        body.part(&Inset(call.t.with("connect-for", [("service", name)]).into()));
    }
    Ok(())
}

/// Says on the account's page that a service still waits, with the way to it.
pub(in crate::account) async fn goes_on(call: &Call, body: &mut Body) -> Result<(), Failure> {
    if let Some((asked, path)) = waiting(call).await? {
        let name = asked.registered.registration.name.get(call.language());
        body.part(&Inset(call.t.with("connect-waiting", [("service", name)]).into()));
        body.part(&Button::link(call.t.with("connect-waiting-go", [("service", name)]), call.url(&path)));
    }
    Ok(())
}
