use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use kernel::{Clock, Instant, Language};

use crate::l10n::{L10n, texts};
use crate::token::{self, FormKeys};
use crate::{cookie, language};

/// Who asks, as far as the shell knows: the language, the page, and what makes form tokens.
#[derive(Clone)]
pub struct Visitor {
    /// From the path's prefix, else from `Accept-Language`.
    pub language: Language,
    /// The path without the language: `/status`.
    pub path: String,
    /// Whether the path carried a language.
    pub prefixed: bool,
    /// The query, kept by the language switch; never logged.
    pub query: Option<String>,
    /// The request's id, shown on pages of failure.
    pub request_id: String,
    session: String,
    desk: Option<Arc<Desk>>,
    pub(crate) attended: Option<Attended>,
}

/// Somebody is helped at a shared device: every page says so, and how it ends.
#[derive(Clone, Debug)]
pub struct Attended {
    /// The sentence at the top of each page.
    pub words: String,
    /// The words of the link that ends it.
    pub end: String,
    /// Where that link leads.
    pub href: String,
}

/// What the shell lends to visitors.
pub(crate) struct Desk {
    pub(crate) keys: Arc<dyn FormKeys>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) session_cookie: &'static str,
    pub(crate) session_cookies: Vec<(String, &'static str)>,
}

impl Desk {
    /// The cookie of the sessions that pages below this path (without the language) belong to.
    fn session_cookie(&self, path: &str) -> &'static str {
        let own = self
            .session_cookies
            .iter()
            .find(|(prefix, _)| is_below(path, prefix));
        own.map_or(self.session_cookie, |(_, name)| name)
    }
}

/// Whether a path is this one or stands below it.
pub(crate) fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Visitor {
    /// The address of a page in the visitor's language: `url("/status")` is `/zh-hant/status`.
    pub fn url(&self, path: &str) -> String {
        url_in(self.language, path)
    }

    /// The address of this page in another language, query kept.
    pub fn here_in(&self, language: Language) -> String {
        let address = url_in(language, &self.path);
        self.query
            .as_ref()
            .map_or_else(|| address.clone(), |query| format!("{address}?{query}"))
    }

    /// The address of this page without its query: where its form posts to.
    pub fn here(&self) -> String {
        url_in(self.language, &self.path)
    }

    /// The shell's own words in the visitor's language.
    pub fn texts(&self) -> L10n {
        texts(self.language)
    }

    /// A fresh form token, bound to the session cookie. Empty outside a [`crate::Shell`].
    pub fn form_token(&self) -> String {
        let Some(desk) = &self.desk else {
            return String::new();
        };
        token::issue(&*desk.keys, &self.session, desk.clock.now())
    }

    /// A form token for a session that begins with this very answer; `cookie` is the value of its cookie.
    pub fn form_token_of(&self, cookie: &str) -> String {
        let issue = |desk: &Arc<Desk>| token::issue(&*desk.keys, cookie, desk.clock.now());
        self.desk.as_ref().map(issue).unwrap_or_default()
    }

    /// Whether a form token came from a page of ours and this session.
    pub fn token_fits(&self, token: &str) -> bool {
        self.desk
            .as_ref()
            .is_some_and(|desk| token::fits(&*desk.keys, &self.session, desk.clock.now(), token))
    }

    /// The present moment by the shell's clock; nothing outside a shell.
    pub fn now(&self) -> Option<Instant> {
        self.desk.as_ref().map(|desk| desk.clock.now())
    }

    /// The same visitor at a shared device.
    pub fn attended(self, attended: Attended) -> Self {
        Self { attended: Some(attended), ..self }
    }

    pub(crate) fn new(
        uri: &Uri,
        headers: &HeaderMap,
        desk: Option<Arc<Desk>>,
        request_id: String,
    ) -> Self {
        let found = language::split(uri.path());
        let (language, path) = found.unwrap_or_else(|| (asked(headers), uri.path()));
        let session = desk
            .as_ref()
            .and_then(|desk| cookie(headers, desk.session_cookie(path)))
            .unwrap_or_default();
        Self {
            language,
            path: path.to_owned(),
            prefixed: found.is_some(),
            query: uri.query().map(str::to_owned),
            request_id,
            session: session.to_owned(),
            desk,
            attended: None,
        }
    }
}

impl fmt::Debug for Visitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visitor")
            .field("language", &self.language)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        if let Some(visitor) = parts.extensions.get::<Self>() {
            return Ok(visitor.clone());
        }
        let uri = parts
            .extensions
            .get::<OriginalUri>()
            .map_or(&parts.uri, |original| &original.0);
        Ok(Self::new(uri, &parts.headers, None, String::new()))
    }
}

pub(crate) fn url_in(language: Language, path: &str) -> String {
    if path == "/" {
        format!("/{}", language.slug())
    } else {
        format!("/{}{path}", language.slug())
    }
}

fn asked(headers: &HeaderMap) -> Language {
    let header = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    language::negotiate(header.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(uri: &str, accept: &'static str) -> Visitor {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, accept.parse().unwrap());
        Visitor::new(&uri.parse().unwrap(), &headers, None, String::new())
    }

    #[test]
    fn the_path_decides_the_language() {
        let seen = visitor("/zh-hant/status?ref=1", "en");
        assert_eq!(
            (seen.language, seen.path.as_str()),
            (Language::ZhHant, "/status")
        );
        assert_eq!(seen.here_in(Language::En), "/en/status?ref=1");
        assert_eq!(seen.here(), "/zh-hant/status");
        assert_eq!(seen.url("/"), "/zh-hant");
    }

    struct Still;

    impl Clock for Still {
        fn now(&self) -> Instant {
            Instant::from_millis(0)
        }
    }

    #[test]
    fn a_face_has_its_own_session_cookie() {
        let desk = Desk {
            keys: Arc::new(crate::token::tests::Weak(7)),
            clock: Arc::new(Still),
            session_cookie: "session",
            session_cookies: vec![("/partner".into(), "partner")],
        };
        assert_eq!(desk.session_cookie("/partner"), "partner");
        assert_eq!(desk.session_cookie("/partner/leases/1"), "partner");
        assert_eq!(desk.session_cookie("/partners"), "session");
        assert_eq!(desk.session_cookie("/staff"), "session");
    }

    #[test]
    fn without_a_prefix_the_browser_decides() {
        let seen = visitor("/status", "zh-CN,en;q=0.5");
        assert_eq!(
            (seen.language, seen.prefixed, seen.path.as_str()),
            (Language::ZhHans, false, "/status")
        );
    }
}
