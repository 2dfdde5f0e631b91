use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderValue};

/// The value of a cookie of the request.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}

/// A `Set-Cookie` line: `Secure`, `HttpOnly`, `SameSite=Lax`, for the whole site. `max_age_secs` 0 deletes the cookie,
/// nothing makes it end with the browser's session. Nothing comes back when name or value hold a character that a
/// cookie cannot carry.
///
/// Use names with the prefix `__Host-`: browsers accept those only with `Secure`, `Path=/` and no domain
/// (RFC 6265bis 4.1.3.2), so a sibling host cannot plant one.
pub fn set_cookie(name: &str, value: &str, max_age_secs: Option<u32>) -> Option<HeaderValue> {
    let plain = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_graphic() && !matches!(b, b';' | b',' | b'"' | b'\\'))
    };
    if name.is_empty() || name.contains('=') || !plain(name) || !plain(value) {
        return None;
    }
    let age = max_age_secs
        .map(|secs| format!("; Max-Age={secs}"))
        .unwrap_or_default();
    HeaderValue::from_str(&format!(
        "{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}"
    ))
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_read_from_every_line() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1; __Host-session=x=y"));
        headers.append(COOKIE, HeaderValue::from_static("b=2"));
        assert_eq!(cookie(&headers, "__Host-session"), Some("x=y"));
        assert_eq!(cookie(&headers, "b"), Some("2"));
        assert_eq!(cookie(&headers, "session"), None);
    }

    #[test]
    fn a_cookie_cannot_smuggle_attributes() {
        let line = set_cookie("__Host-session", "abc", Some(60)).unwrap();
        assert_eq!(
            line,
            "__Host-session=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60"
        );
        assert_eq!(set_cookie("s", "a; Domain=evil", None), None);
        assert_eq!(set_cookie("s", "a\r\nX: y", None), None);
    }
}
