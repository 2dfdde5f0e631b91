use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, HeaderValue, VARY};
use axum::response::{IntoResponse, Response};
use kernel::{Environment, Language, Text};

use crate::assets::asset;
use crate::body::Body;
use crate::l10n::L10n;
use crate::markup::Markup;
use crate::page::{Density, Page};
use crate::parts::Part;
use crate::problem;
use crate::values::SWITCH_FIELD;
use crate::visitor::Visitor;

/// What all pages of a face share: name, environment, navigation, footer.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The name in the header.
    pub service: Text,
    /// Which body runs it; stands small above the name.
    pub owner: Option<Text>,
    /// Shown on every page unless live.
    pub environment: Environment,
    /// Where the name leads, without the language: `/`.
    pub home: String,
    /// The navigation in the header.
    pub navigation: Vec<Link>,
    /// The links in the footer.
    pub footer: Vec<Link>,
    /// The density of pages that do not set one.
    pub density: Density,
}

/// A link within the face, without the language in its path.
#[derive(Clone, Debug)]
pub struct Link {
    /// The words.
    pub text: Text,
    /// The path: `/status`.
    pub path: String,
}

impl Link {
    /// A link.
    pub fn new(text: Text, path: impl Into<String>) -> Self {
        Self {
            text,
            path: path.into(),
        }
    }
}

impl Layout {
    /// A layout with a name and nothing else.
    pub fn new(service: Text, environment: Environment) -> Self {
        Self {
            service,
            owner: None,
            environment,
            home: "/".to_owned(),
            navigation: Vec::new(),
            footer: Vec::new(),
            density: Density::Roomy,
        }
    }

    /// Renders a page.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a page is built to be shown once"
    )]
    pub fn page(&self, visitor: &Visitor, page: Page) -> Response {
        let status = page.status;
        let html = self.html(visitor, &page);
        let kind = HeaderValue::from_static("text/html; charset=utf-8");
        let language = HeaderValue::from_static(visitor.language.tag());
        let mut response = (
            status,
            [(CONTENT_TYPE, kind), (CONTENT_LANGUAGE, language)],
            html,
        )
            .into_response();
        if !visitor.prefixed {
            response
                .headers_mut()
                .insert(VARY, HeaderValue::from_static("accept-language"));
        }
        response
    }

    /// Renders a page to HTML.
    pub fn html(&self, visitor: &Visitor, page: &Page) -> String {
        Markup::render(&Frame::new(self, visitor, page))
            .as_str()
            .to_owned()
    }

    /// The page of a failure.
    pub(crate) fn failure(&self, visitor: &Visitor, status: StatusCode) -> Response {
        let t = visitor.texts();
        let name = problem::name(status);
        let title = t.get(&format!("problem-{name}-title"));
        let mut body = Body::new(visitor.language);
        body.h1(&title).p(t.get(&format!("problem-{name}-detail")));
        if !visitor.request_id.is_empty() {
            body.note(t.with("problem-reference", [("id", &visitor.request_id)]));
        }
        self.page(visitor, Page::new(title, body.markup()).status(status))
    }
}

#[derive(Template)]
#[template(path = "layout.html")]
struct Frame<'a> {
    t: L10n,
    layout: &'a Layout,
    page: &'a Page,
    visitor: &'a Visitor,
    language: Language,
    title: String,
    density: &'static str,
    switch_field: &'static str,
}

impl<'a> Frame<'a> {
    fn new(layout: &'a Layout, visitor: &'a Visitor, page: &'a Page) -> Self {
        let t = visitor.texts();
        let service = layout.service.get(visitor.language);
        let title = if page.error {
            t.with("title-error", [("title", &page.title)])
        } else {
            page.title.clone()
        };
        let title = if title == service {
            title
        } else {
            format!("{title} – {service}")
        };
        let density = if page.density == Density::Roomy {
            layout.density
        } else {
            page.density
        };
        Self {
            layout,
            page,
            visitor,
            language: visitor.language,
            title,
            density: density.class(),
            switch_field: SWITCH_FIELD,
            t,
        }
    }

    fn asset(name: &str) -> String {
        asset(name)
    }

    /// The language switch: links, or buttons that submit the page's form so that nothing typed is lost.
    fn switches(&self) -> Vec<Switch> {
        let others = Language::ALL
            .into_iter()
            .filter(|_| !self.page.only_this_language);
        others
            .map(|language| Switch {
                language,
                href: self.visitor.here_in(language),
                current: language == self.language,
            })
            .collect()
    }

    fn has_banner(&self) -> bool {
        self.layout.environment.synthetic_only()
    }

    fn banner_key(&self) -> &'static str {
        match self.layout.environment {
            Environment::Demo => "environment-demo",
            Environment::Test => "environment-test",
            Environment::Live => "environment-live",
        }
    }

    fn is_current(&self, link: &Link) -> bool {
        self.page
            .current
            .as_ref()
            .is_some_and(|current| *current == link.path)
    }

    fn back(&self) -> Markup {
        let part = self
            .page
            .back
            .as_ref()
            .map(|href| crate::parts::BackLink { href: href.clone() });
        part.map(|part| part.html(self.language))
            .unwrap_or_default()
    }
}

struct Switch {
    language: Language,
    href: String,
    current: bool,
}
