use std::fmt::Write as _;

use kernel::Language;

use crate::markup::Markup;
use crate::parts::Part;

/// The body of a page, written top to bottom from headings, paragraphs and parts. Everything given as text is escaped.
#[derive(Clone, Debug)]
pub struct Body {
    language: Language,
    html: Markup,
}

impl Body {
    /// An empty body.
    pub fn new(language: Language) -> Self {
        Self {
            language,
            html: Markup::default(),
        }
    }

    /// The page's one main heading.
    pub fn h1(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.element("h1", "govuk-heading-l", text.as_ref())
    }

    /// A heading of a section.
    pub fn h2(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.element("h2", "govuk-heading-m", text.as_ref())
    }

    /// A heading within a section.
    pub fn h3(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.element("h3", "govuk-heading-s", text.as_ref())
    }

    /// The first, larger paragraph of a page.
    pub fn lead(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.element("p", "govuk-body-l", text.as_ref())
    }

    /// A paragraph.
    pub fn p(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.element("p", "govuk-body", text.as_ref())
    }

    /// A small, quiet paragraph.
    pub fn note(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.element("p", "govuk-body-s lr-quiet", text.as_ref())
    }

    /// A paragraph with one link.
    pub fn link(&mut self, text: impl AsRef<str>, href: impl AsRef<str>) -> &mut Self {
        let (text, href) = (Markup::text(text.as_ref()), Markup::text(href.as_ref()));
        self.push(&Markup::trusted(format!(
            "<p class=\"govuk-body lr-alone\"><a class=\"govuk-link\" href=\"{href}\">{text}</a></p>\n"
        )))
    }

    /// A list with bullets.
    pub fn bullets<T: Into<Markup>>(&mut self, items: impl IntoIterator<Item = T>) -> &mut Self {
        self.list("ul", "govuk-list govuk-list--bullet", items)
    }

    /// A numbered list.
    pub fn steps<T: Into<Markup>>(&mut self, items: impl IntoIterator<Item = T>) -> &mut Self {
        self.list("ol", "govuk-list govuk-list--number", items)
    }

    /// A part.
    pub fn part(&mut self, part: &impl Part) -> &mut Self {
        self.push(&part.html(self.language))
    }

    /// A part, when there is one.
    pub fn maybe(&mut self, part: Option<&impl Part>) -> &mut Self {
        match part {
            Some(part) => self.part(part),
            None => self,
        }
    }

    /// A piece of safe HTML.
    pub fn push(&mut self, markup: &Markup) -> &mut Self {
        self.html.push(markup);
        self
    }

    /// The whole as safe HTML.
    pub fn markup(&self) -> Markup {
        self.html.clone()
    }

    fn element(&mut self, name: &str, class: &str, text: &str) -> &mut Self {
        self.push(&Markup::trusted(format!(
            "<{name} class=\"{class}\">{}</{name}>\n",
            Markup::text(text)
        )))
    }

    fn list<T: Into<Markup>>(
        &mut self,
        name: &str,
        class: &str,
        items: impl IntoIterator<Item = T>,
    ) -> &mut Self {
        let mut html = format!("<{name} class=\"{class}\">\n");
        for item in items {
            let _ = writeln!(html, "<li>{}</li>", item.into());
        }
        let _ = writeln!(html, "</{name}>");
        self.push(&Markup::trusted(html))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_everywhere() {
        let mut body = Body::new(Language::En);
        body.h1("<h>")
            .p("<p>")
            .bullets(["<li>"])
            .link("<a>", "\"><script>");
        let html = body.markup();
        for raw in ["<h>", "<p>", "<li><li>", "<a>", "<script>"] {
            assert!(!html.as_str().contains(raw), "{raw} in {html}");
        }
    }
}
