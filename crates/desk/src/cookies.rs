use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use kernel::Secret;

use crate::desk::Desk;

/// Sets a cookie that only the server reads. `SameSite=Lax`, so that a link in a mail still finds the session; what
/// changes anything is a post, which needs a form token beside it. `max_age_secs` 0 removes it.
pub fn set(desk: &Desk, response: &mut Response, name: &str, value: &Secret<String>, max_age_secs: u32) {
    let line = if desk.state.secure {
        webkit::set_cookie(name, value.expose(), Some(max_age_secs))
    } else {
        plain(name, value.expose(), max_age_secs)
    };
    if let Some(line) = line {
        response.headers_mut().append(SET_COOKIE, line);
    }
}

/// The demonstration on `http://localhost`: browsers differ in whether they take a `Secure` cookie there.
fn plain(name: &str, value: &str, max_age_secs: u32) -> Option<HeaderValue> {
    let hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_secs}");
    hex.then(|| HeaderValue::from_str(&line).ok()).flatten()
}
