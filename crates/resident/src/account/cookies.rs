use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use kernel::Secret;

use crate::account::AccountState;

/// Sets a cookie that only the server reads; `max_age_secs` 0 removes it. `SameSite=Lax`, so that a link still finds the session;
/// what changes anything is a post, which needs a form token beside it.
pub(super) fn set(state: &AccountState, response: &mut Response, name: &str, value: &Secret<String>, max_age_secs: u32) {
    let line = if state.secure {
        webkit::set_cookie(name, value.expose(), Some(max_age_secs))
    } else {
        plain(name, value.expose(), max_age_secs)
    };
    if let Some(line) = line {
        response.headers_mut().append(SET_COOKIE, line);
    }
}

/// Removes a cookie.
pub(super) fn remove(state: &AccountState, response: &mut Response, name: &str) {
    set(state, response, name, &Secret::new(String::new()), 0);
}

/// The demonstration on `http://localhost`: browsers differ in whether they take a `Secure` cookie there.
fn plain(name: &str, value: &str, max_age_secs: u32) -> Option<HeaderValue> {
    let hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_secs}");
    hex.then(|| HeaderValue::from_str(&line).ok()).flatten()
}
