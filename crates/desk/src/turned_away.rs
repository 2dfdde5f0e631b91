//! What somebody without a session gets, and the way back in.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use webkit::Page;
use webkit::parts::{Button, Form};

use crate::book::{Book, Route, Verb};
use crate::desk::{Desk, go};
use crate::kept;
use crate::mistakes::Mistakes;
use crate::sure;

/// The way in, and back to the page after it, with what was typed there.
pub(crate) fn turn_away(desk: &Desk, book: &Book, route: &Route, json: bool) -> Response {
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
        body.part(&way_in(desk, page_of(book, route, &desk.visitor.path)));
    }
    body.note(desk.say("sign-in-needs"));
    desk.show(Page::new(title, body.markup()).script("passkey.js").status(StatusCode::UNAUTHORIZED).without_switch())
}

/// The form with the button to sign in; `next` is where it leads.
pub fn way_in(desk: &Desk, next: Option<&str>) -> Form {
    let finish = match next {
        Some(next) => format!("/staff/sign-in/finish?next={next}"),
        None => "/staff/sign-in/finish".to_owned(),
    };
    desk.form()
        .to(desk.url("/staff/sign-in"))
        .signs_in_by_passkey(desk.url("/staff/sign-in/options"), desk.url(&finish))
        .part(&Button::new(desk.say("sign-in-button")))
}

/// Where to go after signing in: only a page of the desk. Anything else could lead to a stranger's site.
pub fn next(path: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
    let inside = path == "/staff" || path.starts_with("/staff/");
    (inside && !path.contains("//") && path.chars().all(plain)).then_some(path)
}

/// The page on which this act stands, if it has one of its own.
fn page_of<'p>(book: &Book, route: &Route, path: &'p str) -> Option<&'p str> {
    let has_page = book.routes.iter().any(|other| other.verb == Verb::Get && other.path == route.path);
    next(path).filter(|_| has_page)
}

/// What was typed, so that it can be copied: the session is over, but the work of ten minutes need not be.
fn typed(desk: &Desk) -> Vec<String> {
    // The answer to a question of ours is not somebody's work.
    let pairs = desk.values.pairs().filter(|(name, value)| *name != sure::FIELD && !value.trim().is_empty());
    pairs.map(|(_, value)| value.to_owned()).collect()
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
