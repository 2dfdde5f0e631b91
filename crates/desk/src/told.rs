//! What an officer has just done, said once on the page that follows. A post answers by sending the browser on, so the sentence
//! travels in a cookie that only the server reads: the name of a text of ours and the page it is meant for, nothing about anybody.

use axum::response::Response;
use kernel::{Secret, from_hex, to_hex};
use webkit::Markup;
use webkit::parts::Notification;

use crate::cookies;
use crate::desk::{Desk, go};

/// Long enough for a slow page, too short to speak of yesterday.
const MAX_AGE_SECS: u32 = 60;
/// Only such texts are said, whatever a cookie asks for.
const PREFIX: &str = "done-";

/// The text to say, and the address it is meant for.
pub(crate) struct Told {
    key: String,
    path: String,
}

impl Told {
    /// Reads the cookie; nothing when it is none of ours.
    pub(crate) fn parse(cookie: &str) -> Option<Self> {
        let plain = String::from_utf8(from_hex(cookie).ok()?).ok()?;
        let (key, path) = plain.split_once(' ')?;
        key.starts_with(PREFIX).then(|| Self { key: key.to_owned(), path: path.to_owned() })
    }
}

impl Desk {
    /// Goes to another page after a post; that page begins with the text `key`, whose name begins with `done-`.
    pub fn done(&self, key: &str, url: &str) -> Response {
        let mut response = go(url);
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let value = Secret::new(to_hex(format!("{key} {path}").as_bytes()));
        cookies::set(self, &mut response, self.state.told_cookie(), &value, MAX_AGE_SECS);
        response
    }

    /// What was just done, if this is the page that is to say it.
    pub(crate) fn news(&self) -> Option<Notification> {
        let told = self.told.as_ref().filter(|told| self.is_for_here(told) && self.has(&told.key))?;
        Some(Notification { body: Markup::text(&self.say(&told.key)), success: true, ..Notification::default() })
    }

    /// Takes the cookie back once its page was shown.
    pub(crate) fn say_once(&self, response: &mut Response) {
        if self.told.as_ref().is_some_and(|told| self.is_for_here(told)) {
            cookies::set(self, response, self.state.told_cookie(), &Secret::new(String::new()), 0);
        }
    }

    /// Pages are addressed with their language before the path.
    fn is_for_here(&self, told: &Told) -> bool {
        told.path == self.url(&self.visitor.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_of_ours_are_taken_from_a_cookie() {
        let told = Told::parse(&to_hex(b"done-saved /en/staff/team")).unwrap();
        assert_eq!((told.key.as_str(), told.path.as_str()), ("done-saved", "/en/staff/team"));
        for other in ["", "zz", &to_hex(b"done-saved"), &to_hex(b"cancel /en/staff"), &to_hex(b"\xff\xfe x")] {
            assert!(Told::parse(other).is_none(), "{other}");
        }
    }
}
